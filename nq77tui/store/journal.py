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

import errno
import os
import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from nq77tui.core.problem import Problem, system_cause
from nq77tui.store.atomic_file import sync_folder, write_synced
from nq77tui.store.failures import (
    JournalDamagedError,
    StoreFullError,
    SyncFailedError,
    named_failure,
    named_failures,
)

__all__ = [
    "Journal",
    "JournalDamagedError",
    "Line",
    "StoreFullError",
    "SyncFailedError",
    "encode_line",
    "read_lines",
    "salvage_lines",
    "sequence_of",
]

PREFIX_LENGTH = 18  # "CRC32678 LENGTH78 "
_PREFIX = re.compile(rb"[0-9a-f]{8} ([0-9a-f]{8}) ")


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


def sequence_of(line: Line) -> int:
    """The number of the commit that a line holds, without parsing all of it."""
    return int(line.payload[5 : line.payload.index(b",", 5)])  # {"l":NUMBER,


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
    # `int` also reads capitals and signs, which we never write.
    return Line(start, end, payload) if prefix == _prefix(payload) else None


def _prefix(payload: bytes) -> bytes:
    return b"%08x %08x " % (zlib.crc32(payload), len(payload))


def salvage_lines(data: bytes) -> Iterator[Line]:
    """Every whole line of a journal that is damaged anywhere; a line break may be missing."""
    found = _PREFIX.search(data)
    while found:
        begin = found.end()
        payload = data[begin : begin + int(found[1], 16)]
        is_whole = found[0] == _prefix(payload)
        if is_whole:
            yield Line(found.start(), begin + len(payload) + 1, payload)
        found = _PREFIX.search(data, begin + len(payload) if is_whole else found.start() + 1)


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
        self.first_end = 0
        """The byte behind the header."""
        self._is_last_confirmed = False  # written here: the disk has it, nobody takes it back
        self._last_start = 0
        self._last_prefix = b""
        self._failed = False

    @property
    def inode(self) -> int:
        """Tells whether the name on disk still means this open file."""
        return os.fstat(self._file).st_ino

    def size(self) -> int:
        """Bytes in the file now, other processes' commits included."""
        return os.fstat(self._file).st_size

    def read(self, start: int, end: int) -> bytes:
        """The bytes of lines that were read or written before."""
        return os.pread(self._file, end - start, start)

    def read_new(self) -> tuple[list[Line], bytes]:
        """The lines behind ``end``, and the bytes behind the last valid one.

        Moves ``end`` behind the last valid line. The rest is empty in a sound journal; it may be
        a colleague's write in progress if the caller does not hold the lock.
        """
        data = os.pread(self._file, max(0, self.size() - self.end), self.end)
        lines = list(read_lines(data))
        behind = lines[-1].end if lines else 0
        found = [Line(self.end + line.start, self.end + line.end, line.payload) for line in lines]
        if lines:
            self._last_start = found[-1].start
            self._last_prefix = data[lines[-1].start : lines[-1].start + PREFIX_LENGTH]
            self._is_last_confirmed = False
            if not self.end:
                self.first_end = found[0].end
        self.end += behind
        return found, data[behind:]

    def is_all(self) -> bool:
        """Whether the file ends with the last line that was written here."""
        return self._is_last_confirmed and os.lseek(self._file, 0, os.SEEK_END) == self.end

    def is_as_read(self, size: int) -> bool:
        """Whether the last line that was read or written still stands there.

        It does not where a colleague's disk did not confirm a line, and it was taken back after
        we had read it.

        Args:
            size: of the file now.
        """
        last = os.pread(self._file, len(self._last_prefix), self._last_start)
        return size >= self.end and last == self._last_prefix

    def cut_torn_tail(self, rest: bytes) -> Path:
        """Cut off the unfinished last write and keep it under a name of its own.

        The caller holds the lock and has just called ``read_new``.

        Raises:
            JournalDamagedError: it is not unfinished but damaged; nothing was cut.
            StoreFullError: no room to keep it; nothing was cut.
        """
        if not is_torn_tail(rest, 0):
            raise JournalDamagedError(
                Problem("journal.damaged", {"file": self.path.name, "byte": self.end})
            )
        aside = self.path.with_name(f"{self.path.name}.torn-{self.end:x}-{zlib.crc32(rest):08x}")
        with named_failures(aside.name):
            write_synced(aside, [rest], like=self.path)
            sync_folder(aside.parent)
        # Not synced: what comes back after a power cut is cut off again.
        os.ftruncate(self._file, self.end)
        return aside

    def append(self, payload: bytes) -> None:
        """Write one line and return when it is on the disk.

        The caller holds the lock and has read everything before.

        Raises:
            StoreFullError: no room; the file is as before.
            SyncFailedError: the disk did not confirm; this handle writes no more.
        """
        if self._failed:
            raise SyncFailedError(Problem("journal.sync_failed", {"file": self.path.name}))
        line = encode_line(payload)
        length = len(line)
        try:
            written = os.write(self._file, line)
        except OSError as error:
            failure = named_failure(error, self.path.name)
            if failure is None:
                raise
            self._failed = isinstance(failure, SyncFailedError)
            self._take_back()
            raise failure from error
        if written != length:
            self._take_back()
            raise StoreFullError(
                Problem(
                    "journal.full", {"file": self.path.name, "detail": system_cause(errno.ENOSPC)}
                )
            )
        self.sync()
        self._last_start, self._last_prefix = self.end, line[:PREFIX_LENGTH]
        self.end += length
        self._is_last_confirmed = True

    def _take_back(self) -> None:
        # If even that fails, the next one under the lock finds an unfinished line and cuts it.
        with suppress(OSError):
            os.ftruncate(self._file, self.end)

    def sync(self) -> None:
        """Bring everything written so far to the disk.

        Raises:
            SyncFailedError: the disk did not confirm; what was not confirmed is taken back, so
                that nobody goes on from a line that may be a hole after a power cut.
        """
        try:
            os.fdatasync(self._file)
        except OSError as error:
            self._failed = True
            self._take_back()
            with suppress(OSError):
                # What the kernel only believes to have written is read from the disk again.
                os.posix_fadvise(self._file, 0, 0, os.POSIX_FADV_DONTNEED)
            raise SyncFailedError(
                Problem("journal.sync_failed", {"file": self.path.name})
            ) from error

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)
