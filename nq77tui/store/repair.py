"""Keeping all that can still be read of a damaged store, and moving the rest aside.

Nothing is guessed: a document is kept if it is whole, a record, and outside every block of the
snapshot whose checksum does not hold. One inside such a block is kept only as a commit that is
whole wrote it. What is left out stays in files beside the store, under names that say so.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from nq77tui.core.document import from_document
from nq77tui.core.problem import Problem, RefusedError, cause_of
from nq77tui.store.atomic_file import write_synced
from nq77tui.store.failures import named_failures
from nq77tui.store.file_lock import FileLock
from nq77tui.store.folding import finish_fold, write_whole
from nq77tui.store.history import commits, newest_kept
from nq77tui.store.journal import Line, salvage_lines, sequence_of
from nq77tui.store.paths import StorePaths
from nq77tui.store.replica_table import REPLICA_TABLE
from nq77tui.store.salvage import Placed, salvage_snapshot
from nq77tui.store.snapshot import Header
from nq77tui.store.tables import Document, Tables

_HISTORY_BYTES = 1 << 40  # a repair throws no history away


@dataclass
class RepairReport:
    """What a repair did.

    Attributes:
        kept: documents that are in the store now.
        commits: journal commits that could be read.
        set_aside: documents that were no records, or may have been damaged.
        files: names of the files that hold what was there before.
        missing: commits, the first and the last of each run, of which nothing was left to read
            (without a journal nobody knows which was the last: then that is 0);
            what they wrote is there as far as the snapshot or a later commit holds it.
    """

    kept: int = 0
    commits: int = 0
    set_aside: int = 0
    files: list[str] = field(default_factory=list)
    missing: list[tuple[int, int]] = field(default_factory=list)


def repair_store(snapshot: Path) -> RepairReport:
    """Make a store sound again; nobody else has it open.

    Everything that was there is copied aside first, and the sound store takes its place in one
    step: a repair that is cut short can be run again.

    Raises:
        RefusedError: there is nothing of a store, the folder cannot be written, or there is no
            room; nothing was lost.
    """
    paths = StorePaths.of(snapshot)
    if not paths.has_remains:
        raise RefusedError(Problem("storage.no_store", {"folder": str(paths.folder)}))
    try:
        lock = FileLock(paths.lock, like=paths.snapshot)
        try:
            with lock.held(), named_failures(paths.snapshot.name):
                return _repair(paths)
        finally:
            lock.close()
    except OSError as error:
        params = {"folder": str(paths.folder), "detail": cause_of(error)}
        raise RefusedError(Problem("storage.cannot_open", params)) from error


def _repair(paths: StorePaths) -> RepairReport:
    report = RepairReport()
    content = _content(paths.snapshot)
    journal = _content(paths.journal) or _content(paths.next_journal)
    for path in (paths.snapshot, paths.journal, paths.next_journal):
        _set_aside(paths, f"{path.name}.before-repair", _content(path), report)
    lines = list(salvage_lines(journal))
    header = _header(lines, paths)
    lines = [line for line in lines if line.payload.startswith(b'{"l":')]
    report.commits = len(lines)
    if _is_damaged(content, header):
        content = _twin(paths, header) or content
    with suppress(RefusedError):
        finish_fold(paths)
    found, doubtful = salvage_snapshot(content, header.damaged_blocks(content) if header else [])
    tables = Tables(found, {})
    included = header.sequence if header else newest_kept(paths.history)
    known = {sequence_of(line) for line in lines}
    if not _is_damaged(content, header):
        known.update(range(1, included + 1))
    elif not found or newest_kept(paths.history) == included:
        restored, commits_kept = _put_from_history(paths, tables, doubtful)
        doubtful -= restored
        known |= commits_kept
    for line in lines:
        doubtful -= _replay(tables, line)
    sound, damaged = _sort_out(tables, doubtful)
    if damaged:
        text = json.dumps(damaged, ensure_ascii=False)
        _set_aside(paths, "set-aside.json", text.encode("utf-8", "replace"), report)
    report.set_aside = sum(len(table) for table in damaged.values())
    report.kept = sum(len(table) for name, table in sound.items() if not name.startswith("_"))
    report.missing = _gaps(known, max(included, *known, 0))
    if header is None and included:
        report.missing.append((included + 1, 0))
    if report.missing or damaged:
        # What is not here any more must not be claimed: others send it again.
        sound.pop(REPLICA_TABLE, None)
    newest = json.loads(lines[-1].payload).get("at", 0) if lines else 0
    sequence = max(newest_kept(paths.history), included, *known, 0)
    write_whole(paths, Tables(sound, {}), sequence, newest, _HISTORY_BYTES, lines)
    return report


def _gaps(known: set[int], last: int) -> list[tuple[int, int]]:
    """The runs of commits, first and last, that nothing is left of."""
    marks = [0, *sorted(known), last + 1]
    return [(low + 1, high - 1) for low, high in pairwise(marks) if high > low + 1]


def _twin(paths: StorePaths, header: Header | None) -> bytes:
    """A copy of the snapshot that the journal continues, under any name beside it."""
    if header is None or not header.size:
        return b""
    for file in sorted(paths.folder.glob(f"{paths.snapshot.name}*")):
        with suppress(OSError):
            if file != paths.snapshot and file.stat().st_size == header.size:
                content = file.read_bytes()
                if header.fits(content):
                    return content
    return b""


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def _is_damaged(content: bytes, header: Header | None) -> bool:
    """Whether the medium did it, and not another program that removed something on purpose."""
    if not content.strip() or (header and header.damaged_blocks(content)):
        return header is None or not header.fits(content)
    try:
        return not isinstance(json.loads(content), dict)
    except (ValueError, RecursionError):
        return True


def _header(lines: Sequence[Line], paths: StorePaths) -> Header | None:
    if lines and lines[0].payload.startswith(b'{"j":'):
        return Header.read(lines[0], paths.journal.name)
    return None


def _set_aside(paths: StorePaths, name: str, data: bytes, report: RepairReport) -> None:
    if data:
        aside = paths.snapshot.with_name(f"{name}-{zlib.crc32(data):08x}")
        write_synced(aside, [data], like=paths.snapshot)
        report.files.append(aside.name)


def _replay(tables: Tables, line: Line) -> set[Placed]:
    """Carry out a commit; which documents it wrote or removed."""
    written: set[Placed] = set()
    commit: Any = json.loads(line.payload)
    for operation in commit["o"]:
        if operation[0] == "d" and operation[2] not in tables.table(operation[1]):
            continue
        tables.apply(operation)
        if len(operation) > 2:
            written.add((operation[1], operation[2]))
    return written


def _put_from_history(
    paths: StorePaths, tables: Tables, doubtful: set[Placed]
) -> tuple[set[Placed], set[int]]:
    """Put back what the commits before the snapshot wrote last, where the snapshot is damaged.

    Returns:
        The documents that were put back, and the commits that the history holds.
    """
    last: dict[Placed, Document | None] = {}
    read: set[int] = set()
    for commit in commits(paths.history):
        read.add(commit.sequence)
        for kind, name, *rest in commit.operations:
            if kind in ("t", "x"):
                last.update({place: None for place in last if place[0] == name})
            else:
                last[name, rest[0]] = rest[1] if kind in ("i", "u") else None
    restored: set[Placed] = set()
    for (name, key), document in last.items():
        is_there = key in tables.table(name) and (name, key) not in doubtful
        if document is not None and not is_there:
            tables.apply(["u", name, key, document])
            restored.add((name, key))
    return restored, read


def _sort_out(
    tables: Tables, doubtful: set[Placed]
) -> tuple[dict[str, dict[str, Document]], dict[str, dict[str, Any]]]:
    sound: dict[str, dict[str, Document]] = {}
    damaged: dict[str, dict[str, Any]] = {}
    for name, table in tables.by_name.items():
        for key, document in table.items():
            is_sound = (name, key) not in doubtful and _is_record(name, key, document)
            (sound if is_sound else damaged).setdefault(name, {})[key] = document
    return sound, damaged


def _is_record(name: str, key: str, document: Document) -> bool:
    if name.startswith("_"):
        return True
    try:
        from_document(name, int(key), document)
    except (RefusedError, ValueError, AttributeError):
        return False
    return True
