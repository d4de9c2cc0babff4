"""Where somebody is to be put in charge: the lowest areas, those with most gaps first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from nq77tui.core.area_tree import EVERYWHERE
from nq77tui.core.values import parse_date
from nq77tui.tui.actions import ASSIGN, SIFT, bindings
from nq77tui.tui.charges import Charges
from nq77tui.tui.views.assigning.person_load import EverybodyView
from nq77tui.tui.views.assigning.units import UnitsView
from nq77tui.tui.views.coverage.counted import CountedView
from nq77tui.tui.views.dialog.prompt import Prompt
from nq77tui.tui.views.sifted import SiftedView
from nq77tui.tui.widgets.row_list import ListColumn, RowList

_NUMBER = 13


class AssignView(SiftedView[None], CountedView[None]):
    """Choose an area; what lies in it is marked in the next view."""

    ACTIONS = ASSIGN + SIFT
    BINDINGS = bindings(ACTIONS)

    def __init__(self, charges: Charges, *, within: str | None = None) -> None:
        super().__init__(charges.desk)
        self.as_of = charges.other_day
        self.coverage = charges.coverage
        self._charges = charges
        self._within = within
        self._is_worst_first = True
        self._places: list[str] = []

    # Showing

    def show_title(self) -> None:
        """Where, and how many are left."""
        title = self.desk.text("tui.assign.title")
        if self._within:
            title = f"{title}: {self.area_name(self._within)}"
        left = ""
        if self.coverage is not None:
            missing = sum(map(self._missing, self._places))
            left = self.desk.text("tui.assign.left", count=self.number(missing))
        if self.as_of is not None:
            left = f"{left}  {self.day_shown}".strip()
        self.set_title(self.filtered_title(title), left)

    def show_coverage(self) -> None:
        """Show the areas, as they were counted last."""
        self._charges.counted = self.coverage
        self.show_rows()
        self.show_title()

    def show_rows(self, *, from_top: bool = False) -> None:
        """Show the areas that the filter finds."""
        if self.coverage is not None:
            top = self.coverage.tree.root if self._within is None else self._within
            if self._within is None and self.coverage.gaps(EVERYWHERE, self._metric_name):
                top = EVERYWHERE
            self._places = self._charges.places(self.coverage, top)
            if self._is_worst_first:
                self._places.sort(key=self._missing, reverse=True)
        is_counting = self.coverage is None
        empty = "tui.coverage.counting" if is_counting else "tui.assign.empty"
        self.row_list.show(
            self._columns(),
            self._found(),
            self._cells,
            empty=self.empty_text(empty),
            from_top=from_top,
        )

    def _columns(self) -> Sequence[ListColumn]:
        tree, label = self.desk.programme.tree, self.desk.label
        names = self.app.size.width - 2 * (_NUMBER + 1) - 3
        upper = tree.fields[tree.tree.parent] if tree.tree else None
        return (
            ListColumn(label(tree.label), names // 2),
            ListColumn(label(upper.label) if upper else "", names - names // 2),
            ListColumn(label(self._charges.units.label), _NUMBER, is_right=True),
            ListColumn(self.desk.text("tui.assign.missing"), _NUMBER, is_right=True),
        )

    def _cells(self, area_id: str) -> tuple[str, ...]:
        assert self.coverage
        share = self.coverage.share(area_id, self._metric_name)
        above = self.coverage.tree.parents.get(area_id, EVERYWHERE)
        missing = share.of - share.have
        return (
            self.area_name(area_id),
            self.area_name(above) if above else "",
            self.number(share.of),
            self.number(missing) if missing else "",
        )

    @property
    def _metric_name(self) -> str:
        return self._charges.assigning.metric

    def _missing(self, area_id: str) -> int:
        assert self.coverage
        share = self.coverage.share(area_id, self._metric_name)
        return share.of - share.have

    def _found(self) -> Sequence[str]:
        return self.sift(self._places, lambda place: " ".join(self._cells(place)[:2]))

    # Going

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Go into the area."""
        self.app.push_screen(UnitsView(self._charges, event.row_id))

    def action_sort(self) -> None:
        """Most gaps first, or the order of the tree."""
        self._is_worst_first = not self._is_worst_first
        self.show_rows(from_top=True)
        key = "tui.assign.worst" if self._is_worst_first else "tui.assign.by_tree"
        self.say(self.desk.text(key))

    def action_people(self) -> None:
        """Look at it person by person."""
        self.app.push_screen(EverybodyView(self._charges))

    def action_propose(self) -> None:
        """Propose who takes all that has nobody in this area."""
        from nq77tui.tui.views.coverage.filling import go_to_proposal

        self.say()
        if (area_id := self.row_list.current) is not None or self.coverage is None:
            go_to_proposal(self, self._charges, self.coverage, None, area_id or EVERYWHERE)

    def action_date(self) -> None:
        """Assign as of another day."""
        question = self.desk.text("assigning.ask_day")
        self.app.push_screen(Prompt(self.desk, question, self._read_day), self._take_day)

    def _read_day(self, typed: str) -> str:
        return parse_date(typed, self.desk.repository.today())

    def _take_day(self, day: str | None) -> None:
        if day is not None:
            self._charges.look_at(date.fromisoformat(day))
            self.as_of, self.coverage = self._charges.other_day, None
            self._places = []
            self.show_rows()
            self.show_title()
            self.recount()
