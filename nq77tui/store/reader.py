"""Reading a store: frozen records, read-only rows, titles. Never a live document."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from types import MappingProxyType

from nq77tui.core.document import doc_id_of, id_of_doc_id, is_doc_id, to_document
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.record import Json, Record
from nq77tui.core.renaming import Renaming
from nq77tui.core.schema import Schema
from nq77tui.core.scope import Row
from nq77tui.core.typed import show_value
from nq77tui.core.upgrade import upgraded
from nq77tui.core.verification import VERIFICATION
from nq77tui.programme import Programme
from nq77tui.store.lookalikes import Lookalikes
from nq77tui.store.marked import Marked
from nq77tui.store.parked import Parked, ParkedRows, newer, of_row
from nq77tui.store.progress import Watch, unwatched, watched
from nq77tui.store.rows import is_alive, joined_into, row_of, sound
from nq77tui.store.settings import StoreSettings
from nq77tui.store.storage import JournalStorage
from nq77tui.store.strata import (
    aside_table,
    aside_tables,
    find_all_aside,
    find_aside,
    is_record_table,
    read_aside,
    renamed_aside,
)
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
        self._kept_marked: Marked | None = None
        self._kept_parked: ParkedRows | None = None
        self._kept_lookalikes: Lookalikes | None = None
        self._counts: dict[str, tuple[Hashable, int]] = {}
        self._kept_led_on: dict[str, tuple[Marked, int, Mapping[str, str]]] = {}

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

    def local_time(self) -> datetime:
        """The time in this machine's zone, for people."""
        return self._clock()

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
        return sorted(name for name in self._storage.tables.by_name if is_record_table(name))

    def records(self, record_type: str) -> Iterator[Record]:
        """All sound records of a type, dead ones included; `nq77 check` names the others."""
        for key, document in list(self._storage.tables.table(record_type).items()):
            record = sound(record_type, key, document)
            if record is not None:
                yield self.as_now(record)

    def as_now(self, record: Record) -> Record:
        """A record in the form that the programme has for it, if it was older."""
        schema = self.programme.schemas.get(record.type)
        return record if schema is None else upgraded(record, schema)

    def get(self, record_id: str) -> Record | None:
        """One record, dead or alive; None where there is none."""
        found = self._locate(record_id)
        record = sound(*found) if found is not None else None
        return self.as_now(record) if record is not None else None

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
        """A live record's displayed values, without copying; None where there is none.

        The id of a record that was joined with another leads to that one, whose id the row has.
        """
        found = self._locate(record_id)
        if found is None:
            return None
        if not is_alive(*found):
            now = self.resolve_id(record_id)
            return self.row(now) if now != record_id else None
        values = self._as_of_now(found[0], MappingProxyType(found[2]))
        return Row(record_id, found[0], values)

    def resolve_id(self, record_id: str) -> str:
        """The id under which a record stands now: its own, or that of what it was joined into."""
        seen = [record_id]
        while (found := self._locate(seen[-1])) and (into := joined_into(*found)):
            if into in seen:
                return record_id
            seen.append(into)
        return seen[-1]

    def aliases(self, record_id: str) -> list[str]:
        """The ids that lead to a record since it was joined with others."""
        located = self._locate(record_id)
        found = [record_id] if located else []
        for one in found:  # grows while it is walked
            leading = self._marked.joined(located[0]).get(one, [])  # type: ignore[index]
            found += [alias for alias in leading if alias not in found]
        return found[1:]

    def _led_on(self, record_type: str) -> Mapping[str, str]:
        """The ids to which records of a type may still refer, with those of now."""
        marked = self._marked
        known = self._kept_led_on.get(record_type)
        if known is None or known[0] is not marked or known[1] != marked.version:
            schema = self.programme.schemas.get(record_type)
            types = {name for one in schema.references for name in one.to} if schema else set()
            found = {
                alias: self.resolve_id(alias)
                for name in types
                for aliases in marked.joined(name).values()
                for alias in aliases
            }
            known = self._kept_led_on[record_type] = marked, marked.version, found
        return known[2]

    def _as_of_now(self, record_type: str, values: Mapping[str, Json]) -> Mapping[str, Json]:
        """Values whose references lead to what joined records are now, late ones included."""
        led_on = self._led_on(record_type)
        if not led_on:
            return values
        changes = {
            field.name: led_on[value]
            for field in self.programme.schemas[record_type].references
            if isinstance(value := values.get(field.name), str) and value in led_on
        }
        return {**values, **changes} if changes else values

    @property
    def _marked(self) -> Marked:
        tables = self._storage.tables  # others after the store was loaded anew
        if self._kept_marked is None or self._kept_marked.tables is not tables:
            self._kept_marked = Marked(tables)
        return self._kept_marked

    @property
    def _parked_rows(self) -> ParkedRows:
        tables = self._storage.tables
        if self._kept_parked is None or self._kept_parked.tables is not tables:
            self._kept_parked = ParkedRows(tables, self.programme.schemas)
        return self._kept_parked

    @property
    def lookalikes(self) -> Lookalikes:
        """Finds the records that look like one."""
        tables = self._storage.tables
        if self._kept_lookalikes is None or self._kept_lookalikes.tables is not tables:
            schemas = self.programme.schemas
            self._kept_lookalikes = Lookalikes(tables, schemas, self.resolve_id)
        return self._kept_lookalikes

    def rows(self, record_type: str) -> Iterator[Row]:
        """All live records of a type, cheaply."""
        for key, values in self.live(record_type):
            yield Row(id_of_doc_id(int(key)), record_type, values)

    def live(self, record_type: str) -> Iterator[tuple[str, Mapping[str, Json]]]:
        """TinyDB id and displayed values of all live records of a type: what costs least."""
        is_led_on = bool(self._led_on(record_type))
        for key, document in list(self._storage.tables.table(record_type).items()):
            if not is_alive(record_type, key, document):
                continue
            try:
                if is_doc_id(int(key)):
                    values = MappingProxyType(document)
                    yield key, self._as_of_now(record_type, values) if is_led_on else values
            except ValueError:
                continue

    def find(self, record_type: str, field: str, value: str) -> list[Row]:
        """The live records whose field has a value, from an index.

        A record's id finds also those that refer to it by an id that it had before a join.
        """
        table = self._storage.tables.table(record_type)
        keys = [
            key
            for one in (value, *self.aliases(value))
            for key in self._storage.keys_where(record_type, field, one)
        ]
        rows = (row_of(record_type, key, table[key]) for key in keys)
        return [
            row._replace(values=self._as_of_now(record_type, row.values))
            for row in rows
            if row is not None
        ]

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

    def leading_to(
        self, record_type: str, fields: Sequence[str], ids: Collection[str]
    ) -> list[tuple[str, str]]:
        """Id and field of what refers to one of some ids as it is stored, dead records included.

        Without an index, in one walk, and in one order on every machine.
        """
        found = [
            (int(key), name)
            for key, values in list(
                self._storage.tables.table(record_type).items() if fields else ()
            )
            if isinstance(values, dict) and key.isascii() and key.isdigit()
            for name in fields
            if type(value := values.get(name)) is str and value in ids
        ]
        return [(id_of_doc_id(key), name) for key, name in sorted(found) if is_doc_id(key)]

    def count(self, record_type: str) -> int:
        """How many live records of a type there are; counted again only after a change."""
        generation = self._storage.generation(record_type)
        known = self._counts.get(record_type)
        if known is None or known[0] != generation:
            table = self._storage.tables.table(record_type)
            known = generation, sum(is_alive(record_type, *item) for item in table.items())
            self._counts[record_type] = known
        return known[1]

    def _locate(self, record_id: str) -> tuple[str, str, Document] | None:
        try:
            key = str(doc_id_of(record_id))
        except ValueError:
            return None
        tables = self._storage.tables.by_name
        name = tables.table_with(key)
        return None if name is None else (name, key, tables[name][key])

    def title(self, record_id: str, depth: int = 2) -> str:
        """What people call a record; its id where it has no name or is not here."""
        found = self._locate(record_id)
        if found and joined_into(*found) and (now := self.resolve_id(record_id)) != record_id:
            return self.title(now, depth)
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
        return [
            self.as_now(record)
            for record_type in self.record_types()
            # What was decided about a verification is in the record that was verified.
            if record_type != VERIFICATION
            for record in self._marked.records(record_type)
            if not record.is_dead and (record.conflicts or record.is_contested)
        ]

    def deleted(self) -> list[Record]:
        """The records that are dead, those that were joined with others included."""
        return [
            self.as_now(record)
            for record_type in self.record_types()
            for record in self._marked.records(record_type)
            if record.is_dead
        ]

    # -- other forms than the programme's ------------------------------------------------------

    def parked_in(self, record_id: str) -> tuple[Parked, ...]:
        """What waits in one live record."""
        row = self.row(record_id)
        schema = self.programme.schemas.get(row.type) if row else None
        if row is None or schema is None:
            return ()
        beside = find_all_aside(self._storage.tables, row.type, record_id)
        return (
            *of_row(schema, row),
            *(newer(record_id, record.schema, schema) for record in beside),
        )

    def parked(self) -> tuple[Parked, ...]:
        """What waits for a newer programme, or for a person after a change of the schema."""
        found: list[Parked] = []
        for schema in self.programme.schemas.values():
            found += self._parked_rows.of(schema)
            found += (
                newer(record.id, record.schema, schema)
                for record in read_aside(self._storage.tables, schema.record)
            )
        return tuple(found)

    def is_newer(self, record: Record) -> bool:
        """Whether a record is in a form that only a newer programme knows."""
        schema = self.programme.schemas.get(record.type)
        return schema is not None and record.schema > schema.form

    def aside(self, record: Record) -> Record | None:
        """The copy of a record in the same form that is kept beside another."""
        return find_aside(self._storage.tables, record)

    def renamed_aside(self, renamings: Sequence[Renaming]) -> dict[tuple[str, int], Record]:
        """The copies that are kept beside with their writes under other names, by id and form."""
        return renamed_aside(self._storage.tables, renamings)

    def tables_aside(self) -> list[str]:
        """The tables of copies that are kept beside: the record type, ``@``, the form."""
        return [name for name, _ in aside_tables(self._storage.tables)]

    # -- documents -----------------------------------------------------------------------------

    def documents(self, record_type: str) -> Iterator[tuple[str, Mapping[str, Json]]]:
        """The stored documents of a type by TinyDB id, read-only and not yet proved sound."""
        for key, document in list(self._storage.tables.table(record_type).items()):
            # What something else wrote may be anything; whoever reads it looks first.
            yield key, MappingProxyType(document) if isinstance(document, dict) else document

    def document(self, record_type: str, key: str) -> Mapping[str, Json] | None:
        """The stored document behind a TinyDB id, read-only."""
        found = self._storage.tables.table(record_type).get(key)
        return MappingProxyType(found) if isinstance(found, dict) else None

    def canonical_tables(self, watch: Watch = unwatched) -> dict[str, dict[str, Document]]:
        """All records as TinyDB tables in one order and spelling: equal contents, equal bytes.

        Raises:
            StoppedError: as `watch` said.
        """
        found = {
            name: _documents(watched(self.records(name), watch, "export", self.count(name)))
            for name in self.record_types()
            if self._storage.tables.table(name)
        }
        for name, kept in groupby(read_aside(self._storage.tables), aside_table):
            found[name] = _documents(kept)
        return found


def _documents(records: Iterable[Record]) -> dict[str, Document]:
    ordered = sorted(records, key=lambda record: record.id)
    return {str(doc_id_of(record.id)): to_document(record) for record in ordered}
