"""The inbox of a store: everything open, read off its records, and the decisions as writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from nq77tui.core.inbox import Decision, Question, questions_of
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.record import Json
from nq77tui.store.joining import (
    is_set_apart,
    join_records,
    set_apart,
    set_apart_pairs,
)
from nq77tui.store.parked import Parked
from nq77tui.store.repository import Repository


def open_questions(repository: Repository) -> list[Question]:
    """Everything that a person has to decide: what merges left first, then pairs, then the rest.

    In one order on every machine that holds the same records.
    """
    found = [q for record in repository.conflicted() for q in questions_of(record)]
    apart = set_apart_pairs(repository)
    found += _disagreed(repository, apart)
    for record_type in repository.programme.schemas:
        for one, other in sorted(repository.lookalikes.pairs(record_type)):
            if (one, other) not in apart:
                found.append(Question("alike", one, record_type, "", other))
    found += _dangling(repository)
    found += map(_parked, repository.parked())
    return found


def _parked(one: Parked) -> Question:
    return Question("parked", one.record_id, one.record_type, one.field, reason=one.problem)


def _disagreed(repository: Repository, apart: dict[tuple[str, str], str]) -> Iterator[Question]:
    for one, other in sorted(apart):
        if one != other:
            continue
        # Said to be two, and joined: by the ids that were given then.
        row = repository.row(apart[one, other])
        gone = row.values.get("other") if row else None
        record = repository.get(gone) if isinstance(gone, str) else None
        if record is not None and record.is_dead:
            yield Question(
                "disagreed", record.id, record.type, "", record.joined_into, record.deletions
            )


def _dangling(repository: Repository) -> Iterator[Question]:
    """References to what was deleted, or was joined with another while they were on the road."""
    gone = {record.id: record.type for record in repository.deleted()}
    if not gone:
        return
    types = set(gone.values())
    for schema in repository.programme.schemas.values():
        names = [one.name for one in schema.references if types & set(one.to)]
        for record_id, name in repository.leading_to(schema.record, names, gone):
            row = repository.row(record_id)
            value = row.values.get(name) if row else None
            if row and isinstance(value, str) and value in gone and not repository.row(value):
                yield Question("dangling", row.id, schema.record, name, value)


@dataclass
class Decided:
    """What became of decisions.

    Attributes:
        done: how many were carried out.
        moved_on: those whose record has changed since they were shown; nothing was done.
        refused: what could not be, with the reasons.
    """

    done: int = 0
    moved_on: list[Question] = field(default_factory=list)
    refused: list[Problem] = field(default_factory=list)


def decide(repository: Repository, decisions: Iterable[Decision]) -> Decided:
    """Carry out decisions as one commit; the number of an answer is counted from 1.

    Raises:
        RefusedError: the store cannot be written.
    """
    result = Decided()
    with repository.transaction():
        for question, number in decisions:
            if not 1 <= number <= question.count:
                params = {"id": question.record_id, "field": question.field or question.kind}
                problem = Problem("repository.no_such_take", {**params, "count": question.count})
                result.refused.append(problem)
            elif not is_open(repository, question):
                result.moved_on.append(question)
            else:
                try:
                    _DECIDE[question.kind](repository, question, number)
                    result.done += 1
                except RefusedError as error:
                    if error.problems and error.problems[0].key.startswith("storage."):
                        raise
                    result.refused += error.problems
    return result


def is_open(repository: Repository, question: Question) -> bool:
    """Whether a question still stands as it was shown."""
    record = repository.get(question.record_id)
    if record is None:
        return False
    if question.kind in ("field", "deletion", "joined"):
        return question in questions_of(record)
    if question.kind == "disagreed":
        return question in _disagreed(repository, set_apart_pairs(repository))
    if record.is_dead:
        return False
    if question.kind == "parked":
        return question in map(_parked, repository.parked_in(question.record_id))
    if question.kind == "dangling":
        points = record.get(question.field) == question.other
        return points and repository.row(question.other) is None
    other = repository.get(question.other)
    if other is None or other.is_dead:
        return False
    return not is_set_apart(repository, question.record_id, question.other)


def _field(repository: Repository, question: Question, number: int) -> None:
    value = question.values[number - 1].value
    repository.resolve(question.record_id, question.field, value)


def _deletion(repository: Repository, question: Question, number: int) -> None:
    if number == 1:
        repository.keep(question.record_id)
    else:
        repository.delete(question.record_id)


def _joined(repository: Repository, question: Question, number: int) -> None:
    stays = repository.resolve_id(question.other)
    if number == 3:
        repository.keep(question.record_id)
        set_apart(repository, question.record_id, stays)
        return
    if number == 1:
        edits: dict[str, Json] = {
            name: sibling.value for name, sibling in reversed(question.edits) if name
        }
        repository.overwrite(stays, edits)
    join_records(repository, stays, question.record_id, takes_values=False)


def _disagree(repository: Repository, question: Question, number: int) -> None:
    if number == 2:
        repository.keep(question.record_id)
        return
    for (one, other), row_id in set_apart_pairs(repository).items():
        if one == other == repository.resolve_id(question.record_id):
            repository.delete(row_id)


def _alike(repository: Repository, question: Question, number: int) -> None:
    one, other = question.record_id, question.other
    if number == 1:
        join_records(repository, one, other)
    elif number == 2:
        join_records(repository, other, one)
    else:
        set_apart(repository, one, other)


def _dangle(repository: Repository, question: Question, number: int) -> None:
    if number == 1:
        repository.keep(question.other)
    elif number == 2:
        repository.delete(question.record_id)
    else:
        repository.edit(question.record_id, {question.field: None})


def _park(repository: Repository, question: Question, number: int) -> None:
    for parked in repository.parked_in(question.record_id):
        if _parked(parked) == question:
            in_place = {question.field: None} if question.field in parked.into else {}
            repository.settle_parked(parked, in_place)


_DECIDE = {
    "field": _field,
    "deletion": _deletion,
    "joined": _joined,
    "disagreed": _disagree,
    "alike": _alike,
    "dangling": _dangle,
    "parked": _park,
}
