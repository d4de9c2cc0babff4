"""What is wrong with metrics and figures."""

from __future__ import annotations

from nq77tui.core.metric import Covered, Figure, Metric
from nq77tui.core.schema import NUMBER_TYPES
from nq77tui.programme.check.names import PERIODICAL, Names, Spot


def check_metric(names: Names, metric: Metric, file: str) -> None:
    """Note what a metric names and its record types have not."""
    counted = names.at(metric.of.record, file, f"metrics.{metric.name}", "of.record")
    if counted is None:
        return
    counted.expression(metric.of.where, "of.where")
    if metric.have.record:
        _covered(counted, metric.have)
    else:
        counted.expression(metric.have.where, "have.where")


def _covered(counted: Spot, have: Covered) -> None:
    names = counted.names
    spot = names.at(have.record, counted.file, counted.table, "have.record")
    if spot is None:
        return
    spot.expression(have.where, "have.where")
    spot.fields([have.distinct], "have.distinct")
    spot.field(have.in_period, PERIODICAL, "have.in_period")
    if not have.link:
        return
    if names.broken(have.link, [spot.schema]):
        spot.path(have.link, "have.link")
    elif counted.schema.record not in names.targets(have.link, spot.schema):
        link = ".".join(have.link)
        spot.wrong("link_elsewhere", "have.link", found=link, record=counted.schema.record)


def check_figure(names: Names, figure: Figure, file: str, table: str) -> None:
    """Note what a figure names and its record type has not."""
    summed = names.at(figure.record, file, table)
    if summed is not None:
        summed.fields([figure.sum, figure.distinct, *figure.latest], "sum")
        summed.kind(figure.sum, NUMBER_TYPES, "sum")
        summed.expression(figure.where, "where")
