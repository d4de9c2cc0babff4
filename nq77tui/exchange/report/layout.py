"""How wide the columns of a report are on paper, and how many lines a cell takes there.

Words, numbers and dates stay whole: where a page has no room for them, the letters become smaller.
The widths of letters are those of Times New Roman, to the nearest twentieth of an em.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import normalize

from nq77tui.exchange.report.cell_text import cell_text
from nq77tui.exchange.report.sheet import Cell, Sheet

A4 = (210, 297)
LEFT, RIGHT, ABOVE, BELOW = 30, 15, 20, 20
"""Margins in mm by Decree 30/2020/NĐ-CP, Appendix I."""
_SIZES = (11, 10, 9, 8, 7)
_MM_A_POINT = 25.4 / 72
_PADDING = 2.6  # mm, left and right together, with the line
_NARROW, _WIDE = frozenset("ijlftrI.,:;/|!'()-[] "), frozenset("mwMW%@—")
_HORN = "\u031b"  # of ơ and ư
_BOLD = 1.1
_LONGEST = 60  # mm: no text asks for more; it goes on in the next line
_HEADER_LINES = 4


@dataclass(frozen=True, slots=True)
class Layout:
    """The table of a report on its page.

    Attributes:
        size: of the letters, in points.
        widths: of the columns, in mm; together they fill the page.
    """

    size: int
    widths: tuple[float, ...]

    def lines(self, texts: Iterable[str], *, bold: bool = False) -> int:
        """How many lines the highest of the cells of one row takes."""
        return max(
            (
                _lines(text, width - _PADDING, self.size, bold=bold)
                for text, width in zip(texts, self.widths, strict=True)
            ),
            default=1,
        )


def room(sheet: Sheet) -> int:
    """The width between the margins, in mm."""
    return A4[sheet.landscape] - LEFT - RIGHT


def texts_of(sheet: Sheet, cells: Sequence[Cell]) -> list[str]:
    """The cells of a row as they are read."""
    columns = sheet.columns
    return [cell_text(cell, at, sheet.language) for cell, at in zip(cells, columns, strict=True)]


def lay_out(sheet: Sheet) -> Layout:
    """The largest letters with which nothing that belongs together is broken."""
    rows = [texts_of(sheet, row.cells) for row in sheet.rows]
    total = texts_of(sheet, sheet.total) if sheet.total is not None else None
    for size in _SIZES:
        least, wanted = [], []
        for place, column in enumerate(sheet.columns):
            cells = {row[place] for row in rows}
            found = _needs(column.header, cells, total[place] if total else "", size)
            least.append(found[0])
            wanted.append(found[1])
        if sum(least) <= room(sheet):
            break
    return Layout(size, _shared_out(least, wanted, room(sheet)))


def _needs(header: str, cells: Iterable[str], total: str, size: int) -> tuple[float, float]:
    """The least that a column can do with, and what it would like to have, in mm."""
    words = [_width(word, size, bold=True) for word in (*header.split(), *total.split())]
    spread = _width(header, size, bold=True) / _HEADER_LINES
    least, wanted = max(words, default=0.0), max([*words, spread])
    for cell in cells:
        least = max(least, max((_width(word, size) for word in cell.split()), default=0.0))
        wanted = max(wanted, min(_width(cell, size), _LONGEST))
    # Whatever has no blanks for longer than a name is broken after all.
    least = min(least, _LONGEST)
    return least + _PADDING, max(least, wanted) + _PADDING


def _shared_out(least: list[float], wanted: list[float], whole: float) -> tuple[float, ...]:
    if sum(wanted) <= whole or sum(least) >= whole:
        base = wanted if sum(wanted) <= whole else least
        return tuple(one * whole / sum(base) for one in base)
    more = [want - need for need, want in zip(least, wanted, strict=True)]
    left = whole - sum(least)
    return tuple(need + left * one / sum(more) for need, one in zip(least, more, strict=True))


def _lines(text: str, width: float, size: int, *, bold: bool) -> int:
    count = 0
    blank = _width(" ", size, bold=bold)
    for paragraph in text.split("\n"):
        count, at = count + 1, 0.0
        for word in paragraph.split():
            long = _width(word, size, bold=bold)
            if at and at + blank + long > width:
                count, at = count + 1, 0.0
            elif at:
                at += blank
            count += int(long // width) if long > width else 0
            at += long % width if long > width else long
    return max(count, 1)


@lru_cache(maxsize=8192)
def _width(text: str, size: int, *, bold: bool = False) -> float:
    """In mm."""
    ems = sum(map(_ems, normalize("NFC", text)))
    return ems * size * _MM_A_POINT * (_BOLD if bold else 1)


def _ems(letter: str) -> float:
    parts = normalize("NFD", letter)
    bare = parts[0]
    if bare in _NARROW:
        return 0.32
    if bare in _WIDE:
        return 0.85
    if bare.isupper():
        return 0.72
    return 0.6 if _HORN in parts else 0.5
