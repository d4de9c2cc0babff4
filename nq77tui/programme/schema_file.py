"""``schemas/<record>.toml`` and ``schemas/choices.toml``, read into `core.schema`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import cast, get_args

from nq77tui.core.document import RESERVED
from nq77tui.core.expression import Expression, parse
from nq77tui.core.lookalike import DISTINCT
from nq77tui.core.problem import Severity
from nq77tui.core.schema import (
    FIELD_TYPES,
    PERSONAL_TYPES,
    WRITERS,
    Choice,
    Constraint,
    Duplicates,
    Field,
    FieldType,
    Schema,
    Tree,
)
from nq77tui.core.verification import VERIFICATION
from nq77tui.programme.change_file import read_changes
from nq77tui.programme.table import Problems, Table, read_table

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_RESERVED_NAMES = frozenset({RESERVED, "id", "record"})
"""What stands beside the fields in files and on the command line."""
_SEVERITIES: tuple[Severity, ...] = get_args(Severity)
_MASKED_TYPES = PERSONAL_TYPES | {"text", "code"}
ChoiceLists = Mapping[str, tuple[Choice, ...]]


def read_choice_lists(path: Path, problems: Problems) -> ChoiceLists:
    """The lists that several fields share."""
    table = read_table(path, problems) if path.exists() else None
    if table is None:
        return {}
    return {name: _choices(table, name) for name in table.content}


def _choices(table: Table, key: str) -> tuple[Choice, ...]:
    found: dict[str, Choice] = {}
    for entry in table.array(key):
        code = entry.text("code")
        if not code or code in found:
            entry.wrong("choice_twice" if code else "missing_key", "code", found=code)
            continue
        label, retired = entry.label("label"), entry.flag("retired")
        columns = {
            name: entry.text(name)
            for name in entry.content
            if name not in ("code", "label", "retired")
        }
        found[code] = Choice(code, label, columns, retired)
    return tuple(found.values())


def read_schema(path: Path, lists: ChoiceLists, problems: Problems) -> Schema | None:
    """One record type; what is wrong is noted, and the rest read all the same."""
    table = read_table(path, problems)
    if table is None:
        return None
    record = path.stem
    if not _NAME.fullmatch(record) or record in (DISTINCT, VERIFICATION):
        table.wrong("bad_name", "", found=record)
    fields = {name: _field(name, entry, lists) for name, entry in table.tables("fields")}
    if not fields:
        table.wrong("missing_key", "fields")
    version = table.integer("version", 1)
    schema = Schema(
        record=record,
        version=version,
        label=table.label("label"),
        fields=fields,
        key=table.texts("key"),
        title=table.texts("title"),
        area=table.text("area"),
        begins=table.text("begins"),
        ends=table.text("ends"),
        tree=_tree(table.table("tree")) if table.has("tree") else None,
        duplicates=_duplicates(table.table("duplicates")) if table.has("duplicates") else None,
        changes=read_changes(table, version),
        written_by=table.one_of("written_by", WRITERS, "operator"),
    )
    for name in schema.title:
        if name in schema.sensitive:
            table.wrong("sensitive_title", "title", found=name)
    table.done()
    return schema


def _tree(table: Table) -> Tree:
    tree = Tree(table.text("parent"), table.text("level"), table.text("successor"))
    table.done()
    return tree


def _duplicates(table: Table) -> Duplicates:
    rules = table.text_lists("agree")
    if not rules:
        table.wrong("missing_key", "agree")
    duplicates = Duplicates(rules, table.texts("differ"))
    table.done()
    return duplicates


def _field(name: str, table: Table, lists: ChoiceLists) -> Field:
    if not _NAME.fullmatch(name) or name in _RESERVED_NAMES:
        table.wrong("bad_name", name, found=name)
    kind = table.text("type")
    if kind not in FIELD_TYPES:
        table.wrong("unknown_type", "type", found=kind, known=", ".join(FIELD_TYPES))
        kind = "text"
    field = Field(
        name=name,
        type=cast("FieldType", kind),
        label=table.label("label"),
        required=_required(table),
        required_severity=_severity(table, "required_severity"),
        relevant=table.expression("relevant"),
        constraints=_constraints(table),
        calculation=table.expression("calculation"),
        choices=_field_choices(table, kind, lists),
        choice_filter=table.expression("choice_filter"),
        to=table.texts("to"),
        year_only=table.flag("year_only"),
        mask=table.text("mask"),
        multiline=table.flag("multiline"),
        grouping=_is_grouped(table, kind),
        sensitive=_is_sensitive(table, kind),
    )
    if field.is_reference and not field.to:
        table.wrong("missing_key", "to")
    table.done()
    return field


def _is_sensitive(table: Table, kind: str) -> bool:
    if not table.has("sensitive"):
        return kind in PERSONAL_TYPES
    is_sensitive = table.flag("sensitive")
    if is_sensitive and kind not in _MASKED_TYPES:
        table.wrong("not_for_type", "sensitive", found=kind)
    return is_sensitive


def _is_grouped(table: Table, kind: str) -> bool:
    if not table.has("grouping"):
        return True
    if kind != "integer":
        table.wrong("not_for_type", "grouping", found=kind)
    return table.flag("grouping")


def _required(table: Table) -> Expression | None:
    if isinstance(table.raw("required"), bool):
        return parse("true()") if table.flag("required") else None
    return table.expression("required")


def _severity(table: Table, key: str) -> Severity:
    return table.one_of(key, _SEVERITIES, "error")


def _constraints(table: Table) -> tuple[Constraint, ...]:
    found = []
    for entry in table.array("constraint"):
        test = entry.expression("test")
        message, severity = entry.label("message"), _severity(entry, "severity")
        if not entry.has("test"):
            entry.wrong("missing_key", "test")
        if test is not None:
            found.append(Constraint(test, message, severity))
        entry.done()
    return tuple(found)


def _field_choices(table: Table, kind: str, lists: ChoiceLists) -> tuple[Choice, ...]:
    named = table.raw("choices")
    if kind not in ("choice", "choices"):
        if named is not None:
            table.wrong("not_for_type", "choices", found=kind)
        return ()
    if isinstance(named, str):
        if named not in lists:
            table.wrong("unknown_list", "choices", found=named)
        return lists.get(named, ())
    if not named:
        table.wrong("missing_key", "choices")
        return ()
    return _choices(table, "choices")
