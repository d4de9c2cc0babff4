"""How one metric or figure is counted, from nothing and onwards from one change to the next.

What a record adds to a count is a function of the record, of what it refers to and of the tree
of areas. So after a change the old part is taken away, seen through the lens of before, and the
new one added, seen through the lens of after; everything else stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple, Protocol, TypeAlias

from nq77tui.core.area_tree import AreaTree
from nq77tui.core.dependency import Reads
from nq77tui.core.expression_functions import as_number
from nq77tui.core.lens import Lens, Mark
from nq77tui.core.period import Period
from nq77tui.core.schema import Schema
from nq77tui.core.scope import Row
from nq77tui.core.screen import Counted, Figure, Metric

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


class _Sums(dict[str, Number]):
    """Numbers by area, each with everything that lies below it."""

    def add(self, tree: AreaTree, place: str, number: Number) -> None:
        for area_id in tree.way(place):
            total = self.get(area_id, 0) + number
            if total:
                self[area_id] = total
            else:
                self.pop(area_id, None)

    def fill(self, tree: AreaTree, direct: Mapping[str, Number]) -> None:
        for place, number in direct.items():
            self.add(tree, place, number)


class MetricCount:
    """How many records are counted and covered where, and which are not."""

    def __init__(self, metric: Metric, as_of: str) -> None:
        self.name = metric.name
        self._clear()
        self._counted = metric.of
        self._covered = have = metric.have
        self._period = Period.of(metric.period, as_of) if metric.period else None
        own = (have.where,) if not have.record else ()
        counted = [metric.of.where, *own]
        fields = {path for where in counted if where for path in where.fields}
        self.reads: tuple[Reads, ...] = (Reads.of(metric.of.record, None, *fields),)
        if have.record:
            paths = ((have.distinct,), (have.in_period,), have.link)
            covering = Reads.of(have.record, have.where, *paths, is_located=have.within)
            self.reads = (*self.reads, covering)

    def _clear(self) -> None:
        self.of = _Sums()
        self.have = _Sums()
        self.gaps: dict[str, dict[str, None]] = {}
        """Ids of what is not covered, by the area it lies in."""
        self._reached: _Marks | _DistinctMarks = _Marks()

    # From nothing

    def count(self, lens: Lens) -> None:
        """Count from nothing."""
        self._clear()
        if self._covered.distinct:
            self._reached = _DistinctMarks()
        is_covered = self._coverage_of(lens)
        place_of, gaps = lens.place, self.gaps
        direct_of: dict[str, Number] = {}
        direct_have: dict[str, Number] = {}
        rows = _passing(lens, self._counted)
        if self._covered.record:
            rows = list(rows)  # read before what leads to them: references find them at hand
            for row, target in self._leading(lens):
                self._reached.add(target, self._mark(row, lens), 1)
        for row in rows:
            place = place_of(row)
            direct_of[place] = direct_of.get(place, 0) + 1
            if is_covered(row):
                direct_have[place] = direct_have.get(place, 0) + 1
            else:
                gaps.setdefault(place, {})[row.id] = None
        self.of.fill(lens.tree, direct_of)
        self.have.fill(lens.tree, direct_have)

    def _coverage_of(self, lens: Lens) -> Callable[[Row], bool]:
        have = self._covered
        if have.record:
            enough, times = have.at_least, self._reached.times
            return lambda row: times(row.id) >= enough
        if have.where is None:
            return lambda row: True
        holds = lens.test(have.where)
        return lambda row: holds(row.values)

    def _leading(self, lens: Lens) -> Iterator[tuple[Row, str]]:
        """What covers, with the id of what it covers."""
        rows = lens.rows(self._covered.record)
        targets, passes = self._targets(lens), self._passes(lens)
        for row in rows:
            if passes(row):
                for target in targets(row):
                    yield row, target

    def _passes(self, lens: Lens) -> Callable[[Row], bool]:
        have, period = self._covered, self._period
        holds = lens.test(have.where) if have.where is not None else None

        def passes(row: Row) -> bool:
            if holds is not None and not holds(row.values):
                return False
            if have.distinct and not isinstance(row.values.get(have.distinct), str | int | float):
                return False
            return period is None or period.holds(row.values.get(have.in_period))

        return passes

    def _targets(self, lens: Lens) -> Callable[[Row], Iterable[str]]:
        if self._covered.within:
            return lambda row: lens.tree.way(lens.place(row))
        read, row_of = lens.follow(self._covered.link), lens.row

        def targets(row: Row) -> Iterable[str]:
            target = read(row.values)
            found = row_of(target) if isinstance(target, str) else None
            # Its own id: what was joined with another is referred to by an alias for a while.
            return (found.id,) if found else ()

        return targets

    def _mark(self, row: Row, lens: Lens) -> Mark:
        mark = lens.one_of(row, self._covered.distinct) if self._covered.distinct else row.id
        assert mark is not None
        return mark

    # Onwards

    def replace(self, touched: tuple[set[str], ...], before: Lens, after: Lens) -> None:
        """Count what has changed."""
        counted = set(touched[0])
        gone, come = self._marks_of(touched, before), self._marks_of(touched, after)
        counted.update(target for target, _ in (*gone, *come))
        self._count_parts(counted, before, -1)
        for sign, marks in ((-1, gone), (1, come)):
            for target, mark in marks:
                self._reached.add(target, mark, sign)
        self._count_parts(counted, after, 1)

    def _marks_of(self, touched: tuple[set[str], ...], lens: Lens) -> list[tuple[str, Mark]]:
        if len(touched) < len(("counted", "covering")) or not touched[1]:
            return []
        targets, passes = self._targets(lens), self._passes(lens)
        rows = (lens.there(self._covered.record, one) for one in touched[1])
        found = [row for row in rows if row is not None and passes(row)]
        return [(target, self._mark(row, lens)) for row in found for target in targets(row)]

    def _count_parts(self, ids: Iterable[str], lens: Lens, sign: int) -> None:
        is_covered = self._coverage_of(lens)
        for record_id in ids:
            row = lens.there(self._counted.record, record_id)
            if row is None or not _holds(lens, self._counted, row):
                continue
            place = lens.place(row)
            self.of.add(lens.tree, place, sign)
            if is_covered(row):
                self.have.add(lens.tree, place, sign)
            elif sign > 0:
                self.gaps.setdefault(place, {})[record_id] = None
            else:
                del self.gaps[place][record_id]


class _Marks:
    """How many records lead to another."""

    def __init__(self) -> None:
        self._times: dict[str, int] = {}

    def add(self, target: str, mark: Mark, sign: int) -> None:
        self._times[target] = self._times.get(target, 0) + sign

    def times(self, target: str) -> int:
        return self._times.get(target, 0)


class _DistinctMarks:
    """How many different values of a field lead to a record, each perhaps several times."""

    def __init__(self) -> None:
        self._marks: dict[str, dict[Mark, int]] = {}

    def add(self, target: str, mark: Mark, sign: int) -> None:
        marks = self._marks.setdefault(target, {})
        left = marks.get(mark, 0) + sign
        if left:
            marks[mark] = left
        else:
            del marks[mark]

    def times(self, target: str) -> int:
        return len(self._marks.get(target, ()))


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
        self.total = _Sums()
        self._seen = _DistinctMarks()
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
        rows = _passing(lens, Counted(self._figure.record, self._figure.where))
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
                if row is not None and _holds(lens, counted, row):
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


def _passing(lens: Lens, counted: Counted) -> Iterable[Row]:
    rows = lens.rows(counted.record)
    if counted.where is None:
        return rows
    holds = lens.test(counted.where)
    return (row for row in rows if holds(row.values))


def _holds(lens: Lens, counted: Counted, row: Row) -> bool:
    return counted.where is None or lens.test(counted.where)(row.values)


def _tidy(number: int | float) -> int | float:
    number = round(number, 4)
    return int(number) if number == int(number) else number
