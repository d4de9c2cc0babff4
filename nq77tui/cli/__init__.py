"""The command line: parses arguments, wires the parts, imports the screens only when wanted."""

from __future__ import annotations

import gc
from collections.abc import Sequence

__all__ = ["main"]

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        The exit status: 0 fine, 1 refused or found wanting, 2 usage, 130 stopped by Ctrl+C.
    """
    # Looking for garbage while modules are loaded finds none, and takes a tenth of the start.
    gc.disable()
    try:
        from nq77tui.cli.entry import run
    except KeyboardInterrupt:
        return INTERRUPTED
    finally:
        gc.freeze()
        gc.enable()
    return run(argv)
