"""Finding Vietnamese text without typing it exactly.

A letter typed without marks finds any marks; a letter typed with marks must match them. The
style of tone marks (hòa, hoà) and i for y (Lí, Lý) make no difference; đ is found by d.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from nq77tui.core.text import normalise

_D = str.maketrans("đĐ", "dd")
_WORD = re.compile(r"\w+")


def _letter_table() -> dict[int, str]:
    table = {}
    for code in [*range(0xC0, 0x250), *range(0x1E00, 0x1F00)]:
        plain = "".join(
            part
            for part in unicodedata.normalize("NFD", chr(code))
            if not unicodedata.combining(part)
        )
        table[code] = plain.translate(_D).lower()
    # Đ as it stands in data that no NFC repairs.
    table.update(dict.fromkeys(map(ord, "ÐðƉ"), "d"))
    table.update({ord(upper): upper.lower() for upper in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"})
    table.update({ord("y"): "i", ord("Y"): "i"})
    table.update({ord(marked): "i" for marked in "ýỳỷỹỵÝỲỶỸỴ"})
    return table


_FOLDED = _letter_table()


def fold(text: str) -> str:
    """Lower case without marks, đ as d, y as i: what a query without marks is compared with."""
    return _nfc(text).translate(_FOLDED)


def initials(folded: str) -> str:
    """The first letters of the words: Nguyễn Văn Hòa gives nvh."""
    return "".join(word[0] for word in _WORD.findall(folded))


@lru_cache(maxsize=4096)
def _marks(letter: str) -> frozenset[str]:
    parts = unicodedata.normalize("NFD", letter.lower())
    return frozenset(parts[1:]) | ({"đ"} if parts[0] == "đ" else frozenset())


_TONES = frozenset("\u0300\u0309\u0303\u0301\u0323")


@dataclass(frozen=True, slots=True)
class _Word:
    """A word taken apart: per letter its plain form, its shape (â, ơ, đ) and its tone."""

    plain: str
    shapes: tuple[frozenset[str], ...]
    tones: tuple[frozenset[str], ...]

    @classmethod
    @lru_cache(maxsize=65536)
    def of(cls, text: str) -> _Word:
        letters = _nfc(text.lower())
        marks = [_marks(letter) for letter in letters]
        shapes = tuple(found - _TONES for found in marks)
        tones = tuple(found & _TONES for found in marks)
        return cls(letters.translate(_FOLDED), shapes, tones)

    @property
    def tone(self) -> frozenset[str]:
        return frozenset().union(*self.tones)

    def has_at(self, query: _Word, start: int) -> bool:
        """Whether the marks that were typed stand here too; a tone may sit on its neighbour."""
        for offset, (shape, tone) in enumerate(zip(query.shapes, query.tones, strict=True)):
            if not shape and not tone:
                continue
            mine = self.tones[start + offset]
            if shape != self.shapes[start + offset] or not tone <= self.tone:
                return False
            if not mine <= query.tone:
                return False
        return True


def _word_matches(query: _Word, word: _Word) -> bool:
    start = word.plain.find(query.plain)
    while start >= 0:
        if word.has_at(query, start):
            return True
        start = word.plain.find(query.plain, start + 1)
    return False


class Finder:
    """One query, prepared to be tried on many texts."""

    def __init__(self, query: str) -> None:
        words = normalise(query).split()
        self._folded = [fold(word) for word in words]
        self._marked = [_Word.of(word) for word in words if fold(word) != _plain_lower(word)]
        self._initials = self._folded[0] if len(words) == 1 and len(words[0]) > 1 else ""

    def accepts(self, folded: str, original: str) -> bool:
        """Whether a text is found; ``folded`` is ``fold(original)``, kept since it was written."""
        if all(word in folded for word in self._folded) and (
            not self._marked or self._marks_match(_words_of(original))
        ):
            return True
        if not self._initials or self._initials not in initials(folded):
            return False
        return not self._marked or self._marks_match([_Word.of(initials(_nfc(original)))])

    def _marks_match(self, words: list[_Word]) -> bool:
        return all(any(_word_matches(query, word) for word in words) for query in self._marked)


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _words_of(text: str) -> list[_Word]:
    return [_Word.of(word) for word in _WORD.findall(_nfc(text))]


def _plain_lower(word: str) -> str:
    return word.lower().replace("y", "i")


def matches(query: str, text: str) -> bool:
    """Whether a query finds a text."""
    return Finder(query).accepts(fold(text), text)
