"""A text of several lines in which Vietnamese marks are typed as in every text field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import cast

from textual import events
from textual.binding import Binding, BindingType
from textual.widgets import TextArea

from nq77tui.core.vietnamese.composition import Composition
from nq77tui.core.vietnamese.keystroke import Method

_TAKEN = {"f6", "f7", "ctrl+e"}
"""Keys of the text area that mean something else in this program."""


def _bindings() -> Iterator[BindingType]:
    for binding in TextArea.BINDINGS:
        assert isinstance(binding, Binding)
        keys = [key for key in binding.key.split(",") if key not in _TAKEN]
        if keys:
            yield replace(binding, key=",".join(keys))


class MarkedTextArea(TextArea, inherit_bindings=False):
    """Composes the word before the cursor as it is typed; a move of the cursor ends the word."""

    BINDINGS = list(_bindings())

    def __init__(self, text: str, *, typing: str) -> None:
        super().__init__(text, classes="body", soft_wrap=True, highlight_cursor_line=False)
        self.cursor_blink = False
        self._word: Composition | None = None
        self._behind = (-1, -1)
        """The place behind the word that is being typed."""
        self.set_typing(typing)

    def set_typing(self, typing: str) -> None:
        """How letters get their marks: ``telex``, ``vni`` or ``off``."""
        self._word = None if typing == "off" else Composition(method=cast(Method, typing))

    async def _on_key(self, event: events.Key) -> None:
        """Go on with the word, or have the text area do what it does."""
        letter = event.character if event.is_printable else None
        if letter and self._word is not None and self._goes_on(event.key, letter):
            event.stop()
            event.prevent_default()

    def action_delete_left(self) -> None:
        """Take the last letter off the word, its marks kept; elsewhere as always."""
        if self._word is None or not self._goes_on("backspace", None):
            super().action_delete_left()

    def action_undo(self) -> None:
        """Give back the keys of the word; elsewhere as always."""
        if self._word is None or not self._goes_on("ctrl+z", None):
            super().action_undo()

    def _goes_on(self, key: str, letter: str | None) -> bool:
        word = self._word
        assert word is not None
        if self.cursor_location != self._behind or self.selection.start != self.selection.end:
            word = word.ended()
        longer = word.pressed(key, letter)
        if longer is None:
            self._word = word.ended()
            return False
        row, column = self.cursor_location if not word.raw else self._behind
        start = self.selection.start if not word.raw else (row, column - len(word.text))
        self.replace(
            longer.text, *sorted((start, self.selection.end)), maintain_selection_offset=False
        )
        self._word, self._behind = longer, self.cursor_location
        return True
