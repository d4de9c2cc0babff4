"""Finds the records that look like one, by an index over the blocking keys of their type.

The index of a type is built when it is first asked for, by whichever thread asks, and kept up to
date by the operations from then on, whoever committed them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from threading import Lock

from nq77tui.core.lookalike import are_told_apart, blocking_keys, neighbours
from nq77tui.core.record import Json
from nq77tui.core.schema import Schema
from nq77tui.core.scope import Row
from nq77tui.store.rows import row_of
from nq77tui.store.tables import Document, Tables

Pair = tuple[str, str]
"""Two ids, the smaller one first."""


class Lookalikes:
    """The look-alikes of one store as it stands in memory."""

    def __init__(
        self, tables: Tables, schemas: Mapping[str, Schema], resolve: Callable[[str], str]
    ) -> None:
        self.tables = tables
        self._schemas = {name: one for name, one in schemas.items() if one.duplicates}
        self._resolve = resolve
        self._types: dict[str, _OfType] = {}
        self._lock = Lock()
        tables.watchers.append(self._changed)

    def is_ready(self, record_type: str) -> bool:
        """Whether asking about a type costs a look-up and no more."""
        return record_type not in self._schemas or record_type in self._types

    def prepare(self, record_type: str) -> None:
        """Build the index of a type, so that asking costs a look-up."""
        if record_type in self._schemas:
            self._of(record_type)

    def like(
        self, record_type: str, values: Mapping[str, Json], but: str | None = None
    ) -> list[Row]:
        """The live records that look like one with these values.

        Args:
            but: the id of the record itself.
        """
        schema = self._schemas.get(record_type)
        if schema is None:
            return []
        known = self._of(record_type)
        found: dict[str, Row] = {}
        for key in blocking_keys(schema, values, self._resolve):
            for doc_key in list(known.buckets.get(key, ())):
                row = self._row(record_type, doc_key)
                if row is None or row.id == but or row.id in found:
                    continue
                if not are_told_apart(schema, values, row.values, self._resolve):
                    found[row.id] = row
        return list(found.values())

    def pairs(self, record_type: str) -> Iterator[Pair]:
        """Every two live records of a type that look like one, each pair once."""
        schema = self._schemas.get(record_type)
        if schema is None:
            return
        seen: set[Pair] = set()
        for bucket in list(self._of(record_type).buckets.values()):
            if len(bucket) < 2:
                continue
            rows = {row.id: row for key in list(bucket) if (row := self._row(record_type, key))}
            for pair in neighbours(list(rows)):
                one, other = (rows[record_id].values for record_id in pair)
                if pair in seen or are_told_apart(schema, one, other, self._resolve):
                    continue
                seen.add(pair)
                yield pair

    def _row(self, record_type: str, key: str) -> Row | None:
        document = self.tables.table(record_type).get(key)
        return row_of(record_type, key, document) if document is not None else None

    def _of(self, record_type: str) -> _OfType:
        known = self._types.get(record_type)
        if known is None:
            with self._lock:
                known = self._types.get(record_type) or self._build(record_type)
        return known

    def _build(self, record_type: str) -> _OfType:
        known = _OfType()
        table = self.tables.table(record_type)
        for key in list(table):
            self._put(known, record_type, key, table.get(key))
        self._types[record_type] = known
        return known

    def _put(self, known: _OfType, record_type: str, key: str, document: Document | None) -> None:
        row = row_of(record_type, key, document) if document is not None else None
        keys = blocking_keys(self._schemas[record_type], row.values, self._resolve) if row else []
        known.put(key, keys)

    def _changed(self, table: str, key: str, old: Document | None, new: Document | None) -> None:
        if table not in self._schemas:
            return
        # A build in another thread comes first: what it read before this change is put right.
        with self._lock:
            known = self._types.get(table)
            if known is not None:
                self._put(known, table, key, new)


class _OfType:
    def __init__(self) -> None:
        self.buckets: dict[Hashable, dict[str, None]] = {}
        self._keys: dict[str, list[Hashable]] = {}

    def put(self, doc_key: str, keys: list[Hashable]) -> None:
        for old in self._keys.pop(doc_key, ()):
            bucket = self.buckets[old]
            del bucket[doc_key]
            if not bucket:
                del self.buckets[old]
        for key in keys:
            self.buckets.setdefault(key, {})[doc_key] = None
        if keys:
            self._keys[doc_key] = keys
