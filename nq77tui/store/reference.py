"""Checks that need the other records: references, keys, and the shape of the tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from nq77tui.core.area_tree import exists_on
from nq77tui.core.base32 import as_typed
from nq77tui.core.problem import Problem
from nq77tui.core.record import Json
from nq77tui.core.schema import Field, Schema
from nq77tui.core.scope import RecordScope, Row
from nq77tui.core.validation import check_values, relevant_fields
from nq77tui.core.values import ValueRefusedError
from nq77tui.core.vietnamese.folding import fold

if TYPE_CHECKING:
    from nq77tui.store.editor import Editor

_TREE_DEPTH = 12


def check_record(
    repository: Editor, schema: Schema, values: Mapping[str, Json], record_id: str | None
) -> tuple[Problem, ...]:
    """Everything wrong or doubtful about a record, other records considered."""
    scope = repository.scope(schema.record, values)
    found = list(check_values(schema, values, scope))
    relevant = relevant_fields(schema, scope)
    for field in schema.references:
        value = values.get(field.name)
        if field.name in relevant and isinstance(value, str) and value:
            found += _check_reference(repository, schema, field, value, scope)
    if record_id is not None:
        found += _check_key(repository, schema, values, record_id)
        found += _check_tree(repository, schema, values, record_id)
    return tuple(found)


def _check_reference(
    repository: Editor, schema: Schema, field: Field, value: str, scope: RecordScope
) -> list[Problem]:
    params = {"record": schema.record, "field": field.name, "label": field.label, "value": value}
    row = repository.row(value)
    if row is None:
        return [Problem("validation.no_such_record", params)]
    if row.type not in field.to:
        return [Problem("validation.wrong_record", {**params, "known": ", ".join(field.to)})]
    if field.choice_filter and not field.choice_filter.holds(scope.with_candidate(row.values)):
        params["value"] = repository.title(value)
        return [Problem("validation.reference_not_here", params)]
    return []


def _check_key(
    repository: Editor, schema: Schema, values: Mapping[str, Json], record_id: str
) -> list[Problem]:
    if "-" in record_id:
        return []  # named by its first write, not by a key
    record = repository.get(record_id)
    if record is None:
        return []
    return [
        Problem(
            "validation.key_changed",
            {"record": schema.record, "field": name, "label": schema.fields[name].label},
        )
        for name in schema.key
        if values.get(name) != record.get(name)
    ]


def _check_tree(
    repository: Editor, schema: Schema, values: Mapping[str, Json], record_id: str
) -> list[Problem]:
    if schema.tree is None:
        return []
    found = []
    for name in (schema.tree.parent, schema.tree.successor):
        above = values.get(name) if name else None
        for _ in range(_TREE_DEPTH):
            if above == record_id:
                params = {"record": schema.record, "field": name}
                found.append(
                    Problem("validation.in_itself", {**params, "label": schema.fields[name].label})
                )
                break
            row = repository.row(above) if isinstance(above, str) else None
            if row is None:
                break
            above = row.values.get(name)
    return found


def reference_reader(repository: Editor, values: Mapping[str, Json]) -> Callable[[Field, str], str]:
    """Reads a reference as people give it: a record's id, or its exact title.

    Args:
        values: the record's other values, for ``choice_filter``.
    """

    def read(field: Field, typed: str) -> str:
        row = repository.row(as_typed(typed))
        if row is not None:
            return row.id
        named = {
            row.id: repository.title(row.id)
            for row in repository.candidates(field, values)
            if fold(repository.title(row.id)) == fold(typed)
        }
        exact = [record_id for record_id, title in named.items() if title == typed]
        found = exact or list(named)
        if len(found) == 1:
            return found[0]
        reason = "record_unclear" if found else "no_such_record"
        raise ValueRefusedError(reason, typed, known=", ".join(found[:5]))

    return read


def find_area(repository: Editor, typed: str, day: str) -> str:
    """The area that people mean by a record's id, an official code or a name.

    Codes and names are used again for other areas: where several fit, those that exist on the day
    are meant.

    Args:
        day: ISO text.

    Raises:
        ValueRefusedError: none fits, or several do on that day; their codes are named.
    """
    row = repository.row(as_typed(typed))
    tree = repository.programme.tree
    if row is not None and row.type == tree.record:
        return row.id
    rows = list(repository.rows(tree.record))
    codes = [field.name for field in tree if field.type == "code"]
    named = [one for one in rows if typed in (one.values.get(name) for name in codes)]
    if not named:
        titles = {one.id: repository.title(one.id) for one in rows}
        named = [one for one in rows if titles[one.id] == typed]
        named = named or [one for one in rows if fold(titles[one.id]) == fold(typed)]
    there = [one for one in named if exists_on(tree, one.values, day)]
    found = there if there and len(named) > 1 else named
    if len(found) == 1:
        return found[0].id
    if not found:
        raise ValueRefusedError("no_such_record", typed)
    known = [next((str(one.values.get(name) or "") for name in codes), "") for one in found]
    unique = len(set(known)) == len(found) and all(known)
    shown = known if unique else [one.id for one in found]
    raise ValueRefusedError("area_unclear", typed, known=", ".join(shown[:5]))


def candidates(repository: Editor, field: Field, values: Mapping[str, Json]) -> Iterator[Row]:
    """The records that a reference may lead to, given the record's other values."""
    scope = RecordScope(values, repository, repository.today().isoformat())
    for record_type in field.to:
        for row in repository.rows(record_type):
            if field.choice_filter is None or field.choice_filter.holds(
                scope.with_candidate(row.values)
            ):
                yield row
