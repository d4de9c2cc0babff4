"""A TinyDB storage that keeps a snapshot in TinyDB's own form and a journal beside it.

The snapshot is the stock file. The journal's header names the snapshot it continues by size and
checksum, so nothing has to be added inside the snapshot, and a snapshot that something else has
written is noticed. A commit is one line, one append, one fdatasync.

Several processes share a store: a write takes the lock, reads what the others have appended,
and appends (`committing.py`); a read costs one stat call as long as nothing happens
(`following.py`).
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from tinydb import Storage

from nq77tui.core.problem import Problem, RefusedError, cause_of
from nq77tui.store.committing import CommittingStore
from nq77tui.store.folding import Fold, write_whole
from nq77tui.store.journal import Journal, SyncFailedError
from nq77tui.store.opening import is_foreign
from nq77tui.store.paths import StorePaths
from nq77tui.store.tables import Document, Tables

__all__ = ["JournalStorage", "StorePaths"]

LEFT_ABOVE = 1 << 20
LEFT_BYTES = 256 << 10
LEFT_SHARE = 16
"""After a short run on a store above the first size, a journal of up to the second size, or up to
this part of the snapshot, is left as it is."""


class JournalStorage(CommittingStore, Storage):
    """TinyDB's storage contract, and folding what was committed into its file."""

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
        self.compact_at = compact_at
        self._is_closing = False
        super().__init__(Path(path), read_only=read_only, force=force, history_bytes=history_bytes)
        self._fold_at = compact_at

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
