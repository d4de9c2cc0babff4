"""A bundle: one write-once file that proves itself, with what travels between machines.

A header line, the manifest, the documents, an end mark:

    nq77-bundle FORMAT MANIFEST-BYTES DOCUMENT-BYTES SHA-256
    {"programme":…}            canonical JSON, MANIFEST-BYTES long
    BZh9…                      the tables in TinyDB's form as JSON, compressed with bz2
    nq77-end

The digest is of everything between header and end mark. A file that was cut off lacks the end
mark, and one with a changed byte has another digest, so a reader never has to guess. The
manifest says who wrote it and since which version vector up to which: whoever includes its
``since`` includes its ``up_to`` after taking it in.
"""

from __future__ import annotations

import bz2
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from nq77tui.core.record import Json, canonical_json
from nq77tui.store.epochs import Epoch, Epochs, epoch_row, read_epochs
from nq77tui.store.peers import Peer, read_name, read_peers, read_vector
from nq77tui.store.progress import Watch, unwatched
from nq77tui.store.replica_table import is_replica_row

BUNDLE_FORMAT = 1
SUFFIX = ".nq77"
MAGIC = b"nq77-bundle "
END_MARK = b"nq77-end\n"
HEADER_BYTES = 160
"""No header is longer."""
HEADER = re.compile(rb"nq77-bundle (\d{1,6}) (\d{1,10}) (\d{1,10}) ([0-9a-f]{64})\n")
_PIECE = 256 << 10
"""Bytes that are compressed between two looks at whether to stop."""
_MAX_NUMBER = 1 << 53
_DIGEST = re.compile(r"[0-9a-f]{64}")
_CHAIN = re.compile(r"[0-9a-f]{1,64}")
_WORD = re.compile(r"[a-z][a-z0-9_-]{0,79}(@[1-9][0-9]{0,6})?")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a bundle says of itself.

    Attributes:
        programme: the id of the programme it belongs to.
        programme_version: of the sender's programme.
        schemas: the version of each schema of the sender.
        sender: the replica that wrote it.
        since: a receiver that includes this misses nothing.
        up_to: what such a receiver includes afterwards.
        is_part: holds only some of the records, so that nothing follows from those it lacks.
        area: the area that it was made of; empty for everything.
        counts: documents by record type.
        size: bytes of the documents before compression.
        digest: SHA-256 over those bytes.
        chains: the hash over all commits of replicas, at the counters of ``up_to``.
        epochs: which runs of which machines wrote up to there.
        peers: the sender's own row and those of the machines that it has heard of.
        at: when, in seconds since 1970 by the sender's clock.
        by: the operator.
    """

    programme: str
    sender: str
    since: Mapping[str, int]
    up_to: Mapping[str, int]
    counts: Mapping[str, int]
    size: int
    digest: str
    programme_version: int = 1
    schemas: Mapping[str, int] = field(default_factory=dict)
    is_part: bool = False
    area: str = ""
    chains: Mapping[str, str] = field(default_factory=dict)
    epochs: Mapping[str, tuple[Epoch, ...]] = field(default_factory=dict)
    peers: tuple[Peer, ...] = ()
    at: int = 0
    by: str = ""

    @property
    def name(self) -> str:
        """What the people of the sending machine call it."""
        return next((peer.name for peer in self.peers if peer.id == self.sender), "")

    def to_json(self) -> dict[str, Json]:
        """As it stands in the file."""
        return {
            "programme": {"id": self.programme, "version": self.programme_version},
            "schemas": dict(self.schemas),
            "sender": {"replica": self.sender, "name": self.name},
            "since": dict(self.since),
            "up_to": dict(self.up_to),
            "part": self.is_part,
            "area": self.area,
            "counts": dict(self.counts),
            "size": self.size,
            "digest": self.digest,
            "chains": dict(self.chains),
            "epochs": {one: dict(_told(told)) for one, told in self.epochs.items()},
            "peers": [peer.as_told() for peer in self.peers],
            "at": self.at,
            "by": self.by,
        }


def read_manifest(found: Any) -> Manifest:
    """A manifest from outside, trusting nothing in it.

    Raises:
        ValueError, TypeError, KeyError: it is none; the text says which part.
    """
    since, up_to = read_vector(found["since"]), read_vector(found["up_to"])
    if since is None or up_to is None:
        raise ValueError("since")
    if any(counter > up_to.get(replica, 0) for replica, counter in since.items()):
        raise ValueError("up_to")
    sender = found["sender"]["replica"]
    if not is_replica_row({"id": sender, "counter": 1}):
        raise ValueError("sender")
    digest = found["digest"]
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
        raise ValueError("digest")
    programme = found["programme"]
    if not isinstance(programme["id"], str):
        raise ValueError("programme")
    return Manifest(
        programme=programme["id"][:80],
        programme_version=_number(programme["version"]),
        schemas=_counts(found["schemas"]),
        sender=sender,
        since=since,
        up_to=up_to,
        is_part=found["part"] is not False,
        area=read_name(found["area"]),
        counts=_counts(found["counts"]),
        size=_number(found["size"]),
        digest=digest,
        chains=_chains(found["chains"]),
        epochs=_epochs(found.get("epochs", {})),
        peers=read_peers(_list(found["peers"])),
        at=_number(found["at"], -_MAX_NUMBER),
        by=read_name(found["by"]),
    )


def _number(value: Any, lowest: int = 0) -> int:
    if type(value) is not int or not lowest <= value <= _MAX_NUMBER:
        raise ValueError("number")
    return value


def _counts(value: Any) -> dict[str, int]:
    if not isinstance(value, dict) or len(value) > 1000:
        raise ValueError("counts")
    if not all(_WORD.fullmatch(name) for name in value):
        raise ValueError("counts")
    return {name: _number(count) for name, count in value.items()}


def _chains(value: Any) -> dict[str, str]:
    sound = isinstance(value, dict) and all(
        is_replica_row({"id": name, "counter": 1})
        and isinstance(chain, str)
        and _CHAIN.fullmatch(chain)
        for name, chain in value.items()
    )
    if not sound:
        raise ValueError("chains")
    return dict(value)


def _told(epochs: Iterable[Epoch]) -> Iterator[tuple[str, Json]]:
    return ((str(first), mark) for first, mark in epochs)


def _epochs(value: Any) -> Epochs:
    """Bundles of the first programs had none."""
    if not isinstance(value, dict) or not all(isinstance(told, dict) for told in value.values()):
        raise ValueError("epochs")
    return read_epochs(
        epoch_row(replica, (int(first), mark))
        for replica, told in value.items()
        for first, mark in told.items()
        if first.isascii() and first.isdigit() and len(first) <= 13
    )


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError("peers")
    return value


def pack_documents(tables: Mapping[str, Mapping[str, Any]]) -> bytes:
    """The tables as JSON: types and ids in one order, so that equal contents are equal bytes."""
    ordered = {
        name: {key: table[key] for key in sorted(table, key=int)}
        for name, table in sorted(tables.items())
        if table
    }
    text = json.dumps(ordered, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8")


def encode_bundle(manifest: Manifest, documents: bytes, watch: Watch = unwatched) -> bytes:
    """The whole file.

    Args:
        documents: what `pack_documents` made, of which the manifest names size and digest.
    """
    head = canonical_json(manifest.to_json()).encode("utf-8")
    packer, packed = bz2.BZ2Compressor(9), []
    for start in range(0, len(documents), _PIECE):
        watch("pack", start, len(documents))
        packed.append(packer.compress(documents[start : start + _PIECE]))
    body = b"".join([*packed, packer.flush()])
    digest = hashlib.sha256(head + body).hexdigest()
    header = f"{MAGIC.decode()}{BUNDLE_FORMAT} {len(head)} {len(body)} {digest}\n"
    return header.encode("ascii") + head + body + END_MARK
