"""Tables by name; one that stands in the snapshot is parsed when it is first asked for.

A command that looks at one record type does not wait for the others, and ten operators on one
host do not each unfold what nobody looks at. Until then a table is its text: a byte of memory for
a byte of JSON.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from threading import Lock
from typing import Any, TypeAlias

Document: TypeAlias = dict[str, Any]
SEARCHES = 20
"""As often a text is searched for an id; the next time it is parsed."""


class TableMap(MutableMapping[str, dict[str, Document]]):
    """A dict of tables, some of which are still text."""

    def __init__(
        self,
        tables: Mapping[str, dict[str, Document] | bytes],
        parse: Callable[[bytes], dict[str, Document]] = json.loads,
    ) -> None:
        """Take over tables.

        Args:
            tables: each parsed, or as its JSON in a snapshot that was proved whole, as `dump`
                writes it.
            parse: reads such a JSON.
        """
        # One dict for both: an interrupt finds a table either as its text or as it is now.
        self._tables = dict(tables)
        self._parse = parse
        self._searches: dict[str, int] = {}
        self._one_at_a_time = Lock()

    def __getitem__(self, name: str) -> dict[str, Document]:
        table = self._tables[name]
        return self._parsed(name) if isinstance(table, bytes) else table

    def get(self, name: str, default: Any = None) -> Any:
        """As in a dict; spelled out because every save asks."""
        table = self._tables.get(name, default)
        return self._parsed(name) if table.__class__ is bytes else table

    def _parsed(self, name: str) -> dict[str, Document]:
        with self._one_at_a_time:
            table = self._tables[name]
            if isinstance(table, bytes):  # another thread may have been faster
                table = self._tables[name] = self._parse(table)
            return table

    def __setitem__(self, name: str, table: dict[str, Document]) -> None:
        self._tables[name] = table

    def __delitem__(self, name: str) -> None:
        del self._tables[name]

    def __contains__(self, name: object) -> bool:
        return name in self._tables

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

    def text(self, name: str) -> bytes | None:
        """The JSON of a table that is not parsed yet; None for one that is."""
        table = self._tables.get(name)
        return table if isinstance(table, bytes) else None

    def table_with(self, key: str) -> str | None:
        """The table that has a document; one that surely has not is not parsed for that.

        Tables that are the store's own (``_``) are left out.
        """
        texts: list[tuple[str, bytes]] = []
        for name, table in list(self._tables.items()):
            if isinstance(table, bytes):
                texts.append((name, table))
            elif key in table and name[:1] != "_":
                return name
        for name, text in texts:
            if name[:1] != "_" and self._may_hold(name, text, key) and key in self[name]:
                return name
        return None

    def _may_hold(self, name: str, text: bytes, key: str) -> bool:
        # A search costs a fiftieth of parsing: many of them must not cost more than it.
        self._searches[name] = self._searches.get(name, 0) + 1
        return self._searches[name] > SEARCHES or b'"%s":' % key.encode() in text
