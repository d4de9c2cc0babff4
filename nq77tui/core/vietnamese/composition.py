"""Telex and VNI: from keystrokes to Vietnamese text.

A word is always computed anew from all its keys, so the order of the marks does not matter:
tieengs, tieesng and tiengse all give tiếng. It ends at a space, a sign or (in Telex) a digit, and
nothing that comes later changes it.

A word that can be no syllable shows its keys again (system). What counts as a syllable is loose,
for the sake of names: see ``core.vietnamese.syllable``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations

from nq77tui.core.vietnamese.keystroke import METHODS, Method
from nq77tui.core.vietnamese.syllable import ToneStyle, could_be_name

# No name comes near; keeps the work on pasted rubbish small.
_LONGEST_WORD = 32
_DIGITS = frozenset("0123456789")


def _composed(raw: str, method: Method, style: ToneStyle) -> str:
    """One word; letters that carry marks already are left as they are, and the word with them."""
    if not raw.isascii() or len(raw) > _LONGEST_WORD:
        return unicodedata.normalize("NFC", raw)
    for_syllables, for_names, for_abbreviations = METHODS[method]
    word = for_syllables.read(raw)
    if word.is_settled:
        return word.spelled(style)
    word = for_names.read(raw)
    if could_be_name(word.letters):
        return word.spelled(style)
    return for_abbreviations.read(raw).spelled(style) if raw.isupper() else raw


def _goes_on(raw: str, key: str, method: Method) -> bool:
    if key in _DIGITS:
        return method == "vni" and raw != ""
    return len(key) == 1 and key.isalpha()


def compose(keys: str, method: Method = "telex", tone_style: ToneStyle = "old") -> str:
    """The text that keystrokes write.

    Args:
        keys: whole sentences allowed.
        method: the meaning of the keys.
        tone_style: ``old`` writes hòa, ``new`` hoà.

    Returns:
        NFC text.
    """
    written, raw = [], ""
    for key in keys:
        if _goes_on(raw, key, method):
            raw += key
        else:
            written += [_composed(raw, method, tone_style), key]
            raw = ""
    written.append(_composed(raw, method, tone_style))
    return unicodedata.normalize("NFC", "".join(written))


@dataclass(frozen=True, slots=True)
class Composition:
    """The word being typed, for a line editor.

    The editor shows ``text`` where the cursor is. After each key that the composition takes it
    puts the new text in the place of the old one; any other key, or a move of the cursor, ends
    the word: the editor goes on with ``ended()``.
    """

    raw: str = ""
    """The keys of the word."""
    method: Method = "telex"
    tone_style: ToneStyle = "old"
    is_left_alone: bool = False
    """Whether the word shows its keys as they are."""

    @property
    def text(self) -> str:
        """What the word looks like."""
        return self.raw if self.is_left_alone else _composed(self.raw, self.method, self.tone_style)

    def takes(self, key: str) -> bool:
        """Whether a key goes on with the word; any other ends it."""
        return _goes_on(self.raw, key, self.method)

    def typed(self, key: str) -> Composition:
        """The word after a key that it takes."""
        return replace(self, raw=self.raw + key)

    def undone(self) -> Composition:
        """The word as its keys, left alone from here on."""
        return replace(self, is_left_alone=True)

    def erased(self) -> Composition:
        """The word without its last letter, so that typing can go on.

        The marks of the letters that stay are kept: tiếng becomes tiến.
        """
        shorter = self.text[:-1]
        if not self.is_left_alone:
            for raw in _with_keys_left_out(self.raw):
                if _composed(raw, self.method, self.tone_style) == shorter:
                    return replace(self, raw=raw)
        return replace(self, raw=shorter, is_left_alone=shorter != "")

    def pressed(self, key: str, letter: str | None) -> Composition | None:
        """The word after a key; None where the key is not for it, and so ends it.

        Args:
            key: its name, as in ``backspace`` (one letter less) and ``ctrl+z`` (as its keys).
            letter: what it writes; None where it writes nothing.
        """
        if letter and self.takes(letter):
            return self.typed(letter)
        if key == "backspace" and self.raw:
            return self.erased()
        if key == "ctrl+z" and self.text != self.raw:
            return self.undone()
        return None

    def ended(self) -> Composition:
        """No word, with the same settings."""
        return Composition(method=self.method, tone_style=self.tone_style)


def _with_keys_left_out(raw: str) -> Iterator[str]:
    """The keys without a letter, then without its shape or tone too; the last ones first."""
    for count in (1, 2, 3):
        for left_out in combinations(reversed(range(len(raw))), count):
            yield "".join(key for at, key in enumerate(raw) if at not in left_out)
