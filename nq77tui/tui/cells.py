"""Text by the cells it takes on the screen, not by its letters."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len, set_cell_size

from nq77tui.core.text import printable

_MORE = "…"


def width_of(text: str) -> int:
    """How many cells a text takes."""
    return len(text) if text.isascii() else cell_len(text)


def cut(text: str, width: int) -> str:
    """At most so many cells; a mark stands where something was left out."""
    text = printable(text)
    if width_of(text) <= width:
        return text
    if width <= 0:
        return ""
    return set_cell_size(text, width - 1).rstrip() + _MORE


def cut_start(text: str, width: int) -> str:
    """At most so many cells from the end: of a long path, the name of the stick."""
    text = printable(text)
    if width_of(text) <= width:
        return text
    while width_of(text) > width - 1:
        text = text[1:]
    return f"{_MORE}{text}"


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Exactly so many cells: cut, or filled with spaces."""
    text = cut(text, width)
    space = " " * (width - width_of(text))
    return space + text if right else text + space


def wrap(text: str, width: int) -> Iterator[str]:
    """Lines of at most so many cells, broken at spaces."""
    line = ""
    for word in printable(text).split():
        longer = f"{line} {word}" if line else word
        if line and width_of(longer) > width:
            yield line
            longer = word
        line = longer
    if line:
        yield cut(line, width)


def wrapped(text: str, width: int, height: int) -> list[str]:
    """The first lines of a wrapped text; the last one is marked if there would be more."""
    lines = list(wrap(text, width))
    if len(lines) > height:
        rest = " ".join(lines[height - 1 :])
        lines = [*lines[: height - 1], cut(rest, width)]
    return lines
