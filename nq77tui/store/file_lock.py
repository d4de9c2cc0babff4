"""One writer at a time: flock on a file that is never replaced."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nq77tui.store.atomic_file import grant_access


class FileLock:
    """A lock shared by all processes on one host that use the same store.

    A reader that finds no lock file, or may not open it, goes without: it never creates one.
    """

    def __init__(self, path: Path, *, writable: bool = True, like: Path | None = None) -> None:
        self._path = path
        self._writable = writable
        self._like = like
        self._held = 0
        self._file: int | None = None
        self._open()

    def _open(self) -> None:
        self._pid = os.getpid()
        self._held = 0
        if not self._writable:
            try:
                self._file = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
            except (FileNotFoundError, PermissionError):
                self._file = None
            return
        flags = os.O_RDWR | os.O_CLOEXEC
        try:
            self._file = os.open(self._path, flags | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            self._file = os.open(self._path, flags)
        else:
            grant_access(self._file, self._path.parent, self._like)

    @property
    def is_real(self) -> bool:
        """Whether there is a file to lock."""
        return self._file is not None

    @property
    def is_held(self) -> bool:
        """Whether this object has the lock."""
        return self._held > 0 and self._pid == os.getpid()

    def acquire(self, *, shared: bool = False) -> None:
        """Wait for the lock; it may be held already, and is then released as often."""
        if self._pid != os.getpid():
            # A forked child shares its parent's open file, and with it the parent's lock.
            self._open()
        self._held += 1
        if self._file is not None and self._held == 1:
            try:
                fcntl.flock(self._file, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
            except BaseException:
                self.release()  # an interrupt may come just behind the call
                raise

    def release(self) -> None:
        """Let the next one in."""
        self._held -= 1
        if self._file is not None and not self._held:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    @contextmanager
    def held(self, *, shared: bool = False) -> Iterator[None]:
        """Wait for the lock and keep it; inside another ``held`` it is held already."""
        self.acquire(shared=shared)
        try:
            yield
        finally:
            self.release()

    def close(self) -> None:
        """Let go of the file, and of the lock if it is held."""
        if self._pid == os.getpid() and self._file is not None:
            os.close(self._file)
            self._file = None
