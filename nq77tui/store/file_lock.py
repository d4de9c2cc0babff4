"""One writer at a time: flock on a file that is never replaced."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class FileLock:
    """A lock shared by all processes on one host that use the same store."""

    def __init__(self, path: Path, *, writable: bool = True) -> None:
        flags = (os.O_RDWR | os.O_CREAT) if writable else os.O_RDONLY
        self._path = path
        self._flags = flags | os.O_CLOEXEC
        self._open()

    def _open(self) -> None:
        self._file = os.open(self._path, self._flags, 0o660)
        self._pid = os.getpid()

    def acquire(self, *, shared: bool = False) -> None:
        """Wait for the lock."""
        if self._pid != os.getpid():
            # A forked child shares its parent's open file, and with it the parent's lock.
            self._open()
        fcntl.flock(self._file, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)

    def release(self) -> None:
        """Let the next one in."""
        fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let go of the file, and of the lock if it is held."""
        if self._pid == os.getpid():
            os.close(self._file)
