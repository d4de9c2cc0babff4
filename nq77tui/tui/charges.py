"""Who is in charge of what on a day: the Assign views, before any screen.

Which records are meant, the programme says (`core.task.Assigning` and its metrics).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from nq77tui.core.area_tree import exists_on
from nq77tui.core.counting.coverage import Coverage
from nq77tui.core.metric import Metric
from nq77tui.core.record import Json, Record
from nq77tui.core.schema import Field, Schema
from nq77tui.core.scope import Row
from nq77tui.core.task import Assigning
from nq77tui.core.vietnamese.collation import sort_key
from nq77tui.store.assigning import Assignments
from nq77tui.store.proposing import write_plan
from nq77tui.tui.desk import Desk

_NAMES = 2

Shares = Sequence[tuple[str, Sequence[str]]]
"""People, each with the units that they are to take."""

Loads = Mapping[str, int]
"""How many units of one kind each person has."""


class Charges:
    """The assignments of a store, asked and written as the Assign views need it.

    Attributes:
        carried: duties, decision and the like of the last assignment, offered for the next.
        counted: coverage as of the day that is looked at, where that is not today.
    """

    def __init__(self, desk: Desk, assigning: Assigning) -> None:
        self.desk = desk
        self.assigning = assigning
        self.carried: dict[str, Json] = {}
        self.counted: Coverage | None = None
        self._day: date | None = None
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
    def current(self) -> Assignments:
        """The assignments as they stand on the day that is looked at; new ones begin on it."""
        return self.on(self.day)

    def on(self, day: date) -> Assignments:
        """The assignments as they stand on a day."""
        return Assignments(self.desk.repository, self.assigning, day)

    @property
    def day(self) -> date:
        """The day that is looked at."""
        return self._day or self.desk.repository.today()

    @property
    def other_day(self) -> str | None:
        """The day that is looked at as ISO text; None for today."""
        return self._day.isoformat() if self._day else None

    def look_at(self, day: date) -> None:
        """Look at another day from now on; what was counted for it, a view gives."""
        self._day = None if day == self.desk.repository.today() else day
        self.counted = None

    @property
    def coverage(self) -> Coverage | None:
        """Coverage as of the day that is looked at, as it was counted last."""
        return self.counted if self._day else self.desk.last_coverage

    def names_of(self, unit_id: str) -> str:
        """The people in charge of a unit; whoever has left while nobody took over is so marked."""
        return ", ".join(map(self._name, self.current.people_of(unit_id)))

    def _name(self, person_id: str) -> str:
        repository = self.desk.repository
        name, row = repository.title(person_id), repository.row(person_id)
        if row is None or exists_on(repository.schema(row.type), row.values, self.day.isoformat()):
            return name
        return self.desk.text("assigning.has_left", name=name)

    def loads(self, kind: str) -> Loads:
        """How many units of a kind each person has; counted again after something was written."""
        now = self._now()
        if self._loads is None or self._loads[0] != now:
            self._loads = now, self.current.loads()
        return self._loads[1].get(kind, {})

    def _now(self) -> object:
        return self.desk.repository.generation, self.day

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
        found = list(self.current.units_in(area_id))
        if coverage is not None:
            area_type = self.desk.programme.tree.record
            for row in self.desk.repository.rows(area_type):
                if row.id != area_id and coverage.tree.resolve(row.id) == area_id:
                    found += self.current.units_in(row.id)
        return found

    # Writing

    def write(self, shares: Shares, values: Mapping[str, Json]) -> list[Record]:
        """Put people in charge of units, as one commit.

        Raises:
            RefusedError: a value is wrong, or everybody is in charge already; nothing was written.
        """
        day = values.get(self.schema.begins)
        begins = date.fromisoformat(day) if isinstance(day, str) else self.day
        with self.desk.repository.transaction():
            # What colleagues have saved is taken in by now.
            is_counted = self._loads is not None and self._loads[0] == self._now()
            written = write_plan(self.on(begins), shares, values)
        if is_counted and begins <= self.day:
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

    def shares(self, people: Sequence[str], unit_ids: Sequence[str]) -> Shares:
        """Who is to be put in charge of what."""
        if self.kind(unit_ids) != self.assigning.units:
            return [(person, unit_ids) for person in people]
        return list(zip(people, _split(unit_ids, len(people)), strict=True))

    def held_by(self, person_id: str, *, ended: bool = False) -> list[Row]:
        """What a person is in charge of, or was."""
        current = self.current
        return current.ever_of_person(person_id) if ended else current.of_person(person_id)


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
