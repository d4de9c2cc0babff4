"""Reading a bundle that anybody may have written: whole and true, or refused with the reason.

Memory is bounded before it is spent: the sizes in the header must be those of the file, the
documents are unpacked piece by piece up to what the manifest names, and their values are counted
before they become objects.
"""

from __future__ import annotations

import bz2
import errno
import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nq77tui.core.document import RESERVED
from nq77tui.core.problem import Problem, RefusedError, cause_of
from nq77tui.store.bundle import (
    BUNDLE_FORMAT,
    END_MARK,
    HEADER,
    HEADER_BYTES,
    MAGIC,
    SUFFIX,
    Manifest,
    read_manifest,
)

MAX_FILE = 64 << 20
MAX_MANIFEST = 1 << 20
MAX_DOCUMENTS = 256 << 20
"""Unpacked bytes: several whole districts."""
MAX_RATIO = 200
"""Real data shrinks to a tenth; what shrinks to a hundredth of that was made to burst."""
FREE_BYTES = 1 << 20
"""Unpacked bytes for which the ratio does not matter."""
MAX_VALUES = 8_000_000
"""Values in all documents together; each costs memory, however short it is."""
_PIECE = 1 << 20
_LARGE = 8 << 20
"""Bytes of JSON above which memory is spared."""


@dataclass(frozen=True)
class Bundle:
    """A bundle that was verified whole.

    Attributes:
        manifest: what it says of itself.
        tables: documents by record type and TinyDB id; not yet proved to be records.
        digest: SHA-256 over the whole file.
    """

    manifest: Manifest
    tables: dict[str, dict[str, Any]]
    digest: str


def is_bundle(path: Path) -> bool:
    """Whether a file is meant to be a bundle, by its name or its first bytes."""
    if path.suffix.lower() == SUFFIX:
        return True
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


def read_bundle(path: Path) -> Bundle:
    """Read and verify a bundle.

    Raises:
        RefusedError: unreadable, cut off, changed, of a newer format, or made to do harm.
    """
    return decode_bundle(path, _content(path))


def read_head(path: Path) -> tuple[Manifest, str]:
    """What a bundle says of itself, and the digest of the file: for a list of many.

    The file is whole and as it was written; its documents are not unpacked.

    Raises:
        RefusedError: unreadable, cut off, changed, or of a newer format.
    """
    content = _content(path)
    return _manifest(path, _parts(path, content)[0]), hashlib.sha256(content).hexdigest()


def _content(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():  # a pipe or a device may never end
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        if path.stat().st_size > MAX_FILE:
            raise _refused(path, "too_large")
        return path.read_bytes()
    except OSError as error:
        params = {"file": str(path), "detail": cause_of(error)}
        raise RefusedError(Problem("merge.unreadable", params)) from error


def decode_bundle(path: Path, content: bytes) -> Bundle:
    """Verify the bytes of a bundle.

    Raises:
        RefusedError: as for `read_bundle`.
    """
    head, body = _parts(path, content)
    manifest = _manifest(path, head)
    documents = _unpack(path, body, manifest)
    try:
        tables = _parse(documents)
        del documents  # as large as a store
    except (ValueError, RecursionError) as error:
        raise _refused(path, "damaged", detail=cause_of(error)) from error
    if not isinstance(tables, dict) or not all(isinstance(t, dict) for t in tables.values()):
        raise _refused(path, "damaged", detail="tables")
    if {name: len(table) for name, table in tables.items()} != dict(manifest.counts):
        raise _refused(path, "damaged", detail="counts")
    return Bundle(manifest, tables, hashlib.sha256(content).hexdigest())


def _parts(path: Path, content: bytes) -> tuple[bytes, bytes]:
    line = content[: content.find(b"\n", 0, HEADER_BYTES) + 1]
    found = HEADER.fullmatch(line)
    if found is None:
        # The first bytes of a bundle, and no more of it, are a copy that was cut short.
        is_begun = len(content) < HEADER_BYTES and MAGIC.startswith(content[: len(MAGIC)])
        is_empty = not content.strip(b"\0")
        raise _refused(path, "cut_off" if is_begun or is_empty else "no_bundle")
    if int(found[1]) != BUNDLE_FORMAT:
        raise _refused(path, "newer_format", format=int(found[1]))
    middle = len(line) + int(found[2])
    end = middle + int(found[3])
    if int(found[2]) > MAX_MANIFEST:
        raise _refused(path, "too_large")
    if len(content) < end + len(END_MARK):
        raise _refused(path, "cut_off")
    whole = content[len(line) : end]
    if content[end:] != END_MARK or hashlib.sha256(whole).hexdigest().encode() != found[4]:
        # A stick that lost its end in a power cut shows zeros there.
        is_torn = not content[-len(END_MARK) :].strip(b"\0")
        raise _refused(path, "cut_off" if is_torn else "damaged", detail="sha256")
    return content[len(line) : middle], content[middle:end]


def _manifest(path: Path, head: bytes) -> Manifest:
    try:
        return read_manifest(_parse(head))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise _refused(path, "damaged", detail=cause_of(error)) from error


def _unpack(path: Path, body: bytes, manifest: Manifest) -> str:
    if manifest.size > min(MAX_DOCUMENTS, MAX_RATIO * len(body) + FREE_BYTES):
        raise _refused(path, "bomb", bytes=manifest.size)
    unpacked = bytearray()
    unpacker = bz2.BZ2Decompressor()
    piece = body
    try:
        while not unpacker.eof and len(unpacked) <= manifest.size:
            got = unpacker.decompress(piece, _PIECE)
            if not got and unpacker.needs_input:
                break
            unpacked += got
            piece = b""
    except (OSError, ValueError) as error:
        raise _refused(path, "damaged", detail=cause_of(error)) from error
    if len(unpacked) > manifest.size:
        raise _refused(path, "bomb", bytes=len(unpacked))
    if not unpacker.eof or unpacker.unused_data or len(unpacked) != manifest.size:
        raise _refused(path, "damaged", detail="bz2")
    if hashlib.sha256(unpacked).hexdigest() != manifest.digest:
        raise _refused(path, "damaged", detail="sha256")
    values = sum(unpacked.count(sign) for sign in (b",", b"[", b"{"))
    if values > MAX_VALUES:
        raise _refused(path, "bomb", bytes=len(unpacked))
    try:
        return unpacked.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _refused(path, "damaged", detail=cause_of(error)) from error


def _parse(content: str | bytes) -> Any:
    return json.loads(content, object_pairs_hook=without_twins(len(content)))


def without_twins(size: int) -> Callable[[list[tuple[str, Any]]], dict[str, Any]]:
    """Makes dicts of the objects in a JSON text.

    One that names a key twice would lose the first without a word: it is a ValueError.

    Args:
        size: of the text. In a large one equal texts are kept once: a third less memory for a
            district, and half as much time again.
    """
    return _sparing() if size > _LARGE else _unlike


def _unlike(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("key_twice")
    return found


def _sparing() -> Callable[[list[tuple[str, Any]]], dict[str, Any]]:
    texts: dict[str, str] = {}

    def made(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        # The causal data begins with a write of its own: never twice the same.
        found = {
            name: texts.setdefault(value, value)
            if value.__class__ is str and name != RESERVED
            else value
            for name, value in pairs
        }
        if len(found) != len(pairs):
            raise ValueError("key_twice")
        return found

    return made


def _refused(path: Path, reason: str, **params: object) -> RefusedError:
    return RefusedError(Problem(f"bundle.{reason}", {"file": str(path), **params}))
