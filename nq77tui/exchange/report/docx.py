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
from nq77tui.exchange.report.cell_text import number_row
from nq77tui.exchange.report.layout import (
    A4,
    ABOVE,
    BELOW,
    LEFT,
    RIGHT,
    Layout,
    lay_out,
    texts_of,
)
from nq77tui.exchange.report.sheet import Sheet

_SIZE_OF_BODY, _SIZE_OF_BASIS = 13, 9
_WITH_SIGNATURE = 2  # rows
_CELL_MARGIN = 55  # twentieths of a point: 1 mm, not Word's 2, so that columns hold more


def write_docx(sheet: Sheet) -> bytes:
    """The report as a docx file; equal sheets are equal bytes.

    Margins and the numbers of pages, in the middle above and not on the first, are by Decree
    30/2020/NĐ-CP, Appendix I.

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
        _write(document.add_paragraph(), line)
    document.add_paragraph()
    _table(document, sheet, lay_out(sheet))
    for text in ("", *sheet.spoken, ""):
        document.add_paragraph(printable(text)).paragraph_format.keep_with_next = True
    _two(document, paper.foot_left, paper.foot_right, is_foot=True)
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
    short, long = A4
    if sheet.landscape:
        section.orientation = WD_ORIENT.LANDSCAPE
        short, long = long, short
    section.page_width, section.page_height = Mm(short), Mm(long)
    section.top_margin, section.bottom_margin = Mm(ABOVE), Mm(BELOW)
    section.left_margin, section.right_margin = Mm(LEFT), Mm(RIGHT)
    section.different_first_page_header_footer = True
    _number_of_page(section.header.paragraphs[0])
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(_SIZE_OF_BODY)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "Times New Roman")
    style.paragraph_format.space_after = Pt(0)


def _number_of_page(paragraph: Any) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    number = OxmlElement("w:fldSimple")
    number.set(qn("w:instr"), "PAGE")
    paragraph._p.append(number)


def _two(
    document: Any,
    left: Iterable[HeadingLine],
    right: Iterable[HeadingLine],
    *,
    is_foot: bool = False,
) -> None:
    """Two columns side by side; the one with the recipients begins at the margin."""
    table = document.add_table(rows=1, cols=2)
    if is_foot:
        _keep_whole(table.rows[0])
    for cell, lines in zip(table.rows[0].cells, (left, right), strict=True):
        for position, line in enumerate(lines):
            paragraph = cell.paragraphs[0] if not position else cell.add_paragraph()
            _write(paragraph, line, centred=not is_foot or lines is right)


def _write(paragraph: Any, line: HeadingLine, *, centred: bool = True) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    run = paragraph.add_run(printable(line.text))
    run.bold, run.italic, run.underline = line.bold, line.italic, line.rule
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _table(document: Any, sheet: Sheet, layout: Layout) -> None:
    from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, Pt

    centre, right = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
    sides = [centre if c.counts else right if c.kind != "text" else None for c in sheet.columns]
    rows = [row.cells for row in sheet.rows]
    if sheet.total is not None:
        rows.insert(0, sheet.total)
    table = document.add_table(rows=2 + len(rows), cols=len(sheet.columns), style="Table Grid")
    # Every look at `table.cell` walks the whole table: rows are taken once.
    lines = [row.cells for row in table.rows]
    size = Pt(layout.size)

    def fill(cell: Any, text: str, side: Any, *, bold: bool = False, italic: bool = False) -> None:
        paragraph = cell.paragraphs[0]
        paragraph.alignment = side
        run = paragraph.add_run(printable(text))
        run.bold, run.italic, run.font.size = bold, italic, size

    for place, (column, number) in enumerate(zip(sheet.columns, number_row(sheet), strict=True)):
        fill(lines[0][place], column.header, centre, bold=True)
        lines[0][place].vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        fill(lines[1][place], number, centre, italic=True)
    for position, cells in enumerate(rows, 2):
        bold = sheet.total is not None and position == 2
        for place, text in enumerate(texts_of(sheet, cells)):
            if text:
                fill(lines[position][place], text, sides[place], bold=bold)
    table.autofit = False
    _narrow_cells(table)
    for place, width in enumerate(layout.widths):
        table.columns[place].width = Mm(width)
        for cells_of_row in lines:
            cells_of_row[place].width = Mm(width)
    for position, row in enumerate(table.rows):
        _keep_whole(row, is_head=position <= 1)
    # Somebody signs for something: the last rows go with the signature.
    for cells_of_row in lines[2:][-_WITH_SIGNATURE:]:
        for cell in cells_of_row:
            cell.paragraphs[0].paragraph_format.keep_with_next = True


def _sized(run: Any, points: int) -> None:
    from docx.shared import Pt

    run.font.size = Pt(points)


def _keep_whole(row: Any, *, is_head: bool = False) -> None:
    """A row is not cut by the end of a page; those of the head stand on every page."""
    from docx.oxml import OxmlElement

    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if is_head:
        properties.append(OxmlElement("w:tblHeader"))


def _narrow_cells(table: Any) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(_CELL_MARGIN))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    properties = table._tbl.tblPr
    # The order of what stands in it is the standard's: margins come before the look.
    look = properties.find(qn("w:tblLook"))
    properties.append(margins) if look is None else look.addprevious(margins)


def _without_times(content: bytes) -> bytes:
    """The same document with no time of writing in its archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            fixed = zipfile.ZipInfo(entry.filename, date_time=(1980, 1, 1, 0, 0, 0))
            fixed.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(fixed, old.read(entry.filename))
    return out.getvalue()
