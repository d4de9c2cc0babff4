"""A record as a document: plain field values, and one reserved key for the causal data.

The plain values stand at the top level, so that any TinyDB query works on them. The key ``_``
holds the rest, in one of two spellings, and which one is decided by the record alone, so that
equal records have equal bytes:

* a record whose every field was written by one write, as one text:
  ``"DOT TIME SCHEMA OPERATOR"``;
* any other record, as an object: ``w`` the writes that still show (``"DOT TIME OPERATOR"``, the
  one that wrote most fields first), ``f`` the fields of other writes (a position in ``w``, or a
  list of them, the displayed one first), ``o`` the values of siblings that are not displayed,
  ``v`` what the version vector holds beyond the writes in ``w``, ``x`` deletion markers
  (a position in ``w``, the vector that was seen, and the id it was joined into if it was),
  ``n`` the form (SCHEMA) where it is not 1.

TIME is base32, seconds since 2020-01-01 UTC, with a minus sign before it.

The TinyDB doc id is an integer that stands for the record's id, both ways, so the id itself is
not repeated inside the document.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from nq77tui.core import base32
from nq77tui.core.merge import KEYED_ID_BITS, KEYED_ID_LENGTH
from nq77tui.core.problem import Problem, RefusedError, cause_of
from nq77tui.core.record import (
    COUNTER_BITS,
    REPLICA_LENGTH,
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

RESERVED = "_"
EPOCH_2020 = 1_577_836_800
MAX_DEPTH = 20
MAX_INTEGER = 2**63
MAX_FIELDS = 1000
MAX_WRITES = 10_000
_COUNTER = (1 << COUNTER_BITS) - 1
_END_OF_KEYED = 1 << KEYED_ID_BITS + 1
_FIRST_OF_FIELD, _END_OF_FIELD = 1 << COUNTER_BITS + 1, 1 << 5 * REPLICA_LENGTH + COUNTER_BITS + 1
_OBJECT_KEYS = {"w", "f", "o", "v", "x", "n"}


class DocumentError(RefusedError):
    """A document that is no record: damaged, or made by something else."""

    def __init__(self, reason: str, **params: object) -> None:
        super().__init__(Problem(f"document.{reason}", params))


def doc_id_of(record_id: str) -> int:
    """The TinyDB doc id of a record's id.

    Raises:
        ValueError: not a record id.
    """
    if "-" in record_id:
        dot = Dot.parse(record_id)
        return (base32.decode(dot.replica) << COUNTER_BITS | dot.counter) << 1
    if len(record_id) != KEYED_ID_LENGTH:
        raise ValueError(record_id)
    return base32.decode(record_id) << 1 | 1


def id_of_doc_id(doc_id: int) -> str:
    """The record id that a TinyDB doc id stands for.

    Raises:
        ValueError: no id of ours (a row that somebody inserted by hand has a small number).
    """
    if not is_doc_id(doc_id):
        raise ValueError(doc_id)
    number = doc_id >> 1
    if doc_id & 1:
        return base32.encode(number, KEYED_ID_LENGTH)
    replica, counter = number >> COUNTER_BITS, number & _COUNTER
    return f"{_replica_text(replica)}-{base32.encode(counter)}"


def is_doc_id(doc_id: int) -> bool:
    """Whether a TinyDB doc id stands for a record id."""
    if doc_id & 1:
        return 0 < doc_id < _END_OF_KEYED
    return _FIRST_OF_FIELD < doc_id < _END_OF_FIELD and bool(doc_id >> 1 & _COUNTER)


@lru_cache(maxsize=1024)
def _replica_text(number: int) -> str:
    return base32.encode(number, REPLICA_LENGTH)


@lru_cache(maxsize=1024)
def _write_time(at: int) -> str:
    seconds = at - EPOCH_2020
    return base32.encode(seconds) if seconds >= 0 else "-" + base32.encode(-seconds)


def _read_time(text: str) -> int:
    if len(text) > 12:
        raise ValueError(text)
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    return EPOCH_2020 + sign * base32.decode(digits)


def read_write(text: str) -> tuple[Dot, Stamp, int]:
    """The causal data of a record of one write: its dot, its stamp, its schema version.

    Raises:
        ValueError: it is none.
    """
    dot_text, time_text, schema_text, operator = text.split(" ", 3)
    schema = _number(int(schema_text), 1, 1_000_000)
    return Dot.parse(dot_text), Stamp(_read_time(time_text), operator), schema


def to_document(record: Record) -> dict[str, Json]:
    """The document of a record: fields in alphabetical order, then the causal data."""
    document: dict[str, Json] = {
        name: record.fields[name][0].value for name in sorted(record.fields)
    }
    document[RESERVED] = _causal(record)
    return document


def _causal(record: Record) -> Json:
    uses: dict[Dot, int] = {}
    stamps: dict[Dot, Stamp] = {}
    for siblings in record.fields.values():
        for dot, _, stamp in siblings:
            uses[dot] = uses.get(dot, 0) + 1
            stamps[dot] = stamp
    for dot, _, stamp in record.deletions:
        stamps[dot] = stamp
    writes = sorted(stamps, key=lambda dot: (-uses.get(dot, 0), dot))
    extra = _beyond(record, writes)
    if len(writes) == 1 and not extra and not record.deletions:
        dot = writes[0]
        at, by = stamps[dot]
        return f"{dot} {_write_time(at)} {record.schema} {by}"
    index = {dot: position for position, dot in enumerate(writes)}
    causal: dict[str, Json] = {
        "w": [f"{dot} {_write_time(stamps[dot].at)} {stamps[dot].by}" for dot in writes]
    }
    positions: dict[str, Json] = {}
    others: dict[str, Json] = {}
    for name, siblings in sorted(record.fields.items()):
        if len(siblings) > 1:
            positions[name] = [index[s.dot] for s in siblings]
            others[name] = [s.value for s in siblings[1:]]
        elif index[siblings[0].dot]:
            positions[name] = index[siblings[0].dot]
    markers: list[Json] = [[index[m.dot], *_marker_parts(m.value)] for m in record.deletions]
    for key, part in (("f", positions), ("o", others), ("v", extra), ("x", markers)):
        if part:
            causal[key] = part
    if record.schema != 1:
        causal["n"] = record.schema
    return causal


def _marker_parts(value: Json) -> list[Json]:
    if isinstance(value, dict) and "into" in value:
        return [value["seen"], value["into"]]
    return [value]


def _beyond(record: Record, writes: Iterable[Dot]) -> dict[str, Json]:
    implied: dict[str, int] = {}
    for replica, counter in writes:
        implied[replica] = max(counter, implied.get(replica, 0))
    return {r: c for r, c in sorted(record.vector.items()) if implied.get(r) != c}


def from_document(record_type: str, doc_id: int, document: Mapping[str, Any]) -> Record:
    """Read a document back, trusting nothing in it.

    Raises:
        DocumentError: it is no record of this format; the problem says what is wrong.
    """
    try:
        record_id = id_of_doc_id(doc_id)
    except ValueError:
        raise DocumentError("foreign_id", doc_id=doc_id) from None
    causal = document.get(RESERVED)
    if causal is None:
        raise DocumentError("no_causal_data", id=record_id)
    values = {name: value for name, value in document.items() if name != RESERVED}
    if len(values) > MAX_FIELDS:
        raise DocumentError("too_many_fields", id=record_id, count=len(values))
    for name, value in values.items():
        if not name.isascii():
            check_value(name, record_id, name)
        # Short of nested values, most are plain text or small numbers.
        if not (type(value) is str and value.isascii()):
            check_value(value, record_id, name)
    try:
        if isinstance(causal, str):
            check_value(causal, record_id, RESERVED)
            record = _read_text(record_type, record_id, values, causal)
        else:
            record = _read_object(record_type, record_id, values, causal)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, DocumentError) as error:
        raise DocumentError("bad_causal_data", id=record_id, detail=cause_of(error)) from None
    return record


def _read_text(record_type: str, record_id: str, values: Mapping[str, Json], text: str) -> Record:
    dot, stamp, schema = read_write(text)
    fields = {name: (Sibling(dot, value, stamp),) for name, value in values.items()}
    return Record(record_id, record_type, fields, {dot.replica: dot.counter}, (), schema)


def _read_object(
    record_type: str, record_id: str, values: Mapping[str, Json], causal: Mapping[str, Any]
) -> Record:
    if set(causal) - _OBJECT_KEYS:
        raise ValueError(sorted(set(causal) - _OBJECT_KEYS)[0])
    if max(map(len, (causal["w"], causal.get("v", {}), causal.get("x", [])))) > MAX_WRITES:
        raise ValueError("w")
    writes = _read_writes(record_id, causal["w"])
    vector = _read_vector(causal.get("v", {}))
    for dot, _ in writes:
        if not covers(vector, dot):
            vector[dot.replica] = dot.counter
    positions, others = causal.get("f", {}), causal.get("o", {})
    fields: dict[str, tuple[Sibling, ...]] = {}
    for name, value in values.items():
        where = positions.get(name, 0)
        if type(where) is int and where >= 0 and name not in others:
            dot, stamp = writes[where]
            fields[name] = (Sibling(dot, value, stamp),)
            continue
        indexes = where if isinstance(where, list) else [where]
        siblings = [value, *others.get(name, [])]
        if len(siblings) != len(indexes) or len(set(indexes)) != len(indexes):
            raise ValueError(name)
        for other in siblings[1:]:
            check_value(other, record_id, name)
        fields[name] = display_order(
            Sibling(writes[_number(index, 0, len(writes) - 1)][0], sibling, writes[index][1])
            for index, sibling in zip(indexes, siblings, strict=True)
        )
    if (set(positions) | set(others)) - set(values):
        raise ValueError("f")
    markers = display_order(
        Sibling(
            writes[_number(index, 0, len(writes) - 1)][0],
            _read_marker(record_id, *parts),
            writes[index][1],
        )
        for index, *parts in causal.get("x", [])
    )
    schema = _number(causal.get("n", 1), 1, 1_000_000)
    return Record(record_id, record_type, fields, vector, markers, schema)


def _read_writes(record_id: str, texts: Iterable[str]) -> list[tuple[Dot, Stamp]]:
    writes = []
    for text in texts:
        if not text.isascii():
            check_value(text, record_id, RESERVED)
        dot_text, time_text, operator = text.split(" ", 2)
        writes.append((Dot.parse(dot_text), Stamp(_read_time(time_text), operator)))
    if len({dot for dot, _ in writes}) != len(writes):
        raise ValueError("w")
    return writes


def _read_marker(record_id: str, seen: Any, into: Any = None) -> Json:
    if seen is None and into is None:
        return None
    vector: dict[str, Json] = dict(_read_vector(seen))
    if into is None:
        return vector
    if not isinstance(into, str) or into == record_id:
        raise ValueError("into")
    doc_id_of(into)
    return {"seen": vector, "into": into}


def _read_vector(found: Mapping[str, Any]) -> dict[str, int]:
    vector = {}
    for replica, counter in found.items():
        _number(counter, 1, (1 << COUNTER_BITS) - 1)
        vector[Dot.parse(f"{replica}-{base32.encode(counter)}").replica] = counter
    return vector


def is_beyond(document: Mapping[str, Any], vector: Vector) -> bool:
    """Whether a document includes a write that a version vector does not; without reading it all.

    Raises:
        ValueError, TypeError, KeyError, AttributeError: it is no record's document.
    """
    causal = document[RESERVED]
    writes = (causal,) if isinstance(causal, str) else causal["w"]
    for text in writes:
        dot = text[: text.index(" ")]
        if base32.decode(dot[REPLICA_LENGTH + 1 :]) > vector.get(dot[:REPLICA_LENGTH], 0):
            return True
    seen = {} if isinstance(causal, str) else causal.get("v", {})
    return any(counter > vector.get(replica, 0) for replica, counter in seen.items())


def form_of(document: Mapping[str, Any]) -> int:
    """The form that a document names, without reading it all; 1 where it names none."""
    try:
        causal = document[RESERVED]
        found = causal.split(" ", 3)[2] if isinstance(causal, str) else causal.get("n", 1)
        return int(found)
    except (AttributeError, IndexError, KeyError, ValueError, TypeError):
        return 1


def _number(value: Any, lowest: int, highest: int) -> int:
    if type(value) is not int or not lowest <= value <= highest:
        raise ValueError(value)
    return value


def check_value(value: Any, record_id: str, name: str, depth: int = 0) -> None:
    """Refuse what JSON files can carry and records must not: NaN, surrogates, depth.

    Raises:
        DocumentError: which names the record and the field.
    """
    if depth > MAX_DEPTH:
        raise DocumentError("too_deep", id=record_id, field=name)
    if isinstance(value, str):
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:  # half a surrogate pair
            raise DocumentError("bad_text", id=record_id, field=name) from None
    elif isinstance(value, bool) or value is None:
        pass
    elif isinstance(value, int | float):
        if value != value or abs(value) >= MAX_INTEGER:
            raise DocumentError("bad_number", id=record_id, field=name)
    elif isinstance(value, list):
        for part in value:
            check_value(part, record_id, name, depth + 1)
    elif isinstance(value, dict):
        for key, part in value.items():
            check_value(key, record_id, name, depth + 1)
            check_value(part, record_id, name, depth + 1)
    else:
        raise DocumentError("bad_value", id=record_id, field=name)


def digest(records: Iterable[Record]) -> str:
    """SHA-256 over the records in canonical form, sorted by type and id."""
    total = hashlib.sha256()
    for record in sorted(records, key=lambda r: (r.type, r.id)):
        line: Json = [record.type, record.id, to_document(record)]
        total.update(canonical_json(line).encode("utf-8") + b"\n")
    return total.hexdigest()
