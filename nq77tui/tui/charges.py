"""Who is in charge of what today, and which gaps that leaves: the Assign views, before any screen.

Which records are meant, the programme says (`core.screen.Assigning` and its metrics).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from nq77tui.core.area_tree import exists_on
from nq77tui.core.collation import sort_key
from nq77tui.core.coverage import Coverage
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.record import Json, Record
from nq77tui.core.schema import Field, Schema
from nq77tui.core.scope import RecordScope, Row
from nq77tui.core.screen import Assigning, Metric
from nq77tui.store import Repository
from nq77tui.store.assigning import Assignments
from nq77tui.tui.desk import Desk

_NAMES = 2

Loads = Mapping[str, int]
"""How many units of one kind each person has."""


class _Known:
    """Rows that are at hand already, so that nobody looks for them again."""

    def __init__(self, repository: Repository) -> None:
        self.rows: dict[str, Row] = {}
        self._repository = repository

    def row(self, record_id: str) -> Row | None:
        return self.rows.get(record_id) or self._repository.row(record_id)


class Charges:
    """The assignments of a store, asked and written as the Assign views need it.

    Attributes:
        carried: duties, decision and the like of the last assignment, offered for the next.
    """

    def __init__(self, desk: Desk, assigning: Assigning) -> None:
        self.desk = desk
        self.assigning = assigning
        self.carried: dict[str, Json] = {}
        self._loads: tuple[object, dict[str, dict[str, int]]] | None = None

    # What the programme says

    @property
    def schema(self) -> Schema:
        """The schema of an assignment."""
        return self.desk.programme.schemas[self.assigning.record]

    @property
    def units(self) -> Schema:
        """The schema of what is marked."""
        return self.desk.programme.schemas[self.assigning.units]

    @property
    def metric(self) -> Metric:
        """The metric whose gaps are filled by marking."""
        return self.desk.programme.metrics[self.assigning.metric]

    @property
    def who(self) -> Field:
        """The reference to the person."""
        return self.schema.fields[self.assigning.who]

    def fills(self, metric: Metric) -> bool:
        """Whether an assignment to what the metric counts would cover it."""
        is_led = metric.have.record == self.assigning.record
        return is_led and metric.have.link == (self.assigning.unit,)

    def kind(self, unit_ids: Sequence[str]) -> str:
        """The record type of what is assigned."""
        row = self.desk.repository.row(unit_ids[0]) if unit_ids else None
        return row.type if row else self.assigning.units

    def name_of(self, kind: str) -> str:
        """A record type in the middle of a sentence."""
        label = self.desk.label(self.desk.programme.schemas[kind].label)
        return label[:1].lower() + label[1:]

    def long_title(self, area_id: str) -> str:
        """What an area is called, with the one above it: many villages are of one name."""
        title, place = self.desk.repository.title(area_id), self.place_of(area_id)
        return f"{title}, {place.split(', ')[0]}" if place else title

    def place_of(self, unit_id: str) -> str:
        """The area above a unit, and the one above that."""
        repository, schemas = self.desk.repository, self.desk.programme.schemas
        names: list[str] = []
        row = repository.row(unit_id)
        while row is not None and len(names) < _NAMES:
            schema = schemas[row.type]
            above = row.values.get(schema.tree.parent if schema.tree else schema.area)
            row = repository.row(above) if isinstance(above, str) else None
            names += [repository.title(row.id)] if row else []
        return ", ".join(names)

    # Who is in charge

    @property
    def today(self) -> Assignments:
        """The assignments as they stand today."""
        return self.on(self.desk.repository.today())

    def on(self, day: date) -> Assignments:
        """The assignments as they stand on a day; new ones begin on it."""
        return Assignments(self.desk.repository, self.assigning, day)

    def names_of(self, unit_id: str) -> str:
        """The people in charge of a unit."""
        return ", ".join(map(self.desk.repository.title, self.today.people_of(unit_id)))

    def loads(self, kind: str) -> Loads:
        """How many units of a kind each person has; counted again after something was written."""
        now = self._now()
        if self._loads is None or self._loads[0] != now:
            self._loads = now, self._count_loads()
        return self._loads[1].get(kind, {})

    def _now(self) -> object:
        return self.desk.repository.generation, self.desk.repository.today()

    def _count_loads(self) -> dict[str, dict[str, int]]:
        repository, schema = self.desk.repository, self.schema
        day = repository.today().isoformat()
        counts: dict[str, dict[str, int]] = {}
        for row in repository.rows(schema.record):
            unit_id, person = row.values.get(self.assigning.unit), row.values.get(self.who.name)
            unit = repository.row(unit_id) if isinstance(unit_id, str) else None
            if unit and isinstance(person, str) and exists_on(schema, row.values, day):
                of_kind = counts.setdefault(unit.type, {})
                of_kind[person] = of_kind.get(person, 0) + 1
        return counts

    # Gaps

    def is_gap(self, row: Row, metric: Metric) -> bool:
        """Whether a record is counted by a metric and not covered today."""
        if not self.fills(metric):
            return not self.today.people_of(row.id)
        scope = self.desk.repository.scope(row.type, row.values)
        if metric.of.where is not None and not metric.of.where.holds(scope):
            return False
        marks = set()
        for held in self.today.of_unit(row.id):
            scope.values = held.values
            if metric.have.where is None or metric.have.where.holds(scope):
                marks.add(str(held.values.get(metric.have.distinct) or held.id))
        return len(marks) < metric.have.at_least

    def would_count(self, people: Iterable[Row], unit_id: str, metric: Metric) -> set[str]:
        """The ids of the people whom a metric asks for to be in charge of a unit."""
        if metric.have.where is None or not self.fills(metric):
            return {row.id for row in people}
        today, known = self.desk.repository.today().isoformat(), _Known(self.desk.repository)
        scope, found = RecordScope({}, known, today), set()
        for row in people:
            known.rows[row.id] = row
            scope.values = {self.who.name: row.id, self.assigning.unit: unit_id}
            if metric.have.where.holds(scope):
                found.add(row.id)
        return found

    # Places

    def places(self, coverage: Coverage, within: str) -> list[str]:
        """The areas below one in which units lie or could lie, in the order of the tree."""
        tree = coverage.tree
        used = {tree.locate(row) for row in coverage.rows(self.assigning.units)}
        return [
            area_id
            for area_id in self._downward(coverage, within)
            if area_id in tree and (area_id in used or not tree.children.get(area_id))
        ]

    def _downward(self, coverage: Coverage, area_id: str) -> list[str]:
        below = in_order(self.desk, coverage.tree.children.get(area_id, ()))
        return [area_id, *(one for child in below for one in self._downward(coverage, child))]

    def units_in(self, coverage: Coverage | None, area_id: str) -> list[Row]:
        """What can be marked in an area, with what areas that became part of it brought along."""
        found = list(self.today.units_in(area_id))
        if coverage is not None:
            area_type = self.desk.programme.tree.record
            for row in self.desk.repository.rows(area_type):
                if row.id != area_id and coverage.tree.resolve(row.id) == area_id:
                    found += self.today.units_in(row.id)
        return found

    # Writing

    def assign(
        self, people: Sequence[str], unit_ids: Sequence[str], values: Mapping[str, Json]
    ) -> list[Record]:
        """Put people in charge of units, as one commit.

        Several people share units of the kind that is marked, neighbours staying together; of an
        area each of them is in charge.

        Raises:
            RefusedError: a value is wrong, or everybody is in charge already; nothing was written.
        """
        day = values.get(self.schema.begins)
        today = self.desk.repository.today()
        begins = date.fromisoformat(day) if isinstance(day, str) else today
        assignments = self.on(begins)
        written: list[Record] = []
        with self.desk.repository.transaction():
            # What colleagues have saved is taken in by now.
            is_counted = self._loads is not None and self._loads[0] == self._now()
            for person, share in self.shares(people, unit_ids):
                written += assignments.assign(person, share, values)
        if not written:
            raise RefusedError(Problem("tui.assign.already", {}))
        if is_counted and begins <= today:
            self._count_in(written)
        return written

    def _count_in(self, written: Iterable[Record]) -> None:
        """Count what has just been written into the loads, instead of counting all again."""
        assert self._loads
        counts = self._loads[1]
        for record in written:
            person, unit_id = str(record.get(self.who.name)), str(record.get(self.assigning.unit))
            of_kind = counts.setdefault(self.kind([unit_id]), {})
            of_kind[person] = of_kind.get(person, 0) + 1
        self._loads = self._now(), counts

    def shares(
        self, people: Sequence[str], unit_ids: Sequence[str]
    ) -> list[tuple[str, Sequence[str]]]:
        """Who is to be put in charge of what."""
        if self.kind(unit_ids) != self.assigning.units:
            return [(person, unit_ids) for person in people]
        return list(zip(people, _split(unit_ids, len(people)), strict=True))

    def held_by(self, person_id: str, *, ended: bool = False) -> list[Row]:
        """What a person is in charge of, or was."""
        if not ended:
            return self.today.of_person(person_id)
        return self.desk.repository.find(self.schema.record, self.who.name, person_id)


def _split(unit_ids: Sequence[str], count: int) -> Iterable[Sequence[str]]:
    """So many parts, as even as can be, in the order given."""
    size, over = divmod(len(unit_ids), count)
    at = 0
    for part in range(count):
        end = at + size + (1 if part < over else 0)
        yield unit_ids[at:end]
        at = end


def in_order(desk: Desk, area_ids: Iterable[str]) -> list[str]:
    """Areas by their names, in Vietnamese order."""
    return sorted(area_ids, key=lambda area_id: sort_key(desk.repository.title(area_id)))
