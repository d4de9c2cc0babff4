"""Taking another machine's records in: planned first, then done as one commit.

Every record that came in is counted once: new, changed, known, conflicted or refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from nq77tui.core.document import from_document
from nq77tui.core.merge import merge
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.record import Dot, Record
from nq77tui.store.repository import Repository
from nq77tui.store.source import Source

_TYPE_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
KINDS = ("new", "changed", "known", "conflicted", "refused")
"""What a record that came in can be; each is exactly one of them."""


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
    for source in sources:
        for record_type, key, document in source:
            kind = _plan_document(repository, plan, record_type, key, document)
            counts = plan.by_type.setdefault(record_type, dict.fromkeys(KINDS, 0))
            counts[kind] += 1
        plan.warnings += source.notices
        _plan_replicas(repository, plan, source)
    return plan


def apply_merge(repository: Repository, plan: MergePlan) -> None:
    """Carry a plan out as one commit; planned again by the caller if the store moved on."""
    if plan.is_replica_twice:
        repository.leave_replica()
    repository.take_in(list(plan.records.values()), plan.heard)


def take_in_sources(repository: Repository, sources: Iterable[Source]) -> MergePlan:
    """Plan and carry out under one lock, so that no colleague's commit comes between."""
    with repository.transaction():
        plan = plan_merge(repository, sources)
        apply_merge(repository, plan)
    return plan


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


def _plan_replicas(repository: Repository, plan: MergePlan, source: Source) -> None:
    known = repository.heard()
    for replica, counter in source.heard.items():
        if counter > max(known.get(replica, 0), plan.heard.get(replica, 0)):
            plan.heard[replica] = counter
    mine = repository.replica
    if source.heard.get(mine, 0) > known.get(mine, 0) or _chain_differs(repository, source):
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
