"""A file that an older version of the programme wrote: its columns and codes become today's."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.record import Dot, Json, Record, Sibling, Stamp
from nq77tui.core.schema import Schema
from nq77tui.core.upgrade import split_aside, upgraded
from nq77tui.exchange.rows.raw_row import RawRow

_NOBODY = Dot("", 0), Stamp(0, "")


def old_names(schema: Schema) -> dict[str, int]:
    """The names that no field has any more, with the version that took each away."""
    return {
        name: change.version
        for change in schema.changes
        for name in (*change.rename, *change.split)
        if name not in schema.fields
    }


def brought_up(
    columns: tuple[str, ...], rows: Sequence[RawRow], schema: Schema, file: str
) -> tuple[tuple[str, ...], tuple[RawRow, ...]]:
    """The columns and rows of a file as today's programme would have written them.

    Its version follows from its columns. Where they have today's names only, a code that is not
    in the list any more still becomes its successor.

    Raises:
        RefusedError: a field is there under its old and under its new name.
    """
    if not any(change.moves_values for change in schema.changes):
        return columns, tuple(rows)
    gone = old_names(schema)
    version = min((gone[name] for name in columns if name in gone), default=0) - 1
    if version < 0:
        return columns, tuple(_with_cells(row, _recoded(row.cells, schema)) for row in rows)
    _refuse_twice(columns, schema, version, file)
    # What the columns become: of values that come apart, so that no part is missing.
    found = _values(dict.fromkeys(columns), schema, version)
    return tuple(found), tuple(_brought_up(row, schema, version) for row in rows)


def _refuse_twice(columns: Sequence[str], schema: Schema, version: int, file: str) -> None:
    for change in schema.changes:
        for name, targets in (
            *((old, (new,)) for old, new in change.rename.items()),
            *((old, split.into) for old, split in change.split.items()),
        ):
            for target in targets:
                if change.version > version and name in columns and target in columns:
                    params = {"file": file, "row": 1, "column": name, "field": target}
                    raise RefusedError(Problem("exchange.column_twice", params))


def _brought_up(row: RawRow, schema: Schema, version: int) -> RawRow:
    cells = _values(_with_lists(row.cells, schema), schema, version)
    for name, given in cells.items():
        left = split_aside(name)
        if left is not None and row.problem is None:
            into = next(c.split[left[0]].into for c in schema.changes if c.version == left[1])
            params = {"column": left[0], "value": str(given)[:60], "into": ", ".join(into)}
            return RawRow(row.number, {}, Problem("exchange.no_parts", params))
    return _with_cells(row, cells)


def _with_cells(row: RawRow, cells: Mapping[str, Json]) -> RawRow:
    return RawRow(row.number, cells, row.problem)


def _values(cells: Mapping[str, Json], schema: Schema, version: int) -> dict[str, Json]:
    """Cells through the changes behind a version; an empty cell empties what it becomes."""
    fields = {
        name: (Sibling(_NOBODY[0], None if value == "" else value, _NOBODY[1]),)
        for name, value in cells.items()
    }
    record = upgraded(Record("", schema.record, fields, {}, (), version), schema)
    return {
        name: "" if siblings[0].value is None else siblings[0].value
        for name, siblings in record.fields.items()
    }


def _with_lists(cells: Mapping[str, Json], schema: Schema) -> dict[str, Json]:
    """Several codes in one cell taken apart, where one of them is not in use any more."""
    found = dict(cells)
    for change in schema.changes:
        for name, codes in change.choices.items():
            given = found.get(name)
            if isinstance(given, str) and given not in codes:
                parts: list[Json] = [part.strip() for part in re.split("[,;]", given)]
                if any(part in codes for part in parts):
                    found[name] = parts
    return found


def _recoded(cells: Mapping[str, Json], schema: Schema) -> dict[str, Json]:
    found = _with_lists(cells, schema)
    for change in schema.changes:
        for name, codes in change.choices.items():
            field, given = schema.fields.get(name), found.get(name)
            if field is None or given is None:
                continue
            listed = given if isinstance(given, list) else [given]
            new = [
                codes.get(one) or one if isinstance(one, str) and not field.choice(one) else one
                for one in listed
            ]
            found[name] = new if isinstance(given, list) else new[0]
    return found
