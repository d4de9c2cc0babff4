"""One figure: a count, a sum, or a count of different values, for every area."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from nq77tui.core.area_tree import AreaTree
from nq77tui.core.counting.count import DistinctMarks, Number, Sums, holds_for, passing
from nq77tui.core.counting.dependency import Reads
from nq77tui.core.counting.lens import Lens, Mark
from nq77tui.core.expression.functions import as_number
from nq77tui.core.metric import Counted, Figure
from nq77tui.core.schema import Schema
from nq77tui.core.scope import Row


class _Part(NamedTuple):
    """What one record adds to a figure; ``age`` decides which is the latest."""

    place: str
    number: Number
    value: Mark | None
    age: tuple[str, str]


class FigureCount:
    """A number for every area."""

    def __init__(self, figure: Figure, schema: Schema) -> None:
        self.name = figure.name
        self._figure = figure
        self._begins = schema.begins
        self._clear()
        names = (figure.sum, figure.distinct, *figure.latest)
        self.reads: tuple[Reads, ...] = (
            Reads.of(figure.record, figure.where, *((name,) for name in names)),
        )

    def _clear(self) -> None:
        self.total = Sums()
        self._seen = DistinctMarks()
        self._groups: dict[tuple[str, ...], dict[str, _Part]] = {}
        """Where only the latest counts: all that agree, by id."""

    def figure(self, area_id: str) -> int | float:
        """The number of an area."""
        if self._figure.distinct:
            return self._seen.times(area_id)
        number = self.total.get(area_id, 0)
        return _tidy(number if isinstance(number, int) else float(number))

    def count(self, lens: Lens) -> None:
        """Count from nothing."""
        self._clear()
        rows = passing(lens, Counted(self._figure.record, self._figure.where))
        if self._figure.latest:
            for row in rows:
                self._groups.setdefault(self._key(row), {})[row.id] = self._part(row, lens)
            for group in self._groups.values():
                self._add(_latest(group), lens.tree, 1)
            return
        if self._figure.distinct:
            for row in rows:
                self._add(self._part(row, lens), lens.tree, 1)
            return
        direct: dict[str, Number] = {}
        for row in rows:
            number = self._number(row)
            if number is not None:
                place = lens.place(row)
                direct[place] = direct.get(place, 0) + number
        if self._figure.own:
            self.total.update({place: number for place, number in direct.items() if number})
        else:
            self.total.fill(lens.tree, direct)

    def replace(self, touched: tuple[set[str], ...], before: Lens, after: Lens) -> None:
        """Count what has changed."""
        counted = Counted(self._figure.record, self._figure.where)
        for lens, sign in ((before, -1), (after, 1)):
            for record_id in touched[0]:
                row = lens.there(self._figure.record, record_id)
                if row is not None and holds_for(lens, counted, row):
                    self._put(row, lens, sign)

    def _put(self, row: Row, lens: Lens, sign: int) -> None:
        """Add a record's part, or take it away."""
        part = self._part(row, lens)
        if not self._figure.latest:
            self._add(part, lens.tree, sign)
            return
        key = self._key(row)
        group = self._groups.setdefault(key, {})
        old = _latest(group)
        if sign > 0:
            group[row.id] = part
        else:
            del group[row.id]
        new = _latest(group)
        if not group:
            del self._groups[key]
        if old is not new:
            self._add(old, lens.tree, -1)
            self._add(new, lens.tree, 1)

    def _key(self, row: Row) -> tuple[str, ...]:
        return tuple(str(row.values.get(name)) for name in self._figure.latest)

    def _part(self, row: Row, lens: Lens) -> _Part:
        number, mark = self._number(row), lens.one_of(row, self._figure.distinct)
        # The id decides between records of one day, so that every machine takes the same.
        age = str(row.values.get(self._begins) or ""), row.id
        return _Part(lens.place(row), number or 0, mark, age)

    def _number(self, row: Row) -> Number | None:
        if not self._figure.sum:
            return 1
        number = as_number(row.values.get(self._figure.sum))
        return Fraction(number) if isinstance(number, float) else number

    def _add(self, part: _Part | None, tree: AreaTree, sign: int) -> None:
        if part is None:
            return
        if self._figure.distinct:
            if part.value is not None:
                for area_id in (part.place,) if self._figure.own else tree.way(part.place):
                    self._seen.add(area_id, part.value, sign)
        elif self._figure.own:
            self.total[part.place] = self.total.get(part.place, 0) + sign * part.number
        else:
            self.total.add(tree, part.place, sign * part.number)


def _latest(group: Mapping[str, _Part]) -> _Part | None:
    return max(group.values(), key=lambda part: part.age, default=None)


def _tidy(number: int | float) -> int | float:
    number = round(number, 4)
    return int(number) if number == int(number) else number
