"""A table of a reorganisation, row by row: which new area is made of which old ones.

The official form: a row a new unit, with its code, its name and in one cell the codes of what it
was made of, apart by ``;`` (``06529 Thị trấn Lộc Bình; 06544 Xã Khánh Xuân``). What stands in
brackets is an aside: a code in it is named, and taken along where that unit is still there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.schema import Schema
from nq77tui.core.task import Reorganising
from nq77tui.core.text import normalise
from nq77tui.exchange.rows.csv_rows import split_lines
from nq77tui.exchange.rows.encoding import read_text_file

_ASIDE = re.compile(r"\([^()]*\)")
_WORD = re.compile(r"[\w-]+")
_SEPARATORS = "\t;,"


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One row.

    Attributes:
        number: as a spreadsheet shows it, the header being 1.
        cells: of the columns that are used, by heading.
        merged_from: codes of the old units.
        asides: words in brackets, some of which may be codes.
        remarks: what stands in brackets without a code: ``một phần``.
    """

    number: int
    cells: dict[str, str]
    merged_from: tuple[str, ...]
    asides: tuple[str, ...]
    remarks: tuple[str, ...]


def read_units(
    path: Path, reorganising: Reorganising, schema: Schema
) -> tuple[list[UnitRow], list[str]]:
    """The rows of a table, and the columns that were passed over.

    Columns of fields that an area may do without may be missing.

    Args:
        schema: of the areas.

    Raises:
        RefusedError: the file cannot be used; nothing has been written.
    """
    text = read_text_file(path)
    separator = max(_SEPARATORS, key=text.splitlines()[0].count)
    lines = split_lines(text, separator, path.name)
    header = [normalise(cell) for cell in lines[0]]
    columns = reorganising.columns
    needed = {column for name, column in columns.items() if schema.fields[name].required}
    needed |= {columns[reorganising.code], reorganising.merged_from}
    missing = sorted(name for name in needed if name not in header)
    if missing:
        params = {"file": path.name, "columns": ", ".join(missing), "found": ", ".join(header)}
        raise RefusedError(Problem("reorganise.no_column", params))
    used = {*needed, *columns.values(), reorganising.begins, reorganising.parent}
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        pairs = zip(header, map(normalise, line), strict=False)
        cells = {name: cell for name, cell in pairs if name in used}
        if any(cells.values()):
            made_of = cells.get(reorganising.merged_from, "")
            rows.append(
                UnitRow(number, cells, _codes(made_of), _asides(made_of), _remarks(made_of))
            )
    return rows, [name for name in header if name and name not in used]


def _codes(cell: str) -> tuple[str, ...]:
    parts = _ASIDE.sub(" ", cell).split(";")
    return tuple(found[0] for part in parts if (found := _WORD.findall(part)))


def _asides(cell: str) -> tuple[str, ...]:
    return tuple(word for aside in _ASIDE.findall(cell) for word in _WORD.findall(aside))


def _remarks(cell: str) -> tuple[str, ...]:
    found = (aside[1:-1].strip() for aside in _ASIDE.findall(cell))
    return tuple(text for text in found if text and not any(map(str.isdigit, text)))


def at_row(path: Path, row: UnitRow, column: str, reason: Problem) -> Problem:
    """What is wrong with a cell, with the place where it stands."""
    place = {"file": path.name, "row": row.number, "column": column, "reason": reason}
    return Problem("reorganise.at_cell", place, reason.severity)


def twice(rows: Sequence[UnitRow]) -> dict[str, int]:
    """Codes of old units that stand in more than one place, with the row of the second."""
    seen: set[str] = set()
    found: dict[str, int] = {}
    for row in rows:
        for code in row.merged_from:
            if code in seen:
                found.setdefault(code, row.number)
            seen.add(code)
    return found
