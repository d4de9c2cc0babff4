"""Coverage counted from the denominator, for every area, as of a day.

What is counted is data (`core.metric`), and how it is counted stands in the
modules beside this one; here is what is asked, and what follows from a change of the records.

    counted = Coverage(schemas, metrics, figures, facts, as_of=day, today=day)
    counted.share(area_id, "households_assigned")      # Share(have=390, of=430)
    counted.gaps(area_id, "households_assigned")       # the ids of the other 40
    counted.follow([RowChange(before, after)], facts)  # one record changed: the same as anew
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from nq77tui.core.area_tree import EVERYWHERE, AreaTree, Facts
from nq77tui.core.counting.count import Count
from nq77tui.core.counting.dependency import IndexedFacts, RowChange, derive
from nq77tui.core.counting.figure import FigureCount
from nq77tui.core.counting.lens import Lens
from nq77tui.core.counting.metric import MetricCount
from nq77tui.core.metric import Figure, Metric
from nq77tui.core.period import Period
from nq77tui.core.schema import Schema
from nq77tui.core.scope import Row


class Share(NamedTuple):
    """``have`` of ``of``."""

    have: int
    of: int

    @property
    def percent(self) -> float | None:
        """Rounded to two decimals; None of nothing. Never 100 while one is missing."""
        if not self.of:
            return None
        percent = _rounded(100 * self.have / self.of)
        return 99.99 if percent >= 100 and self.have < self.of else percent


def expected_by(metric: Metric, day: str) -> float | None:
    """The percentage that a metric should have reached on a day (ISO text), going evenly.

    None where it has no period: its target then holds on every day.
    """
    if not metric.period:
        return None
    return _rounded(metric.target * Period.of(metric.period, day).passed(day))


def records_read(
    schemas: Mapping[str, Schema], metrics: Iterable[Metric], figures: Iterable[Figure]
) -> set[str]:
    """The record types that counting reads; all where that cannot be derived."""
    counts: list[Count] = [MetricCount(metric, "2000-01-01") for metric in metrics]
    counts += [FigureCount(figure, schemas[figure.record]) for figure in figures]
    found = {schema.record for schema in schemas.values() if schema.tree}
    for reads in (one for count in counts for one in count.reads):
        needed = derive(reads, schemas)
        if needed is None:
            return set(schemas)
        found |= needed.records
    return found


class _Before:
    """The records as they were before some changes."""

    def __init__(self, changes: Iterable[RowChange], facts: IndexedFacts) -> None:
        self._facts = facts
        self._before = {
            name: change.before
            for change in changes
            for name in (*facts.aliases(change.row.id), change.row.id)
        }

    def rows(self, record_type: str) -> Iterable[Row]:
        """Nobody walks through them: only what changed is looked at."""
        raise NotImplementedError

    def row(self, record_id: str) -> Row | None:
        """A record that was live."""
        if record_id in self._before:
            return self._before[record_id]
        return self._facts.row(record_id)


class Coverage:
    """All metrics and figures of all areas on one day.

    Attributes:
        as_of: the day, as ISO text.
        tree: the areas as they stand on it.
    """

    def __init__(
        self,
        schemas: Mapping[str, Schema],
        metrics: Mapping[str, Metric],
        figures: Mapping[str, Figure],
        facts: Facts,
        *,
        as_of: str,
        today: str,
        counts_now: bool = True,
    ) -> None:
        """Count.

        Args:
            facts: records that stay as they are while they are counted.
            today: the day that ``today()`` stands for in expressions, as ISO text.
            counts_now: count everything here, not step by step by `counting`.
        """
        self._schemas = schemas
        self._facts = facts
        self.as_of, self._today = as_of, today
        self.tree = AreaTree(schemas, facts, as_of)
        self._lens: Lens | None = self._new_lens(facts)
        self._metrics = {name: MetricCount(metric, as_of) for name, metric in metrics.items()}
        self._figures = {
            name: FigureCount(figure, schemas[figure.record]) for name, figure in figures.items()
        }
        self._needs = {
            count: tuple(derive(reads, schemas) for reads in count.reads)
            for count in self._counts()
        }
        # What is read from few kinds of records is there first.
        self._waiting = sorted(self._needs, key=self._kinds_needed)
        if counts_now:
            for _ in self.counting():
                pass

    # -- asking --------------------------------------------------------------------------------

    @property
    def is_whole(self) -> bool:
        """Whether everything has been counted."""
        return not self._waiting

    def is_counted(self, name: str) -> bool:
        """Whether a metric or figure has been counted; until then it shows nothing."""
        return all(count.name != name for count in self._waiting)

    @property
    def metrics(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(self._metrics)

    @property
    def top(self) -> str:
        """Where a table begins: the lowest area that everything counted lies in."""
        root = self.tree.root
        for count in self._metrics.values():
            if count.of.get(root, 0) != count.of.get(EVERYWHERE, 0):
                return EVERYWHERE
        return root

    def share(self, area_id: str, metric: str) -> Share:
        """How far a metric is in an area and everything below it."""
        count = self._metrics[metric]
        return Share(int(count.have.get(area_id, 0)), int(count.of.get(area_id, 0)))

    def figure(self, area_id: str, name: str) -> int | float:
        """A figure of an area and everything below it."""
        return self._figures[name].figure(area_id)

    def gaps(self, area_id: str, metric: str) -> list[str]:
        """The ids of the very records that are counted there and not covered, area by area."""
        found = self._metrics[metric].gaps
        return [
            one for place in self.tree.downward(area_id) for one in sorted(found.get(place, ()))
        ]

    def rows(self, record_type: str) -> list[Row]:
        """The live records of a type that exist on the day."""
        if self._lens is None:
            self._lens = self._new_lens(self._facts)
        return self._lens.rows(record_type)

    # -- counting ------------------------------------------------------------------------------

    def counting(self) -> Iterator[str]:
        """Count one metric or figure after another; each is whole when its name comes out."""
        while self._waiting:
            self._count(self._waiting[0])
            name = self._waiting.pop(0).name
            if not self._waiting:
                self._lens = None
            yield name

    def _counts(self) -> Iterator[Count]:
        yield from self._metrics.values()
        yield from self._figures.values()

    def _kinds_needed(self, count: Count) -> int:
        return len({record for needed in self._needs[count] if needed for record in needed.records})

    def _count(self, count: Count) -> None:
        for needed in self._needs[count]:
            # References then find the records that they lead to at hand.
            for record_type in sorted(needed.records) if needed else ():
                self.rows(record_type)
        count.count(self._lens or self._new_lens(self._facts))

    def _new_lens(self, facts: Facts) -> Lens:
        return Lens(self._schemas, facts, self.tree, as_of=self.as_of, today=self._today)

    # -- following -----------------------------------------------------------------------------

    def is_about_tree(self, change: RowChange) -> bool:
        """Whether a change moves areas: then everything is counted anew."""
        schema = self._schemas.get(change.row.type)
        if schema is None or schema.tree is None:
            return False
        fields = change.fields
        tree = schema.tree
        shaping = {tree.parent, tree.level, tree.successor, schema.begins, schema.ends}
        return fields is None or bool(fields & shaping)

    def follow(self, changes: Sequence[RowChange], facts: IndexedFacts) -> bool:
        """Count what some changes of records have changed; the result is as if counted anew.

        What it costs depends on what refers to the records that changed, not on how many there
        are.

        Args:
            changes: each record once, as it was when last counted and as it is now. What was
                joined with another, or apart from it, since then is to be counted anew.
            facts: all records as they are now.

        Returns:
            Whether that could be done; if not, nothing has been, and it has to be counted anew.
        """
        if self._waiting or any(map(self.is_about_tree, changes)):
            return False
        self._facts, self._lens = facts, None
        self.tree.look_in(facts)
        before, after = self._new_lens(_Before(changes, facts)), self._new_lens(facts)
        for count, needs in self._needs.items():
            if None in needs:
                self._count(count)
                continue
            touched = tuple(found.touched(changes, facts) for found in needs if found)
            if any(touched):
                count.replace(touched, before, after)
        return True


def _rounded(number: float) -> int | float:
    number = round(number, 2)
    return int(number) if number == int(number) else number
