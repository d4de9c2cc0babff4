"""Folding the journal into the snapshot, so that a power cut at any moment loses nothing.

What takes long is prepared beside the store while others go on committing: the new snapshot,
and the history segment that keeps the folded commits. Under the lock only names are exchanged:

1. the history segment gets its name;
2. a new journal is written, which names the new snapshot and repeats what was committed since;
3. the snapshot is replaced;
4. the journal is replaced.

Up to step 3 the old snapshot and the old journal are the store, and the new journal is nothing.
Between 3 and 4 the new journal fits the snapshot: whoever comes next carries out step 4, be it
that the process was killed or that the power went before that step was on the disk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nq77tui.store.atomic_file import (
    replace_synced,
    sync_folder,
    temporary_beside,
    write_synced,
)
from nq77tui.store.failures import named_failures
from nq77tui.store.history import Segment, prepare_segment
from nq77tui.store.journal import Journal, Line
from nq77tui.store.paths import StorePaths
from nq77tui.store.snapshot import Header, dump_tables
from nq77tui.store.tables import Tables


@dataclass(frozen=True, slots=True)
class Fold:
    """A new snapshot and a history segment, written beside the store."""

    paths: StorePaths
    header: Header
    snapshot: Path
    segment: Segment | None

    @classmethod
    def prepare(
        cls,
        paths: StorePaths,
        tables: Tables,
        sequence: int,
        newest: int,
        lines: Sequence[Line] = (),
    ) -> Fold:
        """Write the tables as a new snapshot, and journal lines for the history; no lock needed.

        Raises:
            StoreFullError: no room; nothing was changed.
        """
        content, spans = dump_tables(tables.by_name)
        next_ids = {name: tables.next_id(name) for name in tables.by_name}
        header = Header.naming(content, sequence, next_ids, newest, spans)
        snapshot = temporary_beside(paths.snapshot)
        try:
            with named_failures(paths.snapshot.name):
                write_synced(snapshot, [content], like=paths.snapshot)
                segment = prepare_segment(paths.history, lines, paths.snapshot)
        except BaseException:
            snapshot.unlink(missing_ok=True)
            raise
        return cls(paths, header, snapshot, segment)

    def exchange(self, later: bytes, history_bytes: int) -> None:
        """Put the prepared files in their places; the caller holds the lock.

        Args:
            later: the journal lines behind those that were folded.
            history_bytes: the oldest history goes above this.

        Raises:
            StoreFullError: no room; the store is as before.
        """
        with named_failures(self.paths.snapshot.name):
            if self.segment is not None:
                self.segment.put()
            # The last step of the fold before this one; see below.
            sync_folder(self.paths.folder)
            write_next_journal(self.paths, [self.header.line(), later])
            replace_synced(self.snapshot, self.paths.snapshot)
            # Not synced: should the power go, the new journal is found under its other name.
            self.paths.next_journal.replace(self.paths.journal)
            if self.segment is not None:
                self.segment.tidy(history_bytes)

    def drop(self) -> None:
        """Remove what was prepared and not put in its place."""
        self.snapshot.unlink(missing_ok=True)
        if self.segment is not None:
            self.segment.drop()


def write_whole(
    paths: StorePaths,
    tables: Tables,
    sequence: int,
    newest: int,
    history_bytes: int,
    lines: Sequence[Line] = (),
) -> None:
    """Replace the whole store by other tables; the caller holds the lock.

    Args:
        lines: journal lines that the tables include and the history is to keep.
    """
    fold = Fold.prepare(paths, tables, sequence, newest, lines)
    try:
        fold.exchange(b"", history_bytes)
    finally:
        fold.drop()


def write_next_journal(paths: StorePaths, parts: Sequence[bytes]) -> None:
    """Prepare a journal; it has its name only when it is whole."""
    temporary = temporary_beside(paths.next_journal)
    write_synced(temporary, parts, like=paths.snapshot)
    try:
        replace_synced(temporary, paths.next_journal)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def finish_fold(paths: StorePaths) -> None:
    """Complete or forget a fold that was killed between two of its steps; under the lock."""
    if not paths.next_journal.exists():
        return
    content = paths.snapshot.read_bytes() if paths.snapshot.exists() else b""
    header = header_of(paths.next_journal)
    if header is not None and header.fits(content):
        # The snapshot's new name may not have reached the disk before the kill.
        sync_folder(paths.folder)
        paths.next_journal.replace(paths.journal)
    else:
        paths.next_journal.unlink()


def header_of(path: Path) -> Header | None:
    """The header of a journal; None where it is not whole."""
    journal = Journal(path, writable=False)
    try:
        lines, _ = journal.read_new()
        return Header.read(lines[0], path.name) if lines else None
    finally:
        journal.close()
