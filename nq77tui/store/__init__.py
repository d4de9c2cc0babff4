"""Keeps records on disk: the only importer of TinyDB."""

from nq77tui.store.creation import create_store, write_store
from nq77tui.store.database import JournalDB, open_tinydb
from nq77tui.store.repository import Repository

__all__ = ["JournalDB", "Repository", "create_store", "open_tinydb", "write_store"]
