"""One metric: how many records are counted and covered where, and which are not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from nq77tui.core.counting.count import DistinctMarks, Marks, Number, Sums, holds_for, passing
from nq77tui.core.counting.dependency import Reads
from nq77tui.core.counting.lens import Lens, Mark
from nq77tui.core.metric import Metric
from nq77tui.core.period import Period
from nq77tui.core.scope import Row


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
        self.of = Sums()
        self.have = Sums()
        self.gaps: dict[str, dict[str, None]] = {}
        """Ids of what is not covered, by the area it lies in."""
        self._reached: Marks | DistinctMarks = Marks()

    # From nothing

    def count(self, lens: Lens) -> None:
        """Count from nothing."""
        self._clear()
        if self._covered.distinct:
            self._reached = DistinctMarks()
        is_covered = self._coverage_of(lens)
        place_of, gaps = lens.place, self.gaps
        direct_of: dict[str, Number] = {}
        direct_have: dict[str, Number] = {}
        rows = passing(lens, self._counted)
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
            if row is None or not holds_for(lens, self._counted, row):
                continue
            place = lens.place(row)
            self.of.add(lens.tree, place, sign)
            if is_covered(row):
                self.have.add(lens.tree, place, sign)
            elif sign > 0:
                self.gaps.setdefault(place, {})[record_id] = None
            else:
                del self.gaps[place][record_id]
