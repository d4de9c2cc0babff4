"""People to choose from, with what each already has: the nearest and least burdened first."""

from __future__ import annotations

from collections.abc import Sequence

from rich.style import Style

from nq77tui.tui.candidates import Candidate, Purpose, candidates
from nq77tui.tui.charges import Charges
from nq77tui.tui.measure import bar
from nq77tui.tui.search import Search
from nq77tui.tui.theme import PLAIN, WARNING
from nq77tui.tui.titles import Titled
from nq77tui.tui.views.base import Result
from nq77tui.tui.views.sifted import MarkingView, RecordColumns
from nq77tui.tui.widgets.row_list import ListColumn, RowList

_LOAD, _BAR = 7, 4


class PeopleView(MarkingView[Result]):
    """A list of people; subclasses say what happens with the chosen."""

    def __init__(self, charges: Charges, purpose: Purpose) -> None:
        super().__init__(charges.desk)
        self._charges = charges
        self.purpose = purpose
        self._kind = charges.kind(purpose.unit_ids)
        self._columns = RecordColumns(self.desk, charges.who.to[0])
        self._people: dict[str, Candidate] = {}
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

    def _look_up(self) -> None:
        self._people = {one.id: one for one in candidates(self._charges, self.purpose)}
        self._most = max([one.load for one in self._people.values()], default=0) or 1

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
        candidate = self._people[person_id]
        if candidate.is_in_charge:
            unit = self.desk.repository.title(purpose.unit_id)
            return self.desk.text("tui.people.in_charge", who=who, unit=unit), WARNING
        if purpose.metric is not None and not candidate.counts:
            label = purpose.metric.label
            return self.desk.text("tui.people.uncounted", who=who, label=label), WARNING
        return "", PLAIN

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Take those marked, or else this one."""
        self.say()
        self.take(self.chosen)
