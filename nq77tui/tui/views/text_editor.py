"""A text of several lines."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import TextArea

from nq77tui.tui.actions import EDITOR, bindings
from nq77tui.tui.desk import Desk
from nq77tui.tui.views.base import BaseView
from nq77tui.tui.views.confirm import Confirm


class TextEditor(BaseView[str]):
    """Answers with the text, or None where it is to stay as it was."""

    ACTIONS = EDITOR
    BINDINGS = bindings(ACTIONS)

    def __init__(self, desk: Desk, label: str, text: str) -> None:
        super().__init__(desk)
        self._label = label
        self._before = text

    def body(self) -> ComposeResult:
        """The text."""
        area = TextArea(self._before, classes="body", soft_wrap=True, highlight_cursor_line=False)
        area.cursor_blink = False
        area.move_cursor(area.document.end)
        yield area

    def show_title(self) -> None:
        """Which field this is."""
        self.set_title(self._label)

    @property
    def text(self) -> str:
        """The text as it is now."""
        return self.query_one(TextArea).text

    def action_take(self) -> None:
        """Hand the text to the form."""
        self.dismiss(self.text)

    def action_back(self) -> None:
        """Leave the text as it was; asks where something would be lost."""
        if self.text == self._before:
            self.dismiss(None)
        else:
            self.app.push_screen(
                Confirm(self.desk, self.desk.text("tui.form.discard")), self._leave
            )

    def _leave(self, is_sure: bool | None) -> None:
        if is_sure:
            self.dismiss(None)
