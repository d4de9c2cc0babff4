"""When somebody leaves: all that they hold goes over to others, as one commit."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from nq77tui.core.area_tree import exists_on
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.record import Json
from nq77tui.core.scope import Row
from nq77tui.core.task import Assigning
from nq77tui.store.assigning import Assignments
from nq77tui.store.proposing import spread
from nq77tui.store.repository import Repository


@dataclass(frozen=True, slots=True)
class Handover:
    """What is to go over; nothing of it is written yet.

    Attributes:
        person_id: who leaves.
        last_day: the last day of what they hold; the others begin on the next.
        rows: the assignments that end, or have not begun.
        heirs: the person who takes it, by the id of an assignment.
        is_leaving: their own last day is written too.
    """

    person_id: str
    last_day: date
    rows: tuple[Row, ...]
    heirs: Mapping[str, str]
    is_leaving: bool = True

    def changed(self, assignment_ids: Collection[str], heir: str) -> Handover:
        """The same with some assignments for another person."""
        return replace(self, heirs={**self.heirs, **dict.fromkeys(assignment_ids, heir)})


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What was done.

    Attributes:
        ended: assignments of the person that ended.
        given: assignments that others have instead.
        had: those whose unit the other was in charge of already.
    """

    ended: int
    given: int
    had: int


def plan_handover(
    repository: Repository,
    assigning: Assigning,
    person_id: str,
    heirs: Sequence[str],
    last_day: date,
    *,
    is_leaving: bool = True,
) -> Handover:
    """Who takes what somebody holds after a day: one person all, several evenly.

    Raises:
        RefusedError: there is nobody to take it, or one who is not there on the next day.
    """
    assignments = Assignments(repository, assigning, last_day + timedelta(days=1))
    day = assignments.day.isoformat()
    if not heirs or person_id in heirs:
        raise RefusedError(Problem("assigning.no_heir", {"who": repository.title(person_id)}))
    for heir in heirs:
        row = repository.row(heir)
        if row is None or not exists_on(repository.schema(row.type), row.values, day):
            params = {"who": repository.title(heir), "date": day}
            raise RefusedError(Problem("assigning.heir_gone", params))
    rows = [row for row in assignments.ever_of_person(person_id) if _is_open(assignments, row)]
    found = spread(assignments, rows, heirs)
    unit = assigning.unit
    given = {row.id: found.get(str(row.values.get(unit)), heirs[0]) for row in rows}
    return Handover(person_id, last_day, tuple(rows), given, is_leaving)


def _is_open(assignments: Assignments, row: Row) -> bool:
    """Whether an assignment goes on after the day before, or has yet to begin."""
    values = {**row.values, assignments.schema.begins: None}
    return exists_on(assignments.schema, values, assignments.day.isoformat())


def hand_over(
    repository: Repository, assigning: Assigning, plan: Handover, values: Mapping[str, Json]
) -> HandedOver:
    """Carry a plan out, as one commit.

    Args:
        values: what all new assignments have in common (a decision); the rest they take over.

    Raises:
        RefusedError: a value is wrong; nothing was written.
    """
    assignments = Assignments(repository, assigning, plan.last_day + timedelta(days=1))
    given = 0
    with repository.transaction():
        for row in plan.rows:
            record = repository.require(row.id)
            unit_id = str(record.get(assigning.unit))
            own = {n: v for n, v in record.values.items() if n in assignments.schema.fields}
            begins = max(_begin(own.get(assignments.schema.begins)), assignments.day)
            begun = Assignments(repository, assigning, begins)
            given += len(begun.assign(plan.heirs[row.id], [unit_id], {**own, **values}))
        assignments.end([row.id for row in plan.rows])
        if plan.is_leaving:
            _end_person(repository, plan)
    return HandedOver(len(plan.rows), given, len(plan.rows) - given)


def _begin(begins: Json) -> date:
    return date.fromisoformat(begins) if isinstance(begins, str) else date.min


def _end_person(repository: Repository, plan: Handover) -> None:
    """Write the person's own last day, unless they have left before."""
    record = repository.require(plan.person_id)
    ends = repository.schema(record.type).ends
    known, last_day = record.get(ends) if ends else None, plan.last_day.isoformat()
    if ends and not (isinstance(known, str) and known and known < last_day[: len(known)]):
        repository.edit(plan.person_id, {ends: last_day})
