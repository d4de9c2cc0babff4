"""``screens/*.toml``, read into `core.screen`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from nq77tui.core.expression import Expression
from nq77tui.core.screen import (
    GRID_GAP,
    GRID_WIDTH,
    OWN_LENGTH,
    Appearance,
    Column,
    FormField,
    Home,
    RecordScreen,
    Repeat,
    Section,
)
from nq77tui.programme.table import Table

_COLUMN_WIDTH = 12
_APPEARANCES: tuple[Appearance, ...] = get_args(Appearance)


def read_record_screen(path: Path, table: Table) -> RecordScreen:
    """The list and form of one record type."""
    listing, form = table.table("list"), table.table("form")
    screen = RecordScreen(
        record=path.stem,
        label=table.label("label"),
        key=table.text("key"),
        group=table.text("group"),
        columns=tuple(_column(entry) for entry in listing.array("columns")),
        sort=listing.texts("sort"),
        by_given_name=listing.flag("by_given_name"),
        sections=tuple(_section(entry) for entry in form.array("section")),
        verify=form.texts("verify"),
    )
    for name in ("list", "form"):
        if not table.has(name):
            table.wrong("missing_key", name)
    listing.done()
    form.done()
    return screen


def _column(table: Table) -> Column:
    column = Column(table.text("field"), table.integer("width", 10))
    if column.width < 1:
        table.wrong("bad_width", "width", found=column.width)
    table.done()
    return column


def _section(table: Table) -> Section:
    label = table.label("label")
    repeat = _repeat(table.table("repeat")) if table.has("repeat") else None
    if repeat is not None and table.has("fields"):
        table.wrong("fields_and_repeat", "repeat")
    fields = [] if repeat is not None else [_form_field(one) for one in _entries(table, "fields")]
    table.done()
    return Section(label, tuple(fields), repeat)


def _entries(table: Table, key: str) -> Iterator[Table]:
    """Fields by their names, or as tables that say more."""
    entries = table.raw(key)
    if not isinstance(entries, list):
        table.wrong("missing_key", key)
        entries = []
    for position, entry in enumerate(entries):
        content: Any = {"name": entry} if isinstance(entry, str) else entry
        if not isinstance(content, dict):
            table.wrong_kind(key, entry, "field")
            continue
        yield Table(content, table.file, f"{table.path}.{key}[{position}]", table.problems)


def _repeat(table: Table) -> Repeat:
    columns, widths = [], []
    for entry in _entries(table, "columns"):
        width = entry.integer("width", _COLUMN_WIDTH)
        if width < 1:
            entry.wrong("bad_width", "width", found=width)
        widths.append(width)
        columns.append(_form_field(entry))
    needed = sum(widths) + len(widths) * GRID_GAP
    if needed > GRID_WIDTH:
        table.wrong("too_wide", "columns", found=needed, most=GRID_WIDTH)
    repeat = Repeat(
        record=table.text("record"),
        link=table.text("link"),
        columns=tuple(columns),
        widths=tuple(widths),
        given=_expressions(table.table("given")),
        first=_expressions(table.table("first")),
        each=table.text("each"),
        each_when=table.expression("each_when"),
        relevant=table.expression("relevant"),
    )
    if repeat.each_when is not None and not repeat.each:
        table.wrong("missing_key", "each")
    table.done()
    return repeat


def _expressions(table: Table) -> dict[str, Expression]:
    found = {name: table.expression(name) for name in table.content}
    return {name: one for name, one in found.items() if one is not None}


def _advance(table: Table) -> int:
    """After how many letters a field goes on by itself."""
    found = table.raw("advance")
    if isinstance(found, bool):
        return OWN_LENGTH if found else 0
    length = table.integer("advance", 0)
    if length < 0:
        table.wrong("bad_width", "advance", found=length)
    return length


def _form_field(table: Table) -> FormField:
    field = FormField(
        name=table.text("name"),
        hint=table.label("hint", required=False),
        default=table.expression("default"),
        carry=table.flag("carry"),
        appearance=table.one_of("appearance", _APPEARANCES, ""),
        advance=_advance(table),
    )
    table.done()
    return field


def read_home(table: Table) -> Home:
    """``screens/home.toml``."""
    groups = table.table("groups")
    return Home(
        title=table.label("title"),
        groups={name: groups.label(name) for name in groups.content},
        metrics=table.texts("metrics"),
    )
