"""People to choose from, with what each already has: the nearest and least burdened first."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from rich.style import Style

from nq77tui.core.area_tree import exists_on
from nq77tui.core.collation import name_sort_key
from nq77tui.core.record import Json
from nq77tui.core.scope import Row
from nq77tui.core.screen import Metric
from nq77tui.tui.charges import Charges
from nq77tui.tui.measure import bar
from nq77tui.tui.search import Search
from nq77tui.tui.theme import PLAIN, WARNING
from nq77tui.tui.titles import Titled
from nq77tui.tui.views.base import Result
from nq77tui.tui.views.sifted import MarkingView, RecordColumns
from nq77tui.tui.widgets.row_list import ListColumn, RowList

_ELSEWHERE, _ANYWHERE, _HIGHEST = 2, 99, 20
_LOAD, _BAR = 7, 5


@dataclass(frozen=True, slots=True)
class Purpose:
    """What people are looked at for.

    Attributes:
        unit_ids: what they are to be put in charge of.
        metric: what that is to be counted by.
        only: their ids, if not everybody is offered.
        without: one who is not offered.
    """

    unit_ids: Sequence[str] = ()
    metric: Metric | None = None
    only: Collection[str] = ()
    without: str = ""


@dataclass(slots=True)
class _Person:
    row: Row
    counts: bool
    place: int
    load: int


class PeopleView(MarkingView[Result]):
    """A list of people; subclasses say what happens with the chosen."""

    def __init__(self, charges: Charges, purpose: Purpose) -> None:
        super().__init__(charges.desk)
        self._charges = charges
        self.purpose = purpose
        self._kind = charges.kind(purpose.unit_ids)
        self._columns = RecordColumns(self.desk, charges.who.to[0])
        self._people: dict[str, _Person] = {}
        self._most = 1

    def take(self, people: list[str]) -> None:
        """Do what the list was opened for."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Look for the people."""
        self._look_up()

    def store_changed(self) -> None:
        """Show what each has now."""
        self._look_up()
        self.show_rows()
        self.show_title()

    def relabel(self) -> None:
        """Show everything in the language of the moment."""
        self._columns = RecordColumns(self.desk, self._charges.who.to[0])
        super().relabel()

    # Who is offered

    def _look_up(self) -> None:
        loads = self._charges.loads(self._kind)
        unit_id = self.purpose.unit_ids[0] if self.purpose.unit_ids else ""
        nearness = Nearness(self._charges, unit_id)
        people = [
            _Person(row, self._counts(row.id, unit_id), nearness.of(row), loads.get(row.id, 0))
            for row in self._offered()
        ]
        people.sort(key=self._order)
        self._people = {person.row.id: person for person in people}
        self._most = max([person.load for person in people], default=1) or 1

    def _offered(self) -> Iterator[Row]:
        desk, purpose = self.desk, self.purpose
        if purpose.only:
            yield from filter(None, map(desk.repository.row, purpose.only))
            return
        values: dict[str, Json] = {}
        if purpose.unit_ids:
            values[self._charges.assigning.unit] = purpose.unit_ids[0]
        today = desk.repository.today().isoformat()
        for row in desk.repository.candidates(self._charges.who, values):
            schema = desk.programme.schemas[row.type]
            if row.id != purpose.without and exists_on(schema, row.values, today):
                yield row

    def _counts(self, person_id: str, unit_id: str) -> bool:
        return self._charges.would_count(person_id, unit_id, self.purpose.metric)

    def _order(self, person: _Person) -> tuple[object, ...]:
        name = name_sort_key(self.desk.repository.title(person.row.id))
        if not self.purpose.unit_ids:
            return not person.counts, name
        return not person.counts, person.place, person.load, name

    # What is shown

    def show_rows(self, *, from_top: bool = False) -> None:
        """Show the people that the filter finds."""
        own = (
            ListColumn(self.desk.text("tui.people.load"), _LOAD, is_right=True),
            ListColumn("", _BAR),
        )
        columns, _ = self._columns.fit(self.app.size.width - _LOAD - _BAR - 2)
        self.row_list.show(
            [*columns, *own],
            self._found(),
            self._cells,
            empty=self.empty_text("tui.people.empty"),
            from_top=from_top,
        )

    def all_rows(self) -> Sequence[str]:
        """Everybody offered."""
        return list(self._people)

    def _cells(self, person_id: str) -> tuple[str, ...]:
        load = self._people[person_id].load
        is_ascii = self.desk.settings.ascii_borders
        drawn = bar(load / self._most, _BAR, is_ascii=is_ascii) if load else ""
        return (*self._columns.cells(person_id), str(load or ""), drawn)

    def _found(self) -> list[str]:
        if not self.query_text.strip():
            return list(self._people)
        search = Search(self.query_text)
        titled: dict[str, Titled] = {}
        for record_type in self._charges.who.to:
            titled.update(self.desk.titles.all(record_type))
        known = (titled[one] for one in self._people if one in titled)
        return [one.id for one in known if search.accepts(one.prepared, one.text)]

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        """Say what speaks against choosing this one."""
        self.say(*self._objection(event.row_id))

    def _objection(self, person_id: str) -> tuple[str, Style]:
        purpose, who = self.purpose, self.desk.repository.title(person_id)
        if len(purpose.unit_ids) == 1:
            unit_id = purpose.unit_ids[0]
            if person_id in self._charges.today.people_of(unit_id):
                unit = self.desk.repository.title(unit_id)
                return self.desk.text("tui.people.in_charge", who=who, unit=unit), WARNING
        if purpose.metric is not None and not self._people[person_id].counts:
            label = purpose.metric.label
            return self.desk.text("tui.people.uncounted", who=who, label=label), WARNING
        return "", PLAIN

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Take those marked, or else this one."""
        self.say()
        self.take(self.chosen)


class Nearness:
    """How far people are from something in the tree of areas: 0 in the very same area."""

    def __init__(self, charges: Charges, unit_id: str) -> None:
        self._repository = charges.desk.repository
        self._schemas = charges.desk.programme.schemas
        self._known: dict[str, int] = {}
        self._way = list(self._upward(unit_id))

    def of(self, person: Row) -> int:
        """The same area, the one above it, elsewhere in that, farther above, anywhere."""
        area_id = person.values.get(self._schemas[person.type].area)
        if not isinstance(area_id, str) or not self._way:
            return _ANYWHERE
        if area_id not in self._known:
            self._known[area_id] = self._measure(area_id)
        return self._known[area_id]

    def _measure(self, area_id: str) -> int:
        if area_id in self._way:
            steps = self._way.index(area_id)
            return steps if steps < _ELSEWHERE else steps + 1
        above = list(self._upward(area_id))[1:2]
        return _ELSEWHERE if above and above == self._way[1:2] else _ANYWHERE

    def _upward(self, record_id: str) -> Iterator[str]:
        """The areas above a record, the nearest first; itself if it is one."""
        row, steps = self._repository.row(record_id) if record_id else None, 0
        while row is not None and steps < _HIGHEST:
            schema = self._schemas[row.type]
            if schema.tree:
                yield row.id
            above = row.values.get(schema.tree.parent if schema.tree else schema.area)
            row, steps = self._repository.row(above) if isinstance(above, str) else None, steps + 1
