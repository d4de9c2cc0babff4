"""Looking up the names in a programme: records, fields, paths of references, expressions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nq77tui.core.expression import Expression
from nq77tui.core.schema import Field, Schema
from nq77tui.programme.table import Problems

if TYPE_CHECKING:
    from nq77tui.programme.programme import Programme

CHOICE = frozenset({"choice"})
DATE = frozenset({"date"})
PERIODICAL = frozenset({"date", "integer"})
"""What may lie in a period: a date, or a year as a number."""
REFERENCE = frozenset({"reference"})
TEXT = frozenset({"text"})


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a programme, and where those that mean nothing are noted."""

    programme: Programme
    problems: Problems

    def at(self, record: str, file: str, table: str, key: str = "record") -> Spot | None:
        """A table whose names are those of a record type; None, noted at the key, for no type."""
        schema = self.programme.schemas.get(record)
        if schema is None:
            self.problems.add("unknown_record", file, table, key, found=record)
            return None
        return Spot(self, schema, file, table)

    def broken(self, path: tuple[str, ...], start: Iterable[Schema]) -> str:
        """Follow a path of references; the name it breaks at, or nothing."""
        schemas = list(start)
        for position, name in enumerate(path):
            fields = [schema.fields[name] for schema in schemas if name in schema.fields]
            if not fields:
                return name
            if position == len(path) - 1:
                return ""
            targets = {record for field in fields for record in field.to}
            schemas = [s for name, s in self.programme.schemas.items() if name in targets]
            if not schemas:
                return path[position + 1]
        return ""

    def targets(self, path: tuple[str, ...], start: Schema) -> set[str]:
        """The record types that a path of references leads to."""
        records = {start.record}
        for name in path:
            records = {
                target
                for record in records
                if record in self.programme.schemas
                for field in [self.programme.schemas[record].fields.get(name)]
                if field is not None
                for target in field.to
            }
        return records


@dataclass(frozen=True, slots=True)
class Spot:
    """One table of a file, the names in which are those of one record type."""

    names: Names
    schema: Schema
    file: str
    table: str

    def within(self, table: str) -> Spot:
        """Another table of the file, about the same record type."""
        return replace(self, table=table)

    def wrong(self, reason: str, key: str, **params: object) -> None:
        """Note a problem of this table."""
        self.names.problems.add(reason, self.file, self.table, key, **params)

    def fields(self, names: Iterable[str], key: str) -> None:
        """Note the names that are no fields; an empty one stands for none."""
        for name in names:
            if name and name not in self.schema.fields:
                self.wrong("unknown_field", key, found=name, record=self.schema.record)

    def kind(self, name: str, kinds: frozenset[str], key: str) -> None:
        """Note a field whose type is none of those that make sense there."""
        field = self.schema.fields.get(name)
        if field is not None and field.type not in kinds:
            self.wrong("wrong_field_type", key, found=name, known=", ".join(sorted(kinds)))

    def field(self, name: str, kinds: frozenset[str], key: str) -> None:
        """Note a name that is no field, or one of another type."""
        self.fields([name], key)
        self.kind(name, kinds, key)

    def path(self, path: tuple[str, ...], key: str) -> None:
        """Note where a path of references breaks."""
        if broken := self.names.broken(path, [self.schema]):
            self.wrong("unknown_field", key, found=broken, record=self.schema.record)

    def codes(self, codes: Iterable[str], name: str, key: str) -> None:
        """Note the codes that are no choices of a field; an empty one stands for none."""
        field = self.schema.fields.get(name)
        if field is not None:
            known = [choice.code for choice in field.choices]
            for code in codes:
                if code and code not in known:
                    self.wrong("not_one_of", key, found=code, known=", ".join(known))

    def expression(
        self, found: Expression | None, key: str, candidates: Field | None = None
    ) -> None:
        """Note the names in an expression that lead nowhere.

        Args:
            candidates: the field whose choices bare names are about; None where there is none.
        """
        if found is None:
            return
        for path in found.fields:
            self.path(path, key)
        for path in found.candidates:
            if candidates is None:
                self.wrong("no_candidate", key, found=".".join(path))
            elif not self._candidate_knows(path, candidates):
                self.wrong("unknown_column", key, found=".".join(path))

    def _candidate_knows(self, path: tuple[str, ...], field: Field) -> bool:
        if not field.is_reference:
            columns = {"code", *(name for choice in field.choices for name in choice.columns)}
            return len(path) == 1 and path[0] in columns
        known = self.names.programme.schemas
        return not self.names.broken(path, [known[name] for name in field.to if name in known])
