"""Who changed what, and taking one's last commit back by a new write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nq77tui.core.document import doc_id_of, from_document
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.record import Dot, Json, Record, Sibling, Stamp, into_of
from nq77tui.store.history import Commit
from nq77tui.store.repository import Repository
from nq77tui.store.strata import is_record_table

BEFORE_TABLE = "_before"
"""Carries, in the history only, what a large commit replaced: it is taken back whole, however far
the history reaches."""

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
    versions = [
        version
        for commit in repository.commits_back(f'"{doc_id_of(record_id)}"')
        for version in reversed(_versions(repository, commit, record.type, record_id))
    ]
    found: list[Change] = []
    before: Record | None = None
    for after in reversed(versions):
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
) -> list[Record]:
    key = str(doc_id_of(record_id))
    return [
        repository.as_now(from_document(record_type, int(key), operation[3]))
        for operation in commit.operations
        if operation[0] in ("i", "u") and operation[1] == record_type and operation[2] == key
    ]


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
    commit = _recent_down_to_mine(repository)[-1]
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
    recent = _recent_down_to_mine(repository)
    commit = recent[-1]
    if sequence is not None and commit.sequence != sequence:
        raise RefusedError(Problem("history.written_since"))
    written = records_of(repository, commit)
    before = _before(repository, commit, [after for after, is_new in written if not is_new])
    taken_back = dots_of_undos(repository, recent)
    with repository.transaction({"undoes": commit.sequence}):
        return [
            undo_record(repository, after, before.get(after.id), taken_back) for after, _ in written
        ]


def _recent_down_to_mine(repository: Repository) -> list[Commit]:
    """The newest commits, newest first, down to the last of mine that is not taken back yet.

    Raises:
        RefusedError: there is none.
    """
    undone: set[object] = set()
    recent: list[Commit] = []
    for commit in repository.commits_back():
        recent.append(commit)
        undone.add(commit.note.get("undoes"))
        is_undo = "undoes" in commit.note
        if not repository.is_mine(commit) or is_undo or commit.sequence in undone:
            continue
        if (stamp := _stamp_of(repository, commit)) and stamp.by == repository.operator:
            return recent
    raise RefusedError(Problem("history.nothing_to_undo"))


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


def _before(repository: Repository, commit: Commit, changed: list[Record]) -> dict[str, Record]:
    """By id, records as they were before a commit that changed them.

    Raises:
        RefusedError: the history does not reach back that far.
    """
    found = _kept_aside(repository, commit, changed)
    missing = {record.id: record for record in changed if record.id not in found}
    # One record is looked for by its key: then most commits need not even be read.
    holding = f'"{doc_id_of(next(iter(missing)))}"' if len(missing) == 1 else ""
    for earlier in repository.commits_back(holding) if missing else ():
        if earlier.sequence >= commit.sequence:
            continue
        for record in list(missing.values()):
            if versions := _versions(repository, earlier, record.type, record.id):
                found[record.id] = versions[-1]
                del missing[record.id]
        if not missing:
            break
    if missing:
        raise RefusedError(Problem("history.too_old", {"id": next(iter(missing))}))
    return found


def _kept_aside(repository: Repository, commit: Commit, changed: list[Record]) -> dict[str, Record]:
    """By id, records as a commit says itself that they were before it."""
    kept: dict[str, Any] = {}
    for operation in commit.operations:
        if operation[:2] == ["i", BEFORE_TABLE]:
            kept = operation[3]
    return {
        one.id: repository.as_now(from_document(one.type, doc_id_of(one.id), kept[one.id]))
        for one in changed
        if one.id in kept
    }


def dots_of_undos(repository: Repository, recent: list[Commit]) -> set[Dot]:
    """The writes of undos of mine: what they wrote is not a later change of anybody.

    Args:
        recent: commits, newest first, down to one that is to be taken back; what was undone before
            that cannot stand where that commit wrote.
    """
    mine = repository.replica
    found: set[Dot] = set()
    last_of_undo = 0
    for commit in recent:
        last = repository.counter_after(commit)
        if last and last_of_undo:
            # A decision that is open again took a write for each value.
            found.update(Dot(mine, counter) for counter in range(last + 1, last_of_undo + 1))
            last_of_undo = 0
        if last and "undoes" in commit.note:
            last_of_undo = last
    if last_of_undo:
        found.add(Dot(mine, last_of_undo))
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
    is_other = after.deletions != before.deletions or after.is_dead != before.is_dead
    if is_other and _is_unchanged(after.deletions, now.deletions, taken_back):
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
