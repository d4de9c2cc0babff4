"""Where a terminal's cursor stands, what its next character would look like, and what led there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import NamedTuple

from nq77tui.tui.line.cells import REST, are_certain, is_certain
from nq77tui.tui.line.frame import BLANK, Row
from nq77tui.tui.line.look import PLAIN, Look, on_blank, transition
from nq77tui.tui.line.moves import NO_STOPS, move
from nq77tui.tui.line.terminal import Terminal

_ERASE_END = "\x1b[K"
_CLEAR_STOPS, _SET_STOP = "\x1b[3g", "\x1bH"
_WORSE = 8
"""Bytes by which a way may be behind the best and still be followed: about one change of look."""
_WAYS = 3
"""How many are followed."""


class Pen(NamedTuple):
    """One way of having written what was to be written; there are others, and the cheapest wins.

    Attributes:
        terminal: what may be sent.
        x: the column; None where terminals disagree about it.
        y: the row; None where it is not known.
        look: of the next character.
        stops: the columns at which a tab ends.
        text: what has been sent to come here.
        cost: its bytes.
    """

    terminal: Terminal
    x: int | None = None
    y: int | None = None
    look: Look = PLAIN
    stops: frozenset[int] = NO_STOPS
    text: str = ""
    cost: int = 0

    def sent(self, text: str) -> Pen:
        """After a sequence that moves nothing."""
        return Pen(*self[:5], self.text + text, self.cost + len(text))

    def moved(self, x: int, y: int) -> Pen:
        """On another cell."""
        if self.x == x and self.y == y:
            return self
        terminal, _, _, look, stops, text, cost = self
        way = move((self.x, self.y), x, y, terminal.has_column_moves, stops)
        return Pen(terminal, x, y, look, stops, text + way, cost + len(way))

    def lost(self) -> Pen:
        """Nobody knows where."""
        return self._replace(x=None, y=None)

    def with_look(self, look: Look) -> Pen:
        """With another look of the next character."""
        change = transition(self.look, look, self.terminal.has_partial_resets)
        return self.sent(change)._replace(look=look)

    def without_stops(self) -> Pen:
        """With no stop for tabs in any column (TBC, ECMA-48 8.3.154)."""
        return self.sent(_CLEAR_STOPS)._replace(stops=NO_STOPS)

    def with_stop(self) -> Pen:
        """With a stop for tabs in this column (HTS, ECMA-48 8.3.62)."""
        if self.x is None or self.x in self.stops:
            return self
        return self.sent(_SET_STOP)._replace(stops=self.stops | {self.x})

    def erased_end(self) -> Pen:
        """With nothing left from here to the end of the line."""
        # Erased cells take the background of the moment in some terminals and not in others.
        return self.with_look(PLAIN).sent(_ERASE_END)

    def written(self, row: Row, y: int, start: int, stop: int) -> Pen:
        """Behind cells of a row."""
        pen = self
        while start < stop:
            if row.texts[start] == REST:
                start += 1
                continue
            pen = pen.moved(start, y)
            if not _fits(row.looks[start], row.texts[start], pen.look):
                pen = pen.with_look(row.looks[start])
            end = _alike(row, start, stop, pen.look)
            written = "".join(row.texts[start:end])
            cost = len(written) if written.isascii() else len(written.encode())
            at = _behind(end - 1, row, y, self.terminal)
            pen = Pen(self.terminal, *at, pen.look, pen.stops, pen.text + written, pen.cost + cost)
            start = end
        return pen


def _alike(row: Row, start: int, stop: int, look: Look) -> int:
    """How far cells can be written one behind the other without anything between."""
    texts, looks = row.texts[start:stop], row.looks[start:stop]
    if looks.count(look) == len(looks) and are_certain(texts):
        return stop
    x = start
    for text, wanted in zip(texts, looks, strict=True):
        if text != REST:
            if not _fits(wanted, text, look):
                return x
            if not is_certain(text):
                return x + 1
        x += 1
    return stop


def _fits(look: Look, text: str, current: Look) -> bool:
    """Whether a cell comes out right in the look of the moment."""
    return look == current or (text == BLANK and look == on_blank(current))


def _behind(x: int, row: Row, y: int, terminal: Terminal) -> tuple[int | None, int | None]:
    """Where the cursor is behind a cell that was written."""
    behind, width = x + 1, len(row.texts)
    while behind < width and row.texts[behind] == REST:
        behind += 1
    if behind >= width:
        # Some terminals stand on the last cell now, some behind it, some on the next line.
        return None, (y if terminal.has_wrap_control else None)
    while row.texts[x] == REST:
        x -= 1
    return (behind if is_certain(row.texts[x]) else None), y


def ways_to(pens: Iterable[Pen], x: int, y: int, row: Row) -> list[Pen]:
    """Ways of coming to a cell: straight, or over cells that are written once more."""
    ways = []
    for pen in pens:
        straight = pen.moved(x, y)
        ways.append(straight)
        # Written cells take a byte each at least, so they have to be fewer.
        farthest = x - (straight.cost - pen.cost)
        starts = [stop for stop in pen.stops if farthest < stop < x]
        if pen.y != y and farthest < 0 < x:
            starts.append(0)
        if pen.x is not None and farthest < pen.x < x:
            starts.append(pen.x)
        for start in starts:
            if row.texts[start] != REST and are_certain(row.texts[start:x]):
                ways.append(pen.moved(start, y).written(row, y, start, x))
    return ways


def cheapest(pens: Sequence[Pen]) -> Sequence[Pen]:
    """The cheapest pen for each look, where that is not much dearer than the best of all."""
    if len(pens) < 2:
        return pens
    known: dict[object, Pen] = {}
    for pen in pens:
        state = pen.x, pen.look
        if state not in known or pen.cost < known[state].cost:
            known[state] = pen
    found = sorted(known.values(), key=attrgetter("cost"))
    limit = found[0].cost + _WORSE
    return [pen for pen in found[:_WAYS] if pen.cost <= limit]
