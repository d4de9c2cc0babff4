"""What operators key, and how well: one's own figures first, everybody's for a supervisor."""

from __future__ import annotations

from datetime import date
from typing import cast

from textual.worker import get_current_worker

from nq77tui.core.operator_figures import PERIODS, Figures, PeriodOf, by_period, total
from nq77tui.store.operator_figures import operator_figures, visible
from nq77tui.tui.actions import OPERATORS, bindings
from nq77tui.tui.desk import Desk
from nq77tui.tui.views.rows import RowsView
from nq77tui.tui.widgets.row_list import ListColumn

_WHO, _PERIOD = 15, 10
_NUMBERS = (
    ("records", 7),
    ("fields", 7),
    ("hours", 5),
    ("records_an_hour", 6),
    ("fields_an_hour", 7),
    ("warned", 6),
    ("errors", 6),
)


class OperatorsView(RowsView[None]):
    """A row for each operator and period, counted behind the keys."""

    ACTIONS = OPERATORS
    BINDINGS = bindings(ACTIONS)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._seen_days: list[tuple[str, dict[date, Figures]]] | None = None
        self._period: PeriodOf = "day"
        self._rows: dict[str, tuple[str, str, Figures]] = {}

    def relabel(self) -> None:
        """Show everything in the language of the moment."""
        super().relabel()
        if self._seen_days is None:
            self.store_changed()
        self._show()

    def show_title(self) -> None:
        """What these are, and of which periods."""
        period = self.desk.text(f"tui.operators.by_{self._period}")
        self.set_title(self.desk.text("tui.operators.title"), period)

    def store_changed(self) -> None:
        """Count, behind the keys: a long history takes its time."""
        self.run_worker(self._count, thread=True, exclusive=True, group="operators")

    def _count(self) -> None:
        worker, repository = get_current_worker(), self.desk.repository
        found = operator_figures(repository, keep_on=lambda: not worker.is_cancelled)
        if not worker.is_cancelled:
            self.app.call_from_thread(self._take, *visible(repository, found))

    def _take(self, seen: list[tuple[str, dict[date, Figures]]], is_all: bool) -> None:
        self._seen_days = seen
        self._show()
        if not is_all:
            me = self.desk.repository.operator
            self.say(self.desk.text("tui.operators.own_only", operator=me))

    def _show(self) -> None:
        text = self.desk.text
        self._rows = {}
        for operator, days in self._seen_days or ():
            self._rows[f"{operator}/"] = operator, text("tui.operators.total"), total(days)
            for name, one in by_period(days, self._period).items():
                self._rows[f"{operator}/{name}"] = "", name, one
        columns = [
            ListColumn(text("tui.operators.who"), _WHO),
            ListColumn(text("tui.operators.period"), _PERIOD),
            *(ListColumn(text(f"tui.operators.{name}"), w, is_right=True) for name, w in _NUMBERS),
        ]
        key = "tui.operators.counting" if self._seen_days is None else "tui.operators.none"
        self.row_list.show(columns, list(self._rows), self._cells, empty=text(key))
        self.show_title()

    def _cells(self, row_id: str) -> tuple[str, ...]:
        operator, period, one = self._rows[row_id]
        numbers = (
            one.records,
            one.fields,
            one.seconds / 3600 if one.seconds else None,
            one.records_an_hour,
            one.fields_an_hour,
            one.warned_percent,
            one.errors_a_thousand,
        )
        return (operator, period, *map(self._shown, numbers))

    def _shown(self, number: float | None) -> str:
        if number is None:
            return ""
        return self.number(round(number, 1))

    def action_period(self) -> None:
        """By day, by week, by month."""
        following = PERIODS[(PERIODS.index(self._period) + 1) % len(PERIODS)]
        self._period = cast("PeriodOf", following)
        self._show()
