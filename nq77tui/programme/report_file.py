"""``screens/reports/*.toml`` and ``screens/headings/*.toml``, read into `core.report`."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from nq77tui.core.report import (
    Answers,
    Content,
    Heading,
    HeadingLine,
    ReportColumn,
    ReportForm,
)
from nq77tui.programme.metric_file import read_figures
from nq77tui.programme.table import Problems, Table, read_table

CONTENTS: tuple[Content, ...] = get_args(Content)
_NEEDS = {
    "have": "metric",
    "of": "metric",
    "figure": "figure",
    "ratio": "over",
    "fields": "fields",
    "ancestor": "level",
    "answers": "answers",
}
CAPITALS = frozenset({"SUPERIOR", "BODY"})
"""What stands in a heading in capitals, whoever filled it in."""
FILLED = CAPITALS | {
    *("superior", "body", "number", "symbol", "place", "date", "title", "period"),
    *("area", "recipients", "post", "signer"),
}
"""What may stand in braces in a heading."""


@dataclass(frozen=True, slots=True)
class Papers:
    """What a programme hands in.

    Attributes:
        forms: report forms by name; empty where the programme has none.
        headings: headings by name.
    """

    forms: Mapping[str, ReportForm]
    headings: Mapping[str, Heading]


def read_papers(screens: Path, problems: Problems) -> Papers:
    """The forms in ``reports/`` and the headings in ``headings/`` of a folder of screens."""
    forms = _read_forms(screens / "reports", problems)
    return Papers(forms, _read_headings(screens / "headings", problems))


def _read_forms(folder: Path, problems: Problems) -> dict[str, ReportForm]:
    found = {}
    for path in sorted(folder.glob("*.toml")):
        table = read_table(path, problems)
        if table is not None:
            found[path.stem] = _form(path.stem, table)
            table.done()
    return found


def _form(name: str, table: Table) -> ReportForm:
    rows = table.table("rows")
    form = ReportForm(
        name=name,
        label=table.label("label"),
        heading=table.text("heading"),
        record=rows.text("record"),
        where=rows.expression("where"),
        sort=tuple(_path(one) for one in rows.texts("sort")),
        columns=tuple(_column(entry) for entry in table.array("column")),
        names=table.flag("names"),
        landscape=not table.flag("portrait"),
        chart=table.text("chart"),
        figures=read_figures(table, "figures"),
        in_period=read_figures(table, "in_period"),
    )
    rows.done()
    if not form.columns:
        table.wrong("missing_key", "column")
    return form


def _column(table: Table) -> ReportColumn:
    content = table.one_of("content", CONTENTS, "blank", required=True)
    need = _NEEDS.get(content)
    if need and not table.has(need):
        table.wrong("missing_key", need)
    column = ReportColumn(
        name=table.text("name"),
        label=table.label("label"),
        content=content,
        source=table.text("metric") or table.text("figure") or table.text("level"),
        fields=tuple(_path(one) for one in table.texts("fields")),
        over=table.texts("over"),
        under=table.texts("under"),
        percent=table.flag("percent"),
        thousand=table.flag("thousand"),
        once=table.flag("once"),
        answers=_answers(table.table("answers")) if table.has("answers") else None,
    )
    table.done()
    return column


def _answers(table: Table) -> Answers:
    answers = Answers(table.text("record"), table.text("field"), table.expression("where"))
    table.done()
    return answers


def _path(text: str) -> tuple[str, ...]:
    return tuple(text.split("."))


def _read_headings(folder: Path, problems: Problems) -> dict[str, Heading]:
    found = {}
    for path in sorted(folder.glob("*.toml")):
        table = read_table(path, problems)
        if table is None:
            continue
        blanks = table.table("blanks")
        found[path.stem] = Heading(
            name=path.stem,
            label=table.label("label"),
            left=_lines(table, "left"),
            right=_lines(table, "right"),
            title=_lines(table, "title"),
            foot_left=_lines(table, "foot_left"),
            foot_right=_lines(table, "foot_right"),
            blanks={name: blanks.text(name) for name in blanks.content},
        )
        table.done()
    return found


def _lines(table: Table, key: str) -> tuple[HeadingLine, ...]:
    return tuple(_line(entry) for entry in table.array(key))


def _line(table: Table) -> HeadingLine:
    text = table.text("text")
    try:
        named = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:
        named = {text}
    if unknown := sorted(named - FILLED):
        known = ", ".join(sorted(FILLED))
        table.wrong("not_one_of", "text", found=", ".join(unknown), known=known)
        text = ""
    line = HeadingLine(text, table.flag("bold"), table.flag("italic"), table.flag("rule"))
    table.done()
    return line
