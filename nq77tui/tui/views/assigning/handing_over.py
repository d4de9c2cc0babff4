"""Handing over when somebody leaves: who takes what from which day, shown before it is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from nq77tui.core.record import Json, Record
from nq77tui.core.values import parse_date, show_date
from nq77tui.store.handover import HandedOver, Handover, hand_over, plan_handover
from nq77tui.tui.actions import LEAVING, MARK, PLAN, SIFT, bindings
from nq77tui.tui.candidates import Purpose
from nq77tui.tui.charges import Charges
from nq77tui.tui.theme import GOOD
from nq77tui.tui.views.assigning.choosing import ChargeForm, ChargeModel
from nq77tui.tui.views.assigning.planning import PlanView, TakerView
from nq77tui.tui.views.base import BaseView
from nq77tui.tui.views.dialog.confirm import Confirm
from nq77tui.tui.views.dialog.prompt import Prompt


def ask_handover(view: BaseView[None], charges: Charges, person_id: str) -> None:
    """Choose who takes over, ask for the last day, show what that gives."""
    desk = view.desk
    held = charges.held_by(person_id)
    near = [str(row.values.get(charges.assigning.unit)) for row in held[:1]]
    title = desk.text("tui.people.heir", who=desk.repository.title(person_id))

    def chosen(heirs: list[str] | None) -> None:
        if heirs:
            question = desk.text("assigning.ask_last_day", who=desk.repository.title(person_id))
            prompt = Prompt(desk, question, lambda typed: _read_day(charges, typed))
            view.app.push_screen(prompt, partial(planned, heirs))

    def planned(heirs: list[str], day: str | None) -> None:
        if day is not None:
            with view.refusals():
                plan = plan_handover(
                    desk.repository,
                    charges.assigning,
                    person_id,
                    heirs,
                    date.fromisoformat(day),
                )
                view.app.push_screen(HandoverView(charges, plan), done)

    def done(sentence: str | None) -> None:
        if sentence is not None:
            view.look_again()
            view.say(sentence, GOOD)

    purpose = Purpose(near, without=person_id)
    view.app.push_screen(TakerView(charges, purpose, title, {}), chosen)


def _read_day(charges: Charges, typed: str) -> str:
    """The day; today where nothing was typed."""
    today = charges.desk.repository.today()
    return parse_date(typed, today) if typed.strip() else today.isoformat()


class HandoverView(PlanView):
    """What somebody holds, each with who takes it."""

    ACTIONS = PLAN + LEAVING + MARK + SIFT
    BINDINGS = bindings(ACTIONS)

    def __init__(self, charges: Charges, plan: Handover) -> None:
        super().__init__(charges)
        self._plan = plan
        self._units = {row.id: str(row.values.get(charges.assigning.unit)) for row in plan.rows}
        self._rows = sorted(self._units, key=lambda one: (plan.heirs[one], self._units[one]))

    def all_rows(self) -> Sequence[str]:
        """The assignments that go over."""
        return self._rows

    def taker(self, row_id: str) -> str:
        """Who takes an assignment."""
        return self._plan.heirs[row_id]

    def unit_of(self, row_id: str) -> str:
        """What it is an assignment to."""
        return self._units[row_id]

    def load(self, person_id: str) -> int:
        """How many units of the kind that is marked a person will have."""
        kind = self._charges.assigning.units
        more = Counter(heir for one, heir in self._plan.heirs.items() if self._kind_of(one) == kind)
        return self._charges.loads(kind).get(person_id, 0) + more[person_id]

    def _kind_of(self, row_id: str) -> str:
        return self._charges.kind([self._units[row_id]])

    def purpose(self, row_ids: Sequence[str]) -> Purpose:
        """Anybody but the one who leaves."""
        units = [self._units[one] for one in row_ids]
        return Purpose(units, without=self._plan.person_id)

    def give(self, row_ids: Sequence[str], person_id: str) -> None:
        """Plan some for another person."""
        self._plan = self._plan.changed(row_ids, person_id)

    def show_title(self) -> None:
        """Who, how many, the last day, whether they leave."""
        who = self.desk.repository.title(self._plan.person_id)
        title = self.desk.text("assigning.hand_title", who=who, count=len(self._rows))
        key = "leaves" if self._plan.is_leaving else "stays"
        day = show_date(self._plan.last_day.isoformat())
        right = self.desk.text(f"assigning.{key}", date=day)
        self.set_title(self.filtered_title(title), right)

    def action_stays(self) -> None:
        """The person leaves, or stays and only gives this away."""
        self._plan = replace(self._plan, is_leaving=not self._plan.is_leaving)
        self.show_title()

    def action_save(self) -> None:
        """Ask for the decision of all of them; then it is written."""
        if self.refuse_if_read_only():
            return
        model = HandoverModel(self._charges, self._plan)
        if self._charges.assigning.decision:
            self.app.push_screen(HandoverForm(model), partial(self._saved, model))
            return
        who, count = self.desk.repository.title(self._plan.person_id), len(self._rows)
        question = self.desk.text("assigning.hand_ask", who=who, count=count)
        self.app.push_screen(Confirm(self.desk, question), partial(self._sure, model))

    def _sure(self, model: HandoverModel, is_sure: bool | None) -> None:
        if is_sure:
            with self.refusals():
                model.save()
                self._saved(model, "")

    def _saved(self, model: HandoverModel, written: str | None) -> None:
        if written is not None:
            self.dismiss(model.sentence())


class HandoverModel(ChargeModel):
    """What all that goes over has in common: the decision; all else is taken over."""

    def __init__(self, charges: Charges, plan: Handover) -> None:
        units = {row.id: str(row.values.get(charges.assigning.unit)) for row in plan.rows}
        super().__init__(charges, [(plan.heirs[one], [unit]) for one, unit in units.items()])
        self._plan = plan
        self.done: HandedOver | None = None
        wanted = {charges.assigning.decision}
        sections = [
            replace(section, fields=tuple(f for f in section.fields if f.name in wanted))
            for section in self.form.sections
        ]
        self.form = replace(self.form, sections=tuple(one for one in sections if one.fields))

    def save(self) -> Record:
        """Write it all."""
        name = self.charges.assigning.decision
        decision: dict[str, Json] = {name: self.values[name]} if self.values.get(name) else {}
        repository = self.desk.repository
        self.done = hand_over(repository, self.charges.assigning, self._plan, decision)
        return repository.require(self._plan.person_id)

    def sentence(self) -> str:
        """What was done."""
        assert self.done
        who = self.desk.repository.title(self._plan.person_id)
        heirs = len(set(self._plan.heirs.values()))
        return self.desk.text("assigning.hand_done", count=self.done.ended, who=who, people=heirs)


class HandoverForm(ChargeForm):
    """The decision of a handover."""

    def show_title(self) -> None:
        """What it is about."""
        count = len(self.model.shares)
        self.set_title(self.desk.text("assigning.hand_form", count=count))
