"""How far each replica is included after a merge, what is missing, and who writes under my id."""

from __future__ import annotations

from collections.abc import Iterable

from nq77tui.core.problem import Problem
from nq77tui.store.merge_plan import MergePlan
from nq77tui.store.repository import Repository
from nq77tui.store.source import Source


def plan_heard(repository: Repository, plan: MergePlan, sources: Iterable[Source]) -> None:
    """What is included afterwards, and what is missing in between.

    A bundle holds every write of a replica between its ``since`` and its ``up_to``. So that
    replica is included up to there if it was included up to ``since``; in any order of the files.
    """
    known = dict(plan.branches.own.heard)
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
    told = (*source.peers, *repository.peer_book.all())
    names = {peer.id: peer.shown for peer in told if peer.shown}
    params = {
        "file": str(source.path),
        "replica": replica,
        "name": names.get(replica) or replica,
        "first": here + 1,
        "last": source.since.get(replica, 0),
    }
    return Problem("merge.gap", params, "warning")


def look_for_myself(repository: Repository, plan: MergePlan, source: Source) -> None:
    """Notice that somebody else writes under the id of this store."""
    mine = repository.replica
    here = plan.branches.own.heard.get(mine, 0)
    told = max(source.heard.get(mine, 0), source.since.get(mine, 0))
    if told > here or _chain_differs(repository, source):
        warn_replica_twice(repository, plan, str(source.path))


def diverged(repository: Repository, plan: MergePlan, source: Source) -> dict[str, int]:
    """The replicas of which a source has heard as much, and something else; from where on.

    Two machines have written under one id in one run, as a snapshot of a virtual machine makes
    possible. No mark tells their writes apart.
    """
    own, known = plan.branches.own, repository.chains()
    return {
        replica: own.epochs[replica][-1][0] if own.epochs.get(replica) else 1
        for replica, chain in source.chains.items()
        if own.heard.get(replica) == source.heard.get(replica)
        and known.get(replica, chain) != chain
    }


def warn_replica_twice(repository: Repository, plan: MergePlan, place: str) -> None:
    """Say once that the id of this store is in use elsewhere, as was seen in a file or record."""
    if not plan.is_replica_twice:
        plan.is_replica_twice = True
        params = {"replica": repository.replica, "file": place}
        plan.warnings.append(Problem("merge.replica_twice", params, "warning"))


def _chain_differs(repository: Repository, source: Source) -> bool:
    mine = repository.replica
    if source.heard.get(mine) != repository.heard().get(mine) or mine not in source.chains:
        return False
    return source.chains[mine] != repository.chain()
