"""``screens/*.toml``, read into `core.screen`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast, get_args

from nq77tui.core.screen import (
    Appearance,
    Assigning,
    Column,
    Counted,
    Covered,
    Figure,
    FormField,
    Home,
    Metric,
    RecordScreen,
    Section,
)
from nq77tui.programme.table import Table

_APPEARANCES: tuple[str, ...] = get_args(Appearance)


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
    fields = []
    entries = table.raw("fields")
    if not isinstance(entries, list):
        table.wrong("missing_key", "fields")
        entries = []
    for position, entry in enumerate(entries):
        content: Any = {"name": entry} if isinstance(entry, str) else entry
        if not isinstance(content, dict):
            table.wrong("wrong_kind", "fields", found=str(entry)[:40], wanted="field")
            continue
        place = f"{table.path}.fields[{position}]"
        fields.append(_form_field(Table(content, table.file, place, table.problems)))
    table.done()
    return Section(label, tuple(fields))


def _form_field(table: Table) -> FormField:
    appearance = table.text("appearance")
    if appearance not in _APPEARANCES:
        table.wrong("not_one_of", "appearance", found=appearance, known=", ".join(_APPEARANCES))
        appearance = ""
    field = FormField(
        name=table.text("name"),
        hint=table.label("hint", required=False),
        default=table.expression("default"),
        carry=table.flag("carry"),
        appearance=cast("Appearance", appearance),
    )
    table.done()
    return field


def read_metrics(table: Table) -> dict[str, Metric]:
    """The coverage metrics of one file."""
    found = {}
    for name, entry in table.tables("metrics"):
        label = entry.label("label")
        found[name] = Metric(
            name=name,
            label=label,
            column=entry.label("column", required=False) or label,
            of=_counted(entry.table("of")),
            have=_covered(entry.table("have")),
            target=entry.integer("target", 100),
        )
        entry.done()
    return found


def _counted(table: Table) -> Counted:
    counted = Counted(table.text("record"), table.expression("where"))
    table.done()
    return counted


def _covered(table: Table) -> Covered:
    link = table.text("link")
    covered = Covered(
        record=table.text("record"),
        where=table.expression("where"),
        link=tuple(link.split(".")) if link else (),
        within=table.flag("within"),
        distinct=table.text("distinct"),
        at_least=table.integer("at_least", 1),
    )
    if not covered.record and covered.where is None:
        table.wrong("missing_key", "where")
    if covered.record and bool(covered.link) == covered.within:
        table.wrong("link_or_within", "link")
    table.done()
    return covered


def read_figures(table: Table) -> dict[str, Figure]:
    """The figures of one file."""
    found = {}
    for name, entry in table.tables("figures"):
        label = entry.label("label")
        found[name] = Figure(
            name=name,
            label=label,
            column=entry.label("column", required=False) or label,
            record=entry.text("record"),
            where=entry.expression("where"),
            sum=entry.text("sum"),
            distinct=entry.text("distinct"),
            latest=entry.texts("latest"),
            own=entry.flag("own"),
        )
        entry.done()
    return found


def read_home(table: Table) -> Home:
    """``screens/home.toml``."""
    groups = table.table("groups")
    return Home(
        title=table.label("title"),
        groups={name: groups.label(name) for name in groups.content},
        metrics=table.texts("metrics"),
    )


def read_assigning(table: Table) -> Assigning:
    """``screens/assign.toml``."""
    return Assigning(
        record=table.text("record"),
        who=table.text("who"),
        unit=table.text("unit"),
        units=table.text("units"),
        metric=table.text("metric"),
    )
