"""What waits for a newer programme, and what a change of the schema could not take over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nq77tui.core.document import form_of
from nq77tui.core.problem import Problem
from nq77tui.core.record import Json
from nq77tui.core.schema import Schema
from nq77tui.core.scope import Row
from nq77tui.core.upgrade import ASIDE, split_aside
from nq77tui.core.validation import fits
from nq77tui.store.rows import row_of
from nq77tui.store.strata import forms
from nq77tui.store.tables import Document, Tables


@dataclass(frozen=True, slots=True)
class Parked:
    """A record, or one value of it, that is kept and cannot be worked with yet.

    Attributes:
        field: as it stands in the record; ``full_name@3`` is what version 3 of the schema could
            not take over from ``full_name``. Empty for a record of a newer programme, which
            comes in by itself as soon as this machine's programme is updated.
        value: what stands there; None for a record.
        into: the fields that a person is to fill in instead; the field itself where it stayed.
        problem: the reason, in words for people.
    """

    record_id: str
    record_type: str
    field: str
    value: Json
    into: tuple[str, ...]
    problem: Problem

    @property
    def is_newer(self) -> bool:
        """Whether it waits for the programme, and not for a person."""
        return not self.field


def newer(record_id: str, form: int, schema: Schema) -> Parked:
    """A record in a form that the programme does not have."""
    params = {
        "id": record_id,
        "label": schema.label,
        "newest": form,
        "version": schema.version,
    }
    problem = Problem("parked.newer", params, "warning")
    return Parked(record_id, schema.record, "", None, (), problem)


def of_row(schema: Schema, row: Row) -> list[Parked]:
    """What is parked in one live record."""
    form = form_of(row.values)
    if form > schema.form:
        return [newer(row.id, form, schema)]
    return [*_in_place(schema, row), *_apart(schema, row)]


class ParkedRows:
    """The few live records of one store, as it stands in memory, in which something is parked.

    A table is walked when it is first asked about, and followed from then on.
    """

    def __init__(self, tables: Tables, schemas: Mapping[str, Schema]) -> None:
        self.tables = tables
        self._schemas = schemas
        self._keys: dict[str, set[str]] = {}
        tables.watchers.append(self._changed)

    def of(self, schema: Schema) -> Iterator[Parked]:
        """What is parked in those of a type."""
        is_newer = forms(self.tables, schema.record)[1] > schema.form
        if not is_newer and not any(change.moves_values for change in schema.changes):
            return
        if schema.record not in self._keys:
            table = self.tables.table(schema.record)
            found = {key for key in list(table) if self._in(schema, key, table.get(key))}
            self._keys[schema.record] = found
        for key in sorted(self._keys[schema.record], key=lambda one: (len(one), one)):
            yield from self._in(schema, key, self.tables.table(schema.record).get(key))

    def _in(self, schema: Schema, key: str, document: Document | None) -> list[Parked]:
        row = row_of(schema.record, key, document) if document is not None else None
        return of_row(schema, row) if row is not None else []

    def _changed(self, table: str, key: str, old: Document | None, new: Document | None) -> None:
        known = self._keys.get(table)
        if known is not None:
            (known.add if self._in(self._schemas[table], key, new) else known.discard)(key)


def _in_place(schema: Schema, row: Row) -> Iterator[Parked]:
    for name, version in schema.in_doubt.items():
        field, value = schema.fields[name], row.values.get(name)
        if not fits(field, value):
            is_code = field.type in ("choice", "choices")
            params = {"label": field.label, **_params(schema, row, name, value, version)}
            problem = Problem(f"parked.{'no_choice' if is_code else 'wrong_kind'}", params)
            yield Parked(row.id, schema.record, name, value, (name,), problem)


def _apart(schema: Schema, row: Row) -> Iterator[Parked]:
    for name, value in row.values.items() if schema.splits else ():
        split = split_aside(name) if ASIDE in name else None
        into = schema.splits.get(split) if split else None
        if split and into and value is not None:
            params = {"into": ", ".join(into), **_params(schema, row, split[0], value, split[1])}
            yield Parked(
                row.id, schema.record, name, value, into, Problem("parked.no_parts", params)
            )


def _params(schema: Schema, row: Row, field: str, value: Json, version: int) -> dict[str, object]:
    shown = {"id": row.id, "record": schema.label, "field": field}
    return {**shown, "value": str(value)[:60], "version": version}
