"""Keeping all that can still be read of a damaged store, and moving the rest aside.

Nothing is guessed: a document is kept if it is whole, a record, and outside every block of the
snapshot whose checksum does not hold. One inside such a block is kept only as a commit that is
whole wrote it. What is left out stays in files beside the store, under names that say so.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nq77tui.core.document import from_document
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.store.atomic_file import write_synced
from nq77tui.store.failures import named_failures
from nq77tui.store.file_lock import FileLock
from nq77tui.store.folding import finish_fold, write_whole
from nq77tui.store.history import commits, newest_kept
from nq77tui.store.journal import Line, salvage_lines, sequence_of
from nq77tui.store.paths import StorePaths
from nq77tui.store.snapshot import Header
from nq77tui.store.tables import Document, Tables

_TABLE = re.compile(r'"([A-Za-z_][A-Za-z0-9_]*)"\s*:\s*\{\s*(?="\d+"\s*:\s*\{)')
_ENTRY = re.compile(r'\s*,?\s*"(\d+)"\s*:\s*')
_HISTORY_BYTES = 1 << 40  # a repair throws no history away


@dataclass
class RepairReport:
    """What a repair did.

    Attributes:
        kept: documents that are in the store now.
        commits: journal commits that could be read.
        set_aside: documents that were no records, or may have been damaged.
        files: names of the files that hold what was there before.
    """

    kept: int = 0
    commits: int = 0
    set_aside: int = 0
    files: list[str] = field(default_factory=list)


Placed = tuple[str, str]
"""A table and the TinyDB id of a document in it."""


def repair_store(snapshot: Path) -> RepairReport:
    """Make a store sound again; nobody else has it open.

    Everything that was there is copied aside first, and the sound store takes its place in one
    step: a repair that is cut short can be run again.

    Raises:
        RefusedError: the folder cannot be written, or there is no room; nothing was lost.
    """
    paths = StorePaths.of(snapshot)
    try:
        lock = FileLock(paths.lock, like=paths.snapshot)
        try:
            with lock.held(), named_failures(paths.snapshot.name):
                return _repair(paths)
        finally:
            lock.close()
    except OSError as error:
        params = {"folder": str(paths.folder), "detail": error.strerror or str(error)}
        raise RefusedError(Problem("storage.cannot_open", params)) from error


def _repair(paths: StorePaths) -> RepairReport:
    report = RepairReport()
    content, journal = _content(paths.snapshot), _content(paths.journal)
    for path in (paths.snapshot, paths.journal, paths.next_journal):
        _set_aside(paths, f"{path.name}.before-repair", _content(path), report)
    with suppress(RefusedError):
        finish_fold(paths)
    lines = list(salvage_lines(journal))
    header = _header(lines, paths)
    lines = [line for line in lines if line.payload.startswith(b'{"l":')]
    report.commits = len(lines)
    found, doubtful = _salvage_snapshot(content, header.damaged_blocks(content) if header else [])
    tables = Tables(found, {})
    if header and newest_kept(paths.history) == header.sequence and _is_damaged(content, header):
        doubtful -= _put_from_history(paths, tables, doubtful)
    for line in lines:
        doubtful -= _replay(tables, line)
    sound, damaged = _sort_out(tables, doubtful)
    if damaged:
        text = json.dumps(damaged, ensure_ascii=False)
        _set_aside(paths, "set-aside.json", text.encode("utf-8", "replace"), report)
    report.set_aside = sum(len(table) for table in damaged.values())
    report.kept = sum(len(table) for name, table in sound.items() if not name.startswith("_"))
    sequence = max(
        newest_kept(paths.history),
        header.sequence if header else 0,
        *(sequence_of(line) for line in lines),
    )
    newest = json.loads(lines[-1].payload).get("at", 0) if lines else 0
    write_whole(paths, Tables(sound, {}), sequence, newest, _HISTORY_BYTES, lines)
    return report


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def _is_damaged(content: bytes, header: Header) -> bool:
    """Whether the medium did it, and not another program that removed something on purpose."""
    if header.damaged_blocks(content) or not content.strip():
        return not header.fits(content)
    try:
        json.loads(content)
    except (ValueError, RecursionError):
        return True
    return False


def _header(lines: Sequence[Line], paths: StorePaths) -> Header | None:
    if lines and lines[0].payload.startswith(b'{"j":'):
        return Header.read(lines[0], paths.journal.name)
    return None


def _set_aside(paths: StorePaths, name: str, data: bytes, report: RepairReport) -> None:
    if data:
        aside = paths.snapshot.with_name(f"{name}-{zlib.crc32(data):08x}")
        write_synced(aside, [data], like=paths.snapshot)
        report.files.append(aside.name)


def _salvage_snapshot(
    content: bytes, damaged: Sequence[range]
) -> tuple[dict[str, dict[str, Document]], set[Placed]]:
    """Every whole document, and which of them touch a damaged block."""
    if not damaged:
        try:
            tables = json.loads(content) if content.strip() else {}
        except (ValueError, RecursionError):
            pass
        else:
            sound = tables.items() if isinstance(tables, dict) else ()
            return {name: table for name, table in sound if isinstance(table, dict)}, set()
    return _salvage_text(content, damaged)


def _salvage_text(
    content: bytes, damaged: Sequence[range]
) -> tuple[dict[str, dict[str, Document]], set[Placed]]:
    # One character a byte, so that a place in the text is a place in the file.
    text = content.decode("latin-1")
    found: dict[str, dict[str, Document]] = {}
    doubtful: set[Placed] = set()
    starts = list(_TABLE.finditer(text))
    for position, start in enumerate(starts):
        end = starts[position + 1].start() if position + 1 < len(starts) else len(text)
        table = found.setdefault(start[1], {})
        for key, document, place in _salvage_entries(text, start.end(), end):
            table[key] = document
            if any(place.start < block.stop and block.start < place.stop for block in damaged):
                doubtful.add((start[1], key))
    return found, doubtful


def _salvage_entries(text: str, begin: int, end: int) -> Iterator[tuple[str, Document, range]]:
    decoder = json.JSONDecoder()
    entry = _ENTRY.search(text, begin, end)
    while entry:
        try:
            _, position = decoder.raw_decode(text, entry.end())
            document = json.loads(text[entry.end() : position].encode("latin-1"))
        except (ValueError, RecursionError):
            position = entry.end()
        else:
            if isinstance(document, dict):
                yield entry[1], document, range(entry.start(), position)
        entry = _ENTRY.search(text, position, end)


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


def _put_from_history(paths: StorePaths, tables: Tables, doubtful: set[Placed]) -> set[Placed]:
    """Put back what the last commits before the snapshot wrote, where the snapshot is damaged."""
    last: dict[Placed, Document | None] = {}
    for commit in commits(paths.history):
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
    return restored


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
