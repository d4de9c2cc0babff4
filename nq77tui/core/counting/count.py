"""How one metric or figure is counted, from nothing and onwards from one change to the next.

What a record adds to a count is a function of the record, of what it refers to and of the tree
of areas. So after a change the old part is taken away, seen through the lens of before, and the
new one added, seen through the lens of after; everything else stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Protocol, TypeAlias

from nq77tui.core.area_tree import AreaTree
from nq77tui.core.counting.dependency import Reads
from nq77tui.core.counting.lens import Lens, Mark
from nq77tui.core.metric import Counted
from nq77tui.core.scope import Row

Number: TypeAlias = int | Fraction
"""Exact, so that sums do not depend on the order of what is added and taken away."""


class Count(Protocol):
    """One metric or figure under way.

    Attributes:
        name: the metric's or figure's.
        reads: of each kind of record that has a part in it.
    """

    name: str
    reads: tuple[Reads, ...]

    def count(self, lens: Lens) -> None:
        """Count from nothing."""

    def replace(self, touched: tuple[set[str], ...], before: Lens, after: Lens) -> None:
        """Count what has changed.

        Args:
            touched: for each of ``reads`` the ids of the records whose part may be another.
        """


class Sums(dict[str, Number]):
    """Numbers by area, each with everything that lies below it."""

    def add(self, tree: AreaTree, place: str, number: Number) -> None:
        """Add a number to an area and to everything above it."""
        for area_id in tree.way(place):
            total = self.get(area_id, 0) + number
            if total:
                self[area_id] = total
            else:
                self.pop(area_id, None)

    def fill(self, tree: AreaTree, direct: Mapping[str, Number]) -> None:
        """Add what lies in each area itself."""
        for place, number in direct.items():
            self.add(tree, place, number)


class Marks:
    """How many records lead to another."""

    def __init__(self) -> None:
        self._times: dict[str, int] = {}

    def add(self, target: str, mark: Mark, sign: int) -> None:
        """Add a mark to a target, or take it away."""
        self._times[target] = self._times.get(target, 0) + sign

    def times(self, target: str) -> int:
        """How many there are."""
        return self._times.get(target, 0)


class DistinctMarks:
    """How many different values of a field lead to a record, each perhaps several times."""

    def __init__(self) -> None:
        self._marks: dict[str, dict[Mark, int]] = {}

    def add(self, target: str, mark: Mark, sign: int) -> None:
        """Add a mark to a target, or take it away."""
        marks = self._marks.setdefault(target, {})
        left = marks.get(mark, 0) + sign
        if left:
            marks[mark] = left
        else:
            del marks[mark]

    def times(self, target: str) -> int:
        """How many there are."""
        return len(self._marks.get(target, ()))


def passing(lens: Lens, counted: Counted) -> Iterable[Row]:
    """The records that are counted."""
    rows = lens.rows(counted.record)
    if counted.where is None:
        return rows
    holds = lens.test(counted.where)
    return (row for row in rows if holds(row.values))


def holds_for(lens: Lens, counted: Counted, row: Row) -> bool:
    """Whether a record of the type is counted."""
    return counted.where is None or lens.test(counted.where)(row.values)
