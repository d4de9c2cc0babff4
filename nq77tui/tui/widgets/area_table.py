"""A table of areas by measures: one column is at hand, the names stay when columns move."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events
from textual.message import Message

from nq77tui.tui.cells import fit
from nq77tui.tui.theme import CURSOR_ROW, HEADING, KEY, PLAIN
from nq77tui.tui.widgets.canvas import Line, Part
from nq77tui.tui.widgets.row_list import ListColumn, RowList

_MARGIN = 1


class AreaTable(RowList):
    """The first row is the area itself; left and right go from column to column."""

    class ColumnMoved(Message):
        """Another column is at hand."""

    def __init__(self) -> None:
        super().__init__()
        self.column = 0
        self._first = 0
        self._measured: Sequence[ListColumn] = ()
        self._parts: Callable[[str], Sequence[Part]] = lambda row_id: ()
        self._lines: dict[str, Line] = {}
        self._made_for: tuple[int, range] = (0, range(0))

    def show_table(
        self,
        columns: Sequence[ListColumn],
        rows: Sequence[str],
        parts: Callable[[str], Sequence[Part]],
        *,
        from_top: bool = False,
    ) -> None:
        """Show areas.

        Args:
            columns: the name's, then one for each measure.
            rows: ids of areas, the one that the others lie in first.
            parts: the name and the cells of a row.
            from_top: put the cursor on the first row.
        """
        self._measured, self._parts = columns[1:], parts
        self.column = min(self.column, len(self._measured) - 1)
        self._lines.clear()
        self.show(columns[:1], rows, lambda row_id: (parts(row_id)[0][0],), from_top=from_top)

    def go_to_column(self, column: int) -> None:
        """Have another column at hand; one that is not there yet is gone to when they are shown."""
        column = max(column, 0)
        if self._measured:
            column = min(column, len(self._measured) - 1)
        if column != self.column:
            self.column = column
            self.repaint()
            self.post_message(self.ColumnMoved())

    def on_key(self, event: events.Key) -> None:
        """Go from column to column."""
        steps = {"left": -1, "right": 1}
        if event.key in steps:
            event.stop()
            self.go_to_column(self.column + steps[event.key])

    # Drawing

    def lines(self, width: int, height: int) -> list[Line]:
        """The headings, then the rows of the page."""
        if not self._columns:
            return []
        shown = self._window(width)
        if self._made_for != (width, shown):
            self._made_for = width, shown
            self._lines.clear()
        rows = self.rows[self.top : self.top + height - 1]
        return [self._heading(shown, width), *(self._row(row_id, shown, width) for row_id in rows)]

    def _window(self, width: int) -> range:
        """The columns that show: the one at hand is always among them."""
        self._first = min(self._first, self.column)
        while self._end(width) <= self.column:
            self._first += 1
        return range(self._first, self._end(width))

    def _end(self, width: int) -> int:
        left, end = width - _MARGIN - self._columns[0].width - 2, self._first
        while end < len(self._measured) and left >= self._measured[end].width + 1:
            left -= self._measured[end].width + 1
            end += 1
        return max(end, self._first + 1)

    def _heading(self, shown: range, width: int) -> Line:
        name = self._columns[0]
        parts: list[Part] = [(fit(f" {name.heading}", name.width + _MARGIN), HEADING)]
        parts.append(("<" if shown.start else " ", HEADING))
        for at in shown:
            column = self._measured[at]
            style = HEADING + CURSOR_ROW if at == self.column else HEADING
            parts.append((fit(column.heading, column.width, right=True), style))
            parts.append((" ", HEADING))
        used = sum(self._measured[at].width + 1 for at in shown) + name.width + _MARGIN + 1
        more = ">" if shown.stop < len(self._measured) else " "
        return (*parts, (more.ljust(width - used), HEADING))

    def _row(self, row_id: str, shown: range, width: int) -> Line:
        line = self._lines.get(row_id)
        if line is None:
            line = self._lines[row_id] = self._made_line(row_id, shown, width)
        if row_id == self.current:
            return tuple((text, style + CURSOR_ROW) for text, style in line)
        return line

    def _made_line(self, row_id: str, shown: range, width: int) -> Line:
        (name, style), *cells = self._parts(row_id)
        own = KEY if row_id == self.rows[0] else PLAIN
        first = self._columns[0].width + _MARGIN + 1
        parts: list[Part] = [(fit(f" {name}", first), own + style)]
        for at in shown:
            text, look = cells[at]
            column = self._measured[at]
            parts += [(fit(text, column.width, right=True), own + look), (" ", PLAIN)]
        used = first + sum(self._measured[at].width + 1 for at in shown)
        return (*parts, (" " * (width - used), PLAIN))
