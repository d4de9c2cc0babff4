"""What a store stands on: whether it can hold one safely, and how much room is left."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from nq77tui.core.problem import Problem, RefusedError
from nq77tui.store.atomic_file import grant_access
from nq77tui.store.paths import StorePaths

MOUNTS = Path("/proc/self/mountinfo")
BALLAST_BYTES = 3 << 20
PLENTY_BYTES = 256 << 20
"""Free room from which on a ballast is laid."""
LOW_BYTES = 100 << 20
"""Free room below which people are told."""

_UNSAFE = re.compile(
    r"nfs\d?|cifs|smb\w*|fuse(blk)?(\..*)?|v?fat|msdos|exfat|9p|afs|ncpfs", re.IGNORECASE
)
_ESCAPE = re.compile(r"\\([0-7]{3})")


def file_system_of(folder: Path) -> str:
    """The type of the file system that holds a folder; empty where the system does not say."""
    try:
        lines = MOUNTS.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return ""
    place = os.path.realpath(folder)
    best, kind = "", ""
    for line in lines:
        before, _, after = line.partition(" - ")
        fields, described = before.split(), after.split()
        if len(fields) < 5 or not described:
            continue
        point = _ESCAPE.sub(lambda found: chr(int(found[1], 8)), fields[4])
        inside = point == "/" or place == point or place.startswith(point + "/")
        # Of two mounts on one place the later one hides the earlier.
        if inside and len(point) >= len(best):
            best, kind = point, described[0]
    return kind


def refuse_unsafe(folder: Path, *, force: bool = False) -> None:
    """Refuse to keep a live store where locks or renames do not hold.

    On network and FUSE file systems locks may not reach the other side; FAT has no atomic
    rename. ``NQ77_FORCE=1`` in the environment forces it, too.

    Raises:
        RefusedError: the file system is one of those.
    """
    if force or os.environ.get("NQ77_FORCE") == "1":
        return
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    kind = file_system_of(folder)
    if _UNSAFE.fullmatch(kind):
        raise RefusedError(
            Problem("storage.unsafe_filesystem", {"folder": str(folder), "kind": kind})
        )


def may_write(paths: StorePaths) -> bool:
    """Whether this user may write into a store; only a guess that spares a refusal later."""
    parts = (paths.folder, paths.snapshot, paths.journal, paths.lock)
    return all(
        os.access(part, os.W_OK, effective_ids=True) for part in parts if os.path.lexists(part)
    )


def free_bytes(folder: Path) -> int:
    """The room that this user may still fill."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def low_room(folder: Path) -> Problem | None:
    """What to tell people when the disk is nearly full."""
    free = free_bytes(folder)
    if free >= LOW_BYTES:
        return None
    return Problem("storage.low_room", {"folder": str(folder), "megabytes": free >> 20}, "warning")


def lay_ballast(paths: StorePaths) -> None:
    """Reserve a little room for the day on which the disk is full; where there is plenty now.

    Only for a store with a folder of its own: beside any other file it would be a stranger.
    """
    if not paths.has_own_folder or paths.ballast.exists():
        return
    with suppress(OSError):
        if free_bytes(paths.folder) < PLENTY_BYTES:
            return
        descriptor = os.open(paths.ballast, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC)
        try:
            grant_access(descriptor, paths.folder, paths.snapshot)
            os.posix_fallocate(descriptor, 0, BALLAST_BYTES)
        finally:
            os.close(descriptor)


def release_ballast(paths: StorePaths) -> Problem | None:
    """Give the reserved room back; what to tell people if there was any."""
    try:
        paths.ballast.unlink()
    except OSError:
        return None
    return Problem("storage.ballast_released", {"megabytes": BALLAST_BYTES >> 20}, "warning")
