"""The records of one type as a person looks through them: sorted, findable, kept up to date.

Knows nothing of the screen. What costs time is done in small steps, so that whoever shows the
list can go on answering keys in between; and nothing is done for rows that nobody looks at.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from functools import partial
from typing import Any

from nq77tui.core.document import RESERVED
from nq77tui.core.record import Json
from nq77tui.core.screen import RecordScreen
from nq77tui.store import Repository
from nq77tui.tui.row_order import Bucket, Row, RowOrder
from nq77tui.tui.row_text import RowText
from nq77tui.tui.search import Search

_STEP = 500
"""Rows between two pauses: one to three milliseconds' work."""


class Listing:
    """Ids in order, and the cells of each."""

    def __init__(self, repository: Repository, screen: RecordScreen, lang: str) -> None:
        self.lang = lang
        self.ids = RowOrder()
        self.sort = screen.sort
        self._repository = repository
        self._record = screen.record
        self._text = RowText(repository, screen, lang)
        self._generation: Hashable = None
        self._prepared: dict[str, tuple[Json, str]] = {}
        self._found: tuple[str, RowOrder] = ("", self.ids)

    def __len__(self) -> int:
        """How many records there are, those that were only counted so far included."""
        is_whole = self._generation is not None
        return len(self.ids) if is_whole else self._repository.count(self._record)

    def cells(self, row_id: str) -> tuple[str, ...]:
        """What a row shows, a text a column."""
        row = self._repository.row(row_id)
        return self._text.cells(row.values if row else {})

    def find(self, query: str) -> Sequence[str]:
        """The ids of the rows that a query finds, in order."""
        if not query.strip():
            return self.ids
        before, found = self._found
        # One letter more never finds more.
        within = found if before and query.startswith(before) else self.ids
        search = Search(query)
        found = within.only(lambda row: self._is_found(row, search))
        self._found = (query, found)
        return found

    # Keeping up, in steps

    def refresh(self) -> Iterator[None]:
        """Bring the list up to date, pausing now and then."""
        if self._generation == self._repository.generation:
            return
        generation = self._repository.generation
        if (yield from self._text.check_titles()):
            self._prepared.clear()
        yield from self._put_in_order()
        self._generation = generation

    def sort_by(self, fields: Sequence[str]) -> Iterator[None]:
        """Sort by other fields."""
        self.sort = tuple(fields)
        yield from self._put_in_order()

    def warm(self) -> Iterator[None]:
        """Prepare the texts that queries are compared with."""
        for count, row in enumerate(self.ids.rows()):
            self._prepare(row)
            if count % _STEP == 0:
                yield

    @property
    def is_warm(self) -> bool:
        """Whether a query costs little."""
        return len(self._prepared) >= len(self.ids)

    def _put_in_order(self) -> Iterator[None]:
        """Rows with one value in the first field stand together; they are sorted when seen."""
        sort, text = self.sort, self._text
        together: dict[tuple[int, Any], list[Row]] = {}
        known: dict[Json, list[Row]] = {}
        for count, row in enumerate(self._repository.live(self._record)):
            value = text.rough_value(row[1], sort)
            try:
                rows = known[value]
            except KeyError:
                rows = known[value] = together.setdefault(text.rough_key(value, sort), [])
            except TypeError:  # a number with its unit
                rows = together.setdefault(text.rough_key(value, sort), [])
            rows.append(row)
            if count % _STEP == 0:
                yield

        inside = partial(text.in_order, sort=text.sort_inside(sort))
        self.ids = RowOrder(Bucket(together[rough], inside) for rough in sorted(together))
        self._found = ("", self.ids)

    def _is_found(self, row: Row, search: Search) -> bool:
        return search.accepts(self._prepare(row), lambda: self._text.found_by(row[1]))

    def _prepare(self, row: Row) -> str:
        key, values = row
        # Every write leaves another mark here.
        mark = values.get(RESERVED)
        known = self._prepared.get(key)
        if known is None or known[0] is not mark:
            known = self._prepared[key] = mark, self._text.prepared(values)
        return known[1]
