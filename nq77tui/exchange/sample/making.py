"""Turns values into records: one replica, one operator, one write after the other in 2024."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from functools import cached_property
from random import Random

from nq77tui.core import base32
from nq77tui.core.merge import create, keyed_id
from nq77tui.core.record import REPLICA_LENGTH, Dot, Json, Record, Stamp
from nq77tui.core.schema import Schema
from nq77tui.exchange.sample.day import HOLIDAYS

OPERATOR = "mẫu"
"""Who wrote every value: "sample data", so that nobody takes one for real."""

FIRST_DAY, LAST_DAY = date(2024, 1, 8), date(2024, 12, 31)
_VIETNAM = timezone(timedelta(hours=7))
_MORNING, _AFTERNOON = (7.5, 11.5), (13.5, 17.0)
_MORNING_SECONDS = int((_MORNING[1] - _MORNING[0]) * 3600)
_DAY_SECONDS = _MORNING_SECONDS + int((_AFTERNOON[1] - _AFTERNOON[0]) * 3600)


def _working_days() -> list[date]:
    days = (FIRST_DAY + timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1))
    return [day for day in days if day.weekday() < 5 and day not in HOLIDAYS]


class WorkingTime:
    """The hours of 2024 in which an office keys in data, as one line of seconds."""

    def __init__(self) -> None:
        self._days = _working_days()
        self._midnights = [
            int(datetime(day.year, day.month, day.day, tzinfo=_VIETNAM).timestamp())
            for day in self._days
        ]

    def at(self, position: int) -> int:
        """Seconds since 1970 at a position on the line."""
        day, seconds = divmod(position, _DAY_SECONDS)
        if seconds < _MORNING_SECONDS:
            return self._midnights[day] + int(_MORNING[0] * 3600) + seconds
        return self._midnights[day] + int(_AFTERNOON[0] * 3600) + seconds - _MORNING_SECONDS

    def morning_of(self, day: date) -> int:
        """The position at which a day's work begins, or the next working day's."""
        return next(n for n, found in enumerate(self._days) if found >= day) * _DAY_SECONDS


def replica_from(rng: Random) -> str:
    """A replica id drawn by chance: 40 bits, never all zero."""
    return base32.encode(rng.getrandbits(5 * REPLICA_LENGTH) or 1, REPLICA_LENGTH)


@dataclass(frozen=True, slots=True)
class Write:
    """A write that has its name and time already, and its record still to come."""

    dot: Dot
    stamp: Stamp

    @property
    def record_id(self) -> str:
        """The id of the record that this write will create, unless it has a key."""
        return str(self.dot)


@dataclass
class Maker:
    """Makes records in order.

    Attributes:
        records: what has been made so far.
    """

    schemas: Mapping[str, Schema]
    replica: str
    records: list[Record] = field(default_factory=list)
    _counter: int = 0
    _position: int = 0
    _time: WorkingTime = field(default_factory=WorkingTime)

    def go_on_at(self, day: date) -> None:
        """Let the following writes happen from this day on."""
        self._position = max(self._position, self._time.morning_of(day))

    def reserve(self) -> Write:
        """Name the next write, for a record that others refer to before it is made."""
        self._counter += 1
        # A form takes between 40 and 80 seconds.
        self._position += 40 + self._counter * 37 % 41
        stamp = Stamp(self._time.at(self._position), OPERATOR)
        return Write(Dot(self.replica, self._counter), stamp)

    def make(self, record_type: str, values: Mapping[str, Json], write: Write | None = None) -> str:
        """Add a record.

        Returns:
            Its id: computed from its key if it has one, else the name of its write.
        """
        write = write or self.reserve()
        schema = self.schemas[record_type]
        values = {name: self._in_order(schema, name, value) for name, value in values.items()}
        record = create(
            record_type,
            values,
            write.dot,
            write.stamp,
            schema=schema.form,
            record_id=_id_by_key(schema, values),
        )
        self.records.append(record)
        return record.id

    def _in_order(self, schema: Schema, name: str, value: Json) -> Json:
        """Several answers in the order of their list, as the form stores them."""
        if not isinstance(value, list):
            return value
        return [code for code in self._codes[schema.record, name] if code in value]

    @cached_property
    def _codes(self) -> dict[tuple[str, str], list[str]]:
        return {
            (schema.record, field.name): [choice.code for choice in field.choices]
            for schema in self.schemas.values()
            for field in schema
            if field.type == "choices"
        }


def _id_by_key(schema: Schema, values: Mapping[str, Json]) -> str | None:
    key = [values.get(name) for name in schema.key]
    if not key or any(value in (None, "", []) for value in key):
        return None
    return keyed_id(schema.record, key)
