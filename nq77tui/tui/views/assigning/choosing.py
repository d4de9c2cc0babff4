"""Who is to take what was marked, and with which duties: then it is written, all at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nq77tui.core.metric import Metric
from nq77tui.core.record import Json, Record
from nq77tui.tui.actions import CHARGE, MARK, PEOPLE, SIFT, bindings
from nq77tui.tui.candidates import Purpose
from nq77tui.tui.charges import Charges, Shares
from nq77tui.tui.form_model import FormModel
from nq77tui.tui.views.assigning.people import PeopleView
from nq77tui.tui.views.assigning.person_load import PersonView
from nq77tui.tui.views.entry.form import FormView


class ChoosingView(PeopleView[str]):
    """Answers with what was done, as a sentence; None where nothing was."""

    ACTIONS = PEOPLE + MARK + SIFT
    BINDINGS = bindings(ACTIONS)

    def __init__(self, charges: Charges, unit_ids: Sequence[str], metric: Metric) -> None:
        super().__init__(charges, Purpose(unit_ids, metric))

    def on_mount(self) -> None:
        """Say that several people may share."""
        count = len(self.purpose.unit_ids)
        if count > 1:
            kind = self._charges.name_of(self._kind)
            self.call_later(self.say, self.desk.text("tui.people.share", count=count, kind=kind))

    def show_title(self) -> None:
        """What is to be given."""
        unit_ids = self.purpose.unit_ids
        if len(unit_ids) == 1:
            unit = self.desk.repository.title(unit_ids[0])
            title = self.desk.text("tui.people.choose_one", unit=unit)
        else:
            kind = self._charges.name_of(self._kind)
            title = self.desk.text("tui.people.choose", count=len(unit_ids), kind=kind)
        count = len(self.row_list.marks)
        right = self.desk.text("tui.units.marked", count=count) if count else ""
        self.set_title(self.filtered_title(title), right)

    def take(self, people: list[str]) -> None:
        """Ask for the duties."""
        model = ChargeModel(self._charges, self._charges.shares(people, self.purpose.unit_ids))
        self.app.push_screen(ChargeForm(model), lambda written: self._done(model, written))

    def _done(self, model: ChargeModel, written: str | None) -> None:
        if written is not None:
            self.dismiss(model.sentence())

    def action_person(self) -> None:
        """Look at what the person has."""
        if (current := self.row_list.current) is not None:
            self.app.push_screen(PersonView(self._charges, current))


class ChargeModel(FormModel):
    """The fields that many assignments are to have in common."""

    keeps_draft = False

    def __init__(self, charges: Charges, shares: Shares) -> None:
        """Ask for them.

        Args:
            shares: people, each with the units that they take.
        """
        assigning = charges.assigning
        self.people = [person for person, _ in shares]
        self.unit_ids = list(dict.fromkeys(one for _, units in shares for one in units))
        first: dict[str, Json] = {
            assigning.who: self.people[0],
            assigning.unit: self.unit_ids[0],
        }
        if charges.other_day:
            first[charges.schema.begins] = charges.other_day
        super().__init__(charges.desk, assigning.record, values={**charges.carried, **first})
        self.charges = charges
        self.shares = shares
        self.written: list[Record] = []
        given = {assigning.who, assigning.unit, self.schema.ends}
        sections = [
            replace(section, fields=tuple(f for f in section.fields if f.name not in given))
            for section in self.form.sections
        ]
        self.form = replace(self.form, sections=tuple(sections))

    def save(self) -> Record:
        """Write them all."""
        given = {self.charges.assigning.who, self.charges.assigning.unit}
        values = {name: value for name, value in self.values.items() if name not in given}
        self.written = self.charges.write(self.shares, values)
        carry = {asked.name for asked in self.form.form_fields() if asked.carry}
        self.charges.carried = {n: v for n, v in values.items() if n in carry and v is not None}
        return self.written[0]

    @property
    def who(self) -> str:
        """The person, or how many."""
        if len(self.people) > 1:
            return self.desk.text("tui.assign.several", count=len(self.people))
        return self.desk.repository.title(self.people[0])

    def what(self, count: int) -> str:
        """The unit, or how many of which kind."""
        if len(self.unit_ids) == 1:
            return self.desk.repository.title(self.unit_ids[0])
        kind = self.charges.name_of(self.charges.kind(self.unit_ids))
        return self.desk.text("tui.assign.what", count=count, kind=kind)

    def sentence(self) -> str:
        """What was done."""
        what = self.what(len(self.written))
        if len(self.people) > 1:
            several = len(self.people)
            return self.desk.text("tui.assign.done_several", what=what, people=several)
        load = self.charges.loads(self.charges.kind(self.unit_ids)).get(self.people[0], 0)
        return self.desk.text("tui.assign.done", what=what, who=self.who, load=load)


class ChargeForm(FormView):
    """A form without the person and the unit, which are chosen already."""

    ACTIONS = CHARGE
    BINDINGS = bindings(ACTIONS)

    def __init__(self, model: ChargeModel) -> None:
        super().__init__(model.desk, model.record_type)
        self.model: ChargeModel = model

    def show_title(self) -> None:
        """What is given to whom."""
        what, who = self.model.what(len(self.model.unit_ids)), self.model.who
        self.set_title(self.desk.text("tui.assign.form", what=what, who=who))

    def action_save_new(self) -> None:
        """Save: there is no next one here."""
        self.action_save()
