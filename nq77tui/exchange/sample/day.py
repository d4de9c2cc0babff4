"""Days on which offices work, and days within a period."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

SUNDAY = 6
HOLIDAYS = frozenset(
    {
        *(date(2024, 2, day) for day in range(8, 15)),  # Tết Giáp Thìn
        date(2024, 4, 18),  # Giỗ Tổ Hùng Vương
        *(date(2024, 4, day) for day in (29, 30)),
        date(2024, 5, 1),
        *(date(2024, 9, day) for day in (2, 3)),
    }
)
_ONE_DAY = timedelta(days=1)


def any_day(rng: Random, first: str, last: str) -> str:
    """A day of the period, for what happens on any day."""
    return _draw(rng, date.fromisoformat(first), date.fromisoformat(last)).isoformat()


def working_day(rng: Random, first: str, last: str) -> str:
    """A day of the period on which people work if there is one; Saturdays are no exception."""
    earliest, latest = date.fromisoformat(first), date.fromisoformat(last)
    drawn = day = _draw(rng, earliest, latest)
    while not _is_working(day) and day < latest:
        day += _ONE_DAY
    while not _is_working(day) and day > earliest:
        day -= _ONE_DAY
    return (day if _is_working(day) else drawn).isoformat()


def _draw(rng: Random, earliest: date, latest: date) -> date:
    return earliest + timedelta(days=rng.randint(0, (latest - earliest).days))


def _is_working(day: date) -> bool:
    return day.weekday() != SUNDAY and day not in HOLIDAYS
