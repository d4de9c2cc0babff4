"""``[[changes]]`` of a schema, read into `core.change`."""

from __future__ import annotations

from collections.abc import Iterator

from nq77tui.core.change import SchemaChange, Split
from nq77tui.core.schema import FIELD_TYPES
from nq77tui.programme.table import Table

CHANGES = "changes"


def read_changes(table: Table, version: int) -> tuple[SchemaChange, ...]:
    """The changes of a record type, each of a version of its own, in their order."""
    found: list[SchemaChange] = []
    for entry in table.array(CHANGES):
        change = _change(entry)
        entry.done()
        if not entry.has("version"):
            entry.wrong("missing_key", "version")
        elif not 2 <= change.version <= version:
            entry.wrong("change_version", "version", found=change.version, version=version)
        elif found and change.version <= found[-1].version:
            entry.wrong("change_order", "version", found=change.version)
        elif not (change.moves_values or change.removed):
            entry.wrong("change_empty", "version", found=change.version)
        else:
            found.append(change)
    return tuple(found)


def _change(table: Table) -> SchemaChange:
    return SchemaChange(
        version=table.integer("version", 0),
        rename=_names(table.table("rename")),
        split=dict(_splits(table)),
        choices={name: _names(codes, empty=True) for name, codes in table.tables("choices")},
        types=_types(table.table("type")),
        removed=table.texts("remove"),
    )


def _names(table: Table, *, empty: bool = False) -> dict[str, str]:
    found = {name: table.text(name) for name in table.content}
    for name, target in found.items():
        if not target and not empty:
            table.wrong("missing_key", name)
    return found


def _splits(table: Table) -> Iterator[tuple[str, Split]]:
    for name, entry in table.tables("split"):
        split = Split(entry.texts("into"), entry.text("at", " "), entry.flag("from_end"))
        if len(split.into) < 2:
            entry.wrong("split_into", "into")
        if not split.at:
            entry.wrong("missing_key", "at")
        entry.done()
        yield name, split


def _types(table: Table) -> dict[str, str]:
    found = {name: table.text(name) for name in table.content}
    for name, kind in found.items():
        if kind not in FIELD_TYPES:
            table.wrong("unknown_type", name, found=kind, known=", ".join(FIELD_TYPES))
    return found
