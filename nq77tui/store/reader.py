"""Reading a store: frozen records, read-only rows, titles. Never a live document."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from datetime import date, datetime
from types import MappingProxyType

from nq77tui.core.document import doc_id_of, from_document, id_of_doc_id, to_document
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.record import Json, Record
from nq77tui.core.schema import Schema
from nq77tui.core.scope import Row
from nq77tui.core.typed import show_value
from nq77tui.programme import Programme
from nq77tui.store.settings import StoreSettings
from nq77tui.store.storage import JournalStorage
from nq77tui.store.tables import Document


class Reader:
    """The reading half of a repository."""

    def __init__(
        self,
        programme: Programme,
        settings: StoreSettings,
        storage: JournalStorage,
        clock: Callable[[], datetime],
    ) -> None:
        self.programme = programme
        self.settings = settings
        self._storage = storage
        self._clock = clock

    @property
    def generation(self) -> Hashable:
        """Differs when anything in the store has changed."""
        return self._storage.sequence

    def refresh(self) -> bool:
        """Take in what colleagues have saved; one stat call where that is nothing."""
        return self._storage.refresh()

    def now(self) -> int:
        """Seconds since 1970, by this machine's clock."""
        return int(self._clock().timestamp())

    def today(self) -> date:
        """The day, by this machine's clock."""
        return self._clock().date()

    def schema(self, record_type: str) -> Schema:
        """The schema of a record type.

        Raises:
            RefusedError: the programme has no such type.
        """
        schema = self.programme.schemas.get(record_type)
        if schema is None:
            known = ", ".join(sorted(self.programme.schemas))
            raise RefusedError(
                Problem("repository.no_type", {"record": record_type, "known": known})
            )
        return schema

    def record_types(self) -> list[str]:
        """All types in the store, those of other programme versions included."""
        return sorted(name for name in self._storage.tables.by_name if not name.startswith("_"))

    def records(self, record_type: str) -> Iterator[Record]:
        """All sound records of a type, dead ones included; `nq77 check` names the others."""
        for key, document in list(self._storage.tables.table(record_type).items()):
            record = _sound(record_type, key, document)
            if record is not None:
                yield record

    def get(self, record_id: str) -> Record | None:
        """One record, dead or alive; None where there is none."""
        found = self._locate(record_id)
        if found is None:
            return None
        return _sound(*found)

    def require(self, record_id: str) -> Record:
        """One record, dead or alive.

        Raises:
            RefusedError: there is none.
        """
        record = self.get(record_id)
        if record is None:
            raise RefusedError(Problem("repository.no_record", {"id": record_id}))
        return record

    def row(self, record_id: str) -> Row | None:
        """A live record's displayed values, without copying; None where there is none."""
        found = self._locate(record_id)
        if found is None or not _is_alive(*found):
            return None
        return Row(record_id, found[0], MappingProxyType(found[2]))

    def rows(self, record_type: str) -> Iterator[Row]:
        """All live records of a type, cheaply."""
        for key, document in list(self._storage.tables.table(record_type).items()):
            row = _row(record_type, key, document)
            if row is not None:
                yield row

    def find(self, record_type: str, field: str, value: str) -> list[Row]:
        """The live records whose field has a value, from an index."""
        table = self._storage.tables.table(record_type)
        keys = self._storage.keys_where(record_type, field, value)
        rows = (_row(record_type, key, table[key]) for key in keys)
        return [row for row in rows if row is not None]

    def referring(self, record_id: str) -> list[Row]:
        """The live records that refer to one, by any of their fields."""
        found = self._locate(record_id)
        if found is None:
            return []
        rows = {
            row.id: row
            for schema in self.programme.schemas.values()
            for field in schema.references
            if found[0] in field.to
            for row in self.find(schema.record, field.name, record_id)
        }
        return list(rows.values())

    def count(self, record_type: str) -> int:
        """How many live records of a type there are."""
        table = self._storage.tables.table(record_type)
        return sum(1 for key, document in table.items() if _is_alive(record_type, key, document))

    def _locate(self, record_id: str) -> tuple[str, str, Document] | None:
        try:
            key = str(doc_id_of(record_id))
        except ValueError:
            return None
        tables = self._storage.tables
        for name in list(tables.by_name):
            if not name.startswith("_") and tables.holds(name, key):
                return name, key, tables.table(name)[key]
        return None

    def title(self, record_id: str, depth: int = 2) -> str:
        """What people call a record; its id where it has no name or is not here."""
        found = self._locate(record_id)
        schema = self.programme.schemas.get(found[0]) if found else None
        if found is None or schema is None or not depth:
            return record_id
        shown = [
            show_value(
                schema.fields[name],
                found[2].get(name),
                self.settings.language,
                lambda reference: self.title(reference, depth - 1),
            )
            for name in schema.title
        ]
        return " - ".join(part for part in shown if part) or record_id

    # -- conflicts -----------------------------------------------------------------------------

    def conflicted(self) -> list[Record]:
        """Records with something that a merge could not decide."""
        found = []
        for record_type in self.record_types():
            for key, document in self._storage.tables.table(record_type).items():
                causal = document.get("_") if isinstance(document, dict) else None
                if isinstance(causal, dict) and ("o" in causal or "x" in causal):
                    record = _sound(record_type, key, document)
                    if record and not record.is_dead and (record.conflicts or record.is_contested):
                        found.append(record)
        return found

    def documents(self, record_type: str) -> Iterator[tuple[str, Mapping[str, Json]]]:
        """The stored documents of a type by TinyDB id, read-only and not yet proved sound."""
        for key, document in list(self._storage.tables.table(record_type).items()):
            # What something else wrote may be anything; whoever reads it looks first.
            yield key, MappingProxyType(document) if isinstance(document, dict) else document

    def document(self, record_type: str, key: str) -> Mapping[str, Json] | None:
        """The stored document behind a TinyDB id, read-only."""
        found = self._storage.tables.table(record_type).get(key)
        return MappingProxyType(found) if isinstance(found, dict) else None

    def canonical_tables(self) -> dict[str, dict[str, Document]]:
        """All records as TinyDB tables in one order and spelling: equal contents, equal bytes."""
        return {
            name: {
                str(doc_id_of(record.id)): to_document(record)
                for record in sorted(self.records(name), key=lambda record: record.id)
            }
            for name in self.record_types()
            if self._storage.tables.table(name)
        }


def _sound(record_type: str, key: str, document: Document) -> Record | None:
    """The record behind a row; None where something else wrote it or it is damaged."""
    try:
        return from_document(record_type, int(key), document)
    except (RefusedError, ValueError, AttributeError):
        return None


def _is_alive(record_type: str, key: str, document: Document) -> bool:
    if not isinstance(document, dict):
        return False
    causal = document.get("_")
    if type(causal) is str or (isinstance(causal, dict) and "x" not in causal):
        return True
    record = _sound(record_type, key, document)
    return record is not None and not record.is_dead


def _row(record_type: str, key: str, document: Document) -> Row | None:
    """A live record's row; None for one that is dead, damaged or was written by something else."""
    if not _is_alive(record_type, key, document):
        return None
    try:
        return Row(id_of_doc_id(int(key)), record_type, MappingProxyType(document))
    except ValueError:
        return None
