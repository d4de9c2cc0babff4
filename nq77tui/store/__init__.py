"""Keeps records on disk: the only importer of TinyDB."""

from nq77tui.store.database import JournalDB, open_tinydb

__all__ = ["JournalDB", "open_tinydb"]
