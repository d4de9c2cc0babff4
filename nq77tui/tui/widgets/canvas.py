"""A widget that draws itself as lines, and repaints only the lines that came out different."""

from __future__ import annotations

from collections.abc import Iterable

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from nq77tui.tui.cells import cut, width_of
from nq77tui.tui.theme import PLAIN

Part = tuple[str, Style]
"""A text and how it looks."""
Line = tuple[Part, ...]
"""Parts beside one another; what is left of the line is blank."""


def strip_of(parts: Iterable[Part], width: int) -> Strip:
    """Parts as cells, cut and filled to a width."""
    segments, left = [], width
    for text, style in parts:
        shown = cut(text, left)
        segments.append(Segment(shown, style))
        left -= width_of(shown)
    segments.append(Segment(" " * left, PLAIN))
    return Strip(segments, width)


class Canvas(Widget):
    """Draws by `lines`; whoever changes what they say calls `repaint`."""

    ALLOW_SELECT = False

    def __init__(self, widget_id: str | None = None, *, classes: str | None = None) -> None:
        super().__init__(id=widget_id, classes=classes)
        self._painted: list[Line] = []

    def lines(self, width: int, height: int) -> list[Line]:
        """Everything that shows, from the top; lines that are missing are blank."""
        raise NotImplementedError

    def repaint(self) -> None:
        """Draw, and send what differs from what stands there."""
        width, height = self.size
        if not width:
            return
        drawn = self.lines(width, height)[:height]
        drawn += [()] * (height - len(drawn))
        for y, line in enumerate(drawn):
            if y >= len(self._painted) or line != self._painted[y]:
                self.refresh(Region(0, y, width, 1))
        self._painted = drawn

    @property
    def plain(self) -> str:
        """What stands there, as text."""
        return "\n".join("".join(text for text, _ in line).rstrip() for line in self._painted)

    def on_resize(self) -> None:
        """Draw for the new size."""
        self._painted = []
        self.repaint()

    def render_line(self, y: int) -> Strip:
        """One line as cells."""
        line = self._painted[y] if y < len(self._painted) else ()
        return strip_of(line, self.size.width)
