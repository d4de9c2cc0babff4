"""The few rows in which something is open or deleted, without walking all tables for them.

A table is walked when it is first asked about, and followed from then on.
"""

from __future__ import annotations

from collections.abc import Iterator

from nq77tui.core.record import Record
from nq77tui.store.rows import sound
from nq77tui.store.tables import Document, Tables


class Marked:
    """The rows of one store, as it stands in memory, that hold siblings or deletion markers."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self._keys: dict[str, set[str]] = {}
        self._aliases: dict[str, dict[str, list[str]]] = {}
        self.version = 0
        """Goes up when a record is joined with another or parted from it."""
        tables.watchers.append(self._changed)

    def records(self, record_type: str) -> Iterator[Record]:
        """Those of a type, dead ones included, in one order on every machine."""
        for key in sorted(self._of(record_type), key=lambda one: (len(one), one)):
            document = self.tables.table(record_type).get(key)
            record = sound(record_type, key, document) if document is not None else None
            if record is not None:
                yield record

    def joined(self, record_type: str) -> dict[str, list[str]]:
        """By record the ids that lead to it by one step."""
        known = self._aliases.get(record_type)
        if known is None:
            known = {}
            for record in self.records(record_type):
                if into := record.joined_into:
                    known.setdefault(into, []).append(record.id)
            self._aliases[record_type] = known
        return known

    def _of(self, record_type: str) -> set[str]:
        known = self._keys.get(record_type)
        if known is None:
            text = self.tables.by_name.text(record_type)
            # What does not stand in the text is in no row: it need not be parsed for that.
            table = self.tables.table(record_type) if text is None or _may_mark(text) else {}
            known = {key for key in list(table) if _is_marked(table.get(key))}
            self._keys[record_type] = known
        return known

    def _changed(self, table: str, key: str, old: Document | None, new: Document | None) -> None:
        if table not in self._keys or not (_is_marked(old) or _is_marked(new)):
            return
        if self._aliases.pop(table, None) is not None:
            self.version += 1
        if _is_marked(new):
            self._keys[table].add(key)
        else:
            self._keys[table].discard(key)


def _may_mark(text: bytes) -> bool:
    return b'"o":{' in text or b'"x":[' in text


def _is_marked(document: Document | None) -> bool:
    causal = document.get("_") if isinstance(document, dict) else None
    return isinstance(causal, dict) and ("o" in causal or "x" in causal)
