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
from pathlib import Path
from typing import Any

from nq77tui.store.atomic_file import sync_folder, write_synced
from nq77tui.store.journal import Journal, Line, encode_line, read_lines

SEGMENT_BYTES = 256 << 10
"""Compressed size up to which a segment is still added to."""


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


def keep_commits(folder: Path, lines: Sequence[Line], limit: int) -> None:
    """Add folded journal lines to the history, durably, before they leave the journal."""
    if not lines:
        return
    is_new = not folder.exists()
    folder.mkdir(exist_ok=True)
    if is_new:
        sync_folder(folder.parent)
    segments = _segments(folder)
    content = b"".join(encode_line(line.payload) for line in lines)
    last = segments[-1] if segments else None
    if last is not None and last.stat().st_size < SEGMENT_BYTES:
        content = _read(last) + content
    else:
        last = None
    sequence = json.loads(lines[-1].payload)["l"]
    path = folder / f"{sequence:012}.gz"
    # The same content gives the same bytes: no time stamp in the gzip header.
    write_synced(path, [gzip.compress(content, 6, mtime=0)], 0o640)
    sync_folder(folder)
    if last is not None and last != path:
        last.unlink()
    _trim(folder, limit)


def _segments(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.gz")) if folder.is_dir() else []


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
        segment.unlink()


def commits(folder: Path, journal: Path) -> Iterator[Commit]:
    """Every commit that is still known, oldest first, each once."""
    seen = 0
    for data in (*map(_read, _segments(folder)), _journal_lines(journal)):
        for line in read_lines(data):
            content = json.loads(line.payload)
            if "o" in content and content["l"] > seen:
                seen = content["l"]
                yield Commit(seen, content.get("at", 0), content["o"], content.get("n", {}))


def _journal_lines(path: Path) -> bytes:
    if not path.exists():
        return b""
    journal = Journal(path, writable=False)
    try:
        lines, _ = journal.read_new()
    finally:
        journal.close()
    return b"".join(encode_line(line.payload) for line in lines)
