"""Who changed what, and taking one's last commit back by a new write."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nq77tui.core.document import doc_id_of, from_document
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.record import Dot, Json, Record, Sibling, Stamp, into_of
from nq77tui.store.history import Commit
from nq77tui.store.repository import Repository
from nq77tui.store.strata import is_record_table

CREATED, CHANGED, DELETED, KEPT, JOINED = "created", "changed", "deleted", "kept", "joined"


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one record, changed by one write.

    Attributes:
        kind: ``created``, ``changed``, ``deleted``, ``kept`` or ``joined``.
        field: its name; empty where the record itself was deleted, kept or joined with another.
        before: the value before; None where it was empty or is not known any more; the id of
            the record that was joined with another.
        after: the value after; the id of the record that both are now.
        stamp: who and when.
        dot: the write; it names the machine.
    """

    kind: str
    field: str
    before: Json
    after: Json
    stamp: Stamp
    dot: Dot

    @property
    def replica(self) -> str:
        """On which machine it was written."""
        return self.dot.replica


def changes_of(repository: Repository, record_id: str) -> list[Change]:
    """The history of a record, oldest first, as far as it is kept on this machine.

    Of a record with which others were joined, theirs as well, under whichever id it is asked for.

    Raises:
        RefusedError: there is no such record.
    """
    now = repository.resolve_id(record_id)
    aliases = repository.aliases(now)
    found = [change for one in (now, *aliases) for change in _own_changes(repository, one)]
    return sorted(found, key=lambda change: change.stamp.at) if aliases else found


def _own_changes(repository: Repository, record_id: str) -> list[Change]:
    record = repository.require(record_id)
    found: list[Change] = []
    before: Record | None = None
    for commit in repository.commits():
        for after in _versions(repository, commit, record.type, record_id):
            found += _differences(before, after)
            before = after
    if before is None or _has_more(record, before):
        found += _differences(before, record)
    return found


def _has_more(record: Record, before: Record) -> bool:
    """Whether a record includes writes of which no commit is known here.

    The other way round, a colleague's commit may not be read in yet.
    """
    return any(counter > before.vector.get(name, 0) for name, counter in record.vector.items())


def _versions(
    repository: Repository, commit: Commit, record_type: str, record_id: str
) -> Iterator[Record]:
    key = str(doc_id_of(record_id))
    for operation in commit.operations:
        if operation[0] in ("i", "u") and operation[1] == record_type and operation[2] == key:
            yield repository.as_now(from_document(record_type, int(key), operation[3]))


def _differences(before: Record | None, after: Record) -> list[Change]:
    kind = CREATED if before is None else CHANGED
    found = []
    for name, siblings in sorted(after.fields.items()):
        known = {sibling.dot for sibling in before.siblings(name)} if before else set()
        found += [
            Change(
                kind,
                name,
                before.get(name) if before else None,
                sibling.value,
                sibling.stamp,
                sibling.dot,
            )
            for sibling in siblings
            if sibling.dot not in known
        ]
    old_markers = before.deletions if before else ()
    found += [
        Change(
            KEPT if marker.value is None else JOINED if into_of(marker) else DELETED,
            "",
            after.id if into_of(marker) else None,
            into_of(marker) or None,
            marker.stamp,
            marker.dot,
        )
        for marker in after.deletions
        if marker not in old_markers
    ]
    return sorted(found, key=lambda change: change.stamp.at)


@dataclass(frozen=True, slots=True)
class Undoable:
    """What an undo would take back.

    Attributes:
        sequence: the commit.
        stamp: who committed it, and when.
        records: as the commit left them, each with what the commit did to it: ``created``,
            ``changed`` or ``deleted``.
    """

    sequence: int
    stamp: Stamp
    records: tuple[tuple[Record, str], ...]


def last_undoable(repository: Repository) -> Undoable:
    """My last commit that is not taken back yet.

    Raises:
        RefusedError: there is none.
    """
    repository.refresh()
    commit = _last_of_mine(repository, list(repository.commits()))
    if commit is None:
        raise RefusedError(Problem("history.nothing_to_undo"))
    written = records_of(repository, commit)
    records = tuple(
        (record, CREATED if is_new else DELETED if record.is_dead else CHANGED)
        for record, is_new in written
    )
    stamp = _stamp_of(repository, commit) or Stamp(commit.at, repository.operator)
    return Undoable(commit.sequence, stamp, records)


def undo_last(repository: Repository, sequence: int | None = None) -> list[Record]:
    """Take my last commit back by a new write; what others changed since is left alone.

    Called again it takes back the one before.

    Args:
        sequence: the commit that is expected to be the last one; any if None.

    Returns:
        The records as they are now.

    Raises:
        RefusedError: there is nothing of mine left to take back, or another commit than expected.
    """
    repository.refresh()
    history = list(repository.commits())
    commit = _last_of_mine(repository, history)
    if commit is None:
        raise RefusedError(Problem("history.nothing_to_undo"))
    if sequence is not None and commit.sequence != sequence:
        raise RefusedError(Problem("history.written_since"))
    earlier = [one for one in history if one.sequence < commit.sequence]
    taken_back = dots_of_undos(repository, history)
    with repository.transaction({"undoes": commit.sequence}):
        return [
            undo_record(
                repository,
                after,
                None if is_new else _before(repository, earlier, after),
                taken_back,
            )
            for after, is_new in records_of(repository, commit)
        ]


def _last_of_mine(repository: Repository, history: list[Commit]) -> Commit | None:
    undone = {commit.note.get("undoes") for commit in history}
    for commit in reversed(history):
        is_undo = "undoes" in commit.note
        if not repository.is_mine(commit) or is_undo or commit.sequence in undone:
            continue
        if (stamp := _stamp_of(repository, commit)) and stamp.by == repository.operator:
            return commit
    return None


def _stamp_of(repository: Repository, commit: Commit) -> Stamp | None:
    """Who wrote a commit of this replica, and when: several operators may share an account."""
    mine = repository.replica
    for record, _ in records_of(repository, commit):
        written = [s for siblings in record.fields.values() for s in siblings]
        for sibling in (*written, *record.deletions):
            if sibling.dot == Dot(mine, record.vector.get(mine, 0)):
                return sibling.stamp
    return None


def records_of(repository: Repository, commit: Commit) -> list[tuple[Record, bool]]:
    """The records that a commit wrote, as it left them, and whether it created them.

    In the form of today, so that they compare with what is there now.
    """
    latest: dict[tuple[str, str], tuple[Record, bool]] = {}
    for kind, name, *rest in commit.operations:
        if kind in ("i", "u") and is_record_table(name):
            key, document = rest
            was_new = latest[name, key][1] if (name, key) in latest else kind == "i"
            record = repository.as_now(from_document(name, int(key), document))
            latest[name, key] = record, was_new
    return list(latest.values())


def _before(repository: Repository, earlier: list[Commit], after: Record) -> Record:
    """The record before a commit that changed it.

    Raises:
        RefusedError: the history does not reach back that far.
    """
    for commit in reversed(earlier):
        versions = list(_versions(repository, commit, after.type, after.id))
        if versions:
            return versions[-1]
    raise RefusedError(Problem("history.too_old", {"id": after.id}))


def dots_of_undos(repository: Repository, history: list[Commit]) -> set[Dot]:
    """The writes of earlier undos of mine: what they wrote is not a later change of anybody."""
    mine = repository.replica
    found: set[Dot] = set()
    before: int | None = None
    for commit in history:
        last = repository.counter_after(commit)
        if last and "undoes" in commit.note:
            # A decision that is open again took a write for each value.
            first = last if before is None else before + 1
            found.update(Dot(mine, counter) for counter in range(first, last + 1))
        before = last or before
    return found


def undo_record(
    repository: Repository, after: Record, before: Record | None, taken_back: set[Dot]
) -> Record:
    """Write a record back as it was, where nobody has written since.

    Values between which the commit had decided stand beside each other again, and so do a
    deletion and the edits that it met.

    Args:
        after: the record as the commit that is taken back left it.
        before: the record as it was then; None if that commit created it.
        taken_back: the writes of earlier undos.
    """
    now = repository.require(after.id)
    if before is None:
        return now if now.is_dead else repository.delete(now.id)
    if after.deletions != before.deletions and _is_unchanged(
        after.deletions, now.deletions, taken_back
    ):
        if before.is_contested:
            now = repository.reopen(now.id, "", before.deletions)
        elif before.joined_into:
            return repository.join_into(now.id, before.joined_into)
        elif before.is_dead:
            return repository.delete(now.id)
        elif after.is_dead:
            now = repository.keep(now.id)
    if repository.is_newer(now):
        return now  # what its fields mean is for a newer programme to say
    names = [
        name
        for name, siblings in after.fields.items()
        if siblings != before.siblings(name)
        and _is_unchanged(siblings, now.siblings(name), taken_back)
    ]
    changes = {name: before.get(name) for name in names if name not in before.conflicts}
    if changes:
        now = repository.overwrite(now.id, changes)
    for name in names:
        if name in before.conflicts:
            now = repository.reopen(now.id, name, before.siblings(name))
    return now


def _is_unchanged(
    then: tuple[Sibling, ...], now: tuple[Sibling, ...], taken_back: set[Dot]
) -> bool:
    """Whether nobody has written since, undos apart."""
    return then == now or all(sibling.dot in taken_back for sibling in now)
