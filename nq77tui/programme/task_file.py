"""``screens/assign.toml``, ``screens/reorganise.toml`` and ``[signoff]``, read into `core.task`."""

from __future__ import annotations

from nq77tui.core.period import PERIOD_KINDS
from nq77tui.core.task import Assigning, Hanging, Reorganising, SignOff, Tie
from nq77tui.programme.table import Table


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
    needed = ("area", "period", "state", "comment", "figures", "submitted", "returned", "approved")
    found = {name: table.text(name) for name in needed}
    for name, value in found.items():
        if not value:
            table.wrong("missing_key", name)
    signoff = SignOff(
        record,
        **found,
        levels=table.texts("levels"),
        every=table.one_of("every", PERIOD_KINDS[1:], "year", required=True),
        keep=table.texts("keep"),
    )
    if not signoff.levels:
        table.wrong("missing_key", "levels")
    table.done()
    return signoff
