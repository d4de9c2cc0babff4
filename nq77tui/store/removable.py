"""Where sticks are plugged in: the removable media that are mounted, and the usual places.

Only looks. Linux tells what is mounted in ``/proc/self/mountinfo`` (proc(5)) and whether the
device below can be taken out in ``/sys/dev/block``; a hard disk in a USB case does not call itself
removable, but hangs on a USB bus.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

_USUAL = ("media", "run/media", "mnt")
_DEPTH = 2
"""``/media/NAME`` and ``/run/media/USER/NAME``."""
_NO_STICK = frozenset({"proc", "sysfs", "overlay", "squashfs", "iso9660", "autofs", "cgroup2"})
_ESCAPE = re.compile(rb"\\([0-7]{3})")


@dataclass(frozen=True, slots=True)
class Room:
    """A folder as a place for bundles.

    Attributes:
        free: bytes that this user may still fill.
        is_read_only: nothing can be written there: locked, or no right to.
    """

    free: int
    is_read_only: bool


def mounted_sticks(root: Path = Path("/")) -> list[Path]:
    """The folders in which sticks are mounted, the last one plugged in first.

    Args:
        root: the folder in which ``proc``, ``sys`` and the mounts stand; for tests.
    """
    try:
        lines = (root / "proc/self/mountinfo").read_bytes().splitlines()
    except OSError:
        return []
    found: dict[Path, None] = {}
    for line in reversed(lines):
        before, _, after = line.partition(b" - ")
        fields, kind = before.split(), os.fsdecode(after.split(b" ")[0])
        if len(fields) < 5 or kind in _NO_STICK:
            continue
        point = os.fsdecode(_ESCAPE.sub(_unescaped, fields[4])).lstrip("/")
        if _is_usual(Path(point)) or _is_removable(root, os.fsdecode(fields[2])):
            found.setdefault(root / point)
    return [folder for folder in found if folder != root and folder.is_dir()]


def is_usual_place(root: Path, folder: Path) -> bool:
    """Whether a folder lies where sticks are usually mounted, one plugged in or not."""
    return any(folder.is_relative_to(root / place) for place in _USUAL)


def _is_usual(point: Path) -> bool:
    return any(
        point.is_relative_to(place) and len(point.relative_to(place).parts) <= _DEPTH
        for place in _USUAL
    )


def _is_removable(root: Path, number: str) -> bool:
    """Whether the device with this number (``8:17``) can be taken out of the machine."""
    if not re.fullmatch(r"\d+:\d+", number):
        return False
    device = Path(os.path.realpath(root / "sys/dev/block" / number))
    # A partition has no say in it: its disk stands one folder above.
    for folder in (device, device.parent):
        try:
            if (folder / "removable").read_text("ascii").strip() == "1":
                return True
        except (OSError, ValueError):
            continue
    return any(part.startswith("usb") for part in device.relative_to(device.anchor).parts)


def _unescaped(match: re.Match[bytes]) -> bytes:
    return bytes([int(match[1], 8) & 0xFF])


def room_in(folder: Path) -> Room | None:
    """What room a folder has; None where it is gone."""
    try:
        found = os.statvfs(folder)
        can_write = os.access(folder, os.W_OK) and not found.f_flag & os.ST_RDONLY
        return Room(found.f_bavail * found.f_frsize, not can_write)
    except OSError:
        return None
