"""Giving the writes of one replica another name, from one counter on.

Two programs that wrote under one replica id (a restored disk image, a cloned machine) have named
different writes alike. One of the two gets another name before they are merged. The new name is
computed from what the writes are, so that every machine gives them the same one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

from nq77tui.core import base32
from nq77tui.core.record import (
    REPLICA_LENGTH,
    Dot,
    Json,
    Record,
    Sibling,
    Vector,
    display_order,
    into_of,
    seen_by,
)


@dataclass(frozen=True, slots=True)
class Renaming:
    """The writes of ``replica`` from the counter ``first`` on are those of ``to``."""

    replica: str
    first: int
    to: str

    @classmethod
    def of_branch(cls, replica: str, first: int, mark: str) -> Renaming:
        """The name of a branch that left a replica at a counter; equal branches, equal names."""
        digest = hashlib.sha256(f"{replica} {first} {mark}".encode()).digest()
        number = int.from_bytes(digest, "big") >> (256 - 5 * REPLICA_LENGTH)
        return cls(replica, first, base32.encode(number or 1, REPLICA_LENGTH))

    def dot(self, dot: Dot) -> Dot:
        """The name of a write."""
        if dot.replica != self.replica or dot.counter < self.first:
            return dot
        return Dot(self.to, dot.counter)

    def vector(self, vector: Vector) -> dict[str, int]:
        """What a version vector includes, under the new names."""
        found = dict(vector)
        counter = found.get(self.replica, 0)
        if counter >= self.first:
            found[self.to] = max(counter, found.get(self.to, 0))
            found[self.replica] = self.first - 1
            if self.first == 1:
                del found[self.replica]
        return found

    def record_id(self, record_id: str) -> str:
        """The id of a record, which is the name of the write that it was born with."""
        if not record_id.startswith(f"{self.replica}-"):
            return record_id
        try:
            return str(self.dot(Dot.parse(record_id)))
        except ValueError:
            return record_id

    def record(self, record: Record) -> Record:
        """A record with its causal history and its references under the new names."""
        return replace(
            record,
            id=self.record_id(record.id),
            fields={
                name: display_order(self._sibling(one, self._value(one.value)) for one in siblings)
                for name, siblings in record.fields.items()
            },
            vector=self.vector(record.vector),
            deletions=display_order(
                self._sibling(marker, self._marker(marker)) for marker in record.deletions
            ),
        )

    def _sibling(self, sibling: Sibling, value: Json) -> Sibling:
        return Sibling(self.dot(sibling.dot), value, sibling.stamp)

    def _marker(self, marker: Sibling) -> Json:
        seen = seen_by(marker)
        if seen is None:
            return None
        vector: dict[str, Json] = dict(self.vector(seen))
        into = into_of(marker)
        return {"seen": vector, "into": self.record_id(into)} if into else vector

    def _value(self, value: Json) -> Json:
        if isinstance(value, str):
            return self.record_id(value)
        if isinstance(value, list):
            return [self._value(part) for part in value]
        return value


def renamed(record: Record, renamings: Iterable[Renaming]) -> Record:
    """A record after several renamings, in their order."""
    for renaming in renamings:
        record = renaming.record(record)
    return record
