"""Finds the records that look like one, by an index over the blocking keys of their type.

The index of a type is built when it is first asked for, by whichever thread asks, and kept up to
date by the operations from then on, whoever committed them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from threading import Lock

from nq77tui.core.lookalike import (
    are_told_apart,
    blocking_keys,
    blocking_keys_of_many,
    neighbours,
)
from nq77tui.core.record import Json
from nq77tui.core.schema import Schema
from nq77tui.core.scope import Row
from nq77tui.store.rows import is_alive, row_of
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
            for doc_key in known.with_key(key):
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
        for bucket in self._of(record_type).shared():
            rows = {row.id: row for key in bucket if (row := self._row(record_type, key))}
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
        rows = [
            (key, document)
            for key, document in list(self.tables.table(record_type).items())
            if is_alive(record_type, key, document)
        ]
        schema = self._schemas[record_type]
        found = blocking_keys_of_many(schema, [row for _, row in rows], self._resolve)
        for (key, _), keys in zip(rows, found, strict=True):
            known.put(key, keys)
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
    """The TinyDB ids of the records of a type by blocking key."""

    def __init__(self) -> None:
        # Most keys are of one record: a text then, and not an object of its own.
        self._buckets: dict[Hashable, str | dict[str, None]] = {}
        self._keys: dict[str, list[Hashable]] = {}

    def with_key(self, key: Hashable) -> list[str]:
        """The records that have a key."""
        bucket = self._buckets.get(key, ())
        return [bucket] if isinstance(bucket, str) else list(bucket)

    def shared(self) -> list[list[str]]:
        """The records that share a key with another, key by key."""
        return [list(one) for one in list(self._buckets.values()) if not isinstance(one, str)]

    def put(self, doc_key: str, keys: list[Hashable]) -> None:
        """Note the keys that a record has from now on; none for one that is gone."""
        for key in self._keys.pop(doc_key, ()):
            self._drop(key, doc_key)
        for key in keys:
            bucket = self._buckets.setdefault(key, doc_key)
            if isinstance(bucket, str):
                if bucket != doc_key:
                    self._buckets[key] = {bucket: None, doc_key: None}
            else:
                bucket[doc_key] = None
        if keys:
            self._keys[doc_key] = keys

    def _drop(self, key: Hashable, doc_key: str) -> None:
        bucket = self._buckets.get(key, doc_key)
        if isinstance(bucket, str):
            self._buckets.pop(key, None)
            return
        del bucket[doc_key]
        if len(bucket) == 1:
            [self._buckets[key]] = bucket
