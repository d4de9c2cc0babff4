"""A TinyDB table whose writes cost what they change, and whose reads share nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from typing import Any

from tinydb.queries import QueryLike
from tinydb.table import Document, Table

from nq77tui.store.storage import JournalStorage
from nq77tui.store.tables import copy_json


class Overlay(MutableMapping[int, Any]):
    """What an updater sees: the table, with a copy of each document that it touches."""

    __slots__ = ("_raw", "_removed", "_touched")

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw = raw
        self._touched: dict[int, Any] = {}
        self._removed: dict[int, None] = {}

    def __getitem__(self, key: int) -> Any:
        if key in self._touched:
            return self._touched[key]
        if key in self._removed:
            raise KeyError(key)
        self._touched[key] = copy_json(self._raw[str(key)])
        return self._touched[key]

    def __setitem__(self, key: int, value: Any) -> None:
        self._touched[key] = value

    def __delitem__(self, key: int) -> None:
        if key not in self:
            raise KeyError(key)
        self._touched.pop(key, None)
        if str(key) in self._raw:
            self._removed[key] = None

    def __contains__(self, key: object) -> bool:
        return key in self._touched or (key not in self._removed and str(key) in self._raw)

    def __iter__(self) -> Iterator[int]:
        for text in self._raw:
            if int(text) not in self._removed:
                yield int(text)
        for key in self._touched:
            if str(key) not in self._raw or key in self._removed:
                yield key

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def clear(self) -> None:
        """Remove every document."""
        self._touched.clear()
        self._removed = dict.fromkeys(int(text) for text in self._raw)

    def operations(self, name: str) -> list[list[Any]]:
        """What changed, as journal operations."""
        raw, removed = self._raw, self._removed
        if raw and not self._touched and len(removed) == len(raw):
            return [["t", name]]
        found: list[list[Any]] = [["d", name, str(key)] for key in removed]
        for number, document in self._touched.items():
            key = str(number)
            old = raw.get(key) if number not in removed else None
            if old is None:
                found.append(["i", name, key, document])
            elif _differ(old, document):
                found.append(["u", name, key, document])
        return found


def _differ(old: Any, new: Any) -> bool:
    return bool(old != new) or _types_differ(old, new)


def _types_differ(old: Any, new: Any) -> bool:
    # 1 == 1.0 == True in Python, but not in the file.
    if type(old) is not type(new):
        return True
    if isinstance(old, dict):
        return any(_types_differ(part, new[key]) for key, part in old.items())
    if isinstance(old, list):
        return any(_types_differ(a, b) for a, b in zip(old, new, strict=True))
    return False


class JournalTable(Table):
    """TinyDB's table over `JournalStorage`."""

    storage: JournalStorage

    def __init__(self, storage: JournalStorage, name: str, *args: Any, **kwargs: Any) -> None:
        self._journal_storage = storage
        self._cache_generation = (0, -1)
        super().__init__(storage, name, *args, **kwargs)

    # -- reading -------------------------------------------------------------------------------

    def _read_table(self) -> dict[str, Mapping[str, Any]]:
        self._journal_storage.refresh()
        return self._journal_storage.tables.table(self.name)  # type: ignore[return-value]

    def _document(self, key: str, raw: Mapping[str, Any]) -> Document:
        return self.document_class(copy_json(raw), self.document_id_class(key))

    def __iter__(self) -> Iterator[Document]:
        for key, raw in list(self._read_table().items()):
            yield self._document(key, raw)

    def search(self, cond: QueryLike) -> list[Document]:
        """Documents that match; from the cache, an index or a scan."""
        table = self._read_table()
        self._drop_stale_cache()
        cached = self._query_cache.get(cond)
        if cached is not None:
            return [self.document_class(copy_json(doc), doc.doc_id) for doc in cached]
        found = [self._document(key, raw) for key, raw in self._matching(cond, table)]
        if getattr(cond, "is_cacheable", lambda: True)():
            copies = [self.document_class(copy_json(doc), doc.doc_id) for doc in found]
            self._query_cache[cond] = copies
        return found

    def _drop_stale_cache(self) -> None:
        generation = self._journal_storage.generation(self.name)
        if generation != self._cache_generation:
            self.clear_cache()
            self._cache_generation = generation

    def _matching(
        self, cond: QueryLike, table: Mapping[str, Mapping[str, Any]]
    ) -> Iterator[tuple[str, Mapping[str, Any]]]:
        keys = self._journal_storage.find_equal(self.name, cond)
        if keys is None:
            yield from ((key, raw) for key, raw in list(table.items()) if cond(raw))
        else:
            yield from ((key, table[key]) for key in keys)

    def get(
        self,
        cond: QueryLike | None = None,
        doc_id: int | None = None,
        doc_ids: list[int] | None = None,
    ) -> Any:
        """As in TinyDB; one document or a list, always copies."""
        if doc_id is not None:
            raw = self._read_table().get(str(doc_id))
            return None if raw is None else self.document_class(copy_json(raw), doc_id)
        if doc_ids is not None:
            wanted = {str(one) for one in doc_ids}
            table = self._read_table()
            if len(wanted) * 4 < len(table):
                # Few of many: in the order asked for, without walking the table.
                return [
                    self._document(k, table[k])
                    for k in dict.fromkeys(map(str, doc_ids))
                    if k in table
                ]
            return [self._document(key, raw) for key, raw in table.items() if key in wanted]
        if cond is not None:
            for key, raw in self._matching(cond, self._read_table()):
                return self._document(key, raw)
            return None
        return super().get()

    # -- writing -------------------------------------------------------------------------------

    def _update_table(self, updater: Callable[[Any], None]) -> None:
        storage, name = self._journal_storage, self._name
        with storage.transaction():
            raw = storage.tables.by_name.get(name)
            overlay = Overlay({} if raw is None else raw)
            updater(overlay)
            operations = overlay.operations(name)
            if raw is None and not operations:
                operations = [["t", name]]
            if operations:
                storage.do(*operations)
        self._query_cache.clear()

    def _get_next_id(self) -> int:
        tables = self._journal_storage.tables
        found = tables.next_id(self.name)
        tables.next_ids[self.name] = found + 1
        return found

    def insert(self, document: Mapping[str, Any]) -> int:
        """As in TinyDB; the id is taken under the lock."""
        with self._journal_storage.transaction():
            return super().insert(document)

    def insert_multiple(self, documents: Iterable[Mapping[str, Any]]) -> list[int]:
        """As in TinyDB; the ids are taken under the lock.

        Spelled out, because an import inserts thousands: half of TinyDB's way is calls.
        """
        storage, name, document_class = self._journal_storage, self._name, self.document_class
        with storage.transaction():
            raw = storage.tables.by_name.get(name)
            storage.tables.next_id(name)
            next_ids = storage.tables.next_ids
            fresh: dict[int, dict[str, Any]] = {}
            doc_ids: list[int] = []
            for document in documents:
                if not isinstance(document, dict) and not isinstance(document, Mapping):
                    raise ValueError("Document is not a Mapping")
                if isinstance(document, document_class):
                    doc_id = document.doc_id
                    if doc_id in fresh or (raw is not None and str(doc_id) in raw):
                        raise ValueError(f"Document with ID {doc_id} already exists")
                else:
                    doc_id = next_ids[name]
                    next_ids[name] = doc_id + 1
                doc_ids.append(doc_id)
                fresh[doc_id] = dict(document)
            if fresh:
                storage.do(*[["i", name, str(key), found] for key, found in fresh.items()])
            elif raw is None:
                storage.do(["t", name])
        self._query_cache.clear()
        return doc_ids

    def update(
        self,
        fields: Any,
        cond: QueryLike | None = None,
        doc_ids: Iterable[int] | None = None,
    ) -> list[int]:
        """As in TinyDB; only the documents that match are copied.

        Spelled out, because it is what a save does: a third of its time is TinyDB's calls.
        """
        storage, name = self._journal_storage, self._name
        with storage.transaction():
            raw = storage.tables.by_name.get(name)
            table = {} if raw is None else raw
            if doc_ids is not None:
                found = [doc_id for doc_id in doc_ids if str(doc_id) in table]
            elif cond is not None:
                found = self._matching_ids(cond)
            else:
                found = [self.document_id_class(key) for key in table]
            changed: dict[str, Any] = {}
            for doc_id in found:
                key = str(doc_id)
                if key not in changed:
                    changed[key] = copy_json(table[key])
                if callable(fields):
                    fields(changed[key])
                else:
                    changed[key].update(fields)
            operations = [
                ["u", name, key, document]
                for key, document in changed.items()
                if _differ(table[key], document)
            ]
            if operations:
                storage.do(*operations)
            elif raw is None:
                storage.do(["t", name])
        self._query_cache.clear()
        return found

    def update_multiple(self, updates: Iterable[tuple[Any, QueryLike]]) -> list[int]:
        """As in TinyDB; only the documents that match are copied."""
        steps = list(updates)
        with self._journal_storage.transaction():
            updated: list[int] = []

            def updater(table: Overlay) -> None:
                raw = self._journal_storage.tables.table(self.name)
                for key, document in list(raw.items()):
                    doc_id = self.document_id_class(key)
                    for fields, cond in steps:
                        seen = table[doc_id] if doc_id in updated else document
                        if cond(seen):
                            updated.append(doc_id)
                            if callable(fields):
                                fields(table[doc_id])
                            else:
                                table[doc_id].update(fields)

            self._update_table(updater)
            return updated

    def upsert(self, document: Mapping[str, Any], cond: QueryLike | None = None) -> list[int]:
        """As in TinyDB; update and insert are one commit."""
        with self._journal_storage.transaction():
            return super().upsert(document, cond)

    def remove(
        self, cond: QueryLike | None = None, doc_ids: Iterable[int] | None = None
    ) -> list[int]:
        """As in TinyDB."""
        with self._journal_storage.transaction():
            if doc_ids is None and cond is not None:
                doc_ids = self._matching_ids(cond)
            return super().remove(None, doc_ids)

    def _matching_ids(self, cond: QueryLike) -> list[int]:
        table = self._journal_storage.tables.table(self.name)
        return [self.document_id_class(key) for key, _ in self._matching(cond, table)]
