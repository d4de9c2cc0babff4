"""Which run of which machine wrote which counters: what shows that a replica id was used twice.

The table ``_epoch`` holds a row for each replica and each start of its machine: the first counter
of that time, and a mark of it. The rows travel with the counters. Two stores that have different
marks for one counter of one replica have heard of two machines that write under one id: a disk
image that was restored or cloned, a snapshot of a virtual machine. (A restored folder is noticed
before it writes; see `replica.py`.)
"""

from __future__ import annotations

import hashlib
import re
import secrets
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

from nq77tui.core.document import doc_id_of
from nq77tui.core.record import COUNTER_BITS, REPLICA_LENGTH, Dot
from nq77tui.core.renaming import Renaming

EPOCH_TABLE = "_epoch"
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_MARK_LENGTH = 8
_MAX_EPOCHS = 20_000
"""Rows of one replica: a start of the machine every day for fifty years."""
_REPLICA = re.compile(rf"[0-9A-HJKMNP-TV-Z]{{{REPLICA_LENGTH}}}")
_MARK = re.compile(rf"[0-9a-f]{{{_MARK_LENGTH}}}")
_THIS_RUN = secrets.token_hex(16)

Epoch = tuple[int, str]
"""The first counter, and the mark."""
Epochs = dict[str, tuple[Epoch, ...]]
"""By replica, the lowest counter first."""


def current_mark() -> str:
    """Stands for this start of this machine; where the system gives it no name, for this run."""
    try:
        boot = _BOOT_ID.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        boot = _THIS_RUN
    return hashlib.sha256(boot.encode("ascii")).hexdigest()[:_MARK_LENGTH]


def epoch_key(replica: str, first: int) -> str:
    """The TinyDB id, as text, of an epoch's row."""
    return str(doc_id_of(str(Dot(replica, first))))


def epoch_row(replica: str, epoch: Epoch) -> dict[str, Any]:
    """The row of the table."""
    return {"id": replica, "mark": epoch[1], "first": epoch[0]}


def read_epochs(rows: Iterable[object]) -> Epochs:
    """The sound rows of a table, from here or from outside."""
    found: dict[str, dict[int, str]] = {}
    for row in rows:
        if not isinstance(row, dict):
            continue
        replica, first, mark = row.get("id"), row.get("first"), row.get("mark")
        if not isinstance(replica, str) or not _REPLICA.fullmatch(replica):
            continue
        if type(first) is not int or not 0 < first < 1 << COUNTER_BITS:
            continue
        of_replica = found.setdefault(replica, {})
        if isinstance(mark, str) and _MARK.fullmatch(mark) and len(of_replica) < _MAX_EPOCHS:
            of_replica[first] = mark
    return {replica: tuple(sorted(epochs.items())) for replica, epochs in found.items()}


@dataclass
class Told:
    """What one store or bundle has heard, and the names its writes have to get.

    Attributes:
        heard: the highest counter included, by replica.
        seen: the highest counter of which something may be included (a part of a store claims
            nothing, and holds writes all the same).
        epochs: who wrote them.
        renamings: to be carried out before it is merged, in this order.
    """

    heard: dict[str, int]
    seen: dict[str, int]
    epochs: Epochs
    renamings: list[Renaming] = field(default_factory=list)

    def rename(self, renaming: Renaming) -> None:
        """Note a renaming, and see what was told under the new names."""
        self.renamings.append(renaming)
        self.heard, self.seen = renaming.vector(self.heard), renaming.vector(self.seen)
        old = self.epochs.pop(renaming.replica, ())
        kept = tuple(epoch for epoch in old if epoch[0] < renaming.first)
        moved = tuple(epoch for epoch in old if epoch[0] >= renaming.first)
        self.epochs.update({renaming.to: moved} if moved else {})
        self.epochs.update({renaming.replica: kept} if kept else {})


def settle(all_told: Iterable[Told]) -> None:
    """Give every branch of a replica that was used twice its own name, the same everywhere.

    Of two branches the one that goes on from before keeps the name, or that with the lower mark.
    Each renaming moves epochs to a name computed from the first of them, and none moves back, so
    this comes to an end.
    """
    told = list(all_told)
    is_settled = False
    while not is_settled:
        is_settled = True
        for one, other in combinations(told, 2):
            for replica in sorted(one.epochs.keys() & other.epochs.keys()):
                loser, renaming = _fork(replica, one, other)
                if loser is not None and renaming is not None:
                    loser.rename(renaming)
                    is_settled = False


def _fork(replica: str, one: Told, other: Told) -> tuple[Told | None, Renaming | None]:
    """Who has to give up a name, and from where on."""
    mine, theirs = one.epochs[replica], other.epochs[replica]
    if mine == theirs:
        return None, None
    common = min(one.seen.get(replica, 0), other.seen.get(replica, 0))
    for first in sorted({first for first, _ in (*mine, *theirs) if first <= common}):
        a, b = _at(mine, first), _at(theirs, first)
        if a is not None and b is not None and a[1] != b[1]:
            loser, epoch = (one, a) if a > b else (other, b)
            return loser, Renaming.of_branch(replica, *epoch)
    return None, None


def _at(epochs: tuple[Epoch, ...], counter: int) -> Epoch | None:
    """The epoch in which a counter was used."""
    position = bisect_right(epochs, counter, key=lambda epoch: epoch[0])
    return epochs[position - 1] if position else None
