"""A record: for every field its value and the write that put it there.

Names used here, and everywhere:

* **replica**: one store on one machine, 8 characters of base32.
* **dot**: the name of one write to one record, ``(replica, counter)``. A replica never uses a
  counter twice: a transaction that writes three records takes three counters in a row.
* **version vector**: ``{replica: counter}``, every write to this record that it includes.
* **siblings**: the values of one field that nobody has decided between yet.
* **deletion**: a marker that carries the version vector its author had seen.
* **alias**: the id of a record that was joined with another. Joining deletes the record with the
  larger id, and its marker names the other: ``{"seen": vector, "into": id}``. So a join is a
  deletion in every respect (it can be taken back, it meets edits that it had not seen, it merges
  by the same rule), and an alias leads to a smaller id, so that none lead in a circle whichever
  machines joined what. (Only the renaming of a cloned replica's writes may turn one round.)

Records are frozen; `merge.py` makes new ones. JSON values inside a record are never changed in
place; `Record.values` hands out copies.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeAlias

from nq77tui.core import base32

Json: TypeAlias = "None | bool | int | float | str | list[Json] | dict[str, Json]"
Vector: TypeAlias = Mapping[str, int]

CONFIRMED = ".confirmed"
"""Behind a field's name: the doubts about it that were confirmed (`core.confirmation`)."""
REPLICA_LENGTH = 8
COUNTER_BITS = 40
_DOT = re.compile(r"([0-9A-HJKMNP-TV-Z]{8})-([1-9A-HJKMNP-TV-Z][0-9A-HJKMNP-TV-Z]{0,7})")
"""The one spelling of a dot: a counter begins with no zero."""


class Dot(NamedTuple):
    """The name of one write: who wrote, and the how manieth write of that replica it was."""

    replica: str
    counter: int

    def __str__(self) -> str:
        return f"{self.replica}-{base32.encode(self.counter)}"

    @classmethod
    def parse(cls, text: str) -> Dot:
        """Read ``str(dot)`` back.

        Raises:
            ValueError: not a dot in its canonical spelling.
        """
        match = _DOT.fullmatch(text)
        if match is None:
            raise ValueError(text)
        return cls(match[1], base32.decode(match[2]))


class Stamp(NamedTuple):
    """Who wrote and when: for people and for the order of display, never for causality.

    Attributes:
        at: seconds since 1970 in UTC, as the writer's clock had it (which may be years off).
        by: the operator's name.
    """

    at: int
    by: str


class Sibling(NamedTuple):
    """One value of a field, or one deletion marker, with the write that made it."""

    dot: Dot
    value: Json
    stamp: Stamp


def canonical_json(value: Json) -> str:
    """JSON with sorted keys and no spaces: equal values, equal text."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def display_order(siblings: Iterable[Sibling]) -> tuple[Sibling, ...]:
    """Siblings with the one to display first: latest stamp, then value, then dot.

    The order is total, so that every machine displays the same one.
    """
    found = tuple(siblings)
    if len(found) < 2:
        return found
    return tuple(
        sorted(found, key=lambda s: (s.stamp.at, canonical_json(s.value), s.dot), reverse=True)
    )


def is_confirmation(name: str) -> bool:
    """Whether a field holds what was confirmed about another; no schema can have such a name."""
    return name.endswith(CONFIRMED)


def covers(vector: Vector, dot: Dot) -> bool:
    """Whether a version vector includes a write."""
    return vector.get(dot.replica, 0) >= dot.counter


def seen_by(marker: Sibling) -> Vector | None:
    """The version vector that a deleter had seen; None where somebody decided to keep."""
    if not isinstance(marker.value, dict):
        return None
    return marker.value.get("seen", marker.value)  # type: ignore[return-value]


def into_of(marker: Sibling) -> str:
    """The id of the record that a deleted one was joined into; empty for any other marker."""
    return str(marker.value.get("into", "")) if isinstance(marker.value, dict) else ""


def _copy(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _copy(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_copy(part) for part in value]
    return value


@dataclass(frozen=True, eq=True)
class Record:
    """One record with its causal history.

    Attributes:
        id: `str(first dot)`, or the keyed id computed from a real-world key.
        type: the record's name in the programme, for example ``household``.
        fields: per field its siblings, the displayed one first. An emptied field holds null.
        vector: every write to this record that it includes.
        deletions: a register like a field: its siblings hold the vector that a deleter had seen
            (with the id of the record it was joined into), or null where somebody decided to keep
            the record.
        schema: the form of its fields, by the version of the schema that made it (`upgrade.py`).
    """

    id: str
    type: str
    fields: Mapping[str, tuple[Sibling, ...]]
    vector: Vector
    deletions: tuple[Sibling, ...] = ()
    schema: int = 1

    __hash__ = None  # type: ignore[assignment]  # holds dicts; compare by ==, index by id

    @property
    def values(self) -> dict[str, Json]:
        """The displayed values as a fresh dict, emptied fields left out."""
        return {
            name: _copy(siblings[0].value)
            for name, siblings in self.fields.items()
            if siblings[0].value is not None
        }

    def get(self, field: str) -> Json:
        """The displayed value of a field, or None. Not a copy: do not change it."""
        siblings = self.fields.get(field)
        return siblings[0].value if siblings else None

    def siblings(self, field: str) -> tuple[Sibling, ...]:
        """All values of a field nobody has decided between, the displayed one first."""
        return self.fields.get(field, ())

    def written(self, field: str) -> Sibling | None:
        """The displayed value of a field with the write that made it."""
        siblings = self.fields.get(field)
        return siblings[0] if siblings else None

    @cached_property
    def conflicts(self) -> dict[str, tuple[Sibling, ...]]:
        """The fields whose siblings have different values; equal ones are hidden.

        Confirmations stand beside one another and need no decision.
        """
        return {
            name: _distinct(siblings)
            for name, siblings in sorted(self.fields.items())
            if len(siblings) > 1 and not is_confirmation(name) and len(_distinct(siblings)) > 1
        }

    @cached_property
    def is_dead(self) -> bool:
        """Whether every live write was seen by somebody who deleted the record."""
        return self._is_deleted and not self.unseen_writes

    @cached_property
    def is_contested(self) -> bool:
        """Whether it was deleted on one side and edited (or kept) on the other."""
        return self._is_deleted and bool(self.unseen_writes)

    @property
    def joined_into(self) -> str:
        """The id of the record that this one was joined into; empty where it stands for itself."""
        return next(iter(self.joins), "") if self.is_dead else ""

    @property
    def joins(self) -> tuple[str, ...]:
        """The ids of the records that somebody joined it into, the displayed one first."""
        return tuple(into for marker in self.deletions if (into := into_of(marker)))

    @property
    def unseen_writes(self) -> tuple[Sibling, ...]:
        """The writes that no deleter had seen, the latest first."""
        seen = [vector for marker in self.deletions if (vector := seen_by(marker)) is not None]
        kept = [marker for marker in self.deletions if marker.value is None]
        live = kept + [s for siblings in self.fields.values() for s in siblings]
        return tuple(
            sorted(
                (s for s in live if not any(covers(vector, s.dot) for vector in seen)),
                key=lambda s: (s.stamp, s.dot),
                reverse=True,
            )
        )

    @property
    def _is_deleted(self) -> bool:
        return any(marker.value is not None for marker in self.deletions)

    @property
    def dots(self) -> set[Dot]:
        """The writes that still show: of every sibling and every deletion marker."""
        found = {s.dot for siblings in self.fields.values() for s in siblings}
        found.update(marker.dot for marker in self.deletions)
        return found

    @property
    def last_written(self) -> Stamp:
        """The latest stamp of all that still shows."""
        stamps = [s.stamp for siblings in self.fields.values() for s in siblings]
        stamps += [marker.stamp for marker in self.deletions]
        return max(stamps, default=Stamp(0, ""))


def _distinct(siblings: tuple[Sibling, ...]) -> tuple[Sibling, ...]:
    seen: dict[str, Sibling] = {}
    for sibling in siblings:
        seen.setdefault(canonical_json(sibling.value), sibling)
    return tuple(seen.values())
