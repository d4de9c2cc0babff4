"""Crockford's base32: numbers as text that survives being read aloud, typed and put on FAT.

Alphabet and reading rules (I and L read as 1, O as 0, case ignored) after Douglas Crockford's
published description.
"""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {letter: number for number, letter in enumerate(ALPHABET)}


def encode(number: int, width: int = 1) -> str:
    """Write a number of at least zero, padded with zeros to ``width`` characters."""
    if number < 0:
        raise ValueError(number)
    letters = []
    while number:
        number, rest = divmod(number, 32)
        letters.append(ALPHABET[rest])
    return "".join(reversed(letters)).rjust(width, "0")


def decode(text: str) -> int:
    """Read what ``encode`` wrote.

    Raises:
        ValueError: a character outside the alphabet, or an empty text.
    """
    if not text:
        raise ValueError(text)
    number = 0
    for letter in text:
        try:
            number = number * 32 + _VALUES[letter]
        except KeyError:
            raise ValueError(text) from None
    return number


def as_typed(text: str) -> str:
    """The canonical spelling of what a person typed: upper case, I and L as 1, O as 0."""
    return text.upper().translate(str.maketrans("ILO", "110"))
