"""Commits: each is one line of the journal, there whole or not at all; it costs what it changes."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any
from weakref import ref

from nq77tui.core.problem import Problem, RefusedError
from nq77tui.store.folding import finish_fold
from nq77tui.store.following import FollowedStore
from nq77tui.store.journal import Journal, StoreFullError, SyncFailedError
from nq77tui.store.medium import release_ballast
from nq77tui.store.snapshot import HALF_CHARACTER, dump, parse_dumped
from nq77tui.store.tables import Operation, Undo, copy_flat


class Transaction:
    """What is done between entering and leaving is one commit, or nothing.

    A class, not a generator: an interrupt between the steps of the standard library's generator
    context managers leaves one behind that ends some time later, in the middle of another.
    """

    def __init__(self, storage: CommittingStore, note: dict[str, Any] | None) -> None:
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


class CommittingStore(FollowedStore):
    """A store in memory whose changes are on the disk before they are acknowledged."""

    def __init__(self, path: Path, *, read_only: bool, force: bool, history_bytes: int) -> None:
        self._pending: list[bytes] = []
        self._note: bytes = b""
        self._undo: list[Undo] = []
        self._is_applying = False
        self._depth = 0
        self._keeps_threads_out = False
        self._mark = 0, 0, 0
        self._outermost: Callable[[], Transaction | None] = lambda: None
        self._fold_at = sys.maxsize
        super().__init__(path, read_only=read_only, force=force, history_bytes=history_bytes)

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

    def _fold_if_possible(self) -> None:
        """Called when the journal has grown beyond ``_fold_at``."""


def _is_over(at: int) -> bool:
    """Whether a file's time is one that no change will get any more.

    Args:
        at: nanoseconds; of a clock that takes steps of up to ten milliseconds, and on some file
            systems of a whole second.
    """
    return time.time_ns() - at > (50_000_000 if at % 10**9 else 3 * 10**9)
