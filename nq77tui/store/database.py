"""The whole TinyDB API over a snapshot and a journal."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from tinydb import TinyDB

from nq77tui.store.storage import JournalStorage
from nq77tui.store.table import JournalTable


class JournalDB(TinyDB):
    """TinyDB with tables that append what they change."""

    table_class = JournalTable  # type: ignore[assignment]
    default_storage_class = JournalStorage  # type: ignore[assignment]

    def transaction(self) -> AbstractContextManager[None]:
        """All writes inside are one commit: there whole, or not at all."""
        storage: JournalStorage = self.storage  # type: ignore[assignment]
        return storage.transaction()


def open_tinydb(path: str | Path, *, read_only: bool = False, force: bool = False) -> JournalDB:
    """Open a store with TinyDB's API.

    Args:
        path: TinyDB's JSON file; the journal, the lock and the history stand beside it.
        read_only: never write, not even a journal; for people without write permission.
        force: accept a file system that cannot hold a store safely.

    Raises:
        RefusedError: the file is no store, is damaged, or cannot be opened; it says which.
    """
    return JournalDB(path, read_only=read_only, force=force)
