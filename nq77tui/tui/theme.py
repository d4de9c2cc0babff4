"""How things look: the terminal's own 16 colours, and readable without any.

What matters is carried by bold, underline and reverse; colour only repeats it.
"""

from __future__ import annotations

from rich.style import Style

THEME = "ansi-dark"

PLAIN = Style()
TITLE = Style(bold=True, reverse=True)
HEADING = Style(bold=True, underline=True)
SECTION = Style(bold=True, color="cyan")
KEY = Style(bold=True)
CURSOR_ROW = Style(reverse=True)
MARKED = Style(bold=True, color="green")
FIELD = Style(underline=True)
CURSOR = Style(reverse=True)
ERROR = Style(bold=True, color="red")
WARNING = Style(color="yellow")
GOOD = Style(color="green")
QUIET = Style(color="cyan")

TERMINAL_CURSOR = "-terminal-cursor"
"""The style class of the app where the terminal shows its own cursor."""

STYLE_SHEET = """
Screen { layout: vertical; overflow: hidden; background: ansi_default; color: ansi_default; }
Screen > .body { height: 1fr; width: 1fr; }
TextLine, KeyLine { height: 1; width: 1fr; }
ModalScreen { align: center middle; background: transparent; }
ModalScreen > .box {
    width: 64; max-width: 100%; height: auto; max-height: 100%; padding: 0 1;
}
ModalScreen > .-solid { border: solid ansi_default; }
ModalScreen > .-ascii { border: ascii ansi_default; }
TextArea { border: none; padding: 0; }
.-terminal-cursor .text-area--cursor {
    background: ansi_default; color: ansi_default; text-style: none;
}
"""


def border_class(ascii_only: bool) -> str:
    """The style class of a box's border."""
    return "-ascii" if ascii_only else "-solid"
