"""The shortest way of the cursor from one cell to another.

CUP, CUU, CUD, CUF, CUB, CHA, VPA and HT are ECMA-48 8.3; RI moves up one line (8.3.104), a line
feed down one: the output must not pass through a line discipline that makes two characters of it.
"""

from __future__ import annotations

from functools import lru_cache

NO_STOPS: frozenset[int] = frozenset()


@lru_cache(maxsize=8192)
def move(
    start: tuple[int | None, int | None],
    x: int,
    y: int,
    has_column_moves: bool,
    stops: frozenset[int] = NO_STOPS,
) -> str:
    """What moves the cursor.

    Args:
        start: the column and row where it stands; None where that is not known.
        x: the column to go to.
        y: the row to go to.
        has_column_moves: whether the terminal knows CHA and VPA.
        stops: the columns at which a tab ends, all of them.
    """
    from_x, from_y = start
    if start == (x, y):
        return ""
    ways = [_absolute(x, y)]
    if from_y is not None:
        vertical = _vertical(from_y, y, has_column_moves)
        ways.append(vertical + _horizontal(from_x, x, has_column_moves, stops))
    return min((way for way in ways if way), key=len)


def _absolute(x: int, y: int) -> str:
    if x:
        return f"\x1b[{y + 1};{x + 1}H"
    return f"\x1b[{y + 1}H" if y else "\x1b[H"


def _vertical(start: int, y: int, has_column_moves: bool) -> str:
    if start == y:
        return ""
    count = abs(y - start)
    ways = [f"\x1b[{_count(count)}{'B' if y > start else 'A'}"]
    ways.append("\n" * count if y > start else "\x1bM" * count)
    if has_column_moves:
        ways.append(f"\x1b[{_count(y + 1)}d")
    return min(ways, key=len)


def _horizontal(start: int | None, x: int, has_column_moves: bool, stops: frozenset[int]) -> str:
    if start == x:
        return ""
    ways = ["\r" + _right(0, x, stops)]
    if start is not None:
        if x > start:
            ways.append(_right(start, x, stops))
        else:
            ways += ["\b" * (start - x), f"\x1b[{_count(start - x)}D"]
    if has_column_moves:
        ways.append(f"\x1b[{_count(x + 1)}G")
    return min(ways, key=len)


def _right(start: int, x: int, stops: frozenset[int]) -> str:
    if start == x:
        return ""
    forward = f"\x1b[{_count(x - start)}C"
    passed = [stop for stop in stops if start < stop <= x]
    if not passed:
        return forward
    # By tabs up to the last stop, and what is left of the way as without any.
    rest = x - max(passed)
    by_tabs = "\t" * len(passed) + (f"\x1b[{_count(rest)}C" if rest else "")
    return min(forward, by_tabs, key=len)


def _count(count: int) -> str:
    """One is what a missing parameter means."""
    return "" if count == 1 else str(count)
