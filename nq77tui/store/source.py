"""Reading what another machine brought: bundles, its store, an export, a stick full of them.

Nothing is written, not even a lock file: the stick may be read-only, and the other store may be
open. Everything is read as untrusted data.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nq77tui.core.problem import Problem, RefusedError, cause_of
from nq77tui.store.bundle import SUFFIX, Manifest
from nq77tui.store.bundle_reading import is_bundle, read_bundle, without_twins
from nq77tui.store.epochs import EPOCH_TABLE, Epochs, read_epochs
from nq77tui.store.journal import Journal
from nq77tui.store.peers import PEER_TABLE, Peer, read_peers
from nq77tui.store.progress import Watch, unwatched
from nq77tui.store.replica_table import REPLICA_TABLE, is_replica_row
from nq77tui.store.settings import load_settings
from nq77tui.store.storage import StorePaths
from nq77tui.store.strata import SCHEMA_TABLE
from nq77tui.store.tables import Tables

STORE_NAME = "store.json"
MAX_BYTES = 1 << 30
"""A file larger than this is no district's store; reading it could exhaust the memory."""


@dataclass(frozen=True)
class Source:
    """What one file or store holds.

    Attributes:
        path: where it was read.
        tables: documents by record type and TinyDB id; not yet proved to be records.
        heard: what a whole store includes of each replica; empty for a part of one.
        chains: the hash chain of each replica that wrote there.
        notices: what people have to be told about it.
        kind: ``bundle``, ``store`` or ``export``.
        digest: SHA-256 over what was read.
        since: what a receiver has to include for `heard` to hold afterwards; empty for a whole
            store.
        peers: what the machines told of themselves and of each other.
        manifest: of a bundle.
        epochs: which runs of which machines wrote what is told of here.
    """

    path: Path
    tables: Mapping[str, Mapping[str, Any]]
    heard: Mapping[str, int] = field(default_factory=dict)
    chains: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[Problem, ...] = ()
    kind: str = "export"
    digest: str = ""
    since: Mapping[str, int] = field(default_factory=dict)
    peers: tuple[Peer, ...] = ()
    manifest: Manifest | None = None
    epochs: Epochs = field(default_factory=dict)

    def __iter__(self) -> Iterator[tuple[str, str, Any]]:
        """Every document with its type and its TinyDB id."""
        for record_type, table in self.tables.items():
            for key, document in table.items():
                yield record_type, key, document

    def __len__(self) -> int:
        return sum(len(table) for table in self.tables.values())


def find_sources(path: Path) -> list[Path]:
    """The stores and files below a path: the path itself, or what stands in the folder.

    Raises:
        RefusedError: nothing there.
    """
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise RefusedError(Problem("merge.no_such_path", {"file": str(path)}))
    if (path / STORE_NAME).exists():
        return [path / STORE_NAME]
    folders = [folder for folder in sorted(path.iterdir()) if folder.is_dir()]
    stores = [folder / STORE_NAME for folder in folders if _has_store(folder)]
    bundles = [file for folder in (path, *folders) for file in _bundles(folder)]
    files = sorted(file for file in path.glob("*.json") if file.is_file())
    if not stores and not files and not bundles:
        raise RefusedError(Problem("merge.nothing_there", {"file": str(path)}))
    return stores + files + bundles


def _has_store(folder: Path) -> bool:
    try:
        return (folder / STORE_NAME).exists()
    except OSError:  # lost+found, or another folder that only the system may read
        return False


def _bundles(folder: Path) -> list[Path]:
    # FAT shows a name in capitals, and other systems leave files like ._name beside each.
    return sorted(
        file
        for file in folder.glob("*.*")
        if file.suffix.lower() == SUFFIX and not file.name.startswith(".") and file.is_file()
    )


@dataclass(frozen=True)
class Brought:
    """Everything that was found: what can be taken in, and what cannot, with the reason."""

    sources: tuple[Source, ...]
    refused: tuple[Problem, ...] = ()


def read_sources(paths: Iterable[Path], programme_id: str, watch: Watch = unwatched) -> Brought:
    """Read what people name: files, stores, folders, sticks.

    What lies on a stick among other things and cannot be taken in does not keep the others out:
    it is named with the reason, and left alone. What was named itself has to be sound.

    Raises:
        RefusedError: nothing there, or something that was named cannot be taken in.
        StoppedError: as `watch` said.
    """
    named: dict[Path, bool] = {}
    for path in paths:
        for file in find_sources(path):
            named[file] = named.get(file, False) or file in (path, path / STORE_NAME)
    return _read_all(named, programme_id, watch)


def read_files(files: Iterable[Path], programme_id: str, watch: Watch = unwatched) -> Brought:
    """Read what was found on a stick; what cannot be taken in keeps nothing else out.

    Raises:
        RefusedError: not one of them can be taken in.
        StoppedError: as `watch` said.
    """
    return _read_all(dict.fromkeys(files, False), programme_id, watch)


def _read_all(files: Mapping[Path, bool], programme_id: str, watch: Watch) -> Brought:
    """Read files, of each of which it is known whether it has to be sound."""
    sources: list[Source] = []
    refused: list[Problem] = []
    for done, (file, is_named) in enumerate(files.items()):
        watch("read", done, len(files))
        try:
            sources.append(read_source(file, programme_id))
        except RefusedError as error:
            if is_named:
                raise
            refused += error.problems[:1]
    if not sources and refused:
        raise RefusedError(*refused)
    return Brought(tuple(sources), tuple(refused))


def read_source(path: Path, programme_id: str) -> Source:
    """Read one bundle, store or export.

    Raises:
        RefusedError: it cannot be read, is no store, or belongs to another programme.
    """
    if is_bundle(path):
        return _read_bundle(path, programme_id)
    if path.name == STORE_NAME:
        settings = load_settings(path.parent)
        if settings is not None and settings.programme != programme_id:
            params = {"folder": str(path.parent), "found": settings.programme}
            raise RefusedError(
                Problem("storage.other_programme", {**params, "wanted": programme_id})
            )
    content = _content(path)
    tables = _parse(path, content)
    notices: tuple[Problem, ...] = ()
    if path.name == STORE_NAME:
        tables, belongs = _with_journal(path, content, tables)
        if not belongs:
            notices = (Problem("merge.journal_apart", {"file": str(path)}, "warning"),)
    tables.pop(SCHEMA_TABLE, None)  # says something of that store, not of its records
    replicas = [row for row in tables.pop(REPLICA_TABLE, {}).values() if isinstance(row, dict)]
    sound = [row for row in replicas if is_replica_row(row)]
    return Source(
        path,
        tables,
        {row["id"]: row["counter"] for row in sound},
        {row["id"]: row["chain"] for row in sound if isinstance(row.get("chain"), str)},
        notices,
        kind="store" if path.name == STORE_NAME else "export",
        digest=hashlib.sha256(content).hexdigest(),
        peers=read_peers(tables.pop(PEER_TABLE, {}).values()),
        epochs=read_epochs(tables.pop(EPOCH_TABLE, {}).values()),
    )


def _read_bundle(path: Path, programme_id: str) -> Source:
    bundle = read_bundle(path)
    manifest = bundle.manifest
    if manifest.programme != programme_id:
        params = {"file": str(path), "found": manifest.programme, "wanted": programme_id}
        raise RefusedError(Problem("bundle.other_programme", params))
    return Source(
        path,
        bundle.tables,
        {} if manifest.is_part else manifest.up_to,
        {} if manifest.is_part else manifest.chains,
        kind="bundle",
        digest=bundle.digest,
        since=manifest.since,
        peers=manifest.peers,
        manifest=manifest,
        epochs=dict(manifest.epochs),
    )


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise RefusedError(Problem("merge.too_large", {"file": str(path)}))
        return path.read_bytes()
    except OSError as error:
        params = {"file": str(path), "detail": cause_of(error)}
        raise RefusedError(Problem("merge.unreadable", params)) from error


def _parse(path: Path, content: bytes) -> dict[str, dict[str, Any]]:
    # A new store has an empty snapshot and a journal; any other empty file was torn off.
    is_new = not content and path.name == STORE_NAME and StorePaths.of(path).journal.exists()
    try:
        tables = (
            {} if is_new else json.loads(content, object_pairs_hook=without_twins(len(content)))
        )
    except (ValueError, RecursionError) as error:
        params = {"file": str(path), "detail": cause_of(error)}
        raise RefusedError(Problem("merge.not_json", params)) from error
    if not isinstance(tables, dict) or not all(isinstance(t, dict) for t in tables.values()):
        raise RefusedError(Problem("merge.no_store", {"file": str(path)}))
    return tables


def _with_journal(
    path: Path, content: bytes, tables: dict[str, dict[str, Any]]
) -> tuple[dict[str, dict[str, Any]], bool]:
    """Add what stands in the journal: the other program may not have been ended cleanly.

    Returns:
        The tables, and whether snapshot and journal belong together. Where they do not, they were
        copied one by one while the store was in use, and commits between the two may be missing.
    """
    journal_path = StorePaths.of(path).journal
    if not journal_path.exists():
        return tables, True
    journal = Journal(journal_path, writable=False)
    try:
        lines, _ = journal.read_new()
    finally:
        journal.close()
    replayed = Tables(tables, {})
    belongs = False
    try:
        header = json.loads(lines[0].payload) if lines else {}
        belongs = (header.get("s"), header.get("z")) == (zlib.crc32(content), len(content))
        for line in lines[1:]:
            for operation in json.loads(line.payload)["o"]:
                # A journal copied beside an older or newer snapshot repeats or misses steps.
                if operation[0] != "d" or operation[2] in replayed.table(operation[1]):
                    replayed.apply(operation)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        params = {"file": str(journal_path), "detail": cause_of(error)}
        raise RefusedError(Problem("merge.not_json", params)) from error
    return dict(replayed.by_name), belongs
