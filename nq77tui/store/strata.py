"""Records in other forms than the programme's: brought up where the way is known, else kept.

Two copies of a record in two forms are never merged with each other (`core.upgrade`). A machine
that knows the changes between them brings the older one up. One whose programme is older than
that keeps both: the copy of the lowest form stands in the table of its type, where this
programme may go on editing it, each other one in a table of its own, ``household@2``, untouched.
They travel like all others, so that nothing waits for the machines in between, and come together
as soon as the programme is updated; in which order does not matter.

The table ``_schema`` holds one row, by record type the lowest and the highest form in its table,
so that opening a store that needs nothing reads no record.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from nq77tui.core.document import doc_id_of, form_of, to_document
from nq77tui.core.merge import merge
from nq77tui.core.problem import Problem
from nq77tui.core.record import Record
from nq77tui.core.renaming import Renaming, renamed
from nq77tui.core.schema import Schema
from nq77tui.core.upgrade import ASIDE, split_aside, upgraded
from nq77tui.store.progress import Watch, unwatched, watched
from nq77tui.store.rows import sound
from nq77tui.store.storage import JournalStorage
from nq77tui.store.tables import Tables

SCHEMA_TABLE = "_schema"
_ROW = "1"


def is_record_table(name: str) -> bool:
    """Whether a table holds the records of a type, in the form that this programme works on."""
    return not name.startswith("_") and ASIDE not in name


def aside_table(record: Record) -> str:
    """The table in which a copy of this form is kept beside another."""
    return f"{record.type}{ASIDE}{record.schema}"


def type_of_table(name: str) -> str:
    """The record type of a table, of one that is kept beside too."""
    split = split_aside(name)
    return split[0] if split else name


def aside_tables(tables: Tables, record_type: str = "") -> list[tuple[str, int]]:
    """The tables kept beside, with the form of each, the lowest first."""
    found = [(name, split_aside(name)) for name in tables.by_name if not name.startswith("_")]
    return sorted(
        ((name, split[1]) for name, split in found if split and record_type in ("", split[0])),
        key=lambda one: (type_of_table(one[0]), one[1]),
    )


# -- what is in the tables -----------------------------------------------------------------------


def forms(tables: Tables, record_type: str) -> tuple[int, int]:
    """The lowest and the highest form that may stand in the table of a type."""
    row = tables.table(SCHEMA_TABLE).get(_ROW)
    match row.get(record_type) if isinstance(row, dict) else None:
        case [int(lowest), int(highest)]:
            return lowest, highest
        case _:
            return 1, 1


def note_form(storage: JournalStorage, record_type: str, form: int) -> None:
    """Note a form that the table of a type did not have; inside a transaction, before the put."""
    known = forms(storage.tables, record_type)
    if known[0] <= form <= known[1]:
        return
    if not storage.tables.table(record_type):
        known = form, form
    _note(storage, record_type, min(known[0], form), max(known[1], form))


def _note(storage: JournalStorage, record_type: str, lowest: int, highest: int) -> None:
    row = storage.tables.table(SCHEMA_TABLE).get(_ROW)
    kind = "i" if row is None else "u"
    noted = {**(row if isinstance(row, dict) else {}), record_type: [lowest, highest]}
    storage.do([kind, SCHEMA_TABLE, _ROW, noted])


# -- bringing up ---------------------------------------------------------------------------------


def behind(storage: JournalStorage, schemas: Mapping[str, Schema]) -> list[Schema]:
    """The record types of which something stands in an older form than the programme's."""
    tables = storage.tables
    waiting = {type_of_table(name) for name, form in aside_tables(tables)}
    return [
        schema
        for schema in schemas.values()
        if (forms(tables, schema.record)[0] < schema.form and tables.table(schema.record))
        or (
            schema.record in waiting
            and any(form <= schema.form for _, form in aside_tables(tables, schema.record))
        )
    ]


def ahead(storage: JournalStorage, schemas: Mapping[str, Schema]) -> list[Problem]:
    """Says of which types something stands in a newer form than the programme's."""
    found = []
    for schema in schemas.values():
        newest = [form for _, form in aside_tables(storage.tables, schema.record)]
        highest = max(newest, default=forms(storage.tables, schema.record)[1])
        if highest > schema.form:
            params = {"label": schema.label, "newest": highest, "version": schema.version}
            found.append(Problem("storage.newer_form", params, "warning"))
    return found


def bring_up(storage: JournalStorage, schema: Schema, watch: Watch = unwatched) -> Problem | None:
    """Bring everything of one type to the programme's form, inside a transaction.

    Returns:
        What people are to be told; nothing where no record had to be touched.

    Raises:
        StoppedError: as `watch` said.
    """
    count = 0
    table = storage.tables.table(schema.record)
    lowest = highest = schema.form
    for key, document in watched(list(table.items()), watch, "upgrade", len(table)):
        form = form_of(document) if isinstance(document, dict) else schema.form
        if form < schema.form:
            record = sound(schema.record, key, document)
            if record is not None:
                storage.do(["u", schema.record, key, to_document(upgraded(record, schema))])
                count += 1
        highest = max(highest, form)
    for name, form in aside_tables(storage.tables, schema.record):
        if form <= schema.form:
            count += _bring_in(storage, schema, name)
    if table or count:
        _note(storage, schema.record, lowest, highest)
    if not count:
        return None
    params = {"label": schema.label, "count": count, "version": schema.version}
    return Problem("storage.brought_up", params, "warning")


def _bring_in(storage: JournalStorage, schema: Schema, name: str) -> int:
    """Merge what was kept beside into the table of its type, now that its form is known."""
    count = 0
    for key, document in list(storage.tables.table(name).items()):
        record = sound(schema.record, key, document)
        if record is None:
            continue
        record = upgraded(record, schema)
        old = storage.tables.table(schema.record).get(key)
        mine = sound(schema.record, key, old) if old is not None else None
        if mine is not None and mine.schema > schema.form:
            # Of two that are kept the lower form stands in the table of the type.
            storage.do(["i", aside_table(mine), key, to_document(mine)])
        elif mine is not None:
            record = merge(mine, record)
        kind = "i" if old is None else "u"
        storage.do([kind, schema.record, key, to_document(record)])
        storage.do(["d", name, key])
        count += 1
    if not storage.tables.table(name):
        storage.do(["x", name])
    return count


def put_aside(storage: JournalStorage, record: Record) -> None:
    """Keep a copy beside the one in the table of its type; inside a transaction."""
    name, key = aside_table(record), str(doc_id_of(record.id))
    kind = "u" if key in storage.tables.table(name) else "i"
    storage.do([kind, name, key, to_document(record)])


def read_aside(tables: Tables, record_type: str = "") -> Iterator[Record]:
    """Every sound copy that is kept beside."""
    for name, _ in aside_tables(tables, record_type):
        for key, document in sorted(tables.table(name).items()):
            record = sound(type_of_table(name), key, document)
            if record is not None:
                yield record


def find_aside(tables: Tables, record: Record) -> Record | None:
    """The copy of the same form that is kept beside already."""
    name, key = aside_table(record), str(doc_id_of(record.id))
    document = tables.table(name).get(key)
    return sound(record.type, key, document) if document is not None else None


def find_all_aside(tables: Tables, record_type: str, record_id: str) -> list[Record]:
    """The copies of one record that are kept beside, the lowest form first."""
    key = str(doc_id_of(record_id))
    found = (
        sound(record_type, key, tables.table(name)[key])
        for name, _ in aside_tables(tables, record_type)
        if key in tables.table(name)
    )
    return [record for record in found if record is not None]


def renamed_aside(tables: Tables, renamings: Sequence[Renaming]) -> dict[tuple[str, int], Record]:
    """The copies that are kept beside with their writes under other names, by id and form."""
    found: dict[tuple[str, int], Record] = {}
    for record in read_aside(tables):
        after = renamed(record, renamings)
        twin = found.get((after.id, after.schema))
        found[after.id, after.schema] = merge(twin, after) if twin else after
    return found


def rename_aside(storage: JournalStorage, renamings: Sequence[Renaming]) -> None:
    """Write them down like that; inside a transaction."""
    found = renamed_aside(storage.tables, renamings)
    for record in list(read_aside(storage.tables)):
        if (record.id, record.schema) not in found:
            storage.do(["d", aside_table(record), str(doc_id_of(record.id))])
    for record in found.values():
        if record != find_aside(storage.tables, record):
            put_aside(storage, record)
