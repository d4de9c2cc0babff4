"""How a cell looks, read from SGR sequences and written as the shortest ones.

SGR (select graphic rendition) is ECMA-48 8.3.117; 53 and 55 and the colours beyond the first
eight are as xterm's control sequences (ctlseqs) have them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

DEFAULT = -1
"""The colour that the terminal has when nothing is said."""
TRUE_COLOUR = 1 << 24
"""Marks a colour as red, green and blue; below it stand the 256 colours of the palette."""

BOLD, DIM, ITALIC, UNDERLINE, BLINK, REVERSE, CONCEAL, STRIKE, OVERLINE = (
    1 << bit for bit in range(9)
)
_ON = {
    BOLD: 1,
    DIM: 2,
    ITALIC: 3,
    UNDERLINE: 4,
    BLINK: 5,
    REVERSE: 7,
    CONCEAL: 8,
    STRIKE: 9,
    OVERLINE: 53,
}
_OFF = {22: BOLD | DIM, 23: ITALIC, 24: UNDERLINE, 25: BLINK, 27: REVERSE, 28: CONCEAL}
_OFF |= {29: STRIKE, 55: OVERLINE}
_SETS = {code: bit for bit, code in _ON.items()} | {6: BLINK, 21: UNDERLINE}
"""Rapid blinking and double underlines are taken for plain ones: few terminals know them."""
_SEEN_ON_BLANKS = REVERSE | UNDERLINE | STRIKE | OVERLINE


class Look(NamedTuple):
    """Attributes as bits, and two colours."""

    attributes: int = 0
    foreground: int = DEFAULT
    background: int = DEFAULT


PLAIN = Look()


@lru_cache(maxsize=4096)
def after_sgr(look: Look, parameters: str) -> Look:
    """What a look becomes by an SGR sequence.

    Args:
        look: the one before.
        parameters: what stands between ``ESC [`` and ``m``; unknown ones change nothing.
    """
    attributes, foreground, background = look
    codes = _codes(parameters)
    for code in codes:
        if code == 0:
            attributes, foreground, background = PLAIN
        elif code in _SETS:
            attributes |= _SETS[code]
        elif code in _OFF:
            attributes &= ~_OFF[code]
        elif code in (38, 48):
            colour = _extended(codes)
            foreground, background = (colour, background) if code == 38 else (foreground, colour)
        elif code == 39 or 30 <= code <= 37 or 90 <= code <= 97:
            foreground = _simple(code, 30)
        elif code == 49 or 40 <= code <= 47 or 100 <= code <= 107:
            background = _simple(code, 40)
    return Look(attributes, foreground, background)


def _codes(parameters: str) -> Iterator[int]:
    for parameter in parameters.split(";"):
        first, *others = parameter.split(":")
        if first in ("38", "48") and others:
            # ITU T.416 has a colour space before the three parts, which may be left empty.
            kind, *rest = others
            yield from map(_number, [first, kind, *(rest[-3:] if kind == "2" else rest[:1])])
        elif first == "4" and others == ["0"]:
            yield 24
        else:
            yield _number(first)


def _number(digits: str) -> int:
    return int(digits) if digits.isdecimal() else 0


def _extended(codes: Iterator[int]) -> int:
    kind = next(codes, 0)
    if kind == 5:
        return next(codes, 0) & 0xFF
    if kind == 2:
        red, green, blue = (next(codes, 0) & 0xFF for _ in range(3))
        return TRUE_COLOUR | red << 16 | green << 8 | blue
    return DEFAULT


def _simple(code: int, base: int) -> int:
    place = code - base
    if place == 9:
        return DEFAULT
    return place - 60 + 8 if place >= 60 else place


@lru_cache(maxsize=4096)
def on_blank(look: Look) -> Look:
    """The part of a look that shows on a cell without ink.

    Reversed and underlined blanks show every colour; others only what is behind them.
    """
    if look.attributes & _SEEN_ON_BLANKS:
        return look
    return PLAIN._replace(background=look.background)


@lru_cache(maxsize=4096)
def transition(before: Look, after: Look, is_partial: bool) -> str:
    """The shortest sequence from one look to another.

    Args:
        before: what the terminal has.
        after: what it is to have.
        is_partial: whether it can take back one attribute (a VT100 can only reset all).
    """
    if before == after:
        return ""
    # An empty parameter is a zero (ECMA-48 5.4.2), and a byte less.
    fresh = ";".join(["", *_added(PLAIN, after)])
    if before == PLAIN:
        return f"\x1b[{fresh[1:]}m"
    if not is_partial and before.attributes & ~after.attributes:
        return f"\x1b[{fresh}m"
    changed = ";".join([*_taken(before, after), *_added(_without(before, after), after)])
    if not is_partial and any(part in ("39", "49") for part in changed.split(";")):
        return f"\x1b[{fresh}m"
    return f"\x1b[{min(fresh, changed, key=len)}m"


def _lost(before: Look, after: Look) -> Iterator[tuple[int, int]]:
    gone = before.attributes & ~after.attributes
    return ((code, bits) for code, bits in _OFF.items() if bits & gone)


def _taken(before: Look, after: Look) -> list[str]:
    return [str(code) for code, _ in _lost(before, after)]


def _without(before: Look, after: Look) -> Look:
    """What is left of a look when what the next one does not have is taken back."""
    attributes = before.attributes
    for _, bits in _lost(before, after):
        attributes &= ~bits
    return before._replace(attributes=attributes)


def _added(before: Look, after: Look) -> Iterator[str]:
    for bit, code in _ON.items():
        if after.attributes & ~before.attributes & bit:
            yield str(code)
    if after.foreground != before.foreground:
        yield _colour(after.foreground, 30)
    if after.background != before.background:
        yield _colour(after.background, 40)


def _colour(colour: int, base: int) -> str:
    if colour == DEFAULT:
        return str(base + 9)
    if colour < 8:
        return str(base + colour)
    if colour < 16:
        return str(base + 60 + colour - 8)
    if colour < TRUE_COLOUR:
        return f"{base + 8};5;{colour}"
    return f"{base + 8};2;{colour >> 16 & 0xFF};{colour >> 8 & 0xFF};{colour & 0xFF}"
