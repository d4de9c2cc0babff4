"""What a person does to records: checked against their schema, one write for each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime

from nq77tui.core import merge
from nq77tui.core.confirmation import confirmations
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.record import Dot, Json, Record, Sibling, Stamp
from nq77tui.core.schema import Field, Schema
from nq77tui.core.scope import RecordScope, Row
from nq77tui.core.text import normalise
from nq77tui.core.upgrade import ASIDE
from nq77tui.core.validation import calculated
from nq77tui.programme import Programme
from nq77tui.store.committing import Transaction
from nq77tui.store.coverage_reader import CoverageReader
from nq77tui.store.parked import Parked
from nq77tui.store.reference import candidates, check_record, find_area, reference_reader
from nq77tui.store.settings import StoreSettings
from nq77tui.store.storage import JournalStorage
from nq77tui.store.writer import Writer


class Editor(CoverageReader):
    """A reader that also writes: edits of records, each with the next counter of this replica."""

    def __init__(
        self,
        programme: Programme,
        settings: StoreSettings,
        storage: JournalStorage,
        writer: Writer,
        clock: Callable[[], datetime],
    ) -> None:
        super().__init__(programme, settings, storage, clock)
        self._writer = writer

    @property
    def operator(self) -> str:
        """The name written with every change."""
        return self._writer.operator

    def transaction(self, note: dict[str, Json] | None = None) -> Transaction:
        """All writes inside are one commit: there whole, or not at all.

        Args:
            note: kept with the commit in the history.
        """
        return self._writer.transaction(note)

    def after_commit(self, action: Callable[[], None]) -> None:
        """Do something once this transaction is on the disk."""
        self._writer.after_commit(action)

    # -- checking ------------------------------------------------------------------------------

    def scope(
        self, record_type: str, values: Mapping[str, Json], as_of: date | None = None
    ) -> RecordScope:
        """What the expressions of a record type can see."""
        self.schema(record_type)
        return RecordScope(
            values, self, self.today().isoformat(), as_of.isoformat() if as_of else ""
        )

    def check(
        self, record_type: str, values: Mapping[str, Json], record_id: str | None = None
    ) -> tuple[Problem, ...]:
        """Everything wrong or doubtful about a record that is to be saved."""
        return check_record(self, self.schema(record_type), values, record_id)

    def candidates(self, field: Field, values: Mapping[str, Json]) -> Iterator[Row]:
        """The records that a reference field may lead to."""
        return candidates(self, field, values)

    def read_reference(self, values: Mapping[str, Json]) -> Callable[[Field, str], str]:
        """Reads what people give for a reference: an id or an exact title."""
        return reference_reader(self, values)

    def find_area(self, given: str, day: str = "") -> str:
        """The area that people mean by an id, an official code or a name.

        Args:
            day: ISO text; of areas that share a name or a code, those that exist on it are
                meant. Today if empty.

        Raises:
            RefusedError: none, or several.
        """
        return find_area(self, normalise(given), day or self.today().isoformat())

    def _filled(self, schema: Schema, values: Mapping[str, Json]) -> dict[str, Json]:
        filled: dict[str, Json] = {n: v for n, v in values.items() if v is not None}
        filled.update(calculated(schema, self.scope(schema.record, filled)))
        return {name: value for name, value in filled.items() if value is not None}

    def key_id(self, schema: Schema, values: Mapping[str, Json]) -> str | None:
        """The id that a record's real-world key gives; None where the key is not complete."""
        if not schema.key or any(values.get(name) in (None, "", []) for name in schema.key):
            return None
        return merge.keyed_id(schema.record, [values[name] for name in schema.key])

    def _refuse_second(
        self, schema: Schema, values: Mapping[str, Json], but: str | None = None
    ) -> None:
        """Refuse a record whose real-world key another live record has."""
        record_id = self.key_id(schema, values)
        if record_id is None:
            return
        first = values[schema.key[0]]
        rows = self.find(schema.record, schema.key[0], first) if isinstance(first, str) else []
        same = [
            row.id
            for row in rows
            if all(row.values.get(name) == values[name] for name in schema.key)
        ]
        keyed = self.row(record_id)
        for other in [*same, *([keyed.id] if keyed else [])]:
            if other != but:
                raise RefusedError(Problem("repository.exists", {"id": other}))

    def _editable(self, record: Record) -> Record:
        """The record, if this programme knows what its fields mean.

        Raises:
            RefusedError: a newer programme has written it.
        """
        if not self.is_newer(record):
            return record
        schema = self.schema(record.type)
        shown = {"id": record.id, "label": schema.label}
        params = {**shown, "newest": record.schema, "version": schema.version}
        raise RefusedError(Problem("repository.newer_form", params))

    # -- what an operator saves ----------------------------------------------------------------

    def add(
        self,
        record_type: str,
        values: Mapping[str, Json],
        confirmed: Collection[Problem] = (),
    ) -> Record:
        """Save a new record.

        Args:
            confirmed: warnings about it that the operator has confirmed: kept with it.

        Raises:
            RefusedError: an error in a value, or a live record with the same key.
        """
        schema = self.schema(record_type)
        with self.transaction():
            filled = self._filled(schema, values)
            _refuse_errors(self.check(record_type, filled))
            self._refuse_second(schema, filled)
            record_id = self.key_id(schema, filled)
            filled.update(confirmations(confirmed, filled))
            dead = self.get(record_id) if record_id else None
            if dead is not None:
                self._editable(dead)
                # The record again, with what was typed now and nothing of what it held.
                again = {**dict.fromkeys(dead.fields), **filled}
                return self._writer.write(
                    lambda dot, stamp: merge.edit(dead, again, dot, stamp, schema=schema.form)
                )
            return self._writer.write(
                lambda dot, stamp: merge.create(
                    record_type, filled, dot, stamp, schema=schema.form, record_id=record_id
                )
            )

    def edit(
        self,
        record_id: str,
        changes: Mapping[str, Json],
        confirmed: Collection[Problem] = (),
    ) -> Record:
        """Save changed fields; None empties one. Problems that were there before do not block.

        Args:
            confirmed: warnings about it that the operator has confirmed: kept with it.

        Raises:
            RefusedError: no such record, or an error in what is changed or follows from it.
        """
        with self.transaction():
            record = self._editable(self.require(record_id))
            schema = self.schema(record.type)
            before = record.values
            after: dict[str, Json] = {**before, **changes}
            after.update(calculated(schema, self.scope(record.type, after)))
            known = {_place(problem) for problem in self.check(record.type, before, record_id)}
            _refuse_errors(
                problem
                for problem in self.check(record.type, after, record_id)
                if problem.params.get("field") in changes or _place(problem) not in known
            )
            if any(name in changes for name in schema.key):
                self._refuse_second(schema, after, record_id)
            after.update(confirmations(confirmed, after, record))
            changed = {
                name: value
                for name, value in after.items()
                if value != before.get(name) or type(value) is not type(before.get(name))
            }
            # A value typed again over siblings is a decision between them.
            changed.update({n: v for n, v in changes.items() if n in record.conflicts})
            if not changed and not record.is_dead:
                return record
            return self._writer.write(
                lambda dot, stamp: merge.edit(record, changed, dot, stamp, schema=schema.form)
            )

    def resolve(self, record_id: str, field: str, value: Json) -> Record:
        """Decide a conflict: a write that has seen all the values, and so wins everywhere.

        Raises:
            RefusedError: there is no conflict in that field.
        """
        with self.transaction():
            record = self.require(record_id)
            if field not in record.conflicts:
                params = {"id": record_id, "field": field}
                raise RefusedError(Problem("repository.no_conflict", params))
            if all(sibling.value != value for sibling in record.conflicts[field]):
                _refuse_errors(
                    problem
                    for problem in self.check(record.type, {**record.values, field: value})
                    if problem.params.get("field") == field
                )
            schema = self.programme.schemas.get(record.type)
            after: dict[str, Json] = {**record.values, field: value}
            follows = calculated(schema, self.scope(record.type, after)) if schema else {}
            return self.overwrite(record_id, {field: value, **follows})

    def settle_parked(self, parked: Parked, values: Mapping[str, Json]) -> Record:
        """Write what a person made of a value that a change of the schema could not take over.

        Raises:
            RefusedError: it waits for the programme and not for a person, or an error in a value.
        """
        if parked.is_newer:
            raise RefusedError(parked.problem)
        with self.transaction():
            record = self.edit(parked.record_id, values)
            if ASIDE in parked.field and record.get(parked.field) is not None:
                record = self.overwrite(parked.record_id, {parked.field: None})
            return record

    # -- what is not checked again -------------------------------------------------------------

    def overwrite(self, record_id: str, changes: Mapping[str, Json]) -> Record:
        """Write fields back as they were once: allowed then, so not checked again."""
        with self.transaction():
            record = self._editable(self.require(record_id))
            return self._writer.write(
                lambda dot, stamp: merge.edit(record, changes, dot, stamp, schema=record.schema)
            )

    def delete(self, record_id: str) -> Record:
        """Mark a record deleted.

        Raises:
            RefusedError: no such record.
        """
        return self._decide(record_id, merge.delete)

    def keep(self, record_id: str) -> Record:
        """Take a deletion back, or decide a contested one for the record.

        Raises:
            RefusedError: no such record.
        """
        return self._decide(record_id, merge.keep)

    def join_into(self, record_id: str, other_id: str) -> Record:
        """Delete a record and let its id lead to another's; see `store.joining`.

        Raises:
            RefusedError: no such record.
        """
        return self._decide(
            record_id, lambda record, dot, stamp: merge.join_into(record, other_id, dot, stamp)
        )

    def reopen(self, record_id: str, field: str, values: Sequence[Sibling]) -> Record:
        """Take a decision back: the values it was made between stand beside each other again.

        Args:
            field: its name; empty for the deletion markers.
        """
        record = self.require(record_id)
        return self._writer.write_several(
            len(values), lambda dots: merge.reopen(record, field, values, dots)
        )

    def _decide(self, record_id: str, decide: Callable[[Record, Dot, Stamp], Record]) -> Record:
        with self.transaction():
            record = self.require(record_id)
            return self._writer.write(lambda dot, stamp: decide(record, dot, stamp))

    def put_keyed(self, record_type: str, values: Mapping[str, Json]) -> Record:
        """Write a record of the engine's own, whose values are its key; it may be there already."""
        record_id = merge.keyed_id(record_type, list(values.values()))
        with self.transaction():
            known = self.get(record_id)
            if known is not None and not known.is_dead:
                return known
            return self._writer.write(
                lambda dot, stamp: (
                    merge.edit(known, values, dot, stamp)
                    if known
                    else merge.create(record_type, values, dot, stamp, record_id=record_id)
                )
            )

    def add_own(self, record_type: str, values: Mapping[str, Json]) -> Record:
        """Write a new record of the engine's own, named by its first write."""
        return self._writer.write(lambda dot, stamp: merge.create(record_type, values, dot, stamp))


def _refuse_errors(problems: Iterator[Problem] | tuple[Problem, ...]) -> None:
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise RefusedError(*errors)


def _place(problem: Problem) -> tuple[str, object]:
    return problem.key, problem.params.get("field")
