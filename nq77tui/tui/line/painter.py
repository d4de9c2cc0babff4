"""Writes the difference between two rows, two screens: the only place that makes output."""

from __future__ import annotations

from nq77tui.tui.line.cells import REST, is_certain
from nq77tui.tui.line.frame import BLANK, Row
from nq77tui.tui.line.look import PLAIN, Look, on_blank, transition
from nq77tui.tui.line.moves import move
from nq77tui.tui.line.shift import Shift
from nq77tui.tui.line.terminal import Terminal

_ERASE_END = "\x1b[K"
_WORTH_ERASING = 8
"""Changed cells from which on it may pay to erase a line before it is written."""


class Painter:
    """Knows where the terminal's cursor stands and what its next character would look like.

    Attributes:
        x: the column; None where terminals disagree about it.
        y: the row; None where it is not known.
        look: of the next character.
    """

    def __init__(self, terminal: Terminal, width: int) -> None:
        self.x: int | None = None
        self.y: int | None = None
        self.look = PLAIN
        self._terminal = terminal
        self._width = width
        self._parts: list[str] = []

    def take(self) -> str:
        """What has been written since the last time."""
        written = "".join(self._parts)
        self._parts.clear()
        return written

    def clear(self) -> None:
        """Erase everything, whatever it was."""
        self._parts.append("\x1b[m\x1b[H\x1b[2J")
        self.x, self.y, self.look = 0, 0, PLAIN

    def go_along(self, x: int, y: int, row: Row) -> None:
        """Put the cursor on a cell of a row.

        Where that is shorter, the cells between are written again.
        """
        way = self._way_to(x, y)
        if self.y == y and self.x is not None and self.x < x:
            passed = row.texts[self.x : x]
            is_same = all(
                _fits(look, text, self.look) and is_certain(text)
                for look, text in zip(row.looks[self.x : x], passed, strict=True)
            )
            if is_same and len("".join(passed).encode()) <= len(way):
                way = "".join(passed)
        self._parts.append(way)
        self.x, self.y = x, y

    def shift(self, shift: Shift) -> None:
        """Scroll a region of rows (DECSTBM with LF at its end or RI at its top)."""
        self._change_look(PLAIN)
        # Setting a region moves the cursor home (VT100 user guide), in most terminals.
        self._parts.append(f"\x1b[{shift.top + 1};{shift.bottom + 1}r")
        self.x = self.y = None
        if shift.distance < 0:
            self._move_to(0, shift.bottom)
            self._parts.append("\n" * -shift.distance)
        else:
            self._move_to(0, shift.top)
            self._parts.append("\x1bM" * shift.distance)
        self._parts.append("\x1b[r")
        self.x = self.y = None

    def paint(self, y: int, row: Row, before: Row) -> None:
        """Make a row of the terminal another one."""
        changed = row.changed(before)
        if not changed:
            return
        plain = self._fork()
        plain._paint_cells(y, row, changed)
        if len(changed) >= _WORTH_ERASING:
            erased = self._fork()
            erased._erase_end(changed[0], y, row)
            rest = row.changed(before.cleared_from(changed[0]))
            erased._paint_cells(y, row, rest)
            if erased._cost < plain._cost:
                plain = erased
        self._adopt(plain)

    def _paint_cells(self, y: int, row: Row, changed: list[int]) -> None:
        end = row.end
        tail = [x for x in changed if x >= end]
        is_erased = len(tail) > len(_ERASE_END)
        for start, stop in _runs(changed[: len(changed) - len(tail)] if is_erased else changed):
            self.go_along(start, y, row)
            self._write(row, start, stop)
        if is_erased:
            place = end if self.y == y and self.x is not None and self.x <= end else tail[0]
            is_between = self.y == y and self.x is not None and end <= self.x <= tail[0]
            self._erase_end(self.x if is_between and self.x is not None else place, y, row)

    def _write(self, row: Row, start: int, stop: int) -> None:
        for x in range(start, stop):
            text, look = row.texts[x], row.looks[x]
            if text == REST:
                continue
            if not _fits(look, text, self.look):
                self._change_look(look)
            if self.x != x:
                self._move_to(x, self.y or 0)
            self._parts.append(text)
            self._passed(x, row)

    def _passed(self, x: int, row: Row) -> None:
        """Take note of where the cursor is behind a cell that was written."""
        behind = x + 1
        while behind < self._width and row.texts[behind] == REST:
            behind += 1
        if behind >= self._width:
            # Some terminals stand on the last cell now, some behind it, some on the next line.
            self.x = None
            self.y = self.y if self._terminal.has_wrap_control else None
        else:
            self.x = behind if is_certain(row.texts[x]) else None

    def _erase_end(self, x: int, y: int, row: Row) -> None:
        self.go_along(x, y, row)
        # Erased cells take the background of the moment in some terminals and not in others.
        self._change_look(PLAIN)
        self._parts.append(_ERASE_END)

    def _move_to(self, x: int, y: int) -> None:
        self._parts.append(self._way_to(x, y))
        self.x, self.y = x, y

    def _change_look(self, look: Look) -> None:
        self._parts.append(transition(self.look, look, self._terminal.has_partial_resets))
        self.look = look

    def _way_to(self, x: int, y: int) -> str:
        return move((self.x, self.y), x, y, self._terminal.has_column_moves)

    # Trying out

    def _fork(self) -> Painter:
        other = Painter(self._terminal, self._width)
        other.x, other.y, other.look = self.x, self.y, self.look
        return other

    def _adopt(self, other: Painter) -> None:
        self.x, self.y, self.look = other.x, other.y, other.look
        self._parts += other._parts

    @property
    def _cost(self) -> int:
        return len("".join(self._parts).encode())


def _fits(look: Look, text: str, current: Look) -> bool:
    """Whether a cell comes out right in the look of the moment."""
    return look == current or (text == BLANK and look == on_blank(current))


def _runs(places: list[int]) -> list[tuple[int, int]]:
    """Neighbouring places together, each run with its end."""
    runs: list[tuple[int, int]] = []
    for x in places:
        if runs and runs[-1][1] == x:
            runs[-1] = runs[-1][0], x + 1
        else:
            runs.append((x, x + 1))
    return runs
