"""Metrics and figures, which stand in any of ``screens/*.toml``, read into `core.metric`."""

from __future__ import annotations

from typing import cast, get_args

from nq77tui.core.metric import Counted, Covered, Figure, Metric
from nq77tui.core.period import PeriodKind
from nq77tui.programme.table import Table

_PERIODS: tuple[str, ...] = get_args(PeriodKind)


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
