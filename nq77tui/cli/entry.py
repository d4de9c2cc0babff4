"""``nq77``: reads the arguments and hands over to the command."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib.metadata import version


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        The exit status: 0 fine, 1 refused or found wanting, 2 usage.
    """
    parser = argparse.ArgumentParser(prog="nq77")
    parser.add_argument("--version", action="version", version=version("nq77tui"))
    parser.parse_args(argv)
    parser.print_usage()
    return 2
