"""Text from outside: made uniform on the way in, harmless on the way out."""

from __future__ import annotations

import re
import unicodedata

# U+00D0, U+0189 and U+00F0 look like Đ and đ and stand in real Vietnamese data (official web
# pages, public name lists); NFC does not repair them.
_LOOK_ALIKES = str.maketrans({"\u00d0": "Đ", "\u0189": "Đ", "\u00f0": "đ"})
# A dash between words, as word processors write it: one spelling for double village names.
_DASHES = re.compile(r"(?<=\s)[\u2010-\u2015](?=\s)")
_SPACES = re.compile(r"[^\S\n]+")


def normalise(text: str, *, keep_lines: bool = False) -> str:
    """The one spelling in which a text is stored.

    NFC; look-alikes of Đ repaired; every kind of space one plain space, none at the ends;
    control, format (zero-width, bidirectional) and unpaired surrogate characters removed. Line
    breaks become spaces, or stay with ``keep_lines``.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not keep_lines:
        text = text.replace("\n", " ")
    text = unicodedata.normalize("NFC", text.translate(_LOOK_ALIKES))
    if not text.isascii() or not text.isprintable():
        text = "".join(_cleaned(letter) for letter in text)
    text = _DASHES.sub("-", text)
    lines = (_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return "\n".join(lines).strip()


def _cleaned(letter: str) -> str:
    if letter == "\n" or letter.isprintable():
        return letter
    if letter.isspace():
        return " "
    return "" if unicodedata.category(letter) in {"Cc", "Cf", "Cs"} else letter


# What JSON leaves as it is and a terminal obeys: controls beyond ASCII, bidirectional marks,
# zero-width signs. A fixed list, because what counts as printable differs between versions.
_STEERING = re.compile("[\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def harmless_json(text: str) -> str:
    """JSON text with everything escaped that could steer a terminal."""
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def printable(text: str) -> str:
    """The text as it may be shown: what could steer a terminal becomes a visible mark."""
    if text.isprintable():
        return text
    return "".join(
        letter if letter.isprintable() else " " if letter.isspace() else "\ufffd" for letter in text
    )
