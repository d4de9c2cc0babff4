"""The right to write under a replica id: it stays on the machine, and never travels.

A replica id that is used in two places loses data without a word: a receiver takes the second
place's writes for ones it already has. So the id is not kept in the store. It is kept outside,
in the user's state folder, bound to the machine, to the place of the store and to the highest
counter used. Where that binding does not hold (a copied folder, a moved disk, a restored
backup), a new id is minted before the first write. Two users of one store are two replicas.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from nq77tui.core import base32
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.record import REPLICA_LENGTH

_COUNTER_DIGITS = 12
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

    The file holds ``REPLICA FINGERPRINT`` and the highest counter in fixed width, so that
    remembering a counter is one small write in place.
    """

    path: Path
    replica: str
    fingerprint: str
    counter: int

    @classmethod
    def find(cls, state_folder: Path, lock_file: Path) -> WriteRight | None:
        """The right that was granted for this place; None where there is none that holds."""
        path = _right_file(state_folder, lock_file)
        try:
            replica, fingerprint, digits = path.read_text(encoding="ascii").split()
            counter = int(digits)
        except (OSError, ValueError):
            return None
        if fingerprint != _fingerprint(lock_file) or len(replica) != REPLICA_LENGTH:
            return None
        return cls(path, replica, fingerprint, counter)

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
            content = f"{right.replica} {right.fingerprint} {0:0{_COUNTER_DIGITS}}\n"
            path.write_text(content, "ascii")
        except OSError as error:
            params = {"folder": str(path.parent), "detail": error.strerror or str(error)}
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
        offset = len(self.replica) + len(self.fingerprint) + 2
        try:
            file = os.open(self.path, os.O_WRONLY | os.O_CLOEXEC)
        except OSError:
            return  # only weakens the check for restored backups
        try:
            os.pwrite(file, f"{counter:0{_COUNTER_DIGITS}}\n".encode("ascii"), offset)
        finally:
            os.close(file)


def place_of(lock_file: Path) -> str:
    """A store's place on this machine as a file name."""
    return hashlib.sha256(os.fsencode(lock_file.resolve())).hexdigest()[:24]


def _right_file(state_folder: Path, lock_file: Path) -> Path:
    return state_folder / "rights" / place_of(lock_file)
