"""Crockford's base32: numbers as text that survives being read aloud, typed and put on FAT.

Alphabet and reading rules (I and L read as 1, O as 0, case ignored) after Douglas Crockford's
published description.
"""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# Python's own base 32 (0-9, a-v) reads fast; letters outside our alphabet become no digit.
_AS_PYTHON = {
    code: "0123456789abcdefghijklmnopqrstuv"[ALPHABET.index(chr(code))]
    if chr(code) in ALPHABET
    else "!"
    for code in range(128)
}
_PAIRS = [high + low for high in ALPHABET for low in ALPHABET]


def encode(number: int, width: int = 1) -> str:
    """Write a number of at least zero, padded with zeros to ``width`` characters."""
    if number < 0:
        raise ValueError(number)
    text = ""
    while number:
        # Two characters at a time: ids are written tens of thousands of times for one screen.
        text = _PAIRS[number & 1023] + text
        number >>= 10
    text = text.lstrip("0")
    return text.rjust(width, "0")


def decode(text: str) -> int:
    """Read what ``encode`` wrote.

    Raises:
        ValueError: a character outside the alphabet, or an empty text.
    """
    if not text or not text.isascii():
        raise ValueError(text)
    try:
        return int(text.translate(_AS_PYTHON), 32)
    except ValueError:
        raise ValueError(text) from None


def as_typed(text: str) -> str:
    """The canonical spelling of what a person typed: upper case, I and L as 1, O as 0."""
    return text.upper().translate(str.maketrans("ILO", "110"))
