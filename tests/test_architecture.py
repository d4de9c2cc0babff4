"""What each layer imports, proved in a fresh process."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import nq77tui.core

ROOT = Path(__file__).parent.parent
ENGINE = Path(nq77tui.__file__).parent

LOADED = """
import sys, json, contextlib, io
{statement}
print(json.dumps(sorted({{name.partition(".")[0] for name in sys.modules}})))
"""


def loaded_by(statement: str) -> set[str]:
    """The top-level packages that a statement imports."""
    ran = subprocess.run(
        [sys.executable, "-c", LOADED.format(statement=statement)],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(ran.stdout.splitlines()[-1]))


def importing_all_of(package: str) -> str:
    return (
        f"import importlib, pkgutil, {package}\n"
        f"for found in pkgutil.walk_packages({package}.__path__, '{package}.'):\n"
        "    importlib.import_module(found.name)"
    )


@pytest.mark.parametrize("package", ["nq77tui.core", "nq77tui.programme"])
def test_the_core_and_the_programme_know_neither_textual_nor_tinydb(package):
    found = loaded_by(importing_all_of(package))
    assert "nq77tui" in found
    assert not found & {"textual", "rich", "tinydb", "tomli_w"}


@pytest.mark.parametrize("package", ["nq77tui.store", "nq77tui.exchange"])
def test_the_store_and_the_exchange_do_not_know_textual(package):
    found = loaded_by(importing_all_of(package))
    assert "tinydb" in found
    assert not found & {"textual", "rich"}


def test_the_core_is_built_on_the_standard_library_alone():
    found = loaded_by(importing_all_of("nq77tui.core"))
    assert found - set(sys.stdlib_module_names) - {"__main__"} <= {
        "nq77tui",
        # What an editable installation and the interpreter's start bring along.
        *(name for name in found if name.startswith(("__editable__", "_virtualenv", "_nq77"))),
        "sitecustomize",
        "usercustomize",
        "distutils-precedence",
        "_distutils_hack",
    }


def test_the_core_neither_reads_files_nor_asks_for_the_time():
    modules = {"os", "io", "time", "random", "secrets", "pathlib", "socket", "subprocess"}
    calls = {"open", "input", "print", "now", "today", "utcnow"}
    found = []
    for file in sorted(Path(nq77tui.core.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = {getattr(node, "module", None), *(alias.name for alias in node.names)}
                found += [(file.name, name) for name in names & modules]
            elif isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                found += [(file.name, name)] if name in calls else []
    assert found == []


COMMANDS = {
    "help": ["--help"],
    "list": ["--store", "STORE", "list", "household"],
    "add": ["--store", "STORE", "add", "household", "head=Vi Văn A"],
    "coverage": ["--store", "STORE", "coverage", "--json"],
    "merge": ["--store", "STORE", "merge", "STORE"],
    "programme check": ["programme", "check"],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_without_a_screen_does_not_import_textual(name, store):
    given = [str(store) if word == "STORE" else word for word in COMMANDS[name]]
    statement = (
        "from nq77tui.cli import main\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()),"
        " contextlib.suppress(SystemExit):\n"
        f"    status = main({given!r})\n"
        "    assert status == 0, status"
    )
    assert not loaded_by(statement) & {"textual", "rich"}


def test_every_path_that_contributing_names_is_there():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(?:python )?([a-z_]+/[\w./-]*|[\w./-]+\.(?:py|toml|md))`", text))
    assert len(named) > 40
    missing = [
        name
        for name in named
        if not re.search("RECORD|NAME", name)
        and not any((top / name).exists() for top in (ROOT, ENGINE))
    ]
    assert sorted(missing) == []


def test_contributing_names_every_folder_of_the_engine():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    views = ENGINE / "tui" / "views"  # a folder there is a task of the app, and explains itself
    folders = {file.parent for file in ENGINE.rglob("*.py") if views not in file.parent.parents}
    assert len(folders) > 15
    assert sorted(str(one) for one in folders if f" {one.name}/ " not in text) == []
