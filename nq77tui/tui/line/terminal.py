"""What a terminal can do, from the environment: asking it would cost bytes and a round trip."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from nq77tui.tui.line import colour


@dataclass(frozen=True, slots=True)
class Terminal:
    """The sequences that may be sent.

    Attributes:
        colours: how many; none, 8, 16, 256 or all.
        has_alternate_screen: a second screen that leaves the first as it was.
        has_bracketed_paste: pasted text arrives between marks.
        has_column_moves: CHA and VPA go to a column or a row (ECMA-48, not in a VT100).
        has_partial_resets: SGR 22 to 29, 39 and 49 take back one attribute.
        has_cursor_control: DECTCEM hides the cursor (VT220).
        has_wrap_control: DECAWM keeps the cursor on a full line (VT100).
        has_scroll_regions: DECSTBM (VT100).
        has_tab_stops: HTS and TBC set and clear the columns at which a tab ends (VT100).
        has_drawings: lines, blocks and arrows of Unicode are in its font.
    """

    colours: int = colour.SIXTEEN
    has_alternate_screen: bool = True
    has_bracketed_paste: bool = True
    has_column_moves: bool = True
    has_partial_resets: bool = True
    has_cursor_control: bool = True
    has_wrap_control: bool = True
    has_scroll_regions: bool = True
    has_tab_stops: bool = True
    has_drawings: bool = True


XTERM = Terminal()
LINUX = replace(XTERM, has_alternate_screen=False, has_bracketed_paste=False)
"""The Linux console, by console_codes(4)."""
VT220 = replace(LINUX, colours=colour.NONE, has_column_moves=False, has_drawings=False)
VT100 = replace(VT220, has_partial_resets=False, has_cursor_control=False)
DUMB = replace(VT100, has_wrap_control=False, has_scroll_regions=False, has_tab_stops=False)
"""Whatever calls itself so is taken to know no more than how to place the cursor and erase."""

_KINDS = {
    "": DUMB,
    "dumb": DUMB,
    "unknown": DUMB,
    "linux": LINUX,
    "vt100": VT100,
    "vt102": VT100,
    "vt200": VT220,
    "vt220": VT220,
    "vt320": VT220,
    "ansi": replace(VT100, colours=colour.EIGHT, has_tab_stops=False),
    "eterm": replace(XTERM, has_tab_stops=False),
}
_ASKED = {
    "0": colour.NONE,
    "8": colour.EIGHT,
    "16": colour.SIXTEEN,
    "256": colour.PALETTE,
    "truecolor": colour.TRUE,
}


def terminal_of(environment: Mapping[str, str]) -> Terminal:
    """The terminal that an environment tells of.

    ``TERM`` says what it is, ``NO_COLOR`` (no-color.org) that colours are not wanted, and
    ``LINE_COLORS`` (0, 8, 16, 256, truecolor) how many are, where 16 are too many or too few.
    """
    name = environment.get("TERM", "")
    terminal = _KINDS.get(name, _KINDS.get(name.partition("-")[0], XTERM))
    if environment.get("NO_COLOR"):
        return replace(terminal, colours=colour.NONE)
    asked = environment.get("LINE_COLORS", "")
    return replace(terminal, colours=_ASKED.get(asked, terminal.colours))


def is_remote(environment: Mapping[str, str]) -> bool:
    """Whether the terminal is at the other end of an SSH line."""
    return any(environment.get(name) for name in ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"))


_MOUSE = (1000, 1003, 1006)
"""Buttons, moves, and reports in SGR form (xterm ctlseqs)."""


def entering(terminal: Terminal, *, has_mouse: bool) -> str:
    """What to send before the first frame; the frame itself clears the screen."""
    return "".join(
        [
            "\x1b[?1049h" if terminal.has_alternate_screen else "",
            "\x1b[?7l" if terminal.has_wrap_control else "",
            "\x1b[?2004h" if terminal.has_bracketed_paste else "",
            *(f"\x1b[?{mode}h" for mode in _MOUSE if has_mouse),
        ]
    )


def leaving(terminal: Terminal, *, has_mouse: bool, stops_up_to: int = 0) -> str:
    """What makes the terminal again what it was.

    Args:
        terminal: which one.
        has_mouse: whether it reports the mouse.
        stops_up_to: its width, if its stops for tabs are others now.

    The screen is erased even where it is the second one, since some multiplexers are set to
    have only one; what was on it may be somebody's name and address.
    """
    return "".join(
        [
            *(f"\x1b[?{mode}l" for mode in _MOUSE if has_mouse),
            _usual_stops(stops_up_to) if stops_up_to else "",
            "\x1b[?2004l" if terminal.has_bracketed_paste else "",
            "\x1b[?7h" if terminal.has_wrap_control else "",
            "\x1b[?25h" if terminal.has_cursor_control else "",
            "" if terminal.colours == colour.NONE and terminal is DUMB else "\x1b[m",
            "\x1b[H\x1b[J",
            "\x1b[?1049l" if terminal.has_alternate_screen else "",
        ]
    )


def _usual_stops(width: int) -> str:
    """Every eight columns: by hand, and beyond the width by DECST8C where that is known."""
    return "\x1b[3g\r" + "\x1b[8C\x1bH" * ((width - 1) // 8) + "\x1b[?5W"
