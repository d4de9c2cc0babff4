"""How much operators key, and how well: arithmetic over saves, by day, week and month.

Times come from the operators' own machines. A session is a row of saves between which less than
`PAUSE` seconds lie; it is timed from its first save to its last, so that the first one, of which
nobody knows when it was begun, counts in no rate. What is saved in one second in larger numbers
than hands can key (an import, a reorganisation) is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from datetime import date
from typing import Literal, TypeAlias, get_args

PAUSE = 15 * 60
"""Seconds without a save after which another session begins."""
BULK = 60
"""Records of one save above which no hands have keyed them: a household with all its rows fits."""
PeriodOf: TypeAlias = Literal["day", "week", "month"]
PERIODS: tuple[str, ...] = get_args(PeriodOf)
Save: TypeAlias = tuple[int, int, int]
"""When, in seconds since 1970; how many records; how many fields."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What one operator did in a period.

    Attributes:
        records: saved by hand, rows of grids and second keyings included.
        fields: written in them.
        warned: records saved with a warning that was confirmed.
        seconds: keyed in sessions.
        timed_records: saved in that time.
        timed_fields: written in that time.
        checked: fields of this operator that were keyed again.
        errors: those that were decided against what the operator had keyed.
        open: differences that nobody has decided about.
    """

    records: int = 0
    fields: int = 0
    warned: int = 0
    seconds: int = 0
    timed_records: int = 0
    timed_fields: int = 0
    checked: int = 0
    errors: int = 0
    open: int = 0

    def __add__(self, other: Figures) -> Figures:
        pairs = zip(astuple(self), astuple(other), strict=True)
        return Figures(*(one + another for one, another in pairs))

    @property
    def records_an_hour(self) -> float | None:
        """None where no session has two saves."""
        return self.timed_records * 3600 / self.seconds if self.seconds else None

    @property
    def fields_an_hour(self) -> float | None:
        """None where no session has two saves."""
        return self.timed_fields * 3600 / self.seconds if self.seconds else None

    @property
    def warned_percent(self) -> float | None:
        """The share of records saved with confirmed warnings."""
        return self.warned * 100 / self.records if self.records else None

    @property
    def errors_a_thousand(self) -> float | None:
        """Errors in a thousand fields that were keyed again."""
        return self.errors * 1000 / self.checked if self.checked else None


def timed(saves: Iterable[Save]) -> Figures:
    """Records, fields and working time of one operator's saves, in any order."""
    found, before = Figures(), None
    for at, records, fields in sorted(saves):
        found += Figures(records=records, fields=fields)
        if before is not None and at - before < PAUSE:
            found += Figures(seconds=at - before, timed_records=records, timed_fields=fields)
        before = at
    return found


def name_of(day: date, period: PeriodOf) -> str:
    """A period as people file it: ``2024-09-05``, ``2024-W36`` (ISO 8601), ``2024-09``."""
    if period == "week":
        year, week, _ = day.isocalendar()
        return f"{year:04}-W{week:02}"
    return day.isoformat()[: 7 if period == "month" else 10]


def by_period(days: Mapping[date, Figures], period: PeriodOf) -> dict[str, Figures]:
    """The figures of days added up, the latest period first."""
    found: dict[str, Figures] = {}
    for day in sorted(days, reverse=True):
        name = name_of(day, period)
        found[name] = found.get(name, Figures()) + days[day]
    return found


def total(days: Mapping[date, Figures]) -> Figures:
    """The figures of all days."""
    return sum(days.values(), Figures())
