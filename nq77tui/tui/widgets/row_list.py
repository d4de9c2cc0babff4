"""A list of any length of which only the rows on the screen are ever formatted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rich.cells import set_cell_size
from textual import events
from textual.message import Message

from nq77tui.tui.actions import ROWS
from nq77tui.tui.cells import fit
from nq77tui.tui.theme import CURSOR_ROW, HEADING, MARKED, PLAIN, QUIET
from nq77tui.tui.widgets.canvas import Canvas, Line

_BAR_AT_LEAST = 28


@dataclass(frozen=True, slots=True)
class ListColumn:
    """A column: its heading, its cells, and whether it stands at the right (numbers)."""

    heading: str
    width: int
    is_right: bool = False


Cells = Callable[[str], Sequence[str]]
"""What the row with an id shows, a text a column."""


class RowList(Canvas, can_focus=True):
    """Rows by id, a cursor, and marks.

    The page turns at the edge: one screen is painted every twenty rows, instead of one a row.
    """

    ACTIONS = ROWS

    class Moved(Message):
        """The cursor stands on another row."""

        def __init__(self, row_list: RowList, row_id: str) -> None:
            super().__init__()
            self.row_list = row_list
            self.row_id = row_id

        @property
        def control(self) -> RowList:
            """The list."""
            return self.row_list

    class Chosen(Moved):
        """Enter was pressed on a row."""

    def __init__(self) -> None:
        super().__init__(classes="body")
        self._columns: tuple[ListColumn, ...] = ()
        self._rows: Sequence[str] = ()
        self._cells: Cells = lambda row_id: (row_id,)
        self._made: dict[str, str] = {}
        self._marks: frozenset[str] = frozenset()
        self._empty = ""
        self.cursor = 0
        self.top = 0

    # What is shown

    def show(
        self,
        columns: Iterable[ListColumn],
        rows: Sequence[str],
        cells: Cells,
        *,
        empty: str = "",
        from_top: bool = False,
    ) -> None:
        """Show rows; the cursor stays on its row if that is among them.

        Args:
            columns: their widths and the gaps of one cell between them fit the line.
            rows: ids.
            cells: what a row shows; asked only for rows that come into sight.
            empty: what to say where there are no rows.
            from_top: put the cursor on the first row instead.
        """
        current = self.current
        self._columns = tuple(columns)
        self._rows, self._cells, self._empty = rows, cells, empty
        self._made.clear()
        self._place(0 if from_top else self._place_of(current))
        self.repaint()

    @property
    def rows(self) -> Sequence[str]:
        """The ids of all rows, in order."""
        return self._rows

    @property
    def current(self) -> str | None:
        """The id of the row with the cursor."""
        return self._rows[self.cursor] if self.cursor < len(self._rows) else None

    @property
    def page(self) -> int:
        """How many rows show at once."""
        return max(self.size.height - 1, 1)

    @property
    def marks(self) -> frozenset[str]:
        """The ids of the marked rows."""
        return self._marks

    def mark(self, row_ids: Iterable[str]) -> None:
        """Mark these rows and no others."""
        self._marks = frozenset(row_ids)
        self.repaint()

    # Moving

    def go_to(self, row_id: str) -> None:
        """Put the cursor on a row, if it is here."""
        self._move(self._place_of(row_id))

    def on_key(self, event: events.Key) -> None:
        """Move, or choose."""
        steps = {
            "up": -1,
            "down": 1,
            "pageup": -self.page,
            "pagedown": self.page,
            "home": -len(self._rows),
            "end": len(self._rows),
        }
        if event.key in steps:
            event.stop()
            self._move(self.cursor + steps[event.key])
        elif event.key == "enter" and self.current is not None:
            event.stop()
            self.post_message(self.Chosen(self, self.current))

    def _move(self, place: int) -> None:
        before = self.cursor
        self._place(place)
        if self.cursor != before:
            self.repaint()
            self.post_message(self.Moved(self, self._rows[self.cursor]))

    def _place(self, place: int) -> None:
        """Set the cursor, and turn to its page."""
        last = max(len(self._rows) - 1, 0)
        self.cursor = min(max(place, 0), last)
        if self.cursor >= self.top + self.page:
            self.top = self.cursor
        elif self.cursor < self.top:
            self.top = self.cursor - self.page + 1
        self.top = max(min(self.top, len(self._rows) - self.page), 0)

    def _place_of(self, row_id: str | None) -> int:
        if self.current == row_id:
            return self.cursor
        try:
            return self._rows.index(row_id or "")
        except ValueError:
            return self.cursor

    def on_resize(self) -> None:
        """Keep the cursor on the page."""
        self._place(self.cursor)

    # Drawing

    def lines(self, width: int, height: int) -> list[Line]:
        """The headings, then the rows of the page."""
        headings = (fit(c.heading, c.width, right=c.is_right) for c in self._columns)
        heading = (fit("  " + " ".join(headings), width), HEADING)
        shown = self._rows[self.top : self.top + height - 1]
        if not shown:
            return [(heading,), (("  " + self._empty, QUIET),)]
        return [(heading,), *(self._row_parts(row_id, width) for row_id in shown)]

    def _row_parts(self, row_id: str, width: int) -> Line:
        made = self._made.get(row_id)
        if made is None:
            fitted = zip(self._cells(row_id), self._columns, strict=True)
            made = " ".join(fit(cell, c.width, right=c.is_right) for cell, c in fitted)
            self._made[row_id] = made
        is_marked = row_id in self._marks
        style = MARKED if is_marked else PLAIN
        text = fit(("* " if is_marked else "  ") + made, width)
        if row_id != self.current:
            return ((text, style),)
        bar = set_cell_size(text, min(self._bar, width))
        return ((bar, style + CURSOR_ROW), (text[len(bar) :], style))

    @property
    def _bar(self) -> int:
        """Cells of the bar on the row with the cursor: whole columns, as few as catch the eye.

        A row is sent again when the bar comes to it and when it goes.
        """
        end = 1
        for column in self._columns:
            end += column.width + 1
            if end >= _BAR_AT_LEAST:
                break
        return end
