"""A repository for a user who may not see or change everything.

The one place where rights are kept: what goes out passes `Sight`, what goes in passes the writer's
`WriteRule`. Checks, calculations and counts still rest on all records: whether a code is taken, or
who a household's cadre is, does not depend on who asks. Titles are read for all records, so that
what a record of one's own refers to has a name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn

from nq77tui.core.area_tree import Facts
from nq77tui.core.counting.coverage import Coverage
from nq77tui.core.counting.dependency import IndexedFacts, RowChange
from nq77tui.core.document import id_of_doc_id, is_doc_id
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.record import Json, Record, Sibling
from nq77tui.core.scope import RecordScope, Row
from nq77tui.programme import Programme
from nq77tui.store.history import Commit
from nq77tui.store.lookalikes import Lookalikes
from nq77tui.store.parked import Parked
from nq77tui.store.progress import Watch, WatchedFacts, unwatched
from nq77tui.store.repository import Repository
from nq77tui.store.rights import Rights
from nq77tui.store.settings import StoreSettings
from nq77tui.store.sight import SeenFacts, SeenLookalikes, Sight
from nq77tui.store.storage import JournalStorage
from nq77tui.store.tables import Document
from nq77tui.store.write_rule import LimitedRule
from nq77tui.store.writer import Writer


class LimitedRepository(Repository):
    """The records of one store, as far as a user may see and change them."""

    def __init__(
        self,
        folder: Path,
        programme: Programme,
        settings: StoreSettings,
        storage: JournalStorage,
        writer: Writer,
        clock: Callable[[], datetime],
        rights: Rights,
    ) -> None:
        super().__init__(folder, programme, settings, storage, writer, clock, rights)
        self._every = Repository(folder, programme, settings, storage, writer, clock)
        today = self._every.today
        self._kept_sight = Sight(
            rights, programme.schemas, self._every, lambda: today().isoformat()
        )
        self._tree_type = next(one.record for one in programme.schemas.values() if one.tree)
        self._rule = LimitedRule(rights, programme, self._every, lambda: self._sight)
        writer.rule = self._rule

    def refuse_unknown_areas(self) -> None:
        """Refuse to go on for a user whose areas are none: a slip of the pen would hide all.

        Raises:
            RefusedError: an area of the user's rights is not in the store.
        """
        for area in self.rights.areas:
            row = self._every.row(area)
            if row is None or row.type != self._tree_type:
                params = {**self.rights.params(), "area": area}
                raise RefusedError(Problem("rights.unknown_area", params))

    @property
    def _sight(self) -> Sight:
        self._kept_sight.look_at(self._storage.tables)
        return self._kept_sight

    @property
    def sees_all(self) -> bool:
        """Whether records are kept from the user."""
        return not self.rights.areas

    def why_read_only(self) -> Problem | None:
        """Why nothing can be written; None where it can."""
        if self.rights.is_viewer:
            return Problem("rights.viewer", self.rights.params())
        return super().why_read_only()

    # -- reading -------------------------------------------------------------------------------

    def records(self, record_type: str) -> Iterator[Record]:
        """All sound records of a type that the user sees."""
        return self._sight.records(self._every.records(record_type))

    def get(self, record_id: str) -> Record | None:
        """One record, dead or alive; None where there is none that the user sees."""
        return self._sight.record(self._every.get(record_id))

    def require(self, record_id: str) -> Record:
        """One record, dead or alive.

        Raises:
            RefusedError: there is none, or it lies in none of the user's areas.
        """
        record = self._every.require(record_id)
        seen = self._sight.record(record)
        if seen is None:
            raise RefusedError(self._rule.not_yours(record))
        return seen

    def row(self, record_id: str) -> Row | None:
        """A live record's displayed values; None where there is none that the user sees."""
        return self._sight.row(self._every.row(record_id))

    def rows(self, record_type: str) -> Iterator[Row]:
        """All live records of a type that the user sees."""
        for key, values in self.live(record_type):
            yield Row(id_of_doc_id(int(key)), record_type, values)

    def live(self, record_type: str) -> Iterator[tuple[str, Mapping[str, Json]]]:
        """TinyDB id and displayed values of all live records of a type that the user sees."""
        sight, schema = self._sight, self.programme.schemas.get(record_type)
        mask = sight.mask(record_type)
        limited, by_area = not self.sees_all, schema if schema and schema.area else None
        for key, values in self._every.live(record_type):
            if limited:
                if by_area is not None:
                    if not sight.is_inside(by_area, values):
                        continue
                elif not sight.sees(record_type, id_of_doc_id(int(key)), values):
                    continue
            yield key, mask(values) if mask else values

    def find(self, record_type: str, field: str, value: str) -> list[Row]:
        """The live records whose field has a value, from an index."""
        sensitive = self._sight.sensitive(record_type)
        if field in sensitive:
            return []  # who may not read a number may not ask for it either
        found = self._every.find(record_type, field, value)
        return [row for one in found if (row := self._sight.row(one)) is not None]

    def count(self, record_type: str) -> int:
        """How many live records of a type the user sees."""
        if not self.rights.areas:
            return self._every.count(record_type)
        now = self._storage.generation(record_type), self._sight.version
        known = self._counts.get(record_type)
        if known is None or known[0] != now:
            known = self._counts[record_type] = now, sum(1 for _ in self.live(record_type))
        return known[1]

    def conflicted(self) -> list[Record]:
        """Records with something that a merge could not decide."""
        return list(self._sight.records(self._every.conflicted()))

    def deleted(self) -> list[Record]:
        """The records that are dead."""
        return list(self._sight.records(self._every.deleted()))

    def parked_in(self, record_id: str) -> tuple[Parked, ...]:
        """What waits in one live record."""
        return tuple(filter(self._sees_parked, self._every.parked_in(record_id)))

    def parked(self) -> tuple[Parked, ...]:
        """What waits for a newer programme, or for a person."""
        return tuple(filter(self._sees_parked, self._every.parked()))

    def _sees_parked(self, parked: Parked) -> bool:
        is_masked = parked.field in self._sight.sensitive(parked.record_type)
        return not is_masked and self.get(parked.record_id) is not None

    def documents(self, record_type: str) -> Iterator[tuple[str, Mapping[str, Json]]]:
        """The stored documents of a type that the user sees, and those that are none."""
        for key, document in self._every.documents(record_type):
            if (seen := self._document(record_type, key, document)) is not None:
                yield key, seen

    def document(self, record_type: str, key: str) -> Mapping[str, Json] | None:
        """The stored document behind a TinyDB id."""
        found = self._every.document(record_type, key)
        return None if found is None else self._document(record_type, key, found)

    def _document(
        self, record_type: str, key: str, document: Mapping[str, Json]
    ) -> Mapping[str, Json] | None:
        if not isinstance(document, Mapping) or not key.isdigit() or not is_doc_id(int(key)):
            return document if not self.rights.areas else None
        [seen] = [*self._sight.operations([["u", record_type, key, dict(document)]]), None][:1]
        return None if seen is None else seen[3]

    def canonical_tables(self, watch: Watch = unwatched) -> dict[str, dict[str, Document]]:
        """All records as TinyDB tables: for those who see them all, and as they are.

        Raises:
            RefusedError: the user does not; what was left out or masked would spread by merging.
        """
        self.rights.refuse_unless_whole("export_all")
        return super().canonical_tables(watch)

    @property
    def lookalikes(self) -> Lookalikes:
        """Finds the records that look like one."""
        return SeenLookalikes(self._every.lookalikes, self.row)

    def commits(self) -> Iterator[Commit]:
        """Every commit that is still known here, as far as the user sees it."""
        return map(self._seen_commit, super().commits())

    def commits_back(self, holding: str = "") -> Iterator[Commit]:
        """The same, newest first."""
        return map(self._seen_commit, super().commits_back(holding))

    def _seen_commit(self, commit: Commit) -> Commit:
        return replace(commit, operations=list(self._sight.operations(commit.operations)))

    def _as_it_is(self, record_id: str) -> Record:
        self.require(record_id)
        return self._every.require(record_id)

    # -- checking ------------------------------------------------------------------------------

    def scope(
        self, record_type: str, values: Mapping[str, Json], as_of: date | None = None
    ) -> RecordScope:
        """What the expressions of a record type can see: also what lies elsewhere."""
        return self._every.scope(record_type, values, as_of)

    def check(
        self, record_type: str, values: Mapping[str, Json], record_id: str | None = None
    ) -> tuple[Problem, ...]:
        """Everything wrong or doubtful about a record; nothing about numbers that are masked."""
        found = self._every.check(record_type, values, record_id)
        sensitive = self._sight.sensitive(record_type)
        return tuple(one for one in found if one.params.get("field") not in sensitive)

    def find_area(self, given: str, day: str = "") -> str:
        """The area of the user's that people mean by an id, a code or a name.

        Raises:
            RefusedError: none, several, or somebody else's.
        """
        area = super().find_area(given, day)
        if not self._sight.is_own_area(area):
            raise RefusedError(self._rule.not_yours(self._every.require(area)))
        return area

    # -- coverage ------------------------------------------------------------------------------

    def seen_facts(self, facts: Facts) -> Facts:
        """Of some records those in the user's areas."""
        return facts if self.sees_all else SeenFacts(facts, self._sight, self._tree_type)

    def coverage(self, as_of: str, watch: Watch = unwatched) -> Coverage:
        """All metrics and figures of the user's areas on a day (ISO text)."""
        return self.coverage_of(WatchedFacts(self._every, watch, "cover"), as_of)

    def coverage_of(self, facts: Facts, as_of: str, *, counts_now: bool = True) -> Coverage:
        """Coverage of some records, as far as they lie in the user's areas."""
        if not self.rights.areas:
            return super().coverage_of(facts, as_of, counts_now=counts_now)
        programme = self.programme
        return _CountedAnew(
            programme.schemas,
            programme.metrics,
            programme.figures,
            SeenFacts(facts, self._sight, self._tree_type),
            as_of=as_of,
            today=self.today().isoformat(),
            counts_now=counts_now,
        )

    # -- writing: by the repository of all records, whose writer asks the rule -------------------

    def keep_settings(self, **changes: Any) -> None:
        """Keep what the users of this store chose.

        Raises:
            RefusedError: who may what is to be changed by somebody who may not.
        """
        if changes.keys() & {"rights", "roles"}:
            self.rights.refuse_unless_whole("rights")
        super().keep_settings(**changes)

    def add(
        self, record_type: str, values: Mapping[str, Json], confirmed: Collection[Problem] = ()
    ) -> Record:
        """Save a new record."""
        return self._every.add(record_type, values, confirmed)

    def edit(
        self, record_id: str, changes: Mapping[str, Json], confirmed: Collection[Problem] = ()
    ) -> Record:
        """Save changed fields; None empties one."""
        return self._every.edit(record_id, changes, confirmed)

    def overwrite(self, record_id: str, changes: Mapping[str, Json]) -> Record:
        """Write fields back as they were once."""
        return self._every.overwrite(record_id, changes)

    def resolve(self, record_id: str, field: str, value: Json) -> Record:
        """Decide a conflict."""
        return self._every.resolve(record_id, field, value)

    def settle_parked(self, parked: Parked, values: Mapping[str, Json]) -> Record:
        """Write what a person made of a value that a change of the schema could not take over."""
        return self._every.settle_parked(parked, values)

    def delete(self, record_id: str) -> Record:
        """Mark a record deleted."""
        return self._every.delete(record_id)

    def keep(self, record_id: str) -> Record:
        """Take a deletion back, or decide a contested one for the record."""
        return self._every.keep(record_id)

    def join_into(self, record_id: str, other_id: str) -> Record:
        """Delete a record and let its id lead to another's."""
        return self._every.join_into(record_id, other_id)

    def reopen(self, record_id: str, field: str, values: Sequence[Sibling]) -> Record:
        """Take a decision back."""
        return self._every.reopen(record_id, field, values)

    def put_keyed(self, record_type: str, values: Mapping[str, Json]) -> Record:
        """Write a record of the engine's own."""
        return self._every.put_keyed(record_type, values)

    def take_in(self, *_: Any, **__: Any) -> NoReturn:
        """Put merged records in place: a supervisor's work."""
        raise RefusedError(Problem("rights.no_merge", self.rights.params()))

    def stored(self, *_: Any, **__: Any) -> NoReturn:
        """The stored documents as they are: for a merge."""
        raise RefusedError(Problem("rights.no_merge", self.rights.params()))

    def rename(self, *_: Any, **__: Any) -> NoReturn:
        """Give writes that another machine named alike their own name: part of a merge."""
        raise RefusedError(Problem("rights.no_merge", self.rights.params()))


class _CountedAnew(Coverage):
    """Of a user's few areas everything is counted again: what leaves them cannot be followed."""

    def follow(self, changes: Sequence[RowChange], facts: IndexedFacts) -> bool:
        return not changes
