"""Keying a record a second time, without seeing the first, and comparing the two.

What comes of it is a record of the engine's own type `VERIFICATION`, so that it travels, merges and
can be undone like any other. It has the id of its own first write: two people, or two machines,
that key the same record again make two of them, and nothing collides. Its fields:

* ``of``: the id of the record; a verification that has nothing else asks for one;
* ``keyed``: by field, what was keyed the second time;
* ``checked``: ``[operator, time, count]`` for each write of the first keying that was compared;
* ``differs``: by field that differs, ``{"first": value, "by": operator, "at": time}``;
* ``persons.result``: what somebody decided about the field ``persons``.

The record itself is left alone until that is decided.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from nq77tui.core.record import Json, Record, Stamp, canonical_json
from nq77tui.core.schema import Field, Schema
from nq77tui.core.screen import RecordScreen

VERIFICATION = "verification"
RESULT = ".result"
FIRST, SECOND, THIRD = "first", "second", "third"
RESULTS = (FIRST, SECOND, THIRD)
"""What is right: the first keying, the second, or neither."""
_EMPTY: tuple[Json, ...] = (None, "", [])
_DRAW_BITS = 32

Resolve = Callable[[str], str]
"""The id under which a record stands now."""


def is_drawn(record_id: str, percent: int) -> bool:
    """Whether a record is among the share that is keyed again: the same on every machine.

    A record that is drawn for a share is drawn for every larger one.
    """
    digest = hashlib.sha256(f"{VERIFICATION} {record_id}".encode()).digest()
    number = int.from_bytes(digest[: _DRAW_BITS // 8], "big")
    return number * 100 < percent << _DRAW_BITS


def blind_screen(screen: RecordScreen) -> RecordScreen:
    """A form for the second keying: without what names the paper form, grids and first values."""
    sections = (
        replace(
            section,
            fields=tuple(
                replace(asked, default=None, carry=False)
                for asked in section.fields
                if asked.name not in screen.verify
            ),
        )
        for section in screen.sections
        if section.repeat is None
    )
    return replace(screen, sections=tuple(one for one in sections if one.fields))


@dataclass(frozen=True, slots=True)
class Difference:
    """A field of which the two keyings hold different values.

    Attributes:
        by: who keyed the first one.
        at: when, in seconds since 1970.
        result: one of `RESULTS`; empty as long as nobody has decided.
    """

    field: str
    first: Json
    second: Json
    by: str
    at: int
    result: str = ""


@dataclass(frozen=True, slots=True)
class Verification:
    """One second keying.

    Attributes:
        of: the id of the record.
        stamp: who keyed it again, and when.
        keyed: what was keyed.
        checked: who had keyed the fields that were compared, when, and how many.
        differences: in the order of their names.
    """

    id: str
    of: str
    stamp: Stamp
    keyed: Mapping[str, Json]
    checked: tuple[tuple[str, int, int], ...]
    differences: tuple[Difference, ...]

    @property
    def open(self) -> tuple[Difference, ...]:
        """The differences that nobody has decided about."""
        return tuple(one for one in self.differences if not one.result)


def read_verification(record: Record) -> Verification | None:
    """A second keying from its record; None where it only asks for one, or is damaged."""
    written = record.written("keyed")
    keyed, differs, of = record.get("keyed"), record.get("differs"), record.get("of")
    if written is None or not isinstance(keyed, dict) or not isinstance(of, str):
        return None
    found = differs if isinstance(differs, dict) else {}
    differences = (_difference(record, keyed, name, found[name]) for name in sorted(found))
    return Verification(
        record.id,
        of,
        written.stamp,
        keyed,
        tuple(_checked(record.get("checked"))),
        tuple(one for one in differences if one is not None),
    )


def _difference(
    record: Record, keyed: Mapping[str, Json], name: str, found: Json
) -> Difference | None:
    if not isinstance(found, dict):
        return None
    by, at, result = found.get("by"), found.get("at"), record.get(name + RESULT)
    if not isinstance(by, str) or type(at) is not int:
        return None
    decided = result if isinstance(result, str) and result in RESULTS else ""
    return Difference(name, found.get("first"), keyed.get(name), by, at, decided)


def _checked(found: Json) -> Iterator[tuple[str, int, int]]:
    for entry in found if isinstance(found, list) else ():
        if not isinstance(entry, list) or len(entry) != 3:
            continue
        by, at, count = entry
        if isinstance(by, str) and type(at) is int and type(count) is int and count > 0:
            yield by, at, count


def are_same(field: Field, one: Json, other: Json, resolve: Resolve) -> bool:
    """Whether two keyings of a field agree; nothing keyed is the same in every spelling."""
    if one in _EMPTY or other in _EMPTY:
        return one in _EMPTY and other in _EMPTY
    if field.is_reference and isinstance(one, str) and isinstance(other, str):
        return resolve(one) == resolve(other)
    return canonical_json(one) == canonical_json(other)


def compared(
    schema: Schema,
    record: Record,
    keyed: Mapping[str, Json],
    names: Collection[str],
    resolve: Resolve,
) -> dict[str, Json]:
    """The fields of the verification of a record.

    Args:
        keyed: what was keyed the second time.
        names: the fields that are compared.
    """
    checked: Counter[tuple[str, int]] = Counter()
    differs: dict[str, Json] = {}
    for name in names:
        written = record.written(name)
        # A field that was left empty was left so by whoever keyed the record at first.
        stamp = written.stamp if written else _born(record)
        first = written.value if written else None
        checked[stamp.by, stamp.at] += 1
        if not are_same(schema.fields[name], first, keyed.get(name), resolve):
            differs[name] = {"first": first, "by": stamp.by, "at": stamp.at}
    given: dict[str, Json] = {
        name: keyed[name] for name in sorted(names) if keyed.get(name) not in _EMPTY
    }
    counts: list[Json] = [[by, at, n] for (by, at), n in sorted(checked.items())]
    return {"of": record.id, "keyed": given, "checked": counts, "differs": differs}


def _born(record: Record) -> Stamp:
    stamps = [one.stamp for siblings in record.fields.values() for one in siblings]
    return min(stamps, default=Stamp(0, ""))
