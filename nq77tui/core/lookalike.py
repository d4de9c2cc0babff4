"""Which records look like one household, person or thing: typed twice, on two machines perhaps.

A schema's ``[duplicates]`` says what has to agree. Here a record gets a **blocking key** for each
rule, so that those who look alike have an equal key and nobody is compared with everybody.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence

from nq77tui.core.record import Json, canonical_json
from nq77tui.core.schema import Field, Schema
from nq77tui.core.vietnamese.folding import fold

Resolve = Callable[[str], str]
"""The id under which a record stands now, for one under which it may have been known before."""
Values = Mapping[str, Json]

DISTINCT = "distinct_pair"
"""The engine's own record type: two records, ``one`` and ``other``, that are not one."""
_WORD = re.compile(r"\w+")
_BETWEEN = re.compile(r"[^\w\n]+")
_WINDOW = 20
"""Neighbours with an equal key with which a record is compared: a bound on the work, and more
than anybody would look through."""
_YEARS_APART = 1
"""A year of birth told by heart, or by the other calendar, is often one off."""


def comparable(field: Field, value: Json, resolve: Resolve) -> Hashable | None:
    """What of a value is compared; None where there is nothing to compare.

    A text is compared by its folded words: without marks, i for y (Vi and Vy, Lý and Lí, Hoà and
    Hòa, Nguyen and Nguyễn), whatever stands between them. A date is compared by its year.
    """
    if value is None or value in ("", []):
        return None
    if field.type == "date":
        year = str(value)[:4]
        return int(year) if year.isascii() and year.isdigit() else None
    if isinstance(value, str):
        if field.type == "reference":
            return resolve(value)
        return _words(value) if field.type == "text" else value
    if isinstance(value, list):
        return canonical_json(sorted(value, key=canonical_json))
    return canonical_json(value)


def blocking_keys(schema: Schema, values: Values, resolve: Resolve) -> list[Hashable]:
    """One key for each rule whose fields are all filled."""
    if schema.duplicates is None:
        return []
    found: list[Hashable] = []
    for number, rule in enumerate(schema.duplicates.agree):
        parts = [comparable(schema.fields[name], values.get(name), resolve) for name in rule]
        if None not in parts:
            found.append((number, *parts))
    return found


def blocking_keys_of_many(
    schema: Schema, rows: Sequence[Values], resolve: Resolve
) -> list[list[Hashable]]:
    """The `blocking_keys` of many records, for a fraction of what they cost one by one."""
    found: list[list[Hashable]] = [[] for _ in rows]
    columns: dict[str, list[Hashable | None]] = {}
    for number, rule in enumerate(schema.duplicates.agree if schema.duplicates else ()):
        for name in rule:
            if name not in columns:
                values = [row.get(name) for row in rows]
                columns[name] = _comparable_column(schema.fields[name], values, resolve)
        of_rule = zip(*(columns[name] for name in rule), strict=True)
        for keys, parts in zip(found, of_rule, strict=True):
            if None not in parts:
                keys.append((number, *parts))
    return found


def _comparable_column(
    field: Field, values: Sequence[Json], resolve: Resolve
) -> list[Hashable | None]:
    texts = {value for value in values if type(value) is str}
    if field.type == "text":
        known = _words_of_many(texts)
    elif field.type in ("date", "reference"):
        known = {text: comparable(field, text, resolve) for text in texts}
    else:
        known = {text: text or None for text in texts}
    return [
        known[value] if type(value) is str else comparable(field, value, resolve)
        for value in values
    ]


def _words_of_many(texts: Iterable[str]) -> dict[str, Hashable | None]:
    """The folded words of texts, all folded as one."""
    texts = list(texts)
    plain = [*(text for text in texts if "\n" not in text), ""]
    lines = _BETWEEN.sub(" ", fold("\n".join(plain))).split("\n")
    known: dict[str, Hashable | None] = {
        text: line.strip(" ") or None for text, line in zip(plain, lines, strict=True)
    }
    for text in texts:
        if text not in known:
            known[text] = _words(text)
    return known


def _words(text: str) -> str | None:
    return " ".join(_WORD.findall(fold(text))) or None


def are_told_apart(schema: Schema, one: Values, other: Values, resolve: Resolve) -> bool:
    """Whether a field that both have says that they are two."""
    for name in schema.duplicates.differ if schema.duplicates else ():
        field = schema.fields[name]
        mine = comparable(field, one.get(name), resolve)
        theirs = comparable(field, other.get(name), resolve)
        if mine is None or theirs is None or mine == theirs:
            continue
        if isinstance(mine, int) and isinstance(theirs, int):
            if abs(mine - theirs) > _YEARS_APART:
                return True
        else:
            return True
    return False


def neighbours(ids: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The pairs of records with one blocking key, the smaller id first; never a square of them."""
    ordered = sorted(ids)
    for at, one in enumerate(ordered):
        for other in ordered[at + 1 : at + 1 + _WINDOW]:
            yield one, other
