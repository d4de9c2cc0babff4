"""The command line's own words: those that argparse writes, in the language of the reader."""

from __future__ import annotations

import argparse
import textwrap
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from nq77tui.programme import Catalogue

_EXAMPLES = Path(__file__).resolve().parent.parent / "messages" / "examples.toml"

WORDS = {
    "usage: ": "usage.words.usage",
    "positional arguments": "usage.words.arguments",
    "options": "usage.words.options",
    "show this help message and exit": "usage.words.help",
    "%(prog)s: error: %(message)s\n": "usage.words.error",
    "argument %(argument_name)s: %(message)s": "usage.words.argument",
    "unrecognized arguments: %s": "usage.words.unrecognized",
    "not allowed with argument %s": "usage.words.not_with",
    "ignored explicit argument %r": "usage.words.takes_none",
    "the following arguments are required: %s": "usage.words.required",
    "one of the arguments %s is required": "usage.words.one_required",
    "expected one argument": "usage.words.one",
    "expected at most one argument": "usage.words.at_most_one",
    "expected at least one argument": "usage.words.at_least_one",
    "expected %s argument": "usage.words.several",
    "expected %s arguments": "usage.words.several",
    "invalid %(type)s value: %(value)r": "usage.words.no_value",
    "invalid choice: %(value)r (choose from %(choices)s)": "usage.words.no_choice",
}
"""By what argparse says (its message ids for gettext), the key in the catalogues."""


@contextmanager
def speaking(words: Catalogue) -> Iterator[None]:
    """Let argparse speak one language while a command line is built and read.

    It asks gettext by two names of its module, and gettext wants compiled files and the locale of
    the machine; the catalogues are neither. What it says that stands in none stays as it is.
    """

    def translated(text: str) -> str:
        key = WORDS.get(text)
        return text if key is None else words.text(key)

    def counted(one: str, several: str, count: int) -> str:
        return translated(one if count == 1 else several)

    names: Any = argparse
    before = names._, names.ngettext
    names._, names.ngettext = translated, counted
    try:
        yield
    finally:
        names._, names.ngettext = before


@cache
def examples() -> Mapping[str, tuple[str, ...]]:
    """By the command (``programme check``), lines as people would type them."""
    found = tomllib.loads(_EXAMPLES.read_text(encoding="utf-8"))
    return {name: tuple(lines) for name, lines in found.items()}


class Formatter(argparse.HelpFormatter):
    """Fills paragraphs, and leaves indented lines, which are examples, as they are."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        lines = text.splitlines()
        return "\n".join(one if one[:1] == " " else textwrap.fill(one, width) for one in lines)


class Parser(argparse.ArgumentParser):
    """A parser whose help ends with examples; made only when somebody asks for help."""

    words: Catalogue

    def __init__(self, **more: Any) -> None:
        # Without abbreviations: what a script calls today must not change its meaning tomorrow.
        super().__init__(**{"formatter_class": Formatter, "allow_abbrev": False, **more})

    def format_help(self) -> str:
        """The help, with examples; that of the whole program also with what its status means."""
        command = self.prog.partition(" ")[2]
        lines = examples().get(command or "nq77", ())
        parts = [self.words.text("usage.examples"), *(f"  {one}" for one in lines)] if lines else []
        if not command:
            parts += ["", self.words.text("usage.status"), *self._statuses(), ""]
            parts.append(self.words.text("usage.more"))
        self.epilog = "\n".join(parts)
        return super().format_help()

    def _statuses(self) -> Iterator[str]:
        for status in ("0", "1", "2", "130"):
            yield f"  {status:>3}  {self.words.text(f'usage.status.{status}')}"
