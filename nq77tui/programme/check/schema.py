"""What is wrong with a record type beside the others."""

from __future__ import annotations

from nq77tui.core.schema import Field, Schema
from nq77tui.programme.check.change import check_changes
from nq77tui.programme.check.names import CHOICE, DATE, REFERENCE, Names, Spot


def check_schema(names: Names, schema: Schema) -> None:
    """Note what a record type names and nothing has."""
    spot = Spot(names, schema, f"schemas/{schema.record}.toml", "")
    spot.fields(schema.key, "key")
    spot.fields(schema.title, "title")
    spot.fields([schema.area], "area")
    spot.field(schema.begins, DATE, "begins")
    spot.field(schema.ends, DATE, "ends")
    if not schema.title:
        spot.wrong("missing_key", "title")
    if schema.tree:
        _tree(spot.within("tree"))
    elif not schema.area:
        spot.wrong("missing_key", "area")
    elif schema.area in schema.fields and not schema.fields[schema.area].is_reference:
        spot.wrong("not_a_reference", "area", found=schema.area)
    if schema.duplicates:
        for rule in schema.duplicates.agree:
            spot.within("duplicates").fields(rule, "agree")
        spot.within("duplicates").fields(schema.duplicates.differ, "differ")
    for field in schema:
        _field(spot.within(f"fields.{field.name}"), field)
    check_changes(schema, names.problems)


def _tree(spot: Spot) -> None:
    tree = spot.schema.tree
    assert tree
    spot.fields((tree.parent, tree.level, tree.successor), "tree")
    spot.kind(tree.parent, REFERENCE, "parent")
    spot.kind(tree.successor, REFERENCE, "successor")
    spot.kind(tree.level, CHOICE, "level")


def _field(spot: Spot, field: Field) -> None:
    for name in field.to:
        spot.names.at(name, spot.file, spot.table, "to")
    spot.expression(field.required, "required")
    spot.expression(field.relevant, "relevant")
    spot.expression(field.calculation, "calculation")
    for constraint in field.constraints:
        spot.expression(constraint.test, "constraint")
    spot.expression(field.choice_filter, "choice_filter", field)
