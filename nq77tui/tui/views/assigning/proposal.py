"""What is proposed for an area, a line each, before anything is written: then it is saved."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

from nq77tui.core.area_tree import EVERYWHERE
from nq77tui.core.counting.coverage import Coverage
from nq77tui.core.values import show_date
from nq77tui.store.proposing import Plan, proposing
from nq77tui.tui.actions import MARK, PLAN, SIFT, bindings
from nq77tui.tui.candidates import Purpose
from nq77tui.tui.charges import Charges
from nq77tui.tui.slices import in_slices
from nq77tui.tui.views.assigning.choosing import ChargeForm, ChargeModel
from nq77tui.tui.views.assigning.planning import PlanView
from nq77tui.tui.widgets.row_list import RowList


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
            counts = {"given": self.number(len(self._plan.given)), "people": self.number(people)}
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
