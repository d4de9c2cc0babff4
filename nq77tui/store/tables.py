"""The tables in memory, and the operations that change them: shared by replay and by commits.

An operation is a short list, as it stands in the journal:

* ``["i", table, id, document]`` insert, ``["u", table, id, document]`` replace,
* ``["d", table, id]`` delete, ``["t", table]`` make the table exist and be empty,
* ``["x", table]`` drop the table.

Document ids are texts, as in TinyDB's file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, TypeAlias

from nq77tui.store.table_map import Document, TableMap

__all__ = ["Document", "Operation", "Tables", "Undo", "copy_json"]

Operation: TypeAlias = list[Any]
Undo: TypeAlias = Callable[[], None]


_NESTED = frozenset((dict, list))
_PLAIN = frozenset((str, int, float, bool, type(None)))


def copy_json(value: Any) -> Any:
    """A deep copy of what came from JSON; six times as fast as copy.deepcopy."""
    if isinstance(value, dict):
        return {
            # Most parts are texts and numbers: a call for each would be most of the time.
            key: copy_json(part) if part.__class__ in _NESTED else part
            for key, part in value.items()
        }
    if isinstance(value, list):
        return [copy_json(part) for part in value]
    return value


def copy_flat(operations: Iterable[Operation]) -> list[Operation] | None:
    """Copies of operations whose documents hold nothing but what JSON gives back as it was.

    Returns:
        None where a document holds anything else.
    """
    found: list[Operation] = []
    for operation in operations:
        if len(operation) < 4:
            found.append(operation)
            continue
        kind, name, key, document = operation
        if document.__class__ is not dict:
            return None
        for field, value in document.items():
            if value.__class__ not in _PLAIN or field.__class__ is not str:
                return None
        found.append([kind, name, key, document.copy()])
    return found


class Tables:
    """All tables of one store."""

    def __init__(self, tables: Mapping[str, dict[str, Document]], next_ids: dict[str, int]) -> None:
        self.by_name = tables if isinstance(tables, TableMap) else TableMap(tables)
        self.next_ids = next_ids
        """The lowest id that no document of the table ever had, where it is known."""
        self.generations: dict[str, int] = {}
        """Counts the changes of each table, so that caches know when they are stale."""
        self.watchers: list[Callable[[str, str, Document | None, Document | None], None]] = []
        """Called with table, id, old document, new document at every change (for indexes)."""

    def table(self, name: str) -> dict[str, Document]:
        """The live table; never hand its documents out."""
        found: dict[str, Document] = self.by_name.get(name, {})
        return found

    def next_id(self, name: str) -> int:
        """The next free document id of a table."""
        if name not in self.next_ids:
            numbers = (int(key) for key in self.table(name) if key.isascii() and key.isdigit())
            self.next_ids[name] = max(numbers, default=0) + 1
        return self.next_ids[name]

    def apply(self, operation: Operation) -> Undo:
        """Carry out one operation; the result takes it back."""
        kind, name = operation[0], operation[1]
        if kind == "i" or kind == "u":
            return self._put(name, operation[2], operation[3])
        self.generations[name] = self.generations.get(name, 0) + 1
        if kind == "d":
            return self._remove(name, operation[2])
        if kind in ("t", "x"):
            return self._empty(name, is_dropped=kind == "x")
        raise ValueError(kind)

    def _put(self, name: str, key: str, document: Document) -> Undo:
        number = int(key)  # what is no id is refused before anything changes
        self.generations[name] = self.generations.get(name, 0) + 1
        table = self.by_name.get(name)
        is_new = table is None
        if table is None:
            table = self.by_name[name] = {}
        old, old_next = table.get(key), self.next_ids.get(name)
        table[key] = document
        if old_next is not None and number >= old_next:
            self.next_ids[name] = number + 1
        for watcher in self.watchers:
            watcher(name, key, old, document)
        return partial(self._put_back, name, key, document, old, old_next, is_new)

    def _put_back(
        self,
        name: str,
        key: str,
        document: Document,
        old: Document | None,
        old_next: int | None,
        is_new: bool,
    ) -> None:
        table = self.by_name[name]
        if old is None:
            del table[key]
        else:
            table[key] = old
        if is_new:
            del self.by_name[name]
        if old_next is not None:
            self.next_ids[name] = old_next
        self._changed_back(name, key, document, old)

    def _remove(self, name: str, key: str) -> Undo:
        table = self.by_name[name]
        # The id stays used: know the next one before the highest document goes.
        self.next_id(name)
        old = table.pop(key)
        self._tell(name, key, old, None)

        def undo() -> None:
            table[key] = old
            self._changed_back(name, key, None, old)

        return undo

    def _empty(self, name: str, *, is_dropped: bool) -> Undo:
        old, old_next = self.by_name.get(name), self.next_ids.pop(name, None)
        if is_dropped:
            self.by_name.pop(name, None)
        else:
            self.by_name[name] = {}
        for key, document in (old or {}).items():
            self._tell(name, key, document, None)

        def undo() -> None:
            if old is None:
                self.by_name.pop(name, None)
            else:
                self.by_name[name] = old
            if old_next is not None:
                self.next_ids[name] = old_next
            for key, document in (old or {}).items():
                self._changed_back(name, key, None, document)

        return undo

    def _tell(self, name: str, key: str, old: Document | None, new: Document | None) -> None:
        for watcher in self.watchers:
            watcher(name, key, old, new)

    def _changed_back(
        self, name: str, key: str, old: Document | None, new: Document | None
    ) -> None:
        self.generations[name] = self.generations.get(name, 0) + 1
        self._tell(name, key, old, new)
