"""From a gap, or an area with gaps, straight to the view that fills them."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from nq77tui.core.area_tree import EVERYWHERE
from nq77tui.core.counting.coverage import Coverage
from nq77tui.core.metric import Metric
from nq77tui.tui.charges import Charges
from nq77tui.tui.theme import GOOD
from nq77tui.tui.views.assigning.areas import AssignView
from nq77tui.tui.views.assigning.choosing import ChoosingView
from nq77tui.tui.views.assigning.units import UnitsView
from nq77tui.tui.views.base import BaseView


def go_to_fill(
    view: BaseView[Any],
    charges: Charges | None,
    coverage: Coverage,
    metric: Metric,
    record_id: str,
) -> bool:
    """Open the view that fills a metric's gaps at a record: an area, or what is missing itself.

    Returns:
        False where several gaps of areas lie there, and one is to be chosen first.
    """
    desk = view.desk
    if charges is None:
        view.say(desk.text("tui.coverage.no_assigning"))
        return True
    _look_at_day_of(charges, coverage)
    if not charges.current.fills(metric):
        view.say(desk.text("tui.coverage.not_assigned", label=metric.label))
        return True
    if metric == charges.metric:
        view.app.push_screen(_units_view(charges, coverage, metric, record_id))
        return True
    is_area = record_id == EVERYWHERE or record_id in coverage.tree
    missing = coverage.gaps(record_id, metric.name) if is_area else [record_id]
    if record_id in missing:
        missing = [record_id]
    if not missing:
        area = desk.repository.title(record_id) if record_id else ""
        view.say(desk.text("tui.coverage.no_gaps", label=metric.label, area=area))
        return True
    if len(missing) > 1:
        return False
    view.app.push_screen(ChoosingView(charges, missing, metric), partial(_say, view))
    return True


def go_to_proposal(
    view: BaseView[Any],
    charges: Charges | None,
    coverage: Coverage | None,
    metric: Metric | None,
    area_id: str,
) -> None:
    """Propose who takes what has nobody in an area, on the day that the coverage is of."""
    from nq77tui.tui.views.assigning.proposal import ProposalView

    if charges is None:
        view.say(view.desk.text("tui.coverage.no_assigning"))
    elif metric is not None and metric != charges.metric:
        view.say(view.desk.text("assigning.other_metric", label=charges.metric.label))
    elif coverage is None:
        view.say(view.desk.text("tui.coverage.counting"))
    else:
        _look_at_day_of(charges, coverage)
        view.app.push_screen(ProposalView(charges, area_id), partial(_say, view))


def _look_at_day_of(charges: Charges, coverage: Coverage) -> None:
    charges.look_at(date.fromisoformat(coverage.as_of))
    charges.counted = coverage


def _say(view: BaseView[Any], done: str | None) -> None:
    if done is not None:
        view.look_again()
        view.say(done, GOOD)


def _units_view(
    charges: Charges, coverage: Coverage, metric: Metric, record_id: str
) -> BaseView[None]:
    """The one area in which all gaps lie, or the list of those areas."""
    row = charges.desk.repository.row(record_id) if record_id else None
    if row is not None and row.type == charges.assigning.units:
        return UnitsView(charges, coverage.tree.locate(row), at=row.id)
    places = charges.places(coverage, record_id)
    short = [place for place in places if coverage.gaps(place, metric.name)]
    if len(short) == 1 or record_id in places:
        return UnitsView(charges, record_id if record_id in places else short[0])
    return AssignView(charges, within=record_id)
