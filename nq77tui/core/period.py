"""Spans of days that have a name: a month, a quarter, a half year, a year."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.record import Json

PeriodKind = Literal["", "month", "quarter", "year"]
PERIOD_KINDS: tuple[PeriodKind, ...] = get_args(PeriodKind)
_MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_SIGNS = {"quarter": "Q", "half": "H"}
_FIRST, _LAST = "-01-01", "-12-01"
_PATTERN = re.compile(r"(\d{4})(?:-(?:(Q)([1-4])|(H)([12])|(\d{1,2})))?", re.ASCII | re.IGNORECASE)
_MONTH_FIRST = re.compile(r"(\d{1,2})/(\d{4})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Period:
    """A span of days, both ends included, as ISO text.

    Attributes:
        kind: ``month``, ``quarter``, ``half`` or ``year``.
        number: which of its kind within the year; 0 for a whole year.
    """

    kind: str
    year: int
    number: int
    first: str
    last: str

    @classmethod
    def of(cls, kind: str, day: str, cutoff: int = 0) -> Period:
        """The period of a kind in which a day (ISO text) lies.

        Args:
            cutoff: see `read_period`.
        """
        at = date.fromisoformat(day)
        number = 0 if kind == "year" else (at.month - 1) // _MONTHS[kind] + 1
        found = _span(kind, at.year, number, cutoff)
        return found.step(1, cutoff) if day > found.last else found

    @property
    def name(self) -> str:
        """As `read_period` reads it: ``2026``, ``2026-H1``, ``2026-Q3``, ``2026-02``."""
        if not self.number:
            return str(self.year)
        sign = _SIGNS.get(self.kind)
        return f"{self.year}-{sign}{self.number}" if sign else f"{self.year}-{self.number:02}"

    def step(self, count: int, cutoff: int = 0) -> Period:
        """So many periods of the same kind later, or earlier."""
        a_year = 12 // _MONTHS[self.kind]
        years, number = divmod(max(self.number, 1) - 1 + count, a_year)
        at = number + 1 if self.number else 0
        return _span(self.kind, self.year + years, at, cutoff)

    def holds(self, value: Json) -> bool:
        """Whether a date, or a year as a number, lies in it for certain.

        A date known to the year or the month alone does, if all of that year or month does.
        """
        if type(value) is int:
            value = f"{value:04}"
        if not isinstance(value, str) or not value:
            return False
        known = len(value) - len("2024")
        return self.first <= value + _FIRST[known:] and value + _LAST[known:] <= self.last

    def may_hold(self, value: object) -> bool:
        """Whether a date lies in it, or may: of a year or a month alone some day has to."""
        if not isinstance(value, str) or not value:
            return False
        return self.first[: len(value)] <= value <= self.last[: len(value)]

    def passed(self, day: str) -> float:
        """How much of it has passed at the end of a day, from 0 to 1."""
        first, last = date.fromisoformat(self.first), date.fromisoformat(self.last)
        days = (date.fromisoformat(day) - first).days + 1
        return min(max(days, 0) / ((last - first).days + 1), 1)


def read_period(text: str, cutoff: int = 0) -> Period:
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


def year_to(day: str) -> Period:
    """The year of a day (ISO text), up to that day."""
    return Period("year", int(day[:4]), 0, f"{day[:4]}-01-01", day)


def span(period: str | None, as_of: str | None, today: str, cutoff: int) -> tuple[Period, str]:
    """The period and the day of a report, where one of them or both were given.

    A period that is not over yet is counted as of today; without a period it is the year so far.

    Raises:
        RefusedError: it is no period.
    """
    if not period:
        day = as_of or today
        return year_to(day), day
    found = read_period(period, cutoff)
    return found, as_of or min(found.last, max(today, found.first))


def _span(kind: str, year: int, number: int, cutoff: int) -> Period:
    length = _MONTHS[kind]
    first = (max(number, 1) - 1) * length  # months since January
    begins, after = _cut(year, first, cutoff), _cut(year, first + length, cutoff)
    last = after - timedelta(days=1)
    return Period(kind, year, number, begins.isoformat(), last.isoformat())


def _cut(year: int, months: int, cutoff: int) -> date:
    """The first day of the reporting month that begins so many months into a year."""
    if not cutoff:
        return date(year + months // 12, months % 12 + 1, 1)
    months -= 1  # it begins in the month before
    begins = date(year + months // 12, months % 12 + 1, 1)
    return begins + timedelta(days=min(cutoff, 28))


def _no_period(text: str) -> RefusedError:
    return RefusedError(Problem("report.no_period", {"text": text[:40]}))
