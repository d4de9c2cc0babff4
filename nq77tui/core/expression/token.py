"""The words of the expression language: its source text cut into tokens, each with its place."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Literal, NamedTuple, TypeAlias

from nq77tui.core.problem import Problem, RefusedError

Kind: TypeAlias = Literal["number", "text", "field", "call", "name", "this", "sign", "end"]

KEYWORDS = frozenset({"or", "and", "div", "mod"})
MAX_SHOWN = 60

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_TOKEN = re.compile(
    rf"""(?P<space>[ \t\r\n]+)
    | (?P<number>[0-9]+(?:\.[0-9]+)?)
    | (?P<text>'[^']*'|"[^"]*")
    | \$\{{[ ]*(?P<field>{_NAME}(?:\.{_NAME})*)[ ]*\}}
    | (?P<call>{_NAME}(?:-{_NAME})*)(?=[ \t\r\n]*\()
    | (?P<name>{_NAME}(?:\.{_NAME})*)
    | (?P<sign><=|>=|!=|[=<>+\-*(),])
    | (?P<this>\.)""",
    re.VERBOSE,
)
_FIRST_NAME = re.compile(_NAME)


class ExpressionError(RefusedError):
    """The text of an expression is not one; the position is counted from 0."""

    def __init__(self, reason: str, text: str, position: int, found: str, **params: object) -> None:
        where = {"text": text, "position": position, "found": shorten(found)}
        super().__init__(Problem(f"expression.{reason}", {**where, **params}))


class Token(NamedTuple):
    """One word of an expression.

    Attributes:
        text: as it stands in the source.
        content: without its quotes or its ``${}``.
    """

    kind: Kind
    text: str
    content: str
    position: int

    @property
    def path(self) -> tuple[str, ...]:
        """Of a field or a bare name: the references to follow and the field at their end."""
        return tuple(self.content.split("."))


def shorten(text: str) -> str:
    """The beginning of a text, for a sentence about it."""
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"


def tokenize(text: str, functions: Collection[str]) -> Iterator[Token]:
    """Cut a text into tokens; the last one has the kind ``end``.

    Args:
        text: the source.
        functions: the names of all functions; they decide what ``a-min(b)`` is.

    Raises:
        ExpressionError: a text or ``${}`` that is not closed, or a character of no meaning.
    """
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise _unreadable(text, position)
        kind, found, content = match.lastgroup, match[0], match[match.lastgroup]
        if kind == "call" and not _is_one_call(found, functions):
            # `level-min(…)` without spaces is a difference, and `and (…)` is no function.
            found = content = _FIRST_NAME.match(found)[0]  # type: ignore[index]
            kind = "name"
        if kind == "text":
            content = found[1:-1]
        if kind != "space":
            yield Token(kind, found, content, position)  # type: ignore[arg-type]
        position += len(found)
    yield Token("end", "", "", len(text))


def _is_one_call(name: str, functions: Collection[str]) -> bool:
    if name in functions:
        return True
    # A misspelt function stays whole, so that the problem can name it.
    return name not in KEYWORDS and not any(name.endswith(f"-{known}") for known in functions)


def _unreadable(text: str, position: int) -> ExpressionError:
    if text[position] in "'\"":
        return ExpressionError("unclosed_text", text, position, text[position:])
    if text[position] == "$":
        return ExpressionError("bad_field", text, position, text[position:])
    return ExpressionError("unexpected_character", text, position, text[position])
