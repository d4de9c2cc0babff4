"""Keeping all that can still be read of a damaged store, and moving the rest aside.

Nothing is guessed: a document is kept if it is whole and a record; what is left out stays in
files beside the store, under names that say so.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nq77tui.core.document import from_document
from nq77tui.core.problem import RefusedError
from nq77tui.store.atomic_file import write_synced
from nq77tui.store.journal import Line, read_lines
from nq77tui.store.storage import JournalStorage, StorePaths
from nq77tui.store.tables import Document, Tables

_TABLE = re.compile(r'"([A-Za-z_][A-Za-z0-9_]*)"\s*:\s*\{\s*(?="\d+"\s*:\s*\{)')
_ENTRY = re.compile(r'\s*,?\s*"(\d+)"\s*:\s*')


@dataclass
class RepairReport:
    """What a repair did.

    Attributes:
        kept: documents that are in the store now.
        commits: journal commits that could be read.
        set_aside: documents that were no records.
        files: names of the files that hold what was there before.
    """

    kept: int = 0
    commits: int = 0
    set_aside: int = 0
    files: list[str] = field(default_factory=list)


def repair_store(snapshot: Path) -> RepairReport:
    """Make a store sound again; the caller has it closed, and nobody else has it open."""
    paths = StorePaths.of(snapshot)
    report = RepairReport()
    content = paths.snapshot.read_bytes() if paths.snapshot.exists() else b""
    journal = paths.journal.read_bytes() if paths.journal.exists() else b""
    tables = Tables(_salvage_snapshot(content), {})
    for line in _salvage_lines(journal):
        report.commits += _replay(tables, line)
    sound, damaged = _sort_out(tables)
    _set_aside(paths, f"{paths.snapshot.name}.before-repair", content, report)
    _set_aside(paths, f"{paths.journal.name}.before-repair", journal, report)
    if damaged:
        text = json.dumps(damaged, ensure_ascii=False)
        _set_aside(paths, "set-aside.json", text.encode("utf-8", "replace"), report)
    report.set_aside = sum(len(table) for table in damaged.values())
    report.kept = sum(len(table) for name, table in sound.items() if not name.startswith("_"))
    _write(paths, sound)
    return report


def _set_aside(paths: StorePaths, name: str, data: bytes, report: RepairReport) -> None:
    if data:
        aside = paths.snapshot.with_name(f"{name}-{zlib.crc32(data):08x}")
        write_synced(aside, [data])
        report.files.append(aside.name)


def _write(paths: StorePaths, tables: dict[str, dict[str, Document]]) -> None:
    for path in (paths.next_journal, paths.journal):
        path.unlink(missing_ok=True)
    write_synced(paths.snapshot, [b""])
    with JournalStorage(paths.snapshot) as storage:
        storage.replace_all(tables)


def _salvage_snapshot(content: bytes) -> dict[str, dict[str, Document]]:
    try:
        tables = json.loads(content) if content.strip() else {}
    except (ValueError, RecursionError):
        return _salvage_text(content.decode("utf-8", "replace"))
    if not isinstance(tables, dict):
        return {}
    return {name: table for name, table in tables.items() if isinstance(table, dict)}


def _salvage_text(text: str) -> dict[str, dict[str, Document]]:
    """Every whole document of a JSON text that is damaged somewhere."""
    found: dict[str, dict[str, Document]] = {}
    starts = list(_TABLE.finditer(text))
    for position, start in enumerate(starts):
        end = starts[position + 1].start() if position + 1 < len(starts) else len(text)
        table = found.setdefault(start[1], {})
        table.update(_salvage_entries(text, start.end(), end))
    return found


def _salvage_entries(text: str, begin: int, end: int) -> Iterator[tuple[str, Document]]:
    decoder = json.JSONDecoder()
    entry = _ENTRY.search(text, begin, end)
    while entry:
        try:
            document, position = decoder.raw_decode(text, entry.end())
        except (ValueError, RecursionError):
            position = entry.end()
        else:
            if isinstance(document, dict) and "\ufffd" not in text[entry.end() : position]:
                yield entry[1], document
        entry = _ENTRY.search(text, position, end)


def _salvage_lines(data: bytes) -> Iterator[Line]:
    """Every valid line of a journal that is damaged somewhere."""
    offset = 0
    while offset < len(data):
        lines = list(read_lines(data, offset))
        yield from lines
        behind = lines[-1].end if lines else offset
        next_break = data.find(b"\n", behind)
        if next_break < 0:
            return
        offset = next_break + 1


def _replay(tables: Tables, line: Line) -> int:
    commit: Any = json.loads(line.payload)
    if "o" not in commit:
        return 0
    for operation in commit["o"]:
        if operation[0] == "d" and operation[2] not in tables.table(operation[1]):
            continue
        tables.apply(operation)
    return 1


def _sort_out(
    tables: Tables,
) -> tuple[dict[str, dict[str, Document]], dict[str, dict[str, Any]]]:
    sound: dict[str, dict[str, Document]] = {}
    damaged: dict[str, dict[str, Any]] = {}
    for name, table in tables.by_name.items():
        for key, document in table.items():
            try:
                if not name.startswith("_"):
                    from_document(name, int(key), document)
            except (RefusedError, ValueError, AttributeError):
                damaged.setdefault(name, {})[key] = document
            else:
                sound.setdefault(name, {})[key] = document
    return sound, damaged
