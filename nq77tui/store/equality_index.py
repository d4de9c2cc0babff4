"""Finds the documents whose top-level field equals a value, without walking the table.

An index is built the second time that its field is asked for, and kept up to date by the
operations from then on, whoever committed them.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from nq77tui.store.tables import Document, Tables


class EqualityIndexes:
    """The indexes of one store, by table and field."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._asked: set[tuple[str, str]] = set()
        self._buckets: dict[str, dict[str, dict[Hashable, dict[str, None]]]] = {}
        self._disordered: set[tuple[str, str, Hashable]] = set()
        tables.watchers.append(self._changed)

    def find(self, table: str, cond: object) -> list[str] | None:
        """The ids of the matching documents in table order; None if there is no index for it."""
        wanted = _equality(cond)
        if wanted is None:
            return None
        field, value = wanted
        name = (table, field)
        if name not in self._asked and field not in self._buckets.get(table, {}):
            self._asked.add(name)
            return None
        return self.keys(table, field, value)

    def keys(self, table: str, field: str, value: Hashable) -> list[str]:
        """The ids of the documents whose field equals a value, in table order."""
        buckets = self._buckets.get(table, {}).get(field)
        if buckets is None:
            buckets = self._build(table, field)
        bucket = buckets.get(value, {})
        if (table, field, value) in self._disordered:
            bucket = {key: None for key in self._tables.table(table) if key in bucket}
            buckets[value] = bucket
            self._disordered.discard((table, field, value))
        return list(bucket)

    def _build(self, table: str, field: str) -> dict[Hashable, dict[str, None]]:
        buckets: dict[Hashable, dict[str, None]] = {}
        for key, document in self._tables.table(table).items():
            value = _value(document, field)
            if value is not None:
                buckets.setdefault(value[0], {})[key] = None
        self._buckets.setdefault(table, {})[field] = buckets
        return buckets

    def _changed(self, table: str, key: str, old: Document | None, new: Document | None) -> None:
        for field, buckets in self._buckets.get(table, {}).items():
            before, after = _value(old, field), _value(new, field)
            if before == after and (old is None) == (new is None):
                continue
            if before is not None:
                buckets.get(before[0], {}).pop(key, None)
            if after is not None:
                buckets.setdefault(after[0], {})[key] = None
                if old is not None:
                    self._disordered.add((table, field, after[0]))


def _value(document: Mapping[str, Any] | None, field: str) -> tuple[Hashable] | None:
    """The field's value in a tuple; None where there is none or it cannot be looked up."""
    if not isinstance(document, Mapping) or field not in document:
        return None
    value = document[field]
    return None if isinstance(value, list | dict) else (value,)


def _equality(cond: object) -> tuple[str, Hashable] | None:
    """Field and value of a query ``where(field) == value``, and of nothing else."""
    # TinyDB keeps a query's structure in `_hash`, for its own cache; if that ever changes, the
    # query is answered by a scan.
    structure = getattr(cond, "_hash", None)
    if not (isinstance(structure, tuple) and len(structure) == 3 and structure[0] == "=="):
        return None
    path, value = structure[1], structure[2]
    if not (isinstance(path, tuple) and len(path) == 1 and isinstance(path[0], str)):
        return None
    if value is not None and not isinstance(value, str | int | float | bool):
        return None
    return path[0], value
