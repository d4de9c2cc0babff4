"""A store in memory that keeps up with what other processes commit and fold."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock

from nq77tui.core.problem import Problem, RefusedError, cause_of
from nq77tui.store.equality_index import EqualityIndexes
from nq77tui.store.file_lock import FileLock
from nq77tui.store.journal import (
    Journal,
    JournalDamagedError,
    Line,
    StoreFullError,
    SyncFailedError,
    read_lines,
    sequence_of,
)
from nq77tui.store.medium import low_room, refuse_unsafe
from nq77tui.store.opening import open_for_reading, open_for_writing
from nq77tui.store.paths import StorePaths
from nq77tui.store.snapshot import Header
from nq77tui.store.tables import Tables

_DAY = 86_400


class FollowedStore:
    """The tables of a store as they stand on the disk, and the files behind them.

    Memory is what the disk holds after every call, or it is known not to be (``_is_stale``) and is
    read anew by the next one: an interrupt at any place leaves nothing half done.
    """

    def __init__(self, path: Path, *, read_only: bool, force: bool, history_bytes: int) -> None:
        self.paths = StorePaths.of(path)
        # As text: a save looks at them, and a Path is spelled out again at every look.
        self._journal_name = os.fspath(self.paths.journal)
        self._folder_name = os.fspath(self.paths.folder)
        self._names_at: int | None = None
        self.read_only = read_only
        self.history_bytes = history_bytes
        self.notices: list[Problem] = []
        """What opening or following the store had to tell people."""
        self._threads = RLock()
        self._loads = 0
        self._is_stale = False
        self._is_closed = False
        self._journal: Journal | None = None
        self._failure: SyncFailedError | None = None
        if not read_only:
            refuse_unsafe(self.paths.folder, force=force)
        try:
            self._lock = FileLock(self.paths.lock, writable=not read_only, like=self.paths.snapshot)
            self._reload()
        except OSError as error:
            self._let_go()
            raise _cannot_open(self.paths, error) from error
        except BaseException:
            self._let_go()
            raise

    # -- opening -----------------------------------------------------------------------------

    def _reload(self) -> None:
        with self._lock.held(shared=self.read_only):
            self._load()

    def _load(self) -> None:
        """Read everything from disk; the caller holds the lock, as far as there is one."""
        self._is_stale = True
        if self._journal is not None:
            self._journal.close()
            self._journal = None
        if self.read_only:
            opened = open_for_reading(self.paths, is_locked=self._lock.is_real)
        else:
            opened = open_for_writing(self.paths, self.history_bytes)
        self._journal = opened.journal
        self._header = opened.header
        self._inode = opened.journal.inode if opened.journal else 0
        self.tables = Tables(opened.tables, dict(opened.header.next_ids))
        self._indexes = EqualityIndexes(self.tables)
        self._loads += 1
        self.sequence: int = opened.header.sequence
        self._newest = opened.header.newest
        for line in opened.lines:
            self._replay(line)
        self._is_stale = False
        for notice in opened.notices:
            self._tell(notice)
        self._look_at_clock(int(time.time()))
        if not self.read_only:
            if opened.rest:
                with suppress(StoreFullError):  # then the next commit tries, and tells
                    self._cut(opened.rest)
            low = low_room(self.paths.folder)
            if low is not None:
                self._tell(low)

    def _replay(self, line: Line) -> None:
        commit = json.loads(line.payload)
        if commit["l"] != self.sequence + 1:
            raise JournalDamagedError(
                Problem("journal.damaged", {"file": self.paths.journal.name, "byte": line.start})
            )
        for operation in commit["o"]:
            self.tables.apply(operation)
        self.sequence = commit["l"]
        self._newest = commit.get("at", 0)

    def _cut(self, rest: bytes) -> None:
        aside = self._writable_journal().cut_torn_tail(rest)
        params = {"file": aside.name, "bytes": len(rest)}
        self._tell(Problem("storage.torn_tail", params, "warning"))

    def _writable_journal(self) -> Journal:
        if self._failure is not None:
            raise SyncFailedError(*self._failure.problems)
        if self._journal is None or self.read_only:
            raise RefusedError(Problem("storage.read_only", {"file": self.paths.snapshot.name}))
        return self._journal

    def _tell(self, notice: Problem) -> None:
        if notice not in self.notices:
            self.notices.append(notice)

    def _look_at_clock(self, now: int) -> None:
        """Say that the clock is, or once was, far off; nothing depends on it."""
        if self._newest > now + _DAY and not any(
            notice.key == "storage.clock_differs" for notice in self.notices
        ):
            params = {"now": _day(now), "newest": _day(self._newest)}
            self._tell(Problem("storage.clock_differs", params, "warning"))

    def reopen(self) -> None:
        """Open the store from disk again after a failed fsync; writing is possible then.

        Raises:
            RefusedError: what the disk holds now cannot be opened; it stays read-only.
        """
        with self._threads:
            failure, self._failure = self._failure, None
            if failure is None:
                return
            self.read_only = False
            try:
                self._reload()
            except BaseException as error:
                self.read_only, self._failure = True, failure
                if isinstance(error, OSError):
                    raise _cannot_open(self.paths, error) from error
                raise

    def why_read_only(self) -> Problem | None:
        """Why nothing can be written; None where it can."""
        if self._failure is not None:
            return self._failure.problems[0]
        if self.read_only:
            return Problem("storage.read_only", {"file": self.paths.snapshot.name})
        return None

    def look_at_room(self) -> None:
        """Say once when the disk is nearly full."""
        if not any(notice.key == "storage.low_room" for notice in self.notices):
            with suppress(OSError):
                low = low_room(self.paths.folder)
                if low is not None:
                    self._tell(low)

    # -- following other processes -------------------------------------------------------------

    def refresh(self) -> bool:
        """Take in what other processes have committed; one stat call if that is nothing.

        Returns:
            Whether anything changed.

        Raises:
            RefusedError: what is there now is damaged, or gone.
        """
        with self._threads:
            if self._is_in_transaction():
                return False
            if self._is_closed:
                raise ValueError("the store is closed")
            try:
                return self._refresh()
            except OSError as error:
                raise _cannot_open(self.paths, error) from error

    def _refresh(self) -> bool:
        before = self._loads, self.sequence
        if self._is_stale:
            self._reload()
        elif self._journal is None:
            if not self.paths.journal.exists():
                return False
            self._reload()
        else:
            found = os.stat(self._journal_name)  # noqa: PTH116 - every read and save does it
            if found.st_ino == self._inode and found.st_size == self._journal.end:
                return False
            if self._follow():
                # Without the lock this may be a write in progress; with it, it is not.
                with self._lock.held(shared=self.read_only):
                    self._follow()
        return (self._loads, self.sequence) != before

    def _follow(self) -> bytes:
        """Carry out what others have committed.

        Returns:
            What stands behind the last valid line.
        """
        journal = self._journal
        if journal is None or self._is_stale:
            self._reload()
            return b""
        found = os.stat(self._journal_name)  # noqa: PTH116 - every read and save does it
        is_open = found.st_ino == self._inode
        size = found.st_size if is_open else journal.size()
        if not journal.is_as_read(size):
            self._reload()
            return b""
        if is_open and size == journal.end:
            return b""
        self._is_stale = True  # until everything that is read here has been carried out
        lines, rest = journal.read_new()
        for line in lines:
            self._replay(line)
        if self.paths.journal.stat().st_ino != self._inode:
            rest = self._change_journal(journal)
        self._is_stale = False
        return rest

    def _change_journal(self, old: Journal) -> bytes:
        # A fold has put a new journal in place. The old one, still open here, was complete when
        # that happened: what it still holds comes first, what the new one repeats is known.
        for line in old.read_new()[0]:
            self._replay(line)
        new = Journal(self.paths.journal, writable=not self.read_only)
        lines, rest = new.read_new()
        header = Header.read(lines[0], new.path.name) if lines else None
        last = sequence_of(lines[-1]) if len(lines) > 1 else header.sequence if header else 0
        if header is None or header.sequence > self.sequence or last < self.sequence:
            new.close()
            self._reload()
            return b""
        old.close()
        self._journal, self._inode, self._header = new, new.inode, header
        for line in lines[1:]:
            if sequence_of(line) > self.sequence:
                self._replay(line)
        return rest

    @contextmanager
    def still(self, *, waits: bool = True) -> Iterator[bool]:
        """While it lasts no other thread of this process commits or reads anything in.

        Args:
            waits: for one that is at it; without it, the answer is whether nobody is.
        """
        is_still = self._threads.acquire(blocking=waits)
        try:
            yield is_still
        finally:
            if is_still:
                self._threads.release()

    def _is_in_transaction(self) -> bool:
        return False

    def generation(self, table: str) -> tuple[int, int]:
        """Differs whenever the table may have changed."""
        return self._loads, self.tables.generations.get(table, 0)

    def find_equal(self, table: str, cond: object) -> list[str] | None:
        """Ids of the documents that an equality query matches; None where a scan is needed."""
        return self._indexes.find(table, cond)

    def keys_where(self, table: str, field: str, value: str) -> list[str]:
        """Ids of the documents whose field equals a value, from an index."""
        return self._indexes.keys(table, field, value)

    def unfolded(self) -> list[Line]:
        """The commits that stand in the journal and not in the snapshot."""
        journal = self._journal
        if journal is None:
            return []
        return list(read_lines(journal.read(journal.first_end, journal.end)))

    def _let_go(self) -> None:
        if self._journal is not None:
            self._journal.close()
            self._journal = None
        if hasattr(self, "_lock"):
            self._lock.close()


def _cannot_open(paths: StorePaths, error: OSError) -> RefusedError:
    params = {"folder": str(paths.folder), "detail": cause_of(error)}
    return RefusedError(Problem("storage.cannot_open", params))


def _day(at: int) -> str:
    try:
        return datetime.fromtimestamp(at, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return str(at)
