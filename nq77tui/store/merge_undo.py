"""Taking the last merge back by new writes, and leaving later work in place.

The commit of a merge carries, in the history only, the documents that it replaced. Field by
field the value from before is written again, where nobody has written since; a record that the
merge brought is deleted, where nobody has touched it since.

What it brought in a form that only a newer programme knows stays, and is told of. It lies beside
the records (`strata.py`), so nothing that can be seen here depends on it; what its fields mean, and
so which of them a write would take back, is not known here; and to drop it would lose it: the other
machines have been told that this store includes it, and would not send it again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from nq77tui.core.document import doc_id_of, from_document, id_of_doc_id
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.record import Dot, Record
from nq77tui.core.upgrade import split_aside
from nq77tui.store.history import Commit
from nq77tui.store.progress import Watch, unwatched, watched
from nq77tui.store.receipts import MERGE_TABLE, Receipt, keep_receipt
from nq77tui.store.repository import Repository
from nq77tui.store.way_back import dots_of_undos, records_of, undo_record

UNDO_TABLE = "_unmerge"
"""Marks, in the history, a commit that took a merge back, even if it wrote no record."""


@dataclass
class UndoneMerge:
    """What became of the records of a merge that was taken back.

    Attributes:
        at: when it was merged.
        by: who merged.
        files: what was taken in then.
        taken_back: records that are as they were before, as far as nobody has written since.
        left: records in which everything that the merge brought has been worked on since.
        newer: those of which it brought a copy in a form of a newer programme, which stays.
    """

    at: int
    by: str
    files: list[str]
    taken_back: list[Record] = field(default_factory=list)
    left: list[Record] = field(default_factory=list)
    newer: list[Record] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """How much was taken back, and how much was left for whichever reason."""
        left = len(self.left) + len(self.newer)
        return {"taken_back": len(self.taken_back), "left": left}


def merge_to_undo(repository: Repository) -> UndoneMerge:
    """The merge that `undo_merge` would take back, with nothing done yet.

    Raises:
        RefusedError: there is none left in the history.
    """
    repository.refresh()
    return _told(_recent_down_to_merge(repository)[1])


def undo_merge(repository: Repository, watch: Watch = unwatched) -> UndoneMerge:
    """Take the last merge back; called again, the one before.

    Raises:
        RefusedError: there is none left in the history.
        StoppedError: as `watch` said; the store is as before.
    """
    repository.refresh()
    recent, row = _recent_down_to_merge(repository)
    commit = recent[-1]
    undone = _told(row)
    with repository.transaction({"undoes": commit.sequence}):
        ours = dots_of_undos(repository, recent)
        records = records_of(repository, commit)
        for after, _ in watched(records, watch, "undo", len(commit.operations)):
            before = _before(repository, row, after)
            if before is not None and before.schema != after.schema:
                continue  # it made room for an older copy, and lies beside it now
            (undone.taken_back if _undo(repository, after, before, ours) else undone.left).append(
                repository.require(after.id)
            )
        undone.newer += map(repository.require, _ids_aside(commit))
        repository.keep_aside(UNDO_TABLE, {"undoes": commit.sequence})
        repository.after_commit(lambda: _keep(repository, undone))
    return undone


def _ids_aside(commit: Commit) -> list[str]:
    """The records of which a commit put a copy beside the one of this programme's form."""
    keys = {
        operation[2]: None
        for operation in commit.operations
        if operation[0] in ("i", "u") and split_aside(operation[1])
    }
    return [id_of_doc_id(int(key)) for key in keys]


def _told(row: dict[str, Any]) -> UndoneMerge:
    return UndoneMerge(int(row["at"]), str(row["by"]), [str(name) for name in row["files"]])


def _recent_down_to_merge(repository: Repository) -> tuple[list[Commit], dict[str, Any]]:
    """The newest commits down to the last merge that is not taken back yet, and its row.

    Raises:
        RefusedError: there is none.
    """
    repository.rights.refuse_unless_whole("merge")
    undone: set[object] = set()
    recent: list[Commit] = []
    for commit in repository.commits_back():
        recent.append(commit)
        undone.add(commit.note.get("undoes"))
        if commit.sequence not in undone:
            for operation in commit.operations:
                if operation[0] == "i" and operation[1] == MERGE_TABLE:
                    return recent, operation[3]
    raise RefusedError(Problem("history.no_merge"))


def _before(repository: Repository, row: dict[str, Any], after: Record) -> Record | None:
    document = row["before"].get(after.id)
    if not document:
        return None
    return repository.as_now(from_document(after.type, doc_id_of(after.id), document))


def _undo(repository: Repository, after: Record, before: Record | None, ours: set[Dot]) -> bool:
    """Whether anything of the record was taken back."""
    now = repository.require(after.id)
    if before is None and any(dot not in after.dots | ours for dot in now.dots):
        return False
    return undo_record(repository, after, before, ours) != now or (before is None and now.is_dead)


def _keep(repository: Repository, undone: UndoneMerge) -> None:
    counts = undone.counts
    receipt = Receipt(
        at=repository.now(),
        by=repository.operator,
        replica=repository.replica,
        counts={"in": sum(counts.values()), **counts},
        sources=[{"file": name} for name in undone.files],
        undoes=undone.at,
    )
    try:
        keep_receipt(repository.folder, receipt)
    except OSError:
        return  # the history knows it all the same
