"""Colours that a terminal does not have become the nearest that it has."""

from __future__ import annotations

from functools import lru_cache

from rich.color import Color, ColorSystem
from rich.color_triplet import ColorTriplet

from nq77tui.tui.line.look import BOLD, DEFAULT, TRUE_COLOUR, Look

NONE, EIGHT, SIXTEEN, PALETTE, TRUE = 0, 8, 16, 256, TRUE_COLOUR
"""How many colours a terminal has."""


@lru_cache(maxsize=4096)
def reduced(look: Look, colours: int) -> Look:
    """A look with no more colours than there are."""
    attributes, foreground, background = look
    if colours == NONE:
        return Look(attributes)
    foreground, background = _nearest(foreground, colours), _nearest(background, colours)
    if colours == EIGHT:
        # Bold is how terminals of eight colours show the bright ones.
        if foreground >= EIGHT:
            attributes, foreground = attributes | BOLD, foreground - EIGHT
        background = background % EIGHT if background != DEFAULT else DEFAULT
    return Look(attributes, foreground, background)


def _nearest(colour: int, colours: int) -> int:
    if colour < min(max(colours, SIXTEEN), PALETTE) or colours == TRUE:
        return colour
    if colour < PALETTE:
        known = Color.from_ansi(colour)
    else:
        triplet = ColorTriplet(colour >> 16 & 0xFF, colour >> 8 & 0xFF, colour & 0xFF)
        known = Color.from_triplet(triplet)
    system = ColorSystem.EIGHT_BIT if colours == PALETTE else ColorSystem.STANDARD
    number = known.downgrade(system).number
    return DEFAULT if number is None else number
