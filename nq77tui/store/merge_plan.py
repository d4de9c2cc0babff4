"""What a merge would do, or has done: every record that came in is counted once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nq77tui.core.problem import Problem
from nq77tui.core.record import Json, Record
from nq77tui.core.text import printable
from nq77tui.store.branches import Branches
from nq77tui.store.epochs import Epochs
from nq77tui.store.merged_records import MergedRecords
from nq77tui.store.peers import Peer
from nq77tui.store.receipts import Receipt, as_json
from nq77tui.store.repository import Repository

_KEPT_AT_MOST = 10_000
"""Refusals or conflicts that a receipt names; it counts them all."""
KINDS = ("new", "changed", "known", "conflicted", "refused")
"""What a record that came in can be; each is exactly one of them."""


@dataclass(frozen=True, slots=True)
class TakenIn:
    """One source and its counts, by kind.

    Attributes:
        sender: the replica that wrote a bundle; empty for anything else.
        name: what its people call that machine.
        at: when it was written, by the sender's clock; 0 where that is not known.
    """

    file: str
    kind: str
    digest: str
    counts: Mapping[str, int]
    sender: str = ""
    name: str = ""
    at: int = 0


@dataclass
class MergePlan:
    """What a merge would do, or has done.

    Attributes:
        branches: the sources and this store, with replica ids that were used twice sorted out.
        refused: why a document could not be taken in, one problem each.
        records: what is to be written.
        aside: copies in a newer form, which are kept beside another, by id and form.
        newer: how many of them, new or changed, are in a newer form than the programme's.
        heard: what the store includes of each replica afterwards.
        warnings: what people have to be told.
        is_replica_twice: somebody else writes under this store's replica id.
        by_type: the counts of each record type that came in, by kind: ``new`` were not here,
            ``changed`` now hold something they did not, ``known`` brought nothing new, in
            ``conflicted`` a person has to decide something that was not open before.
        diverged: replicas whose id two machines used, so that a source's writes from that counter
            on may be named like others of this store.
        chains: the hash over the commits of replicas at the counters of `heard`.
        epochs: which runs of which machines wrote what came in.
        peers: what machines told of themselves and of each other.
        before: the documents that `records` replace, by id.
        sources: what came in, and what became of it.
        left_out: files that could not be taken in, with the reason.
        word_of: of how many machines it tells something that was not known here.
    """

    branches: Branches
    refused: list[Problem] = field(default_factory=list)
    records: MergedRecords = field(default_factory=MergedRecords)
    aside: dict[tuple[str, int], Record] = field(default_factory=dict)
    newer: int = 0
    heard: dict[str, int] = field(default_factory=dict)
    warnings: list[Problem] = field(default_factory=list)
    is_replica_twice: bool = False
    by_type: dict[str, dict[str, int]] = field(default_factory=dict)
    diverged: dict[str, int] = field(default_factory=dict)
    chains: dict[str, str] = field(default_factory=dict)
    epochs: Epochs = field(default_factory=dict)
    peers: list[Peer] = field(default_factory=list)
    before: dict[str, Json] = field(default_factory=dict)
    sources: list[TakenIn] = field(default_factory=list)
    left_out: tuple[Problem, ...] = ()
    word_of: int = 0

    @property
    def has_news(self) -> bool:
        """Whether taking it in would change anything, be it only what is known of machines."""
        return bool(self.records or self.heard or self.word_of)

    @property
    def new(self) -> int:
        """Records that were not here."""
        return self._count("new")

    @property
    def changed(self) -> int:
        """Records that now hold something they did not."""
        return self._count("changed")

    @property
    def known(self) -> int:
        """Records that brought nothing new."""
        return self._count("known")

    @property
    def conflicted(self) -> int:
        """Records in which a person has to decide something that was not open before."""
        return self._count("conflicted")

    def _count(self, kind: str) -> int:
        return sum(kinds[kind] for kinds in self.by_type.values())

    @property
    def counts(self) -> dict[str, int]:
        """The receipt's line; ``in`` is the sum of the rest."""
        kinds = {kind: self._count(kind) for kind in KINDS}
        return {"in": sum(kinds.values()), **kinds}

    @property
    def conflicts(self) -> list[Record]:
        """The records to be written in which something is open, in whichever order they came."""
        found = [r for r in self.records.read if r.conflicts or r.is_contested]
        return sorted(found, key=lambda record: (record.type, record.id))


def receipt_of(repository: Repository, plan: MergePlan) -> Receipt:
    """What is kept of a merge for people to read."""
    return Receipt(
        at=repository.now(),
        by=repository.operator,
        replica=repository.replica,
        counts=plan.counts,
        by_type=plan.by_type,
        sources=[
            {
                "file": printable(Path(one.file).name),
                "kind": one.kind,
                "digest": one.digest,
                "sender": one.sender,
                "name": one.name,
                "at": one.at,
                "counts": {"in": sum(one.counts.values()), **one.counts},
            }
            for one in plan.sources
        ],
        refused=[as_json(problem) for problem in plan.refused[:_KEPT_AT_MOST]],
        left_out=[as_json(problem) for problem in plan.left_out[:_KEPT_AT_MOST]],
        warnings=[as_json(problem) for problem in plan.warnings[:_KEPT_AT_MOST]],
        conflicts=[
            {
                "record": record.type,
                "id": record.id,
                "fields": list(record.conflicts),
                "deletion": record.is_contested,
            }
            for record in plan.conflicts[:_KEPT_AT_MOST]
        ],
    )
