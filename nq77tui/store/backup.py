"""One file that holds a whole store, and a store made from one.

A backup is a tar archive of the folded store and its history, without the lock and without any
right to write: a restored store writes under a new replica id, so nothing that it wrote after
the backup can be taken for something already known.
"""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

from nq77tui.core.problem import Problem, RefusedError
from nq77tui.store.atomic_file import sync_folder, write_synced
from nq77tui.store.creation import SNAPSHOT
from nq77tui.store.settings import FILE_NAME

HISTORY = "history"
MAX_FILES = 100_000
MAX_BYTES = 4 << 30


def write_backup(folder: Path, path: Path) -> int:
    """Write a backup of a store that is folded and closed; never over another file.

    Returns:
        The bytes written.

    Raises:
        RefusedError: the file exists, or cannot be written.
    """
    if path.exists():
        raise RefusedError(Problem("backup.exists", {"file": str(path)}))
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=6) as archive:
        for file in _files(folder):
            archive.add(file, file.relative_to(folder).as_posix(), recursive=False)
    content = buffer.getvalue()
    try:
        write_synced(path, [content], 0o600)
        sync_folder(path.parent)
        is_whole = path.read_bytes() == content
    except OSError as error:
        params = {"file": str(path), "detail": error.strerror or str(error)}
        raise RefusedError(Problem("backup.not_written", params)) from error
    if not is_whole:
        raise RefusedError(Problem("backup.not_written", {"file": str(path), "detail": ""}))
    return len(content)


def _files(folder: Path) -> list[Path]:
    history = sorted((folder / HISTORY).glob("*.gz"))
    named = (folder / FILE_NAME, folder / SNAPSHOT, *history)
    return [file for file in named if file.exists()]


def restore_backup(path: Path, folder: Path) -> None:
    """Make a store from a backup, in a folder that holds none.

    Raises:
        RefusedError: no backup, a damaged one, or there is a store already; nothing was written.
    """
    if (folder / SNAPSHOT).exists():
        raise RefusedError(Problem("storage.store_exists", {"folder": str(folder)}))
    contents = _read(path)
    try:
        (folder / HISTORY).mkdir(parents=True, exist_ok=True)
        # The snapshot last: a folder with a half restored store is no store yet.
        for name in sorted(contents, key=lambda name: name == SNAPSHOT):
            write_synced(folder / name, [contents[name]])
        sync_folder(folder / HISTORY)
        sync_folder(folder)
    except OSError as error:
        params = {"folder": str(folder), "detail": error.strerror or str(error)}
        raise RefusedError(Problem("storage.cannot_open", params)) from error


def _read(path: Path) -> dict[str, bytes]:
    contents: dict[str, bytes] = {}
    try:
        with tarfile.open(path, mode="r:gz") as archive:
            for count, member in enumerate(archive):
                file = archive.extractfile(member) if member.isfile() else None
                known = _is_ours(member.name) and member.size <= MAX_BYTES and count < MAX_FILES
                if file is None or not known:
                    raise RefusedError(Problem("backup.not_ours", {"file": str(path)}))
                contents[member.name] = file.read()
    except (OSError, tarfile.TarError, EOFError, ValueError) as error:
        params = {"file": str(path), "detail": str(error)[:80]}
        raise RefusedError(Problem("backup.damaged", params)) from error
    if SNAPSHOT not in contents:
        raise RefusedError(Problem("backup.not_ours", {"file": str(path)}))
    return contents


def _is_ours(name: str) -> bool:
    """A name that a backup may hold; anything else could write outside the folder."""
    if name in (SNAPSHOT, FILE_NAME):
        return True
    head, _, tail = name.partition("/")
    return head == HISTORY and tail.endswith(".gz") and tail[:-3].isdigit()
