"""What is to become of one row of the terminal."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from nq77tui.tui.line.frame import Row

_ERASING = 3
"""Bytes of erasing the end of a line."""

Run = tuple[int, int]
"""Neighbouring cells: the first, and the one behind the last."""


class Change:
    """What is to become of one row.

    Attributes:
        y: which one.
        row: as it should be.
        end: where nothing but empty cells follow in it.
        runs: its cells that differ, but for the empty end.
        tail: those in the empty end.
    """

    __slots__ = ("before", "end", "row", "runs", "tail", "y")

    def __init__(self, y: int, row: Row, before: Row) -> None:
        self.y, self.row, self.before = y, row, before
        self.end = end = row.end
        cells = row.changed(before)
        self.tail = cells[bisect_left(cells, end) :]
        self.runs = runs_of(cells[: len(cells) - len(self.tail)])

    def erased_first(self) -> Run | None:
        """The run before which erasing saves most: what is to be empty there is not written.

        What is not to change is lost with it.
        """
        saved = _ERASING + 1 if self.tail else 0  # the end would be erased by itself
        best, best_saved = None, _ERASING
        x = self.end
        row, before = self.row, self.before
        for run in reversed(self.runs):
            while x > run[0]:
                x -= 1
                if row.is_empty(x):
                    saved += not before.is_empty(x)
                elif row.texts[x] == before.texts[x] and row.looks[x] == before.looks[x]:
                    saved -= 1
            if saved > best_saved:
                best, best_saved = run, saved
        return best


def runs_of(places: Iterable[int]) -> list[Run]:
    """Neighbouring places together."""
    runs: list[Run] = []
    for x in places:
        if runs and runs[-1][1] == x:
            runs[-1] = runs[-1][0], x + 1
        else:
            runs.append((x, x + 1))
    return runs
