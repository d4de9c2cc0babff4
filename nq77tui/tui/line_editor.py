"""One line of text being edited: pure values, no screen.

Every change gives a new editor. The text is kept in the one spelling of `core.text` while it is
typed, so that the arrows and Backspace always go by whole Vietnamese letters.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace

from nq77tui.core.text import normalise
from nq77tui.tui.cells import width_of


def _is_mark(letter: str) -> bool:
    return unicodedata.combining(letter) != 0


def _cleaned(typed: str) -> str:
    """What may enter the line; spaces at the ends stay, since a word may follow."""
    if typed.isspace():
        return " " if typed else ""
    inner = normalise(typed)
    head = " " if typed[:1].isspace() else ""
    tail = " " if typed[-1:].isspace() else ""
    return head + inner + tail if inner else ""


@dataclass(frozen=True, slots=True)
class LineEditor:
    """A text and the place in it where the next letter goes.

    Attributes:
        text: NFC, one line.
        cursor: how many letters stand before the cursor.
    """

    text: str = ""
    cursor: int = 0

    @classmethod
    def of(cls, text: str) -> LineEditor:
        """An editor with the cursor behind the text."""
        text = unicodedata.normalize("NFC", text)
        return cls(text, len(text))

    def insert(self, typed: str) -> LineEditor:
        """Put a text in at the cursor; a loose mark joins the letter before it."""
        before = unicodedata.normalize("NFC", self.text[: self.cursor] + _cleaned(typed))
        return LineEditor.of(before)._followed_by(self.text[self.cursor :])

    def paste(self, pasted: str) -> LineEditor:
        """Put in the first line of a pasted text that holds anything."""
        lines = pasted.replace("\r", "\n").split("\n")
        return self.insert(next((normalise(line) for line in lines if line.strip()), ""))

    def replaced_before(self, count: int, text: str) -> LineEditor:
        """Put a text in the place of the letters before the cursor."""
        start = max(self.cursor - count, 0)
        return LineEditor.of(self.text[:start] + text)._followed_by(self.text[self.cursor :])

    def erased_back(self) -> LineEditor:
        """Without the letter before the cursor."""
        return self._without(self.left().cursor, self.cursor)

    def erased_forward(self) -> LineEditor:
        """Without the letter behind the cursor."""
        return self._without(self.cursor, self.right().cursor)

    def erased_word(self) -> LineEditor:
        """Without the word before the cursor."""
        return self._without(self.word_left().cursor, self.cursor)

    def erased_to_start(self) -> LineEditor:
        """Without everything before the cursor."""
        return self._without(0, self.cursor)

    def erased_to_end(self) -> LineEditor:
        """Without everything behind the cursor."""
        return LineEditor(self.text[: self.cursor], self.cursor)

    def left(self) -> LineEditor:
        """The cursor one letter to the left."""
        at = max(self.cursor - 1, 0)
        while at > 0 and _is_mark(self.text[at]):
            at -= 1
        return replace(self, cursor=at)

    def right(self) -> LineEditor:
        """The cursor one letter to the right."""
        at = min(self.cursor + 1, len(self.text))
        while at < len(self.text) and _is_mark(self.text[at]):
            at += 1
        return replace(self, cursor=at)

    def word_left(self) -> LineEditor:
        """The cursor at the start of this word, or of the one before."""
        before = self.text[: self.cursor].rstrip(" ")
        return replace(self, cursor=before.rfind(" ") + 1)

    def word_right(self) -> LineEditor:
        """The cursor at the start of the next word."""
        rest = self.text[self.cursor :]
        word = len(rest) - len(rest.lstrip(" "))
        space = rest.find(" ", word)
        if space < 0:
            return self.end()
        gap = len(rest[space:]) - len(rest[space:].lstrip(" "))
        return replace(self, cursor=self.cursor + space + gap)

    def home(self) -> LineEditor:
        """The cursor before the first letter."""
        return replace(self, cursor=0)

    def end(self) -> LineEditor:
        """The cursor behind the last letter."""
        return replace(self, cursor=len(self.text))

    def window(self, width: int) -> tuple[str, int]:
        """What shows in so many cells, and the cell of the cursor in it.

        The text is shown from its beginning as long as the cursor fits; one cell is kept for the
        cursor behind the last letter.
        """
        start = 0
        while width_of(self.text[start : self.cursor]) > width - 1:
            start += 1
        shown = self.text[start:]
        while width_of(shown) > width:
            shown = shown[:-1]
        return shown, width_of(self.text[start : self.cursor])

    def _without(self, start: int, end: int) -> LineEditor:
        # A loose mark that now stands behind another letter joins it.
        return LineEditor.of(self.text[:start])._followed_by(self.text[end:])

    def _followed_by(self, rest: str) -> LineEditor:
        """This editor's text as what stands before the cursor, then the rest."""
        if rest and _is_mark(rest[0]):
            joined = unicodedata.normalize("NFC", self.text + rest)
            return LineEditor(joined, min(len(self.text), len(joined)))
        return LineEditor(self.text + rest, len(self.text))
