"""Taking another machine's records in: planned first, then done as one commit.

Every record that came in is counted once: new, changed, known, conflicted or refused.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nq77tui.core.document import from_document, to_document
from nq77tui.core.merge import merge
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.record import Dot, Json, Record
from nq77tui.core.text import printable
from nq77tui.store.peers import Peer
from nq77tui.store.receipts import MERGE_TABLE, Receipt, as_json, keep_receipt
from nq77tui.store.repository import Repository
from nq77tui.store.source import Source

_TYPE_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
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
        new: records that were not here.
        changed: records that now hold something they did not.
        known: records that brought nothing new.
        conflicted: records in which a person has to decide something that was not open before.
        refused: why a document could not be taken in, one problem each.
        records: what is to be written.
        heard: what the store includes of each replica afterwards.
        warnings: what people have to be told.
        is_replica_twice: somebody else writes under this store's replica id.
        by_type: the counts of each record type that came in, by kind.
        chains: the hash over the commits of replicas at the counters of `heard`.
        peers: what machines told of themselves and of each other.
        before: the documents that `records` replace, by id.
        sources: what came in, and what became of it.
        left_out: files that could not be taken in, with the reason.
    """

    new: int = 0
    changed: int = 0
    known: int = 0
    conflicted: int = 0
    refused: list[Problem] = field(default_factory=list)
    records: dict[str, Record] = field(default_factory=dict)
    heard: dict[str, int] = field(default_factory=dict)
    warnings: list[Problem] = field(default_factory=list)
    is_replica_twice: bool = False
    by_type: dict[str, dict[str, int]] = field(default_factory=dict)
    chains: dict[str, str] = field(default_factory=dict)
    peers: list[Peer] = field(default_factory=list)
    before: dict[str, Json] = field(default_factory=dict)
    sources: list[TakenIn] = field(default_factory=list)
    left_out: tuple[Problem, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """The receipt's line; ``in`` is the sum of the rest."""
        kinds = {
            "new": self.new,
            "changed": self.changed,
            "known": self.known,
            "conflicted": self.conflicted,
            "refused": len(self.refused),
        }
        return {"in": sum(kinds.values()), **kinds}

    @property
    def conflicts(self) -> list[Record]:
        """The records to be written in which something is open."""
        return [r for r in self.records.values() if r.conflicts or r.is_contested]


def plan_merge(repository: Repository, sources: Iterable[Source]) -> MergePlan:
    """Work out what a merge would do; nothing is written."""
    plan = MergePlan()
    whole: list[Source] = []
    with _no_collections():
        _plan_documents(repository, plan, sources, whole)
    _plan_heard(repository, plan, whole)
    return plan


@contextmanager
def _no_collections() -> Iterator[None]:
    """Without walking all that is loaded again and again: records hold no circles."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _plan_documents(
    repository: Repository, plan: MergePlan, sources: Iterable[Source], whole: list[Source]
) -> None:
    for source in sources:
        counts = dict.fromkeys(KINDS, 0)
        for record_type, key, document in source:
            kind = _plan_document(repository, plan, record_type, key, document)
            of_type = plan.by_type.setdefault(record_type, dict.fromkeys(KINDS, 0))
            of_type[kind] += 1
            counts[kind] += 1
        plan.warnings += source.notices
        plan.peers += source.peers
        plan.sources.append(_taken_in(source, counts))
        _look_for_myself(repository, plan, source)
        # What was refused is not included here, so its sender has to tell it again.
        if not counts["refused"]:
            whole.append(source)


def apply_merge(repository: Repository, plan: MergePlan) -> None:
    """Carry a plan out as one commit, and write its receipt once that is on the disk.

    A plan is for the store as it was; it is made again by the caller if that moved on.
    """
    with repository.transaction(), _no_collections():
        if plan.is_replica_twice:
            repository.leave_replica()
        repository.take_in(list(plan.records.values()), plan.heard, plan.chains, plan.peers)
        receipt = receipt_of(repository, plan)
        if plan.records:
            repository.keep_aside(MERGE_TABLE, {**receipt.summary, "before": plan.before})
        repository.after_commit(lambda: _keep(repository, plan, receipt))


def _keep(repository: Repository, plan: MergePlan, receipt: Receipt) -> None:
    try:
        keep_receipt(repository.folder, receipt)
    except OSError as error:
        params = {"detail": error.strerror or str(error)}
        plan.warnings.append(Problem("receipt.not_kept", params, "warning"))


def take_in_sources(
    repository: Repository, sources: Iterable[Source], left_out: tuple[Problem, ...] = ()
) -> MergePlan:
    """Plan and carry out under one lock, so that no colleague's commit comes between.

    Args:
        left_out: why files that were found are not among the sources; for the receipt.
    """
    with repository.transaction():
        plan = plan_merge(repository, sources)
        plan.left_out = left_out
        apply_merge(repository, plan)
    return plan


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


def _taken_in(source: Source, counts: Mapping[str, int]) -> TakenIn:
    told = source.manifest
    head = (str(source.path), source.kind, source.digest, counts)
    return TakenIn(*head, told.sender, told.name, told.at) if told else TakenIn(*head)


def _plan_document(
    repository: Repository, plan: MergePlan, record_type: str, key: str, document: Any
) -> str:
    """Count one document, and note what is to be written; answers with its kind."""
    if not _TYPE_NAME.fullmatch(record_type):
        params = {"record": record_type[:40], "id": key[:40]}
        plan.refused.append(Problem("merge.bad_type", params))
        return "refused"
    # Most of what comes in is known: the same document, which needs no reading. (Python calls
    # 4 and 4.0 equal; such a pair goes the long way only if the causal data differs too.)
    if document is not None and repository.document(record_type, key) == document:
        plan.known += 1
        return "known"
    try:
        theirs = _read(record_type, key, document)
    except RefusedError as error:
        plan.refused += error.problems[:1]
        return "refused"
    return _plan_record(repository, plan, theirs)


def _read(record_type: str, key: str, document: Any) -> Record:
    is_number = key.isascii() and key.isdigit() and len(key) <= 40 and str(int(key)) == key
    if not is_number or not isinstance(document, dict):
        raise RefusedError(Problem("merge.no_record", {"record": record_type, "id": key[:40]}))
    return from_document(record_type, int(key), document)


def _plan_record(repository: Repository, plan: MergePlan, theirs: Record) -> str:
    me = repository.replica
    if me and theirs.vector.get(me, 0) > repository.heard().get(me, 0):
        _warn_replica_twice(repository, plan, theirs.id)
    mine = plan.records.get(theirs.id) or repository.get(theirs.id)
    if mine is None:
        plan.records[theirs.id] = theirs
        if theirs.conflicts or theirs.is_contested:
            plan.conflicted += 1
            return "conflicted"
        plan.new += 1
        return "new"
    if mine.type != theirs.type:
        params = {"record": theirs.type, "id": theirs.id}
        plan.refused.append(Problem("merge.type_differs", params))
        return "refused"
    twice = _written_twice(mine, theirs)
    if twice is not None:
        params = {"id": theirs.id, "replica": twice.replica}
        plan.refused.append(Problem("merge.written_twice", params))
        if twice.replica == repository.replica:
            _warn_replica_twice(repository, plan, theirs.id)
        return "refused"
    merged = merge(mine, theirs)
    if merged == mine:
        plan.known += 1
        return "known"
    if theirs.id not in plan.records:
        plan.before[mine.id] = to_document(mine)
    plan.records[theirs.id] = merged
    if _opens(merged, mine):
        plan.conflicted += 1
        return "conflicted"
    plan.changed += 1
    return "changed"


def _written_twice(mine: Record, theirs: Record) -> Dot | None:
    """A write that stands for two different things: its replica id is in use in two places.

    Merging would drop one of the two without a word, so the record stays as it is on both sides.
    """
    for name in mine.fields.keys() & theirs.fields.keys():
        known = {sibling.dot: sibling for sibling in mine.fields[name]}
        for sibling in theirs.fields[name]:
            if known.get(sibling.dot, sibling) != sibling:
                return sibling.dot
    return None


def _opens(merged: Record, mine: Record) -> bool:
    """Whether the merge has opened something for a person to decide."""
    opened = any(
        siblings != mine.conflicts.get(name) for name, siblings in merged.conflicts.items()
    )
    return opened or (merged.is_contested and not mine.is_contested)


def _plan_heard(repository: Repository, plan: MergePlan, sources: Iterable[Source]) -> None:
    """What is included afterwards, and what is missing in between.

    A bundle holds every write of a replica between its ``since`` and its ``up_to``. So that
    replica is included up to there if it was included up to ``since``; in any order of the files.
    """
    known = repository.heard()
    waiting = [
        (source, replica, counter)
        for source in sources
        for replica, counter in source.heard.items()
    ]
    is_moving = True
    while is_moving:
        is_moving = False
        for source, replica, counter in waiting:
            here = known.get(replica, 0)
            if source.since.get(replica, 0) <= here and counter >= here and counter:
                if counter > here:
                    plan.chains.pop(replica, None)
                    plan.heard[replica] = known[replica] = counter
                    is_moving = True
                if plan.heard.get(replica) == counter and replica in source.chains:
                    plan.chains.setdefault(replica, source.chains[replica])
    for source, replica, counter in waiting:
        if counter > known.get(replica, 0) and replica != repository.replica:
            plan.warnings.append(_gap(repository, source, replica, known.get(replica, 0)))


def _gap(repository: Repository, source: Source, replica: str, here: int) -> Problem:
    names = {peer.id: peer.name for peer in (*repository.peer_book.all(), *source.peers)}
    params = {
        "file": str(source.path),
        "replica": replica,
        "name": names.get(replica) or replica,
        "first": here + 1,
        "last": source.since.get(replica, 0),
    }
    return Problem("merge.gap", params, "warning")


def _look_for_myself(repository: Repository, plan: MergePlan, source: Source) -> None:
    """Notice that somebody else writes under the id of this store."""
    mine = repository.replica
    here = repository.heard().get(mine, 0)
    told = max(source.heard.get(mine, 0), source.since.get(mine, 0))
    if told > here or _chain_differs(repository, source):
        _warn_replica_twice(repository, plan, str(source.path))


def _warn_replica_twice(repository: Repository, plan: MergePlan, place: str) -> None:
    if not plan.is_replica_twice:
        plan.is_replica_twice = True
        params = {"replica": repository.replica, "file": place}
        plan.warnings.append(Problem("merge.replica_twice", params, "warning"))


def _chain_differs(repository: Repository, source: Source) -> bool:
    mine = repository.replica
    if source.heard.get(mine) != repository.heard().get(mine) or mine not in source.chains:
        return False
    return source.chains[mine] != repository.chain()
