"""What one person is in charge of: ending it, handing it over; and everybody, to choose from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial

from nq77tui.core.scope import Row
from nq77tui.tui.actions import MARK, PEOPLE, PERSON, SIFT, bindings
from nq77tui.tui.candidates import Purpose
from nq77tui.tui.charges import Charges
from nq77tui.tui.theme import GOOD
from nq77tui.tui.views.assigning.people import PeopleView
from nq77tui.tui.views.dialog.confirm import Confirm
from nq77tui.tui.views.entry.form import FormView
from nq77tui.tui.views.sifted import MarkingView, RecordColumns
from nq77tui.tui.widgets.row_list import ListColumn, RowList


class PersonView(MarkingView[None]):
    """The assignments of one person; those that have ended on demand."""

    ACTIONS = PERSON + MARK + SIFT
    BINDINGS = bindings(ACTIONS)

    def __init__(self, charges: Charges, person_id: str) -> None:
        super().__init__(charges.desk)
        self._charges = charges
        self._person_id = person_id
        self._with_ended = False
        self._rows: dict[str, Row] = {}
        self._columns = self._new_columns()

    def _new_columns(self) -> RecordColumns:
        return RecordColumns(self.desk, self._charges.schema.record, without=self._charges.who.name)

    # Showing

    def relabel(self) -> None:
        """Show everything in the language of the moment."""
        self._columns = self._new_columns()
        self._take_rows()
        super().relabel()

    def store_changed(self) -> None:
        """Show the assignments as they are now."""
        self._take_rows()
        self.show_rows()
        self.mark_only([one for one in self.row_list.marks if one in self._rows])

    def _take_rows(self) -> None:
        """Those that run first, in the order of the list of assignments."""
        order = self.desk.programme.screens[self._charges.schema.record].sort
        rows = self._charges.held_by(self._person_id, ended=self._with_ended)
        rows.sort(key=lambda row: (not self._runs(row), self._columns.text.key(row.values, order)))
        self._rows = {row.id: row for row in rows}

    def _runs(self, row: Row) -> bool:
        return self._charges.current.runs(row)

    @property
    def who(self) -> str:
        """The person's name."""
        return self.desk.repository.title(self._person_id)

    def show_title(self) -> None:
        """The person, how much they have, what is marked."""
        running = sum(map(self._runs, self._rows.values()))
        title = self.desk.text("tui.person.title", who=self.who, count=running)
        count = len(self.row_list.marks)
        right = self.desk.text("tui.units.marked", count=count) if count else ""
        self.set_title(self.filtered_title(title), right)

    def show_rows(self, *, from_top: bool = False) -> None:
        """Show the assignments that the filter finds."""
        columns, left = self._columns.fit(self.app.size.width)
        place = ListColumn(self.desk.text("tui.person.place"), left)
        empty = self.empty_text("tui.person.empty")
        self.row_list.show(
            [*columns, place], self._found(), self._cells, empty=empty, from_top=from_top
        )

    def _cells(self, record_id: str) -> tuple[str, ...]:
        unit_id = self._rows[record_id].values.get(self._charges.assigning.unit)
        place = self._charges.place_of(unit_id) if isinstance(unit_id, str) else ""
        return (*self._columns.cells(record_id), place)

    def all_rows(self) -> Sequence[str]:
        """Every assignment of the list."""
        return list(self._rows)

    def _found(self) -> Sequence[str]:
        return self.sift(list(self._rows), lambda one: " ".join(self._cells(one)))

    # Doing

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Open the assignment."""
        self.app.push_screen(FormView(self.desk, self._charges.schema.record, event.row_id))

    def action_show(self) -> None:
        """Show or hide what has ended."""
        self._with_ended = not self._with_ended
        self.store_changed()
        self.say(self.desk.text(f"tui.person.shown.{'all' if self._with_ended else 'running'}"))

    def action_end(self) -> None:
        """End what is marked, after asking."""
        running = [one for one in self.chosen if self._runs(self._rows[one])]
        if not running:
            self.say(self.desk.text("tui.person.nothing"))
            return
        question = self.desk.text("tui.person.end_ask", count=len(running), who=self.who)
        self.app.push_screen(Confirm(self.desk, question), partial(self._end, running))

    def _end(self, record_ids: Sequence[str], is_sure: bool | None) -> None:
        if not is_sure:
            return
        with self.refusals():
            count = self._charges.current.end(record_ids)
            self.mark_only([])
            self.say(self.desk.text("tui.person.ended", count=count, who=self.who), GOOD)
        self.look_again()

    def action_hand_over(self) -> None:
        """Choose who takes everything, and the last day; then it is shown before it is written."""
        from nq77tui.tui.views.assigning.handing_over import ask_handover

        if self._charges.held_by(self._person_id):
            ask_handover(self, self._charges, self._person_id)
        else:
            self.say(self.desk.text("tui.person.nothing"))


class EverybodyView(PeopleView[None]):
    """Everybody, or some, and what each has."""

    ACTIONS = PEOPLE[:1] + SIFT
    BINDINGS = bindings(ACTIONS)

    def __init__(self, charges: Charges, *, only: Collection[str] = ()) -> None:
        super().__init__(charges, Purpose(only=only))

    def show_title(self) -> None:
        """What this is, and how many there are."""
        title = self.desk.text("tui.people.browse")
        self.set_title(self.filtered_title(title), str(len(self.all_rows())))

    def take(self, people: list[str]) -> None:
        """Look at what the person has."""
        self.app.push_screen(PersonView(self._charges, people[0]))
