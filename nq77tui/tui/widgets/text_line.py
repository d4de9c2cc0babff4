"""One line of the screen that is written when told to and otherwise never touched."""

from __future__ import annotations

from rich.style import Style

from nq77tui.tui.cells import width_of
from nq77tui.tui.theme import PLAIN
from nq77tui.tui.widgets.canvas import Canvas, Line, Part


class TextLine(Canvas):
    """A line with parts at the left and, where there is room, a text at the right."""

    def __init__(self, widget_id: str, *, fill: Style = PLAIN) -> None:
        super().__init__(widget_id)
        self._fill = fill
        self._left: Line = ()
        self._right = ""

    def show(self, *left: Part, right: str = "") -> None:
        """Say something else."""
        self._left, self._right = left, right
        self.repaint()

    def lines(self, width: int, height: int) -> list[Line]:
        """The line."""
        gap = width - sum(width_of(text) for text, _ in self._left)
        right = self._right if width_of(self._right) < gap else ""
        return [(*self._left, (" " * (gap - width_of(right)) + right, self._fill))]


class KeyLine(Canvas):
    """Keys and what they do; where not all fit, those that matter least are left out whole."""

    def __init__(self, widget_id: str) -> None:
        super().__init__(widget_id)
        self._keys: list[tuple[int, Line]] = []

    def show(self, keys: list[tuple[int, Line]]) -> None:
        """Say other keys.

        Args:
            keys: how much each matters, and its parts.
        """
        self._keys = keys
        self.repaint()

    def lines(self, width: int, height: int) -> list[Line]:
        """The line."""
        shown, left = set[int](), width
        for at in sorted(range(len(self._keys)), key=lambda at: -self._keys[at][0]):
            needed = sum(width_of(text) for text, _ in self._keys[at][1])
            if needed <= left:
                shown.add(at)
                left -= needed
        return [tuple(part for at in sorted(shown) for part in self._keys[at][1])]
