"""A doubt that somebody has confirmed: kept in the record, so that it travels and merges.

The confirmations of a field ``persons`` are the field ``persons.confirmed`` of the same record:
by rule, what the fields that the rule looks at held when it was confirmed. Who and when stand in
its stamp, as for any other field. A value that differs from what was confirmed is doubtful again.
Several siblings are no conflict: one of them that fits is enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nq77tui.core.problem import Problem
from nq77tui.core.record import CONFIRMED, Json, Record, Sibling, is_confirmation

__all__ = ["confirmations", "confirmed_by", "confirmed_value", "is_confirmation", "is_sound"]


def confirmations(
    doubts: Iterable[Problem], values: Mapping[str, Json], record: Record | None = None
) -> dict[str, Json]:
    """The fields to write so that these doubts count as confirmed.

    Args:
        doubts: warnings about the values.
        values: the record's, as they are saved.
        record: as it was before; what it holds of other rules is kept.
    """
    found: dict[str, Json] = {}
    for problem in doubts:
        name = _field_of(problem)
        if problem.severity != "warning" or not name:
            continue
        held = found.get(name) or (record.get(name) if record else None)
        before = held if isinstance(held, dict) else {}
        found[name] = {**before, _rule_of(problem): dict(_seen(problem, values))}
    return found


def confirmed_by(
    problem: Problem, values: Mapping[str, Json], record: Record | None
) -> Sibling | None:
    """The write that confirmed a doubt about these very values; None where nobody has."""
    name = _field_of(problem)
    if record is None or problem.severity != "warning" or not name:
        return None
    rule, seen = _rule_of(problem), _seen(problem, values)
    for sibling in record.siblings(name):
        if isinstance(sibling.value, dict) and sibling.value.get(rule) == seen:
            return sibling
    return None


def confirmed_value(name: str, value: Json) -> tuple[str, list[Json]]:
    """The field that a confirmation is about, and the values of it that were confirmed."""
    field = name.removesuffix(CONFIRMED)
    rules = value.values() if isinstance(value, dict) else ()
    found: list[Json] = []
    for seen in rules:
        if isinstance(seen, dict) and seen.get(field) not in found:
            found.append(seen.get(field))
    return field, found


def is_sound(name: str, value: Json, fields: Iterable[str]) -> bool:
    """Whether a field is a confirmation, of one of these fields and in its form."""
    return (
        is_confirmation(name)
        and name.removesuffix(CONFIRMED) in fields
        and isinstance(value, dict)
        and all(isinstance(seen, dict) for seen in value.values())
    )


def _field_of(problem: Problem) -> str:
    field = problem.params.get("field")
    return f"{field}{CONFIRMED}" if isinstance(field, str) and field else ""


def _rule_of(problem: Problem) -> str:
    return str(problem.params.get("rule") or problem.key)


def _seen(problem: Problem, values: Mapping[str, Json]) -> dict[str, Json]:
    """The values that the rule looks at: its own field's, and others it names."""
    about = problem.params.get("about", ())
    names = [str(problem.params["field"]), *(about if isinstance(about, tuple) else ())]
    return {name: values.get(name) for name in sorted(set(names))}
