"""A text of several lines."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult

from nq77tui.tui.actions import EDITOR, bindings
from nq77tui.tui.desk import Desk
from nq77tui.tui.views.base import BaseView
from nq77tui.tui.views.dialog.confirm import Confirm
from nq77tui.tui.widgets.text_area import MarkedTextArea


class TextEditor(BaseView[str]):
    """Answers with the text, or None where it is to stay as it was."""

    ACTIONS = EDITOR
    BINDINGS = bindings(ACTIONS)

    def __init__(self, desk: Desk, label: str, text: str, keep: Callable[[str], None]) -> None:
        """Open the editor.

        Args:
            desk: the session.
            label: which field it is.
            text: what it holds.
            keep: told the text when the program is ended meanwhile, and now and then before.
        """
        super().__init__(desk)
        self._label = label
        self._before = text
        self._keep = keep

    def body(self) -> ComposeResult:
        """The text."""
        area = MarkedTextArea(self._before, typing=self.desk.settings.typing)
        area.move_cursor(area.document.end)
        yield area

    def on_mount(self) -> None:
        """A text that takes long to write is kept as a draft while it is written."""
        super().on_mount()
        self.set_interval(_KEEP_EVERY, self.keep_typed)

    def keep_typed(self) -> None:
        """Have what is written so far kept with the form's draft."""
        if self.text != self._before:
            self._keep(self.text)

    def show_title(self) -> None:
        """Which field this is, and how letters get their marks."""
        typing = self.desk.settings.typing
        self.set_title(
            self._label, "" if typing == "off" else self.desk.text(f"tui.typing.{typing}")
        )

    @property
    def _area(self) -> MarkedTextArea:
        return self.query_one(MarkedTextArea)

    @property
    def text(self) -> str:
        """The text as it is now."""
        return self._area.text

    def action_take(self) -> None:
        """Hand the text to the form."""
        self.dismiss(self.text)

    def action_typing(self) -> None:
        """Go over to the next way of typing marks, and keep the choice."""
        self.desk.switch_typing()
        self._area.set_typing(self.desk.settings.typing)
        self.show_title()

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
            self._keep(self._before)
            self.dismiss(None)


_KEEP_EVERY = 5.0
"""Seconds; the draft is written behind the keys, and only where something was typed."""
