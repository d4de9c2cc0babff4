"""Coverage as of today, kept up to date by what is committed, by whomever.

    live = repository.live_coverage
    counted = live.current()                # at once; None where it has to be counted anew
    if counted is None:
        counted = live.count(show)          # step by step, in another thread if wanted

Counting anew is needed the first time, on a new day, after the areas themselves have changed,
after records were joined, after the store was read anew from disk, and after more changes than
are worth following.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from nq77tui.core.counting.coverage import Coverage, records_read
from nq77tui.core.counting.dependency import RowChange
from nq77tui.core.document import doc_id_of
from nq77tui.core.scope import Row
from nq77tui.store.rows import joined_into, row_of
from nq77tui.store.storage import JournalStorage
from nq77tui.store.tables import Document, Tables

if TYPE_CHECKING:
    from nq77tui.store.coverage_reader import CoverageReader

Seen = TypeVar("Seen")
MOST_FOLLOWED = 1_000
"""Changes of one look above which it is counted anew."""


class FrozenFacts:
    """The records of one moment: what is committed meanwhile is not in it."""

    def __init__(self, tables: Tables, needed: Iterable[str]) -> None:
        """Keep what is there now.

        Args:
            needed: the record types that are kept. Others are read as they are when asked for.
        """
        self._others = tables
        self._tables = {name: dict(tables.table(name)) for name in needed}

    def rows(self, record_type: str) -> Iterator[Row]:
        """All live records of a type."""
        for key, document in self._tables.get(record_type, {}).items():
            row = row_of(record_type, key, document)
            if row is not None:
                yield row

    def row(self, record_id: str) -> Row | None:
        """One live record, or None."""
        seen: set[str] = set()
        while record_id not in seen:
            found = self._locate(record_id)
            row = row_of(*found) if found else None
            if found is None or row is not None:
                return row
            seen.add(record_id)
            record_id = joined_into(*found) or record_id
        return None

    def _locate(self, record_id: str) -> tuple[str, str, Document] | None:
        try:
            key = str(doc_id_of(record_id))
        except ValueError:
            return None
        for name, table in self._tables.items():
            if key in table:
                return name, key, table[key]
        others = self._others.by_name
        other = others.table_with(key)
        if other is None or other in self._tables:
            return None
        return other, key, others[other][key]


class ChangeLog:
    """Which records have changed since the last look, and what they were then."""

    def __init__(self, storage: JournalStorage, needed: Collection[str]) -> None:
        self._storage = storage
        self._needed = needed
        self._watched: Tables | None = None
        self._first: dict[tuple[str, str], Document | None] = {}
        self._is_overrun = False

    def start(self) -> FrozenFacts:
        """Note changes from now on, and give out the records as they are now."""
        with self._storage.still():
            tables = self._storage.tables
            if tables is not self._watched:
                tables.watchers.append(self._note)
                self._watched = tables
            self._first.clear()
            self._is_overrun = False
            return FrozenFacts(tables, self._needed)

    def _note(self, table: str, key: str, old: Document | None, new: Document | None) -> None:
        if table.startswith("_") or self._is_overrun:
            return
        self._first.setdefault((table, key), old)
        is_joined = _into(table, key, old) != _into(table, key, new)
        if is_joined or len(self._first) > MOST_FOLLOWED:
            self._first.clear()
            self._is_overrun = True

    @property
    def is_empty(self) -> bool:
        """Whether nothing has changed since the last look."""
        is_same = self._storage.tables is self._watched
        return is_same and not self._first and not self._is_overrun

    def take(self) -> list[RowChange] | None:
        """The changes since the last look; None where they are not known one by one."""
        tables = self._storage.tables
        if self._is_overrun or tables is not self._watched:
            return None
        first, self._first = self._first, {}
        changes = []
        for (name, key), old in first.items():
            new = tables.table(name).get(key)
            before = row_of(name, key, old) if old is not None else None
            after = row_of(name, key, new) if new is not None else None
            if before is not None or after is not None:
                changes.append(RowChange(before, after))
        return changes


def _into(table: str, key: str, document: Document | None) -> str:
    return joined_into(table, key, document) if document is not None else ""


class LiveCoverage:
    """The coverage of one store as of today."""

    def __init__(self, repository: CoverageReader, storage: JournalStorage) -> None:
        self._repository = repository
        self._storage = storage
        programme = repository.programme
        self._needed = records_read(
            programme.schemas, programme.metrics.values(), programme.figures.values()
        )
        self._log = ChangeLog(storage, self._needed)
        self._coverage: Coverage | None = None
        self._last: Coverage | None = None
        self._counting = Lock()

    @property
    def last(self) -> Coverage | None:
        """What was counted last, to be shown until it is counted anew."""
        return self._last

    def current(self) -> Coverage | None:
        """Coverage as it is now, in time that depends on what was committed since.

        Returns:
            None where it has to be counted anew. What comes out is followed in place by the next
            call, so ask in the thread that shows it.
        """
        with self._storage.still(waits=False) as is_still:
            if self._coverage is None or self._coverage.as_of != self._today():
                return None
            if not is_still:
                return self._coverage  # another thread commits; whoever waits for it is told
            changes = self._log.take()
            if changes is None or not self._coverage.follow(changes, self._repository):
                self._coverage = None
            return self._coverage

    def read(self, look: Callable[[Coverage], Seen]) -> Seen | None:
        """Look at coverage as it is now, in any thread: nothing is followed or counted for it.

        Args:
            look: is given it, for as long as it takes; nobody commits meanwhile.

        Returns:
            What `look` answers; None where something would have to be counted first.
        """
        with self._storage.still():
            counted = self._coverage
            if counted is None or counted.as_of != self._today() or not self._log.is_empty:
                return None
            return look(counted)

    def count(self, step: Callable[[Coverage], bool] = lambda counted: True) -> Coverage | None:
        """Count anew, unless another thread has just done so; any thread may.

        Args:
            step: called with what has been counted so far; False stops.

        Returns:
            As of the moment when it began: `current` brings it up to now. None where stopped.
        """
        with self._counting:
            today = self._today()
            if self._coverage is not None and self._coverage.as_of == today:
                return self._coverage
            counted = self._repository.coverage_of(self._log.start(), today, counts_now=False)
            if not _is_finished(counted.counting(), lambda: step(counted)):
                return None
            self._coverage = self._last = counted
            return counted

    def count_on(
        self, day: str, step: Callable[[Coverage], bool] = lambda counted: True
    ) -> Coverage | None:
        """Count as of another day (ISO text), as `count` does; nothing of it is kept."""
        counted = self._repository.coverage_of(self.facts(self._needed), day, counts_now=False)
        return counted if _is_finished(counted.counting(), lambda: step(counted)) else None

    def facts(self, needed: Iterable[str]) -> FrozenFacts:
        """The records of this moment, those of the types needed kept as they are."""
        with self._storage.still():
            return FrozenFacts(self._storage.tables, needed)

    def now(self) -> Coverage:
        """Coverage as it is now, counted anew here if it has to be."""
        while True:
            counted = self.current()
            if counted is not None:
                return counted
            self.count()

    def _today(self) -> str:
        return self._repository.today().isoformat()


def _is_finished(steps: Iterable[str], goes_on: Callable[[], bool]) -> bool:
    return all(goes_on() for _ in steps)
