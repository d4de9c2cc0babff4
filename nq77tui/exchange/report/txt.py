"""A report as plain text, for a terminal, a line printer, a letter."""

from __future__ import annotations

from itertools import zip_longest
from textwrap import wrap

from nq77tui.exchange.report.cell_text import cell_text, number_row
from nq77tui.exchange.report.sheet import Sheet

_MIN, _MAX = 6, 28
_GAP = "  "


def write_txt(sheet: Sheet) -> bytes:
    """The report as UTF-8 text; long cells go on in the next line."""
    body = [
        [cell_text(cell, column, sheet.language) for cell, column in _pairs(sheet, row.cells)]
        for row in sheet.rows
    ]
    if sheet.total is not None:
        total = _pairs(sheet, sheet.total)
        body.insert(0, [cell_text(cell, column, sheet.language) for cell, column in total])
    widths = _widths(sheet, body)
    line = "-" * (sum(widths) + len(_GAP) * (len(widths) - 1))
    table = [
        *_lines([column.header for column in sheet.columns], widths, sheet),
        *_lines(list(number_row(sheet)), widths, sheet),
        line,
        *(text for row in body for text in _lines(row, widths, sheet)),
        line,
    ]
    paper = sheet.paper
    width = max(len(line), 72)
    parts = [
        *_two(paper.left, paper.right, width),
        "",
        *(one.text.center(width).rstrip() for one in paper.title),
        "",
        *table,
        "",
        *sheet.spoken,
        "",
        *_two(paper.foot_left, paper.foot_right, width),
        "",
        *sheet.basis,
    ]
    return ("\n".join(part.rstrip() for part in parts) + "\n").encode("utf-8")


def _pairs(sheet: Sheet, cells):  # type: ignore[no-untyped-def]
    return zip(cells, sheet.columns, strict=True)


def _widths(sheet: Sheet, body: list[list[str]]) -> list[int]:
    widths = []
    for place, column in enumerate(sheet.columns):
        longest_word = max((len(word) for word in column.header.split()), default=0)
        longest = max((len(row[place]) for row in body), default=0)
        widths.append(min(max(longest, longest_word, _MIN), _MAX))
    widths[0] = max(3, max((len(row[0]) for row in body), default=0))
    return widths


def _lines(cells: list[str], widths: list[int], sheet: Sheet) -> list[str]:
    wrapped = [wrap(cell, width) or [""] for cell, width in zip(cells, widths, strict=True)]
    return [
        _GAP.join(
            (text or "").rjust(width) if column.kind != "text" else (text or "").ljust(width)
            for text, width, column in zip(texts, widths, sheet.columns, strict=True)
        )
        for texts in zip_longest(*wrapped)
    ]


def _two(left, right, width: int) -> list[str]:  # type: ignore[no-untyped-def]
    half = width // 2
    return [
        (one.text if one else "").center(half) + (other.text if other else "").center(half)
        for one, other in zip_longest(left, right)
    ]
