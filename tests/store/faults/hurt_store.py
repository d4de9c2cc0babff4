"""A store with a known content, and what must be true of it after any accident."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

from nq77tui.store.database import JournalDB, open_tinydb
from nq77tui.store.history import commits


def commit(db: JournalDB, by: str, number: int) -> None:
    """One commit of three documents in two tables."""
    with db.transaction():
        db.table("household").insert({"by": by, "n": number, "head": "Vi Thị Lý"})
        db.table("assignment").insert_multiple({"by": by, "n": number} for _ in range(2))


def fill(path: Path, count: int = 12, folds_at: tuple[int, ...] = (4, 8)) -> None:
    """A store with a snapshot, a history and a journal that is not folded."""
    db = open_tinydb(path)
    for number in range(count):
        commit(db, "first", number)
        if number in folds_at:
            db.storage.compact()
    leave(db)


def leave(db: JournalDB) -> None:
    """Let go without folding, as a killed process does."""
    db.storage._let_go()


def numbers(db: JournalDB, by: str) -> list[int]:
    """What a writer has committed; proves that no commit is there in part or twice."""
    # Both tables as of one moment: each read of its own would follow a busy writer in between.
    db.storage.refresh()
    household, assignment = (
        [doc["n"] for doc in db.storage.tables.table(name).values() if doc["by"] == by]
        for name in ("household", "assignment")
    )
    found, twice = sorted(household), sorted(assignment)
    assert twice == sorted(found * 2)
    assert found == list(range(len(found)))
    return found


def check_history(path: Path, sequence: int) -> int:
    """Every commit up to the last is known to the history or the journal, each once."""
    known = [one.sequence for one in commits(path.parent / "history", path.parent / "journal")]
    assert known == list(range(1, sequence + 1))
    return len(known)


def in_child(action: Callable[[], None]) -> int:
    """Run an action in a process of its own; its exit status, or minus the signal."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            action()
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


KILLED = -int(signal.SIGKILL)
