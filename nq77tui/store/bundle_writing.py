"""Making a bundle and bringing it onto a stick so that it is surely there, or surely not.

FAT and exFAT have no atomic rename: in the middle of one, neither name may exist. So a bundle is
written straight under its own new name, the end mark last; nothing on the stick is ever renamed
or overwritten. It is read back from the medium and compared before anybody is told that it is
done.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from nq77tui.core.document import from_document, is_beyond, to_document
from nq77tui.core.lookalike import DISTINCT
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.record import Record
from nq77tui.core.scope import Row
from nq77tui.store.atomic_file import sync_folder
from nq77tui.store.bundle import END_MARK, SUFFIX, Manifest, encode_bundle, pack_documents
from nq77tui.store.peers import confirmed_by_all
from nq77tui.store.repository import Repository
from nq77tui.store.strata import type_of_table

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_LOCKED = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
_GONE = frozenset({errno.EIO, errno.ENODEV, errno.ENXIO, errno.ENOENT, errno.ENOTDIR, errno.ESTALE})
_NAMES_TRIED = 100


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
    repository: Repository, out: Path, since: Mapping[str, int], area: str = ""
) -> Written:
    """Write what has happened since a version vector into a new file.

    Args:
        out: a folder, where the bundle gets a name of its own, or the new file itself.
        area: the id of an area, for only what lies there; empty for everything.

    Raises:
        RefusedError: it is not there whole; the reason is named.
    """
    if not out.is_dir() and not out.parent.is_dir():
        raise RefusedError(Problem("bundle.no_folder", {"file": str(out)}))
    manifest, content = make_bundle(repository, since, area)
    digest = hashlib.sha256(content).hexdigest()
    what = "area" if area else "new" if since else "all"
    when = datetime.fromtimestamp(manifest.at, repository.local_time().tzinfo)
    name = f"nq77-{manifest.sender.lower()}-{when:%Y%m%d-%H%M}-{what}-{digest[:8]}"
    path = _put(out, name, content)
    return Written(path, manifest, len(content))


def make_bundle(
    repository: Repository, since: Mapping[str, int], area: str = ""
) -> tuple[Manifest, bytes]:
    """The bytes of a bundle, with its manifest."""
    # Under the lock, so that what it claims to hold and what it holds are of one moment.
    with repository.transaction():
        sender = repository.peer_book.tell_of_myself()
        tables, damaged = _documents(repository, since, _of_area(repository, area))
        documents = pack_documents(tables)
        programme = repository.programme
        manifest = Manifest(
            programme=programme.id,
            programme_version=programme.version,
            schemas={name: schema.version for name, schema in programme.schemas.items()},
            sender=sender.id,
            since=since,
            up_to=repository.heard(),
            is_part=bool(area) or damaged > 0,
            area=area,
            counts={name: len(table) for name, table in tables.items() if table},
            size=len(documents),
            digest=hashlib.sha256(documents).hexdigest(),
            chains=repository.chains(),
            epochs=repository.epochs(),
            peers=(sender, *(one for one in repository.peer_book.all() if one.id != sender.id)),
            at=repository.now(),
            by=repository.operator,
        )
    return manifest, encode_bundle(manifest, documents)


def _documents(
    repository: Repository, since: Mapping[str, int], is_meant: Callable[[Record], bool]
) -> tuple[dict[str, dict[str, Any]], int]:
    """What goes along, and how many rows are damaged and so cannot."""
    tables: dict[str, dict[str, Any]] = {}
    damaged = 0
    for name in (*repository.record_types(), *repository.tables_aside()):
        table = tables[name] = {}
        for key, document in repository.documents(name):
            try:
                if is_beyond(document, since):
                    record = from_document(type_of_table(name), int(key), document)
                    if is_meant(record):
                        table[key] = to_document(record)
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
        return record.id in above or tree.locate(row) in below

    return is_meant


def _put(out: Path, name: str, content: bytes) -> Path:
    for path in _names(out, name):
        try:
            _write_new(path, content)
        except FileExistsError:
            if not out.is_dir():
                raise RefusedError(Problem("bundle.exists", {"file": str(out)})) from None
            continue
        except OSError as error:
            raise RefusedError(_failure(path, content, error)) from error
        return path
    raise RefusedError(Problem("bundle.exists", {"file": str(out / (name + SUFFIX))}))


def _names(out: Path, name: str) -> Iterator[Path]:
    if not out.is_dir():
        yield out
        return
    yield out / (name + SUFFIX)
    for number in range(2, _NAMES_TRIED):
        yield out / f"{name}-{number}{SUFFIX}"


def _write_new(path: Path, content: bytes) -> None:
    """Write a new file, bring it to the medium, and read it back from there.

    Raises:
        FileExistsError: there is one of that name; it was not touched.
        OSError: the medium failed; what stands there, if anything, lacks the end mark.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    try:
        try:
            _write_all(descriptor, content[: -len(END_MARK)])
            os.fsync(descriptor)
            _write_all(descriptor, END_MARK)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        _sync(path.parent)
        if _read_back(path) != content:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _sync(folder: Path) -> None:
    try:
        sync_folder(folder)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # a file system without folder syncs
            raise


def _read_back(path: Path) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        # Not from memory: what counts is what stands on the medium.
        with suppress(OSError):
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        return file.read()


def _failure(path: Path, content: bytes, error: OSError) -> Problem:
    params: dict[str, object] = {"file": str(path), "detail": error.strerror or str(error)}
    if error.errno in _FULL:
        return Problem("bundle.full", {**params, "bytes": len(content)})
    if error.errno in _LOCKED:
        return Problem("bundle.read_only", params)
    if error.errno in _GONE:
        return Problem("bundle.medium_gone", params)
    return Problem("bundle.not_written", params)
