"""Records in and out of a store: the one door to the data for everything above.

Hands out frozen records and read-only rows. Every write is an edit of a record with the next
counter of this replica; a transaction of several is one commit.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

from nq77tui.core import merge
from nq77tui.core.coverage import Coverage
from nq77tui.core.document import doc_id_of, from_document, id_of_doc_id, to_document
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.record import Dot, Json, Record, Stamp
from nq77tui.core.schema import Field, Schema
from nq77tui.core.scope import RecordScope, Row
from nq77tui.core.text import normalise
from nq77tui.core.typed import show_value
from nq77tui.core.validation import calculated
from nq77tui.programme import Programme
from nq77tui.store.database import open_tinydb
from nq77tui.store.reference import candidates, check_record, reference_reader
from nq77tui.store.settings import StoreSettings, load_settings, save_settings
from nq77tui.store.storage import JournalStorage
from nq77tui.store.tables import Document
from nq77tui.store.writer import REPLICA_TABLE, Writer, replica_rows

SNAPSHOT = "store.json"


def create_store(folder: Path, programme: Programme) -> None:
    """Make an empty store.

    Raises:
        RefusedError: there is one already, or the folder cannot be made.
    """
    if (folder / SNAPSHOT).exists():
        raise RefusedError(Problem("storage.store_exists", {"folder": str(folder)}))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        save_settings(folder, StoreSettings(programme.id, programme.version))
        open_tinydb(folder / SNAPSHOT).close()
    except OSError as error:
        params = {"folder": str(folder), "detail": error.strerror or str(error)}
        raise RefusedError(Problem("storage.cannot_open", params)) from error


def write_store(folder: Path, programme: Programme, records: Iterable[Record]) -> None:
    """Make a store that holds given records: for samples and for repair.

    Equal records give equal bytes.

    Raises:
        RefusedError: there is a store already, or the folder cannot be written.
    """
    create_store(folder, programme)
    tables: dict[str, dict[str, Document]] = {}
    heard: dict[str, int] = {}
    for record in sorted(records, key=lambda record: (record.type, record.id)):
        tables.setdefault(record.type, {})[str(doc_id_of(record.id))] = to_document(record)
        heard = merge.join(heard, record.vector)
    tables[REPLICA_TABLE] = replica_rows(heard)
    with JournalStorage(folder / SNAPSHOT) as storage:
        storage.replace_all(tables)


class Repository:
    """The records of one store, under one programme."""

    def __init__(
        self,
        folder: Path,
        programme: Programme,
        settings: StoreSettings,
        storage: JournalStorage,
        writer: Writer,
        clock: Callable[[], datetime],
    ) -> None:
        self.folder = folder
        self.programme = programme
        self.settings = settings
        self._storage = storage
        self._writer = writer
        self._clock = clock

    @classmethod
    def open(
        cls,
        folder: Path,
        programme: Programme,
        *,
        operator: str,
        clock: Callable[[], datetime],
        read_only: bool = False,
        state_folder: Path | None = None,
    ) -> Self:
        """Open the store in a folder.

        Args:
            operator: the name written with every change.
            clock: the time now, with its zone.
            state_folder: where the right to write is kept; the user's state folder if None.

        Raises:
            RefusedError: there is none, it is damaged or newer, or another programme's.
        """
        if not (folder / SNAPSHOT).exists():
            raise RefusedError(Problem("storage.no_store", {"folder": str(folder)}))
        settings = load_settings(folder) or StoreSettings(programme.id, programme.version)
        if settings.programme != programme.id:
            found = {"found": settings.programme, "wanted": programme.id, "folder": str(folder)}
            raise RefusedError(Problem("storage.other_programme", found))
        try:
            storage = JournalStorage(folder / SNAPSHOT, read_only=read_only)
        except OSError as error:
            params = {"folder": str(folder), "detail": error.strerror or str(error)}
            raise RefusedError(Problem("storage.cannot_open", params)) from error
        writer = Writer(storage, operator, clock, state_folder)
        return cls(folder, programme, settings, storage, writer, clock)

    def close(self) -> None:
        """Fold the journal into the snapshot and let go of the files."""
        self._storage.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # -- reading -------------------------------------------------------------------------------

    @property
    def notices(self) -> list[Problem]:
        """What opening the store had to tell people."""
        return [*self._storage.notices, *self._writer.notices]

    @property
    def operator(self) -> str:
        """The name written with every change."""
        return self._writer.operator

    @property
    def replica(self) -> str:
        """The id under which this store writes; empty before its first write."""
        return self._writer.replica

    @property
    def generation(self) -> Hashable:
        """Differs when anything in the store has changed."""
        return self._storage.sequence

    def refresh(self) -> bool:
        """Take in what colleagues have saved; one stat call where that is nothing."""
        return self._storage.refresh()

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
        """All records of a type, dead ones included."""
        for key, document in list(self._storage.tables.table(record_type).items()):
            yield from_document(record_type, int(key), document)

    def get(self, record_id: str) -> Record | None:
        """One record, dead or alive; None where there is none."""
        found = self._locate(record_id)
        if found is None:
            return None
        record_type, key, document = found
        return from_document(record_type, int(key), document)

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
            if _is_alive(record_type, key, document):
                yield Row(id_of_doc_id(int(key)), record_type, MappingProxyType(document))

    def find(self, record_type: str, field: str, value: str) -> list[Row]:
        """The live records whose field has a value, from an index."""
        table = self._storage.tables.table(record_type)
        return [
            Row(id_of_doc_id(int(key)), record_type, MappingProxyType(table[key]))
            for key in self._storage.keys_where(record_type, field, value)
            if _is_alive(record_type, key, table[key])
        ]

    def count(self, record_type: str) -> int:
        """How many live records of a type there are."""
        table = self._storage.tables.table(record_type)
        return sum(1 for key, document in table.items() if _is_alive(record_type, key, document))

    def _locate(self, record_id: str) -> tuple[str, str, Document] | None:
        try:
            key = str(doc_id_of(record_id))
        except ValueError:
            return None
        for name, table in self._storage.tables.by_name.items():
            if key in table and not name.startswith("_"):
                return name, key, table[key]
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
                causal = document.get("_")
                if isinstance(causal, dict) and ("o" in causal or "x" in causal):
                    record = from_document(record_type, int(key), document)
                    if not record.is_dead and (record.conflicts or record.is_contested):
                        found.append(record)
        return found

    def resolve(self, record_id: str, field: str, value: Json) -> Record:
        """Decide a conflict: a write that has seen all the values, and so wins everywhere.

        Raises:
            RefusedError: there is no conflict in that field.
        """
        record = self.require(record_id)
        if field not in record.conflicts:
            raise RefusedError(Problem("repository.no_conflict", {"id": record_id, "field": field}))
        return self._writer.write(
            lambda dot, stamp: merge.edit(self.require(record_id), {field: value}, dot, stamp)
        )

    # -- checking ------------------------------------------------------------------------------

    def scope(
        self, record_type: str, values: Mapping[str, Json], as_of: date | None = None
    ) -> RecordScope:
        """What the expressions of a record type can see."""
        self.schema(record_type)
        return RecordScope(
            values, self, self.today().isoformat(), as_of.isoformat() if as_of else ""
        )

    def check(
        self, record_type: str, values: Mapping[str, Json], record_id: str | None = None
    ) -> tuple[Problem, ...]:
        """Everything wrong or doubtful about a record that is to be saved."""
        return check_record(self, self.schema(record_type), values, record_id)

    def candidates(self, field: Field, values: Mapping[str, Json]) -> Iterator[Row]:
        """The records that a reference field may lead to."""
        return candidates(self, field, values)

    def read_reference(self, values: Mapping[str, Json]) -> Callable[[Field, str], str]:
        """Reads what people give for a reference: an id or an exact title."""
        return reference_reader(self, values)

    def find_area(self, given: str) -> str:
        """The area that people mean by an id or an exact name.

        Raises:
            RefusedError: none, or several.
        """
        tree = self.programme.tree
        anywhere = Field(tree.record, "reference", tree.label, to=(tree.record,))
        return reference_reader(self, {})(anywhere, normalise(given))

    # -- writing -------------------------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside are one commit: there whole, or not at all."""
        with self._writer.transaction():
            yield

    def add(self, record_type: str, values: Mapping[str, Json]) -> Record:
        """Save a new record.

        Raises:
            RefusedError: an error in a value, or a live record with the same key.
        """
        schema = self.schema(record_type)
        with self.transaction():
            filled = self._filled(schema, values)
            _refuse_errors(self.check(record_type, filled))
            record_id = self.key_id(schema, filled)
            existing = self.get(record_id) if record_id else None
            if existing is not None and not existing.is_dead:
                raise RefusedError(Problem("repository.exists", {"id": existing.id}))
            if existing is not None:
                return self._writer.write(
                    lambda dot, stamp: merge.edit(
                        existing, filled, dot, stamp, schema=schema.version
                    )
                )
            return self._writer.write(
                lambda dot, stamp: merge.create(
                    record_type, filled, dot, stamp, schema=schema.version, record_id=record_id
                )
            )

    def key_id(self, schema: Schema, values: Mapping[str, Json]) -> str | None:
        """The id that a record's real-world key gives; None where the key is not complete."""
        if not schema.key or any(values.get(name) in (None, "", []) for name in schema.key):
            return None
        return merge.keyed_id(schema.record, [values[name] for name in schema.key])

    def _filled(self, schema: Schema, values: Mapping[str, Json]) -> dict[str, Json]:
        filled: dict[str, Json] = {n: v for n, v in values.items() if v is not None}
        filled.update(calculated(schema, self.scope(schema.record, filled)))
        return {name: value for name, value in filled.items() if value is not None}

    def edit(self, record_id: str, changes: Mapping[str, Json]) -> Record:
        """Save changed fields; None empties one. Problems that were there before do not block.

        Raises:
            RefusedError: no such record, or an error in what is changed or follows from it.
        """
        with self.transaction():
            record = self.require(record_id)
            schema = self.schema(record.type)
            before = record.values
            after: dict[str, Json] = {**before, **changes}
            after.update(calculated(schema, self.scope(record.type, after)))
            known = {_place(problem) for problem in self.check(record.type, before, record_id)}
            _refuse_errors(
                problem
                for problem in self.check(record.type, after, record_id)
                if problem.params.get("field") in changes or _place(problem) not in known
            )
            changed = {
                name: value
                for name, value in after.items()
                if value != before.get(name) or type(value) is not type(before.get(name))
            }
            # A value typed again over siblings is a decision between them.
            changed.update({n: v for n, v in changes.items() if n in record.conflicts})
            if not changed and not record.is_dead:
                return record
            return self._writer.write(
                lambda dot, stamp: merge.edit(record, changed, dot, stamp, schema=schema.version)
            )

    def delete(self, record_id: str) -> Record:
        """Mark a record deleted.

        Raises:
            RefusedError: no such record.
        """
        return self._decide(record_id, merge.delete)

    def keep(self, record_id: str) -> Record:
        """Take a deletion back, or decide a contested one for the record.

        Raises:
            RefusedError: no such record.
        """
        return self._decide(record_id, merge.keep)

    def _decide(self, record_id: str, decide: Callable[[Record, Dot, Stamp], Record]) -> Record:
        with self.transaction():
            record = self.require(record_id)
            return self._writer.write(lambda dot, stamp: decide(record, dot, stamp))

    def take_in(self, records: Iterator[Record] | list[Record], heard: Mapping[str, int]) -> None:
        """Put merged records in place; `heard` is what the store includes of each replica now."""
        with self.transaction():
            for record in records:
                self._writer.put(record)
            self._writer.hear(heard)

    def coverage(self, as_of: str) -> Coverage:
        """All metrics and figures of all areas on a day (ISO text)."""
        programme = self.programme
        return Coverage(
            programme.schemas,
            programme.metrics,
            programme.figures,
            self,
            as_of=as_of,
            today=self.today().isoformat(),
        )

    def documents(self, record_type: str) -> Iterator[tuple[str, Mapping[str, Json]]]:
        """The stored documents of a type by TinyDB id, read-only and not yet proved sound."""
        for key, document in list(self._storage.tables.table(record_type).items()):
            yield key, MappingProxyType(document)

    def document(self, record_type: str, key: str) -> Mapping[str, Json] | None:
        """The stored document behind a TinyDB id, read-only."""
        found = self._storage.tables.table(record_type).get(key)
        return None if found is None else MappingProxyType(found)

    def heard(self) -> dict[str, int]:
        """The highest counter of each replica that this store includes."""
        return self._writer.heard()

    def chain(self) -> str:
        """The hash over all commits of this replica."""
        return self._writer.chain()

    def leave_replica(self) -> None:
        """Write under a new replica id from now on: the old one is in use elsewhere."""
        self._writer.leave()

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


def _is_alive(record_type: str, key: str, document: Document) -> bool:
    causal = document.get("_")
    if type(causal) is str or (isinstance(causal, dict) and "x" not in causal):
        return True
    if causal is None:
        return False  # a row that something else wrote: `nq77 check` names it
    return not from_document(record_type, int(key), document).is_dead


def _refuse_errors(problems: Iterator[Problem] | tuple[Problem, ...]) -> None:
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise RefusedError(*errors)


def _place(problem: Problem) -> tuple[str, object]:
    return problem.key, problem.params.get("field")
