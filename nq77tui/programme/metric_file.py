"""Metrics and figures, which stand in any of ``screens/*.toml``, read into `core.metric`."""

from __future__ import annotations

from nq77tui.core.metric import Counted, Covered, Figure, Metric
from nq77tui.core.period import PERIOD_KINDS
from nq77tui.core.schema import Label
from nq77tui.programme.table import Table


def read_metrics(table: Table) -> dict[str, Metric]:
    """The coverage metrics of one file."""
    found = {}
    for name, entry in table.tables("metrics"):
        label, column = _headings(entry)
        period = entry.one_of("period", PERIOD_KINDS, "")
        found[name] = Metric(
            name=name,
            label=label,
            column=column,
            of=_counted(entry.table("of")),
            have=_covered(entry.table("have")),
            target=entry.integer("target", 100),
            period=period,
        )
        if bool(period) != bool(found[name].have.in_period):
            entry.wrong("period_alone", "period" if period else "have.in_period")
        entry.done()
    return found


def _headings(entry: Table) -> tuple[Label, Label]:
    """The full label, and the short one for the head of a column."""
    label = entry.label("label")
    return label, entry.label("column", required=False) or label


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
        label, column = _headings(entry)
        found[name] = Figure(
            name=name,
            label=label,
            column=column,
            record=entry.text("record"),
            where=entry.expression("where"),
            sum=entry.text("sum"),
            distinct=entry.text("distinct"),
            latest=entry.texts("latest"),
            own=entry.flag("own"),
        )
        entry.done()
    return found
