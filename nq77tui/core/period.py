"""Periods of the calendar: in which one a day lies, and how much of it has passed."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Literal

from nq77tui.core.record import Json

PeriodKind = Literal["", "month", "quarter", "year"]
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_FIRST, _LAST = "-01-01", "-12-01"


@dataclass(frozen=True, slots=True)
class Period:
    """A month, a quarter or a year.

    Attributes:
        first: its first day, as ISO text.
        last: its last day.
    """

    first: str
    last: str

    @classmethod
    def of(cls, kind: str, day: str) -> Period:
        """The period of a kind in which a day (ISO text) lies."""
        at = date.fromisoformat(day)
        length = _MONTHS[kind]
        begin = (at.month - 1) // length * length + 1
        end = begin + length - 1
        return cls(
            date(at.year, begin, 1).isoformat(),
            date(at.year, end, monthrange(at.year, end)[1]).isoformat(),
        )

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

    def passed(self, day: str) -> float:
        """How much of it has passed at the end of a day, from 0 to 1."""
        first, last = date.fromisoformat(self.first), date.fromisoformat(self.last)
        days = (date.fromisoformat(day) - first).days + 1
        return min(max(days, 0) / ((last - first).days + 1), 1)
