"""A view over coverage: current at once where it can be, else counted behind the keys."""

from __future__ import annotations

import time

from textual.worker import get_current_worker

from nq77tui.core.counting.coverage import Coverage
from nq77tui.core.values import show_date
from nq77tui.tui.desk import Desk
from nq77tui.tui.views.base import BaseView, Result

_SHOW_EVERY = 0.5
"""Seconds after which what has been counted so far is shown."""


class CountedView(BaseView[Result]):
    """Up to date when it opens, after every save by whomever, and for another day.

    Attributes:
        coverage: None until it was counted for the first time; perhaps not whole yet.
        as_of: the day counted for, as ISO text; None for today.
    """

    def __init__(self, desk: Desk, as_of: str | None = None) -> None:
        super().__init__(desk)
        self.as_of = as_of
        self.coverage = desk.last_coverage if as_of is None else None

    def show_coverage(self) -> None:
        """Show what was counted."""

    def prepare(self, counted: Coverage) -> None:
        """Do what takes long with what was counted; nothing of it is shown yet."""

    def is_long_to_prepare(self, counted: Coverage) -> bool:
        """Whether `prepare` is to be done in another thread."""
        return False

    def on_mount(self) -> None:
        """Count."""
        self.recount()

    def store_changed(self) -> None:
        """Count again."""
        self.recount()

    def recount(self) -> None:
        """Show how it is now; where it has to be counted anew, in another thread."""
        current = self.desk.live.current() if self.as_of is None else None
        if current is not None and not self.is_long_to_prepare(current):
            self.workers.cancel_group(self, "coverage")
            self.prepare(current)
            self._take(current)
        else:
            self.run_worker(self._count, thread=True, exclusive=True, group="coverage")

    def count(self, as_of: str | None, show: bool = True) -> Coverage | None:
        """Count in this worker's thread, showing what there is so far; None where cancelled."""
        worker, shown = get_current_worker(), time.monotonic()

        def step(counted: Coverage) -> bool:
            nonlocal shown
            if show and not worker.is_cancelled and time.monotonic() - shown > _SHOW_EVERY:
                self.app.call_from_thread(self._take, counted)
                shown = time.monotonic()
            return not worker.is_cancelled

        live = self.desk.live
        return live.count(step) if as_of is None else live.count_on(as_of, step)

    def _count(self) -> None:
        counted = self.count(self.as_of)
        if counted is not None:
            self.prepare(counted)
            if not get_current_worker().is_cancelled:
                self.app.call_from_thread(self._take, counted)

    def _take(self, counted: Coverage) -> None:
        if self.is_attached:
            # What was committed while it was being counted.
            is_live = self.as_of is None and counted.is_whole
            self.coverage = (self.desk.live.current() if is_live else None) or counted
            self.show_coverage()

    @property
    def day_shown(self) -> str:
        """The day that the figures are of, for the title line."""
        day = self.as_of or self.desk.repository.today().isoformat()
        return self.desk.text("tui.coverage.as_of", date=show_date(day))

    def area_name(self, area_id: str) -> str:
        """What an area is called; also what is above all areas."""
        return self.desk.repository.title(area_id) if area_id else self.everywhere

    @property
    def everywhere(self) -> str:
        """What the node above all areas is called."""
        return self.desk.text("tui.coverage.everywhere")
