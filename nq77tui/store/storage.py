"""A TinyDB storage that keeps a snapshot in TinyDB's own form and a journal beside it.

The snapshot is the stock file. The journal's header names the snapshot it continues by size and
checksum, so nothing has to be added inside the snapshot, and a snapshot that something else has
written is noticed. A commit is one line, one append, one fdatasync.

Several processes share a store: a write takes the lock, reads what the others have appended,
and appends; a read costs one stat call as long as nothing happens.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Any, Self

from tinydb import Storage

from nq77tui.core.problem import Problem, RefusedError
from nq77tui.store.equality_index import EqualityIndexes
from nq77tui.store.file_lock import FileLock
from nq77tui.store.folding import Fold, finish_fold, write_whole
from nq77tui.store.journal import (
    Journal,
    JournalDamagedError,
    Line,
    StoreFullError,
    SyncFailedError,
    read_lines,
    sequence_of,
)
from nq77tui.store.medium import low_room, refuse_unsafe, release_ballast
from nq77tui.store.opening import open_for_reading, open_for_writing
from nq77tui.store.paths import StorePaths
from nq77tui.store.snapshot import Header, dump
from nq77tui.store.tables import Document, Operation, Tables, Undo

__all__ = ["JournalStorage", "StorePaths"]

LEFT_BYTES = 256 << 10
LEFT_SHARE = 16
"""A short run leaves a journal of up to this size, or this part of the snapshot, unfolded."""
_DAY = 86_400


class JournalStorage(Storage):
    """TinyDB's storage contract, and commits that cost what they change."""

    def __init__(
        self,
        path: str | Path,
        *,
        read_only: bool = False,
        force: bool = False,
        compact_at: int = 8 << 20,
        history_bytes: int = 64 << 20,
    ) -> None:
        """Open a store, or make one where there is none.

        Args:
            path: the snapshot; everything else stands beside it.
            read_only: write nothing, not even a lock file.
            force: accept a file system that cannot hold a store safely.
            compact_at: the bytes of journal from which on it is folded.
            history_bytes: the size of the compressed history above which the oldest goes.

        Raises:
            RefusedError: the file is no store, is damaged, or cannot be opened; it says which.
        """
        self.paths = StorePaths.of(Path(path))
        self.read_only = read_only
        self.compact_at = compact_at
        self.history_bytes = history_bytes
        self.notices: list[Problem] = []
        """What opening or following the store had to tell people."""
        self._threads = RLock()
        self._loads = 0
        self._depth = 0
        self._is_stale = False
        self._is_closed = False
        self._fold_at = compact_at
        self._pending: list[bytes] = []
        self._note: bytes = b""
        self._undo: list[Undo] = []
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
        self._look_at_clock()
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

    def _look_at_clock(self) -> None:
        """Say that the clock is, or once was, far off; nothing depends on it."""
        now = int(time.time())
        if self._newest > now + _DAY and not any(
            notice.key == "storage.clock_differs" for notice in self.notices
        ):
            params = {"now": _day(now), "newest": _day(self._newest)}
            self._tell(Problem("storage.clock_differs", params, "warning"))

    # -- following other processes -------------------------------------------------------------

    def refresh(self) -> bool:
        """Take in what other processes have committed; one stat call if that is nothing.

        Returns:
            Whether anything changed.

        Raises:
            RefusedError: what is there now is damaged, or gone.
        """
        with self._threads:
            if self._depth:
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
            found = self.paths.journal.stat()
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
        if journal is None or self._is_stale or not journal.is_as_read():
            self._reload()
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

    def generation(self, table: str) -> tuple[int, int]:
        """Differs whenever the table may have changed."""
        return self._loads, self.tables.generations.get(table, 0)

    def find_equal(self, table: str, cond: object) -> list[str] | None:
        """Ids of the documents that an equality query matches; None where a scan is needed."""
        return self._indexes.find(table, cond)

    def keys_where(self, table: str, field: str, value: str) -> list[str]:
        """Ids of the documents whose field equals a value, from an index."""
        return self._indexes.keys(table, field, value)

    # -- committing ----------------------------------------------------------------------------

    @contextmanager
    def transaction(self, note: dict[str, Any] | None = None) -> Iterator[None]:
        """All that is done inside is one commit: there whole, or not at all.

        Args:
            note: kept with the commit, for the history.

        Raises:
            StoreFullError: no room; the store is as before.
            SyncFailedError: the disk did not confirm; the store is open for reading only now.
        """
        with self._threads:
            if self._depth:
                self._depth += 1
                try:
                    yield
                finally:
                    self._depth -= 1
                return
            with self._lock.held():
                self._catch_up()
                self._depth = 1
                self._note = b',"n":' + dump(note) if note else b""
                mark = self.sequence, self._writable_journal().end
                try:
                    yield
                    if self._pending:
                        self._append()
                except BaseException as error:
                    self._take_back(*mark)
                    if isinstance(error, SyncFailedError):
                        self._turn_read_only(error)
                    raise
                finally:
                    self._depth = 0
                    self._pending.clear()
                    self._undo.clear()
            if self._writable_journal().end - self._writable_journal().first_end > self._fold_at:
                self._fold_if_possible()

    def _catch_up(self) -> None:
        """Take in everything that others have committed, and what they left; under the lock."""
        self._writable_journal()
        if self.paths.next_journal.exists():
            finish_fold(self.paths)
        rest = self._follow()
        if rest:
            self._cut(rest)

    def _append(self) -> None:
        now = int(time.time())
        payload = b'{"l":%d,"at":%d%s,"o":[%s]}' % (
            self.sequence + 1,
            now,
            self._note,
            b",".join(self._pending),
        )
        journal = self._writable_journal()
        try:
            journal.append(payload)
        except StoreFullError:
            released = release_ballast(self.paths)
            if released is None:
                raise
            self._tell(released)
            journal.append(payload)
        self.sequence += 1
        self._look_at_clock()
        self._newest = now

    def _take_back(self, sequence: int, end: int) -> None:
        """Make memory as it was before the transaction.

        Should the line stand in the journal all the same (an interrupt just behind the append),
        it is found there when the store is looked at next, like any colleague's.
        """
        self._is_stale = True
        for undo in reversed(self._undo):
            undo()
        self.sequence = sequence
        self._writable_journal().end = end
        self._is_stale = False

    def _turn_read_only(self, error: SyncFailedError) -> None:
        """After a failed fsync: write nothing any more, and show what the disk really holds."""
        self.read_only = True
        self._failure = error
        for problem in error.problems:
            self._tell(Problem(problem.key, problem.params, "warning"))
        with suppress(OSError, RefusedError):
            self._reload()

    def do(self, operation: Operation) -> None:
        """Carry out one operation inside a transaction.

        The operation is written as JSON first, and what is applied is read back from that, so
        that memory holds exactly what the disk will, and shares nothing with the caller.
        """
        text = dump(operation)
        self._undo.append(self.tables.apply(json.loads(text)))
        self._pending.append(text)

    # -- TinyDB's contract ---------------------------------------------------------------------

    def read(self) -> dict[str, dict[str, Document]] | None:
        """The map of tables; the tables in it are live and must not be changed."""
        self.refresh()
        return dict(self.tables.by_name) or None

    def write(self, data: dict[str, dict[str, Document]]) -> None:
        """Make the store equal to ``data``, as one commit of what differs."""
        with self.transaction():
            for name in list(self.tables.by_name):
                if name not in data:
                    self.do(["x", name])
            for name, table in data.items():
                self._write_table(name, table)

    def _write_table(self, name: str, table: dict[str, Document]) -> None:
        mine = self.tables.by_name.get(name)
        if mine is table:
            return
        if mine is None:
            self.do(["t", name])
        for key in [key for key in self.tables.table(name) if key not in table]:
            self.do(["d", name, key])
        for key, document in table.items():
            old = self.tables.table(name).get(key)
            if old is None:
                self.do(["i", name, key, document])
            elif old != document:
                self.do(["u", name, key, document])

    def replace_all(self, data: dict[str, dict[str, Document]]) -> None:
        """Make the store equal to ``data`` by writing a new snapshot, not a journal line.

        For a store that nobody else has open yet.

        Raises:
            StoreFullError: no room; the store is as before.
        """
        with self._threads, self._lock.held():
            self._writable_journal()
            tables = Tables(data, {})
            write_whole(self.paths, tables, self.sequence + 1, self._newest, self.history_bytes)
            self._load()

    # -- folding -------------------------------------------------------------------------------

    def compact(self) -> None:
        """Fold the journal into the snapshot; others wait only while the names are exchanged.

        Raises:
            StoreFullError: no room; the store is as before.
        """
        with self._threads:
            self.refresh()
            journal = self._writable_journal()
            if self._depth or self.sequence == self._header.sequence:
                return
            try:
                self._fold(journal)
            except SyncFailedError as error:
                self._turn_read_only(error)
                raise
            self._fold_at = self.compact_at

    def _fold(self, journal: Journal) -> None:
        end, lines = journal.end, self.unfolded()
        fold = Fold.prepare(self.paths, self.tables, self.sequence, self._newest, lines)
        try:
            with self._lock.held():
                self._catch_up()
                if self._journal is not journal:
                    return  # a colleague has folded meanwhile
                # A killed colleague's last line may not have reached the disk yet, and the
                # history must not know more than the store.
                journal.sync()
                fold.exchange(journal.read(end, journal.end), self.history_bytes)
                self._follow()
        finally:
            fold.drop()

    def unfolded(self) -> list[Line]:
        """The commits that stand in the journal and not in the snapshot."""
        journal = self._journal
        if journal is None:
            return []
        return list(read_lines(journal.read(journal.first_end, journal.end)))

    def _fold_if_possible(self) -> None:
        """Fold; where that fails the journal is kept as it is, and nothing is lost."""
        try:
            self.compact()
        except (OSError, RefusedError) as error:
            self._fold_at += self.compact_at
            detail = (
                error.strerror
                if isinstance(error, OSError)
                else error.problems[0].params.get("detail", "")
            )
            params = {"file": self.paths.journal.name, "detail": detail}
            self._tell(Problem("storage.not_folded", params, "warning"))

    def close(self, *, fold: bool = True) -> None:
        """Let go of the store.

        Args:
            fold: fold what is in the journal, so that stock TinyDB reads everything. A short run
                on a large store leaves a small journal instead of rewriting the store: the
                next one folds it when it has grown to a share of the snapshot.
        """
        with self._threads:
            if self._is_closed:
                return
            try:
                if self._journal is not None and not self.read_only:
                    left = self._journal.size() - self._journal.first_end
                    if fold or left > max(LEFT_BYTES, self._header.size // LEFT_SHARE):
                        self._fold_if_possible()
            finally:
                self._is_closed = True
                self._let_go()

    def _let_go(self) -> None:
        if self._journal is not None:
            self._journal.close()
            self._journal = None
        if hasattr(self, "_lock"):
            self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _cannot_open(paths: StorePaths, error: OSError) -> RefusedError:
    params = {"folder": str(paths.folder), "detail": error.strerror or str(error)}
    return RefusedError(Problem("storage.cannot_open", params))


def _day(at: int) -> str:
    try:
        return datetime.fromtimestamp(at, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return str(at)
