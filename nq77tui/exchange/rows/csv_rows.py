"""CSV taken apart: separator, header, rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.text import normalise
from nq77tui.exchange.rows.cell import unguard
from nq77tui.exchange.rows.column import PASSED_OVER, ColumnNames, read_header
from nq77tui.exchange.rows.raw_row import RawRow

SEPARATORS = (",", ";", "\t")


def read_csv(text: str, names: ColumnNames, file: str) -> tuple[tuple[str, ...], list[RawRow]]:
    """The columns, and the rows that hold anything.

    Raises:
        RefusedError: the header or the quoting is wrong.
    """
    lines = split_lines(text, _separator(text, names), file)
    position = next((index for index, cells in enumerate(lines) if not _is_blank(cells)), None)
    if position is None:
        raise RefusedError(Problem("exchange.empty_file", {"file": file}))
    columns = read_header(lines[position], names, file)
    rows = [
        _row(number, cells, columns, file)
        for number, cells in enumerate(lines[position + 1 :], start=position + 2)
        if not _is_blank(cells)
    ]
    return tuple(name for name in columns if name and name != PASSED_OVER), rows


def _separator(text: str, names: ColumnNames) -> str:
    """The separator under which most cells of the header are columns.

    Counting signs would not do: labels hold commas too (“Thôn, khu phố”).
    """
    start = text.lstrip()

    def fitness(separator: str) -> tuple[int, int]:
        header = next(csv.reader(io.StringIO(start, newline=""), delimiter=separator), [])
        return names.count_known(header), len(header)

    try:
        return max(SEPARATORS, key=fitness)
    except csv.Error:
        return SEPARATORS[0]


def split_lines(text: str, separator: str, file: str) -> list[list[str]]:
    """Lines of cells, as quoted.

    Raises:
        RefusedError: a quotation mark does not close; the problem names file and row.
    """
    # Strict, because a forgotten quotation mark would otherwise swallow the rows behind it.
    found: list[list[str]] = []
    try:
        found.extend(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error:
        params = {"file": file, "row": len(found) + 1}
        raise RefusedError(Problem("exchange.bad_csv", params)) from None
    return found


def _is_blank(cells: Sequence[str]) -> bool:
    return not any(cell and not cell.isspace() for cell in cells)


def _row(number: int, cells: Sequence[str], columns: Sequence[str], file: str) -> RawRow:
    nameless = [
        normalise(cell)[:40]
        for index, cell in enumerate(cells)
        if cell.strip() and (index >= len(columns) or not columns[index])
    ]
    if nameless:
        params = {"file": file, "row": number, "value": nameless[0], "most": len(columns)}
        return RawRow(number, {}, Problem("exchange.too_many_cells", params))
    # Spreadsheets leave trailing empty cells out: a short row gives less, and empties nothing.
    pairs = zip(columns, cells, strict=False)
    found = {name: unguard(cell) for name, cell in pairs if name and name != PASSED_OVER}
    return RawRow(number, found)
