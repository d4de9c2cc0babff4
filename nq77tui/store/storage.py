"""A TinyDB storage that keeps a snapshot in TinyDB's own form and a journal beside it.

The snapshot is the stock file. The journal's header names the snapshot it continues by size and
checksum, so nothing has to be added inside the snapshot, and a snapshot that something else has
written is noticed. A commit is one line, one append, one fdatasync.

Several processes share a store: a write takes the lock, reads what the others have appended,
and appends; a read costs one stat call as long as nothing happens (`following.py`).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from weakref import ref

from tinydb import Storage

from nq77tui.core.problem import Problem, RefusedError, cause_of
from nq77tui.store.folding import Fold, finish_fold, write_whole
from nq77tui.store.following import FollowedStore
from nq77tui.store.journal import Journal, StoreFullError, SyncFailedError
from nq77tui.store.medium import release_ballast
from nq77tui.store.opening import is_foreign
from nq77tui.store.paths import StorePaths
from nq77tui.store.snapshot import HALF_CHARACTER, dump, parse_dumped
from nq77tui.store.tables import Document, Operation, Tables, Undo, copy_flat

__all__ = ["JournalStorage", "StorePaths"]

LEFT_ABOVE = 1 << 20
LEFT_BYTES = 256 << 10
LEFT_SHARE = 16
"""After a short run on a store above the first size, a journal of up to the second size, or up to
this part of the snapshot, is left as it is."""


class Transaction:
    """What is done between entering and leaving is one commit, or nothing.

    A class, not a generator: an interrupt between the steps of the standard library's generator
    context managers leaves one behind that ends some time later, in the middle of another.
    """

    def __init__(self, storage: JournalStorage, note: dict[str, Any] | None) -> None:
        self._storage = storage
        self.note = note

    @property
    def is_outermost(self) -> bool:
        """Whether it is this one, entered and not left yet, that becomes the commit."""
        return self._storage._outermost() is self

    def __enter__(self) -> None:
        self._storage._begin(self)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._storage._end(error)


class JournalStorage(FollowedStore, Storage):
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
        self.compact_at = self._fold_at = compact_at
        self._pending: list[bytes] = []
        self._note: bytes = b""
        self._undo: list[Undo] = []
        self._is_applying = False
        self._is_closing = False
        self._depth = 0
        self._keeps_threads_out = False
        self._mark = 0, 0, 0
        self._outermost: Callable[[], Transaction | None] = lambda: None
        super().__init__(Path(path), read_only=read_only, force=force, history_bytes=history_bytes)

    # -- committing ----------------------------------------------------------------------------

    def transaction(self, note: dict[str, Any] | None = None) -> Transaction:
        """All that is done inside is one commit: there whole, or not at all.

        Args:
            note: kept with the commit, for the history.

        Raises:
            StoreFullError: no room; the store is as before.
            SyncFailedError: the disk did not confirm; the store is open for reading only now.
        """
        return Transaction(self, note)

    def _begin(self, transaction: Transaction) -> None:
        self._threads.acquire()
        begins = not self._depth or not self._is_in_transaction()
        try:
            if begins:
                self._lock.acquire()
                journal = self._catch_up()
                note = transaction.note
                self._note = b',"n":' + dump(note) if note else b""
                self._mark = self.sequence, self._newest, journal.end
                self._is_stale = True  # memory is ahead of the disk until the end
                self._outermost = ref(transaction)
            self._keeps_threads_out = True
            self._depth += 1
        except BaseException:
            if begins and self._lock.is_held:
                self._lock.release()
            self._threads.release()
            raise

    def _is_in_transaction(self) -> bool:
        if self._depth and self._outermost() is None:
            # An interrupt came just as it was to end: as good as an error inside it.
            self._take_back()
            self._forget()
            if self._keeps_threads_out:
                self._threads.release()
        return self._depth > 0

    def _end(self, error: BaseException | None) -> None:
        is_outermost = self._depth == 1
        try:
            if not is_outermost:
                self._depth -= 1
                return
            try:
                if error is None and self._pending:
                    self._append()
            except BaseException as failure:
                error = failure
                raise
            finally:
                try:
                    if error is None:
                        self._is_stale = False
                    else:
                        self._fail(error)
                finally:
                    self._forget()
        finally:
            self._keeps_threads_out = not is_outermost
            self._threads.release()
        journal = self._journal
        if journal is not None and journal.end - journal.first_end > self._fold_at:
            self._fold_if_possible()

    def _fail(self, error: BaseException) -> None:
        self._take_back()
        if isinstance(error, SyncFailedError):
            self._turn_read_only(error)

    def _forget(self) -> None:
        self._depth = 0
        self._pending, self._undo = [], []
        self._lock.release()

    def _catch_up(self) -> Journal:
        """Take in everything that others have committed, and what they left; under the lock."""
        journal = self._writable_journal()
        names_at = os.stat(self._folder_name).st_mtime_ns  # noqa: PTH116 - every save does it
        if names_at == self._names_at and journal.is_all() and not self._is_stale:
            return journal
        finish_fold(self.paths)
        rest = self._follow()
        if rest:
            self._cut(rest)
        # Until a name in the folder changes, no journal is exchanged and none is prepared.
        self._names_at = names_at if _is_over(names_at) else None
        return self._writable_journal()

    def _append(self) -> None:
        # Whatever can be done before the disk is: behind its answer the processor's caches are
        # cold, and every step costs several times as much.
        now = int(time.time())
        if self._newest > now:
            self._look_at_clock(now)
        self.sequence, self._newest = self.sequence + 1, now
        operations = b",".join(self._pending)
        payload = b'{"l":%d,"at":%d%s,"o":[%s]}' % (self.sequence, now, self._note, operations)
        journal = self._writable_journal()
        try:
            journal.append(payload)
        except StoreFullError:
            released = release_ballast(self.paths)
            if released is None:
                raise
            self._tell(released)
            journal.append(payload)

    def _take_back(self) -> None:
        """Make memory as it was before the transaction.

        Should the line stand in the journal all the same (an interrupt just behind the append),
        it is found there when the store is looked at next, like any colleague's.
        """
        for undo in reversed(self._undo):
            undo()
        self.sequence, self._newest, self._writable_journal().end = self._mark
        # Half an operation cannot be taken back; then everything is read anew.
        self._is_stale, self._is_applying = self._is_applying, False

    def _turn_read_only(self, error: SyncFailedError) -> None:
        """After a failed fsync: write nothing any more, and show what the disk really holds."""
        self.read_only = True
        self._failure = error
        for problem in error.problems:
            self._tell(Problem(problem.key, problem.params, "warning"))
        with suppress(OSError, RefusedError):
            self._reload()

    def do(self, *operations: Operation, is_mine: bool = False) -> None:
        """Carry out operations inside a transaction.

        They are written as JSON first, and what is applied is what that would be read as, so that
        memory holds exactly what the disk will, and shares nothing with the caller. Many at once
        cost half of what they cost one by one.

        Args:
            is_mine: they hold what was read from JSON and nobody changes any more: applied as
                they are.
        """
        text = dump(operations)
        if is_mine:
            found: Iterable[Operation] = operations
        else:
            # Halves of a character that stand side by side are read as one.
            copies = None if HALF_CHARACTER in text else copy_flat(operations)
            found = copies or parse_dumped(text)
        self._is_applying = True
        apply, undo = self.tables.apply, self._undo
        for operation in found:
            undo.append(apply(operation))
        self._pending.append(text[1:-1])
        self._is_applying = False

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
            if self._is_in_transaction() or self.sequence == self._header.sequence:
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
                if is_foreign(self.paths, self._header):
                    # Taken in with the journal on top, and folded by that; at the end that is
                    # left to the next one that opens the store, who is told of it.
                    if not self._is_closing:
                        self._load()
                    return
                # A killed colleague's last line may not have reached the disk yet, and the
                # history must not know more than the store.
                journal.sync()
                fold.exchange(journal.read(end, journal.end), self.history_bytes)
                self._follow()
        finally:
            fold.drop()

    def _fold_if_possible(self) -> None:
        """Fold; where that fails the journal is kept as it is, and nothing is lost."""
        try:
            self.compact()
        except (OSError, RefusedError) as error:
            self._fold_at += self.compact_at
            params = {"file": self.paths.journal.name, "detail": _why(error)}
            self._tell(Problem("storage.not_folded", params, "warning"))

    def close(self, *, fold: bool = True) -> None:
        """Let go of the store.

        Args:
            fold: fold what is in the journal, so that stock TinyDB reads everything. Without it
                a large store keeps a small journal instead of being written anew (200 ms at
                13 MB), until a run finds that it has grown to a share of the snapshot. Nothing
                is lost by that; only stock TinyDB does not see those commits yet.
        """
        with self._threads:
            if self._is_closed:
                return
            try:
                journal = None if self.read_only else self._journal
                if journal is not None and (fold or self._is_worth_folding(journal)):
                    self._is_closing = True
                    self._fold_if_possible()
            finally:
                self._is_closed = True
                self._let_go()

    def _is_worth_folding(self, journal: Journal) -> bool:
        left, size = journal.size() - journal.first_end, self._header.size
        return size < LEFT_ABOVE or left > max(LEFT_BYTES, size // LEFT_SHARE)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _why(error: OSError | RefusedError) -> object:
    """The cause alone: who reads it has saved nothing, and needs no advice on saving."""
    if isinstance(error, RefusedError):
        return error.problems[0].params.get("detail", error.problems[0])
    return cause_of(error)


def _is_over(at: int) -> bool:
    """Whether a file's time is one that no change will get any more.

    Args:
        at: nanoseconds; of a clock that takes steps of up to ten milliseconds, and on some file
            systems of a whole second.
    """
    return time.time_ns() - at > (50_000_000 if at % 10**9 else 3 * 10**9)
