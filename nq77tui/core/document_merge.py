"""Two copies of one record merged as the documents in which they stand, without unfolding them.

For what comes in by the thousand: copies in which every field was written last by a write that
one side has seen, so that nothing is open afterwards. The result is what `core.merge` gives for
the records, to the byte. Whatever is not plainly so has no result here and is to be read as
records: siblings, deletions, another spelling of the causal data, a write that says two things.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from nq77tui.core.base32 import decode, encode
from nq77tui.core.document import MAX_FIELDS, RESERVED, check_value
from nq77tui.core.problem import RefusedError
from nq77tui.core.record import COUNTER_BITS, Json

Document: TypeAlias = Mapping[str, Any]
_Counter: TypeAlias = tuple[int, str]
"""A counter by the length of its base32 and that itself, which is its order too."""
_Write: TypeAlias = tuple[str, _Counter]
"""Replica and counter of a write."""
_NONE: _Counter = 0, ""

_MAX_WRITES = 64
_DIGIT, _LEADING = "[0-9A-HJKMNP-TV-Z]", "[1-9A-HJKMNP-TV-Z]"
_WRITE = re.compile(
    rf"({_DIGIT}{{8}})-({_LEADING}{_DIGIT}{{0,7}}) (?:0|-?{_LEADING}{_DIGIT}{{0,9}}) .*", re.DOTALL
)
"""Dot, time and operator in the one spelling that `document` makes."""
_REPLICA = re.compile(f"{_DIGIT}{{8}}")
_PLAIN_PARTS = frozenset("wfvn")
_NOT_PLAIN = (ValueError, TypeError, KeyError, IndexError, AttributeError, RefusedError)


def document_of_one_write(document: Any, form: int, me: str = "") -> dict[str, Json] | None:
    """The document of a record that one write has made, proved sound, in the order of its fields.

    Args:
        form: in which it has to be.
        me: a replica whose writes are to be read as records.

    Returns:
        None where it has to be read as a record.
    """
    try:
        causal = document[RESERVED]
        if type(causal) is not str or len(document) > MAX_FIELDS:
            return None
        [write], _, _ = _unfolded(causal, form)
        if _read_write(write)[0] == me:
            return None
        found: dict[str, Json] = {}
        for name in sorted(document):
            if name != RESERVED:
                value = found[name] = document[name]
                if not (type(value) is str and value.isascii() and name.isascii()):
                    check_value(name, "", name)
                check_value(value, "", name)
    except _NOT_PLAIN:
        return None
    found[RESERVED] = causal
    return found


def merged_document(mine: Document, theirs: Any, form: int, me: str = "") -> Document | None:
    """Everything that two copies of one record hold.

    Args:
        mine: which is sound.
        theirs: of which nothing is known.
        form: in which both have to be.
        me: a replica whose writes, where they are news, are to be read as records.

    Returns:
        `mine` itself where the other brings nothing; None where both have to be read as records.
    """
    try:
        return _edited_once(mine, theirs, form, me) or _merged(mine, theirs, form, me)
    except _NOT_PLAIN:
        return None


def _edited_once(mine: Document, theirs: Any, form: int, me: str) -> Document | None:
    """The commonest of all in half the time: of one write on one side, edited once on the other.

    Returns:
        As `merged_document` does; None also where it is not that.
    """
    here, there = mine[RESERVED], theirs[RESERVED]
    if len(theirs) > MAX_FIELDS:
        return None
    if type(there) is str:
        found = _one_edit(there, here, form)
        if found is None:
            return None
        for name in found[1]:
            if name in theirs:
                _prove(name, theirs[name])
        kept = {name: mine[name] for name in (*found[1], RESERVED)}
        return mine if {**theirs, **kept} == mine else None
    found = _one_edit(here, there, form)
    if found is None or found[0] == me or 2 * len(found[1]) >= len(theirs) - 1:
        return None
    merged = {**mine, RESERVED: there}
    for name in found[1]:
        value = merged[name] = theirs[name]
        _prove(name, value)
    if merged != theirs:
        return None
    return merged if len(merged) == len(mine) else _ordered(merged)


def _one_edit(alone: Any, edited: Any, form: int) -> tuple[str, list[str]] | None:
    """The replica and the fields of a write that came after the only one of the other side.

    Returns:
        None where there is more to it, or another spelling.
    """
    if type(alone) is not str or type(edited) is not dict or [*edited] != ["w", "f"] or form != 1:
        return None
    writes, places = edited["w"], edited["f"]
    if len(writes) != 2:
        return None
    first, later = writes
    dot, time, schema, operator = alone.split(" ", 3)
    if schema != "1" or first != f"{dot} {time} {operator}":
        return None
    replica, counter = _read_write(later)
    if dot[:8] == replica and counter <= _dot_of(first)[1]:
        return None
    for place in places.values():
        if type(place) is not int or place != 1:
            return None
    names = [*places]
    if not names or RESERVED in places or (len(names) > 1 and names != sorted(names)):
        return None
    return replica, names


class _Copy(NamedTuple):
    """A document with its causal data in parts.

    Attributes:
        writes: the first one wrote all fields that `places` does not name.
        places: by field the position of its write.
        vector: what is included.
    """

    document: Document
    writes: Sequence[str]
    places: Mapping[str, int]
    vector: Mapping[str, _Counter]

    def write_of(self, name: str) -> str:
        """The write that a field is by; empty where there is no such field."""
        place = self.places.get(name, 0)
        if name in self.document:
            if type(place) is int and place >= 0:
                return self.writes[place]
        elif name not in self.places:
            return ""
        raise ValueError(name)


def _merged(mine: Document, theirs: Any, form: int, me: str) -> Document | None:
    my_writes, my_places, my_seen = _unfolded(mine[RESERVED], form)
    their_writes, their_places, their_seen = _unfolded(theirs[RESERVED], form)
    first = my_writes[0]
    if first != their_writes[0] or len(theirs) > MAX_FIELDS:
        return None
    # What stands here was proved when it came in.
    dots = {text: _dot_of(text) for text in my_writes}
    my_vector = _vector(my_writes, my_seen, dots)
    their_vector = _vector(their_writes, their_seen, dots)
    if their_vector.get(me, _NONE) > my_vector.get(me, _NONE):
        return None
    places, news = _survivors(
        _Copy(mine, my_writes, my_places, my_vector),
        _Copy(theirs, their_writes, their_places, their_vector),
        dots,
    )
    merged = {**mine, **news}
    # All other fields were written by the first write of both, and have to say the same.
    if {**theirs, **{name: merged[name] for name in (*places, RESERVED)}} != merged:
        return None
    vector = _joined(my_vector, their_vector)
    if not news and vector == my_vector:
        return mine
    if len(merged) > len(mine):
        merged = _ordered(merged)
    merged[RESERVED] = _causal(first, places, len(merged) - 1, vector, dots, form)
    return merged


def _ordered(document: Document) -> dict[str, Json]:
    names = sorted(document)
    names.remove(RESERVED)
    names.append(RESERVED)
    return {name: document[name] for name in names}


def _survivors(
    mine: _Copy, theirs: _Copy, dots: Mapping[str, _Write]
) -> tuple[dict[str, str], dict[str, Json]]:
    """By field the write that stays, for those of others than the first, and what is new here.

    Raises:
        ValueError: of a field both values stay, or neither does.
    """
    first = mine.writes[0]
    places: dict[str, str] = {}
    news: dict[str, Json] = {}
    for name in {**mine.places, **theirs.places}:
        my_write, their_write = mine.write_of(name), theirs.write_of(name)
        if my_write == their_write:
            if mine.document[name] != theirs.document[name]:
                raise ValueError(name)
            if my_write != first:
                places[name] = my_write
            continue
        # What the other side has not seen.
        is_mine = bool(my_write) and not _covers(theirs.vector, dots[my_write])
        is_theirs = bool(their_write) and not _covers(mine.vector, dots[their_write])
        if is_mine == is_theirs:
            raise ValueError(name)
        if their_write:
            value = theirs.document[name]
            _prove(name, value)
        if is_mine:
            places[name] = my_write
        else:
            places[name] = their_write
            news[name] = value
    return places, news


def _prove(name: str, value: Any) -> None:
    """Refuse what no record may hold.

    Raises:
        ValueError: half a character.
        DocumentError: as `check_value` does.
    """
    if type(value) is not str:
        check_value(value, "", name)
    elif not value.isascii():
        value.encode("utf-8")
    if not name.isascii():
        name.encode("utf-8")


def _unfolded(causal: Any, form: int) -> tuple[Sequence[str], Mapping[str, int], Mapping[str, int]]:
    """The writes, the fields of others than the first, and what else is included.

    Raises:
        ValueError and the like: not plain.
    """
    if type(causal) is str:
        dot, time, schema, operator = causal.split(" ", 3)
        if schema != str(form):
            raise ValueError(schema)
        return [f"{dot} {time} {operator}"], {}, {}
    writes, places = causal["w"], causal.get("f", {})
    if len(writes) > _MAX_WRITES or not causal.keys() <= _PLAIN_PARTS or RESERVED in places:
        raise ValueError(causal)
    found = causal.get("n", 1)
    if type(found) is not int or found != form:
        raise ValueError(found)
    return writes, places, causal.get("v", {})


def _read_write(text: str) -> _Write:
    found = _WRITE.fullmatch(text)
    if found is None:
        raise ValueError(text)
    if not text.isascii():
        check_value(text, "", RESERVED)
    return found[1], (len(found[2]), found[2])


def _dot_of(text: str) -> _Write:
    counter = text[9 : text.index(" ")]
    return text[:8], (len(counter), counter)


def _vector(
    writes: Sequence[str], seen: Mapping[str, int], dots: dict[str, _Write]
) -> dict[str, _Counter]:
    """What is included; notes the writes in `dots`."""
    vector: dict[str, _Counter] = {}
    for replica, counter in seen.items():
        is_counter = type(counter) is int and 0 < counter < 1 << COUNTER_BITS
        if not is_counter or not _REPLICA.fullmatch(replica):
            raise ValueError(replica)
        digits = encode(counter)
        vector[replica] = len(digits), digits
    found = []
    for text in writes:
        write = dots.get(text)
        if write is None:
            write = dots[text] = _read_write(text)
        if write in found:
            raise ValueError(text)
        found.append(write)
        if write[1] > vector.get(write[0], _NONE):
            vector[write[0]] = write[1]
    return vector


def _covers(vector: Mapping[str, _Counter], write: _Write) -> bool:
    return vector.get(write[0], _NONE) >= write[1]


def _joined(one: Mapping[str, _Counter], other: Mapping[str, _Counter]) -> dict[str, _Counter]:
    joined = dict(one)
    for replica, counter in other.items():
        if counter > joined.get(replica, _NONE):
            joined[replica] = counter
    return joined


def _causal(
    first: str,
    places: Mapping[str, str],
    count: int,
    vector: Mapping[str, _Counter],
    dots: Mapping[str, _Write],
    form: int,
) -> dict[str, Json]:
    """The causal data of a record, as `to_document` spells it.

    Args:
        first: the write of all fields that `places` does not name.
        count: of fields.

    Raises:
        ValueError: another write than the first one stands first, or none beside it.
    """
    uses = {first: count - len(places)}
    for text in places.values():
        uses[text] = uses.get(text, 0) + 1
    writes = [*uses]
    if len(writes) > 2 or uses[writes[-1]] >= uses[first]:
        writes.sort(key=lambda text: (-uses[text], dots[text]))
    extra = dict(vector)
    for text in writes:
        replica, counter = dots[text]
        if extra.get(replica) == counter:
            del extra[replica]
    if writes[0] != first or not (places or extra):
        raise ValueError(first)
    causal: dict[str, Json] = {"w": [*writes]}
    if places:
        causal["f"] = {name: writes.index(places[name]) for name in sorted(places)}
    if extra:
        causal["v"] = {replica: decode(extra[replica][1]) for replica in sorted(extra)}
    if form != 1:
        causal["n"] = form
    return causal
