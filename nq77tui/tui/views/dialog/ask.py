"""A question with a few answers, each with its number."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from nq77tui.tui.actions import ASK
from nq77tui.tui.cells import wrapped
from nq77tui.tui.desk import Desk
from nq77tui.tui.theme import border_class

_WIDTH = 60
_LINES = 4
"""Lines that one answer may take."""


class Ask(ModalScreen[int]):
    """Answers with the number of the answer, counted from 1; None for Escape."""

    ACTIONS = ASK

    def __init__(self, desk: Desk, question: str, answers: Sequence[str], way_back: str) -> None:
        super().__init__()
        self._desk = desk
        self._question = question
        self._answers = answers
        self._way_back = way_back

    def compose(self) -> ComposeResult:
        """The question, the answers, the way back."""
        with Vertical(classes=f"box {border_class(self._desk.settings.ascii_borders)}"):
            yield Static(self._question, markup=False)
            for number, answer in enumerate(self._answers, start=1):
                lines = wrapped(answer, _WIDTH - 4, _LINES)
                text = "\n".join(
                    f"{'    ' if at else f'{number}   '}{x}" for at, x in enumerate(lines)
                )
                yield Static(text, markup=False)
            yield Static(self._way_back, markup=False)

    def on_key(self, event: events.Key) -> None:
        """Answer."""
        event.stop()
        character = event.character or ""
        if (
            character.isascii()
            and character.isdigit()
            and 1 <= int(character) <= len(self._answers)
        ):
            self.dismiss(int(character))
        elif event.key == "escape":
            self.dismiss(None)
