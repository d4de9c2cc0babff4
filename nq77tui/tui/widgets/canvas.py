"""A widget that draws itself as lines, and repaints only the lines that came out different."""

from __future__ import annotations

from collections.abc import Iterable

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
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
        if shown:
            segments.append(Segment(shown, style))
            left -= width_of(shown)
    if left:
        segments.append(Segment(" " * left, PLAIN))
    return Strip(segments, width)


class Canvas(Widget):
    """Draws by `lines`; whoever changes what they say calls `repaint`."""

    ALLOW_SELECT = False

    def __init__(self, widget_id: str | None = None, *, classes: str | None = None) -> None:
        super().__init__(id=widget_id, classes=classes)
        self._painted: list[Line] = []
        self._strips: list[Strip] = []
        """The same as cells: Textual asks for all lines whenever one differs anywhere."""
        self._painted_for = Size(0, 0)

    def lines(self, width: int, height: int) -> list[Line]:
        """Everything that shows, from the top; lines that are missing are blank."""
        raise NotImplementedError

    def repaint(self) -> bool:
        """Draw, and send what differs from what stands there.

        Returns:
            Whether anything did.
        """
        before, was_for = self._painted, self._painted_for
        if not self.size:
            return False
        self.draw()
        if was_for != self.size:
            self.refresh()
            return True
        lines = enumerate(zip(before, self._painted, strict=True))
        changed = [y for y, (old, new) in lines if old != new]
        for y in changed:
            self.refresh(Region(0, y, self.size.width, 1))
        return bool(changed)

    def draw(self) -> None:
        """Make the lines, without sending them."""
        known = dict(zip(self._painted, self._strips, strict=True))
        if self._painted_for.width != self.size.width:
            known.clear()
        width, height = self._painted_for = self.size
        drawn = self.lines(width, height)[:height]
        self._painted = drawn + [()] * (height - len(drawn))
        self._strips = [known.get(line) or strip_of(line, width) for line in self._painted]

    @property
    def plain(self) -> str:
        """What stands there, as text."""
        return "\n".join("".join(text for text, _ in line).rstrip() for line in self._painted)

    def render_line(self, y: int) -> Strip:
        """One line as cells; the first time, and for a new size, this is what draws."""
        if self._painted_for != self.size:
            self.draw()
        return self._strips[y] if y < len(self._strips) else strip_of((), self.size.width)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Lines as cells.

        Textual's own way leads through borders, paddings and filters; it is for those who have any.
        """
        if self.gutter or crop.size != self.size or self.app.get_line_filters():
            return super().render_lines(crop)
        if self._painted_for != self.size:
            self.draw()
        return list(self._strips)
