"""Cells as people read them."""

from __future__ import annotations

from nq77tui.core.text import printable
from nq77tui.core.values import show_number
from nq77tui.exchange.report.sheet import Cell, Sheet, SheetColumn


def cell_text(cell: Cell, column: SheetColumn, lang: str) -> str:
    """A cell in the language's own numbers; nothing for an empty one."""
    if cell is None or cell == "":
        return ""
    if isinstance(cell, str):
        return printable(cell)
    if isinstance(cell, float) and cell == int(cell):
        cell = int(cell)
    return str(cell) if column.kind == "ordinal" else show_number(cell, lang)


def number_row(sheet: Sheet) -> tuple[str, ...]:
    """The row of column numbers under the headers."""
    return tuple(str(n) for n in range(1, len(sheet.columns) + 1))
