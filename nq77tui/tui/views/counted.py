"""A view over coverage: counted behind the keys, the old figures shown meanwhile."""

from __future__ import annotations

from textual.worker import get_current_worker

from nq77tui.core.coverage import Coverage
from nq77tui.core.values import show_date
from nq77tui.tui.desk import Desk
from nq77tui.tui.views.base import BaseView, Result


class CountedView(BaseView[Result]):
    """Counts when it opens, after every save by whomever, and for another day.

    Attributes:
        coverage: None until it was counted for the first time.
        as_of: the day counted for, as ISO text; None for today.
    """

    def __init__(self, desk: Desk, as_of: str | None = None) -> None:
        super().__init__(desk)
        self.as_of = as_of
        self.coverage = desk.last_coverage if as_of is None else None

    def show_coverage(self) -> None:
        """Show what was counted."""

    def prepare(self, counted: Coverage) -> None:
        """Do what takes long with what was counted; in the other thread, nothing of it shown."""

    def on_mount(self) -> None:
        """Count."""
        self.recount()

    def store_changed(self) -> None:
        """Count again."""
        self.recount()

    def recount(self) -> None:
        """Count in another thread: a district takes the better part of a second."""
        self.run_worker(self._count, thread=True, exclusive=True, group="coverage")

    def _count(self) -> None:
        worker, as_of = get_current_worker(), self.as_of
        counted = self.desk.repository.coverage(as_of) if as_of else self.desk.coverage()
        self.prepare(counted)
        if not worker.is_cancelled:
            self.app.call_from_thread(self._take, counted)

    def _take(self, counted: Coverage) -> None:
        if self.is_attached:
            self.coverage = counted
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
