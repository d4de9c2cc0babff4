"""Taking another machine's records in: planned first, then done as one commit.

Every record that came in is counted once: new, changed, known, conflicted or refused.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from nq77tui.core.document import from_document, to_document
from nq77tui.core.merge import join, merge
from nq77tui.core.problem import Problem, RefusedError, cause_of
from nq77tui.core.record import Dot, Record, covers
from nq77tui.store.branches import find_branches
from nq77tui.store.fast_forward import follows
from nq77tui.store.merge_plan import KINDS, MergePlan, TakenIn, receipt_of
from nq77tui.store.progress import Watch, unwatched, watched
from nq77tui.store.receipts import MERGE_TABLE, Receipt, keep_receipt
from nq77tui.store.received import diverged, look_for_myself, plan_heard, warn_replica_twice
from nq77tui.store.repository import Repository
from nq77tui.store.source import Source
from nq77tui.store.strata import type_of_table

__all__ = ["KINDS", "MergePlan", "apply_merge", "plan_merge", "take_in_sources"]

_TYPE_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


def plan_merge(
    repository: Repository,
    sources: Iterable[Source],
    watch: Watch = unwatched,
) -> MergePlan:
    """Work out what a merge would do; nothing is written.

    Raises:
        RefusedError: the user merges nothing here.
        StoppedError: as `watch` said.
    """
    repository.rights.refuse_unless_whole("merge")
    with _no_collections():
        branches = find_branches(repository, sources)
        plan = MergePlan(branches)
        plan.warnings += branches.warnings
        whole: list[Source] = []
        _plan_documents(repository, plan, watch, whole)
    if plan.newer:
        params = {"count": plan.newer, "version": repository.programme.version}
        plan.warnings.append(Problem("merge.newer_form", params, "warning"))
    plan_heard(repository, plan, whole)
    plan.word_of = len(repository.peer_book.news(plan.peers))
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
    repository: Repository,
    plan: MergePlan,
    watch: Watch,
    whole: list[Source],
) -> None:
    if repository.replica in plan.branches.replicas:
        plan.is_replica_twice = True
    for source in plan.branches.sources:
        counts = dict.fromkeys(KINDS, 0)
        plan.diverged = diverged(repository, plan, source)
        for name, key, document in watched(source, watch, "plan", len(source)):
            record_type = type_of_table(name)
            kind = _plan_document(repository, plan, record_type, key, document)
            of_type = plan.by_type.setdefault(record_type, dict.fromkeys(KINDS, 0))
            of_type[kind] += 1
            counts[kind] += 1
        plan.warnings += source.notices
        plan.peers += source.peers
        for replica, epochs in source.epochs.items():
            plan.epochs[replica] = tuple({*plan.epochs.get(replica, ()), *epochs})
        plan.sources.append(_taken_in(source, counts))
        look_for_myself(repository, plan, source)
        # What was refused is not included here, so its sender has to tell it again.
        if not counts["refused"]:
            whole.append(source)


def apply_merge(repository: Repository, plan: MergePlan, watch: Watch = unwatched) -> None:
    """Carry a plan out as one commit, and write its receipt once that is on the disk.

    A plan is for the store as it was; it is made again by the caller if that moved on.

    Raises:
        StoppedError: as `watch` said; the store is as before.
    """
    with repository.transaction(), _no_collections():
        own = plan.branches.own.renamings
        if own:
            repository.rename(own, plan.branches.moved)
        if plan.is_replica_twice:
            repository.leave_replica()
        repository.take_in(
            plan.records.values(),
            plan.heard,
            plan.chains,
            plan.peers,
            plan.epochs,
            plan.aside.values(),
            watch,
        )
        receipt = receipt_of(repository, plan)
        if plan.records:
            repository.keep_aside(MERGE_TABLE, {**receipt.summary, "before": plan.before})
        repository.after_commit(lambda: _keep(repository, plan, receipt))


def _keep(repository: Repository, plan: MergePlan, receipt: Receipt) -> None:
    try:
        keep_receipt(repository.folder, receipt)
    except OSError as error:
        params = {"detail": cause_of(error)}
        plan.warnings.append(Problem("receipt.not_kept", params, "warning"))


def take_in_sources(
    repository: Repository,
    sources: Iterable[Source],
    left_out: tuple[Problem, ...] = (),
    watch: Watch = unwatched,
) -> MergePlan:
    """Plan and carry out under one lock, so that no colleague's commit comes between.

    Args:
        left_out: why files that were found are not among the sources; for the receipt.

    Raises:
        StoppedError: as `watch` said; the store is as before.
    """
    with repository.transaction():
        plan = plan_merge(repository, sources, watch)
        plan.left_out = left_out
        apply_merge(repository, plan, watch)
    return plan


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
    is_plain = document is not None and not plan.branches.moved
    if is_plain and repository.document(record_type, key) == document:
        plan.known += 1
        return "known"
    try:
        theirs = _read(record_type, key, document)
    except RefusedError as error:
        plan.refused += error.problems[:1]
        return "refused"
    kind = _plan_record(repository, plan, repository.as_now(theirs), key)
    plan.newer += kind not in ("known", "refused") and repository.is_newer(theirs)
    return kind


def _read(record_type: str, key: str, document: Any) -> Record:
    is_number = key.isascii() and key.isdigit() and len(key) <= 40 and str(int(key)) == key
    if not is_number or not isinstance(document, dict):
        raise RefusedError(Problem("merge.no_record", {"record": record_type, "id": key[:40]}))
    return from_document(record_type, int(key), document)


def _plan_record(repository: Repository, plan: MergePlan, theirs: Record, key: str) -> str:
    me = repository.replica
    if me and theirs.vector.get(me, 0) > plan.branches.own.heard.get(me, 0):
        warn_replica_twice(repository, plan, theirs.id)
    if not plan.diverged and not plan.branches.moved and theirs.id not in plan.records:
        document = repository.document(theirs.type, key)
        if follows(theirs, document):
            plan.before[theirs.id] = dict(document or {})
            plan.records[theirs.id] = theirs
            plan.changed += 1
            return "changed"
    mine = plan.records.get(theirs.id) or plan.branches.get(repository, theirs.id)
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
    if mine.schema != theirs.schema:
        return _plan_other_form(repository, plan, mine, theirs)
    if _refused_twice(repository, plan, mine, theirs):
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


def _plan_other_form(repository: Repository, plan: MergePlan, mine: Record, theirs: Record) -> str:
    """Two copies in two forms, between which this programme does not know the way: both stay.

    Unless mine includes every write of theirs: then it says the same, in whatever form.
    """
    if join(mine.vector, theirs.vector) == mine.vector:
        plan.known += 1
        return "known"
    if theirs.schema < mine.schema:
        # Mine is the newer one, and came without the other. It makes room.
        plan.aside[mine.id, mine.schema] = mine
        plan.records[mine.id] = theirs
        plan.changed += 1
        return "changed"
    slot = theirs.id, theirs.schema
    kept = plan.aside.get(slot) or plan.branches.get_aside(repository, theirs)
    if kept is not None:
        if _refused_twice(repository, plan, kept, theirs):
            return "refused"
        theirs = merge(kept, theirs)
    if theirs == kept:
        plan.known += 1
        return "known"
    plan.aside[slot] = theirs
    plan.changed += 1
    return "changed"


def _refused_twice(repository: Repository, plan: MergePlan, mine: Record, theirs: Record) -> bool:
    twice = _written_twice(mine, theirs) or _lost_dot(mine, theirs, plan.diverged)
    if twice is None:
        return False
    params = {"id": theirs.id, "replica": twice.replica}
    plan.refused.append(Problem("merge.written_twice", params))
    if twice.replica == repository.replica:
        warn_replica_twice(repository, plan, theirs.id)
    return True


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


def _lost_dot(mine: Record, theirs: Record, diverged: Mapping[str, int]) -> Dot | None:
    """A write that the merge would drop because another one has its name; None where none does."""
    for one, other in ((mine, theirs), (theirs, mine)) if diverged else ():
        for dot in one.dots - other.dots:
            if dot.counter >= diverged.get(dot.replica, dot.counter + 1) and covers(
                other.vector, dot
            ):
                return dot
    return None


def _opens(merged: Record, mine: Record) -> bool:
    """Whether the merge has opened something for a person to decide."""
    opened = any(
        siblings != mine.conflicts.get(name) for name, siblings in merged.conflicts.items()
    )
    return opened or (merged.is_contested and not mine.is_contested)
