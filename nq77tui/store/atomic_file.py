"""Replacing a file so that after a power cut either the old or the new one is there, whole."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Make created and renamed names durable: the entry lives in the folder, not in the file."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_synced(path: Path, parts: Iterable[bytes], mode: int = 0o660) -> None:
    """Write a new file and bring it to the disk; on any error the file is gone again."""
    path.unlink(missing_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        with os.fdopen(descriptor, "wb") as file:
            for part in parts:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def replace_synced(new: Path, path: Path) -> None:
    """Put a synced file in the place of another, durably."""
    new.replace(path)
    sync_folder(path.parent)


def replace_file(path: Path, content: bytes, mode: int = 0o660) -> None:
    """Replace (or create) a file in one step that survives a power cut."""
    new = path.with_name(path.name + ".new")
    write_synced(new, [content], mode)
    replace_synced(new, path)
