"""Bringing a new file onto a stick so that it is surely there, or surely not.

FAT and exFAT have no atomic rename: in the middle of one, neither name may exist. So a file is
written straight under its own new name, its last bytes after a sync of all others; nothing on the
stick is ever renamed or overwritten. It is read back from the medium and compared before anybody
is told that it is done.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from nq77tui.core.problem import Problem, RefusedError, cause_of
from nq77tui.store.atomic_file import sync_folder
from nq77tui.store.progress import Watch, unwatched

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_LOCKED = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
_GONE = frozenset({errno.EIO, errno.ENODEV, errno.ENXIO, errno.ENOENT, errno.ENOTDIR, errno.ESTALE})
_NAMES_TRIED = 100
_PIECE = 64 << 10
"""Bytes between two looks at whether to stop; a slow stick takes a tenth of a second for them."""


def put_new(
    out: Path,
    name: str,
    suffix: str,
    content: bytes,
    *,
    last: int = 1,
    watch: Watch = unwatched,
) -> Path:
    """Write a new file; one of its name that is there already is never touched.

    Args:
        out: a folder, where the file is called `name` and `suffix`, with a number between them
            where that is taken; or the new file itself.
        last: how many bytes at the end are written only when the others are on the medium.

    Returns:
        Where it is.

    Raises:
        RefusedError: it is not there whole; the reason is named, and nothing of it is left where
            the medium still allows that.
        StoppedError: as `watch` said; nothing of it is left.
    """
    for path in _names(out, name, suffix):
        try:
            _write_new(path, content, last, watch)
        except FileExistsError:
            if not out.is_dir():
                raise RefusedError(Problem("bundle.exists", {"file": str(out)})) from None
            continue
        except OSError as error:
            raise RefusedError(_failure(path, content, error)) from error
        return path
    raise RefusedError(Problem("bundle.exists", {"file": str(out / (name + suffix))}))


def _names(out: Path, name: str, suffix: str) -> Iterator[Path]:
    if not out.is_dir():
        yield out
        return
    yield out / (name + suffix)
    for number in range(2, _NAMES_TRIED):
        yield out / f"{name}-{number}{suffix}"


def _write_new(path: Path, content: bytes, last: int, watch: Watch = unwatched) -> None:
    """Write a new file, bring it to the medium, and read it back from there.

    Raises:
        FileExistsError: there is one of that name; it was not touched.
        OSError: the medium failed; what stands there, if anything, lacks its end.
        StoppedError: as `watch` said.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    try:
        try:
            _write_all(descriptor, content[:-last], watch)
            _write_all(descriptor, content[-last:])
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        sync_names(path.parent)
        if _read_back(path, len(content), watch) != content:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
    except BaseException:
        with suppress(OSError):
            path.unlink()
            sync_names(path.parent)
        raise


def _write_all(descriptor: int, data: bytes, watch: Watch | None = None) -> None:
    rest = memoryview(data)
    while rest:
        if watch is not None:
            watch("write", len(data) - len(rest), len(data))
        rest = rest[os.write(descriptor, rest[:_PIECE]) :]
        if watch is not None:
            # A piece at a time: otherwise all the waiting, and no stopping, is in the last sync.
            os.fsync(descriptor)


def sync_names(folder: Path) -> None:
    """Bring what was written into a folder to the medium, so that it may be pulled out."""
    try:
        sync_folder(folder)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # a file system without folder syncs
            raise


def _read_back(path: Path, size: int, watch: Watch) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        # Not from memory: what counts is what stands on the medium.
        with suppress(OSError):
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        found = bytearray()
        while piece := file.read(_PIECE):
            found += piece
            watch("compare", len(found), size)
        return bytes(found)


def _failure(path: Path, content: bytes, error: OSError) -> Problem:
    params: dict[str, object] = {"file": str(path), "detail": cause_of(error)}
    if error.errno in _FULL:
        return Problem("bundle.full", {**params, "bytes": len(content)})
    if error.errno in _LOCKED:
        return Problem("bundle.read_only", params)
    if error.errno in _GONE:
        return Problem("bundle.medium_gone", params)
    return Problem("bundle.not_written", params)
