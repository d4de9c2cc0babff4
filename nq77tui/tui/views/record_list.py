"""The list of one record type: sorted, filtered as one types, always up to date."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import chain

from textual import events

from nq77tui.tui.actions import LIST, bindings
from nq77tui.tui.desk import Desk
from nq77tui.tui.line_editor import LineEditor
from nq77tui.tui.listing import Listing
from nq77tui.tui.slices import in_slices, run_behind
from nq77tui.tui.theme import GOOD
from nq77tui.tui.views.rows import RowsView
from nq77tui.tui.widgets.row_list import ListColumn, RowList

_AT_ONCE = 0.06
"""Seconds that opening may take before the headings are shown without rows."""


class ListView(RowsView[None]):
    """All records of one type."""

    ACTIONS = LIST
    BINDINGS = bindings(ACTIONS)

    def __init__(self, desk: Desk, record_type: str) -> None:
        super().__init__(desk)
        self.record_type = record_type
        self._screen_of = desk.programme.screens[record_type]
        self._filter = LineEditor()
        self._is_fresh = True
        """Whether the order is not known yet and nobody has moved."""

    @property
    def listing(self) -> Listing:
        """What the rows are made from."""
        return self.desk.listing(self.record_type)

    # Showing

    def relabel(self) -> None:
        """Show everything in the language of the moment."""
        self.store_changed()
        super().relabel()

    def store_changed(self) -> None:
        """Bring the list up to date, without keeping the keys waiting."""
        run_behind(self, self._catch_up, "listing")

    async def _catch_up(self) -> None:
        listing = self.listing
        if listing.ids:
            self._show_rows()
        await in_slices(listing.refresh(), first=_AT_ONCE)
        self._show_rows(from_top=self._is_fresh)
        self._is_fresh = False

    def _show_rows(self, *, from_top: bool = False) -> None:
        found = self.listing.find(self._filter.text)
        empty = "tui.list.none_found" if self._filter.text else "tui.list.empty"
        self.row_list.show(
            self._columns(),
            found,
            self.listing.cells,
            empty=self.desk.text(empty),
            from_top=from_top,
        )
        self.show_title()

    def _columns(self) -> Iterator[ListColumn]:
        fields = self.desk.programme.schemas[self.record_type].fields
        for column in self._screen_of.columns:
            field = fields[column.field]
            heading = self.desk.label(field.label)
            yield ListColumn(heading, column.width, field.is_number)

    def show_title(self) -> None:
        """The name of the list, the filter, how many."""
        title, total = self.desk.label(self._screen_of.label), self.number(len(self.listing))
        if not self._filter.text:
            self.set_title(title, total)
            return
        query = self.desk.text("tui.list.filter", query=self._filter.text)
        found = self.number(len(self.row_list.rows))
        self.set_title(f"{title}  {query}", f"{found}/{total}")

    # Filtering

    def on_key(self, event: events.Key) -> None:
        """A letter goes on with the filter."""
        if event.key == "backspace":
            self._set_filter(self._filter.erased_back())
        elif event.character and event.is_printable and event.key != "question_mark":
            self._set_filter(self._filter.insert(event.character))
        else:
            return
        event.stop()

    def on_paste(self, event: events.Paste) -> None:
        """Filter by what was pasted."""
        event.stop()
        self._set_filter(self._filter.paste(event.text))

    def _set_filter(self, editor: LineEditor) -> None:
        if editor == self._filter:
            return
        self._filter = editor
        self.say()
        if not editor.text or self.listing.is_warm:
            self._show_rows(from_top=bool(editor.text))
        else:
            run_behind(self, self._look_for_the_first_time, "listing")

    async def _look_for_the_first_time(self) -> None:
        """Prepare what is looked through; until then no row is there to be chosen by mistake."""
        self.row_list.show(self._columns(), (), self.listing.cells)
        self.show_title()
        await in_slices(chain(self.listing.refresh(), self.listing.warm()))
        self._show_rows(from_top=True)

    # Doing

    def on_row_list_moved(self) -> None:
        """From now on the cursor belongs to its row."""
        self._is_fresh = False

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Open the record."""
        self._open(event.row_id)

    def action_new(self) -> None:
        """Open an empty form."""
        if not self.refuse_if_read_only():
            self._open(None)

    def _open(self, record_id: str | None) -> None:
        from nq77tui.tui.views.entry.form import FormView  # the list stands sooner without it

        self.app.push_screen(FormView(self.desk, self.record_type, record_id), self._shown)

    def _shown(self, record_id: str | None) -> None:
        """Stand on what was saved in the form."""
        if record_id is None:
            return
        self.say(self.desk.text("tui.saved", title=self.desk.repository.title(record_id)), GOOD)
        run_behind(self, partial(self._stand_on, record_id), "standing")

    async def _stand_on(self, record_id: str) -> None:
        await in_slices(self.listing.refresh())
        self._show_rows()
        self.row_list.go_to(record_id)

    def action_delete(self) -> None:
        """Delete the record after asking."""
        from nq77tui.tui.views.dialog.confirm import Confirm

        record_id = self.row_list.current
        if record_id is None or self.refuse_if_read_only():
            return
        question = self.desk.text("tui.delete.ask", title=self.desk.repository.title(record_id))
        self.app.push_screen(Confirm(self.desk, question), partial(self._delete, record_id))

    def _delete(self, record_id: str, is_sure: bool | None) -> None:
        if not is_sure:
            return
        with self.refusals():
            title = self.desk.repository.title(record_id)
            self.desk.repository.delete(record_id)
            self.say(self.desk.text("tui.deleted", title=title), GOOD)
        self.look_again()

    def action_reveal(self) -> None:
        """Show the personal numbers of the row."""
        self.reveal(self.row_list.current)

    def action_undo(self) -> None:
        """Take my last save back after asking."""
        from nq77tui.tui.views.undoing import ask_undo

        ask_undo(self)

    def action_verify(self) -> None:
        """Have this record, or all that are shown, keyed a second time."""
        from nq77tui.tui.views.verifying.verify import ask_to_verify

        rows = self.row_list
        ask_to_verify(self, self.record_type, rows.current, list(rows.rows))

    def action_sort(self) -> None:
        """Sort by the next column, then by the programme's order again."""
        run_behind(self, self._sort, "listing")

    async def _sort(self) -> None:
        orders = [self._screen_of.sort, *((c.field,) for c in self._screen_of.columns)]
        orders = list(dict.fromkeys(orders))
        at = orders.index(self.listing.sort) if self.listing.sort in orders else 0
        wanted = orders[(at + 1) % len(orders)]
        await in_slices(self.listing.sort_by(wanted))
        self._show_rows()
        fields = self.desk.programme.schemas[self.record_type].fields
        names = ", ".join(self.desk.label(fields[name].label) for name in wanted)
        self.say(self.desk.text("tui.list.sorted", fields=names))

    def action_back(self) -> None:
        """Take the filter away; without one, go home."""
        if self._filter.text:
            self._set_filter(LineEditor())
        else:
            self.dismiss()
