"""A report into a file, in the format that is asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from nq77tui.core.problem import Problem, RefusedError, cause_of
from nq77tui.exchange.report.csv_form import write_csv
from nq77tui.exchange.report.docx import write_docx
from nq77tui.exchange.report.html import write_html
from nq77tui.exchange.report.sheet import Sheet
from nq77tui.exchange.report.txt import write_txt
from nq77tui.exchange.report.xlsx import write_xlsx
from nq77tui.store.atomic_file import save_file

WRITERS: dict[str, Callable[[Sheet], bytes]] = {
    "xlsx": write_xlsx,
    "docx": write_docx,
    "html": write_html,
    "csv": write_csv,
    "txt": write_txt,
}


def write_report(sheet: Sheet, form: str, path: Path) -> int:
    """Write a report whole, or leave the file as it was; its size in bytes.

    Raises:
        RefusedError: a library is missing, or the file cannot be written.
    """
    content = WRITERS[form](sheet)
    try:
        save_file(path, content)
    except OSError as error:
        params = {"file": str(path), "detail": cause_of(error)}
        raise RefusedError(Problem("exchange.cannot_write", params)) from None
    return len(content)
