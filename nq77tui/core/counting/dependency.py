"""What a count depends on: which fields of which records, by which references.

Derived from the typed metrics, figures and schemas. When one record changes, the records whose
part in a count may have changed are found by walking the references backwards.

A reference is taken to lead to the record types that its schema names; what leads elsewhere
(`nq77 check` names it) is counted, but its target is not followed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from nq77tui.core.area_tree import Facts
from nq77tui.core.expression import Expression
from nq77tui.core.schema import Schema
from nq77tui.core.scope import Row

Chain = tuple[tuple[str, str], ...]
"""References by record type and field, from what is counted to what it depends on."""


class IndexedFacts(Facts, Protocol):
    """The live records of a store, which also finds them by what they refer to."""

    def find(self, record_type: str, field: str, value: str) -> Iterable[Row]:
        """Those whose field has a value; a record's id finds those with an alias of it, too."""

    def aliases(self, record_id: str) -> list[str]:
        """The other ids that lead to a record, since it was joined with others."""


class RowChange(NamedTuple):
    """One record before and after; None where it was not there, or is no longer."""

    before: Row | None
    after: Row | None

    @property
    def row(self) -> Row:
        """What is known of it."""
        row = self.after or self.before
        assert row
        return row

    @property
    def fields(self) -> frozenset[str] | None:
        """The fields that changed; None where the record came or went."""
        if self.before is None or self.after is None:
            return None
        old, new = self.before.values, self.after.values
        return frozenset(
            name
            for name in {*old, *new}
            if old.get(name) != new.get(name) or type(old.get(name)) is not type(new.get(name))
        )


@dataclass(frozen=True, slots=True)
class Reads:
    """What one record's part in a count is read from, besides the tree of areas.

    Attributes:
        record: the type of that record.
        paths: fields of it, and through references of others.
        is_located: whether it matters where the record lies.
    """

    record: str
    paths: frozenset[tuple[str, ...]]
    is_located: bool = True

    @classmethod
    def of(
        cls,
        record: str,
        where: Expression | None = None,
        *paths: tuple[str, ...],
        is_located: bool = True,
    ) -> Reads:
        """What a test and some paths read; empty names are left out."""
        asked = where.fields if where else frozenset[tuple[str, ...]]()
        named = {path for path in paths if path and path[0]}
        return cls(record, asked | named, is_located)


class Dependencies:
    """The fields that a record's part in a count depends on, near and far."""

    def __init__(self, reads: Reads, schemas: Mapping[str, Schema]) -> None:
        """Derive them.

        Raises:
            ValueError: they cannot be derived; then every change may matter.
        """
        self.record = reads.record
        self._schemas = schemas
        self._fields: dict[tuple[str, Chain], set[str]] = {}
        schema = schemas[reads.record]
        self._add(reads.record, (), schema.begins, schema.ends)
        for path in reads.paths:
            self._walk(path, reads.record, ())
        if reads.is_located:
            self._locate(reads.record, ())

    def _add(self, record: str, chain: Chain, *names: str) -> None:
        self._fields.setdefault((record, chain), set()).update(filter(None, names))

    def _walk(self, path: tuple[str, ...], record: str, chain: Chain) -> None:
        name, *rest = path
        self._add(record, chain, name)
        for target in self._targets(record, name, is_needed=bool(rest)):
            # Whether the record is there matters even where none of its fields is read.
            self._add(target, (*chain, (record, name)))
            if rest and rest[0] in self._schemas[target].fields:
                self._walk(tuple(rest), target, (*chain, (record, name)))

    def _locate(self, record: str, chain: Chain) -> None:
        schema = self._schemas[record]
        if schema.tree:
            return  # a change of the tree itself is counted anew
        if any(record == passed for passed, _ in chain):
            raise ValueError(record)
        self._add(record, chain, schema.area)
        for target in self._targets(record, schema.area, is_needed=True):
            self._add(target, (*chain, (record, schema.area)))
            self._locate(target, (*chain, (record, schema.area)))

    def _targets(self, record: str, name: str, *, is_needed: bool) -> Iterator[str]:
        field = self._schemas[record].fields.get(name)
        if field is None or (is_needed and not field.is_reference):
            if is_needed:
                raise ValueError(name)
            return
        yield from (target for target in field.to if target in self._schemas)

    @property
    def records(self) -> set[str]:
        """The record types that are read."""
        return {record for record, _ in self._fields}

    def touched(self, changes: Iterable[RowChange], facts: IndexedFacts) -> set[str]:
        """The ids of the records whose part may be another one now."""
        found: set[str] = set()
        for change in changes:
            row, changed = change.row, change.fields
            for (record, chain), names in self._fields.items():
                if record == row.type and (changed is None or changed & names):
                    found |= _walk_back(row.id, chain, facts)
        return found


def _walk_back(record_id: str, chain: Chain, facts: IndexedFacts) -> set[str]:
    ids = {record_id}
    for record, field in reversed(chain):
        ids = {row.id for one in ids for row in facts.find(record, field, one)}
    return ids


def derive(reads: Reads, schemas: Mapping[str, Schema]) -> Dependencies | None:
    """The dependencies; None where they cannot be derived."""
    try:
        return Dependencies(reads, schemas)
    except (ValueError, KeyError):
        return None
