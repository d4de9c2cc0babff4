"""A report as a Word document with the layout of official papers (python-docx)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.report import HeadingLine
from nq77tui.core.text import printable
from nq77tui.exchange.report.cell_text import cell_text, number_row
from nq77tui.exchange.report.sheet import Cell, Sheet

_A4 = (210, 297)
_SIZE_OF_BODY, _SIZE_OF_TABLE, _SIZE_OF_BASIS = 13, 10, 9


def write_docx(sheet: Sheet) -> bytes:
    """The report as a docx file; equal sheets are equal bytes.

    Margins by Decree 30/2020/NĐ-CP, Appendix I: 20 above and below, 30 left, 15 right (mm).

    Raises:
        RefusedError: python-docx is not installed; the sentence says how.
    """
    try:
        import docx
    except ImportError:
        raise RefusedError(Problem("report.needs_extra", {"library": "python-docx"})) from None
    document = docx.Document()
    _page(document, sheet)
    paper = sheet.paper
    _two(document, paper.left, paper.right)
    document.add_paragraph()
    for line in paper.title:
        _write(document.add_paragraph(), line, centred=True)
    _table(document, sheet)
    for text in sheet.spoken:
        document.add_paragraph(printable(text))
    document.add_paragraph()
    _two(document, paper.foot_left, paper.foot_right)
    document.add_paragraph()
    for text in sheet.basis:
        _sized(document.add_paragraph().add_run(printable(text)), _SIZE_OF_BASIS)
    about = document.core_properties
    about.title, about.author, about.comments = sheet.title, "", ""
    about.created = about.modified = datetime.fromisoformat(sheet.as_of)
    stream = io.BytesIO()
    document.save(stream)
    return _without_times(stream.getvalue())


def _page(document: Any, sheet: Sheet) -> None:
    from docx.enum.section import WD_ORIENT
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    section = document.sections[0]
    short, long = _A4
    if sheet.landscape:
        section.orientation = WD_ORIENT.LANDSCAPE
        short, long = long, short
    section.page_width, section.page_height = Mm(short), Mm(long)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(_SIZE_OF_BODY)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "Times New Roman")
    style.paragraph_format.space_after = Pt(0)


def _two(document: Any, left: Iterable[HeadingLine], right: Iterable[HeadingLine]) -> None:
    cells = document.add_table(rows=1, cols=2).rows[0].cells
    for cell, lines in zip(cells, (left, right), strict=True):
        for position, line in enumerate(lines):
            paragraph = cell.paragraphs[0] if not position else cell.add_paragraph()
            _write(paragraph, line, centred=True)


def _write(paragraph: Any, line: HeadingLine, *, centred: bool) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    run = paragraph.add_run(printable(line.text))
    run.bold, run.italic, run.underline = line.bold, line.italic, line.rule
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _table(document: Any, sheet: Sheet) -> None:
    rows = [row.cells for row in sheet.rows]
    if sheet.total is not None:
        rows.insert(0, sheet.total)
    table = document.add_table(rows=2 + len(rows), cols=len(sheet.columns), style="Table Grid")
    # Every look at `table.cell` walks the whole table: rows are taken once.
    lines = [row.cells for row in table.rows]
    for place, (column, number) in enumerate(zip(sheet.columns, number_row(sheet), strict=True)):
        _fill(lines[0][place], column.header, bold=True)
        _fill(lines[1][place], number)
    for position, cells in enumerate(rows, 2):
        bold = sheet.total is not None and position == 2
        for place, cell in enumerate(cells):
            is_number = sheet.columns[place].kind != "text"
            _fill(lines[position][place], _text(sheet, place, cell), bold=bold, right=is_number)
    table.autofit = False
    for place, width in enumerate(_widths(sheet)):
        table.columns[place].width = width
        for cells_of_row in lines:
            cells_of_row[place].width = width
    _repeat_head(table)


def _widths(sheet: Sheet) -> list[Any]:
    """The width of the page shared out by how much the columns hold."""
    from docx.shared import Mm

    wanted = []
    for place, column in enumerate(sheet.columns):
        longest = max((len(_text(sheet, place, row.cells[place])) for row in sheet.rows), default=0)
        word = max((len(part) for part in column.header.split()), default=0)
        wanted.append(min(max(longest, word, 3), 24))
    room = (max(_A4) if sheet.landscape else min(_A4)) - 45
    return [Mm(room * one / sum(wanted)) for one in wanted]


def _text(sheet: Sheet, place: int, cell: Cell) -> str:
    return cell_text(cell, sheet.columns[place], sheet.language)


def _fill(cell: Any, text: str, *, bold: bool = False, right: bool = False) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    if text:
        if right:
            cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
        run = cell.paragraphs[0].add_run(printable(text))
        run.bold = bold
        _sized(run, _SIZE_OF_TABLE)


def _sized(run: Any, points: int) -> None:
    from docx.shared import Pt

    run.font.size = Pt(points)


def _repeat_head(table: Any) -> None:
    """The headers stand on every page."""
    from docx.oxml import OxmlElement

    for row in (table.rows[0], table.rows[1]):
        row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _without_times(content: bytes) -> bytes:
    """The same document with no time of writing in its archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            fixed = zipfile.ZipInfo(entry.filename, date_time=(1980, 1, 1, 0, 0, 0))
            fixed.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(fixed, old.read(entry.filename))
    return out.getvalue()
