"""One row of a file becomes a new record, an edit, or nothing: the rules of the import.

* A row with an ``id`` edits that record, in the columns that the row gives; an empty cell
  empties its field.
* A row without an id whose key is complete is compared with the record of that key.
* Any other row is compared with the records of its type, in all columns of the file. Each record
  stands for one row, so that two equal rows are two records, and the same file read again finds
  both of them and adds nothing.
* What a cell says already is not written, so that nothing is decided by saying it again: not a
  conflict between two values either.
* A second row for the same record may not say anything else than the first.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Literal

from nq77tui.core.base32 import as_typed
from nq77tui.core.document import RESERVED
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.record import Json
from nq77tui.core.schema import Field, Schema
from nq77tui.exchange.reference_index import ReferenceIndex
from nq77tui.exchange.rows.cell import comparable, is_same, read_value
from nq77tui.exchange.rows.column import ID
from nq77tui.exchange.rows.raw_row import RawRow
from nq77tui.exchange.rows.table_file import TableFile
from nq77tui.store.repository import Repository

Outcome = Literal["added", "changed", "unchanged"]
_LONGEST_SHOWN = 60


class RowImporter:
    """Takes the rows of one file, one by one, inside a transaction."""

    def __init__(self, repository: Repository, schema: Schema, table: TableFile) -> None:
        self.warnings: dict[int, tuple[Problem, ...]] = {}
        self._repository = repository
        self._schema = schema
        self._file = table.name
        self._today = repository.today()
        self._fields = _reading_order(schema)
        self._columns = tuple(field.name for field in self._fields if field.name in table.columns)
        self._references = ReferenceIndex(repository)
        self._named_ids = {
            as_typed(str(row.cells[ID]).strip()) for row in table.rows if row.cells.get(ID)
        }
        self._twins: dict[Hashable, list[str]] | None = None
        self._first_of: dict[Hashable, int] = {}
        """The row that a record, or a set of values, was first met in."""

    def take(self, row: RawRow) -> Outcome:
        """Do what a row says.

        Raises:
            RefusedError: nothing was written for it; the problems name row and field.
        """
        try:
            if row.problem is not None:
                raise RefusedError(row.problem)
            record_id = self._record_id(row)
            return self._edit(row, record_id) if record_id else self._add(row)
        except RefusedError as error:
            raise RefusedError(
                *(self._placed(row, problem) for problem in error.problems)
            ) from None

    # -- a row that names its record -----------------------------------------------------------

    def _record_id(self, row: RawRow) -> str:
        """The id in the row; empty where it names none.

        Raises:
            RefusedError: it is no live record of this type.
        """
        given = row.cells.get(ID)
        text = given.strip() if isinstance(given, str) else "" if given is None else str(given)
        if not text:
            return ""
        record_id = as_typed(text)
        record = self._repository.get(record_id)
        params: dict[str, object] = {"id": text[:_LONGEST_SHOWN]}
        if record is None:
            raise RefusedError(Problem("exchange.no_such_id", params))
        if record.type != self._schema.record:
            params |= {"found": record.type, "wanted": self._schema.record}
            raise RefusedError(Problem("exchange.other_type", params))
        if record.is_dead:
            raise RefusedError(Problem("exchange.deleted_id", params))
        return record_id

    def _edit(self, row: RawRow, record_id: str) -> Outcome:
        before = self._stored(record_id)
        self._refuse_carried(row, before)
        return self._change(row, record_id, before, self._read(row, before))

    def _change(
        self, row: RawRow, record_id: str, before: Mapping[str, Json], values: Mapping[str, Json]
    ) -> Outcome:
        changes = {
            name: value
            for name, value in values.items()
            if comparable(value) != comparable(before.get(name))
        }
        first = self._first_of.setdefault(record_id, row.number)
        if not changes:
            return "unchanged"
        if first != row.number:
            raise RefusedError(Problem("exchange.row_twice", {"first": first}))
        try:
            self._repository.edit(record_id, changes)
        except RefusedError:
            del self._first_of[record_id]
            raise
        self._written(row, record_id)
        return "changed"

    # -- a row that does not -------------------------------------------------------------------

    def _add(self, row: RawRow) -> Outcome:
        self._refuse_carried(row, {})
        values = self._read(row, {})
        key_id = self._repository.key_id(self._schema, values)
        if key_id is not None and self._repository.row(key_id) is not None:
            return self._change(row, key_id, self._stored(key_id), values)
        twin_key = None if key_id else self._twin_key(values)
        if twin_key is not None and self._claim_twin(twin_key):
            self._first_of.setdefault(twin_key, row.number)
            return "unchanged"
        record = self._repository.add(self._schema.record, values)
        met = record.id if twin_key is None else twin_key
        first = self._first_of.setdefault(met, row.number)
        self._written(row, record.id)
        if first != row.number:
            self._warn(row, Problem("exchange.same_row", {"first": first}, "warning"))
        return "added"

    def _twin_key(self, values: Mapping[str, Json]) -> Hashable:
        return tuple(comparable(values.get(name)) for name in self._columns)

    def _claim_twin(self, key: Hashable) -> bool:
        """Whether a record holds the same in all columns, and no other row stands for it."""
        if self._twins is None:
            self._twins = {}
            for row in self._repository.rows(self._schema.record):
                if row.id not in self._named_ids:
                    self._twins.setdefault(self._twin_key(row.values), []).append(row.id)
        found = self._twins.get(key)
        return bool(found and found.pop())

    # -- reading -------------------------------------------------------------------------------

    def _read(self, row: RawRow, before: Mapping[str, Json]) -> dict[str, Json]:
        """What the row gives, but for the cells that only repeat what is stored.

        Raises:
            RefusedError: with what is wrong in each field.
        """
        values: dict[str, Json] = {}
        problems: list[Problem] = []
        for field in self._fields:
            given = row.cells.get(field.name)
            if field.name not in row.cells or (
                before and is_same(field, given, before.get(field.name))
            ):
                continue
            try:
                values[field.name] = self._value(field, given, before, values)
            except RefusedError as error:
                place = {"field": field.name, "label": field.label}
                problems += (
                    Problem(problem.key, {**problem.params, **place}) for problem in error.problems
                )
        if problems:
            raise RefusedError(*problems)
        return values

    def _value(
        self, field: Field, given: Json, before: Mapping[str, Json], values: Mapping[str, Json]
    ) -> Json:
        def lookup(field: Field, text: str) -> str:
            others = {**before, **values}
            return self._references.read(field, text, others, self._schema.record)

        return read_value(field, given, self._today, lookup=lookup)

    def _refuse_carried(self, row: RawRow, before: Mapping[str, Json]) -> None:
        """Fields unknown to the schema are carried along; nobody may add or change one."""
        for name, given in row.cells.items():
            is_known = name == ID or name in self._schema.fields
            if not is_known and comparable(given) != comparable(before.get(name)):
                params = {"record": self._schema.record, "field": name}
                raise RefusedError(Problem("validation.unknown_field", params))

    # -- noting --------------------------------------------------------------------------------

    def _stored(self, record_id: str) -> dict[str, Json]:
        row = self._repository.row(record_id)
        values = row.values if row else {}
        return {n: v for n, v in values.items() if n != RESERVED and v is not None}

    def _written(self, row: RawRow, record_id: str) -> None:
        stored = self._repository.row(record_id)
        assert stored is not None
        self._references.note(stored)
        values = self._stored(record_id)
        for problem in self._repository.check(self._schema.record, values, record_id):
            if problem.severity == "warning":
                self._warn(row, problem)

    def _warn(self, row: RawRow, problem: Problem) -> None:
        placed = self._placed(row, problem)
        self.warnings[row.number] = (*self.warnings.get(row.number, ()), placed)

    def _placed(self, row: RawRow, problem: Problem) -> Problem:
        params = {
            name: value[:_LONGEST_SHOWN] + "…"
            if name == "value" and isinstance(value, str) and len(value) > _LONGEST_SHOWN
            else value
            for name, value in problem.params.items()
        }
        params |= {"file": self._file, "row": row.number}
        return Problem(problem.key, params, problem.severity)


def _reading_order(schema: Schema) -> tuple[Field, ...]:
    """The fields, references last: their candidates depend on the other values.

    Those that depend on other references come at the very end. Calculated fields are left out:
    they are nobody's to give.
    """

    def place(field: Field) -> int:
        if not field.is_reference:
            return 0
        used = field.choice_filter.fields if field.choice_filter else frozenset()
        references = {reference.name for reference in schema.references} - {field.name}
        return 2 if any(path[0] in references for path in used) else 1

    return tuple(sorted((f for f in schema if f.calculation is None), key=place))
