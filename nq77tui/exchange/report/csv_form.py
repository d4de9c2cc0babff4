"""A report as CSV that spreadsheets open and that ``nq77 import`` takes back unchanged.

The first column is the id of the row's area or record. A record's own fields stand under their
names, as the import writes and reads them; a column that is only there to be read has ``#``
before its name, and the import passes it over. Totals are left to the spreadsheet.
"""

from __future__ import annotations

import codecs
import csv
import io

from nq77tui.exchange.report.cell_text import cell_text
from nq77tui.exchange.report.sheet import Sheet
from nq77tui.exchange.rows.cell import guard
from nq77tui.exchange.rows.column import ID, PASSED_OVER


def write_csv(sheet: Sheet) -> bytes:
    """The rows as CSV with a byte order mark (RFC 4180)."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    numbered = enumerate(sheet.columns, 1)
    headers = [c.own_field or f"{PASSED_OVER}{n} {c.header}" for n, c in numbered]
    writer.writerow([ID, *headers])
    for row in sheet.rows:
        if not row.id:
            continue  # what lies in no area below is no record
        cells = [
            plain if column.own_field else guard(cell_text(cell, column, sheet.language))
            for cell, plain, column in zip(row.cells, row.plain, sheet.columns, strict=True)
        ]
        writer.writerow([row.id, *cells])
    return codecs.BOM_UTF8 + stream.getvalue().encode("utf-8")
