"""The right to write under a replica id: it stays on the machine, and never travels.

A replica id that is used in two places loses data without a word: a receiver takes the second
place's writes for ones it already has. So the id is not kept in the store. It is kept outside,
in the user's state folder, bound to the machine, to the place of the store and to the highest
counter used. Where that binding does not hold (a copied folder, a moved disk, a restored
backup), a new id is minted before the first write. Two users of one store are two replicas.

A backup of the whole home folder holds the right as well. Only the system sets when a file was
changed last: a restored file was changed at another time than its last write says. (A restored
image of a whole disk shows nothing of the kind; `epochs.py` is for that.)
"""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from nq77tui.core import base32
from nq77tui.core.problem import Problem, RefusedError, cause_of
from nq77tui.core.record import REPLICA_LENGTH

_COUNTER_DIGITS = _TIME_DIGITS = 12
_NO_TIME = 0
_SLACK_SECONDS = 10
"""Between reading the clock and the write that keeps it."""
_MACHINE_ID_FILES = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))


def new_replica_id() -> str:
    """40 random bits as 8 characters."""
    return base32.encode(secrets.randbits(5 * REPLICA_LENGTH) or 1, REPLICA_LENGTH)


def default_state_folder() -> Path:
    """Where rights are kept: ``$XDG_STATE_HOME/nq77tui`` (XDG base directory specification)."""
    home = os.environ.get("XDG_STATE_HOME")
    return (Path(home) if home else Path.home() / ".local" / "state") / "nq77tui"


def _machine() -> str:
    for file in _MACHINE_ID_FILES:
        try:
            return file.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            continue
    return os.uname().nodename


def _fingerprint(lock_file: Path) -> str:
    """Machine and place of a store; the lock file is made once and never replaced."""
    found = lock_file.stat()
    text = f"{_machine()}\n{lock_file.resolve()}\n{found.st_ino}"
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]


def fingerprint_of(lock_file: Path) -> str:
    """A short text that stands for a store in its place, the same for all its users."""
    return _fingerprint(lock_file)[:12]


@dataclass
class WriteRight:
    """The right of this user, on this machine, to write into this store.

    The file holds ``REPLICA FINGERPRINT``, the highest counter and the time of the write (0 where
    the file system does not keep such times), in fixed width, so that remembering a counter is
    one small write in place.
    """

    path: Path
    replica: str
    fingerprint: str
    counter: int
    has_times: bool = False
    is_restored: bool = False
    """The file is not as its last write left it: a copy of it was put back."""

    @classmethod
    def find(cls, state_folder: Path, lock_file: Path) -> WriteRight | None:
        """The right that was granted for this place; None where there is none that holds."""
        path = _right_file(state_folder, lock_file)
        try:
            replica, fingerprint, digits, *more = path.read_text(encoding="ascii").split()
            counter, written = int(digits), int(more[0]) if more else _NO_TIME
            if fingerprint != _fingerprint(lock_file) or len(replica) != REPLICA_LENGTH:
                return None
            has_times = written != _NO_TIME
            is_restored = has_times and not _is_as_written(path)
        except (OSError, ValueError):
            return None
        return cls(path, replica, fingerprint, counter, has_times, is_restored)

    @classmethod
    def mint(cls, state_folder: Path, lock_file: Path) -> WriteRight:
        """A new replica id for this place, remembered before it is used.

        Raises:
            RefusedError: it cannot be remembered, and so must not be used.
        """
        path = _right_file(state_folder, lock_file)
        right = cls(path, new_replica_id(), _fingerprint(lock_file), 0)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(right._text(int(time.time())), "ascii")
            right.has_times = _is_as_written(path)
            if not right.has_times:
                path.write_text(right._text(_NO_TIME), "ascii")
        except OSError as error:
            params = {"folder": str(path.parent), "detail": cause_of(error)}
            raise RefusedError(Problem("replica.no_state_folder", params)) from error
        return right

    def is_current(self) -> bool:
        """Whether the right is still the one that is kept; one small read."""
        try:
            with self.path.open("rb") as file:
                return file.read(len(self.replica)) == self.replica.encode("ascii")
        except OSError:
            return False

    def remember(self, counter: int) -> None:
        """Keep the highest counter used; called after the commit that used it is on the disk."""
        if counter <= self.counter:
            return
        self.counter = counter
        text = self._text(int(time.time()) if self.has_times else _NO_TIME)
        offset = len(self.replica) + len(self.fingerprint) + 2
        try:
            file = os.open(self.path, os.O_WRONLY | os.O_CLOEXEC)
        except OSError:
            return  # only weakens the check for restored backups
        try:
            os.pwrite(file, text[offset:].encode("ascii"), offset)
        finally:
            os.close(file)

    def _text(self, now: int) -> str:
        head = f"{self.replica} {self.fingerprint} {self.counter:0{_COUNTER_DIGITS}}"
        return f"{head} {now:0{_TIME_DIGITS}}\n"


def _is_as_written(path: Path) -> bool:
    """Whether a right was written last by its own program, and not by one that restores files.

    The system gives a file that is written one time for its content and for its change. Whoever
    restores a file sets the first (tar, rsync and cp -a do) and cannot set the second; a plain
    copy has equal times that are not the one inside.
    """
    for _ in range(2):  # another program of mine may be at it just now
        found = path.stat()
        written = int(path.read_text(encoding="ascii").split()[3])
        is_near = abs(found.st_ctime_ns // 10**9 - written) <= _SLACK_SECONDS
        if found.st_mtime_ns == found.st_ctime_ns and is_near:
            return True
    return False


def place_of(lock_file: Path) -> str:
    """A store's place on this machine as a file name."""
    return hashlib.sha256(os.fsencode(lock_file.resolve())).hexdigest()[:24]


def _right_file(state_folder: Path, lock_file: Path) -> Path:
    return state_folder / "rights" / place_of(lock_file)
