"""What a person has to decide, as one kind of thing: a question with numbered answers.

What is open is never stored: every machine reads it off the records, so that a decision, being a
write, closes it everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from nq77tui.core.problem import Problem
from nq77tui.core.record import Record, Sibling, covers, into_of, seen_by

Kind: TypeAlias = Literal["field", "deletion", "joined", "disagreed", "alike", "dangling", "parked"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""What a question may be about.

* ``field``: one field has several values; the answers are these values, the displayed one first.
* ``deletion``: deleted on one side, edited on the other. Keep; delete.
* ``joined``: joined with another on one side, edited on the other. Take the edits over there;
  leave them; keep two records.
* ``disagreed``: joined on one side, said to be two on the other. One; two.
* ``alike``: two records that look like one. One, with the first's values where both have one;
  one, with the second's; two.
* ``dangling``: refers to a deleted record. Bring that one back; delete this one as well; empty
  the field.
* ``parked``: a value that a change of the schema could not take over, or a record of a newer
  schema. Drop the old value; for a record there is no answer: it waits for the programme.
"""
_ANSWERS = {"deletion": 2, "joined": 3, "disagreed": 2, "alike": 3, "dangling": 3}


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to decide.

    Attributes:
        field: the field it is about; empty where it is about the record.
        other: the other record's id: of a pair, what it was joined into, what was deleted.
        values: of a field its siblings, the displayed one first; of a deletion or a join the
            markers.
        edits: by field what was written without having seen the deletion (an empty name for
            somebody's decision to keep the record).
        reason: why something is parked.
    """

    kind: Kind
    record_id: str
    record_type: str
    field: str = ""
    other: str = ""
    values: tuple[Sibling, ...] = ()
    edits: tuple[tuple[str, Sibling], ...] = ()
    reason: Problem | None = None

    @property
    def key(self) -> str:
        """Names it among all that are open."""
        return f"{self.kind} {self.record_id} {self.other} {self.field}"

    @property
    def rank(self) -> int:
        """What comes up before what: all that merges left of one record together, then the rest."""
        return max(KINDS.index(self.kind), KINDS.index("joined"))

    @property
    def count(self) -> int:
        """How many answers there are."""
        if self.kind == "parked":
            return 1 if self.field else 0
        return _ANSWERS.get(self.kind) or len(self.values)


def questions_of(record: Record) -> Iterator[Question]:
    """What is open in one record by itself; the deletion first, since it may settle the rest."""
    if record.is_dead:
        return
    if record.is_contested:
        markers = tuple(marker for marker in record.deletions if marker.value is not None)
        edits = tuple(_unseen(record, markers))
        into = next(filter(None, map(into_of, markers)), "")
        kind: Kind = "joined" if into else "deletion"
        yield Question(kind, record.id, record.type, "", into, markers, edits)
    for name, siblings in record.conflicts.items():
        yield Question("field", record.id, record.type, name, "", siblings)


def _unseen(record: Record, markers: Sequence[Sibling]) -> Iterator[tuple[str, Sibling]]:
    """What was written without having seen any of the deletions."""
    live = [(name, s) for name, siblings in sorted(record.fields.items()) for s in siblings]
    live += [("", marker) for marker in record.deletions if marker.value is None]
    vectors = [vector for marker in markers if (vector := seen_by(marker)) is not None]
    for name, sibling in live:
        if not any(covers(vector, sibling.dot) for vector in vectors):
            yield name, sibling


# -- many at once ----------------------------------------------------------------------------

Decision: TypeAlias = tuple[Question, int]
"""A question with the number of its answer."""


@dataclass(frozen=True, slots=True)
class Bulk:
    """One answer to many questions that are alike.

    Attributes:
        name: what is done: ``newer``, ``machine``, or the kind and the number of the answer.
        is_wide: not only those about the same field, the same type or the same deleted record.
        machine: the replica whose values are taken, for ``machine``.
    """

    name: str
    is_wide: bool
    decisions: tuple[Decision, ...]
    machine: str = ""


def bulks(
    asked: Question, open_now: Sequence[Question], agrees: Callable[[Question], bool]
) -> list[Bulk]:
    """What may be done at once with those that are like one question, the narrowest first.

    Args:
        agrees: whether the two records of a pair contradict each other nowhere; only such pairs
            are joined without a look at each.
    """
    same_kind = [one for one in open_now if one.kind == asked.kind]
    near = [one for one in same_kind if _is_near(asked, one)]
    found: list[Bulk] = []
    for group, is_wide in ((near, False), (same_kind, True)):
        if len(group) < 2 or (is_wide and len(group) == len(near)):
            continue
        if asked.kind == "field":
            found.append(Bulk("newer", is_wide, tuple((one, 1) for one in group)))
            for machine in dict.fromkeys(s.dot.replica for s in asked.values):
                decisions = tuple(_of_machine(group, machine))
                if len(decisions) > 1:
                    found.append(Bulk("machine", is_wide, decisions, machine))
        elif asked.kind == "alike":
            agreeing = tuple((one, 1) for one in group if agrees(one))
            if agreeing:
                found.append(Bulk("alike_1", is_wide, agreeing))
            found.append(Bulk("alike_3", is_wide, tuple((one, 3) for one in group)))
        else:
            for number in range(1, asked.count + 1):
                decisions = tuple((one, number) for one in group)
                found.append(Bulk(f"{asked.kind}_{number}", is_wide, decisions))
    return found


def _is_near(asked: Question, other: Question) -> bool:
    key: Callable[[Question], tuple[str, str]] = lambda one: (one.record_type, one.field)  # noqa: E731
    is_near = key(asked) == key(other)
    return is_near and (asked.kind != "dangling" or asked.other == other.other)


def _of_machine(group: Sequence[Question], machine: str) -> Iterator[Decision]:
    for question in group:
        for number, sibling in enumerate(question.values, start=1):
            if sibling.dot.replica == machine:
                yield question, number
                break
