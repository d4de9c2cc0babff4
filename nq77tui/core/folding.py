"""Finding Vietnamese text without typing it exactly.

A letter typed without marks finds any marks; a letter typed with marks must match them. The
style of tone marks (hòa, hoà) and i for y (Lí, Lý) make no difference; đ is found by d.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

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
    table.update({ord(upper): upper.lower() for upper in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"})
    table.update({ord("y"): "i", ord("Y"): "i"})
    table.update({ord(marked): "i" for marked in "ýỳỷỹỵÝỲỶỸỴ"})
    return table


_FOLDED = _letter_table()


def fold(text: str) -> str:
    """Lower case without marks, đ as d, y as i: what a query without marks is compared with."""
    return unicodedata.normalize("NFC", text).translate(_FOLDED)


def initials(folded: str) -> str:
    """The first letters of the words: Nguyễn Văn Hòa gives nvh."""
    return "".join(word[0] for word in _WORD.findall(folded))


@lru_cache(maxsize=4096)
def _marks(letter: str) -> frozenset[str]:
    parts = unicodedata.normalize("NFD", letter.lower())
    return frozenset(parts[1:]) | ({"đ"} if parts[0] == "đ" else frozenset())


def _tone_moved(word: str) -> tuple[str, tuple[frozenset[str], ...], frozenset[str]]:
    """A word's plain letters, the marks that belong to each, and its tones, wherever they sit."""
    plain: list[str] = []
    marks: list[frozenset[str]] = []
    tones: set[str] = set()
    for letter in unicodedata.normalize("NFC", word.lower()):
        found = _marks(letter)
        plain.append(letter.translate(_FOLDED))
        tones |= found & _TONES
        marks.append(found - _TONES)
    return "".join(plain), tuple(marks), frozenset(tones)


_TONES = frozenset("\u0300\u0309\u0303\u0301\u0323")


def _word_matches(query: str, word: str) -> bool:
    query_plain, query_marks, query_tones = _tone_moved(query)
    plain, marks, tones = _tone_moved(word)
    start = plain.find(query_plain)
    while start >= 0:
        aligned = marks[start : start + len(query_plain)]
        wanted = zip(query_marks, aligned, strict=False)
        if query_tones <= tones and all(mine <= theirs for mine, theirs in wanted):
            return True
        start = plain.find(query_plain, start + 1)
    return False


class Finder:
    """One query, prepared to be tried on many texts."""

    def __init__(self, query: str) -> None:
        words = unicodedata.normalize("NFC", query).split()
        self._folded = [fold(word) for word in words]
        self._marked = [word for word in words if fold(word) != _plain_lower(word)]
        self._initials = self._folded[0] if len(words) == 1 and len(words[0]) > 1 else ""

    def accepts(self, folded: str, original: str) -> bool:
        """Whether a text is found; ``folded`` is ``fold(original)``, kept since it was written."""
        if all(word in folded for word in self._folded):
            return not self._marked or self._marks_match(original)
        return bool(self._initials) and not self._marked and (self._initials in initials(folded))

    def _marks_match(self, original: str) -> bool:
        words = _WORD.findall(unicodedata.normalize("NFC", original))
        return all(any(_word_matches(query, word) for word in words) for query in self._marked)


def _plain_lower(word: str) -> str:
    return word.lower().replace("y", "i")


def matches(query: str, text: str) -> bool:
    """Whether a query finds a text."""
    return Finder(query).accepts(fold(text), text)
