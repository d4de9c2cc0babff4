"""Whether the values of a record are what its schema allows.

An error blocks the save; a warning may be confirmed. What a field holds while it is not relevant
is kept, and not checked. Fields that the schema does not know are carried along by whoever wrote
them, but nobody may add one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from nq77tui.core.confirmation import is_sound
from nq77tui.core.expression import Expression, Scope
from nq77tui.core.identity_number import citizen_number_warnings
from nq77tui.core.problem import Problem
from nq77tui.core.record import Json
from nq77tui.core.schema import Choice, Field, Schema
from nq77tui.core.scope import RecordScope
from nq77tui.core.typed import fits_mask
from nq77tui.core.values import is_date


class ChoiceScope(Scope, Protocol):
    """A scope that can also be asked about one field's value and about one choice."""

    def with_this(self, value: Json) -> ChoiceScope:
        """The same scope with ``.`` standing for a value."""

    def with_candidate(self, values: Mapping[str, Json]) -> ChoiceScope:
        """The same scope with bare names standing for a candidate's fields."""


def relevant_fields(schema: Schema, scope: Scope) -> frozenset[str]:
    """The fields that are asked, given the values in the scope."""
    return frozenset(
        field.name for field in schema if field.relevant is None or field.relevant.holds(scope)
    )


def calculated(schema: Schema, scope: RecordScope) -> dict[str, Json]:
    """The values of the calculated fields, each given the others and those before it."""
    values = dict(scope.values)
    here = scope.with_values(values)
    found: dict[str, Json] = {}
    for field in schema:
        if field.calculation is not None:
            values[field.name] = found[field.name] = field.calculation.evaluate(here)
    return found


def allowed_choices(field: Field, scope: ChoiceScope) -> tuple[Choice, ...]:
    """The choices that may be taken now."""
    return tuple(
        choice
        for choice in field.choices
        if not choice.retired
        and (
            field.choice_filter is None
            or field.choice_filter.holds(
                scope.with_candidate({"code": choice.code, **choice.columns})
            )
        )
    )


def check_values(
    schema: Schema, values: Mapping[str, Json], scope: ChoiceScope
) -> tuple[Problem, ...]:
    """Everything that is wrong or doubtful, in the order of the fields.

    Returns:
        Problems whose params name ``record`` and ``field``.
    """
    found: list[Problem] = []
    for name, value in values.items():
        if name not in schema.fields and not is_sound(name, value, schema.fields):
            params = {"record": schema.record, "field": name}
            found.append(Problem("validation.unknown_field", params))
    relevant = relevant_fields(schema, scope)
    for field in schema:
        if field.name in relevant:
            found += check_field(schema, field, values.get(field.name), scope)
    return tuple(found)


def check_field(
    schema: Schema, field: Field, value: Json, scope: ChoiceScope
) -> tuple[Problem, ...]:
    """What is wrong with one field's value."""
    if value is None or value in ("", []):
        if field.required is None or not field.required.holds(scope):
            return ()
        params, about = _params(schema, field), _names(field.required)
        return (Problem("validation.required", {**params, **about}, field.required_severity),)
    if not _has_kind(field, value):
        params = _params(schema, field)
        return (Problem("validation.wrong_kind", {**params, "value": str(value)[:40]}),)
    is_choice = field.type in ("choice", "choices")
    found = _check_choices(schema, field, value, scope) if is_choice else []
    here = scope.with_this(value) if field.constraints else scope
    for constraint in field.constraints:
        if not constraint.test.holds(here):
            params = _params(schema, field)
            rule = {"message": constraint.message, "rule": constraint.test.text}
            more = {**params, **rule, **_names(constraint.test)}
            found.append(Problem("validation.constraint", more, constraint.severity))
    if field.type == "citizen_number" and isinstance(value, str):
        params = _params(schema, field)
        found += [
            Problem(
                warning.key,
                {**params, **warning.params, "about": ("birth", "gender")},
                warning.severity,
            )
            for warning in _citizen_number(value, schema, scope)
        ]
    return tuple(found)


def _params(schema: Schema, field: Field) -> dict[str, object]:
    return {"record": schema.record, "field": field.name, "label": field.label}


def _names(rule: Expression) -> dict[str, object]:
    """The fields of the record that a rule looks at, for whoever keeps what was confirmed."""
    return {"about": tuple(sorted({path[0] for path in rule.fields}))}


def _citizen_number(value: str, schema: Schema, scope: Scope) -> tuple[Problem, ...]:
    birth = scope.field(("birth",)) if "birth" in schema.fields else None
    gender = scope.field(("gender",)) if "gender" in schema.fields else None
    return citizen_number_warnings(
        value,
        birth if isinstance(birth, str) and birth else None,
        gender if isinstance(gender, str) and gender else None,
    )


def fits(field: Field, value: Json) -> bool:
    """Whether a value is of the field's type, and a code one of its list, retired ones included."""
    if value is None or value in ("", []):
        return True
    if not _has_kind(field, value):
        return False
    codes = value if isinstance(value, list) else [value]
    return not field.choices or all(field.choice(code) is not None for code in codes)


def _has_kind(field: Field, value: Json) -> bool:
    """Whether a value is what the field's type means: data may come from anywhere."""
    match field.type:
        case "date":
            return isinstance(value, str) and is_date(value)
        case "phone":
            return isinstance(value, str) and value.isascii() and value.isdigit()
        case "citizen_number":
            is_text = isinstance(value, str) and value.isascii() and value.isdigit()
            return is_text and len(str(value)) in (9, 12)
        case "code":
            return isinstance(value, str) and (not field.mask or fits_mask(value, field.mask))
        case "hectares":
            return _is_figure(value) and isinstance(value, dict) and _number_of(value) >= 0
        case "integer":
            return type(value) is int
        case "decimal":
            return type(value) in (int, float)
        case "yes_no":
            return isinstance(value, bool)
        case "choices":
            return isinstance(value, list) and all(isinstance(one, str) for one in value)
        case "figure":
            return _is_figure(value)
        case "money":
            return (
                isinstance(value, dict)
                and type(value.get("n")) in (int, float)
                and value.get("unit") in ("dong", "nghin", "trieu")
            )
        case _:
            return isinstance(value, str)


def _is_figure(value: Json) -> bool:
    if not isinstance(value, dict) or type(value.get("n")) not in (int, float):
        return False
    kind = value.get("is")
    if kind == "range":
        highest = value.get("max")
        return isinstance(highest, int | float) and _number_of(value) <= highest
    return kind in ("exact", "more_than", "about")


def _number_of(figure: Mapping[str, Json]) -> float:
    number = figure["n"]
    assert isinstance(number, int | float)
    return number


def _check_choices(schema: Schema, field: Field, value: Json, scope: ChoiceScope) -> list[Problem]:
    params = _params(schema, field)
    codes = value if isinstance(value, list) else [value]
    allowed = {choice.code for choice in allowed_choices(field, scope)}
    found = []
    for code in codes:
        known = field.choice(code)
        if known is None:
            more = {**params, "value": str(code)[:40], "known": ", ".join(sorted(allowed)[:12])}
            found.append(Problem("validation.unknown_choice", more))
        elif not known.retired and code not in allowed:
            more = {**params, "value": known.label}
            found.append(Problem("validation.choice_not_here", more))
    return found
