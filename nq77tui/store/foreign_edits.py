"""Fields that something else, stock TinyDB for example, has changed in the snapshot.

It knows nothing of dots: its value would stand under the name of a write that is another value on
every other machine, and no merge could ever tell which is meant. What was written under that name
stands in the history: the row is put back as it was, and the change made a write of its own.
"""

from __future__ import annotations

from functools import partial

from nq77tui.core import merge
from nq77tui.core.document import RESERVED, from_document
from nq77tui.core.problem import RefusedError
from nq77tui.core.record import Dot, Json, Record, Stamp
from nq77tui.store.storage import JournalStorage
from nq77tui.store.tables import Document, Tables
from nq77tui.store.writer import Writer


def adopt_foreign_edits(storage: JournalStorage, writer: Writer) -> int:
    """Make writes of this store of them; inside a transaction.

    Rows that the history does not know (any more) stay as they are.

    Returns:
        In how many records something had been changed.
    """
    then = Tables({}, {})
    for commit in writer.commits():
        for operation in commit.operations:
            if operation[0] != "d" or operation[2] in then.table(operation[1]):
                then.apply(operation)
    adopted = 0
    for table in list(then.by_name):
        for key, before in then.table(table).items():
            now = storage.tables.table(table).get(key)
            changed = _changed(before, now) if now else {}
            record = _record(table, key, before) if changed else None
            if record is not None and now is not None and _record(table, key, now) is not None:
                writer.put(record)
                writer.write(partial(_edited, record, changed))
                adopted += 1
    return adopted


def _changed(before: Document, now: Document) -> dict[str, Json]:
    """The fields that differ under the same history."""
    if RESERVED not in now or before.get(RESERVED) != now[RESERVED]:
        return {}
    names = sorted({*before, *now})
    return {name: now.get(name) for name in names if before.get(name) != now.get(name)}


def _edited(record: Record, changed: dict[str, Json], dot: Dot, stamp: Stamp) -> Record:
    return merge.edit(record, changed, dot, stamp, schema=record.schema)


def _record(table: str, key: str, document: Document) -> Record | None:
    try:
        return from_document(table, int(key), document)
    except (RefusedError, ValueError):
        return None
