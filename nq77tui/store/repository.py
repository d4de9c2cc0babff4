"""Records in and out of a store: the one door to the data for everything above.

Hands out frozen records and read-only rows. Every write is an edit of a record with the next
counter of this replica; a transaction of several is one commit.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Self

from nq77tui.core import merge
from nq77tui.core.area_tree import AreaTree, Facts
from nq77tui.core.confirmation import confirmations
from nq77tui.core.counting.coverage import Coverage
from nq77tui.core.document_merge import Document
from nq77tui.core.problem import Problem, RefusedError, cause_of
from nq77tui.core.record import Dot, Json, Record, Sibling, Stamp
from nq77tui.core.renaming import Renaming
from nq77tui.core.schema import Field, Schema
from nq77tui.core.scope import RecordScope, Row
from nq77tui.core.text import normalise
from nq77tui.core.upgrade import ASIDE
from nq77tui.core.validation import calculated
from nq77tui.programme import Programme
from nq77tui.store.creation import SNAPSHOT
from nq77tui.store.disclosures import note_disclosure
from nq77tui.store.drafts import Drafts
from nq77tui.store.epochs import Epochs
from nq77tui.store.foreign_edits import adopt_foreign_edits
from nq77tui.store.history import Commit
from nq77tui.store.live_coverage import LiveCoverage
from nq77tui.store.parked import Parked
from nq77tui.store.paths import StorePaths
from nq77tui.store.peer_book import PeerBook
from nq77tui.store.peers import Peer
from nq77tui.store.progress import Watch, unwatched
from nq77tui.store.reader import Reader
from nq77tui.store.reference import candidates, check_record, find_area, reference_reader
from nq77tui.store.rights import Rights, rights_of, system_user
from nq77tui.store.settings import FILE_NAME, StoreSettings, load_settings, save_settings
from nq77tui.store.storage import JournalStorage, Transaction
from nq77tui.store.strata import ahead, behind, bring_up, put_aside
from nq77tui.store.writer import Writer

_AT_ONCE = 512
"""Merged records that are put in place between two looks at whether to stop."""
EVERYTHING = Rights("")


class Repository(Reader):
    """The records of one store, under one programme."""

    def __init__(
        self,
        folder: Path,
        programme: Programme,
        settings: StoreSettings,
        storage: JournalStorage,
        writer: Writer,
        clock: Callable[[], datetime],
        rights: Rights = EVERYTHING,
    ) -> None:
        super().__init__(programme, settings, storage, clock)
        self.folder = folder
        self.rights = rights
        """What the user of this process may see and change."""
        self._writer = writer
        self._own_notices: list[Problem] = []
        self.peer_book = PeerBook(storage, writer, clock)
        """What is known of the other machines, and what they have received."""

    @classmethod
    def open(
        cls,
        folder: Path,
        programme: Programme,
        *,
        operator: str,
        clock: Callable[[], datetime],
        read_only: bool = False,
        state_folder: Path | None = None,
        user: str | None = None,
        watch: Watch = unwatched,
    ) -> Repository:
        """Open the store in a folder, as far as its user may see and change it.

        Args:
            operator: the name written with every change.
            clock: the time now, with its zone.
            state_folder: where the right to write is kept; the user's state folder if None.
            user: whose rights hold; the system's user of this process if None.
            watch: told how far bringing an older store up is.

        Raises:
            RefusedError: there is none, it is damaged or newer, or another programme's.
            StoppedError: as `watch` said; the store is as before.
        """
        if not (folder / SNAPSHOT).exists():
            if StorePaths.of(folder / SNAPSHOT).has_remains:
                raise RefusedError(Problem("storage.snapshot_gone", {"file": SNAPSHOT}))
            raise RefusedError(Problem("storage.no_store", {"folder": str(folder)}))
        settings = load_settings(folder) or StoreSettings(programme.id, programme.version)
        if settings.programme != programme.id:
            found = {"found": settings.programme, "wanted": programme.id, "folder": str(folder)}
            raise RefusedError(Problem("storage.other_programme", found))
        rights = rights_of(user or system_user(), settings.rights, settings.roles)
        read_only = read_only or rights.is_viewer
        try:
            storage = JournalStorage(
                folder / SNAPSHOT, read_only=read_only, history_bytes=settings.history_mb << 20
            )
        except OSError as error:
            params = {"folder": str(folder), "detail": cause_of(error)}
            raise RefusedError(Problem("storage.cannot_open", params)) from error
        writer = Writer(storage, operator, clock, state_folder)
        try:
            # By the program, whoever has started it.
            every = cls(folder, programme, settings, storage, writer, clock, rights)
            every._meet_foreign()
            every._meet_programme(watch)
            return every if rights.is_whole else every._limited()
        except BaseException:
            storage.close(fold=False)
            raise

    def _limited(self) -> Repository:
        """The same store for a user who may not see or change everything."""
        from nq77tui.store.limited import LimitedRepository  # which is a repository

        limited = LimitedRepository(
            self.folder,
            self.programme,
            self.settings,
            self._storage,
            self._writer,
            self._clock,
            self.rights,
        )
        limited._own_notices = self._own_notices
        limited.refuse_unknown_areas()
        return limited

    def _meet_foreign(self) -> None:
        """Make writes of what something else has just changed in the snapshot."""
        keys = {notice.key for notice in self._storage.notices}
        if "storage.foreign_snapshot" in keys and not self._storage.read_only:
            with self.transaction():
                adopt_foreign_edits(self._storage, self._writer)

    def _meet_programme(self, watch: Watch) -> None:
        """Bring up what an older programme wrote, and say what a newer one did."""
        schemas = self.programme.schemas
        if not self._storage.read_only and behind(self._storage, schemas):
            with self.transaction():
                older = behind(self._storage, schemas)
                found = [bring_up(self._storage, one, watch) for one in older]
                self._own_notices = [notice for notice in found if notice]
        self._own_notices += ahead(self._storage, schemas)
        kept, version = self.settings.programme_version, self.programme.version
        if kept < version and not self._storage.read_only:
            self.keep_settings(programme_version=version)
        elif kept > version and not self._own_notices:
            params = {"found": kept, "version": version}
            self._own_notices = [Problem("storage.newer_programme", params, "warning")]

    def close(self, *, fold: bool = True) -> None:
        """Let go of the files.

        Args:
            fold: the journal into the snapshot, so that stock TinyDB reads everything; without
                it, only where the journal has grown (see `JournalStorage.close`).
        """
        self._storage.close(fold=fold)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # -- reading -------------------------------------------------------------------------------

    @property
    def notices(self) -> list[Problem]:
        """What the store had to tell people since it was opened, the oldest first of each kind."""
        return [*self._storage.notices, *self._writer.notices, *self._own_notices]

    def why_read_only(self) -> Problem | None:
        """Why nothing can be written; None where it can."""
        return self._storage.why_read_only()

    def open_again(self) -> None:
        """Open the store from disk again after the disk did not confirm a write.

        Raises:
            RefusedError: what the disk holds now cannot be opened; it stays read-only.
        """
        self._storage.reopen()

    def look_at_room(self) -> None:
        """Notice when the disk is nearly full; one call of the system."""
        self._storage.look_at_room()

    @property
    def drafts(self) -> Drafts:
        """The forms of this store that were not finished, kept outside of it."""
        return Drafts(self._writer.place_folder("drafts"))

    @property
    def operator(self) -> str:
        """The name written with every change."""
        return self._writer.operator

    @property
    def replica(self) -> str:
        """The id under which this store writes; empty before its first write."""
        return self._writer.replica

    def keep_settings(self, **changes: Any) -> None:
        """Keep what the users of this store chose; a notice says where that is not possible."""
        self.settings = replace(self.settings, **changes)
        if not changes.keys() & {"rights", "roles"}:
            # Who may what stays as a supervisor may just have set it.
            kept = load_settings(self.folder) or self.settings
            self.settings = replace(self.settings, rights=kept.rights, roles=kept.roles)
        try:
            save_settings(self.folder, self.settings)
        except OSError as error:
            detail = cause_of(error)
            params = {"file": FILE_NAME, "detail": detail}
            if changes.keys() & {"rights", "roles"}:
                raise RefusedError(Problem("storage.settings_not_kept", params)) from None
            problem = Problem("storage.settings_not_kept", params, "warning")
            if problem not in self._own_notices:
                self._own_notices.append(problem)

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

    @property
    def sees_all(self) -> bool:
        """Whether no record is kept from the user."""
        return True

    def reveal(self, record_ids: Sequence[str]) -> list[Record]:
        """Records of one type with their personal numbers as they are, noted before that.

        Raises:
            RefusedError: the user may not see them, or it cannot be noted.
        """
        if not self.rights.reveals:
            raise RefusedError(Problem("rights.no_reveal", self.rights.params()))
        records = [self._as_it_is(record_id) for record_id in record_ids]
        named = [record for record in records if any(map(record.get, self._sensitive(record)))]
        if named:
            note_disclosure(
                self.folder,
                self.now(),
                self.operator,
                "shown",
                user=self.rights.user,
                record=named[0].type,
                ids=[record.id for record in named],
            )
        return records

    def _sensitive(self, record: Record) -> Collection[str]:
        schema = self.programme.schemas.get(record.type)
        return schema.sensitive if schema else ()

    def _as_it_is(self, record_id: str) -> Record:
        return self.require(record_id)

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

    # -- writing -------------------------------------------------------------------------------

    def transaction(self, note: dict[str, Json] | None = None) -> Transaction:
        """All writes inside are one commit: there whole, or not at all.

        Args:
            note: kept with the commit in the history.
        """
        return self._writer.transaction(note)

    def commits(self) -> Iterator[Commit]:
        """Every commit that is still known here, oldest first."""
        return self._writer.commits()

    def commits_back(self, holding: str = "") -> Iterator[Commit]:
        """The same, newest first, read only as far as is asked for.

        Args:
            holding: a text without which a commit is passed over.
        """
        return self._writer.commits_back(holding)

    def is_mine(self, commit: Commit) -> bool:
        """Whether this user wrote a commit in this store."""
        return self._writer.is_mine(commit)

    def counter_after(self, commit: Commit) -> int:
        """The counter of this replica as a commit left it; 0 where the commit did not write."""
        return self._writer.counter_after(commit)

    def overwrite(self, record_id: str, changes: Mapping[str, Json]) -> Record:
        """Write fields back as they were once: allowed then, so not checked again."""
        with self.transaction():
            record = self._editable(self.require(record_id))
            return self._writer.write(
                lambda dot, stamp: merge.edit(record, changes, dot, stamp, schema=record.schema)
            )

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

    def _filled(self, schema: Schema, values: Mapping[str, Json]) -> dict[str, Json]:
        filled: dict[str, Json] = {n: v for n, v in values.items() if v is not None}
        filled.update(calculated(schema, self.scope(schema.record, filled)))
        return {name: value for name, value in filled.items() if value is not None}

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

    def _decide(self, record_id: str, decide: Callable[[Record, Dot, Stamp], Record]) -> Record:
        with self.transaction():
            record = self.require(record_id)
            return self._writer.write(lambda dot, stamp: decide(record, dot, stamp))

    def take_in(
        self,
        records: Iterable[Record],
        heard: Mapping[str, int],
        chains: Mapping[str, str] | None = None,
        peers: Iterable[Peer] = (),
        epochs: Epochs | None = None,
        aside: Iterable[Record] = (),
        watch: Watch = unwatched,
        *,
        documents: Sequence[tuple[str, str, Document]] = (),
    ) -> None:
        """Put merged records in place.

        Args:
            documents: others as their record type, TinyDB id and document, which is proved sound,
                in the programme's form, and changed by nobody from now on.
            heard: what the store includes of each replica now.
            chains: the hash over the commits of replicas at those counters, where it was told.
            peers: what other machines told of themselves and of each other.
            epochs: which runs of which machines wrote all that.
            aside: copies in newer forms, which are kept beside those in the programme's.
            watch: told how far it is.

        Raises:
            StoppedError: as `watch` said; nothing is in place.
        """
        with self.transaction():
            whole = list(records)
            of = len(documents) + len(whole)
            # So many at once cost half; all at once would keep every key waiting.
            for start in range(0, len(documents), _AT_ONCE):
                watch("merge", start, of)
                self._writer.put_documents(documents[start : start + _AT_ONCE])
            for start in range(0, len(whole), _AT_ONCE):
                watch("merge", len(documents) + start, of)
                self._writer.put(*whole[start : start + _AT_ONCE])
            watch("merge", of, of)
            for record in aside:
                put_aside(self._storage, record)
            self._writer.hear(heard, chains, epochs)
            self.peer_book.learn(peers)
            self.peer_book.tell_of_myself()

    def stored(self, record_type: str) -> Mapping[str, Any]:
        """The stored documents of a type by TinyDB id, not yet proved sound, for a merge.

        Not to be changed, nor what is in it.
        """
        return MappingProxyType(self._storage.tables.table(record_type))

    def holds(self, key: str) -> bool:
        """Whether a record of whatever type stands behind a TinyDB id."""
        return self._storage.tables.by_name.table_with(key) is not None

    def keep_aside(self, table: str, row: Mapping[str, Json]) -> None:
        """Keep something with the commit, in the history only; inside a transaction."""
        # Put and dropped again: the journal line holds it, the snapshot never does.
        self._storage.do(["i", table, "1", dict(row)], is_mine=True)
        self._storage.do(["x", table])

    def after_commit(self, action: Callable[[], None]) -> None:
        """Do something once this transaction is on the disk."""
        self._writer.after_commit(action)

    def local_time(self) -> datetime:
        """The time in this machine's zone, for people."""
        return self._clock()

    def area_tree(self) -> AreaTree:
        """The areas as they stand today."""
        return self.area_tree_on(self.today().isoformat())

    def area_tree_on(self, day: str) -> AreaTree:
        """The areas as they stood on a day (ISO text)."""
        return AreaTree(self.programme.schemas, self, day)

    def coverage(self, as_of: str) -> Coverage:
        """All metrics and figures of all areas on a day (ISO text), counted from nothing."""
        return self.coverage_of(self, as_of)

    def coverage_of(self, facts: Facts, as_of: str, *, counts_now: bool = True) -> Coverage:
        """Coverage of some records, which stay as they are while they are counted.

        Args:
            counts_now: count everything here, not step by step by `Coverage.counting`.
        """
        programme = self.programme
        return Coverage(
            programme.schemas,
            programme.metrics,
            programme.figures,
            facts,
            as_of=as_of,
            today=self.today().isoformat(),
            counts_now=counts_now,
        )

    def seen_facts(self, facts: Facts) -> Facts:
        """Of some records those that this user may count."""
        return facts

    @cached_property
    def live_coverage(self) -> LiveCoverage:
        """Coverage as of today, kept up to date by what is committed."""
        return LiveCoverage(self, self._storage)

    def heard(self) -> dict[str, int]:
        """The highest counter of each replica that this store includes."""
        return self._writer.heard()

    def chain(self) -> str:
        """The hash over all commits of this replica."""
        return self._writer.chain()

    def chains(self) -> dict[str, str]:
        """The hash over all commits of each replica up to its counter, where it is known."""
        return self._writer.chains()

    def epochs(self) -> Epochs:
        """Which runs of which machines wrote what this store has heard of."""
        return self._writer.epochs()

    def rename(self, renamings: Iterable[Renaming], records: Mapping[str, Record]) -> None:
        """Give writes that another machine named alike their own name.

        Args:
            records: what each record whose id or history changes by that is then, by its old id.
        """
        with self.transaction():
            self._writer.rename(renamings, records)
            self.peer_book.rename(renamings)

    def leave_replica(self) -> None:
        """Write under a new replica id from now on: the old one is in use elsewhere."""
        self._writer.leave()


def _refuse_errors(problems: Iterator[Problem] | tuple[Problem, ...]) -> None:
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise RefusedError(*errors)


def _place(problem: Problem) -> tuple[str, object]:
    return problem.key, problem.params.get("field")
