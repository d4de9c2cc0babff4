"""``screens/*.toml``, read into `core.screen`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast, get_args

from nq77tui.core.expression import Expression
from nq77tui.core.period import PeriodKind
from nq77tui.core.screen import (
    GRID_GAP,
    GRID_WIDTH,
    OWN_LENGTH,
    Appearance,
    Assigning,
    Column,
    Counted,
    Covered,
    Figure,
    FormField,
    Hanging,
    Home,
    Metric,
    RecordScreen,
    Reorganising,
    Repeat,
    Section,
    SignOff,
    Tie,
)
from nq77tui.programme.table import Table

_COLUMN_WIDTH = 12
_PERIODS: tuple[str, ...] = get_args(PeriodKind)
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
            table.wrong("wrong_kind", key, found=str(entry)[:40], wanted="field")
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
        advance=_advance(table),
    )
    table.done()
    return field


def read_metrics(table: Table) -> dict[str, Metric]:
    """The coverage metrics of one file."""
    found = {}
    for name, entry in table.tables("metrics"):
        label = entry.label("label")
        period = entry.text("period")
        if period not in _PERIODS:
            entry.wrong("not_one_of", "period", found=period, known=", ".join(_PERIODS[1:]))
            period = ""
        found[name] = Metric(
            name=name,
            label=label,
            column=entry.label("column", required=False) or label,
            of=_counted(entry.table("of")),
            have=_covered(entry.table("have")),
            target=entry.integer("target", 100),
            period=cast("PeriodKind", period),
        )
        if bool(period) != bool(found[name].have.in_period):
            entry.wrong("period_alone", "period" if period else "have.in_period")
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
        in_period=table.text("in_period"),
    )
    if not covered.record and covered.where is None:
        table.wrong("missing_key", "where")
    if covered.record and bool(covered.link) == covered.within:
        table.wrong("link_or_within", "link")
    table.done()
    return covered


def read_figures(table: Table, key: str = "figures") -> dict[str, Figure]:
    """The figures of one file, under a key."""
    found = {}
    for name, entry in table.tables(key):
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
        decision=table.text("decision"),
        ties=tuple(_tie(entry) for entry in table.array("together")),
    )


def _tie(table: Table) -> Tie:
    tie = Tie(table.text("field"), table.flag("first_word"))
    if not tie.field:
        table.wrong("missing_key", "field")
    table.done()
    return tie


def read_reorganising(table: Table) -> Reorganising:
    """``screens/reorganise.toml``."""
    columns = table.table("columns")
    return Reorganising(
        code=table.text("code"),
        columns={name: columns.text(name) for name in columns.content},
        merged_from=table.text("merged_from"),
        begins=table.text("begins"),
        parent=table.text("parent"),
        inherit=table.texts("inherit"),
        hanging=tuple(_hanging(entry) for entry in table.array("hanging")),
    )


def _hanging(table: Table) -> Hanging:
    hanging = Hanging(
        record=table.text("record"),
        link=tuple(table.text("link").split(".")),
        label=table.label("label"),
        where=table.expression("where"),
        renew=table.flag("renew"),
    )
    table.done()
    return hanging


def read_signoff(record: str, table: Table) -> SignOff:
    """The table ``[signoff]`` of a record's screen."""
    every = table.text("every")
    if every not in _PERIODS[1:]:
        table.wrong("not_one_of", "every", found=every, known=", ".join(_PERIODS[1:]))
        every = "year"
    needed = ("area", "period", "state", "comment", "figures", "submitted", "returned", "approved")
    found = {name: table.text(name) for name in needed}
    for name, value in found.items():
        if not value:
            table.wrong("missing_key", name)
    signoff = SignOff(
        record,
        **found,
        levels=table.texts("levels"),
        every=cast("PeriodKind", every),
        keep=table.texts("keep"),
    )
    if not signoff.levels:
        table.wrong("missing_key", "levels")
    table.done()
    return signoff
