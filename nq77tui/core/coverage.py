"""Coverage counted from the denominator, for every area, as of a day.

What is counted is data (`core.screen.Metric` and `Figure`); here is only the counting. Every
metric and figure is tallied where its records lie, and summed up the tree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from nq77tui.core.area_tree import AreaTree, Facts, exists_on
from nq77tui.core.expression import Expression
from nq77tui.core.expression_functions import as_number
from nq77tui.core.record import Json
from nq77tui.core.schema import Schema
from nq77tui.core.scope import RecordScope, Row
from nq77tui.core.screen import Covered, Figure, Metric


class Share(NamedTuple):
    """``have`` of ``of``."""

    have: int
    of: int

    @property
    def percent(self) -> float | None:
        """Rounded to two decimals; None of nothing. Never 100 while one is missing."""
        if not self.of:
            return None
        percent = _tidy(round(100 * self.have / self.of, 2))
        return 99.99 if percent >= 100 and self.have < self.of else percent


@dataclass
class Tally:
    """One metric: who is counted and covered where."""

    have: dict[str, int] = field(default_factory=dict)
    of: dict[str, int] = field(default_factory=dict)
    gaps: dict[str, list[str]] = field(default_factory=dict)
    """Ids of what is not covered, by the area it lies in."""


class _Memory:
    """Facts with a memory: references lead to the same few records again and again."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._rows: dict[str, Row | None] = {}

    def rows(self, record_type: str) -> Iterable[Row]:
        for row in self._facts.rows(record_type):
            self._rows[row.id] = row
            yield row

    def row(self, record_id: str) -> Row | None:
        try:
            return self._rows[record_id]
        except KeyError:
            return self._rows.setdefault(record_id, self._facts.row(record_id))


class Coverage:
    """All metrics and figures of all areas on one day."""

    def __init__(
        self,
        schemas: Mapping[str, Schema],
        metrics: Mapping[str, Metric],
        figures: Mapping[str, Figure],
        facts: Facts,
        *,
        as_of: str,
        today: str,
    ) -> None:
        self._schemas = schemas
        self._facts = _Memory(facts)
        self.as_of = as_of
        self._scope = RecordScope({}, self._facts, today, as_of)
        self._kept: dict[str, list[Row]] = {}
        self.tree = AreaTree(schemas, self._facts, as_of)
        self._tallies = {name: self._tally(metric) for name, metric in metrics.items()}
        self._figures = {name: self._figure(figure) for name, figure in figures.items()}

    # -- asking --------------------------------------------------------------------------------

    def share(self, area_id: str, metric: str) -> Share:
        """How far a metric is in an area and everything below it."""
        tally = self._tallies[metric]
        return Share(tally.have.get(area_id, 0), tally.of.get(area_id, 0))

    def figure(self, area_id: str, name: str) -> int | float:
        """A figure of an area and everything below it."""
        return self._figures[name].get(area_id, 0)

    def gaps(self, area_id: str, metric: str) -> list[str]:
        """The ids of the very records that are counted there and not covered."""
        found = self._tallies[metric].gaps
        return [one for place in self.tree.downward(area_id) for one in found.get(place, ())]

    # -- counting ------------------------------------------------------------------------------

    def rows(self, record_type: str) -> list[Row]:
        """The live records of a type that exist on the day."""
        if record_type not in self._kept:
            schema = self._schemas[record_type]
            self._kept[record_type] = [
                row
                for row in self._facts.rows(record_type)
                if exists_on(schema, row.values, self.as_of)
            ]
        return self._kept[record_type]

    def _passing(self, record_type: str, where: Expression | None) -> Iterator[Row]:
        if where is None:
            yield from self.rows(record_type)
            return
        for row in self.rows(record_type):
            if self._holds(where, row):
                yield row

    def _holds(self, test: Expression, row: Row) -> bool:
        self._scope.values = row.values
        return test.holds(self._scope)

    def _tally(self, metric: Metric) -> Tally:
        tally = Tally()
        counts = self._covering(metric.have)
        for row in self._passing(metric.of.record, metric.of.where):
            place = self.tree.locate(row)
            tally.of[place] = tally.of.get(place, 0) + 1
            if metric.have.record:
                is_covered = counts.get(row.id, 0) >= metric.have.at_least
            else:
                is_covered = metric.have.where is None or self._holds(metric.have.where, row)
            if is_covered:
                tally.have[place] = tally.have.get(place, 0) + 1
            else:
                tally.gaps.setdefault(place, []).append(row.id)
        tally.have = self._sum_up(tally.have)
        tally.of = self._sum_up(tally.of)
        return tally

    def _covering(self, have: Covered) -> dict[str, int]:
        """How often each record is led to."""
        if not have.record:
            return {}
        reached: dict[str, set[Json]] = {}
        for row in self._passing(have.record, have.where):
            mark = self._one_of(row, have.distinct) if have.distinct else row.id
            if not isinstance(mark, str | int | float):
                continue
            for target in self._targets(have, row):
                reached.setdefault(target, set()).add(mark)
        return {target: len(marks) for target, marks in reached.items()}

    def _targets(self, have: Covered, row: Row) -> Iterable[str]:
        if have.within:
            return self.tree.upward(self.tree.locate(row))
        self._scope.values = row.values
        target = self._scope.field(have.link)
        found = self._facts.row(target) if isinstance(target, str) else None
        # Its own id: what was joined with another is referred to by an alias for a while.
        return (found.id,) if found else ()

    def _one_of(self, row: Row, name: str) -> Json:
        """A value whose differing ones are counted; a record counts once under all its ids."""
        value = row.values.get(name)
        field = self._schemas[row.type].fields.get(name)
        if field is None or not field.is_reference or not isinstance(value, str):
            return value
        found = self._facts.row(value)
        return found.id if found else value

    def _figure(self, figure: Figure) -> dict[str, int | float]:
        rows = self._passing(figure.record, figure.where)
        if figure.latest:
            rows = iter(self._latest(figure, rows))
        if figure.distinct:
            return self._distinct(figure, rows)
        found: dict[str, int | float] = {}
        for row in rows:
            number = as_number(row.values.get(figure.sum)) if figure.sum else 1
            if number is not None:
                place = self.tree.locate(row)
                found[place] = found.get(place, 0) + number
        summed = found if figure.own else self._sum_up(found)
        return {place: _tidy(number) for place, number in summed.items()}

    def _distinct(self, figure: Figure, rows: Iterable[Row]) -> dict[str, int | float]:
        seen: dict[str, set[Json]] = {}
        for row in rows:
            value = self._one_of(row, figure.distinct)
            if not isinstance(value, str | int | float):
                continue
            place = self.tree.locate(row)
            for area_id in [place] if figure.own else self.tree.upward(place):
                seen.setdefault(area_id, set()).add(value)
        return {place: len(values) for place, values in seen.items()}

    def _latest(self, figure: Figure, rows: Iterable[Row]) -> list[Row]:
        begins = self._schemas[figure.record].begins
        found: dict[tuple[str, ...], Row] = {}
        for row in rows:
            key = tuple(str(row.values.get(name)) for name in figure.latest)
            other = found.get(key)
            if other is None or _age(row, begins) > _age(other, begins):
                found[key] = row
        return list(found.values())

    def _sum_up(self, direct: Mapping[str, int | float]) -> dict[str, int]:
        summed: dict[str, int | float] = {}
        for place, number in direct.items():
            for area_id in self.tree.upward(place):
                summed[area_id] = summed.get(area_id, 0) + number
        return summed  # type: ignore[return-value]


def _age(row: Row, begins: str) -> tuple[str, str]:
    # The id decides between records of one day, so that every machine takes the same.
    return str(row.values.get(begins) or ""), row.id


def _tidy(number: int | float) -> int | float:
    number = round(number, 4)
    return int(number) if number == int(number) else number
