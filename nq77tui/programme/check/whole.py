"""All that has to hold before anything can start; boards and reports are proved when opened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from nq77tui.programme.check.metric import check_figure, check_metric
from nq77tui.programme.check.names import Names
from nq77tui.programme.check.schema import check_schema
from nq77tui.programme.check.screen import check_home, check_screen, check_screens_together
from nq77tui.programme.check.task import check_assigning, check_reorganising, check_signoff
from nq77tui.programme.table import Problems

if TYPE_CHECKING:
    from nq77tui.programme.programme import Programme


def check_whole(programme: Programme, places: Mapping[str, str], problems: Problems) -> None:
    """Note everything in one file that another contradicts.

    Args:
        places: the file that declares a metric or figure, by ``metrics.NAME``.
    """
    trees = [schema for schema in programme.schemas.values() if schema.tree]
    if len(trees) != 1:
        problems.add("one_tree", "schemas", "tree", "", found=len(trees))
        return
    names = Names(programme, problems)
    for schema in programme.schemas.values():
        check_schema(names, schema)
    for screen in programme.screens.values():
        check_screen(names, screen)
    check_screens_together(names)
    check_home(names)
    check_assigning(names)
    check_reorganising(names, trees[0])
    check_signoff(names, trees[0])
    for metric in programme.metrics.values():
        check_metric(names, metric, places[f"metrics.{metric.name}"])
    for name, figure in programme.figures.items():
        check_figure(names, figure, places[f"figures.{name}"], f"figures.{name}")
