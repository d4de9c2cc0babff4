"""Who takes what, a line each, before anything is written: what proposals and handovers share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from nq77tui.tui.actions import MARK, PEOPLE, SIFT, bindings
from nq77tui.tui.candidates import Purpose
from nq77tui.tui.charges import Charges
from nq77tui.tui.views.assigning.people import PeopleView
from nq77tui.tui.views.assigning.person_load import PersonView
from nq77tui.tui.views.sifted import MarkingView
from nq77tui.tui.widgets.row_list import ListColumn, RowList

_UNIT, _TIE, _PLACE, _LOAD = 19, 17, 12, 6


class TakerView(PeopleView[list[str]]):
    """Answers with who is to take something instead, or with several."""

    ACTIONS = PEOPLE + MARK + SIFT
    BINDINGS = bindings(ACTIONS)

    def __init__(
        self, charges: Charges, purpose: Purpose, title: str, more: Mapping[str, int]
    ) -> None:
        """Offer people.

        Args:
            more: what each is to take besides what they have.
        """
        super().__init__(charges, purpose)
        self._title, self._more = title, more

    def show_title(self) -> None:
        """What they are chosen for."""
        self.set_title(self.filtered_title(self._title))

    def _look_up(self) -> None:
        super()._look_up()
        self._people = {
            one.id: replace(one, load=one.load + self._more.get(one.id, 0))
            for one in self._people.values()
        }

    def take(self, people: list[str]) -> None:
        """Answer."""
        self.dismiss(people)

    def action_person(self) -> None:
        """Look at what the person has."""
        if (current := self.row_list.current) is not None:
            self.app.push_screen(PersonView(self._charges, current))


class PlanView(MarkingView[str]):
    """Who takes what, changed by Enter; answers with what was done, as a sentence."""

    def __init__(self, charges: Charges) -> None:
        super().__init__(charges.desk)
        self._charges = charges
        self._made: dict[str, tuple[str, ...]] = {}

    # For those that say what is planned

    def taker(self, row_id: str) -> str:
        """The person for a row; empty where there is none."""
        raise NotImplementedError

    def unit_of(self, row_id: str) -> str:
        """What a row is about."""
        raise NotImplementedError

    def load(self, person_id: str) -> int:
        """How many a person will have."""
        raise NotImplementedError

    def purpose(self, row_ids: Sequence[str]) -> Purpose:
        """What people are looked at for who are to take some rows instead."""
        raise NotImplementedError

    def give(self, row_ids: Sequence[str], person_id: str) -> None:
        """Plan some rows for another person."""
        raise NotImplementedError

    # Showing

    def show_rows(self, *, from_top: bool = False) -> None:
        """Show the rows that the filter finds."""
        text, label = self.desk.text, self.desk.label
        who = self.app.size.width - 2 - _UNIT - _TIE - _PLACE - _LOAD - 4
        ties, fields = self._charges.assigning.ties, self._charges.units.fields
        self.row_list.show(
            [
                ListColumn(
                    label(self._charges.schema.fields[self._charges.assigning.unit].label), _UNIT
                ),
                ListColumn(label(fields[ties[0].field].label) if ties else "", _TIE),
                ListColumn(label(self.desk.programme.tree.label), _PLACE),
                ListColumn(text("tui.units.who"), who),
                ListColumn(text("assigning.load"), _LOAD, is_right=True),
            ],
            self._found(),
            self._cells,
            empty=self.empty_text(self.empty_key),
            from_top=from_top,
        )

    @property
    def empty_key(self) -> str:
        """What to say where there is nothing to plan."""
        return "assigning.nothing"

    def relabel(self) -> None:
        """Show everything in the language of the moment."""
        self._made.clear()
        super().relabel()

    def _cells(self, row_id: str) -> tuple[str, ...]:
        taker, title = self.taker(row_id), self.desk.repository.title
        unit_id = self.unit_of(row_id)
        if unit_id not in self._made:
            place = self._charges.place_of(unit_id).split(", ")[0]
            self._made[unit_id] = title(unit_id), self._tie(unit_id), place
        who = title(taker) if taker else self.desk.text("assigning.nobody")
        return (*self._made[unit_id], who, str(self.load(taker)) if taker else "")

    def _tie(self, unit_id: str) -> str:
        row, ties = self.desk.repository.row(unit_id), self._charges.assigning.ties
        if row is None or not ties or row.type != self._charges.units.record:
            return ""
        value = row.values.get(ties[0].field)
        return self.desk.shown(row.type, ties[0].field, value) if value else ""

    def _found(self) -> Sequence[str]:
        return self.sift(self.all_rows(), lambda one: " ".join(self._cells(one)))

    def all_rows(self) -> Sequence[str]:
        """Everything that is planned."""
        raise NotImplementedError

    # Changing

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Choose somebody else for what is marked, or else for this row."""
        chosen = self.chosen
        title = self.desk.text("assigning.choose_other", count=len(chosen))
        planned = {
            one: self.load(one) for one in {self.taker(row) for row in self.all_rows()} if one
        }
        loads = self._charges.loads(self._charges.kind([self.unit_of(chosen[0])]))
        more = {one: count - loads.get(one, 0) for one, count in planned.items()}
        view = TakerView(self._charges, self.purpose(chosen), title, more)
        self.app.push_screen(view, partial(self._give, chosen))

    def _give(self, chosen: Sequence[str], people: list[str] | None) -> None:
        if people:
            self.give(chosen, people[0])
            self.mark_only([])
            self.show_rows()
            self.show_title()
            title = self.desk.repository.title(people[0])
            self.say(self.desk.text("assigning.changed", count=len(chosen), who=title))

    def action_person(self) -> None:
        """Look at what the person of this row has."""
        current = self.row_list.current
        if current is not None and (taker := self.taker(current)):
            self.app.push_screen(PersonView(self._charges, taker))
