"""The command line: parses arguments, wires the parts, imports the screens only when wanted."""

from nq77tui.cli.entry import main

__all__ = ["main"]
