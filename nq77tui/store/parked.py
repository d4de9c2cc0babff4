"""What waits for a newer programme, and what a change of the schema could not take over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nq77tui.core.document import form_of
from nq77tui.core.problem import Problem
from nq77tui.core.record import Json
from nq77tui.core.schema import Schema
from nq77tui.core.scope import Row
from nq77tui.core.upgrade import ASIDE, fields_in_doubt, split_aside
from nq77tui.core.validation import fits


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


def of_rows(schema: Schema, rows: Iterator[Row], highest: int) -> Iterator[Parked]:
    """What is parked among the live records of a type.

    Args:
        highest: the highest form that may stand among them.
    """
    splits = {
        (old, change.version): split.into
        for change in schema.changes
        for old, split in change.split.items()
    }
    doubtful = fields_in_doubt(schema)
    if not splits and not doubtful and highest <= schema.form:
        return
    for row in rows:
        if highest > schema.form and (form := form_of(row.values)) > schema.form:
            yield newer(row.id, form, schema)
            continue
        yield from _in_place(schema, row, doubtful)
        if splits:
            yield from _apart(schema, row, splits)


def _in_place(schema: Schema, row: Row, doubtful: Mapping[str, int]) -> Iterator[Parked]:
    for name, version in doubtful.items():
        field, value = schema.fields[name], row.values.get(name)
        if not fits(field, value):
            is_code = field.type in ("choice", "choices")
            params = {"label": field.label, **_params(schema, row, name, value, version)}
            problem = Problem(f"parked.{'no_choice' if is_code else 'wrong_kind'}", params)
            yield Parked(row.id, schema.record, name, value, (name,), problem)


def _apart(
    schema: Schema, row: Row, splits: Mapping[tuple[str, int], tuple[str, ...]]
) -> Iterator[Parked]:
    for name, value in row.values.items():
        split = split_aside(name) if ASIDE in name else None
        into = splits.get(split) if split else None
        if split and into and value is not None:
            params = {"into": ", ".join(into), **_params(schema, row, split[0], value, split[1])}
            problem = Problem("parked.no_parts", params)
            yield Parked(row.id, schema.record, name, value, into, problem)


def _params(schema: Schema, row: Row, field: str, value: Json, version: int) -> dict[str, object]:
    shown = {"id": row.id, "record": schema.label, "field": field}
    return {**shown, "value": str(value)[:60], "version": version}
