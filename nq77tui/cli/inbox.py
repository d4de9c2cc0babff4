"""``inbox``, ``resolve``, ``join``, ``different``."""

from __future__ import annotations

from typing import Any

from nq77tui.cli.session import Session
from nq77tui.cli.shape import DELETION, shown, sibling_json, write_json
from nq77tui.core.base32 import as_typed
from nq77tui.core.inbox import Decision, Question, questions_of
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.record import Json, Record
from nq77tui.core.text import printable
from nq77tui.core.typed import read_typed
from nq77tui.store.inbox import decide, open_questions
from nq77tui.store.joining import join_records, set_apart
from nq77tui.store.repository import Repository


def inbox(session: Session) -> int:
    """Print everything that a person has to decide, with its numbered answers."""
    with session.repository() as repository:
        found = [_question_json(session, repository, one) for one in open_questions(repository)]
        if session.arguments.json:
            write_json(found)
            return 0
        for entry in found:
            print("\t".join(printable(entry[name]) for name in ("kind", "id", "about", "title")))
            for answer in entry["answers"]:
                print(f"\t{answer['n']}\t{answer['text']}")
            if entry["reason"]:
                print(f"\t-\t{printable(entry['reason'])}")
        session.say("joining.inbox", count=len(found))
    return 0


def _question_json(session: Session, repository: Repository, question: Question) -> dict[str, Any]:
    head: dict[str, Any] = {
        "kind": question.kind,
        "id": question.record_id,
        "record": question.record_type,
        "title": repository.title(question.record_id),
        "about": _about(question),
    }
    head["reason"] = session.catalogue.problem(question.reason) if question.reason else ""
    if question.other:
        head |= {"other": question.other, "other_title": repository.title(question.other)}
    return {**head, "answers": _answers(session, repository, question)}


def _about(question: Question) -> str:
    """What ``resolve`` wants beside the id."""
    if question.kind in ("deletion", "joined"):
        return DELETION
    return question.field or question.other


def _answers(session: Session, repository: Repository, question: Question) -> list[dict[str, Any]]:
    lang, text = session.catalogue.lang, session.catalogue.text
    if question.kind == "field":
        return [
            {**sibling_json(n, one), "text": shown(repository, *_place(question), one.value, lang)}
            for n, one in enumerate(question.values, 1)
        ]
    names = {
        "title": repository.title(question.record_id),
        "other": repository.title(question.other) if question.other else "",
        "field": question.field,
    }
    return [
        {"n": n, "text": printable(text(f"tui.inbox.{question.kind}_{n}", **names))}
        for n in range(1, question.count + 1)
    ]


def _place(question: Question) -> tuple[str, str]:
    return question.record_type, question.field


def resolve(session: Session) -> int:
    """Decide one thing of the inbox."""
    arguments = session.arguments
    with session.repository() as repository:
        record = repository.require(as_typed(arguments.id))
        if arguments.take is None:
            repository.resolve(record.id, arguments.field, _written(session, repository, record))
            return 0
        decided = decide(repository, [_asked(repository, record, arguments.field, arguments.take)])
        if decided.refused:
            raise RefusedError(*decided.refused)
    return 0


def _asked(repository: Repository, record: Record, about: str, number: int) -> Decision:
    # Those of the record by itself first: the others take a look at all records.
    for questions in (questions_of, lambda _: open_questions(repository)):
        for question in questions(record):
            if question.record_id == record.id and _about(question) in (about, as_typed(about)):
                return question, number
    raise RefusedError(Problem("repository.no_conflict", {"id": record.id, "field": about}))


def _written(session: Session, repository: Repository, record: Record) -> Json:
    arguments = session.arguments
    if arguments.field not in record.conflicts:
        params = {"id": record.id, "field": arguments.field}
        raise RefusedError(Problem("repository.no_conflict", params))
    fields = repository.schema(record.type).fields
    if arguments.field not in fields:
        names = {"record": record.type, "field": arguments.field, "known": ", ".join(fields)}
        raise RefusedError(Problem("cli.no_field", names))
    lookup = repository.read_reference(record.values)
    field = fields[arguments.field]
    return read_typed(field, arguments.value, repository.today(), lookup=lookup)


def join(session: Session) -> int:
    """Make one of two records and print the id that stays."""
    arguments = session.arguments
    with session.repository() as repository:
        joined = join_records(repository, as_typed(arguments.id), as_typed(arguments.other))
        print(joined.stays)
        session.say(
            "joining.done",
            stays=joined.stays,
            gone=joined.gone,
            count=joined.moved,
            title=repository.title(joined.stays),
        )
    return 0


def different(session: Session) -> int:
    """Remember that two records that look like one are two."""
    arguments = session.arguments
    with session.repository() as repository:
        set_apart(repository, as_typed(arguments.id), as_typed(arguments.other))
        session.say("joining.set_apart", id=arguments.id, other=arguments.other)
    return 0
