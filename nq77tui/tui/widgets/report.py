"""A text of many lines: all that fits, or read page by page."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events

from nq77tui.tui.actions import ROWS
from nq77tui.tui.widgets.canvas import Canvas, Line

Maker = Callable[[int], Sequence[Line]]
"""Makes the lines for a width."""


class Panel(Canvas):
    """Lines from the top, as many as fit."""

    def __init__(self, *, classes: str = "body") -> None:
        super().__init__(classes=classes)
        self._make: Maker = lambda width: ()
        self._made: tuple[int, Sequence[Line]] = (0, ())
        self._top = 0

    def show(self, make: Maker) -> None:
        """Show other lines."""
        self._make, self._made, self._top = make, (0, ()), 0
        self.repaint()

    @property
    def has_more(self) -> bool:
        """Whether there are more lines than fit."""
        return len(self._made[1]) > self.size.height

    def lines(self, width: int, height: int) -> list[Line]:
        """The lines in sight."""
        if self._made[0] != width:
            self._made = width, self._make(width)
        lines = self._made[1]
        self._top = max(min(self._top, len(lines) - height), 0)
        return list(lines[self._top : self._top + height])


class Report(Panel, can_focus=True):
    """Lines through which the keys lead."""

    ACTIONS = ROWS

    def on_key(self, event: events.Key) -> None:
        """Go through the lines."""
        page, count = max(self.size.height - 1, 1), len(self._made[1])
        steps = {
            "up": -1,
            "down": 1,
            "pageup": -page,
            "pagedown": page,
            "home": -count,
            "end": count,
        }
        if event.key in steps:
            event.stop()
            self._top += steps[event.key]
            self.repaint()
