"""A question that is answered by one letter."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from nq77tui.tui.desk import Desk
from nq77tui.tui.theme import border_class

_YES = {"c", "C", "y", "Y"}
_NO = {"k", "K", "n", "N"}


class Confirm(ModalScreen[bool]):
    """Yes or no: the letters of both languages, Escape for no."""

    def __init__(self, desk: Desk, question: str) -> None:
        super().__init__()
        self._desk = desk
        self._question = question

    def compose(self) -> ComposeResult:
        """The question and the letters."""
        with Vertical(classes=f"box {border_class(self._desk.settings.ascii_borders)}"):
            yield Static(self._question, markup=False)
            yield Static(self._desk.text("tui.confirm.letters"), markup=False)

    def on_key(self, event: events.Key) -> None:
        """Answer."""
        event.stop()
        if event.character in _YES:
            self.dismiss(True)
        elif event.character in _NO or event.key == "escape":
            self.dismiss(False)
