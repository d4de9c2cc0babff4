"""What was committed before the last fold: older journal lines, compressed.

``history/<sequence>.gz`` holds the lines up to that commit, in the journal's own form. A small
segment is written anew with the next fold's lines added, so that many short sessions do not
leave many small files. Nothing depends on the history but the way back; the oldest segments go
when a limit is reached.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from nq77tui.store.atomic_file import (
    make_folder,
    replace_synced,
    temporary_beside,
    write_synced,
)
from nq77tui.store.journal import Journal, Line, encode_line, read_lines, sequence_of

SEGMENT_BYTES = 256 << 10
"""Compressed size up to which a segment is still added to."""
_RETRIES = 20


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit, as it stands in the journal or the history.

    Attributes:
        sequence: counts the commits of the store.
        at: seconds since 1970, by the clock of the machine that committed.
        operations: as in `tables.py`.
        note: what the writer added, for example which commit this one takes back.
    """

    sequence: int
    at: int
    operations: list[list[Any]]
    note: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Segment:
    """A history segment that is written, but not yet in its place.

    Attributes:
        temporary: where it stands.
        path: where it belongs.
        replaces: the small segment whose lines it repeats.
    """

    temporary: Path
    path: Path
    replaces: Path | None

    def put(self) -> None:
        """Put it in its place, durably."""
        replace_synced(self.temporary, self.path)

    def tidy(self, limit: int) -> None:
        """Remove what it replaces, and the oldest segments above the limit."""
        if self.replaces is not None and self.replaces != self.path:
            self.replaces.unlink(missing_ok=True)
        _trim(self.path.parent, limit)

    def drop(self) -> None:
        """Forget it, if it was not put in its place."""
        self.temporary.unlink(missing_ok=True)


def prepare_segment(folder: Path, lines: Sequence[Line], like: Path) -> Segment | None:
    """Write what the history does not hold yet into a new segment, durably.

    Needs no lock: it takes effect when it is put in its place, and whoever does that looks first
    whether somebody else was quicker.
    """
    known = newest_kept(folder)
    lines = [line for line in lines if sequence_of(line) > known]
    if not lines:
        return None
    make_folder(folder)
    last = _small_last(folder)
    before = _read(last) if last is not None else b""
    content = before + b"".join(encode_line(line.payload) for line in lines)
    path = folder / f"{sequence_of(lines[-1]):012}.gz"
    temporary = temporary_beside(path)
    # The same content gives the same bytes: no time stamp in the gzip header.
    write_synced(temporary, [gzip.compress(content, 6, mtime=0)], like=like)
    # A damaged segment stays where it is, since the new one does not repeat it.
    return Segment(temporary, path, last if before else None)


def _small_last(folder: Path) -> Path | None:
    segments = _segments(folder)
    try:
        if segments and segments[-1].stat().st_size < SEGMENT_BYTES:
            return segments[-1]
    except FileNotFoundError:
        pass  # a colleague has folded just now, and what we prepare will not be needed
    return None


def newest_kept(folder: Path) -> int:
    """The last commit that the history holds."""
    segments = _segments(folder)
    return int(segments[-1].stem) if segments else 0


def _segments(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(file for file in folder.glob("*.gz") if file.stem.isdigit())


def _read(segment: Path) -> bytes:
    try:
        return gzip.decompress(segment.read_bytes())
    except (OSError, EOFError, zlib.error):
        return b""  # damaged: the way back ends there, the data does not


def _trim(folder: Path, limit: int) -> None:
    segments = _segments(folder)
    total = sum(segment.stat().st_size for segment in segments)
    for segment in segments[:-1]:
        if total <= limit:
            break
        total -= segment.stat().st_size
        segment.unlink(missing_ok=True)


def commits(folder: Path, journal: Path | None = None) -> Iterator[Commit]:
    """Every commit that is still known, oldest first, each once.

    Args:
        journal: for those that are not folded yet.
    """
    # The journal first: a fold that happens now moves lines from there into the history, and a
    # line that is read twice is known by its number, while one that is missed is not.
    recent = _journal_lines(journal) if journal is not None else b""
    seen = 0
    for data in chain(_oldest_first(folder), (recent,)):
        for line in read_lines(data):
            content = json.loads(line.payload)
            if "o" in content and content["l"] > seen:
                seen = content["l"]
                yield Commit(seen, content.get("at", 0), content["o"], content.get("n", {}))


def _oldest_first(folder: Path) -> Iterator[bytes]:
    """The segments one by one, so that no more than one is held in memory."""
    done = 0
    # A fold that happens meanwhile puts a segment with a later number in the place of a small one,
    # and repeats its lines.
    while waiting := [file for file in _segments(folder) if int(file.stem) > done]:
        done = int(waiting[0].stem)
        yield _read(waiting[0])


def commits_back(folder: Path, journal: Path, holding: str = "") -> Iterator[Commit]:
    """Every commit that is still known, newest first, each once.

    One segment at a time is held in memory, and none behind the last commit that is asked for.

    Args:
        holding: a text without which a commit is passed over unread.
    """
    text = holding.encode("utf-8")
    lowest: int | None = None
    for data in _newest_first(folder, journal):
        for line in reversed(list(read_lines(data))):
            if not line.payload.startswith(b'{"l":'):
                continue
            sequence = sequence_of(line)
            if lowest is not None and sequence >= lowest:
                continue
            lowest = sequence
            if text in line.payload:
                content = json.loads(line.payload)
                yield Commit(sequence, content.get("at", 0), content["o"], content.get("n", {}))


def _newest_first(folder: Path, journal: Path) -> Iterator[bytes]:
    # A fold that happens meanwhile moves lines into a segment with a name of its own, which is
    # then read as well; what is read twice is known by its number.
    yield _journal_lines(journal)
    done: set[str] = set()
    while waiting := [file for file in _segments(folder) if file.name not in done]:
        done.add(waiting[-1].name)
        yield _read(waiting[-1])


def segments_up_to(folder: Path, lines: Sequence[Line], sequence: int) -> dict[str, bytes]:
    """The history up to a commit as segments of their own, by name; for a backup.

    Args:
        lines: those that still stand in the journal.
    """
    kept: dict[str, bytes] = {}
    newest = 0
    sources = [*_read_segments(folder), b"".join(encode_line(line.payload) for line in lines)]
    for data in sources:
        new = [line for line in read_lines(data) if newest < sequence_of(line) <= sequence]
        if new:
            newest = sequence_of(new[-1])
            content = b"".join(encode_line(line.payload) for line in new)
            kept[f"{newest:012}.gz"] = gzip.compress(content, 6, mtime=0)
    return kept


def _read_segments(folder: Path) -> list[bytes]:
    contents: list[bytes] = []
    for _ in range(_RETRIES):
        found = _segments(folder)
        contents = [_read(segment) for segment in found]
        # A fold puts a segment that repeats a small one in its place.
        if all(segment.exists() for segment in found):
            break
    return contents


def _journal_lines(path: Path) -> bytes:
    if not path.exists():
        return b""
    journal = Journal(path, writable=False)
    try:
        lines, _ = journal.read_new()
    finally:
        journal.close()
    return b"".join(encode_line(line.payload) for line in lines)
