"""Keeps records on disk: the only importer of TinyDB."""

from nq77tui.store.database import JournalDB, open_tinydb
from nq77tui.store.repository import Repository, create_store

__all__ = ["JournalDB", "Repository", "create_store", "open_tinydb"]
