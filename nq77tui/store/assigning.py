"""Putting people in charge: assigning and ending, each as one commit.

Which records are written, and between what, the programme says (`core.task.Assigning`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from nq77tui.core.area_tree import exists_on
from nq77tui.core.metric import Metric
from nq77tui.core.record import Json, Record
from nq77tui.core.scope import RecordScope, Row
from nq77tui.core.screen import RecordScreen
from nq77tui.core.task import Assigning
from nq77tui.store.repository import Repository


class _Known:
    """Rows that are at hand already, so that nobody looks for them again."""

    def __init__(self, repository: Repository) -> None:
        self.rows: dict[str, Row] = {}
        self._repository = repository

    def row(self, record_id: str) -> Row | None:
        return self.rows.get(record_id) or self._repository.row(record_id)


class Assignments:
    """The assignments of a store as they stand on a day; new ones begin on it."""

    def __init__(self, repository: Repository, assigning: Assigning, day: date) -> None:
        self.repository = repository
        self.assigning = assigning
        self.schema = repository.schema(assigning.record)
        self.day = day

    # -- reading -------------------------------------------------------------------------------

    def of_person(self, person_id: str) -> list[Row]:
        """The assignments that a person holds."""
        return [row for row in self.ever_of_person(person_id) if self.runs(row)]

    def ever_of_person(self, person_id: str) -> list[Row]:
        """Those that have ended, or begin later, as well."""
        return self.repository.find(self.assigning.record, self.assigning.who, person_id)

    def of_unit(self, unit_id: str) -> list[Row]:
        """The assignments to an area or a household."""
        found = self.repository.find(self.assigning.record, self.assigning.unit, unit_id)
        return [row for row in found if self.runs(row)]

    def runs(self, row: Row) -> bool:
        """Whether an assignment holds on the day."""
        return exists_on(self.schema, row.values, self.day.isoformat())

    def people_of(self, unit_id: str) -> list[str]:
        """The ids of the people in charge of a unit."""
        return [str(row.values[self.assigning.who]) for row in self.of_unit(unit_id)]

    def units_in(self, area_id: str) -> list[Row]:
        """What can be marked in an area: for households, those of the village."""
        units = self.repository.schema(self.assigning.units)
        day = self.day.isoformat()
        found = self.repository.find(units.record, units.area, area_id)
        return [row for row in found if exists_on(units, row.values, day)]

    def loads(self) -> dict[str, dict[str, int]]:
        """How many units of each kind each person has, by kind."""
        counts: dict[str, dict[str, int]] = {}
        for row in self.repository.rows(self.assigning.record):
            unit_id = row.values.get(self.assigning.unit)
            person_id = row.values.get(self.assigning.who)
            unit = self.repository.row(unit_id) if isinstance(unit_id, str) else None
            if unit and isinstance(person_id, str) and self.runs(row):
                of_kind = counts.setdefault(unit.type, {})
                of_kind[person_id] = of_kind.get(person_id, 0) + 1
        return counts

    def loads_of(self, person_id: str) -> dict[str, int]:
        """How many units of each kind one person has."""
        units = (row.values.get(self.assigning.unit) for row in self.of_person(person_id))
        rows = (self.repository.row(unit) for unit in units if isinstance(unit, str))
        return dict(Counter(row.type for row in rows if row is not None))

    # -- what counts ---------------------------------------------------------------------------

    def fills(self, metric: Metric) -> bool:
        """Whether an assignment to what a metric counts would cover it."""
        is_led = metric.have.record == self.assigning.record
        return is_led and metric.have.link == (self.assigning.unit,)

    def is_gap(self, row: Row, metric: Metric) -> bool:
        """Whether a record is counted by a metric and not covered on the day."""
        if not self.fills(metric):
            return not self.people_of(row.id)
        scope = self.repository.scope(row.type, row.values, self.day)
        if metric.of.where is not None and not metric.of.where.holds(scope):
            return False
        marks = set()
        for held in self.of_unit(row.id):
            scope.values = held.values
            if metric.have.where is None or metric.have.where.holds(scope):
                marks.add(str(held.values.get(metric.have.distinct) or held.id))
        return len(marks) < metric.have.at_least

    def would_count(self, people: Iterable[Row], unit_id: str, metric: Metric) -> set[str]:
        """The ids of the people whom a metric asks for to be in charge of a unit."""
        if metric.have.where is None or not self.fills(metric):
            return {row.id for row in people}
        today, known = self.repository.today().isoformat(), _Known(self.repository)
        scope, found = RecordScope({}, known, today, self.day.isoformat()), set()
        for row in people:
            known.rows[row.id] = row
            scope.values = {self.assigning.who: row.id, self.assigning.unit: unit_id}
            if metric.have.where.holds(scope):
                found.add(row.id)
        return found

    # -- writing -------------------------------------------------------------------------------

    def assign(
        self, person_id: str, unit_ids: Iterable[str], values: Mapping[str, Json]
    ) -> list[Record]:
        """Put a person in charge of units; one who is already is left alone.

        Args:
            values: the other fields of the assignments: duties, decision.

        Raises:
            RefusedError: a value is wrong; nothing was written.
        """
        written = []
        with self.repository.transaction():
            for unit_id in unit_ids:
                if person_id in self.people_of(unit_id):
                    continue
                filled: dict[str, Json] = {
                    **values,
                    self.assigning.who: person_id,
                    self.assigning.unit: unit_id,
                    self.schema.begins: self.day.isoformat(),
                }
                written.append(self.repository.add(self.assigning.record, filled))
        return written

    def end(self, assignment_ids: Iterable[str]) -> int:
        """End assignments: the day before was their last. One that began on it never was.

        Returns:
            How many were ended.
        """
        last_day = (self.day - timedelta(days=1)).isoformat()
        count = 0
        with self.repository.transaction():
            for record_id in assignment_ids:
                begins = self.repository.require(record_id).get(self.schema.begins)
                if isinstance(begins, str) and begins >= self.day.isoformat():
                    self.repository.delete(record_id)
                else:
                    self.repository.edit(record_id, {self.schema.ends: last_day})
                count += 1
        return count


def first_values(
    repository: Repository, screen: RecordScreen, given: Mapping[str, Json]
) -> dict[str, Json]:
    """What a new record holds before anybody has typed: the defaults of its form."""
    values, fields = dict(given), repository.schema(screen.record).fields
    for asked in screen.form_fields():
        if asked.default is not None and asked.name not in values:
            value = asked.default.evaluate(repository.scope(screen.record, values))
            if value not in (None, ""):
                # An expression has no lists: one code is a choice of one.
                values[asked.name] = [value] if fields[asked.name].type == "choices" else value
    return values
