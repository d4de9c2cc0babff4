"""Reads what Textual writes to a terminal, and keeps the screen that it means.

The control functions are ECMA-48's; OSC 8 and the private modes are as xterm's ctlseqs have them.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from nq77tui.tui.line.cells import cells_of
from nq77tui.tui.line.colour import reduced
from nq77tui.tui.line.frame import Frame
from nq77tui.tui.line.look import PLAIN, after_sgr

_TOKEN = re.compile(
    r"""
    (?P<text> [^\x00-\x1f\x7f-\x9f]+ )
    | \x1b\[ (?P<parameters> [0-?]* ) [ -/]* (?P<final> [@-~] )
    | (?P<string> \x1b[\]PX^_] .*? (?: \x07 | \x1b\\ ) )
    | \x1b [ -/]* [0-Z\\`-~]
    | (?P<control> [\x00-\x1a\x1c-\x1f\x7f-\x9f] )
    """,
    re.VERBOSE | re.DOTALL,
)
_BELL = "\a"
_LEFT_OUT = ("\x1b]8;", "\x1b]22;")
"""Links, which would belong to cells, and the shape of the mouse pointer."""


class Reader:
    """Keeps a frame up to date.

    Attributes:
        frame: what the screen should show.
        touched: the rows that were written since this was last emptied.
        x: the column of the cursor; may stand behind the last one.
        y: the row of the cursor.
    """

    def __init__(self, width: int, height: int, *, colours: int) -> None:
        self.frame = Frame(width, height)
        self.touched: set[int] = set()
        self.x = self.y = 0
        self._colours = colours
        self._look = PLAIN
        self._rest = ""
        self._does: dict[str, Callable[[list[int]], None]] = {
            "H": self._go_to,
            "f": self._go_to,
            "A": lambda given: self._go(self.x, self.y - max(given[0], 1)),
            "B": lambda given: self._go(self.x, self.y + max(given[0], 1)),
            "C": lambda given: self._go(self.x + max(given[0], 1), self.y),
            "D": lambda given: self._go(self.x - max(given[0], 1), self.y),
            "G": lambda given: self._go(max(given[0], 1) - 1, self.y),
            "d": lambda given: self._go(self.x, max(given[0], 1) - 1),
            "J": self._erase_screen,
            "K": self._erase_line,
        }

    def resize(self, width: int, height: int) -> None:
        """Go on with another size of the screen."""
        self.frame = self.frame.resized(width, height)
        self._go(self.x, self.y)

    def feed(self, data: str) -> str:
        """Read on.

        Args:
            data: what was written; a sequence may be cut at its end.

        Returns:
            What is not for the screen and has to reach the terminal as it is: bells, the
            clipboard, the title.
        """
        data, self._rest = self._rest + data, ""
        extras: list[str] = []
        at = 0
        while at < len(data):
            found = _TOKEN.match(data, at)
            if found is None:
                if data[at] == "\x1b" and _may_go_on(data[at:]):
                    self._rest = data[at:]
                    break
                at += 1
                continue
            at = found.end()
            kind = found.lastgroup
            if kind == "text":
                self._write(found["text"])
            elif kind == "final":
                self._control_sequence(found["parameters"], found["final"])
            elif kind == "control":
                self._control(found["control"], extras)
            elif kind == "string" and not found["string"].startswith(_LEFT_OUT):
                extras.append(found["string"])
        return "".join(extras)

    def _write(self, text: str) -> None:
        cells = cells_of(text)
        if 0 <= self.y < self.frame.height:
            self.frame.rows[self.y].put(self.x, list(cells), reduced(self._look, self._colours))
            self.touched.add(self.y)
        self.x = min(self.x + len(cells), self.frame.width)

    def _control_sequence(self, parameters: str, final: str) -> None:
        if final == "m":
            self._look = after_sgr(self._look, parameters)
        elif final in self._does and parameters[:1] not in ("?", ">", "<", "="):
            given = [int(one) if one.isdecimal() else 0 for one in parameters.split(";")]
            self._does[final](given)

    def _control(self, control: str, extras: list[str]) -> None:
        if control == "\n":
            self._go(self.x, self.y + 1)
        elif control == "\r":
            self.x = 0
        elif control == "\b":
            self._go(self.x - 1, self.y)
        elif control == _BELL:
            extras.append(_BELL)

    def _go(self, x: int, y: int) -> None:
        self.x = min(max(x, 0), self.frame.width - 1)
        self.y = min(max(y, 0), self.frame.height - 1)

    def _go_to(self, given: list[int]) -> None:
        row, column, *_ = [*given, 1]
        self._go(max(column, 1) - 1, max(row, 1) - 1)

    def _erase_line(self, given: list[int]) -> None:
        start = 0 if given[0] in (1, 2) else self.x
        stop = min(self.x + 1, self.frame.width) if given[0] == 1 else self.frame.width
        self._erase(self.y, start, stop)

    def _erase_screen(self, given: list[int]) -> None:
        self._erase_line(given)
        above = range(self.y if given[0] in (1, 2) else 0)
        below = range(self.y + 1, self.frame.height if given[0] != 1 else 0)
        for y in (*above, *below):
            self._erase(y, 0, self.frame.width)

    def _erase(self, y: int, start: int, stop: int) -> None:
        self.frame.rows[y].erase(start, stop)
        background = PLAIN._replace(background=reduced(self._look, self._colours).background)
        if background != PLAIN:
            # Erased cells keep the background of the moment (xterm ctlseqs, ED and EL).
            self.frame.rows[y].put(start, [" "] * (stop - start), background)
        self.touched.add(y)


_UNFINISHED = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|[\]PX^_].*|[ -/]*)", re.DOTALL)


def _may_go_on(data: str) -> bool:
    """Whether data is the beginning of a sequence."""
    return _UNFINISHED.fullmatch(data) is not None
