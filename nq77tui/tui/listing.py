"""The records of one type as a person looks through them: sorted, findable, kept up to date.

Knows nothing of the screen. What costs time is done in small steps, so that whoever shows the
list can go on answering keys in between.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from nq77tui.core.collation import name_sort_key, sort_key
from nq77tui.core.folding import Finder, fold
from nq77tui.core.record import Json
from nq77tui.core.schema import Field
from nq77tui.core.screen import RecordScreen
from nq77tui.core.typed import show_value
from nq77tui.core.values import money_in_dong
from nq77tui.store import Repository

_STEP = 250
"""Rows between two pauses: one to three milliseconds' work."""
_FEW = 200
"""Changed rows up to which they are put in their places one by one."""

SortKey = tuple[tuple[int, object], ...]


@dataclass(slots=True)
class _Entry:
    values: Mapping[str, Json]
    folded: str = ""


class Listing:
    """Ids in order, and the cells of each."""

    def __init__(self, repository: Repository, screen: RecordScreen, lang: str) -> None:
        self.lang = lang
        self.ids: list[str] = []
        self.sort = screen.sort
        self._repository = repository
        self._screen = screen
        self._schema = repository.schema(screen.record)
        self._entries: dict[str, _Entry] = {}
        self._titles: dict[str, str] = {}
        self._found: tuple[str, Sequence[str]] = ("", ())
        self._generation: object = None

    # Reading

    @property
    def is_current(self) -> bool:
        """Whether nothing was written since the last refresh."""
        return self._generation == self._repository.generation

    def cells(self, row_id: str) -> tuple[str, ...]:
        """What a row shows, a text a column."""
        entry = self._entries.get(row_id)
        values = entry.values if entry else {}
        return tuple(self._shown(column.field, values) for column in self._screen.columns)

    def find(self, query: str) -> Sequence[str]:
        """The ids of the rows that a query finds, in order."""
        if not query.strip():
            return self.ids
        before, found = self._found
        within = found if before and query.startswith(before) else self.ids
        finder, has_marks = Finder(query), any(not letter.isascii() for letter in query)
        found = [
            row_id
            for row_id in within
            if finder.accepts(self._folded(row_id), self._text(row_id) if has_marks else "")
        ]
        self._found = (query, found)
        return found

    # Keeping up

    def refresh(self) -> Iterator[None]:
        """Bring the list up to date, pausing now and then."""
        generation = self._repository.generation
        is_renamed = yield from self._check_titles()
        rows = {row.id: row.values for row in self._repository.rows(self._screen.record)}
        changed = []
        for count, (row_id, values) in enumerate(rows.items()):
            entry = self._entries.get(row_id)
            if is_renamed or entry is None or entry.values != values:
                changed.append(row_id)
            if count % _STEP == 0:
                yield
        gone = self._entries.keys() - rows.keys()
        yield from self._put_in(rows, changed, gone)
        self._generation = generation

    def sort_by(self, fields: Sequence[str]) -> Iterator[None]:
        """Sort by other fields."""
        self.sort = tuple(fields)
        yield from self._sort_all(self._entries)

    def warm(self) -> Iterator[None]:
        """Prepare the texts that queries are compared with."""
        for count, row_id in enumerate(list(self.ids)):
            if row_id in self._entries:
                self._folded(row_id)
            if count % _STEP == 0:
                yield

    def _put_in(
        self, rows: Mapping[str, Mapping[str, Json]], changed: Sequence[str], gone: Iterable[str]
    ) -> Iterator[None]:
        gone = set(gone)
        if not changed and not gone:
            return
        if len(changed) > _FEW:
            entries = {i: e for i, e in self._entries.items() if i not in gone}
            entries.update((row_id, _Entry(rows[row_id])) for row_id in changed)
            yield from self._sort_all(entries)
            return
        moved = gone.union(changed)
        ids = [row_id for row_id in self.ids if row_id not in moved]
        for row_id in gone:
            del self._entries[row_id]
        for row_id in changed:
            self._entries[row_id] = _Entry(rows[row_id])
            ids.insert(bisect(ids, self._key(row_id), key=self._key), row_id)
        self._publish(ids)

    def _sort_all(self, entries: dict[str, _Entry]) -> Iterator[None]:
        """Show the rows as they come until the order is known."""
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

    def _check_titles(self) -> Generator[None, None, bool]:
        """Whether a record that rows refer to is called something else now."""
        for count, (record_id, title) in enumerate(list(self._titles.items())):
            if self._repository.title(record_id) != title:
                self._titles.clear()
                return True
            if count % _STEP == 0:
                yield
        return False

    # One row

    def _title(self, record_id: str) -> str:
        title = self._titles.get(record_id)
        if title is None:
            title = self._titles[record_id] = self._repository.title(record_id)
        return title

    def _shown(self, name: str, values: Mapping[str, Json]) -> str:
        value = values.get(name)
        if value is None:
            return ""
        return show_value(self._schema.fields[name], value, self.lang, self._title)

    def _text(self, row_id: str) -> str:
        values = self._entries[row_id].values
        names = dict.fromkeys([*(c.field for c in self._screen.columns), *self._schema.title])
        return " ".join(self._shown(name, values) for name in names)

    def _folded(self, row_id: str) -> str:
        entry = self._entries[row_id]
        if not entry.folded:
            entry.folded = fold(self._text(row_id))
        return entry.folded

    def _key(self, row_id: str) -> SortKey:
        values = self._entries[row_id].values
        by_name = self._schema.title if self._screen.by_given_name else ()
        return tuple(
            self._part(self._schema.fields[name], values.get(name), name in by_name)
            for name in self.sort
        )

    def _part(self, field: Field, value: Json, is_name: bool) -> tuple[int, object]:
        """One field's place in the order: kinds never meet, and empty ones come last."""
        if value is None or value == "":
            return 9, 0
        if isinstance(value, bool | int | float):
            return 1, value
        if isinstance(value, dict):
            return _number_part(value)
        if field.type == "choice" and (choice := field.choice(value)) is not None:
            return 2, field.choices.index(choice)
        text = self._title(value) if field.is_reference and isinstance(value, str) else str(value)
        return (4, name_sort_key(text)) if is_name and field.type == "text" else (3, sort_key(text))


def _number_part(value: dict[str, Json]) -> tuple[int, object]:
    number = value.get("n")
    if not isinstance(number, int | float):
        return 8, str(value)
    return 1, money_in_dong(value) if "unit" in value else number
