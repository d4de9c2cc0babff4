"""One file that holds a whole store, and a store made from one.

A backup is a tar archive of the store and its history, without the lock and without any right
to write: a restored store writes under a new replica id, so nothing that it wrote after the
backup can be taken for something already known.
"""

from __future__ import annotations

import gzip
import io
import tarfile
import zlib
from pathlib import Path
from typing import IO

from nq77tui.core.problem import Problem, RefusedError, cause_of
from nq77tui.store.atomic_file import make_folder, replace_file, sync_folder, write_synced
from nq77tui.store.creation import SNAPSHOT
from nq77tui.store.history import segments_up_to
from nq77tui.store.medium import refuse_unsafe
from nq77tui.store.progress import Watch, unwatched
from nq77tui.store.settings import FILE_NAME
from nq77tui.store.snapshot import dump_tables
from nq77tui.store.storage import JournalStorage

HISTORY = "history"
MAX_FILES = 100_000
MAX_BYTES = 4 << 30
_PIECE = 1 << 20
"""Bytes between two words on how far it is."""


def write_backup(folder: Path, path: Path, watch: Watch = unwatched) -> int:
    """Write a backup of a store; never over another file.

    The store may be in use: what is written is what was committed at one moment.

    Returns:
        The bytes written.

    Raises:
        RefusedError: the file exists, or cannot be written.
        StoppedError: as `watch` said; nothing of it is there.
    """
    if path.exists():
        raise RefusedError(Problem("backup.exists", {"file": str(path)}))
    content = _archive(folder, watch)
    try:
        write_synced(path, [content], 0o600)
        sync_folder(path.parent)
        is_whole = path.read_bytes() == content
    except OSError as error:
        params = {"file": str(path), "detail": cause_of(error)}
        raise RefusedError(Problem("backup.not_written", params)) from error
    if not is_whole:
        raise RefusedError(Problem("backup.not_written", {"file": str(path), "detail": ""}))
    return len(content)


def _archive(folder: Path, watch: Watch) -> bytes:
    plain, packed = io.BytesIO(), io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w:") as archive:
        for name, content in _contents(folder).items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            member.mode = 0o600
            archive.addfile(member, io.BytesIO(content))
    whole = plain.getbuffer()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=6) as packer:
        for start in range(0, len(whole), _PIECE):
            watch("pack", start, len(whole))
            packer.write(whole[start : start + _PIECE])
    watch("pack", len(whole), len(whole))
    return packed.getvalue()


def _contents(folder: Path) -> dict[str, bytes]:
    contents: dict[str, bytes] = {}
    if (folder / FILE_NAME).exists():
        contents[FILE_NAME] = (folder / FILE_NAME).read_bytes()
    with JournalStorage(folder / SNAPSHOT, read_only=True) as storage:
        contents[SNAPSHOT] = dump_tables(storage.tables.by_name)[0]
        kept = segments_up_to(storage.paths.history, storage.unfolded(), storage.sequence)
    return {**contents, **{f"{HISTORY}/{name}": content for name, content in kept.items()}}


def restore_backup(path: Path, folder: Path, watch: Watch = unwatched) -> None:
    """Make a store from a backup, in a folder that holds none.

    Raises:
        RefusedError: no backup, a damaged one, or there is a store already; nothing was written.
        StoppedError: as `watch` said; nothing was written.
    """
    if (folder / SNAPSHOT).exists():
        raise RefusedError(Problem("storage.store_exists", {"folder": str(folder)}))
    refuse_unsafe(folder)
    contents = _read(path, watch)
    snapshot = contents.pop(SNAPSHOT)
    written: list[Path] = []
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        make_folder(folder)
        make_folder(folder / HISTORY)
        for name, content in contents.items():
            written.append(folder / name)
            write_synced(folder / name, [content])
        sync_folder(folder / HISTORY)
        sync_folder(folder)
        # The snapshot last: a folder with a half restored store is no store yet.
        written.append(folder / SNAPSHOT)
        replace_file(folder / SNAPSHOT, snapshot)
    except OSError as error:
        for file in written:
            file.unlink(missing_ok=True)
        params = {"folder": str(folder), "detail": cause_of(error)}
        raise RefusedError(Problem("storage.cannot_open", params)) from error


def _read(path: Path, watch: Watch) -> dict[str, bytes]:
    contents: dict[str, bytes] = {}
    try:
        # To its end first: only there stands the checksum.
        with path.open("rb") as stored, gzip.open(stored) as file:
            whole = _unpacked(stored, file, path.stat().st_size, watch)
        if len(whole) > MAX_BYTES:
            raise RefusedError(Problem("backup.not_ours", {"file": str(path)}))
        with tarfile.open(fileobj=io.BytesIO(whole), mode="r:") as archive:
            for count, member in enumerate(archive):
                found = archive.extractfile(member) if member.isfile() else None
                if found is None or not _is_ours(member.name) or count >= MAX_FILES:
                    raise RefusedError(Problem("backup.not_ours", {"file": str(path)}))
                contents[member.name] = found.read()
    except (FileNotFoundError, PermissionError, IsADirectoryError) as error:
        params = {"file": str(path), "detail": cause_of(error)}
        raise RefusedError(Problem("merge.unreadable", params)) from error
    except (OSError, tarfile.TarError, EOFError, ValueError, zlib.error) as error:
        params = {"file": str(path), "detail": cause_of(error)}
        raise RefusedError(Problem("backup.damaged", params)) from error
    if SNAPSHOT not in contents:
        raise RefusedError(Problem("backup.not_ours", {"file": str(path)}))
    return contents


def _unpacked(stored: IO[bytes], file: gzip.GzipFile, size: int, watch: Watch) -> bytes:
    """What a file holds, or one byte more than a backup may."""
    found = bytearray()
    while len(found) <= MAX_BYTES and (piece := file.read(_PIECE)):
        found += piece
        watch("read", stored.tell(), size)
    return bytes(found)


def _is_ours(name: str) -> bool:
    """A name that a backup may hold; anything else could write outside the folder."""
    if name in (SNAPSHOT, FILE_NAME):
        return True
    head, _, tail = name.partition("/")
    return head == HISTORY and tail.endswith(".gz") and tail[:-3].isdigit()
