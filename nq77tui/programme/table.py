"""Reading TOML into typed objects, so that every error names file, table and key."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from nq77tui.core.expression import Expression, ExpressionError, parse
from nq77tui.core.problem import Problem, RefusedError, cause_of
from nq77tui.core.schema import Label
from nq77tui.programme.catalogue import LANGUAGES

Kind = TypeVar("Kind")
Word = TypeVar("Word", bound=str)

_KINDS = {str: "text", bool: "flag", int: "integer", list: "list", dict: "table"}


class ProgrammeError(RefusedError):
    """A programme that cannot be used, with everything that is wrong with it."""


class Problems:
    """Collects what is wrong, so that one check names everything at once."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, name: str, file: str, table: str, key: str, **params: object) -> None:
        """Note one problem at its place."""
        place = {"file": file, "table": table or "-", "key": key or "-"}
        self.found.append(Problem(f"programme.{name}", {**place, **params}))


class Table:
    """One TOML table and where it stands; keys nobody asked for are reported by ``done``."""

    def __init__(
        self, content: Mapping[str, Any], file: str, path: str, problems: Problems
    ) -> None:
        self.content = content
        self.file = file
        self.path = path
        self.problems = problems
        self._asked: set[str] = set()

    def wrong(self, name: str, key: str = "", **params: object) -> None:
        """Note a problem of this table."""
        self.problems.add(name, self.file, self.path, key, **params)

    def wrong_kind(self, key: str, found: object, wanted: str) -> None:
        """Note a value of another kind than the one that the catalogue calls ``toml.WANTED``."""
        shown = str(found).lower() if isinstance(found, bool) else str(found)[:40]
        self.wrong("wrong_kind", key, found=shown, wanted=Problem(f"toml.{wanted}"))

    def has(self, key: str) -> bool:
        """Whether the key is there."""
        return key in self.content

    def raw(self, key: str) -> Any:
        """The value as TOML gave it; None where it is missing."""
        self._asked.add(key)
        return self.content.get(key)

    def _typed(self, key: str, kind: type[Kind], default: Kind) -> Kind:
        value = self.raw(key)
        if value is None:
            return default
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.wrong_kind(key, value, _KINDS[kind])
            return default
        return value

    def text(self, key: str, default: str = "") -> str:
        """A text."""
        return self._typed(key, str, default)

    def flag(self, key: str) -> bool:
        """A yes or no."""
        return self._typed(key, bool, False)

    def integer(self, key: str, default: int) -> int:
        """A whole number."""
        return self._typed(key, int, default)

    def one_of(
        self, key: str, known: Sequence[Word], default: Word, *, required: bool = False
    ) -> Word:
        """A word out of several; the default where it is another, or is missing."""
        found = self.text(key, "" if required else default)
        for word in known:
            if word == found:
                return word
        self.wrong("not_one_of", key, found=found, known=", ".join(filter(None, known)))
        return default

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        found = self._typed(key, list, [])
        if not all(isinstance(one, str) for one in found):
            self.wrong_kind(key, found, "texts")
            return ()
        return tuple(found)

    def text_lists(self, key: str) -> tuple[tuple[str, ...], ...]:
        """A list of lists of texts, none of them empty."""
        found = self._typed(key, list, [])
        for one in found:
            is_list = isinstance(one, list) and bool(one)
            if not is_list or not all(part and isinstance(part, str) for part in one):
                self.wrong_kind(key, one, "text_lists")
                return ()
        return tuple(tuple(one) for one in found)

    def label(self, key: str, *, required: bool = True) -> Label:
        """A text in several languages."""
        found = self._typed(key, dict, {})
        if not found:
            if required:
                self.wrong("missing_key", key)
            return {}
        if not all(isinstance(one, str) for one in found.values()):
            self.wrong_kind(key, found, "label")
            return {}
        if not set(found) & set(LANGUAGES):
            self.wrong("no_language", key, found=", ".join(found), known=", ".join(LANGUAGES))
        return dict(found)

    def expression(self, key: str) -> Expression | None:
        """A condition or calculation; None where it is missing or wrong."""
        found = self.text(key)
        if not found:
            return None
        try:
            return parse(found)
        except ExpressionError as error:
            for problem in error.problems:
                self.wrong("bad_expression", key, detail=problem.key, **_plain(problem.params))
            return None

    def table(self, key: str) -> Table:
        """A table inside this one; an empty one where it is missing."""
        path = f"{self.path}.{key}" if self.path else key
        return Table(self._typed(key, dict, {}), self.file, path, self.problems)

    def tables(self, key: str) -> Iterator[tuple[str, Table]]:
        """The named tables inside a table."""
        inside = self.table(key)
        for name, content in inside.content.items():
            if isinstance(content, dict):
                yield name, Table(content, self.file, f"{inside.path}.{name}", self.problems)
            else:
                inside.wrong_kind(name, content, "table")

    def array(self, key: str) -> Iterator[Table]:
        """An array of tables."""
        for position, content in enumerate(self._typed(key, list, [])):
            path = f"{self.path}.{key}[{position}]" if self.path else f"{key}[{position}]"
            if isinstance(content, dict):
                yield Table(content, self.file, path, self.problems)
            else:
                self.wrong_kind(key, content, "table")

    def done(self) -> None:
        """Report the keys that mean nothing here: mostly misspelt ones."""
        for key in self.content:
            if key not in self._asked:
                self.wrong("unknown_key", key)


def _plain(params: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in params.items() if name in ("position", "found", "text")}


def read_table(path: Path, problems: Problems) -> Table | None:
    """Read one TOML file; None, and a problem noted, where it is no TOML."""
    file = f"{path.parent.name}/{path.name}"
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError, RecursionError) as error:
        problems.add("not_toml", file, "", "", detail=cause_of(error))
        return None
    return Table(content, file, "", problems)
