"""The Vietnamese alphabetical order, from the standard library alone.

Three levels, compared one after the other over the whole text: letters (a ă â b c d đ e ê …),
tones (ngang, huyền, hỏi, ngã, sắc, nặng), case. The same order as CLDR's ``vi``.
"""

from __future__ import annotations

import unicodedata

_ORDER = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES = "\u0300\u0309\u0303\u0301\u0323"


def _level_tables() -> tuple[dict[int, str], dict[int, str]]:
    letters: dict[int, str] = {}
    tones: dict[int, str] = {}
    for position, base in enumerate(_ORDER):
        # Behind every ASCII sign, in alphabetical order.
        key = chr(0x100 + position)
        for tone_position, tone in enumerate(["", *_TONES]):
            for spelled in (base, base.upper()):
                letter = unicodedata.normalize("NFC", spelled + tone)
                if len(letter) == 1:
                    letters[ord(letter)] = key
                    tones[ord(letter)] = chr(0x30 + tone_position)
    return letters, tones


_LETTERS, _TONE_LEVEL = _level_tables()


def sort_key(text: str) -> tuple[str, str, str]:
    """Texts sort by this key in Vietnamese dictionary order."""
    text = unicodedata.normalize("NFC", text)
    return text.translate(_LETTERS), text.translate(_TONE_LEVEL), text.swapcase()


def name_sort_key(full_name: str) -> tuple[tuple[str, str, str], ...]:
    """People by given name, then the rest, as Vietnamese lists of people are mostly kept."""
    *rest, given = full_name.split() or [""]
    return sort_key(given), sort_key(" ".join(rest))
