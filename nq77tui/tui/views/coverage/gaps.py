"""What a metric counts in an area and does not find covered: the very records."""

from __future__ import annotations

from nq77tui.core.counting.coverage import Coverage
from nq77tui.core.metric import Metric
from nq77tui.tui.actions import GAPS, SIFT, bindings
from nq77tui.tui.charges import Charges
from nq77tui.tui.desk import Desk
from nq77tui.tui.views.coverage.counted import CountedView
from nq77tui.tui.views.coverage.filling import go_to_fill, go_to_proposal
from nq77tui.tui.views.entry.form import FormView
from nq77tui.tui.views.sifted import RecordColumns, SiftedView
from nq77tui.tui.widgets.row_list import RowList

_FEW = 500
"""Gaps up to which the list is sorted before it shows for the first time."""


class GapsView(SiftedView[None], CountedView[None]):
    """The gaps of one metric; Enter opens the record, another key assigns."""

    ACTIONS = GAPS + SIFT
    BINDINGS = bindings(ACTIONS)

    def __init__(self, desk: Desk, metric: Metric, area_id: str, as_of: str | None = None) -> None:
        super().__init__(desk)
        self.as_of = as_of
        self.coverage = desk.last_coverage if as_of is None else None
        self._metric = metric
        self._area_id = area_id
        self._gaps: list[str] = []
        self._sorted: list[str] | None = None
        self._columns = RecordColumns(desk, metric.of.record)
        self._prepared: dict[str, str] = {}
        assigning = desk.programme.assigning
        self._charges = Charges(desk, assigning) if assigning else None
        if self.coverage is not None and len(self._unsorted(self.coverage)) <= _FEW:
            self._gaps = self._sort(self.coverage)

    def relabel(self) -> None:
        """Show everything in the language of the moment."""
        self._columns = RecordColumns(self.desk, self._metric.of.record)
        self._prepared.clear()
        super().relabel()

    def show_title(self) -> None:
        """The metric, the area, how many are missing."""
        label, area = self.desk.label(self._metric.label), self.area_name(self._area_id)
        title = self.desk.text("tui.gaps.title", label=label, area=area)
        total = self.number(len(self._gaps))
        if not self.query_text:
            self.set_title(title, total)
            return
        found = self.number(len(self.row_list.rows))
        self.set_title(self.filtered_title(area), f"{found}/{total}")

    def show_coverage(self) -> None:
        """Show what is missing, as it was counted last."""
        if self._sorted is not None:
            self._gaps, self._sorted = self._sorted, None
        self.show_rows()
        self.show_title()

    def prepare(self, counted: Coverage) -> None:
        """Sort what is missing; in an empty store that is everything."""
        self._sorted = self._sort(counted)

    def is_long_to_prepare(self, counted: Coverage) -> bool:
        """Whether there is much to sort."""
        return len(self._unsorted(counted)) > _FEW

    def _unsorted(self, coverage: Coverage) -> list[str]:
        return coverage.gaps(self._area_id, self._metric.name)

    def _sort(self, coverage: Coverage) -> list[str]:
        return self._columns.in_order(self._unsorted(coverage))

    def show_rows(self, *, from_top: bool = False) -> None:
        """Show the gaps that the filter finds."""
        columns, _ = self._columns.fit(self.app.size.width)
        key = "tui.coverage.counting" if self.coverage is None else "tui.gaps.empty"
        found = self.sift(self._gaps, self._columns.words, self._prepared)
        self.row_list.show(
            columns, found, self._columns.cells, empty=self.empty_text(key), from_top=from_top
        )

    # Filling them

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Open the record."""
        self.app.push_screen(FormView(self.desk, self._metric.of.record, event.row_id))

    def action_propose(self) -> None:
        """Propose somebody for all that is missing here."""
        go_to_proposal(self, self._charges, self.coverage, self._metric, self._area_id)

    def action_assign(self) -> None:
        """Assign to this record, or to all in its area that have nobody."""
        current = self.row_list.current
        if current is None or self.coverage is None:
            return
        self.say()
        go_to_fill(self, self._charges, self.coverage, self._metric, current)
