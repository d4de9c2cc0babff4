"""A TinyDB storage that keeps a snapshot in TinyDB's own form and a journal beside it.

The snapshot is the stock file. The journal's header names the snapshot it continues by size and
checksum, so nothing has to be added inside the snapshot, and a snapshot that something else has
written is noticed. A commit is one line, one append, one fdatasync.

Several processes share a store: a write takes the lock, reads what the others have appended,
and appends; a read costs one stat call as long as nothing happens.
"""

from __future__ import annotations

import json
import os
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tinydb import Storage

from nq77tui.core.problem import Problem, RefusedError
from nq77tui.store.atomic_file import replace_synced, sync_folder, write_synced
from nq77tui.store.equality_index import EqualityIndexes
from nq77tui.store.file_lock import FileLock
from nq77tui.store.history import keep_commits
from nq77tui.store.journal import Journal, JournalDamagedError, Line, encode_line, read_lines
from nq77tui.store.tables import Document, Operation, Tables, Undo

JOURNAL_FORMAT = 1


@dataclass(frozen=True, slots=True)
class StorePaths:
    """The files of one store."""

    snapshot: Path
    journal: Path
    lock: Path
    history: Path

    @classmethod
    def of(cls, snapshot: Path) -> StorePaths:
        """``store.json`` has its folder to itself; any other name prefixes its companions."""
        snapshot = Path(os.path.realpath(snapshot))
        prefix = "" if snapshot.name == "store.json" else f"{snapshot.name}."
        folder = snapshot.parent
        names = (folder / f"{prefix}{name}" for name in ("journal", "lock", "history"))
        return cls(snapshot, *names)

    @property
    def next_journal(self) -> Path:
        """The journal that a compaction prepares."""
        return self.journal.with_name(self.journal.name + ".next")


def _dump(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


class JournalStorage(Storage):
    """TinyDB's storage contract, and commits that cost what they change."""

    def __init__(
        self,
        path: str | Path,
        *,
        read_only: bool = False,
        compact_at: int = 8 << 20,
        history_bytes: int = 64 << 20,
    ) -> None:
        self.paths = StorePaths.of(Path(path))
        self.read_only = read_only
        self.compact_at = compact_at
        self.history_bytes = history_bytes
        self.notices: list[Problem] = []
        """What opening or following the store had to tell people."""
        self._threads = threading.RLock()
        self._loads = 0
        self._depth = 0
        self._pending: list[bytes] = []
        self._note: bytes = b""
        self._undo: list[Undo] = []
        self._lock = FileLock(self.paths.lock, writable=not read_only)
        self._lock.acquire(shared=read_only)
        try:
            self._load()
        finally:
            self._lock.release()

    # -- opening -----------------------------------------------------------------------------

    def _load(self) -> None:
        self._finish_compaction()
        content = self.paths.snapshot.read_bytes() if self.paths.snapshot.exists() else b""
        header = self._read_header()
        tables = self._parse(content)
        if header is None:
            self._start_journal(content, 0, {})
            header = self._read_header()
        elif (header["s"], header["z"]) != (zlib.crc32(content), len(content)):
            self._take_in_foreign(content, tables)
            header = self._read_header()
        assert header is not None
        self.tables = Tables(tables, dict(header["h"]))
        self._indexes = EqualityIndexes(self.tables)
        self._loads += 1
        self.sequence: int = header["l"]
        self._open_journal()
        lines, rest = self._journal.read_new()
        for line in lines[1:]:
            self._replay(line)
        if rest and not self.read_only:
            self._cut(rest)

    def _take_in_foreign(self, content: bytes, found: dict[str, dict[str, Document]]) -> None:
        """Something else, stock TinyDB for example, has written the snapshot.

        Its file is kept aside as it was found. What the journal holds is carried out on top; a
        row that got the id of one that we inserted meanwhile moves to a new id.
        """
        aside = self.paths.snapshot.with_name(
            f"{self.paths.snapshot.name}.foreign-{zlib.crc32(content):08x}"
        )
        write_synced(aside, [content])
        tables = Tables(found, {})
        journal = Journal(self.paths.journal, writable=False)
        lines, _ = journal.read_new()
        journal.close()
        moved = 0
        for line in lines[1:]:
            for operation in json.loads(line.payload)["o"]:
                moved += _apply_over_foreign(tables, operation)
        sequence = json.loads(lines[-1].payload)["l"]
        self._write_whole(tables, sequence)
        params = {"file": aside.name, "moved": moved}
        self.notices.append(Problem("storage.foreign_snapshot", params, "warning"))

    def _write_whole(self, tables: Tables, sequence: int) -> None:
        content = _dump(tables.by_name)
        new_snapshot = self.paths.snapshot.with_name(self.paths.snapshot.name + ".new")
        write_synced(new_snapshot, [content])
        header = self._header(content, sequence, {n: tables.next_id(n) for n in tables.by_name})
        write_synced(self.paths.next_journal, [encode_line(_dump(header))])
        sync_folder(self.paths.snapshot.parent)
        replace_synced(new_snapshot, self.paths.snapshot)
        replace_synced(self.paths.next_journal, self.paths.journal)

    @staticmethod
    def _header(content: bytes, sequence: int, next_ids: dict[str, int]) -> dict[str, Any]:
        return {
            "j": JOURNAL_FORMAT,
            "l": sequence,
            "s": zlib.crc32(content),
            "z": len(content),
            "h": next_ids,
        }

    def _parse(self, content: bytes) -> dict[str, dict[str, Document]]:
        if not content.strip():
            return {}
        try:
            tables = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise RefusedError(
                Problem(
                    "storage.not_json",
                    {"file": self.paths.snapshot.name, "detail": str(error)[:80]},
                )
            ) from error
        if not isinstance(tables, dict) or not all(isinstance(t, dict) for t in tables.values()):
            raise RefusedError(Problem("storage.not_a_store", {"file": self.paths.snapshot.name}))
        return tables

    def _read_header(self) -> dict[str, Any] | None:
        return self._header_of(self.paths.journal)

    def _header_of(self, path: Path) -> dict[str, Any] | None:
        if not path.exists():
            return None
        journal = Journal(path, writable=False)
        try:
            lines, _ = journal.read_new()
        finally:
            journal.close()
        if not lines:
            raise JournalDamagedError(Problem("journal.damaged", {"file": path.name, "byte": 0}))
        header: dict[str, Any] = json.loads(lines[0].payload)
        if header.get("j") != JOURNAL_FORMAT:
            raise RefusedError(Problem("storage.newer_journal", {"file": path.name}))
        return header

    def _start_journal(self, content: bytes, sequence: int, next_ids: dict[str, int]) -> None:
        header = self._header(content, sequence, next_ids)
        write_synced(self.paths.next_journal, [encode_line(_dump(header))])
        if not self.paths.snapshot.exists():
            write_synced(self.paths.snapshot, [])
            sync_folder(self.paths.snapshot.parent)
        replace_synced(self.paths.next_journal, self.paths.journal)

    def _open_journal(self) -> None:
        self._journal = Journal(self.paths.journal, writable=not self.read_only)
        self._inode = self._journal.inode

    def _finish_compaction(self) -> None:
        """Complete or forget a compaction that was killed between two of its steps."""
        prepared = self.paths.next_journal
        if self.read_only or not prepared.exists():
            return
        try:
            header = self._header_of(prepared)
        except RefusedError:
            header = None
        content = self.paths.snapshot.read_bytes() if self.paths.snapshot.exists() else b""
        if header and (header["s"], header["z"]) == (zlib.crc32(content), len(content)):
            replace_synced(prepared, self.paths.journal)
        else:
            prepared.unlink()

    def _replay(self, line: Line) -> None:
        commit = json.loads(line.payload)
        if commit["l"] != self.sequence + 1:
            raise JournalDamagedError(
                Problem("journal.damaged", {"file": self.paths.journal.name, "byte": line.start})
            )
        for operation in commit["o"]:
            self.tables.apply(operation)
        self.sequence = commit["l"]

    def _cut(self, rest: bytes) -> None:
        aside = self._journal.cut_torn_tail(rest)
        self.notices.append(
            Problem("storage.torn_tail", {"file": aside.name, "bytes": len(rest)}, "warning")
        )

    # -- following other processes -------------------------------------------------------------

    def refresh(self) -> bool:
        """Take in what other processes have committed; one stat call if that is nothing.

        Returns:
            Whether anything changed.
        """
        with self._threads:
            if self._depth:
                return False
            found = self.paths.journal.stat()
            if found.st_ino == self._inode and found.st_size == self._journal.end:
                return False
            return self._follow()

    def _follow(self) -> bool:
        before = self.sequence
        lines, _ = self._journal.read_new()
        for line in lines:
            self._replay(line)
        found = self.paths.journal.stat()
        if found.st_ino != self._inode:
            self._change_journal()
        return self.sequence != before

    def _change_journal(self) -> None:
        # A compaction has put a new journal in place. The old one, still open here, was complete
        # when that happened: what it still holds comes first, what the new one repeats is known.
        for line in self._journal.read_new()[0]:
            self._replay(line)
        self._journal.close()
        self._open_journal()
        lines, _ = self._journal.read_new()
        header = json.loads(lines[0].payload)
        if header["l"] > self.sequence:
            self._journal.close()
            self._load()
            return
        for line in lines[1:]:
            if json.loads(line.payload)["l"] > self.sequence:
                self._replay(line)

    def generation(self, table: str) -> tuple[int, int]:
        """Differs whenever the table may have changed."""
        return self._loads, self.tables.generations.get(table, 0)

    def find_equal(self, table: str, cond: object) -> list[str] | None:
        """Ids of the documents that an equality query matches; None where a scan is needed."""
        return self._indexes.find(table, cond)

    def keys_where(self, table: str, field: str, value: str) -> list[str]:
        """Ids of the documents whose field equals a value, from an index."""
        return self._indexes.keys(table, field, value)

    # -- committing ----------------------------------------------------------------------------

    @contextmanager
    def transaction(self, note: dict[str, Any] | None = None) -> Iterator[None]:
        """All that is done inside is one commit: there whole, or not at all.

        Args:
            note: kept with the commit, for the history.
        """
        with self._threads:
            if self._depth:
                self._depth += 1
                try:
                    yield
                finally:
                    self._depth -= 1
                return
            if self.read_only:
                raise RefusedError(Problem("storage.read_only", {"file": self.paths.snapshot.name}))
            self._lock.acquire()
            try:
                self._catch_up()
                self._depth = 1
                self._note = b',"n":' + _dump(note) if note else b""
                try:
                    yield
                    if self._pending:
                        self._append()
                except BaseException:
                    for undo in reversed(self._undo):
                        undo()
                    raise
                finally:
                    self._depth = 0
                    self._pending.clear()
                    self._undo.clear()
            finally:
                self._lock.release()
            if self._journal.end > self.compact_at:
                self.compact()

    def _catch_up(self) -> None:
        if self.paths.next_journal.exists():
            self._finish_compaction()
        self._follow()
        _, rest = self._journal.read_new()
        if rest:
            self._cut(rest)

    def _append(self) -> None:
        payload = b'{"l":%d,"at":%d%s,"o":[%s]}' % (
            self.sequence + 1,
            int(time.time()),
            self._note,
            b",".join(self._pending),
        )
        self._journal.append(payload)
        self.sequence += 1

    def do(self, operation: Operation) -> None:
        """Carry out one operation inside a transaction.

        The operation is written as JSON first, and what is applied is read back from that, so
        that memory holds exactly what the disk will, and shares nothing with the caller.
        """
        text = _dump(operation)
        self._undo.append(self.tables.apply(json.loads(text)))
        self._pending.append(text)

    # -- TinyDB's contract ---------------------------------------------------------------------

    def read(self) -> dict[str, dict[str, Document]] | None:
        """The map of tables; the tables in it are live and must not be changed."""
        self.refresh()
        return dict(self.tables.by_name) or None

    def write(self, data: dict[str, dict[str, Document]]) -> None:
        """Make the store equal to ``data``, as one commit of what differs."""
        with self.transaction():
            for name in list(self.tables.by_name):
                if name not in data:
                    self.do(["x", name])
            for name, table in data.items():
                self._write_table(name, table)

    def _write_table(self, name: str, table: dict[str, Document]) -> None:
        mine = self.tables.by_name.get(name)
        if mine is table:
            return
        if mine is None:
            self.do(["t", name])
        for key in [key for key in self.tables.table(name) if key not in table]:
            self.do(["d", name, key])
        for key, document in table.items():
            old = self.tables.table(name).get(key)
            if old is None:
                self.do(["i", name, key, document])
            elif old != document:
                self.do(["u", name, key, document])

    def replace_all(self, data: dict[str, dict[str, Document]]) -> None:
        """Make the store equal to ``data`` by writing a new snapshot, not a journal line.

        For a store that nobody else has open yet.
        """
        with self._threads:
            self._lock.acquire()
            try:
                self._write_whole(Tables(data, {}), self.sequence + 1)
                self._journal.close()
                self._load()
            finally:
                self._lock.release()

    # -- folding -------------------------------------------------------------------------------

    def compact(self) -> None:
        """Fold the journal into the snapshot; others wait only while the names are exchanged."""
        with self._threads:
            self.refresh()
            folded = self.sequence
            content = _dump(self.tables.by_name)
            next_ids = {name: self.tables.next_id(name) for name in self.tables.by_name}
            header = self._header(content, folded, next_ids)
            new_snapshot = self.paths.snapshot.with_name(
                f"{self.paths.snapshot.name}.{os.getpid()}.new"
            )
            write_synced(new_snapshot, [content])
            try:
                self._lock.acquire()
                try:
                    self._exchange(header, folded, new_snapshot)
                finally:
                    self._lock.release()
            finally:
                new_snapshot.unlink(missing_ok=True)

    def _exchange(self, header: dict[str, Any], folded: int, new_snapshot: Path) -> None:
        old = self._header_of(self.paths.journal)
        self._catch_up()
        if old is None or old["l"] > folded:
            return  # a colleague has folded meanwhile
        data = self.paths.journal.read_bytes()
        lines = _lines(data)
        later = [line for line in lines if json.loads(line.payload).get("l", 0) > folded]
        keep_commits(self.paths.history, lines[: len(lines) - len(later)], self.history_bytes)
        parts = [encode_line(_dump(header)), *(encode_line(line.payload) for line in later)]
        write_synced(self.paths.next_journal, parts)
        sync_folder(self.paths.snapshot.parent)
        replace_synced(new_snapshot, self.paths.snapshot)
        replace_synced(self.paths.next_journal, self.paths.journal)
        self._change_journal()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Fold what is in the journal, so that stock TinyDB reads everything, and let go."""
        with self._threads:
            has_commits = self.sequence != (self._read_header() or {"l": self.sequence})["l"]
            if not self.read_only and has_commits:
                self.compact()
            self._journal.close()
            self._lock.close()


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


def _lines(data: bytes) -> list[Line]:
    return list(read_lines(data))[1:]
