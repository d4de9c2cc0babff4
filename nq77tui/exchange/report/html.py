"""A report as one HTML file with its chart, that prints well on A4."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from nq77tui.core.report import HeadingLine
from nq77tui.core.values import show_number
from nq77tui.exchange.report.cell_text import cell_text, number_row
from nq77tui.exchange.report.layout import ABOVE, BELOW, LEFT, RIGHT, Layout, lay_out
from nq77tui.exchange.report.sheet import Cell, Sheet

_STYLE = """
@page { size: A4 %(side)s; margin: %(margins)s; @top-center { content: counter(page); } }
@page :first { @top-center { content: none; } }
body { font: 13pt "Times New Roman", serif; color: #000; margin: 1em; }
.two { display: flex; justify-content: space-between; text-align: center; }
.two > div { width: 48%%; }
.foot { break-inside: avoid; break-before: avoid; margin-top: 1.5em; }
table + p, p + p, tbody tr:nth-last-child(-n+2) { break-before: avoid; }
.foot > div:first-child { text-align: left; }
.title { text-align: center; margin: 1.5em 0; }
p { margin: 0.15em 0; }
.rule { display: inline-block; border-bottom: 1px solid #000; }
table { border-collapse: collapse; width: 100%%; table-layout: fixed; font-size: %(size)dpt; }
thead { display: table-header-group; }
th, td { border: 1px solid #000; padding: 1px 3px; overflow-wrap: anywhere; }
th { vertical-align: middle; }
td { vertical-align: top; }
td.number { text-align: right; }
td.counts { text-align: center; }
tr { break-inside: avoid; }
tr.total td { font-weight: bold; }
tr.places th { font-weight: normal; font-style: italic; }
svg { max-width: 100%%; max-height: 160mm; margin: 1em 0; break-inside: avoid; }
.basis { font-size: 9pt; margin-top: 2em; }
@media print { body { margin: 0; } }
"""
_BAR, _GAP, _LEFT, _WIDTH = 14, 6, 220, 700
_MOST_BARS = 60


def write_html(sheet: Sheet) -> bytes:
    """The report as one self-contained page: nothing is fetched from anywhere."""
    paper = sheet.paper
    layout = lay_out(sheet)
    style = _STYLE % {
        "side": "landscape" if sheet.landscape else "portrait",
        "margins": f"{ABOVE}mm {RIGHT}mm {BELOW}mm {LEFT}mm",
        "size": layout.size,
    }
    parts = [
        "<!DOCTYPE html>",
        f'<html lang="{sheet.language}"><head><meta charset="utf-8">',
        f"<title>{escape(sheet.title)}</title><style>{style}</style></head><body>",
        _two(paper.left, paper.right),
        f'<div class="title">{_block(paper.title)}</div>',
        _table(sheet, layout),
        "".join(f"<p>{escape(said)}</p>" for said in sheet.spoken),
        _two(paper.foot_left, paper.foot_right, "two foot"),
        '<div class="basis">' + "".join(f"<p>{escape(one)}</p>" for one in sheet.basis) + "</div>",
        _chart(sheet),
        "</body></html>",
    ]
    return ("\n".join(part for part in parts if part) + "\n").encode("utf-8")


def _two(left: Iterable[HeadingLine], right: Iterable[HeadingLine], kind: str = "two") -> str:
    return f'<div class="{kind}"><div>{_block(left)}</div><div>{_block(right)}</div></div>'


def _block(lines: Iterable[HeadingLine]) -> str:
    return "".join(f"<p>{_line(line)}</p>" for line in lines)


def _line(line: HeadingLine) -> str:
    text = escape(line.text) or "&nbsp;"
    if line.bold:
        text = f"<b>{text}</b>"
    if line.italic:
        text = f"<i>{text}</i>"
    return f'<span class="rule">{text}</span>' if line.rule else text


def _table(sheet: Sheet, layout: Layout) -> str:
    whole = sum(layout.widths)
    widths = "".join(f'<col style="width:{100 * one / whole:.2f}%">' for one in layout.widths)
    heads = "".join(f"<th>{escape(column.header)}</th>" for column in sheet.columns)
    places = "".join(f"<th>{number}</th>" for number in number_row(sheet))
    rows = [_row(sheet, row.cells) for row in sheet.rows]
    if sheet.total is not None:
        rows.insert(0, _row(sheet, sheet.total, ' class="total"'))
    return (
        f"<table><colgroup>{widths}</colgroup>"
        f'<thead><tr>{heads}</tr><tr class="places">{places}</tr></thead>\n<tbody>'
        + "\n".join(rows)
        + "</tbody></table>"
    )


def _row(sheet: Sheet, cells: tuple[Cell, ...], kind: str = "") -> str:
    shown = []
    for cell, column in zip(cells, sheet.columns, strict=True):
        text = escape(cell_text(cell, column, sheet.language)).replace("\n", "<br>")
        side = "counts" if column.counts else "number" if column.kind != "text" else ""
        shown.append(f'<td class="{side}">{text}</td>' if side else f"<td>{text}</td>")
    return f"<tr{kind}>{''.join(shown)}</tr>"


def _chart(sheet: Sheet) -> str:
    bars = list(sheet.bars())[:_MOST_BARS]
    if not bars or sheet.chart is None:
        return ""
    column = sheet.columns[sheet.chart]
    highest = 100.0 if column.kind == "percent" else max(value for _, value in bars) or 1.0
    height = len(bars) * (_BAR + _GAP) + 24
    unit = " %" if column.kind == "percent" else ""
    parts = [
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" font-family="serif" font-size="11">',
        f'<text x="0" y="12" font-weight="bold">{escape(column.header)}</text>',
    ]
    for place, (name, value) in enumerate(bars):
        top = 24 + place * (_BAR + _GAP)
        length = min(value / highest, 1) * (_WIDTH - _LEFT - 70)
        text = show_number(int(value) if value == int(value) else value, sheet.language)
        parts += [
            f'<text x="{_LEFT - 6}" y="{top + 11}" text-anchor="end">{escape(name)}</text>',
            f'<rect x="{_LEFT}" y="{top}" width="{length:.1f}" height="{_BAR}" fill="#555"/>',
            f'<text x="{_LEFT + length + 4:.1f}" y="{top + 11}">{text}{unit}</text>',
        ]
    return "\n".join([*parts, "</svg>"])
