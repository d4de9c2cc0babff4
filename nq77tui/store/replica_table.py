"""What a store includes of each replica: the table ``_replica``.

A row for each replica that the store has heard of: the highest counter included, and for those
whose hash over all their commits up to it is known, that hash.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from nq77tui.core import base32
from nq77tui.core.record import COUNTER_BITS, Json
from nq77tui.store.storage import JournalStorage

REPLICA_TABLE = "_replica"
_REPLICA = re.compile(r"[0-9A-HJKMNP-TV-Z]{8}")


class ReplicaTable:
    """The rows of one store."""

    def __init__(self, storage: JournalStorage) -> None:
        self._storage = storage

    def heard(self) -> dict[str, int]:
        """The highest counter included, by replica."""
        return {row["id"]: row["counter"] for row in self._rows().values() if is_replica_row(row)}

    def chains(self) -> dict[str, str]:
        """The hash over all commits of each replica up to its counter, where it is known."""
        rows = (row for row in self._rows().values() if is_replica_row(row))
        return {row["id"]: row["chain"] for row in rows if row.get("chain")}

    def _rows(self) -> Mapping[str, dict[str, Any]]:
        return self._storage.tables.table(REPLICA_TABLE)

    def row(self, replica: str) -> dict[str, Any]:
        """The row of a replica; empty where there is none that is sound."""
        row = self._rows().get(replica_key(replica), {}) if replica else {}
        return row if is_replica_row(row) else {}

    def put(self, replica: str, counter: int, chain: str) -> None:
        """Note how far a replica is included; inside a transaction."""
        row: dict[str, Json] = {**self.row(replica), "id": replica, "counter": counter}
        # A chain belongs to one counter: an older one beside a newer counter would look like a
        # clone.
        row.pop("chain", None)
        if chain:
            row["chain"] = chain
        kind = "u" if replica_key(replica) in self._rows() else "i"
        self._storage.do([kind, REPLICA_TABLE, replica_key(replica), row])

    def remove(self, replica: str) -> None:
        """Forget a replica; inside a transaction."""
        self._storage.do(["d", REPLICA_TABLE, replica_key(replica)])


def is_replica_row(row: object) -> bool:
    """Whether a row of ``_replica`` names a replica and a counter that it can have."""
    if not isinstance(row, dict):
        return False
    replica, counter = row.get("id"), row.get("counter")
    if type(counter) is not int or not 0 < counter < 1 << COUNTER_BITS:
        return False
    return isinstance(replica, str) and bool(_REPLICA.fullmatch(replica))


def replica_rows(heard: Mapping[str, int]) -> dict[str, dict[str, Any]]:
    """The table ``_replica`` of a store that includes so much of each replica."""
    return {
        replica_key(replica): {"id": replica, "counter": counter}
        for replica, counter in sorted(heard.items())
    }


def replica_key(replica: str) -> str:
    """The TinyDB id, as text, of a replica's row."""
    return str(base32.decode(replica) or 1)
