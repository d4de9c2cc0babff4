"""A list that narrows down as one types, and one whose rows can be marked as well."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from textual import events

from nq77tui.core.screen import RecordScreen
from nq77tui.tui.desk import Desk
from nq77tui.tui.line_editor import LineEditor
from nq77tui.tui.row_text import RowText
from nq77tui.tui.search import Search, searchable
from nq77tui.tui.views.base import Result
from nq77tui.tui.views.rows import RowsView
from nq77tui.tui.widgets.row_list import ListColumn

_MARGIN = 2
"""Cells for the sign of a marked row."""


class SiftedView(RowsView[Result]):
    """A list with a filter; what a letter is bound to comes before the filter."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._filter = LineEditor()

    @property
    def query_text(self) -> str:
        """What is looked for."""
        return self._filter.text

    def sift(
        self,
        row_ids: Sequence[str],
        words: Callable[[str], str],
        prepared: dict[str, str] | None = None,
    ) -> Sequence[str]:
        """The rows that the filter finds.

        Args:
            words: gives what a row is found by.
            prepared: keeps what was made of those words, where there are thousands of rows.
        """
        if not self.query_text.strip():
            return row_ids
        search = Search(self.query_text)
        if prepared is None:
            return [one for one in row_ids if search.finds(words(one))]
        for one in row_ids:
            if one not in prepared:
                prepared[one] = searchable(words(one))
        return [one for one in row_ids if search.accepts(prepared[one], partial(words, one))]

    def show_rows(self, *, from_top: bool = False) -> None:
        """Show the rows that the filter finds."""

    def relabel(self) -> None:
        """Show everything in the language of the moment."""
        self.show_rows()
        super().relabel()

    def filtered_title(self, title: str) -> str:
        """A title with what is looked for."""
        if not self.query_text:
            return title
        return f"{title}  {self.desk.text('tui.sift.filter', query=self.query_text)}"

    def empty_text(self, key: str) -> str:
        """What to say where there are no rows."""
        return self.desk.text("tui.sift.none_found" if self.query_text else key)

    def on_key(self, event: events.Key) -> None:
        """A letter goes on with the filter."""
        if event.key == "backspace":
            self._set_filter(self._filter.erased_back())
        elif event.character and event.is_printable and event.key not in self._bound:
            self._set_filter(self._filter.insert(event.character))
        else:
            return
        event.stop()

    @property
    def _bound(self) -> set[str]:
        return {key for action in self.ACTIONS for key in action.keys}

    def on_paste(self, event: events.Paste) -> None:
        """Filter by what was pasted."""
        event.stop()
        self._set_filter(self._filter.paste(event.text))

    def _set_filter(self, editor: LineEditor) -> None:
        if editor != self._filter:
            self._filter = editor
            self.say()
            self.show_rows(from_top=bool(editor.text))
            self.show_title()

    def action_back(self) -> None:
        """Take the filter away; without one, go back."""
        if self._filter.text:
            self._set_filter(LineEditor())
        else:
            self.leave()

    def leave(self) -> None:
        """Go back to where this was opened from."""
        self.dismiss()


class MarkingView(SiftedView[Result]):
    """Marks stay while one filters: they are of rows, not of what shows."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._anchor: str | None = None

    @property
    def marked(self) -> list[str]:
        """The marked rows in the order of the whole list."""
        return [row_id for row_id in self.all_rows() if row_id in self.row_list.marks]

    def all_rows(self) -> Sequence[str]:
        """Every row, those left out by the filter included."""
        return self.row_list.rows

    @property
    def chosen(self) -> list[str]:
        """The marked rows, or else the one with the cursor."""
        current = self.row_list.current
        return self.marked or ([current] if current is not None else [])

    def mark_only(self, row_ids: Sequence[str]) -> None:
        """Mark these and no others."""
        self.row_list.mark(row_ids)
        self.show_title()

    def on_key(self, event: events.Key) -> None:
        """Mark the rows that the cursor goes over."""
        steps = {"shift+down": 1, "shift+up": -1}
        current = self.row_list.current
        if event.key in steps and event.key in self._bound and current is not None:
            event.stop()
            self._step(steps[event.key])
            self._mark_more([current, self.row_list.current or current])
            self._anchor = self.row_list.current

    def action_mark_one(self) -> None:
        """Mark the row, or take its mark off, and go down."""
        current = self.row_list.current
        if current is None:
            return
        self.row_list.mark(self.row_list.marks ^ {current})
        self._anchor = current
        self._step(1)
        self.show_title()

    def action_mark_range(self) -> None:
        """Mark from the row marked last to this one."""
        rows, current = self.row_list.rows, self.row_list.current
        if current is None:
            return
        start = self._anchor if self._anchor in rows else current
        ends = sorted((rows.index(start or current), self.row_list.cursor))
        self._mark_more(rows[ends[0] : ends[1] + 1])
        self._anchor = current

    def action_mark_every(self) -> None:
        """Mark all rows that show."""
        self._mark_more(self.row_list.rows)

    def action_mark_none(self) -> None:
        """Take all marks off."""
        self.mark_only([])

    def _mark_more(self, row_ids: Sequence[str]) -> None:
        self.mark_only([*self.row_list.marks, *row_ids])

    def _step(self, step: int) -> None:
        rows, place = self.row_list.rows, self.row_list.cursor + step
        if 0 <= place < len(rows):
            self.row_list.go_to(rows[place])


class RecordColumns:
    """As many columns of a record type's list as fit beside a view's own, and their cells."""

    def __init__(self, desk: Desk, record_type: str, *, without: str = "") -> None:
        self._screen: RecordScreen = desk.programme.screens[record_type]
        self._fields = desk.programme.schemas[record_type].fields
        self._desk = desk
        self._without = without
        self._shown: list[int] = []
        self.text = RowText(desk.repository, self._screen, desk.catalogue.lang)

    def fit(self, width: int) -> tuple[list[ListColumn], int]:
        """The columns for a width, and what is left of it; each takes a gap behind it."""
        columns, left = [], width - _MARGIN
        self._shown = []
        for at, column in enumerate(self._screen.columns):
            if column.field == self._without or column.width + 1 > left:
                continue
            field = self._fields[column.field]
            heading = self._desk.label(field.label)
            columns.append(ListColumn(heading, column.width, field.is_number))
            self._shown.append(at)
            left -= column.width + 1
        return columns, left

    def cells(self, record_id: str) -> tuple[str, ...]:
        """What a record shows in these columns."""
        row = self._desk.repository.row(record_id)
        cells = self.text.cells(row.values if row else {})
        return tuple(cells[at] for at in self._shown)

    def words(self, record_id: str) -> str:
        """What a record is found by, in these columns or not."""
        row = self._desk.repository.row(record_id)
        return self.text.found_by(row.values) if row else ""

    def in_order(self, record_ids: Iterable[str]) -> list[str]:
        """Records in the order of their type's list, without those that are gone.

        Can be called from any thread: what it works out it shares with nobody.
        """
        repository, sort = self._desk.repository, self._screen.sort
        text = RowText(repository, self._screen, self._desk.catalogue.lang)
        rows = map(repository.row, record_ids)
        keyed = {row.id: text.key(row.values, sort) for row in rows if row}
        return sorted(keyed, key=keyed.__getitem__)
