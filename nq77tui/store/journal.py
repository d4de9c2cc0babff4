"""An append-only file of checksummed lines: what makes a saved form cost one append.

Every line is ``CRC32 LENGTH PAYLOAD``: eight hexadecimal digits, eight hexadecimal digits, and
one JSON text without line breaks. The length stands in front so that a damaged line break cannot
join two lines into one "torn" one. The first line is the header.

What may be found after a power cut, and what it means:

* the last line is incomplete, or nothing valid stands behind the first bad byte: that commit was
  never acknowledged. It is cut off, and kept beside the journal under a name of its own.
* something valid stands behind a bad byte: the medium has lost acknowledged data. That is an
  error which names the place; nothing is cut.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nq77tui.core.problem import Problem, RefusedError

PREFIX_LENGTH = 18  # "CRC32678 LENGTH78 "


class JournalDamagedError(RefusedError):
    """Acknowledged commits cannot be read back."""


class StoreFullError(RefusedError):
    """There was no room for the write; nothing was changed."""


class SyncFailedError(RefusedError):
    """The system could not say that the write reached the disk: final for this handle.

    After a failed fsync the kernel may have dropped the pages and will call the next fsync a
    success, so it is never repeated: the store is opened again from disk.
    """


def encode_line(payload: bytes) -> bytes:
    """One line of the journal; ``payload`` holds no line break."""
    return b"%08x %08x %s\n" % (zlib.crc32(payload), len(payload), payload)


@dataclass(frozen=True, slots=True)
class Line:
    """One line read back.

    Attributes:
        start: the byte at which the line begins.
        end: the byte behind its line break.
        payload: the JSON text.
    """

    start: int
    end: int
    payload: bytes


def _read_line(data: bytes, start: int) -> Line | None:
    prefix = data[start : start + PREFIX_LENGTH]
    if len(prefix) < PREFIX_LENGTH or prefix[8:9] != b" " or prefix[17:18] != b" ":
        return None
    try:
        checksum, length = int(prefix[:8], 16), int(prefix[9:17], 16)
    except ValueError:
        return None
    begin = start + PREFIX_LENGTH
    payload = data[begin : begin + length]
    end = begin + length + 1
    if len(data) < end or data[end - 1 : end] != b"\n" or zlib.crc32(payload) != checksum:
        return None
    return Line(start, end, payload)


def read_lines(data: bytes, offset: int = 0) -> Iterator[Line]:
    """The valid lines from ``offset`` on, up to the end or the first bad byte."""
    while offset < len(data):
        line = _read_line(data, offset)
        if line is None:
            return
        yield line
        offset = line.end


def is_torn_tail(data: bytes, start: int) -> bool:
    """Whether what begins at ``start`` is only a last write that never finished.

    It is not, if a valid line stands anywhere behind it, or if the bad line itself is whole but
    for its line break: then acknowledged data was damaged.
    """
    position = start
    while (position := data.find(b"\n", position) + 1) > 0:
        if _read_line(data, position) is not None:
            return False
    bad = data[start : start + PREFIX_LENGTH]
    if len(bad) == PREFIX_LENGTH:
        try:
            checksum, length = int(bad[:8], 16), int(bad[9:17], 16)
        except ValueError:
            return True
        begin = start + PREFIX_LENGTH
        payload = data[begin : begin + length]
        has_more = len(data) > begin + length + 1
        return not (has_more and len(payload) == length and zlib.crc32(payload) == checksum)
    return True


class Journal:
    """The open journal file, positioned behind its last valid line."""

    def __init__(self, path: Path, *, writable: bool = True) -> None:
        self.path = path
        flags = os.O_RDWR | os.O_APPEND if writable else os.O_RDONLY
        self._file = os.open(path, flags | os.O_CLOEXEC)
        self.end = 0
        """The byte behind the last line that was read or written."""
        self._failed = False

    @property
    def inode(self) -> int:
        """Tells whether the name on disk still means this open file."""
        return os.fstat(self._file).st_ino

    def size(self) -> int:
        """Bytes in the file now, other processes' commits included."""
        return os.fstat(self._file).st_size

    def read_new(self) -> tuple[list[Line], bytes]:
        """The lines behind ``end``, and the bytes behind the last valid one.

        Moves ``end`` behind the last valid line. The rest is empty in a sound journal; it may be
        a colleague's write in progress if the caller does not hold the lock.
        """
        data = os.pread(self._file, max(0, self.size() - self.end), self.end)
        lines = list(read_lines(data))
        behind = lines[-1].end if lines else 0
        found = [Line(self.end + line.start, self.end + line.end, line.payload) for line in lines]
        self.end += behind
        return found, data[behind:]

    def cut_torn_tail(self, rest: bytes) -> Path:
        """Cut off the unfinished last write and keep it under a name of its own.

        The caller holds the lock and has just called ``read_new``.

        Raises:
            JournalDamagedError: it is not unfinished but damaged; nothing was cut.
        """
        if not is_torn_tail(rest, 0):
            raise JournalDamagedError(
                Problem("journal.damaged", {"file": self.path.name, "byte": self.end})
            )
        aside = self.path.with_name(f"{self.path.name}.torn-{self.end:x}-{zlib.crc32(rest):08x}")
        aside.write_bytes(rest)
        os.ftruncate(self._file, self.end)
        self._sync()
        return aside

    def append(self, payload: bytes) -> Line:
        """Write one line and return when it is on the disk.

        The caller holds the lock and has read everything before.

        Raises:
            StoreFullError: no room; the file is as before.
            SyncFailedError: the disk did not confirm; this handle writes no more.
        """
        if self._failed:
            raise SyncFailedError(Problem("journal.sync_failed", {"file": self.path.name}))
        line = encode_line(payload)
        try:
            written = os.write(self._file, line)
        except OSError as error:
            self._take_back()
            raise StoreFullError(
                Problem("journal.full", {"file": self.path.name, "detail": error.strerror})
            ) from error
        if written != len(line):
            self._take_back()
            raise StoreFullError(Problem("journal.full", {"file": self.path.name, "detail": ""}))
        self._sync()
        start, self.end = self.end, self.end + len(line)
        return Line(start, self.end, payload)

    def _take_back(self) -> None:
        os.ftruncate(self._file, self.end)

    def _sync(self) -> None:
        try:
            os.fdatasync(self._file)
        except OSError as error:
            self._failed = True
            raise SyncFailedError(
                Problem("journal.sync_failed", {"file": self.path.name})
            ) from error

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)
