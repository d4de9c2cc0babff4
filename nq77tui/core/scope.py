"""What an expression can see: a record's values, the records it refers to, the day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from nq77tui.core.record import Json


class Row(NamedTuple):
    """A live record as coverage and lists see it: its id, its type, its displayed values.

    ``values`` belongs to the store: it is read-only, and may hold null for an emptied field.
    """

    id: str
    type: str
    values: Mapping[str, Json]


class Lookup(Protocol):
    """Finds the record that a reference leads to."""

    def row(self, record_id: str) -> Row | None:
        """A live record, or None."""


class RecordScope:
    """The scope of one record; reused for many by setting ``values``."""

    __slots__ = ("_candidate", "_lookup", "_this", "as_of", "today", "values")

    def __init__(
        self,
        values: Mapping[str, Json],
        lookup: Lookup,
        today: str,
        as_of: str = "",
        *,
        this: Json = None,
        candidate: Mapping[str, Json] | None = None,
    ) -> None:
        self.values = values
        self.today = today
        self.as_of = as_of or today
        self._lookup = lookup
        self._this = this
        self._candidate = candidate or {}

    def with_values(self, values: Mapping[str, Json]) -> RecordScope:
        """The same over other values."""
        return RecordScope(values, self._lookup, self.today, self.as_of)

    def with_this(self, value: Json) -> RecordScope:
        """The same with ``.`` standing for a value."""
        return RecordScope(
            self.values,
            self._lookup,
            self.today,
            self.as_of,
            this=value,
            candidate=self._candidate,
        )

    def with_candidate(self, values: Mapping[str, Json]) -> RecordScope:
        """The same with bare names standing for a candidate's fields."""
        return RecordScope(
            self.values, self._lookup, self.today, self.as_of, this=self._this, candidate=values
        )

    def field(self, path: tuple[str, ...]) -> Json:
        """A field of the record, or of one that it refers to."""
        value = self.values.get(path[0])
        return value if len(path) == 1 else self._follow(value, path[1:])

    def candidate(self, path: tuple[str, ...]) -> Json:
        """A field or column of the candidate."""
        value = self._candidate.get(path[0])
        return value if len(path) == 1 else self._follow(value, path[1:])

    def this(self) -> Json:
        """The value being checked."""
        return self._this

    def record_type(self, path: tuple[str, ...]) -> str:
        """The type of the record that a reference leads to; empty where it leads nowhere."""
        value = self.field(path)
        row = self._lookup.row(value) if isinstance(value, str) else None
        return row.type if row else ""

    def _follow(self, value: Json, path: tuple[str, ...]) -> Json:
        for name in path:
            if not isinstance(value, str):
                return None
            row = self._lookup.row(value)
            if row is None:
                return None
            value = row.values.get(name)
        return value
