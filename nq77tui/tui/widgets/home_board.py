"""The first screen's content: how far things are, and what there is, in two columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.message import Message

from nq77tui.tui.cells import fit, width_of
from nq77tui.tui.theme import CURSOR_ROW, KEY, PLAIN, SECTION
from nq77tui.tui.widgets.canvas import Canvas, Line, Part

_BAR = 10


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one thing is."""

    label: str
    count: str
    percent: str
    part: float


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere to go; a heading where there is no key."""

    label: str
    key: str = ""
    count: str = ""


class HomeBoard(Canvas, can_focus=True):
    """Goes nowhere itself: a key or Enter on a place is told to the view."""

    class Chosen(Message):
        """A place was chosen, by its key."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.place_key = key

    def __init__(self, *, is_ascii: bool = False) -> None:
        super().__init__(classes="body")
        self._signs = ("#", ".") if is_ascii else ("█", "·")
        self._progress: Sequence[Progress] = ()
        self._columns: list[list[Place]] = [[], []]
        self._cursor = (0, 0)

    def show(self, progress: Sequence[Progress], blocks: Sequence[Sequence[Place]]) -> None:
        """Show how far things are, and blocks of places, each begun by a heading."""
        self._progress = progress
        self._columns = _in_two(blocks)
        column, row = self._cursor
        if row >= len(self._columns[column]) or not self._columns[column][row].key:
            self._cursor = (0, 1)
        self.repaint()

    # Keys

    def on_key(self, event: events.Key) -> None:
        """Move, or choose."""
        column, row = self._cursor
        moves = {"up": (column, -1), "down": (column, 1), "left": (0, 0), "right": (1, 0)}
        place = self._place_at(column, row)
        if event.key in moves:
            event.stop()
            self._move(*moves[event.key])
        elif event.key == "enter" and place:
            event.stop()
            self.post_message(self.Chosen(place.key))
        elif event.character in {p.key for places in self._columns for p in places if p.key}:
            event.stop()
            self.post_message(self.Chosen(str(event.character)))

    def _move(self, column: int, step: int) -> None:
        row = min(self._cursor[1], max(len(self._columns[column]) - 1, 0)) + step
        step = step or 1
        while (place := self._place_at(column, row)) and not place.key:
            row += step
        if place:
            self._cursor = (column, row)
            self.repaint()

    def _place_at(self, column: int, row: int) -> Place | None:
        places = self._columns[column]
        return places[row] if 0 <= row < len(places) else None

    # Drawing

    def lines(self, width: int, height: int) -> list[Line]:
        """How far things are, then the places."""
        lines = [self._progress_line(one, width) for one in self._progress]
        half = width // 2
        for row in range(max(map(len, self._columns))):
            left, right = (self._place_parts(c, row, half - 1) for c in (0, 1))
            lines.append((*left, (" ", PLAIN), *right))
        return lines

    def _progress_line(self, one: Progress, width: int) -> Line:
        full, empty = self._signs
        filled = int(one.part * _BAR)
        counts = f"{one.count.rjust(14)}{one.percent.rjust(9)}  "
        label = fit(f" {one.label}", width - _BAR - len(counts) - 1)
        return ((label + counts, PLAIN), (full * filled + empty * (_BAR - filled), KEY))

    def _place_parts(self, column: int, row: int, width: int) -> tuple[Part, ...]:
        place = self._place_at(column, row)
        if place is None:
            return ((" " * width, PLAIN),)
        if not place.key:
            return ((fit(f" {place.label}", width), SECTION),)
        style = CURSOR_ROW if (column, row) == self._cursor else PLAIN
        label = fit(place.label, width - 5 - width_of(place.count))
        return ((f"  {place.key} ", KEY + style), (f"{label}{place.count} ", style))


def _in_two(blocks: Sequence[Sequence[Place]]) -> list[list[Place]]:
    """Whole blocks in two columns of about one length."""
    half = sum(map(len, blocks)) / 2
    columns: list[list[Place]] = [[], []]
    for block in blocks:
        is_left = not columns[1] and len(columns[0]) + len(block) / 2 <= half
        columns[0 if is_left else 1] += block
    return columns
