"""A screen of cells: what stands there, and how it looks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from operator import ne

from nq77tui.tui.line.cells import REST, is_mark
from nq77tui.tui.line.look import PLAIN, Look, on_blank

BLANK = " "


class Row:
    """One line: the text of every cell and, beside it, its look.

    A blank cell has only the part of a look that shows on it, so that cells which look the same
    are the same.
    """

    __slots__ = ("looks", "texts")

    def __init__(self, width: int) -> None:
        self.texts = [BLANK] * width
        self.looks = [PLAIN] * width

    def copy(self) -> Row:
        """Another row of the same cells."""
        row = Row(0)
        row.texts, row.looks = self.texts[:], self.looks[:]
        return row

    def erase(self, start: int, stop: int) -> None:
        """Make cells plain and blank."""
        self.mend(start, stop)
        self.texts[start:stop] = repeat(BLANK, max(stop - start, 0))
        self.looks[start:stop] = repeat(PLAIN, max(stop - start, 0))

    def put(self, x: int, cells: list[str], look: Look) -> None:
        """Write cells, as far as they fit.

        Args:
            x: where.
            cells: as `cells_of` makes them.
            look: how they look.
        """
        if cells and is_mark(cells[0]):
            self._mark(x, cells.pop(0))
        room = len(self.texts) - x
        if len(cells) > room:
            while room > 0 and cells[room] == REST:
                room -= 1
            cells = cells[: max(room, 0)]
        if not cells:
            return
        stop = x + len(cells)
        self.mend(x, stop)
        self.texts[x:stop] = cells
        blank_look = on_blank(look)
        if blank_look == look or BLANK not in cells:
            self.looks[x:stop] = repeat(look, len(cells))
        else:
            self.looks[x:stop] = [blank_look if cell == BLANK else look for cell in cells]

    def changed(self, before: Row) -> list[int]:
        """The cells that are not as they are in another row."""
        if self == before:
            return []
        return [
            x
            for x, (text, old, look, was) in enumerate(
                zip(self.texts, before.texts, self.looks, before.looks, strict=True)
            )
            if text != old or look != was
        ]

    def distance(self, before: Row) -> int:
        """How many cells are not as they are in another row; looks count once a row."""
        if self == before:
            return 0
        return int(sum(map(ne, self.texts, before.texts))) or 1

    def is_empty(self, x: int) -> bool:
        """Whether a cell is one that erasing leaves."""
        return self.texts[x] == BLANK and self.looks[x] == PLAIN

    @property
    def end(self) -> int:
        """Where nothing but plain blanks follow."""
        end = len(self.texts)
        while end and self.texts[end - 1] == BLANK and self.looks[end - 1] == PLAIN:
            end -= 1
        return end

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Row) and self.texts == other.texts and self.looks == other.looks

    __hash__ = None  # type: ignore[assignment]

    def _mark(self, x: int, mark: str) -> None:
        """Put a mark on the character before a cell."""
        x -= 1
        while x > 0 and self.texts[x] == REST:
            x -= 1
        if 0 <= x < len(self.texts):
            self.texts[x] += mark

    def mend(self, start: int, stop: int) -> None:
        """Blank the halves that are left of wide characters cut at either side."""
        texts = self.texts
        if start < len(texts) and texts[start] == REST:
            x = start
            while texts[x] == REST:
                x -= 1
            texts[x:start] = repeat(BLANK, start - x)
            self.looks[x:start] = map(on_blank, self.looks[x:start])
        while stop < len(texts) and texts[stop] == REST:
            texts[stop], self.looks[stop] = BLANK, on_blank(self.looks[stop])
            stop += 1


class Frame:
    """The rows of a screen."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.rows = [Row(width) for _ in range(height)]

    def resized(self, width: int, height: int) -> Frame:
        """A frame of another size with what fits into it."""
        frame = Frame(width, height)
        kept = min(width, self.width)
        for new, old in zip(frame.rows, self.rows, strict=False):
            if kept < self.width:
                old.mend(kept, kept)
            new.texts[:kept], new.looks[:kept] = old.texts[:kept], old.looks[:kept]
        return frame

    def shift(self, top: int, bottom: int, distance: int) -> None:
        """Move the rows of a region as scrolling does.

        Args:
            top: its first row.
            bottom: its last row.
            distance: rows down; negative for up.
        """
        count = bottom - top + 1
        blank = [Row(self.width) for _ in range(min(abs(distance), count))]
        rows = self.rows[top : bottom + 1]
        rows = blank + rows[:-distance] if distance > 0 else rows[-distance:] + blank
        self.rows[top : bottom + 1] = rows[:count]

    @property
    def lines(self) -> Sequence[str]:
        """The text of every row."""
        return ["".join(row.texts) for row in self.rows]
