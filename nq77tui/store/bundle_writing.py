"""Making a bundle: what somebody has not confirmed yet, from one moment of the store."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from nq77tui.core.document import from_document, is_beyond, to_document
from nq77tui.core.lookalike import DISTINCT
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.record import Record
from nq77tui.core.scope import Row
from nq77tui.core.verification import VERIFICATION
from nq77tui.store.bundle import END_MARK, SUFFIX, Manifest, encode_bundle, pack_documents
from nq77tui.store.peers import confirmed_by_all
from nq77tui.store.progress import Watch, unwatched, watched
from nq77tui.store.repository import Repository
from nq77tui.store.strata import type_of_table
from nq77tui.store.write_once import put_new


@dataclass(frozen=True, slots=True)
class Written:
    """A bundle that is on the medium, read back and compared."""

    path: Path
    manifest: Manifest
    size: int


def since_for(repository: Repository, given: str | None, *, everything: bool) -> dict[str, int]:
    """From which version vector on a bundle has to tell.

    Args:
        given: the machine that it is for, by replica id or name; None for all known machines.
        everything: whatever anybody has confirmed.

    Raises:
        RefusedError: no machine is called that, or several are.
    """
    if everything:
        return {}
    book = repository.peer_book
    others = book.others() if given is None else [book.find(given)]
    return confirmed_by_all(others, repository.heard())


def write_bundle(
    repository: Repository,
    out: Path,
    since: Mapping[str, int],
    area: str = "",
    watch: Watch = unwatched,
) -> Written:
    """Write what has happened since a version vector into a new file.

    Args:
        out: a folder, where the bundle gets a name of its own, or the new file itself.
        area: the id of an area, for only what lies there; empty for everything.
        watch: told how far it is.

    Raises:
        RefusedError: it is not there whole; the reason is named.
        StoppedError: as `watch` said; nothing of it is there.
    """
    if not out.is_dir() and not out.parent.is_dir():
        raise RefusedError(Problem("bundle.no_folder", {"file": str(out)}))
    manifest, content = make_bundle(repository, since, area, watch)
    digest = hashlib.sha256(content).hexdigest()
    what = "area" if area or not repository.sees_all else "new" if since else "all"
    when = datetime.fromtimestamp(manifest.at, repository.local_time().tzinfo)
    name = f"nq77-{manifest.sender.lower()}-{when:%Y%m%d-%H%M}-{what}-{digest[:8]}"
    path = put_new(out, name, SUFFIX, content, last=len(END_MARK), watch=watch)
    return Written(path, manifest, len(content))


def make_bundle(
    repository: Repository,
    since: Mapping[str, int],
    area: str = "",
    watch: Watch = unwatched,
) -> tuple[Manifest, bytes]:
    """The bytes of a bundle, with its manifest.

    Raises:
        StoppedError: as `watch` said.
    """
    # Under the lock, so that what it claims to hold and what it holds are of one moment. What
    # takes long comes after it: documents are never changed, only replaced.
    with repository.transaction():
        sender = repository.peer_book.tell_of_myself()
        # Newer copies that lie beside this programme's own are passed on too.
        names = (*repository.record_types(), *repository.tables_aside())
        found = {name: list(repository.documents(name)) for name in names}
        is_meant = _of_area(repository, area)
        up_to, chains, epochs = repository.heard(), repository.chains(), repository.epochs()
        known = repository.peer_book.all()
    tables, damaged = _documents(found, since, is_meant, watch)
    documents = pack_documents(tables)
    programme = repository.programme
    manifest = Manifest(
        programme=programme.id,
        programme_version=programme.version,
        schemas={name: schema.version for name, schema in programme.schemas.items()},
        sender=sender.id,
        since=since,
        up_to=up_to,
        is_part=bool(area) or damaged > 0 or not repository.sees_all,
        area=area,
        counts={name: len(table) for name, table in tables.items() if table},
        size=len(documents),
        digest=hashlib.sha256(documents).hexdigest(),
        chains=chains,
        epochs=epochs,
        peers=(sender, *(one for one in known if one.id != sender.id)),
        at=repository.now(),
        by=repository.operator,
    )
    return manifest, encode_bundle(manifest, documents, watch)


def _documents(
    found: Mapping[str, Sequence[tuple[str, Mapping[str, Any]]]],
    since: Mapping[str, int],
    is_meant: Callable[[Record], bool],
    watch: Watch,
) -> tuple[dict[str, dict[str, Any]], int]:
    """What goes along, and how many rows are damaged and so cannot."""
    tables: dict[str, dict[str, Any]] = {name: {} for name in found}
    damaged = 0
    rows = ((name, *row) for name, table in found.items() for row in table)
    for name, key, document in watched(rows, watch, "gather", sum(map(len, found.values()))):
        try:
            if is_beyond(document, since):
                record = from_document(type_of_table(name), int(key), document)
                if is_meant(record):
                    tables[name][key] = to_document(record)
        except (RefusedError, ValueError, TypeError, KeyError, AttributeError):
            damaged += 1
    return tables, damaged


def _of_area(repository: Repository, area: str) -> Callable[[Record], bool]:
    if not area:
        return lambda record: True
    tree = repository.area_tree()
    below = set(tree.downward(area))
    # The areas above go along, so that what lies in them has a place on the other machine.
    above = set(tree.upward(area))

    def is_meant(record: Record) -> bool:
        row = Row(record.id, record.type, record.values)
        if record.type == DISTINCT:
            return True  # few and small, and good to know wherever the two are
        if record.type == VERIFICATION:
            of = repository.row(str(record.get("of")))
            return of is not None and (of.id in above or tree.locate(of) in below)
        return record.id in above or tree.locate(row) in below

    return is_meant
