"""How the rows of a grid look: a line a row, a cell a column."""

from __future__ import annotations

from rich.style import Style

from nq77tui.core.screen import GRID_GAP
from nq77tui.tui.cells import cut, fit, width_of
from nq77tui.tui.field_entry import Picking, Writing
from nq77tui.tui.form_drawing import sign_of, split_at
from nq77tui.tui.form_model import FormModel
from nq77tui.tui.row_grid import GridRow, RowGrid
from nq77tui.tui.theme import CURSOR, ERROR, FIELD, HEADING, KEY, PLAIN, QUIET
from nq77tui.tui.widgets.canvas import Line, Part

_GAP = " " * GRID_GAP
_EDGE = 2
"""Cells before the first column: whether one is in the row, and what is wrong with it."""


def head_line(grid: RowGrid, model: FormModel, width: int) -> Line:
    """The headings of the columns, and the keys that only a grid has."""
    schema = model.desk.programme.schemas[grid.repeat.record]
    cells: list[Part] = [(" " * _EDGE, PLAIN)]
    for column, size in _columns(grid):
        label = model.desk.label(schema.fields[column].label)
        cells += [(fit(label, size), HEADING), (_GAP, PLAIN)]
    left = width - sum(width_of(text) for text, _ in cells)
    keys = model.desk.text("tui.rows.keys")
    return (*cells, (keys, QUIET)) if width_of(keys) <= left else tuple(cells)


def row_line(
    grid: RowGrid,
    row: GridRow,
    active: str,
    entry: Writing | Picking | None,
    looks: tuple[Style, Style] = (FIELD, CURSOR),
) -> tuple[Line, int]:
    """A row, and the cell of the cursor in it.

    Args:
        active: the name of the cell that is being filled in, wherever it is.
        entry: what is typed there.
        looks: of that cell, and of where the next letter goes.
    """
    is_here = active in grid.names(row)
    line: list[Part] = [(">" if is_here else " ", KEY if is_here else PLAIN), _row_sign(row)]
    cursor = at = _EDGE
    asked = set(row.model.asked_names())
    for column, size in _columns(grid):
        if entry is not None and grid.name_of(row, column) == active:
            parts, offset = _active_cell(row.model, column, entry, size, looks)
            line += parts
            cursor = at + offset
        elif column in asked:
            style = ERROR if column in row.model.unread else _style(row)
            line.append((fit(row.model.text_of(column), size), style))
        else:
            line.append((" " * size, PLAIN))
        line.append((_GAP, PLAIN))
        at += size + len(_GAP)
    return tuple(line), cursor


def _columns(grid: RowGrid) -> list[tuple[str, int]]:
    names = [column.name for column in grid.repeat.columns]
    return list(zip(names, grid.repeat.widths, strict=True))


def _style(row: GridRow) -> Style:
    """Rows that will not be saved are told by the sign before them, not by their look alone."""
    return QUIET if row.is_removed or row.is_blank else PLAIN


def _row_sign(row: GridRow) -> Part:
    if row.is_removed:
        return "-", ERROR
    if row.is_blank:
        return " ", PLAIN
    signs = [sign_of(row.model, name) for name in row.model.asked_names()]
    found = {sign: style for sign, style in reversed(signs) if sign.strip()}
    sign = next((sign for sign in "!?=*" if sign in found), " ")
    return sign, found.get(sign, PLAIN)


def _active_cell(
    model: FormModel,
    column: str,
    entry: Writing | Picking,
    size: int,
    looks: tuple[Style, Style],
) -> tuple[list[Part], int]:
    is_written = isinstance(entry, Writing) or entry.is_touched
    shown, at = entry.editor.window(size) if is_written else (cut(model.text_of(column), size), 0)
    before, under, after = split_at(fit(shown, size), at)
    look, cursor = looks
    return [(before, look), (under, cursor), (after, look)], at
