"""Which column of a file is which field."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.schema import Field, Schema
from nq77tui.core.text import normalise
from nq77tui.core.vietnamese.folding import fold
from nq77tui.exchange.rows.old_columns import old_names

ID = "id"
"""The column that names a record; no field may have this name."""

PASSED_OVER = "#"
"""What begins the name of a column that is there for people to read, and not taken in."""

_MOST_NAMED = 12


class ColumnNames:
    """The names that a header may use: field names, and labels in any language, without marks.

    A field's exact name is that field. In other spellings it counts as one more label, because
    one field's name may be another's label: “Unit” beside a field ``unit`` is asked about. A name
    that a field had in an older version of the schema stands for itself (`old_columns`).
    """

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._names = frozenset((*schema.fields, *old_names(schema)))
        self._by_label: dict[str, list[str]] = {ID: [ID]}
        for field in schema:
            for label in sorted({fold(label) for label in (field.name, *field.label.values())}):
                self._by_label.setdefault(label, []).append(field.name)

    def find(self, header: str) -> list[str]:
        """The fields that a header cell may mean: none, one, or several."""
        name = normalise(header)
        return [name] if name in self._names else self._by_label.get(fold(name), [])

    def known(self) -> str:
        """All names, for messages."""
        return ", ".join((ID, *self._schema.fields))

    def count_known(self, header: Iterable[str]) -> int:
        """How many cells of a header are columns."""
        return sum(1 for cell in header if self.find(cell) or is_passed_over(cell))


def is_passed_over(header: str) -> bool:
    """Whether a column is only there to be read."""
    return header.lstrip().startswith(PASSED_OVER)


def read_header(header: Sequence[str], names: ColumnNames, file: str) -> tuple[str, ...]:
    """The field of each column; empty without a name, ``#`` for one that is passed over.

    Raises:
        RefusedError: a column that is no field, that could be several, or is there twice.
    """
    columns: list[str] = []
    unknown: list[str] = []
    problems: list[Problem] = []
    for cell in header:
        if is_passed_over(cell):
            columns.append(PASSED_OVER)
            continue
        found = names.find(cell)
        if len(found) > 1:
            problems.append(_problem("column_unclear", file, cell, known=", ".join(found)))
        elif found and found[0] in columns:
            problems.append(_problem("column_twice", file, cell, field=found[0]))
        elif not found and normalise(cell):
            unknown.append(normalise(cell)[:40])
        columns.append(found[0] if found else "")
    if unknown:
        problems.insert(0, unknown_columns(file, 1, unknown, names))
    if problems:
        raise RefusedError(*problems)
    return tuple(columns)


def _problem(reason: str, file: str, cell: str, **params: object) -> Problem:
    named = {"file": file, "row": 1, "column": normalise(cell)[:40], **params}
    return Problem(f"exchange.{reason}", named)


def unknown_columns(file: str, row: int, unknown: Sequence[str], names: ColumnNames) -> Problem:
    """Says which columns are no fields, and what would be."""
    columns = ", ".join(f"“{name}”" for name in unknown[:_MOST_NAMED])
    return Problem(
        "exchange.unknown_column",
        {"file": file, "row": row, "columns": columns, "known": names.known()},
    )


def check_columns(schema: Schema, columns: Sequence[str], file: str) -> None:
    """Refuse a file that could not make a single record.

    With an ``id`` column, or with the whole key, a row may be an edit of a record that exists,
    and needs only what it changes.

    Raises:
        RefusedError: a column is missing that every record needs.
    """
    if ID in columns or (schema.key and set(schema.key) <= set(columns)):
        return
    missing = [field for field in schema if _is_needed(field) and field.name not in columns]
    if missing:
        needed = ", ".join(field.name for field in missing)
        raise RefusedError(
            Problem("exchange.missing_column", {"file": file, "row": 1, "columns": needed})
        )


def _is_needed(field: Field) -> bool:
    return (
        field.required is not None
        and field.required.text == "true()"
        and field.required_severity == "error"
        and field.relevant is None
        and field.calculation is None
    )
