"""Which records are to be keyed a second time, what that has found, and what is decided about it.

`core.verification` says what is written. The record itself is touched by `Verifying.decide` alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from nq77tui.core.document import to_document
from nq77tui.core.merge import keyed_id
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.record import Json, Record
from nq77tui.core.screen import RecordScreen
from nq77tui.core.validation import relevant_fields
from nq77tui.core.verification import (
    FIRST,
    RESULT,
    SECOND,
    THIRD,
    VERIFICATION,
    Verification,
    are_same,
    compared,
    is_drawn,
    read_verification,
)
from nq77tui.store.repository import Repository
from nq77tui.store.way_back import BEFORE_TABLE

DUE, DIFFERS, DONE = "due", "differs", "done"
STATES = (DIFFERS, DUE, DONE)
"""In the order in which they want attention."""


@dataclass(frozen=True, slots=True)
class Item:
    """One record that is keyed again, or is to be.

    Attributes:
        state: one of `STATES`.
        verifications: its second keyings, the oldest first.
    """

    record_id: str
    record_type: str
    state: str
    verifications: tuple[Verification, ...] = ()

    @property
    def open(self) -> int:
        """How many differences nobody has decided about."""
        return sum(len(one.open) for one in self.verifications)


class Verifying:
    """The verification of a store."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    # -- reading -------------------------------------------------------------------------------

    def screens(self) -> list[RecordScreen]:
        """The screens of the record types that can be keyed again."""
        return [one for one in self._repository.programme.screens.values() if one.verify]

    def can_verify(self, record_type: str) -> bool:
        """Whether the programme says how a paper form of the type is found again."""
        screen = self._repository.programme.screens.get(record_type)
        return screen is not None and bool(screen.verify)

    def items(self) -> list[Item]:
        """All records that are due, differ or are done; differences first, then by type."""
        repository = self._repository
        asked, done = self._known()
        share = repository.settings.verify_share
        found = []
        for screen in self.screens():
            for row in repository.rows(screen.record):
                verifications = done.get(row.id, ())
                if verifications or row.id in asked or (share and is_drawn(row.id, share)):
                    found.append(_item(row.id, row.type, tuple(verifications)))
        return sorted(found, key=lambda item: STATES.index(item.state))

    def item(self, record_id: str) -> Item | None:
        """One live record with its second keyings, drawn or not."""
        row = self._repository.row(record_id)
        if row is None or not self.can_verify(row.type):
            return None
        return _item(row.id, row.type, tuple(self.of(row.id)))

    def of(self, record_id: str) -> list[Verification]:
        """The second keyings of a record, the oldest first."""
        rows = self._repository.find(VERIFICATION, "of", record_id)
        found = (self.get(row.id) for row in rows)
        return sorted((one for one in found if one), key=_age)

    def get(self, verification_id: str) -> Verification | None:
        """One second keying."""
        record = self._repository.get(verification_id)
        if record is None or record.type != VERIFICATION or record.is_dead:
            return None
        return read_verification(record)

    def all(self) -> Iterator[Verification]:
        """Every second keying that there is."""
        for row in self._repository.rows(VERIFICATION):
            if (found := self.get(row.id)) is not None:
                yield found

    def _known(self) -> tuple[set[str], dict[str, list[Verification]]]:
        """The records that somebody has asked for, and the second keyings by record."""
        asked: set[str] = set()
        done: dict[str, list[Verification]] = {}
        for row in self._repository.rows(VERIFICATION):
            of = row.values.get("of")
            record_id = self._repository.resolve_id(of) if isinstance(of, str) else ""
            verification = self.get(row.id)
            if verification is None:
                asked.add(record_id)
            else:
                done.setdefault(record_id, []).append(verification)
        for verifications in done.values():
            verifications.sort(key=_age)
        return asked, done

    def identifying(self, record_id: str) -> dict[str, Json]:
        """What names the paper form of a record.

        Raises:
            RefusedError: no such record, or its type is not keyed again.
        """
        record = self._verifiable(record_id)
        screen = self._repository.programme.screens[record.type]
        return {name: value for name in screen.verify if (value := record.get(name)) is not None}

    # -- writing -------------------------------------------------------------------------------

    def ask_for(self, record_ids: Iterable[str]) -> int:
        """Have records keyed again, whether they are drawn or not; one commit.

        Returns:
            How many were not asked for before.

        Raises:
            RefusedError: no such record, or its type is not keyed again.
        """
        count = 0
        with self._repository.transaction():
            for record_id in record_ids:
                record = self._verifiable(record_id)
                if self._repository.row(keyed_id(VERIFICATION, [record.id])) is None:
                    self._repository.put_keyed(VERIFICATION, {"of": record.id})
                    count += 1
        return count

    def key_again(self, record_id: str, keyed: Mapping[str, Json]) -> Verification:
        """Keep a second keying beside the record, which stays as it is.

        Raises:
            RefusedError: no such record, or its type is not keyed again.
        """
        with self._repository.transaction():
            record = self._verifiable(record_id)
            schema = self._repository.schema(record.type)
            names = self._compared_names(record, keyed)
            values = compared(schema, record, keyed, names, self._repository.resolve_id)
            written = read_verification(self._repository.add_own(VERIFICATION, values))
            assert written is not None
            return written

    def _compared_names(self, record: Record, keyed: Mapping[str, Json]) -> list[str]:
        """The fields of the form that either of the two asks for, as far as people type them."""
        repository, screen = self._repository, self._repository.programme.screens[record.type]
        schema = repository.schema(record.type)
        given = {**self.identifying(record.id), **keyed}
        asked = {
            name
            for values in (record.values, given)
            for name in relevant_fields(schema, repository.scope(record.type, values))
        }
        return [
            one.name
            for one in screen.form_fields()
            if one.name in asked
            and one.name not in screen.verify
            and schema.fields[one.name].calculation is None
        ]

    def decide(self, verification_id: str, decisions: Mapping[str, tuple[str, Json]]) -> Record:
        """Write what was decided about differences, and into the record what is right: one commit.

        Args:
            decisions: by field one of `RESULTS`, with the value where it is neither's.

        Returns:
            The record.

        Raises:
            RefusedError: a field is not open, the record is gone, or a value is wrong.
        """
        repository = self._repository
        with repository.transaction():
            verification = self.get(verification_id)
            if verification is None:
                raise RefusedError(Problem("verify.gone", {"id": verification_id}))
            record = self._verifiable(verification.of)
            open_now = {one.field: one for one in verification.open}
            changes: dict[str, Json] = {}
            results: dict[str, Json] = {}
            for name, (result, value) in decisions.items():
                if name not in open_now:
                    raise RefusedError(Problem("verify.decided", {"field": name}))
                one = open_now[name]
                if result == THIRD:
                    result = self._whose(record, name, value, one.first, one.second)
                results[name + RESULT] = result
                if result != FIRST:
                    changes[name] = one.second if result == SECOND else value
            # Taken back whole, even if the record was first keyed before the history here begins.
            before: dict[str, Json] = {
                one.id: dict(to_document(one))
                for one in (record, repository.require(verification_id))
            }
            repository.keep_aside(BEFORE_TABLE, before)
            if changes:
                record = self._write(record, changes)
            repository.overwrite(verification_id, results)
            return record

    def _whose(self, record: Record, name: str, value: Json, first: Json, second: Json) -> str:
        """Whose value somebody has typed as a third one."""
        field = self._repository.schema(record.type).fields.get(name)
        if field is None:
            raise RefusedError(Problem("verify.decided", {"field": name}))
        for result, keyed in ((FIRST, first), (SECOND, second)):
            if are_same(field, value, keyed, self._repository.resolve_id):
                return result
        return THIRD

    def _write(self, record: Record, changes: Mapping[str, Json]) -> Record:
        after = {**record.values, **changes}
        doubts = [
            problem
            for problem in self._repository.check(record.type, after, record.id)
            # Two have keyed it, and a third has decided: that is what confirming asks for.
            if problem.severity == "warning" and problem.params.get("field") in changes
        ]
        return self._repository.edit(record.id, changes, doubts)

    def _verifiable(self, record_id: str) -> Record:
        record = self._repository.require(self._repository.resolve_id(record_id))
        if record.is_dead:
            raise RefusedError(Problem("repository.no_record", {"id": record_id}))
        if not self.can_verify(record.type):
            params = {"record": record.type, "file": f"screens/{record.type}.toml"}
            raise RefusedError(Problem("verify.not_declared", params))
        return record


def _item(record_id: str, record_type: str, verifications: tuple[Verification, ...]) -> Item:
    is_open = any(one.open for one in verifications)
    state = DIFFERS if is_open else DONE if verifications else DUE
    return Item(record_id, record_type, state, verifications)


def _age(verification: Verification) -> tuple[int, str]:
    return verification.stamp.at, verification.id
