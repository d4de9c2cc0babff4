"""Finds the block of rows that has moved up or down, as lists do when they scroll."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import NamedTuple

from nq77tui.tui.line.frame import Frame

_OVERHEAD = 16
"""Bytes that setting and resetting the region, and the move between, come to."""
_FEWEST = 3
"""Rows that must have changed before it is worth looking."""


class Shift(NamedTuple):
    """A region of rows, and how far its rows move down; up where that is negative."""

    top: int
    bottom: int
    distance: int


def find_shift(meant: Frame, shown: Frame, touched: Collection[int]) -> Shift | None:
    """The shift after which the least is left to write, if there is one that pays.

    Args:
        meant: the screen as it should be.
        shown: the screen as it is.
        touched: the rows in which they may differ.
    """
    rows = [y for y in sorted(touched) if meant.rows[y] != shown.rows[y]]
    if len(rows) < _FEWEST:
        return None
    places = _unique_lines(shown)
    moved: Counter[int] = Counter()
    targets: dict[int, list[int]] = {}
    for y in rows:
        text = "".join(meant.rows[y].texts)
        source = places.get(text)
        if source is not None and source != y:
            moved[y - source] += len(text.strip())
            targets.setdefault(y - source, []).append(y)
    if not moved:
        return None
    distance = moved.most_common(1)[0][0]
    ends = targets[distance]
    top = min(ends[0], ends[0] - distance)
    bottom = max(ends[-1], ends[-1] - distance)
    shift = Shift(top, bottom, distance)
    return shift if _saved(meant, shown, shift) > _OVERHEAD + abs(distance) else None


def _unique_lines(frame: Frame) -> dict[str, int]:
    """Where each text stands that stands in one row only."""
    places: dict[str, int] = {}
    twice = {" " * frame.width}
    for y, line in enumerate(frame.lines):
        if line in places:
            twice.add(line)
        places[line] = y
    for line in twice:
        places.pop(line, None)
    return places


def _saved(meant: Frame, shown: Frame, shift: Shift) -> int:
    """How many cells fewer are to be written after a shift."""
    saved = 0
    for y in range(shift.top, shift.bottom + 1):
        source = y - shift.distance
        row = meant.rows[y]
        is_inside = shift.top <= source <= shift.bottom
        after = row.distance(shown.rows[source]) if is_inside else row.end
        saved += row.distance(shown.rows[y]) - after
    return saved
