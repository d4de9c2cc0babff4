"""``merge``, ``conflicts``, ``resolve``."""

from __future__ import annotations

from pathlib import Path

from nq77tui.cli.session import Session
from nq77tui.cli.shape import DELETION, conflicts_json, shown, write_json
from nq77tui.core.base32 import as_typed
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.record import Json, Record
from nq77tui.core.text import printable
from nq77tui.core.typed import read_typed
from nq77tui.store.merging import MergePlan, plan_merge, take_in_sources
from nq77tui.store.repository import Repository
from nq77tui.store.source import find_sources, read_source


def merge(session: Session) -> int:
    """Take other stores in, or show what that would change."""
    arguments = session.arguments
    files = [file for path in arguments.paths for file in find_sources(Path(path))]
    sources = [read_source(file, session.programme.id) for file in files]
    with session.repository() as repository:
        if arguments.preview:
            plan = plan_merge(repository, sources)
        else:
            plan = take_in_sources(repository, sources)
        titles = {record.id: repository.title(record.id) for record in plan.conflicts}
        _tell(session, plan, titles)
    return 1 if plan.refused else 0


def _tell(session: Session, plan: MergePlan, titles: dict[str, str]) -> None:
    if session.arguments.json:
        write_json(
            {
                **plan.counts,
                "preview": session.arguments.preview,
                "refusals": [session.catalogue.problem(problem) for problem in plan.refused],
                "conflicts": [
                    entry
                    for record in plan.conflicts
                    for entry in conflicts_json(record, titles[record.id])
                ],
            }
        )
    else:
        session.say("cli.merge_preview" if session.arguments.preview else "cli.merge_done")
        for name, count in plan.counts.items():
            print(f"{name}\t{count}")
    for problem in [*plan.refused, *plan.warnings]:
        session.say_problem(problem)
    if plan.conflicted and not session.arguments.preview:
        session.say("cli.merge_conflicts", count=plan.conflicted)


def conflicts(session: Session) -> int:
    """Print what merges could not decide."""
    with session.repository() as repository:
        found = [
            entry
            for record in repository.conflicted()
            for entry in conflicts_json(record, repository.title(record.id))
        ]
        if session.arguments.json:
            write_json(found)
            return 0
        for entry in found:
            print(f"{entry['id']}\t{printable(entry['field'])}\t{printable(entry['title'])}")
            for value in entry["values"]:
                text = shown(
                    repository,
                    entry["record"],
                    entry["field"],
                    value["value"],
                    session.catalogue.lang,
                )
                print(f"\t{value['n']}\t{text}\t{printable(value['by'])}\t{value.get('at', '')}")
        session.say("cli.conflicts", count=len(found))
    return 0


def resolve(session: Session) -> int:
    """Decide one conflict."""
    arguments = session.arguments
    with session.repository() as repository:
        record = repository.require(as_typed(arguments.id))
        if arguments.field == DELETION:
            _resolve_deletion(repository, record, arguments.take)
        else:
            value = _chosen(session, repository, record)
            repository.resolve(record.id, arguments.field, value)
    return 0


def _resolve_deletion(repository: Repository, record: Record, take: int | None) -> None:
    params = {"id": record.id, "field": DELETION}
    if not record.is_contested:
        raise RefusedError(Problem("repository.no_conflict", params))
    if take not in (1, 2):
        raise RefusedError(Problem("repository.no_such_take", {**params, "count": 2}))
    if take == 1:
        repository.keep(record.id)
    else:
        repository.delete(record.id)


def _chosen(session: Session, repository: Repository, record: Record) -> Json:
    arguments = session.arguments
    siblings = record.conflicts.get(arguments.field, ())
    params = {"id": record.id, "field": arguments.field}
    if not siblings:
        raise RefusedError(Problem("repository.no_conflict", params))
    if arguments.take is None:
        fields = repository.schema(record.type).fields
        if arguments.field not in fields:
            names = {"record": record.type, "field": arguments.field, "known": ", ".join(fields)}
            raise RefusedError(Problem("cli.no_field", names))
        field = fields[arguments.field]
        lookup = repository.read_reference(record.values)
        return read_typed(field, arguments.value, repository.today(), lookup=lookup)
    if not 1 <= arguments.take <= len(siblings):
        raise RefusedError(Problem("repository.no_such_take", {**params, "count": len(siblings)}))
    position: int = arguments.take
    return siblings[position - 1].value
