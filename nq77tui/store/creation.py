"""Making stores: empty, or filled with given records."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from nq77tui.core import merge
from nq77tui.core.document import doc_id_of, to_document
from nq77tui.core.problem import Problem, RefusedError, cause_of
from nq77tui.core.record import Record
from nq77tui.programme import Programme
from nq77tui.store.atomic_file import make_folder
from nq77tui.store.medium import refuse_unsafe
from nq77tui.store.progress import Watch, unwatched, watched
from nq77tui.store.replica_table import REPLICA_TABLE, replica_rows
from nq77tui.store.settings import StoreSettings, save_settings
from nq77tui.store.storage import JournalStorage
from nq77tui.store.tables import Document

SNAPSHOT = "store.json"


def create_store(folder: Path, programme: Programme) -> None:
    """Make an empty store.

    Raises:
        RefusedError: there is one already, or the folder cannot be made.
    """
    if (folder / SNAPSHOT).exists():
        raise RefusedError(Problem("storage.store_exists", {"folder": str(folder)}))
    refuse_unsafe(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        make_folder(folder)
        save_settings(folder, StoreSettings(programme.id, programme.version))
        JournalStorage(folder / SNAPSHOT).close()
    except OSError as error:
        params = {"folder": str(folder), "detail": cause_of(error)}
        raise RefusedError(Problem("storage.cannot_open", params)) from error


def write_store(
    folder: Path, programme: Programme, records: Iterable[Record], watch: Watch = unwatched
) -> None:
    """Make a store that holds given records: for samples and for repair.

    Equal records give equal bytes.

    Raises:
        RefusedError: there is a store already, or the folder cannot be written; then there is
            no store.
        StoppedError: as `watch` said; then there is no store either.
    """
    create_store(folder, programme)
    try:
        tables: dict[str, dict[str, Document]] = {}
        heard: dict[str, int] = {}
        ordered = sorted(records, key=lambda record: (record.type, record.id))
        for record in watched(ordered, watch, "write", len(ordered)):
            tables.setdefault(record.type, {})[str(doc_id_of(record.id))] = to_document(record)
            heard = merge.join(heard, record.vector)
        tables[REPLICA_TABLE] = replica_rows(heard)
        with JournalStorage(folder / SNAPSHOT) as storage:
            storage.replace_all(tables)
    except BaseException:
        # Without its snapshot the folder is no store, and the next attempt may use it.
        for name in ("journal", SNAPSHOT):
            (folder / name).unlink(missing_ok=True)
        raise
