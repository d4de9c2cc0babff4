"""A file of rows, CSV or JSON lines, before anybody has asked what its values mean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.schema import Schema
from nq77tui.exchange.rows.column import ColumnNames, check_columns
from nq77tui.exchange.rows.csv_rows import read_csv
from nq77tui.exchange.rows.encoding import is_old_font, read_text_file
from nq77tui.exchange.rows.json_rows import read_json_lines
from nq77tui.exchange.rows.old_columns import brought_up
from nq77tui.exchange.rows.raw_row import RawRow

# How `export all` writes a whole store: {"area":{"123":{…
_WHOLE_STORE = re.compile(r'\{\s*"[a-z_0-9]+"\s*:\s*\{\s*"\d+"\s*:\s*\{')


@dataclass(frozen=True, slots=True)
class TableFile:
    """What stands in a file.

    Attributes:
        name: of the file, for messages.
        columns: the fields that occur, ``id`` included.
        rows: those with anything in them.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[RawRow, ...]


def read_table_file(path: Path, schema: Schema, carried: frozenset[str]) -> TableFile:
    """Read a file whole; its kind is seen from its first sign.

    Args:
        carried: fields that the schema does not know and records of this store carry along.

    Raises:
        RefusedError: the file cannot be used; nothing has been written.
    """
    text = read_text_file(path)
    names = ColumnNames(schema)
    start = text.lstrip()
    if start.startswith("["):
        raise _refused("json_array", path)
    if start.startswith("{"):
        if _WHOLE_STORE.match(start):
            raise _refused("whole_store", path)
        _refuse_old_fonts(text, path)
        columns, found = read_json_lines(text, names, path.name, carried)
    else:
        # The header may be in Unicode, made by us, above rows that are not.
        _refuse_old_fonts("".join(start.splitlines(keepends=True)[1:]), path)
        columns, found = read_csv(text, names, path.name)
    columns, rows = brought_up(columns, found, schema, path.name)
    check_columns(schema, columns, path.name)
    return TableFile(path.name, columns, rows)


def _refuse_old_fonts(text: str, path: Path) -> None:
    if is_old_font(text):
        raise _refused("old_font", path)


def _refused(reason: str, path: Path) -> RefusedError:
    return RefusedError(Problem(f"exchange.{reason}", {"file": path.name}))
