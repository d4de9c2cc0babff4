"""Writes the difference between two screens: the only place that makes output.

Of each row, the runs of changed cells are written, and there is a choice before each: to jump to
it or to write the cells between once more; to erase the line first and write what is left of it.
All ways are followed side by side, the cheapest for each look that the terminal may be left with
(dynamic programming over the runs), because what is cheapest for one run may be dear for the next.

Where many rows change in the same columns, as when a list turns its page, the terminal's stops
for tabs are set there: a jump is then one byte.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from nq77tui.tui.line.cells import REST
from nq77tui.tui.line.change import Change, Run, runs_of
from nq77tui.tui.line.frame import Row
from nq77tui.tui.line.look import PLAIN
from nq77tui.tui.line.moves import NO_STOPS
from nq77tui.tui.line.pen import Pen, cheapest, ways_to
from nq77tui.tui.line.shift import Shift
from nq77tui.tui.line.terminal import Terminal

_FEW = 8
"""Cells to be emptied at the end of a row that may be cheaper to write than to erase."""
_WORTH = 6
"""Bytes that a stop for tabs has to spare: it takes two, and clearing the old ones four."""
_STALE = 5
"""Stops that are of no use and in the way, from which on they are cleared."""


class Painter:
    """Knows where the terminal's cursor stands and what its next character would look like.

    Attributes:
        has_set_stops: whether the stops for tabs are not those any more that the terminal had.
    """

    def __init__(self, terminal: Terminal) -> None:
        self.has_set_stops = False
        self._terminal = terminal
        self._pens: Sequence[Pen] = [Pen(terminal)]
        self._wanted_stops = NO_STOPS

    def take(self) -> str:
        """What has been written since the last time."""
        best = self._best
        self._pens = [best._replace(text="", cost=0)]
        return best.text

    def clear(self) -> None:
        """Erase everything, whatever it was."""
        self._pens = [self._best.sent("\x1b[m\x1b[H\x1b[2J")._replace(x=0, y=0, look=PLAIN)]

    def go_along(self, x: int, y: int, row: Row) -> None:
        """Put the cursor on a cell of a row that is as it should be."""
        self._pens = cheapest(ways_to(self._pens, x, y, row))

    def shift(self, shift: Shift) -> None:
        """Scroll a region of rows (DECSTBM with LF at its end or RI at its top)."""
        # Setting a region moves the cursor home (VT100 user guide), in most terminals.
        pen = self._best.with_look(PLAIN).sent(f"\x1b[{shift.top + 1};{shift.bottom + 1}r").lost()
        if shift.distance < 0:
            pen = pen.moved(0, shift.bottom).sent("\n" * -shift.distance)
        else:
            pen = pen.moved(0, shift.top).sent("\x1bM" * shift.distance)
        self._pens = [pen.sent("\x1b[r").lost()]

    def paint(self, changes: Sequence[Change]) -> None:
        """Make rows of the terminal others."""
        if self._terminal.has_tab_stops:
            self._want_stops([change.runs for change in changes])
        for change in changes:
            self._pens = cheapest(self._ways_of(change))
        self._wanted_stops = NO_STOPS

    @property
    def _best(self) -> Pen:
        return min(self._pens, key=lambda pen: pen.cost)

    # One row

    def _ways_of(self, change: Change) -> Sequence[Pen]:
        """What may be done to make a row another."""
        row, y, tail = change.row, change.y, change.tail
        erased = change.erased_first()
        ways: list[Pen] = []
        pens: Sequence[Pen] = self._pens
        for run in change.runs:
            if run == erased:
                ways += self._with_end_erased(pens, run, change)
            pens = self._written(pens, run, row, y)
        if tail:
            for x in _places(pens, change.end, tail[0], y):
                ways += [pen.erased_end() for pen in ways_to(pens, x, y, row)]
        if len(tail) <= _FEW:
            for run in runs_of(tail):
                pens = self._written(pens, run, row, y)
            ways += pens
        return ways

    def _with_end_erased(self, pens: Sequence[Pen], run: Run, change: Change) -> Sequence[Pen]:
        row, y, x = change.row, change.y, run[0]
        while x and row.is_empty(x - 1):
            x -= 1
        starts = {x, run[0]}
        pens = cheapest([pen.erased_end() for at in starts for pen in ways_to(pens, at, y, row)])
        for rest in runs_of(at for at in range(x, change.end) if not row.is_empty(at)):
            pens = self._written(pens, rest, row, y)
        return pens

    def _written(self, pens: Sequence[Pen], run: Run, row: Row, y: int) -> Sequence[Pen]:
        start, stop = run
        while start < stop and row.texts[start] == REST:
            start += 1
        if start == stop:
            return pens
        pens = cheapest(ways_to(pens, start, y, row))
        if start in self._wanted_stops:
            pens = [pen.with_stop() for pen in pens]
        return cheapest([pen.written(row, y, start, stop) for pen in pens])

    # Tabs

    def _want_stops(self, rows: Sequence[list[Run]]) -> None:
        """Find the columns to which it pays to jump by a tab, and make room for them."""
        gains: Counter[int] = Counter()
        for runs in rows:
            behind = None
            for start, stop in runs:
                if behind is None:
                    # By CR, LF and a tab, instead of LF and a way from somewhere.
                    gains[start] += min(start, 4 + len(str(start))) - 2
                else:
                    gains[start] += min(start - behind, 3 + len(str(start - behind))) - 1
                behind = stop
        wanted = frozenset(x for x, gain in gains.items() if gain > _WORTH)
        pen = self._best
        if wanted <= pen.stops:
            return
        self._wanted_stops = wanted
        if not self.has_set_stops or len(pen.stops - wanted) >= _STALE:
            self.has_set_stops = True
            self._pens = [pen.without_stops()]


def _places(pens: Iterable[Pen], first: int, last: int, y: int) -> set[int]:
    """From where to erase an end: the first and last of the places, and where one is already."""
    here = {pen.x for pen in pens if pen.y == y and pen.x is not None}
    return {first, last, *(x for x in here if first <= x <= last)}
