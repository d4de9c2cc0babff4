"""Taking another machine's records in: planned first, then done as one commit.

Every record that came in is counted once: new, changed, known, conflicted or refused.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from nq77tui.core.problem import Problem, cause_of
from nq77tui.store.branches import find_branches
from nq77tui.store.merge_plan import KINDS, MergePlan, TakenIn, receipt_of
from nq77tui.store.merge_planning import TablePlanner
from nq77tui.store.progress import Watch, unwatched
from nq77tui.store.receipts import MERGE_TABLE, Receipt, keep_receipt
from nq77tui.store.received import diverged, look_for_myself, plan_heard
from nq77tui.store.repository import Repository
from nq77tui.store.source import Source
from nq77tui.store.strata import type_of_table

__all__ = ["KINDS", "MergePlan", "apply_merge", "plan_merge", "take_in_sources"]

_AT_ONCE = 256
"""Documents that are planned between two looks at whether to stop."""


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
        for record_type, kinds in _plan_tables(repository, plan, source, watch):
            of_type = plan.by_type.setdefault(record_type, dict.fromkeys(KINDS, 0))
            for kind, number in kinds.items():
                of_type[kind] += number
                counts[kind] += number
        plan.warnings += source.notices
        plan.peers += source.peers
        for replica, epochs in source.epochs.items():
            plan.epochs[replica] = tuple({*plan.epochs.get(replica, ()), *epochs})
        plan.sources.append(_taken_in(source, counts))
        look_for_myself(repository, plan, source)
        # What was refused is not included here, so its sender has to tell it again.
        if not counts["refused"]:
            whole.append(source)


def _plan_tables(
    repository: Repository, plan: MergePlan, source: Source, watch: Watch
) -> Iterator[tuple[str, dict[str, int]]]:
    """Plan every document of a source; the counts come out by record type."""
    done, of = 0, len(source)
    for name, table in source.tables.items():
        watch("plan", done, of)
        planner = TablePlanner(repository, plan, type_of_table(name))
        kinds = dict.fromkeys(KINDS, 0)
        news = planner.differing(table)
        kinds["known"] = len(table) - len(news)
        for number, key in enumerate(news):
            if number % _AT_ONCE == 0:
                watch("plan", done + number, of)
            kinds[planner.plan(key, table[key])] += 1
        if table:
            yield planner.record_type, kinds
        done += len(table)
    watch("plan", of, of)


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
            plan.records.read,
            plan.heard,
            plan.chains,
            plan.peers,
            plan.epochs,
            plan.aside.values(),
            watch,
            documents=list(plan.records.documents),
        )
        receipt = receipt_of(repository, plan)
        if plan.records:
            # What an undo needs, and nobody reads until then.
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
