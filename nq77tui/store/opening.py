"""Reading a store from disk: what a crash or another program left is put right or refused."""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nq77tui.core.problem import Problem, RefusedError
from nq77tui.store.atomic_file import (
    remove_abandoned,
    sync_folder,
    temporary_beside,
    write_empty,
    write_synced,
)
from nq77tui.store.folding import finish_fold, header_of, write_whole
from nq77tui.store.history import newest_kept
from nq77tui.store.journal import Journal, JournalDamagedError, Line, is_torn_tail, sequence_of
from nq77tui.store.medium import lay_ballast
from nq77tui.store.paths import StorePaths
from nq77tui.store.snapshot import Header, parse_snapshot
from nq77tui.store.tables import Document, Operation, Tables

_READ_ATTEMPTS = 40
_READ_PAUSE = 0.05


@dataclass
class Opened:
    """A store as it stands on the disk.

    Attributes:
        tables: the snapshot's.
        header: names the snapshot; made up where there is no journal to be read.
        lines: the commits behind it, still to be carried out.
        rest: a last write that never finished.
        journal: open, and read up to the rest; None where a reader finds none.
        notices: what people are to be told.
    """

    tables: Mapping[str, dict[str, Document]]
    header: Header
    lines: list[Line] = field(default_factory=list)
    rest: bytes = b""
    journal: Journal | None = None
    notices: list[Problem] = field(default_factory=list)


def open_for_writing(paths: StorePaths, history_bytes: int) -> Opened:
    """Read a store and put it right where that is needed; the caller holds the lock.

    Raises:
        RefusedError: it is no store, a newer one, or damaged; nothing was changed.
    """
    _clean_up(paths)
    notices: list[Problem] = []
    opened = _read_for_writing(paths, history_bytes, notices)
    while opened is None:  # something had to be put right first
        opened = _read_for_writing(paths, history_bytes, notices)
    opened.notices = notices
    # The names of a new store; or those that another process exchanged just before it was killed.
    sync_folder(paths.folder)
    lay_ballast(paths)
    return opened


def _clean_up(paths: StorePaths) -> None:
    remove_abandoned(paths.folder, "" if paths.has_own_folder else paths.snapshot.name)
    remove_abandoned(paths.history)
    finish_fold(paths)


def _read_for_writing(
    paths: StorePaths, history_bytes: int, notices: list[Problem]
) -> Opened | None:
    content = _content(paths)
    if not paths.journal.exists():
        _start_journal(paths, content)
        return None
    opened = _read_journal(paths.journal, writable=True)
    try:
        if not opened.header.fits(content):
            notices.append(_take_in_foreign(paths, content, opened, history_bytes))
        elif newest_kept(paths.history) > _last_sequence(opened):
            # An older store was put beside a newer history: its commits count on from there.
            _renumber(paths, content, opened, history_bytes)
        else:
            opened.tables = opened.header.tables(content, paths.snapshot.name)
            if not paths.snapshot.exists():
                write_empty(paths.snapshot)
            return opened
    except BaseException:
        _close(opened)
        raise
    _close(opened)
    return None


def _content(paths: StorePaths) -> bytes:
    return paths.snapshot.read_bytes() if paths.snapshot.exists() else b""


def _close(opened: Opened) -> None:
    if opened.journal is not None:
        opened.journal.close()


def _read_journal(path: Path, *, writable: bool) -> Opened:
    journal = Journal(path, writable=writable)
    try:
        lines, rest = journal.read_new()
        if not lines:
            raise JournalDamagedError(Problem("journal.damaged", {"file": path.name, "byte": 0}))
        return Opened({}, Header.read(lines[0], path.name), lines[1:], rest, journal)
    except BaseException:
        journal.close()
        raise


def _last_sequence(opened: Opened) -> int:
    return sequence_of(opened.lines[-1]) if opened.lines else opened.header.sequence


def _start_journal(paths: StorePaths, content: bytes) -> None:
    parse_snapshot(content, paths.snapshot.name)
    header = Header.naming(content, newest_kept(paths.history), {}, 0)
    temporary = temporary_beside(paths.journal)
    write_synced(temporary, [header.line()], like=paths.snapshot)
    temporary.replace(paths.journal)


def _renumber(paths: StorePaths, content: bytes, opened: Opened, history_bytes: int) -> None:
    _refuse_damaged_tail(opened)
    tables = _replayed(parse_snapshot(content, paths.snapshot.name), opened)
    write_whole(paths, tables, newest_kept(paths.history), opened.header.newest, history_bytes)


def _replayed(found: Mapping[str, dict[str, Document]], opened: Opened) -> Tables:
    tables = Tables(found, dict(opened.header.next_ids))
    for line in opened.lines:
        for operation in json.loads(line.payload)["o"]:
            tables.apply(operation)
    return tables


def _refuse_damaged_tail(opened: Opened) -> None:
    journal = opened.journal
    if journal is not None and opened.rest and not is_torn_tail(opened.rest, 0):
        raise JournalDamagedError(
            Problem("journal.damaged", {"file": journal.path.name, "byte": journal.end})
        )


# -- a snapshot that something else has written ------------------------------------------------


def _take_in_foreign(
    paths: StorePaths, content: bytes, opened: Opened, history_bytes: int
) -> Problem:
    """Something else, stock TinyDB for example, has written the snapshot.

    Its file is kept aside as it was found. What the journal holds is carried out on top; a row
    that got the id of one that we inserted meanwhile moves to a new id.
    """
    opened.header.refuse_damage(content, paths.snapshot)
    _refuse_damaged_tail(opened)
    tables, moved = _over_foreign(parse_snapshot(content, paths.snapshot.name), opened.lines)
    aside = paths.snapshot.with_name(f"{paths.snapshot.name}.foreign-{zlib.crc32(content):08x}")
    write_synced(aside, [content], like=paths.snapshot)
    sequence = max(_last_sequence(opened), newest_kept(paths.history))
    write_whole(paths, tables, sequence, opened.header.newest, history_bytes, opened.lines)
    params = {"file": aside.name, "moved": moved}
    return Problem("storage.foreign_snapshot", params, "warning")


def is_foreign(paths: StorePaths, header: Header) -> bool:
    """Whether something else has written the snapshot since; one that is damaged is not meant.

    Args:
        header: of the journal that goes with the snapshot.
    """
    content = _content(paths)
    if not content or header.fits(content):
        return False
    try:
        header.refuse_damage(content, paths.snapshot)
        parse_snapshot(content, paths.snapshot.name)
    except RefusedError:
        return False  # then what is in memory is better
    return True


def _over_foreign(found: dict[str, dict[str, Document]], lines: list[Line]) -> tuple[Tables, int]:
    tables = Tables(found, {})
    moved = 0
    for line in lines:
        for operation in json.loads(line.payload)["o"]:
            moved += _apply_over_foreign(tables, operation)
    return tables, moved


def _apply_over_foreign(tables: Tables, operation: Operation) -> int:
    kind, name = operation[0], operation[1]
    if kind == "d" and operation[2] not in tables.table(name):
        return 0
    moved = 0
    if kind == "i" and tables.table(name).get(operation[2], operation[3]) != operation[3]:
        stranger = tables.table(name)[operation[2]]
        new_id = max(tables.next_id(name), int(operation[2]) + 1)
        tables.apply(["i", name, str(new_id), stranger])
        moved = 1
    tables.apply(operation)
    return moved


# -- readers -----------------------------------------------------------------------------------


def open_for_reading(paths: StorePaths, *, is_locked: bool) -> Opened:
    """Read a store and write nothing, whatever is found.

    Without a lock the snapshot and the journal may be exchanged between reading the one and the
    other: then both are read again.

    Raises:
        RefusedError: it is no store, a newer one, or damaged.
    """
    if not paths.snapshot.exists():
        raise RefusedError(Problem("storage.no_store", {"folder": str(paths.folder)}))
    for _ in range(1 if is_locked else _READ_ATTEMPTS):
        opened = _read_once(paths)
        if opened is not None:
            return opened
        time.sleep(_READ_PAUSE)
    return _read_over_foreign(paths)


def _read_once(paths: StorePaths) -> Opened | None:
    content = paths.snapshot.read_bytes()
    path = paths.journal
    try:
        prepared = header_of(paths.next_journal)
    except FileNotFoundError:
        prepared = None
    if prepared is not None and prepared.fits(content):
        path = paths.next_journal  # a fold was killed before its last step
    try:
        opened = _read_journal(path, writable=False)
    except FileNotFoundError:
        return Opened(
            parse_snapshot(content, paths.snapshot.name), Header.naming(content, 0, {}, 0)
        )
    if not opened.header.fits(content):
        _close(opened)
        return None
    opened.tables = opened.header.tables(content, paths.snapshot.name)
    return opened


def _read_over_foreign(paths: StorePaths) -> Opened:
    content = paths.snapshot.read_bytes()
    opened = _read_journal(paths.journal, writable=False)
    try:
        opened.header.refuse_damage(content, paths.snapshot)
        _refuse_damaged_tail(opened)
        found = parse_snapshot(content, paths.snapshot.name)
    except BaseException:
        _close(opened)
        raise
    tables, _ = _over_foreign(found, opened.lines)
    known: dict[str, Any] = {name: tables.next_id(name) for name in tables.by_name}
    opened.header = Header.naming(content, _last_sequence(opened), known, opened.header.newest)
    opened.tables, opened.lines = tables.by_name, []
    return opened
