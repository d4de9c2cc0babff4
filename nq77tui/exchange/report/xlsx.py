"""A report as a workbook: formats, widths, totals as formulas, a chart (XlsxWriter)."""

from __future__ import annotations

import io
from datetime import datetime
from itertools import zip_longest
from typing import Any

from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.text import printable
from nq77tui.exchange.report.layout import ABOVE, BELOW, LEFT, RIGHT, lay_out, texts_of
from nq77tui.exchange.report.sheet import Cell, Sheet, SheetColumn

_FORMATS = {"number": "#,##0.##", "percent": "0.00", "text": "@", "ordinal": "0"}
_INCH, _LINE = 25.4, 1.3  # mm; the height of a line, in letters


def write_xlsx(sheet: Sheet) -> bytes:
    """The report as an xlsx file; equal sheets are equal bytes.

    Raises:
        RefusedError: XlsxWriter is not installed; the sentence says how.
    """
    try:
        import xlsxwriter
    except ImportError:
        raise RefusedError(Problem("report.needs_extra", {"library": "XlsxWriter"})) from None
    stream = io.BytesIO()
    # Texts from outside are never taken for formulas, links or numbers.
    workbook = xlsxwriter.Workbook(
        stream,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    workbook.set_properties({"title": sheet.title, "created": datetime.fromisoformat(sheet.as_of)})
    _Writer(workbook, sheet).write()
    workbook.close()
    return stream.getvalue()


class _Writer:
    def __init__(self, workbook: Any, sheet: Sheet) -> None:
        self._book = workbook
        self._sheet = sheet
        self._page = workbook.add_worksheet(sheet.name[:31])
        self._last = len(sheet.columns) - 1
        self._layout = lay_out(sheet)
        base = {"font_name": "Times New Roman", "font_size": 11}
        framed = {**base, "font_size": self._layout.size, "border": 1, "text_wrap": True}
        framed["valign"] = "top"
        middle = {"bold": True, "align": "center", "valign": "vcenter"}
        self._head = workbook.add_format({**framed, **middle})
        self._counts = workbook.add_format({**framed, "align": "center"})
        self._places = workbook.add_format({**framed, "italic": True, "align": "center"})
        self._cells = {
            k: workbook.add_format({**framed, "num_format": f}) for k, f in _FORMATS.items()
        }
        self._totals = {
            k: workbook.add_format({**framed, "bold": True, "num_format": f})
            for k, f in _FORMATS.items()
        }
        self._base = base

    def write(self) -> None:
        sheet, page = self._sheet, self._page
        if sheet.landscape:
            page.set_landscape()
        page.set_paper(9)  # A4
        page.fit_to_pages(1, 0)
        sides = {"left": LEFT, "right": RIGHT, "top": ABOVE, "bottom": BELOW}
        page.set_margins(**{side: mm / _INCH for side, mm in sides.items()})
        paper = sheet.paper
        row = self._two(0, paper.left, paper.right) + 1
        row = self._centred(row, paper.title) + 1
        first = self._table(row)
        page.repeat_rows(row, row + 1)
        page.freeze_panes(row + 2, 2)
        row = first + len(sheet.rows) + 1
        for text in sheet.spoken:
            page.write_string(row, 0, printable(text), self._format())
            row += 1
        row = self._two(row + 1, paper.foot_left, paper.foot_right, is_foot=True) + 1
        for text in sheet.basis:
            page.write_string(row, 0, printable(text), self._format(font_size=9))
            row += 1
        self._chart(first)

    def _format(self, **more: Any) -> Any:
        return self._book.add_format({**self._base, **more})

    def _two(self, row: int, left: Any, right: Any, *, is_foot: bool = False) -> int:
        half = max(self._last // 2, 1)
        for one, other in zip_longest(left, right):
            for line, start, end in ((one, 0, half), (other, half + 1, self._last)):
                if line is not None and end > start:
                    side = "left" if is_foot and not start else "center"
                    style = self._line_format(line, side)
                    self._page.merge_range(row, start, row, end, printable(line.text), style)
            row += 1
        return row

    def _centred(self, row: int, lines: Any) -> int:
        for line in lines:
            style = self._line_format(line)
            self._page.merge_range(row, 0, row, self._last, printable(line.text), style)
            row += 1
        return row

    def _line_format(self, line: Any, side: str = "center") -> Any:
        style = {"bold": line.bold, "italic": line.italic, "align": side}
        return self._format(**style, underline=1 if line.rule else 0)

    def _table(self, top: int) -> int:
        """Write headers, column numbers, total and rows; the first row of the body."""
        sheet, page = self._sheet, self._page
        first = top + 2 + (sheet.total is not None)
        self._height(top, [column.header for column in sheet.columns], bold=True)
        if sheet.total is not None:
            self._height(top + 2, texts_of(sheet, sheet.total), bold=True)
        for position, row in enumerate(sheet.rows):
            self._height(first + position, texts_of(sheet, row.cells))
        for place, column in enumerate(sheet.columns):
            cells = [row.cells[place] for row in sheet.rows]
            page.set_column_pixels(place, place, round(self._layout.widths[place] / _INCH * 96))
            page.write_string(top, place, printable(column.header), self._head)
            page.write_number(top + 1, place, place + 1, self._places)
            if sheet.total is not None:
                self._total(top + 2, place, column, first)
            for position, cell in enumerate(cells):
                style = self._counts if column.counts else self._cells[column.kind]
                self._cell(first + position, place, cell, column, style)
        return first

    def _height(self, row: int, texts: list[str], *, bold: bool = False) -> None:
        # Not every program finds the height of wrapped text by itself.
        lines = self._layout.lines(texts, bold=bold)
        self._page.set_row(row, lines * self._layout.size * _LINE + 2)

    def _total(self, row: int, place: int, column: SheetColumn, first: int) -> None:
        assert self._sheet.total is not None
        cell = self._sheet.total[place]
        style = self._totals[column.kind]
        if column.added and self._sheet.rows:
            span = f"{_a1(first, place)}:{_a1(first + len(self._sheet.rows) - 1, place)}"
            self._page.write_formula(row, place, f"=SUM({span})", style, cell)
        else:
            self._cell(row, place, cell, column, style)

    def _cell(self, row: int, place: int, cell: Cell, column: SheetColumn, style: Any) -> None:
        if column.over and cell is not None:
            over = "+".join(_a1(row, one) for one in column.over)
            under = "+".join(_a1(row, one) for one in column.under)
            share = f"({over})/({under})"
            if column.kind == "percent":
                share = f"100*{share}"
            formula = f'=IF(({under})=0,"",ROUND({share},2))'
            self._page.write_formula(row, place, formula, style, cell)
        elif cell is None:
            self._page.write_blank(row, place, None, style)
        elif isinstance(cell, str):
            self._page.write_string(row, place, printable(cell), style)
        else:
            self._page.write_number(row, place, cell, style)

    def _chart(self, first: int) -> None:
        """On a page of its own, so that the table prints as it is handed in."""
        bars = list(self._sheet.bars())
        if not bars or self._sheet.chart is None:
            return
        column, page = self._sheet.columns[self._sheet.chart], self._page.get_name()
        beside = self._book.add_worksheet(self._sheet.chart_title[:31] or None)
        beside.set_landscape()
        beside.set_paper(9)
        beside.fit_to_pages(1, 1)
        if column.kind == "text":
            # Counts of answers stand in no column of the table: they stand beside the chart.
            for position, (name, count) in enumerate(bars):
                beside.write_string(position, 0, printable(name), self._format())
                beside.write_number(position, 1, count, self._format())
            beside.set_column(0, 0, 28)
            page, names, values, first, length = beside.get_name(), 0, 1, 0, len(bars)
        else:
            names, values, length = 1, self._sheet.chart, len(self._sheet.rows)
        chart = self._book.add_chart({"type": "bar"})
        last = first + length - 1
        chart.add_series(
            {
                "name": printable(column.header),
                "categories": [page, first, names, last, names],
                "values": [page, first, values, last, values],
            }
        )
        chart.set_legend({"none": True})
        chart.set_y_axis({"reverse": True})
        chart.set_size({"width": 720, "height": 120 + 18 * length})
        beside.insert_chart(length + 1 if column.kind == "text" else 0, 0, chart)


def _a1(row: int, place: int) -> str:
    from xlsxwriter.utility import xl_rowcol_to_cell

    return str(xl_rowcol_to_cell(row, place))
