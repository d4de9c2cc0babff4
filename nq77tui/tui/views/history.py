"""Who changed what in one record."""

from __future__ import annotations

from textual.app import ComposeResult

from nq77tui.core.problem import RefusedError
from nq77tui.store.way_back import Change, changes_of
from nq77tui.tui.actions import HISTORY, bindings
from nq77tui.tui.desk import Desk
from nq77tui.tui.history_text import HistoryText
from nq77tui.tui.theme import QUIET
from nq77tui.tui.views.base import BaseView
from nq77tui.tui.widgets.report import Report


class HistoryView(BaseView[None]):
    """The whole history of one record as far as this machine has it, the newest first."""

    ACTIONS = HISTORY
    BINDINGS = bindings(ACTIONS)

    def __init__(self, desk: Desk, record_type: str, record_id: str) -> None:
        super().__init__(desk)
        self._record_type = record_type
        self._record_id = record_id
        self._changes: list[Change] | None = None

    def body(self) -> ComposeResult:
        """The lines."""
        yield Report()

    def relabel(self) -> None:
        """Show everything in the language of the moment."""
        super().relabel()
        if self._changes is None:
            self.store_changed()
        self._show()

    def show_title(self) -> None:
        """Whose history this is."""
        title = self.desk.repository.title(self._record_id)
        self.set_title(self.desk.text("tui.history.title", title=title))

    def store_changed(self) -> None:
        """Read it behind the keys: a long history takes its time."""
        self.run_worker(self._read, thread=True, exclusive=True, group="history")

    def _read(self) -> None:
        try:
            found = changes_of(self.desk.repository, self._record_id)
        except RefusedError as error:
            self.app.call_from_thread(self.refuse, error)
            return
        self.app.call_from_thread(self._take, found)

    def _take(self, changes: list[Change]) -> None:
        self._changes = changes
        self._show()

    def _show(self) -> None:
        if self._changes is None:
            reading = ((f" {self.desk.text('tui.history.reading')}", QUIET),)
            self.query_one(Report).show(lambda width: [reading])
        else:
            text = HistoryText(self.desk, self._record_type, self._changes)
            self.query_one(Report).show(text.lines)
