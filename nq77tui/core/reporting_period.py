"""A span of days that a report is about: a month, a quarter, a half year, a year."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from nq77tui.core.problem import Problem, RefusedError

_PATTERN = re.compile(r"(\d{4})(?:-(?:(Q)([1-4])|(H)([12])|(\d{1,2})))?", re.ASCII | re.IGNORECASE)
_MONTH_FIRST = re.compile(r"(\d{1,2})/(\d{4})", re.ASCII)


@dataclass(frozen=True, slots=True)
class ReportingPeriod:
    """A span of days, both ends included, as ISO text.

    Attributes:
        kind: ``month``, ``quarter``, ``half`` or ``year``.
        number: which of its kind within the year; 0 for a whole year.
    """

    kind: str
    year: int
    number: int
    start: str
    end: str

    def holds(self, day: object) -> bool:
        """Whether a stored date lies in it; a year or a month alone lies in a span that has it."""
        if not isinstance(day, str) or not day:
            return False
        return self.start[: len(day)] <= day <= self.end[: len(day)]


_MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}


def read_period(text: str, cutoff: int = 0) -> ReportingPeriod:
    """``2026``, ``2026-H1``, ``2026-Q3``, ``2026-02`` or ``2/2026``.

    Args:
        cutoff: the last day of a reporting month where that is not the calendar's: with 14 the
            month of February goes from 15 January to 14 February (as Decree 09/2019/NĐ-CP,
            article 12, has it for State reports).

    Raises:
        RefusedError: it is no period.
    """
    wanted = text.strip()
    if match := _MONTH_FIRST.fullmatch(wanted):
        wanted = f"{match[2]}-{match[1]}"
    match = _PATTERN.fullmatch(wanted)
    if match is None:
        raise _no_period(text)
    year = int(match[1])
    if match[2]:
        kind, number = "quarter", int(match[3])
    elif match[4]:
        kind, number = "half", int(match[5])
    elif match[6]:
        kind, number = "month", int(match[6])
    else:
        kind, number = "year", 0
    if not 1900 <= year <= 2999 or (kind == "month" and not 1 <= number <= 12):
        raise _no_period(text)
    return _span(kind, year, number, cutoff)


def year_to(day: str) -> ReportingPeriod:
    """The year of a day (ISO text), up to that day."""
    return ReportingPeriod("year", int(day[:4]), 0, f"{day[:4]}-01-01", day)


def span(
    period: str | None, as_of: str | None, today: str, cutoff: int
) -> tuple[ReportingPeriod, str]:
    """The period and the day of a report, where one of them or both were given.

    A period that is not over yet is counted as of today; without a period it is the year so far.

    Raises:
        RefusedError: it is no period.
    """
    if not period:
        day = as_of or today
        return year_to(day), day
    found = read_period(period, cutoff)
    return found, as_of or min(found.end, max(today, found.start))


def _span(kind: str, year: int, number: int, cutoff: int) -> ReportingPeriod:
    length = _MONTHS[kind]
    first = (max(number, 1) - 1) * length  # months since January
    start = _cut(year, first, cutoff)
    end = _cut(year, first + length, cutoff)
    return ReportingPeriod(
        kind, year, number, start.isoformat(), (end - timedelta(days=1)).isoformat()
    )


def _cut(year: int, months: int, cutoff: int) -> date:
    """The first day of the reporting month that begins so many months into a year."""
    if not cutoff:
        return date(year + months // 12, months % 12 + 1, 1)
    months -= 1  # it begins in the month before
    begins = date(year + months // 12, months % 12 + 1, 1)
    return begins + timedelta(days=min(cutoff, 28))


def _no_period(text: str) -> RefusedError:
    return RefusedError(Problem("report.no_period", {"text": text[:40]}))
