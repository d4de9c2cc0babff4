"""What is wrong with ``[[changes]]``: walked back from the fields of today."""

from __future__ import annotations

from collections.abc import Mapping

from nq77tui.core.change import SchemaChange
from nq77tui.core.schema import Schema
from nq77tui.programme.change_file import CHANGES
from nq77tui.programme.table import Problems


def check_changes(schema: Schema, problems: Problems) -> None:
    """Note every name in the changes that no field had at its time.

    What the fields were called before a change follows from what they are called now, so the
    changes are walked from the last to the first.
    """
    now = {name: name for name in schema.fields}
    """The field of today, by each name that there was after the change in hand; or nothing."""
    walk = _Walk(schema, problems)
    for position in reversed(range(len(schema.changes))):
        now = walk.before(schema.changes[position], f"{CHANGES}[{position}]", now)


class _Walk:
    def __init__(self, schema: Schema, problems: Problems) -> None:
        self._schema = schema
        self._problems = problems
        self._file = f"schemas/{schema.record}.toml"
        self._typed: set[str] = set()
        self._recoded: set[str] = set()

    def _wrong(self, name: str, table: str, key: str, **params: object) -> None:
        self._problems.add(name, self._file, table, key, **params)

    def before(self, change: SchemaChange, table: str, now: Mapping[str, str]) -> dict[str, str]:
        """The field of today by each name that there was before a change."""
        moves: list[tuple[str, tuple[str, ...], str]]
        moves = [(old, (new,), "rename") for old, new in change.rename.items()]
        moves += [(old, split.into, "split") for old, split in change.split.items()]
        moves += [(old, (), "remove") for old in change.removed]
        before = {name: field for name, field in now.items() if name not in change.made}
        gone: set[str] = set()
        made: set[str] = set()
        for old, targets, key in moves:
            if old in gone:
                self._wrong("change_twice", table, key, found=old)
            gone.add(old)
            for target in targets:
                if target in made:
                    self._wrong("change_twice", table, key, found=target)
                elif target not in now:
                    self._wrong("change_to_nothing", table, key, found=target, old=old)
                made.add(target)
            if key == "remove" and old in now:
                self._wrong("removed_again", table, key, found=old)
            before[old] = now.get(targets[0], "") if key == "rename" else ""
        self._values(change, table, before)
        self._keys(change, table, now)
        return before

    def _values(self, change: SchemaChange, table: str, before: Mapping[str, str]) -> None:
        for key, names in (("choices", change.choices), ("type", change.types)):
            for name in names:
                if name not in before:
                    self._wrong("change_unknown", table, key, found=name)
        for name, kind in change.types.items():
            field = self._schema.fields.get(before.get(name, ""))
            if field is not None and field.name not in self._typed and field.type != kind:
                params = {"found": kind, "field": field.name, "type": field.type}
                self._wrong("change_type", f"{table}.type", name, **params)
        for name, codes in change.choices.items():
            field = self._schema.fields.get(before.get(name, ""))
            if field is None or field.name in self._recoded | self._typed:
                continue
            if field.type not in ("choice", "choices"):
                self._wrong("not_for_type", f"{table}.choices", name, found=field.type)
                continue
            for code in codes.values():
                if code and field.choice(code) is None:
                    self._wrong("change_code", f"{table}.choices.{name}", "", found=code)
        self._typed.update(before.get(name, "") for name in change.types)
        self._recoded.update(before.get(name, "") for name in change.choices)

    def _keys(self, change: SchemaChange, table: str, now: Mapping[str, str]) -> None:
        """A key makes the record's id, so what stands in it may not change; its name may."""
        keys = set(self._schema.key)
        for name in (*change.choices, *change.types):
            if now.get(change.rename.get(name, name)) in keys:
                self._wrong("change_of_key", table, "", found=name)
        for name, split in change.split.items():
            if any(now.get(target) in keys for target in split.into):
                self._wrong("change_of_key", table, "split", found=name)
