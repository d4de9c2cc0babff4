"""Text as the cells it takes: a wide character two, a combining mark none of its own."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

JOINER = "\u200d"
"""Makes one picture of the two characters beside it (Unicode, zero width joiner)."""
REST = ""
"""What stands in the second cell of a wide character."""

_narrow = set(map(chr, range(0x20, 0x7F)))
"""The characters met so far that take one cell: most texts are made of nothing else."""
_met = set(_narrow)
_WIDE = range(0x1100, 0xFFE7)
"""Hangul to fullwidth forms: here all terminals agree on what is wide."""


def cells_of(text: str) -> list[str]:
    """The cells of a text; a mark that begins it is its own first cell.

    Widths are Rich's, because Textual has laid the text out with them.
    """
    if _narrow.issuperset(text):
        return list(text)
    for character in set(text) - _met:
        _met.add(character)
        if cell_len(character) == 1:
            _narrow.add(character)
    if _narrow.issuperset(text):
        return list(text)
    cells: list[str] = []
    for cluster in _clusters(text):
        cells += [cluster, *[REST] * (cell_len(cluster) - 1)]
    return cells


def _clusters(text: str) -> list[str]:
    """Characters with what combines with them."""
    clusters: list[str] = []
    for character in text:
        is_joined = bool(clusters) and clusters[-1].endswith(JOINER)
        if clusters and (is_joined or not cell_len(character)):
            clusters[-1] += character
        else:
            clusters.append(character)
    return clusters


def is_mark(cell: str) -> bool:
    """Whether a cell is one of a mark without a character to stand on."""
    return bool(cell) and cell not in _narrow and not cell_len(cell)


def is_certain(cell: str) -> bool:
    """Whether every terminal agrees on how far the cursor moves over a cell's text."""
    return cell in _narrow or (len(cell) == 1 and ord(cell) in _WIDE)


def are_certain(cells: Sequence[str]) -> bool:
    """Whether every terminal agrees on how far the cursor moves over all of these."""
    return _narrow.issuperset(cells) or all(cell == REST or is_certain(cell) for cell in cells)
