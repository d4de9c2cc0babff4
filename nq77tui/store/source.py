"""Reading what another machine brought: its store, an export, a stick full of both.

Nothing is written, not even a lock file: the stick may be read-only, and the other store may be
open. Everything is read as untrusted data.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nq77tui.core.problem import Problem, RefusedError
from nq77tui.store.journal import Journal
from nq77tui.store.settings import load_settings
from nq77tui.store.storage import StorePaths
from nq77tui.store.tables import Tables
from nq77tui.store.writer import REPLICA_TABLE, is_replica_row

STORE_NAME = "store.json"
MAX_BYTES = 1 << 30
"""A file larger than this is no district's store; reading it could exhaust the memory."""


@dataclass(frozen=True)
class Source:
    """What one file or store holds.

    Attributes:
        path: where it was read.
        tables: documents by record type and TinyDB id; not yet proved to be records.
        heard: what a whole store includes of each replica; empty for a part of one.
        chains: the hash chain of each replica that wrote there.
        notices: what people have to be told about it.
    """

    path: Path
    tables: Mapping[str, Mapping[str, Any]]
    heard: Mapping[str, int] = field(default_factory=dict)
    chains: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[Problem, ...] = ()

    def __iter__(self) -> Iterator[tuple[str, str, Any]]:
        """Every document with its type and its TinyDB id."""
        for record_type, table in self.tables.items():
            for key, document in table.items():
                yield record_type, key, document

    def __len__(self) -> int:
        return sum(len(table) for table in self.tables.values())


def find_sources(path: Path) -> list[Path]:
    """The stores and files below a path: the path itself, or what stands in the folder.

    Raises:
        RefusedError: nothing there.
    """
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise RefusedError(Problem("merge.no_such_path", {"file": str(path)}))
    if (path / STORE_NAME).exists():
        return [path / STORE_NAME]
    found = [folder / STORE_NAME for folder in sorted(path.iterdir()) if folder.is_dir()]
    stores = [file for file in found if file.exists()]
    files = sorted(file for file in path.glob("*.json") if file.is_file())
    if not stores and not files:
        raise RefusedError(Problem("merge.nothing_there", {"file": str(path)}))
    return stores + files


def read_source(path: Path, programme_id: str) -> Source:
    """Read one store or export.

    Raises:
        RefusedError: it cannot be read, is no store, or belongs to another programme.
    """
    if path.name == STORE_NAME:
        settings = load_settings(path.parent)
        if settings is not None and settings.programme != programme_id:
            params = {"folder": str(path.parent), "found": settings.programme}
            raise RefusedError(
                Problem("storage.other_programme", {**params, "wanted": programme_id})
            )
    content = _content(path)
    tables = _parse(path, content)
    notices: tuple[Problem, ...] = ()
    if path.name == STORE_NAME:
        tables, belongs = _with_journal(path, content, tables)
        if not belongs:
            notices = (Problem("merge.journal_apart", {"file": str(path)}, "warning"),)
    replicas = [row for row in tables.pop(REPLICA_TABLE, {}).values() if isinstance(row, dict)]
    sound = [row for row in replicas if is_replica_row(row)]
    return Source(
        path,
        tables,
        {row["id"]: row["counter"] for row in sound},
        {row["id"]: row["chain"] for row in sound if isinstance(row.get("chain"), str)},
        notices,
    )


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise RefusedError(Problem("merge.too_large", {"file": str(path)}))
        return path.read_bytes()
    except OSError as error:
        params = {"file": str(path), "detail": error.strerror or str(error)}
        raise RefusedError(Problem("merge.unreadable", params)) from error


def _parse(path: Path, content: bytes) -> dict[str, dict[str, Any]]:
    # A new store has an empty snapshot and a journal; any other empty file was torn off.
    is_new = not content and path.name == STORE_NAME and StorePaths.of(path).journal.exists()
    try:
        tables = {} if is_new else json.loads(content, object_pairs_hook=_without_twins)
    except (ValueError, RecursionError) as error:
        params = {"file": str(path), "detail": str(error)[:80]}
        raise RefusedError(Problem("merge.not_json", params)) from error
    if not isinstance(tables, dict) or not all(isinstance(t, dict) for t in tables.values()):
        raise RefusedError(Problem("merge.no_store", {"file": str(path)}))
    return tables


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object as a dict; one that names a key twice would lose the first without a word."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("key twice")
    return found


def _with_journal(
    path: Path, content: bytes, tables: dict[str, dict[str, Any]]
) -> tuple[dict[str, dict[str, Any]], bool]:
    """Add what stands in the journal: the other program may not have been ended cleanly.

    Returns:
        The tables, and whether snapshot and journal belong together. Where they do not, they were
        copied one by one while the store was in use, and commits between the two may be missing.
    """
    journal_path = StorePaths.of(path).journal
    if not journal_path.exists():
        return tables, True
    journal = Journal(journal_path, writable=False)
    try:
        lines, _ = journal.read_new()
    finally:
        journal.close()
    replayed = Tables(tables, {})
    belongs = False
    try:
        header = json.loads(lines[0].payload) if lines else {}
        belongs = (header.get("s"), header.get("z")) == (zlib.crc32(content), len(content))
        for line in lines[1:]:
            for operation in json.loads(line.payload)["o"]:
                # A journal copied beside an older or newer snapshot repeats or misses steps.
                if operation[0] != "d" or operation[2] in replayed.table(operation[1]):
                    replayed.apply(operation)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        params = {"file": str(journal_path), "detail": str(error)[:80]}
        raise RefusedError(Problem("merge.not_json", params)) from error
    return replayed.by_name, belongs
