"""What the store had to tell since the program began; and the way back from a failed disk."""

from __future__ import annotations

from collections.abc import Iterator

from textual.app import ComposeResult

from nq77tui.core.problem import Problem
from nq77tui.tui.actions import NOTICES, Action, bindings
from nq77tui.tui.cells import wrap
from nq77tui.tui.theme import GOOD, PLAIN, WARNING
from nq77tui.tui.views.base import BaseView
from nq77tui.tui.widgets.canvas import Line
from nq77tui.tui.widgets.report import Report


class NoticesView(BaseView[None]):
    """All of it, the latest first."""

    ACTIONS = NOTICES
    BINDINGS = bindings(ACTIONS)

    def body(self) -> ComposeResult:
        """The sentences."""
        yield Report()

    def relabel(self) -> None:
        """Show everything in the language of the moment."""
        super().relabel()
        self.desk.notices.read()
        self.query_one(Report).show(lambda width: list(self._lines(width)))
        if self._is_failed:
            self.say(self.desk.text("notices.failed"), WARNING)
        elif self.desk.repository.why_read_only() is not None:
            self.say(self.desk.text("notices.no_right"), WARNING)
        else:
            self.say()

    @property
    def _is_failed(self) -> bool:
        """Whether the store is read-only because the disk did not confirm a write."""
        why = self.desk.repository.why_read_only()
        return why is not None and why.key != "storage.read_only"

    def key_actions(self) -> Iterator[Action]:
        """Opening the store anew only where that may help."""
        for action in super().key_actions():
            if action is not NOTICES[0] or self._is_failed:
                yield action

    def show_title(self) -> None:
        """What these are."""
        self.set_title(self.desk.text("notices.title"))

    def _lines(self, width: int) -> Iterator[Line]:
        notices: list[Problem] = self.desk.repository.notices
        for notice in reversed(notices):
            yield ()
            for text in wrap(self.desk.problem(notice), width - 3):
                yield ((f"  {text}", PLAIN),)
        if not notices:
            yield ()
            yield ((f"  {self.desk.text('notices.none')}", PLAIN),)

    def action_reopen(self) -> None:
        """Open the store from disk again, where the disk did not confirm a write."""
        if self.desk.repository.why_read_only() is None:
            return
        with self.refusals():
            self.desk.repository.open_again()
            if self.desk.repository.why_read_only() is None:
                self.relabel()
                self.say(self.desk.text("notices.reopened"), GOOD)
