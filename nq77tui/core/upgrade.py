"""Bringing a record of an older version of its schema up to a newer one: a pure function.

The values move, their writes do not: every value keeps its dot, no dot is made, and the version
vector stays as it is. So two machines that bring their copies up on their own, at any time, get
equal bytes, and it does not matter whether copies are merged first or brought up first:

    upgraded(merge(a, b)) == merge(upgraded(a), upgraded(b))        for copies of one form

That holds because each step moves whole fields to names that nothing else can have, and decides
about each value by that value alone. Copies of two different forms are never merged with each
other: the same write would stand under two names, and the merge would take its absence from each
for a decision of the other. The store brings the older one up, or keeps both (`store.strata`).

**The form** of a record is the version of the last change that moved values, so that versions
which only add or remove fields go on merging. `Record.schema` names it.

A value that cannot be brought up is kept. One of another type, or a code without a successor,
stays in its field, where it is a problem like any other. A text that does not come apart into
the parts stands aside under its old name and the version, ``full_name@3``: a name that no
schema can declare, so that nothing else ever means it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import cast

from nq77tui.core.change import SchemaChange, Split
from nq77tui.core.problem import RefusedError
from nq77tui.core.record import Json, Record, Sibling, display_order
from nq77tui.core.schema import Field, FieldType, Schema
from nq77tui.core.typed import read_typed, write_plain

ASIDE = "@"
_PLAIN = Field("", "text", {})
_DAYS = (date(2024, 1, 1), date(2025, 2, 2))
"""A text that is not the same date on both, as “today” or a day without a year, is none."""

Fields = dict[str, tuple[Sibling, ...]]


def aside_name(name: str, version: int) -> str:
    """Where a value of a field stands that a version could not take over."""
    return f"{name}{ASIDE}{version}"


def split_aside(name: str) -> tuple[str, int] | None:
    """The field and the version behind `aside_name`; None for any other name."""
    field, _, version = name.rpartition(ASIDE)
    return (field, int(version)) if field and version.isascii() and version.isdigit() else None


def upgraded(record: Record, schema: Schema) -> Record:
    """The record in the form that its schema has now; itself where it has it, or a newer one."""
    if record.schema >= schema.form:
        return record
    fields = dict(record.fields)
    for change in schema.changes:
        if change.version > record.schema and change.moves_values:
            fields = _changed(fields, change)
    return Record(record.id, record.type, fields, record.vector, record.deletions, schema.form)


def _changed(fields: Fields, change: SchemaChange) -> Fields:
    found: Fields = {}
    for name, siblings in fields.items():
        values = _each(siblings, change, name)
        split = change.split.get(name)
        if split is None:
            found[_new_name(name, change)] = values
        else:
            found.update(_come_apart(name, values, split, change.version))
    return found


def _new_name(name: str, change: SchemaChange) -> str:
    """The name from the change on. No two names become one."""
    if name in change.rename:
        return change.rename[name]
    suffix = aside_name("", change.version)
    # What had this name without being declared makes room; so does whatever looks like that.
    is_taken = name in change.made or name.endswith(suffix)
    return name + suffix if is_taken else name


def _each(siblings: tuple[Sibling, ...], change: SchemaChange, name: str) -> tuple[Sibling, ...]:
    codes, kind = change.choices.get(name), change.types.get(name)
    if codes is None and kind is None:
        return siblings
    return display_order(
        Sibling(one.dot, converted(_recoded(one.value, codes or {}), kind), one.stamp)
        for one in siblings
    )


def _come_apart(name: str, siblings: tuple[Sibling, ...], split: Split, version: int) -> Fields:
    parts = [(one, parts_of(one.value, split)) for one in siblings]
    found: Fields = {
        target: display_order(
            Sibling(one.dot, values[position], one.stamp)
            for one, values in parts
            if values is not None
        )
        for position, target in enumerate(split.into)
    }
    found[aside_name(name, version)] = display_order(one for one, values in parts if values is None)
    return {name: siblings for name, siblings in found.items() if siblings}


def parts_of(value: Json, split: Split) -> list[Json] | None:
    """The parts of a value; None where it does not come apart into as many."""
    if value is None:
        return [None] * len(split.into)
    if not isinstance(value, str):
        return None
    cut = value.rsplit if split.from_end else value.split
    parts: list[Json] = [part.strip() for part in cut(split.at, len(split.into) - 1)]
    return parts if len(parts) == len(split.into) and all(parts) else None


def _recoded(value: Json, codes: Mapping[str, str]) -> Json:
    """The codes of today for those of before; one without a successor stays."""
    if isinstance(value, str):
        return codes.get(value) or value
    if isinstance(value, list):
        found = [codes.get(one) or one if isinstance(one, str) else one for one in value]
        return [one for position, one in enumerate(found) if one not in found[:position]]
    return value


def converted(value: Json, kind: str | None) -> Json:
    """A value as another type stores it; unchanged where it cannot be that."""
    if kind is None or value is None or isinstance(value, bool):
        return value
    if kind == "choices":
        return [value] if isinstance(value, str) else value
    if isinstance(value, list):
        return value[0] if kind in ("choice", "text") and len(value) == 1 else value
    text = value if isinstance(value, str) else write_plain(_PLAIN, value)
    if kind in ("choice", "reference", "text"):
        return text
    field = Field("", cast("FieldType", kind), {})
    try:
        first, second = (read_typed(field, text, day) for day in _DAYS)
    except RefusedError:
        return value
    return first if first == second and first is not None else value
