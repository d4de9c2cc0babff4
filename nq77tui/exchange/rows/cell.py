"""One value in a file: written so that reading gives it back, read as people type it.

Spreadsheets run a cell that begins with ``=``, ``+``, ``-`` or ``@`` as a formula. Such a text is
written with an apostrophe in front (``'=1+1``), and reading takes that apostrophe off again; a
text that itself begins with apostrophes and such a sign gets one more, so that nothing is lost.
Plain numbers, ``-5`` too, are left alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Hashable
from datetime import date

from nq77tui.core.document import MAX_INTEGER
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.record import Json
from nq77tui.core.schema import Field
from nq77tui.core.text import normalise
from nq77tui.core.typed import ReferenceReader, read_choice, read_typed, show_value, write_plain

_FORMULA = re.compile(r"'*[=+\-@＝＋－＠]")
_GUARDED = re.compile(r"'+[=+\-@＝＋－＠]")
_NUMBER = re.compile(r"-\d+(\.\d{3})*(,\d+)?")


def guard(text: str) -> str:
    """A text that no spreadsheet runs."""
    return "'" + text if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def unguard(text: str) -> str:
    """What `guard` was given."""
    return text[1:] if _GUARDED.match(text) else text


def plain_text(field: Field, value: Json) -> str:
    """A value as text that `read_value` reads back."""
    text = write_plain(field, value)
    # What a merge brought in may hold anything; a file holds nothing that steers a terminal.
    return text if text.isprintable() else normalise(text, keep_lines=True)


def plain_cell(field: Field, value: Json) -> str:
    """A value as a cell of a file: reading gives it back, and no spreadsheet runs it."""
    return guard(plain_text(field, value))


def read_value(
    field: Field, given: Json, today: date, *, lookup: ReferenceReader | None = None
) -> Json:
    """The value that a cell means: a text as typed, or JSON in the stored form.

    Raises:
        RefusedError: it cannot be what the field needs, or could mean two things.
    """
    if given is None:
        return None
    if isinstance(given, str):
        return read_typed(field, given, today, lookup=lookup)
    stored: Json
    if isinstance(given, bool):
        stored = given if field.type == "yes_no" else None
    elif isinstance(given, int | float):
        stored = _number(field, given)
    elif isinstance(given, list):
        stored = _choices(field, given)
    else:
        stored = _compound(field, given, today)
    if stored is None:
        raise _wrong_kind(field, given)
    return stored


def _number(field: Field, number: int | float) -> Json:
    if not math.isfinite(number) or abs(number) >= MAX_INTEGER:
        return None
    whole = int(number) if number == int(number) else None
    match field.type:
        case "integer":
            return whole
        case "decimal":
            return number if whole is None else whole
        case _:
            return None


def _choices(field: Field, given: list[Json]) -> Json:
    if field.type != "choices" or not all(isinstance(code, str) for code in given):
        return None
    found = {read_choice(field, normalise(str(code))).code for code in given if code}
    # In the order of the list, as everywhere: the same set is the same value.
    return [choice.code for choice in field.choices if choice.code in found] or None


def _compound(field: Field, given: dict[str, Json], today: date) -> Json:
    """A figure or an amount: whatever is shown and read again as the same value."""
    numbers = (given.get("n"), given.get("max", 0))
    is_compound = field.type in ("figure", "hectares", "money")
    if not is_compound or any(type(number) not in (int, float) for number in numbers):
        return None
    stored = read_typed(field, show_value(field, given), today)
    return stored if comparable(stored) == comparable(given) else None


def _wrong_kind(field: Field, given: Json) -> RefusedError:
    params = {"field": field.name, "label": field.label, "value": str(given)[:40]}
    return RefusedError(Problem("validation.wrong_kind", params))


def is_same(field: Field, given: Json, stored: Json) -> bool:
    """Whether a cell says what is stored already; it is then not read, and may be anything."""
    if isinstance(given, str):
        return given == stored or given == plain_text(field, stored)
    return comparable(given) == comparable(stored)


def comparable(value: Json) -> Hashable:
    """A value to compare and to look up by: empty is empty, 4 is 4.0, yes is not 1."""
    if value is None or value in ("", []):
        return None
    if isinstance(value, bool):
        return ("yes_no", value)
    if isinstance(value, list):
        return tuple(comparable(part) for part in value)
    if isinstance(value, dict):
        return tuple((key, comparable(value[key])) for key in sorted(value))
    return value
