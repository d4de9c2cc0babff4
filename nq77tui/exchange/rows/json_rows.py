"""JSON lines taken apart: one object a line."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from nq77tui.core.problem import Problem, RefusedError, cause_of
from nq77tui.core.record import Json
from nq77tui.exchange.rows.column import ColumnNames, unknown_columns
from nq77tui.exchange.rows.raw_row import RawRow

MAX_LINE = 1_000_000
"""Characters in one line."""

MAX_DEPTH = 4
"""Objects and lists in one another; the stored form of a value needs two."""


class _KeyTwiceError(ValueError):
    """One object has a key twice, and which one counts would be a guess."""


def read_json_lines(
    text: str, names: ColumnNames, file: str, carried: frozenset[str]
) -> tuple[tuple[str, ...], list[RawRow]]:
    """The columns that occur anywhere, and the lines that hold anything.

    Raises:
        RefusedError: a key that is no column.
    """
    columns: dict[str, None] = {}
    rows = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        row = _row(number, line, file)
        unknown = [key[:40] for key in row.cells if key not in carried and names.find(key) != [key]]
        if unknown:
            raise RefusedError(unknown_columns(file, number, unknown, names))
        columns.update(dict.fromkeys(row.cells))
        rows.append(row)
    return tuple(columns), rows


def _row(number: int, line: str, file: str) -> RawRow:
    params: dict[str, object] = {"file": file, "row": number}
    if len(line) > MAX_LINE:
        params["longest"] = MAX_LINE
        return RawRow(number, {}, Problem("exchange.line_too_long", params))
    try:
        found = json.loads(line, object_pairs_hook=_object, parse_constant=_no_number)
    except _KeyTwiceError as error:
        params["key"] = str(error)
        return RawRow(number, {}, Problem("exchange.json_key_twice", params))
    except (ValueError, RecursionError) as error:
        params["detail"] = cause_of(error)
        return RawRow(number, {}, Problem("exchange.bad_json", params))
    if not isinstance(found, dict):
        params["detail"] = line.strip()[:20]
        return RawRow(number, {}, Problem("exchange.bad_json", params))
    if _depth(found) > MAX_DEPTH:
        params["most"] = MAX_DEPTH
        return RawRow(number, {}, Problem("exchange.json_too_deep", params))
    return RawRow(number, found)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for key, value in pairs:
        if key in found:
            raise _KeyTwiceError(key[:40])
        found[key] = value
    return found


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)


def _depth(value: Json, limit: int = MAX_DEPTH + 1) -> int:
    """How deep a value is nested; counted no further than needed."""
    if not limit or not isinstance(value, dict | list):
        return 0
    parts = value.values() if isinstance(value, dict) else value
    return 1 + max((_depth(part, limit - 1) for part in parts), default=0)
