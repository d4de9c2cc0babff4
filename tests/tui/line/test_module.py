"""The driver is a module by itself."""

from __future__ import annotations

import ast
from pathlib import Path

import nq77tui.tui.line

FOLDER = Path(nq77tui.tui.line.__file__).parent


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def test_it_takes_nothing_from_the_rest_of_the_program():
    names = {name for path in FOLDER.glob("*.py") for name in imported(path)}
    own = {name for name in names if name.startswith("nq77tui")}
    assert own
    assert all(name.startswith("nq77tui.tui.line") for name in own)
