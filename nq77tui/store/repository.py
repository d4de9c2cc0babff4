"""Records in and out of a store: the one door to the data for everything above.

Hands out frozen records and read-only rows. Every write is an edit of a record with the next
counter of this replica; a transaction of several is one commit.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from nq77tui.core.problem import Problem, RefusedError, cause_of
from nq77tui.core.record import Record
from nq77tui.programme import Programme
from nq77tui.store.creation import SNAPSHOT
from nq77tui.store.disclosures import note_disclosure
from nq77tui.store.drafts import Drafts
from nq77tui.store.foreign_edits import adopt_foreign_edits
from nq77tui.store.paths import StorePaths
from nq77tui.store.progress import Watch, unwatched
from nq77tui.store.replica_side import ReplicaSide
from nq77tui.store.rights import Rights, rights_of, system_user
from nq77tui.store.settings import FILE_NAME, StoreSettings, load_settings, save_settings
from nq77tui.store.storage import JournalStorage
from nq77tui.store.strata import ahead, behind, bring_up
from nq77tui.store.writer import Writer

EVERYTHING = Rights("")


class Repository(ReplicaSide):
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
        super().__init__(programme, settings, storage, writer, clock)
        self.folder = folder
        self.rights = rights
        """What the user of this process may see and change."""
        self._own_notices: list[Problem] = []

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

    def holds(self, key: str) -> bool:
        """Whether a record of whatever type stands behind a TinyDB id."""
        return self._storage.tables.by_name.table_with(key) is not None
