"""The commonest merge told apart: what came in has seen everything that is here.

Then the merge is what came in, whole, and the record that is here need not be unfolded for it.
Anything that is not plainly so goes the long way.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nq77tui.core.document import RESERVED, read_write
from nq77tui.core.record import Record, canonical_json, covers


def follows(theirs: Record, mine: Mapping[str, Any] | None) -> bool:
    """Whether merging a record into the document of the same id gives that very record.

    True only where the document was written by one write that the record includes, and everything
    else in the record is news: of `core.merge`, the case without siblings and deletions.
    """
    causal = mine.get(RESERVED) if mine is not None else None
    if mine is None or type(causal) is not str or theirs.deletions:
        return False
    try:
        dot, stamp, schema = read_write(causal)
    except ValueError:
        return False  # damaged here: the long way says what happens then
    if schema != theirs.schema or not covers(theirs.vector, dot):
        return False
    for name, siblings in theirs.fields.items():
        if len(siblings) != 1:
            return False
        [sibling] = siblings
        if sibling.dot == dot:
            # The same write has to say the same here and there, or its name was used twice.
            if sibling.stamp != stamp or name not in mine or not _same(mine[name], sibling.value):
                return False
        elif sibling.dot.replica == dot.replica and sibling.dot.counter < dot.counter:
            return False  # here it was replaced already
    return True


def _same(one: object, other: object) -> bool:
    """Equal, and of one kind: Python calls 1, 1.0 and true equal."""
    if type(one) in (dict, list):
        return canonical_json(one) == canonical_json(other)  # type: ignore[arg-type]
    return type(one) is type(other) and one == other
