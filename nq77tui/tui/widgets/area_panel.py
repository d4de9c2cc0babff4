"""The measure at hand of the area at hand, in full, below the table."""

from __future__ import annotations

from nq77tui.tui.theme import KEY, PLAIN, WARNING
from nq77tui.tui.widgets.canvas import Canvas, Line

_BAR = 20


class AreaPanel(Canvas):
    """Two lines under a blank one."""

    DEFAULT_CSS = "AreaPanel { height: 3; width: 1fr; }"

    def __init__(self) -> None:
        super().__init__("panel")
        self._lines: list[Line] = []

    def show(self, area: str, label: str, numbers: str, bar: str, rest: str) -> None:
        """Say how far something is somewhere.

        Args:
            area: the area.
            label: the measure's full name.
            numbers: have, of, percent; or a figure.
            bar: empty for a figure.
            rest: target and what is missing; stands out.
        """
        self._lines = [
            (),
            ((f" {area}: ", KEY), (label, PLAIN)),
            ((f" {numbers}  ", PLAIN), (f"{bar}  ", KEY), (rest, WARNING)),
        ]
        self.repaint()

    def lines(self, width: int, height: int) -> list[Line]:
        """What was said last."""
        return list(self._lines)
