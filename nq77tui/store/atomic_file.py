"""Replacing a file so that after a power cut either the old or the new one is there, whole.

A new file is for its owner, and for the group where the folder is group-writable; whatever the
umask says. A file that takes another's place keeps that one's mode and group.
"""

from __future__ import annotations

import itertools
import os
import re
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_TEMPORARY = re.compile(r"\.(\d+)-\d+\.new$")
_numbers = itertools.count(1)


def sync_folder(folder: Path) -> None:
    """Make created and renamed names durable: the entry lives in the folder, not in the file."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Make a folder, or find one, for owner and group of the folder that it stands in.

    That one is not synced.
    """
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        above = folder.parent.stat()
        with suppress(OSError):
            os.chown(folder, -1, above.st_gid)
            folder.chmod(0o700 | above.st_mode & (stat.S_ISGID | stat.S_IRWXG))


def grant_access(descriptor: int, folder: Path, like: Path | None = None) -> None:
    """Give a new file the mode and group of another, or those that its folder asks for."""
    group, mode = _group_and_mode(folder, like)
    if group is not None and os.fstat(descriptor).st_gid != group:
        try:
            os.fchown(descriptor, -1, group)
        except OSError:
            mode &= 0o600  # not a member: then for the owner alone, never for another group
    with suppress(OSError):  # FAT knows no modes
        os.fchmod(descriptor, mode)


def _group_and_mode(folder: Path, like: Path | None) -> tuple[int | None, int]:
    if like is not None and like.exists():
        found = like.stat()
        return found.st_gid, stat.S_IMODE(found.st_mode) & 0o666
    found = folder.stat()
    return (found.st_gid, 0o660) if found.st_mode & stat.S_IWGRP else (None, 0o600)


def temporary_beside(path: Path) -> Path:
    """A name that no other process and no other handle uses."""
    return path.with_name(f"{path.name}.{os.getpid()}-{next(_numbers)}.new")


def remove_abandoned(folder: Path, prefix: str = "") -> None:
    """Remove temporary files whose writer was killed."""
    for file in folder.glob(f"{prefix}*.new") if folder.is_dir() else ():
        found = _TEMPORARY.search(file.name)
        if found and not _is_running(int(found[1])):
            with suppress(OSError):
                file.unlink()


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def write_empty(path: Path) -> None:
    """Make an empty file, or find one; there is nothing in it to be synced."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        grant_access(descriptor, path.parent)
    finally:
        os.close(descriptor)


def write_synced(
    path: Path, parts: Iterable[bytes], mode: int | None = None, *, like: Path | None = None
) -> None:
    """Write a new file and bring it to the disk; on any error the file is gone again.

    Args:
        mode: instead of the one that the place gives.
        like: the file that this one is to replace or to accompany.
    """
    path.unlink(missing_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            if mode is None:
                grant_access(descriptor, path.parent, like)
            else:
                with suppress(OSError):
                    os.fchmod(descriptor, mode)
            for part in parts:
                _write_all(descriptor, part)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def replace_synced(new: Path, path: Path) -> None:
    """Put a synced file in the place of another, durably."""
    new.replace(path)
    sync_folder(path.parent)


def save_file(path: Path, content: bytes) -> None:
    """Write where a user says: as `replace_file`, but through links, and into a device or pipe."""
    if path.exists() and not path.is_file():
        path.write_bytes(content)
    else:
        replace_file(path.resolve(), content)


def replace_file(path: Path, content: bytes, mode: int | None = None) -> None:
    """Replace (or create) a file in one step that survives a power cut."""
    new = temporary_beside(path)
    write_synced(new, [content], mode, like=path)
    try:
        replace_synced(new, path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
