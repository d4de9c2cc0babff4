"""The columns of a coverage table: the programme's metrics, then its figures, as people read them.

Knows nothing of the screen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from nq77tui.core.area_tree import EVERYWHERE
from nq77tui.core.counting.coverage import Coverage, expected_by
from nq77tui.core.metric import Metric
from nq77tui.core.schema import Label
from nq77tui.core.values import show_number
from nq77tui.programme import Programme

_NOTHING, _NOT_YET = "-", "…"
_FULL, _EMPTY = "█", "·"
_ASCII_FULL, _ASCII_EMPTY = "#", "."
_LEVELS, _ASCII_LEVELS = "▁▂▃▄▅▆▇█", "123456789"


@dataclass(frozen=True, slots=True)
class Measure:
    """One metric or figure.

    Attributes:
        column: its short heading.
        metric: None for a figure.
    """

    name: str
    label: Label
    column: Label
    metric: Metric | None = None


def measures_of(programme: Programme) -> tuple[Measure, ...]:
    """The metrics, then the figures, in the programme's order."""
    metrics = [Measure(m.name, m.label, m.column, m) for m in programme.metrics.values()]
    figures = [Measure(f.name, f.label, f.column) for f in programme.figures.values()]
    return (*metrics, *figures)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one measure says of one area.

    Attributes:
        count: ``390/430``, or a figure's number.
        percent: ``90,7 %``; empty where there is none.
        missing: how many gaps there are.
        is_short: whether the target is not reached.
        part: how far it is, from 0 to 1; None where nothing is counted.
        expected: the percentage to be reached by the day; None where there is no period.
    """

    count: str
    percent: str = ""
    missing: int = 0
    is_short: bool = False
    part: float | None = None
    expected: float | None = None


def read(coverage: Coverage, area_id: str, measure: Measure, lang: str) -> Reading:
    """What a measure says of an area."""
    if not coverage.is_counted(measure.name):
        return Reading(_NOT_YET)
    if measure.metric is None:
        return Reading(show_number(coverage.figure(area_id, measure.name), lang))
    share = coverage.share(area_id, measure.name)
    percent = share.percent
    if percent is None:
        return Reading(_NOTHING)
    expected = expected_by(measure.metric, coverage.as_of)
    return Reading(
        f"{show_number(share.have, lang)}/{show_number(share.of, lang)}",
        f"{show_number(percent, lang)} %",
        share.of - share.have,
        percent < (measure.metric.target if expected is None else expected),
        percent / 100,
        expected,
    )


def difference(
    now: Coverage, before: Coverage, area_id: str, measure: Measure, lang: str, *, in_percent: bool
) -> str:
    """How a measure of an area has changed: ``+12``; empty where the area was not there.

    Args:
        in_percent: of a metric the difference in percentage points.
    """
    if area_id != EVERYWHERE and area_id not in before.tree:
        return ""
    if measure.metric is None:
        return _signed(
            now.figure(area_id, measure.name) - before.figure(area_id, measure.name), lang
        )
    new, old = (one.share(area_id, measure.name) for one in (now, before))
    if not in_percent:
        return _signed(new.have - old.have, lang)
    if new.percent is None or old.percent is None:
        return ""
    return _signed(new.percent - old.percent, lang)


def _signed(number: float, lang: str) -> str:
    number = round(number, 2)
    if not number:
        return "="
    whole = int(number) if number == int(number) else number
    return f"{'+' if number > 0 else '-'}{show_number(abs(whole), lang)}"


def worst_first(coverage: Coverage, area_ids: Iterable[str], measure: Measure) -> list[str]:
    """Areas by how far they are, those with more gaps first; of a figure the largest first."""

    def place(area_id: str) -> tuple[float, float]:
        if measure.metric is None:
            return 0, -coverage.figure(area_id, measure.name)
        share = coverage.share(area_id, measure.name)
        return 101 if share.percent is None else share.percent, share.have - share.of

    return sorted(area_ids, key=place)


def bar(part: float | None, width: int, *, is_ascii: bool) -> str:
    """How far something is, as a bar; full only where nothing is missing."""
    full, empty = (_ASCII_FULL, _ASCII_EMPTY) if is_ascii else (_FULL, _EMPTY)
    filled = int((part or 0) * width)
    return full * filled + empty * (width - filled)


def sparkline(series: Sequence[float], *, is_ascii: bool) -> str:
    """Numbers as a line of little columns, the largest of them full; a dot for nothing.

    Where there are no block characters, a digit says how many ninths of the largest it is.
    """
    most = max(series, default=0)
    levels, nothing = (_ASCII_LEVELS, _ASCII_EMPTY) if is_ascii else (_LEVELS, _EMPTY)
    return "".join(
        levels[ceil(number * len(levels) / most) - 1] if number > 0 else nothing
        for number in series
    )
