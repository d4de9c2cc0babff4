"""The records behind a number of a board; Enter opens one, another key adds what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nq77tui.core.board import Board
from nq77tui.core.record import Json
from nq77tui.tui.actions import RECORDS, SIFT, bindings
from nq77tui.tui.charges import Charges
from nq77tui.tui.desk import Desk
from nq77tui.tui.form_model import FormModel
from nq77tui.tui.views.assigning.person_load import PersonView
from nq77tui.tui.views.entry.form import FormView
from nq77tui.tui.views.sifted import RecordColumns, SiftedView
from nq77tui.tui.widgets.row_list import RowList

_FEW = 2_000
"""Records up to which the list is sorted: more would keep people waiting."""


class BoardRecords(SiftedView[None]):
    """A list of records of one type."""

    ACTIONS = RECORDS + SIFT
    BINDINGS = bindings(ACTIONS)

    def __init__(
        self, desk: Desk, board: Board, record_type: str, ids: Sequence[str], title: str
    ) -> None:
        super().__init__(desk)
        self._board, self._record_type, self._title = board, record_type, title
        self._columns = RecordColumns(desk, record_type)
        self._prepared: dict[str, str] = {}
        self._ids = self._columns.in_order(ids) if len(ids) <= _FEW else list(ids)

    def relabel(self) -> None:
        """Show everything in the language of the moment."""
        self._columns = RecordColumns(self.desk, self._record_type)
        self._prepared.clear()
        super().relabel()

    def store_changed(self) -> None:
        """Show the records as they are now, without those that are gone."""
        self._ids = [one for one in self._ids if self.desk.repository.row(one) is not None]
        self._prepared.clear()
        self.show_rows()
        self.show_title()

    def show_title(self) -> None:
        """Whose records, and how many."""
        total = self.number(len(self._ids))
        if self.query_text:
            total = f"{self.number(len(self.row_list.rows))}/{total}"
        self.set_title(self.filtered_title(self._title), total)

    def show_rows(self, *, from_top: bool = False) -> None:
        """Show the records that the filter finds."""
        columns, _ = self._columns.fit(self.app.size.width)
        found = self.sift(self._ids, self._columns.words, self._prepared)
        empty = self.empty_text("tui.board.empty")
        self.row_list.show(columns, found, self._columns.cells, empty=empty, from_top=from_top)

    # Doing

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Open the record."""
        self.app.push_screen(FormView(self.desk, self._record_type, event.row_id))

    def action_new(self) -> None:
        """Fill in what is missing for the row at hand: a visit to this household."""
        reach, current = self._board.reach, self.row_list.current
        row = self.desk.repository.row(current) if current else None
        if reach is None or row is None:
            self.say(self.desk.text("tui.board.no_new"))
            return
        if self.refuse_if_read_only():
            return
        self.say()
        form = FormView(self.desk, reach.record)
        form.model = FormModel(self.desk, reach.record, values=self._given(row.id, row.values))
        self.app.push_screen(form)

    def _given(self, record_id: str, values: Mapping[str, Json]) -> dict[str, Json]:
        """What a new record is about, from the one that it is to reach."""
        reach, schema = self._board.reach, self.desk.programme.schemas[self._record_type]
        assert reach
        given: dict[str, Json] = {}
        if reach.in_area:
            place = self.desk.programme.schemas[reach.record].area
            given[place] = values.get(schema.area)
        for theirs, own in reach.match.items():
            if len(theirs) == 1 and len(own) == 1:
                given[theirs[0]] = record_id if own == (".",) else values.get(own[0])
        return given

    def action_person(self) -> None:
        """Go to what the person in charge has."""
        assigning, current = self.desk.programme.assigning, self.row_list.current
        row = self.desk.repository.row(current) if current else None
        person: Json = None
        if assigning is not None and row is not None:
            people = self.desk.programme.schemas[assigning.record].fields[assigning.who].to
            if self._record_type == assigning.record:
                person = row.values.get(assigning.who)
            elif self._record_type in people:
                person = row.id
        if assigning is None or not isinstance(person, str):
            self.say(self.desk.text("tui.board.no_person"))
            return
        self.say()
        self.app.push_screen(PersonView(Charges(self.desk, assigning), person))
