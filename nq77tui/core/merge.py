"""Writing records and merging two copies of one: pure functions, no clock, no I/O.

The rule of the merge, field by field: a value survives if both copies have its dot, or if the
other copy's version vector does not cover its dot (the other side never saw it). The vectors are
joined by maximum. The laws (commutative, associative, idempotent, total) are held by properties
in the tests.

Two temptations that break those laws, and are resisted here: siblings with equal values are
kept apart (each may yet be superseded by a write that never saw its twin), and no tie is ever
decided by which side is "mine".
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from nq77tui.core import base32
from nq77tui.core.record import (
    Dot,
    Json,
    Record,
    Sibling,
    Stamp,
    Vector,
    canonical_json,
    covers,
    display_order,
)

KEYED_ID_BITS = 65
KEYED_ID_LENGTH = 13


def keyed_id(record_type: str, key_values: Sequence[Json]) -> str:
    """The id of a record with a real-world key: the same on every machine that creates it.

    13 characters of base32, 65 bits of SHA-256 over the type and the key.
    """
    text = canonical_json([record_type, *key_values])
    digest = int.from_bytes(hashlib.sha256(text.encode("utf-8")).digest(), "big")
    return base32.encode(digest >> (256 - KEYED_ID_BITS), KEYED_ID_LENGTH)


def create(
    record_type: str,
    values: Mapping[str, Json],
    dot: Dot,
    stamp: Stamp,
    *,
    schema: int = 1,
    record_id: str | None = None,
) -> Record:
    """A new record; without ``record_id`` it is named by its first dot."""
    fields = {
        name: (Sibling(dot, value, stamp),) for name, value in values.items() if value is not None
    }
    return Record(
        record_id or str(dot), record_type, fields, {dot.replica: dot.counter}, (), schema
    )


def edit(
    record: Record, changes: Mapping[str, Json], dot: Dot, stamp: Stamp, *, schema: int = 0
) -> Record:
    """Write some fields; what the writer had before them is superseded, siblings included.

    Writing to a dead record brings it back: its author has seen the deletion.
    """
    fields = dict(record.fields)
    for name, value in changes.items():
        fields[name] = (Sibling(dot, value, stamp),)
    deletions = () if record.is_dead else record.deletions
    return Record(
        record.id,
        record.type,
        fields,
        _with(record.vector, dot),
        deletions,
        max(record.schema, schema),
    )


def delete(record: Record, dot: Dot, stamp: Stamp) -> Record:
    """Mark a record deleted; its values stay, for whoever has edited it meanwhile."""
    seen: Json = dict(record.vector)
    return _decide(record, Sibling(dot, seen, stamp))


def join_into(record: Record, other_id: str, dot: Dot, stamp: Stamp) -> Record:
    """Delete a record and leave its id as an alias of another's, which is smaller.

    Raises:
        ValueError: the other id is not smaller; see `core.record` for why it has to be.
    """
    if other_id >= record.id:
        raise ValueError(other_id)
    return _decide(record, Sibling(dot, {"seen": dict(record.vector), "into": other_id}, stamp))


def keep(record: Record, dot: Dot, stamp: Stamp) -> Record:
    """Take a deletion back, or decide a contested one in favour of the record."""
    return _decide(record, Sibling(dot, None, stamp))


def _decide(record: Record, marker: Sibling) -> Record:
    vector = _with(record.vector, marker.dot)
    return Record(record.id, record.type, record.fields, vector, (marker,), record.schema)


def reopen(record: Record, field: str, values: Sequence[Sibling], dots: Sequence[Dot]) -> Record:
    """Take a decision back: the values between which it was made stand beside each other again.

    Args:
        field: its name; empty for the deletion markers.
        values: as they were; each keeps who and when.
        dots: a new write for each.
    """
    siblings = display_order(
        Sibling(dot, one.value, one.stamp) for one, dot in zip(values, dots, strict=True)
    )
    vector = record.vector
    for dot in dots:
        vector = _with(vector, dot)
    fields = {**record.fields, field: siblings} if field else record.fields
    deletions = record.deletions if field else siblings
    return Record(record.id, record.type, fields, vector, deletions, record.schema)


def merge(a: Record, b: Record) -> Record:
    """Everything that two copies of one record hold, decided only where one saw the other.

    Raises:
        ValueError: the two are not copies of one record.
    """
    if (a.id, a.type) != (b.id, b.type):
        raise ValueError((a.id, a.type, b.id, b.type))
    if a == b:
        return a
    fields: dict[str, tuple[Sibling, ...]] = {}
    for name in a.fields.keys() | b.fields.keys():
        mine, theirs = a.fields.get(name, ()), b.fields.get(name, ())
        survivors = mine if mine == theirs else _survivors(mine, a.vector, theirs, b.vector)
        if survivors:
            fields[name] = survivors
    return Record(
        a.id,
        a.type,
        fields,
        join(a.vector, b.vector),
        _survivors(a.deletions, a.vector, b.deletions, b.vector),
        max(a.schema, b.schema),
    )


def _survivors(
    mine: tuple[Sibling, ...], my_vector: Vector, theirs: tuple[Sibling, ...], their_vector: Vector
) -> tuple[Sibling, ...]:
    my_dots = {sibling.dot: sibling for sibling in mine}
    their_dots = {sibling.dot: sibling for sibling in theirs}
    found = []
    for dot, sibling in my_dots.items():
        twin = their_dots.get(dot)
        if twin is not None:
            found.append(sibling if twin == sibling else _agreed(sibling, twin))
        elif not covers(their_vector, dot):
            found.append(sibling)
    for dot, sibling in their_dots.items():
        if dot not in my_dots and not covers(my_vector, dot):
            found.append(sibling)
    return display_order(found)


def _agreed(one: Sibling, other: Sibling) -> Sibling:
    # One dot with two values: a replica id was used twice. The identity rules prevent it; the
    # merge stays total and commutative all the same.
    return max(one, other, key=lambda s: (canonical_json(s.value), s.stamp))


def join(a: Vector, b: Vector) -> dict[str, int]:
    """The version vector that includes both."""
    joined = dict(a)
    for replica, counter in b.items():
        if counter > joined.get(replica, 0):
            joined[replica] = counter
    return joined


def _with(vector: Vector, dot: Dot) -> dict[str, int]:
    return join(vector, {dot.replica: dot.counter})
