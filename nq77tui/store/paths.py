"""Where the files of one store stand."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

OWN_FOLDER_NAME = "store.json"


@dataclass(frozen=True, slots=True)
class StorePaths:
    """The files of one store."""

    snapshot: Path
    journal: Path
    lock: Path
    history: Path
    ballast: Path
    next_journal: Path
    """The journal that a fold prepares."""

    @classmethod
    def of(cls, snapshot: Path) -> StorePaths:
        """``store.json`` has its folder to itself; any other name prefixes its companions."""
        snapshot = Path(os.path.realpath(snapshot))
        prefix = "" if snapshot.name == OWN_FOLDER_NAME else f"{snapshot.name}."
        folder = snapshot.parent
        names = ("journal", "lock", "history", "ballast", "journal.next")
        return cls(snapshot, *(folder / f"{prefix}{name}" for name in names))

    @property
    def folder(self) -> Path:
        """The folder that holds them all."""
        return self.snapshot.parent

    @property
    def has_own_folder(self) -> bool:
        """Whether nothing but this store stands in the folder."""
        return self.snapshot.name == OWN_FOLDER_NAME

    @property
    def has_remains(self) -> bool:
        """Whether anything of a store stands here, be it without its snapshot."""
        parts = (self.snapshot, self.journal, self.next_journal)
        return any(part.exists() for part in parts) or any(self.history.glob("*.gz"))
