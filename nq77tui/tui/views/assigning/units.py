"""What lies in an area, to be marked and given to somebody: for households, a village's."""

from __future__ import annotations

from collections.abc import Sequence

from nq77tui.core.area_tree import EVERYWHERE
from nq77tui.core.scope import Row
from nq77tui.tui.actions import MARK, SIFT, UNITS, bindings
from nq77tui.tui.charges import Charges
from nq77tui.tui.slices import in_slices
from nq77tui.tui.theme import GOOD
from nq77tui.tui.views.assigning.choosing import ChoosingView
from nq77tui.tui.views.assigning.person_load import EverybodyView, PersonView
from nq77tui.tui.views.entry.form import FormView
from nq77tui.tui.views.sifted import MarkingView, RecordColumns
from nq77tui.tui.widgets.row_list import ListColumn, RowList

_SHOWN = ("all", "gaps", "covered")


class UnitsView(MarkingView[None]):
    """Opens with everything marked that has nobody; what is done stays in the list, with who."""

    ACTIONS = UNITS + MARK + SIFT
    BINDINGS = bindings(ACTIONS)

    def __init__(self, charges: Charges, area_id: str, *, at: str = "") -> None:
        super().__init__(charges.desk)
        self._charges = charges
        self._area_id = area_id
        self._at = at
        self._shown = _SHOWN[0]
        self._units: dict[str, Row] = {}
        self._gaps: set[str] = set()
        self._prepared: dict[str, str] = {}
        self._columns = RecordColumns(self.desk, charges.units.record, without=charges.units.area)

    def on_mount(self) -> None:
        """Mark what has nobody, and have the people's names and loads ready."""
        self._enter(self._area_id)
        for record_type in self._charges.who.to:
            names = self.desk.titles.warm(record_type)
            self.run_worker(in_slices(names), group=f"titles-{record_type}")
        self.run_worker(self._count_loads, thread=True, group="loads")

    def _count_loads(self) -> None:
        self._charges.loads(self._charges.assigning.units)

    def _enter(self, area_id: str) -> None:
        """Go into an area."""
        self._area_id = area_id
        self._take_units()
        self.show_rows()
        self.row_list.mark(self._gaps)
        first = self._at if self._at in self._units else next(iter(self._gap_list()), "")
        self.row_list.go_to(first)
        self.show_title()

    def _take_units(self) -> None:
        order = self.desk.programme.screens[self._charges.units.record].sort
        rows = self._charges.units_in(self._charges.coverage, self._area_id)
        rows.sort(key=lambda row: self._columns.text.key(row.values, order))
        self._units = {row.id: row for row in rows}
        metric = self._charges.metric
        self._gaps = {row.id for row in rows if self._charges.current.is_gap(row, metric)}

    def _gap_list(self) -> list[str]:
        return [one for one in self._units if one in self._gaps]

    # Showing

    def relabel(self) -> None:
        """Show everything in the language of the moment."""
        units = self._charges.units
        self._columns = RecordColumns(self.desk, units.record, without=units.area)
        self._prepared.clear()
        super().relabel()

    def store_changed(self) -> None:
        """Show what there is now; marks of what is gone are taken off."""
        self._take_units()
        self._prepared.clear()
        self.show_rows()
        self.mark_only([one for one in self.row_list.marks if one in self._units])

    def show_title(self) -> None:
        """The area, what is marked, how many have nobody."""
        count = len(self.row_list.marks)
        title = self._charges.long_title(self._area_id)
        if count:
            title = f"{title}  {self.desk.text('tui.units.marked', count=count)}"
        left = {"count": len(self._gaps), "total": len(self._units)}
        self.set_title(self.filtered_title(title), self.desk.text("tui.units.left", **left))

    def show_rows(self, *, from_top: bool = False) -> None:
        """Show the rows that the filter finds."""
        columns, left = self._columns.fit(self.app.size.width)
        who = ListColumn(self.desk.text("tui.units.who"), left)
        empty = self.empty_text("tui.units.empty")
        self.row_list.show(
            [*columns, who], self._found(), self._cells, empty=empty, from_top=from_top
        )

    def _cells(self, unit_id: str) -> tuple[str, ...]:
        return (*self._columns.cells(unit_id), self._charges.names_of(unit_id))

    def all_rows(self) -> Sequence[str]:
        """Everything in the area."""
        return list(self._units)

    def _found(self) -> Sequence[str]:
        wanted = {"all": self._units.keys(), "gaps": self._gaps}.get(
            self._shown, self._units.keys() - self._gaps
        )
        shown = [one for one in self._units if one in wanted]
        return self.sift(shown, lambda one: " ".join(self._cells(one)), self._prepared)

    # Marking and giving

    def action_mark_gaps(self) -> None:
        """Mark everything that has nobody."""
        self.mark_only(self._gap_list())

    def action_show(self) -> None:
        """Show all, those without anybody, those with somebody."""
        self._shown = _SHOWN[(_SHOWN.index(self._shown) + 1) % len(_SHOWN)]
        self.show_rows(from_top=True)
        self.say(self.desk.text(f"tui.units.shown.{self._shown}"))

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Choose who takes what is marked."""
        self.say()
        view = ChoosingView(self._charges, self.chosen, self._charges.metric)
        self.app.push_screen(view, self._given)

    def _given(self, done: str | None) -> None:
        """Say what was done; what is left is under the cursor."""
        if done is None:
            return
        self.look_again()
        self.mark_only([])
        place = None if self._go_to_gap(0) else self._next_place()
        if place is not None:
            name, count = self.desk.repository.title(place), len(self._gaps_in(place))
            done = self.desk.text("tui.units.next_place", done=done, place=name, count=count)
        self.say(done, GOOD)

    def action_propose(self) -> None:
        """Propose somebody for all that has nobody here."""
        from nq77tui.tui.views.assigning.proposal import ProposalView

        self.say()
        self.app.push_screen(ProposalView(self._charges, self._area_id), self._given)

    def action_next(self) -> None:
        """Go to what has nobody next; after the last, to the next area that has any."""
        self.say()
        if not self._go_to_gap(1):
            place = self._next_place()
            if place is None:
                self.say(self.desk.text("tui.units.no_gap"), GOOD)
            else:
                self._at = ""
                self._enter(place)

    def _go_to_gap(self, step: int) -> bool:
        """Go to the first gap from so many rows below the cursor, or else above that."""
        rows, start = self.row_list.rows, self.row_list.cursor + step
        below = [*rows[start:], *rows[:start]]
        first = next((one for one in below if one in self._gaps), None)
        if first is None:
            return False
        self.row_list.go_to(first)
        return True

    def _next_place(self) -> str | None:
        """The next area with gaps; those that were short when counted last are looked at again."""
        coverage = self._charges.coverage or self.desk.coverage()
        places = self._charges.places(coverage, EVERYWHERE)
        at = places.index(self._area_id) if self._area_id in places else 0
        following = [*places[at + 1 :], *places[:at]]
        parents = coverage.tree.parents
        # Neighbours first, those before this one too.
        following.sort(key=lambda place: parents.get(place) != parents.get(self._area_id))
        for place in following:
            share = coverage.share(place, self._charges.metric.name)
            if share.have < share.of and self._gaps_in(place):
                return place
        return None

    def _gaps_in(self, area_id: str) -> list[str]:
        rows, metric = (
            self._charges.units_in(self._charges.coverage, area_id),
            self._charges.metric,
        )
        return [row.id for row in rows if self._charges.current.is_gap(row, metric)]

    # Looking

    def action_open(self) -> None:
        """Open the record."""
        if (current := self.row_list.current) is not None:
            self.app.push_screen(FormView(self.desk, self._charges.units.record, current))

    def action_person(self) -> None:
        """Look at what the person in charge has."""
        current = self.row_list.current
        people = self._charges.current.people_of(current) if current else []
        if not people:
            self.say(self.desk.text("tui.units.nobody"))
        elif len(people) == 1:
            self.app.push_screen(PersonView(self._charges, people[0]))
        else:
            self.app.push_screen(EverybodyView(self._charges, only=people))
