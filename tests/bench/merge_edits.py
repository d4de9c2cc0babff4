"""The same edits for every engine: two copies of a district that parted, 5,000 edits on each side.

Of the records that both sides touched, 500 were edited in different fields, 250 in the same field
to different values, 50 in the same field to the same value, 30 were edited on one side and
deleted on the other, 10 deleted on both.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

DIFFERENT, SAME_FIELD, SAME_VALUE, EDIT_DELETE, BOTH_DELETE = 500, 250, 50, 30, 10
DELETED = object()


@dataclass
class Edits:
    """What both sides did.

    Attributes:
        sides: for ``a`` and ``b``, by record id, the changed fields; or `DELETED`.
        must_survive: (record id, field, value) that no later write has seen and replaced.
        deletions: ids of the records that one side deleted while the other edited them.
    """

    sides: dict[str, dict[str, object]] = field(default_factory=lambda: {"a": {}, "b": {}})
    must_survive: set[tuple[str, str, object]] = field(default_factory=set)
    deletions: set[str] = field(default_factory=set)


def make_edits(ids: list[str], edits: int = 5000, seed: int = 77) -> Edits:
    """Seeded edits over the households of a district.

    Args:
        ids: households; every edit changes ``note`` or ``persons`` of one of them.
    """
    chance = random.Random(seed)
    ids = sorted(ids)
    chance.shuffle(ids)
    pool = iter(ids)
    made = Edits()

    def change(side: str, record: str, name: str, value: object) -> None:
        made.sides[side].setdefault(record, {})[name] = value  # type: ignore[index]
        made.must_survive.add((record, name, value))

    for _ in range(DIFFERENT):
        one = next(pool)
        change("a", one, "note", f"ghi ở a {chance.randrange(10**6)}")
        change("b", one, "persons", chance.randrange(20, 90))
    for _ in range(SAME_FIELD):
        one = next(pool)
        change("a", one, "note", f"ghi ở a {chance.randrange(10**6)}")
        change("b", one, "note", f"ghi ở b {chance.randrange(10**6)}")
    for _ in range(SAME_VALUE):
        one, value = next(pool), f"ghi như nhau {chance.randrange(10**6)}"
        change("a", one, "note", value)
        change("b", one, "note", value)
    for _ in range(EDIT_DELETE):
        one = next(pool)
        change("a", one, "note", f"ghi ở a {chance.randrange(10**6)}")
        made.sides["b"][one] = DELETED
        made.deletions.add(one)
    for _ in range(BOTH_DELETE):
        one = next(pool)
        made.sides["a"][one] = made.sides["b"][one] = DELETED
    for side in ("a", "b"):
        while len(made.sides[side]) < edits:
            one = next(pool)
            change(side, one, "note", f"ghi ở {side} {chance.randrange(10**6)}")
    return made
