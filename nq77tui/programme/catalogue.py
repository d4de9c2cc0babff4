"""The words of the program, by language: ``messages/<lang>/*.toml``, flat keys ``area.name``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from nq77tui.core.lookalike import DISTINCT
from nq77tui.core.problem import Problem
from nq77tui.core.schema import Schema
from nq77tui.core.text import printable
from nq77tui.core.values import is_date, show_date
from nq77tui.core.verification import VERIFICATION

LANGUAGES = ("vi", "en")
_FOLDER = Path(__file__).resolve().parent.parent / "messages"


class Catalogue:
    """One language's sentences, and labels of the programme in that language.

    A file is read when one of its sentences is first wanted.
    """

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self._texts: dict[str, str] = {}
        self._unread = {file.stem: file for file in sorted((_FOLDER / lang).glob("*.toml"))}

    def text(self, key: str, /, **params: object) -> str:
        """The sentence behind a key, with its parameters made harmless for a terminal.

        A parameter that is called ``date`` is shown as people write dates.

        Raises:
            KeyError: no such key; the tests hold that no key in use is missing.
        """
        shown = {name: self._shown(value) for name, value in params.items()}
        date = shown.get("date")
        if isinstance(date, str) and is_date(date):
            shown["date"] = show_date(date)
        return self._sentence(key).format_map(shown)

    def problem(self, problem: Problem) -> str:
        """What is wrong, in words."""
        return self.text(problem.key, **problem.params)

    def label(self, label: Mapping[str, str]) -> str:
        """A label of the programme; any language it has where it lacks this one."""
        return label.get(self.lang) or next(iter(label.values()), "")

    def type_name(self, record_type: str, schemas: Mapping[str, Schema]) -> str:
        """What people call a record type; its name where the programme does not know it."""
        if record_type in (DISTINCT, VERIFICATION):  # the engine's own
            return self.text(f"type.{record_type}")
        schema = schemas.get(record_type)
        return printable(self.label(schema.label) if schema is not None else record_type)

    def other(self) -> Catalogue:
        """The catalogue of the other language."""
        return load_catalogue("en" if self.lang == "vi" else "vi")

    def keys(self) -> frozenset[str]:
        """All keys, for checks."""
        while self._unread:
            self._read(next(iter(self._unread)))
        return frozenset(self._texts)

    def _sentence(self, key: str) -> str:
        """The file named like the key's area comes first; a few keys stand in another."""
        if key not in self._texts:
            self._read(key.partition(".")[0])
            while key not in self._texts and self._unread:
                self._read(next(iter(self._unread)))
        return self._texts[key]

    def _read(self, name: str) -> None:
        file = self._unread.pop(name, None)
        if file is not None:
            self._texts.update(tomllib.loads(file.read_text(encoding="utf-8")))

    def _shown(self, value: object) -> object:
        if isinstance(value, Problem):
            return self.problem(value)
        if isinstance(value, Mapping):
            return printable(self.label(value))
        return printable(value) if isinstance(value, str) else value


@lru_cache(maxsize=len(LANGUAGES))
def load_catalogue(lang: str) -> Catalogue:
    """One language's catalogue."""
    return Catalogue(lang)
