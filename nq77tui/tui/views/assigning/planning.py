"""What is proposed, a line each, before anything is written: looked at, changed, then saved."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from nq77tui.core.area_tree import EVERYWHERE
from nq77tui.core.counting.coverage import Coverage
from nq77tui.core.values import show_date, show_number
from nq77tui.store.proposing import Plan, proposing
from nq77tui.tui.actions import MARK, PEOPLE, PLAN, SIFT, bindings
from nq77tui.tui.candidates import Purpose
from nq77tui.tui.charges import Charges
from nq77tui.tui.search import Search, searchable
from nq77tui.tui.slices import in_slices
from nq77tui.tui.views.assigning.choosing import ChargeForm, ChargeModel
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

    def _found(self) -> list[str]:
        if not self.query_text.strip():
            return list(self.all_rows())
        search = Search(self.query_text)
        words = {one: " ".join(self._cells(one)) for one in self.all_rows()}
        return [
            one for one in words if search.accepts(searchable(words[one]), partial(str, words[one]))
        ]

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


class ProposalView(PlanView):
    """Everything in an area that has nobody, each with somebody of its village."""

    ACTIONS = PLAN + MARK + SIFT
    BINDINGS = bindings(ACTIONS)

    def __init__(self, charges: Charges, area_id: str) -> None:
        super().__init__(charges)
        self._area_id = area_id
        self._plan: Plan | None = None
        self._chosen: dict[str, str] = {}
        self._rows: list[str] = []
        self._loads: dict[str, int] = {}

    def on_mount(self) -> None:
        """Propose."""
        self.store_changed()

    def store_changed(self) -> None:
        """Propose anew; what was chosen by hand stays so."""
        self.run_worker(self._propose(), exclusive=True, group="proposal")

    async def _propose(self) -> None:
        charges = self._charges
        await asyncio.to_thread(charges.loads, charges.assigning.units)
        counted = charges.coverage
        if counted is None:
            counted = await asyncio.to_thread(self._count)
        loads = charges.loads(charges.assigning.units)
        area_id = self._area_id
        await in_slices(proposing(charges.current, counted, area_id, loads, self._take))

    def _count(self) -> Coverage:
        live, other = self.desk.live, self._charges.other_day
        counted = live.count_on(other) if other else live.count()
        assert counted
        self._charges.counted = counted
        return counted

    def _take(self, plan: Plan) -> None:
        if not self.query(RowList):
            return  # it was left while it was being proposed
        self._plan = plan
        for unit_id, person in self._chosen.items():
            if unit_id in plan.places:
                self._plan = self._plan.changed([unit_id], person)
        self._arrange()
        self.mark_only([one for one in self.row_list.marks if one in plan.places])
        self.show_rows()
        self.show_title()

    def _arrange(self) -> None:
        """Area by area: those without anybody, then person by person."""
        assert self._plan
        plan = self._plan
        self._loads = dict(plan.loads)
        for person in plan.given.values():
            self._loads[person] = self._loads.get(person, 0) + 1
        areas = {place: at for at, place in enumerate(dict.fromkeys(plan.places.values()))}
        people = {person: at for at, person in enumerate(dict.fromkeys(plan.given.values()))}
        self._rows = sorted(
            plan.places,
            key=lambda one: (areas[plan.places[one]], people.get(plan.given.get(one, ""), -1)),
        )

    # What is planned

    def all_rows(self) -> Sequence[str]:
        """Everything that has nobody."""
        return self._rows

    def taker(self, row_id: str) -> str:
        """The person for a unit."""
        return self._plan.given.get(row_id, "") if self._plan else ""

    def unit_of(self, row_id: str) -> str:
        """The unit itself."""
        return row_id

    def load(self, person_id: str) -> int:
        """How many a person will have."""
        return self._loads.get(person_id, 0)

    def purpose(self, row_ids: Sequence[str]) -> Purpose:
        """Whom the metric would count comes first."""
        return Purpose(row_ids, self._charges.metric)

    def give(self, row_ids: Sequence[str], person_id: str) -> None:
        """Plan some units for another person."""
        if self._plan:
            self._chosen.update(dict.fromkeys(row_ids, person_id))
            self._plan = self._plan.changed(row_ids, person_id)
            self._arrange()

    @property
    def empty_key(self) -> str:
        """What to say until there is a plan, and where nothing is left to plan."""
        return "assigning.nothing" if self._plan else "assigning.proposing"

    def show_title(self) -> None:
        """Where, how many, for how many people; the day where it is not today."""
        area = (
            self.everywhere
            if self._area_id == EVERYWHERE
            else self._charges.long_title(self._area_id)
        )
        title, right = self.desk.text("assigning.title", area=area), ""
        if self._plan is not None:
            people = len(set(self._plan.given.values()))
            counts = {"given": self._number(len(self._plan.given)), "people": self._number(people)}
            right = self.desk.text("assigning.counts", **counts)
            if self._plan.left:
                right = self.desk.text("assigning.without", count=len(self._plan.left), rest=right)
        if self._charges.other_day:
            right = f"{right}  {show_date(self._charges.other_day)}"
        self.set_title(self.filtered_title(title), right)

    @property
    def everywhere(self) -> str:
        """What is above all areas."""
        return self.desk.text("tui.coverage.everywhere")

    def _number(self, number: int) -> str:
        return show_number(number, self.desk.catalogue.lang)

    def action_save(self) -> None:
        """Ask for the duties and the decision of all of them; then they are written."""
        if self._plan is None or not self._plan.given:
            self.say(self.desk.text(self.empty_key))
        elif not self.refuse_if_read_only():
            model = ChargeModel(self._charges, self._plan.shares)
            self.app.push_screen(ChargeForm(model), partial(self._saved, model))

    def _saved(self, model: ChargeModel, written: str | None) -> None:
        if written is not None:
            self.dismiss(model.sentence())
