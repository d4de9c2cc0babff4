"""What the terminal shows, beside what it should show; and what makes the one the other."""

from __future__ import annotations

from nq77tui.tui.line.change import Change
from nq77tui.tui.line.frame import Frame
from nq77tui.tui.line.painter import Painter
from nq77tui.tui.line.reader import Reader
from nq77tui.tui.line.shift import find_shift
from nq77tui.tui.line.terminal import Terminal

Cell = tuple[int, int]
"""A column and a row."""


class Display:
    """A terminal's screen, as far as anybody can know it who only writes to it.

    Attributes:
        reader: what it should show.
        has_set_stops: whether the terminal's stops for tabs are not those that it had.
    """

    def __init__(self, terminal: Terminal, width: int, height: int) -> None:
        self.reader = Reader(width, height, colours=terminal.colours)
        self.has_set_stops = False
        self._terminal = terminal
        self._shown: Frame | None = None
        self._painter = Painter(terminal)
        self._is_cursor_shown: bool | None = None

    def resize(self, width: int, height: int) -> None:
        """Go on with another size; what the terminal made of the old screen is not known."""
        self.reader.resize(width, height)
        self.forget()

    def forget(self) -> None:
        """Take it that the terminal shows anything at all, anywhere, in any look."""
        self._shown = None
        self._is_cursor_shown = None
        self.reader.touched = set(range(self.reader.frame.height))

    def inside(self, x: int, y: int) -> Cell | None:
        """A cell, if it is one of the screen's; one behind the end of a row is its last."""
        frame = self.reader.frame
        if x < 0 or not 0 <= y < frame.height:
            return None
        return min(x, frame.width - 1), y

    def read(self, data: str) -> str:
        """Take note of what the screen should show.

        Returns:
            What is not for the screen and has to be sent as it is.
        """
        return self.reader.feed(data)

    def difference(self, cursor: Cell | None) -> str:
        """What makes the terminal show what it should.

        Args:
            cursor: where its own cursor is to stand; None to hide it.
        """
        meant = self.reader.frame
        if self._shown is None and not self.reader.touched:
            # Nothing has ever been written: an empty screen is not worth showing.
            return ""
        if self._shown is None:
            self._shown = Frame(meant.width, meant.height)
            self._painter = Painter(self._terminal)
            self._painter.clear()
        elif self._terminal.has_scroll_regions:
            self._shift(meant, self._shown)
        changes = []
        for y in sorted(self.reader.touched):
            row, before = meant.rows[y], self._shown.rows[y]
            if not self._terminal.has_wrap_control and y == meant.height - 1:
                # A character in the last cell of all would scroll the screen.
                row = row.copy()
                row.erase(meant.width - 1, meant.width)
            if row != before:
                changes.append(Change(y, row, before))
                self._shown.rows[y] = row.copy()
        self._painter.paint(changes)
        self.has_set_stops |= self._painter.has_set_stops
        self.reader.touched.clear()
        return self._painter.take() + self._cursor(cursor)

    def _shift(self, meant: Frame, shown: Frame) -> None:
        shift = find_shift(meant, shown, self.reader.touched)
        if shift is not None:
            self._painter.shift(shift)
            shown.shift(*shift)
            self.reader.touched.update(range(shift.top, shift.bottom + 1))

    def _cursor(self, cursor: Cell | None) -> str:
        if cursor is not None:
            x, y = cursor
            self._painter.go_along(x, y, self.reader.frame.rows[y])
        is_shown = cursor is not None
        if is_shown == self._is_cursor_shown or not self._terminal.has_cursor_control:
            return self._painter.take()
        self._is_cursor_shown = is_shown
        return self._painter.take() + ("\x1b[?25h" if is_shown else "\x1b[?25l")
