"""The records of one type as a person looks through them: sorted, findable, kept up to date.

Knows nothing of the screen. What costs time is done in small steps, so that whoever shows the
list can go on answering keys in between.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from nq77tui.core.record import Json
from nq77tui.core.screen import RecordScreen
from nq77tui.store import Repository
from nq77tui.tui.row_text import Key, RowText
from nq77tui.tui.search import Search, searchable

_STEP = 250
"""Rows between two pauses: one to three milliseconds' work."""
_FIRST = 60
"""Rows to begin with: a screen of them."""
_FEW = 200
"""Changed rows up to which they are put in their places one by one."""


@dataclass(slots=True)
class _Entry:
    values: Mapping[str, Json]
    prepared: str = ""


class Listing:
    """Ids in order, and the cells of each."""

    def __init__(self, repository: Repository, screen: RecordScreen, lang: str) -> None:
        self.lang = lang
        self.ids: list[str] = []
        self.sort = screen.sort
        self._repository = repository
        self._record = screen.record
        self._text = RowText(repository, screen, lang)
        self._entries: dict[str, _Entry] = {}
        self._found: tuple[str, Sequence[str]] = ("", ())
        self._is_whole = False

    def peek(self) -> None:
        """Have the first rows at hand, in any order, for as long as there is nothing better."""
        if not self.ids:
            rows = islice(self._repository.rows(self._record), _FIRST)
            self._entries = {row.id: _Entry(row.values) for row in rows}
            self._publish(list(self._entries))

    def __len__(self) -> int:
        """How many records there are, those that were only counted so far included."""
        return len(self.ids) if self._is_whole else self._repository.count(self._record)

    def cells(self, row_id: str) -> tuple[str, ...]:
        """What a row shows, a text a column."""
        entry = self._entries.get(row_id)
        return self._text.cells(entry.values if entry else {})

    def find(self, query: str) -> Sequence[str]:
        """The ids of the rows that a query finds, in order."""
        if not query.strip():
            return self.ids
        before, found = self._found
        # One letter more never finds more.
        within = found if before and query.startswith(before) else self.ids
        search = Search(query)
        found = [row_id for row_id in within if self._is_found(row_id, search)]
        self._found = (query, found)
        return found

    # Keeping up, in steps

    def refresh(self) -> Iterator[None]:
        """Bring the list up to date, pausing now and then."""
        is_renamed = yield from self._text.check_titles()
        rows: dict[str, Mapping[str, Json]] = {}
        changed = []
        for count, (row_id, _, values) in enumerate(self._repository.rows(self._record)):
            rows[row_id] = values
            entry = self._entries.get(row_id)
            if is_renamed or entry is None or entry.values != values:
                changed.append(row_id)
            if count % _STEP == 0:
                yield
        gone = self._entries.keys() - rows.keys()
        if len(changed) > _FEW or not self._is_whole:
            entries = {row_id: entry for row_id, entry in self._entries.items() if row_id in rows}
            entries.update((row_id, _Entry(rows[row_id])) for row_id in changed)
            yield from self._sort_all(entries)
        elif changed or gone:
            self._put_in({row_id: rows[row_id] for row_id in changed}, gone)
        self._is_whole = True

    def sort_by(self, fields: Sequence[str]) -> Iterator[None]:
        """Sort by other fields."""
        self.sort = tuple(fields)
        yield from self._sort_all(self._entries)

    def warm(self) -> Iterator[None]:
        """Prepare the texts that queries are compared with."""
        for count, row_id in enumerate(list(self.ids)):
            if row_id in self._entries:
                self._prepared(row_id)
            if count % _STEP == 0:
                yield

    def _put_in(self, changed: Mapping[str, Mapping[str, Json]], gone: set[str]) -> None:
        """A few rows, each to its place."""
        moved = gone.union(changed)
        ids = [row_id for row_id in self.ids if row_id not in moved]
        for row_id in gone:
            del self._entries[row_id]
        for row_id, values in changed.items():
            self._entries[row_id] = _Entry(values)
            ids.insert(bisect(ids, self._key(row_id), key=self._key), row_id)
        self._publish(ids)

    def _sort_all(self, entries: dict[str, _Entry]) -> Iterator[None]:
        """All rows; they show as they come until the order is known."""
        self._entries = entries
        self._publish([row_id for row_id in self.ids if row_id in entries] or list(entries))
        keys = {}
        for count, row_id in enumerate(list(entries)):
            keys[row_id] = self._key(row_id)
            if count % _STEP == 0:
                yield
        self._publish(sorted(keys, key=keys.__getitem__))

    def _publish(self, ids: list[str]) -> None:
        self.ids = ids
        self._found = ("", ())

    def _key(self, row_id: str) -> Key:
        return self._text.key(self._entries[row_id].values, self.sort)

    def _is_found(self, row_id: str, search: Search) -> bool:
        values = self._entries[row_id].values
        return search.accepts(self._prepared(row_id), lambda: self._text.found_by(values))

    def _prepared(self, row_id: str) -> str:
        entry = self._entries[row_id]
        if not entry.prepared:
            entry.prepared = searchable(self._text.found_by(entry.values))
        return entry.prepared
