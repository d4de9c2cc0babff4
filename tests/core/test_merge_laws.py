"""The laws of the merge, over histories of several replicas in random order."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nq77tui.core.document import doc_id_of, from_document, to_document
from nq77tui.core.merge import create, delete, edit, join_into, keep, merge, reopen
from nq77tui.core.record import Dot, Json, Record, Stamp, canonical_json, covers, seen_by
from nq77tui.core.renaming import Renaming

REPLICAS = ("AAAAAAAA", "BBBBBBBB", "CCCCCCCC", "DDDDDDDD")
FIELDS = ("head", "class", "persons")
# Few values, so that equal concurrent values are common; mixed types, so that order is total.
VALUES: list[Json] = ["Vi", "Lý", 4, 4.5, None, True, [1], {"is": "about", "n": 45}]
CLOCKS = (0, 1_600_000_000, 1_600_000_000, 1_790_000_000, -86_400)
ACTIONS = ["edit"] * 3 + ["merge"] * 3 + ["delete", "join", "keep", "reopen", "save"]
OTHERS = ("00000000-1", "0000000000001")
"""Records into which it is joined."""


@dataclass
class World:
    """Four replicas of one record, and what was written where."""

    copies: list[Record]
    counters: list[int] = field(default_factory=lambda: [1, 0, 0, 0])
    states: list[Record] = field(default_factory=list)
    writes: dict[tuple[str, Dot], Json] = field(default_factory=dict)
    superseded: set[tuple[str, Dot]] = field(default_factory=set)

    def next_dot(self, replica: int) -> Dot:
        self.counters[replica] += 1
        return Dot(REPLICAS[replica], self.counters[replica])


steps = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from(ACTIONS),
        st.integers(0, 3),
        st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(VALUES), min_size=1, max_size=2),
        st.sampled_from(CLOCKS),
    ),
    max_size=25,
)


def play(history: list[tuple[int, str, int, dict[str, Json], int]]) -> World:
    first = create("household", {"head": "Vi", "persons": 4}, Dot(REPLICAS[0], 1), Stamp(5, "lan"))
    world = World([first] * 4)
    for name in ("head", "persons"):
        world.writes[name, Dot(REPLICAS[0], 1)] = first.get(name)
    for here, action, other, changes, clock in history:
        mine = world.copies[here]
        if action == "merge":
            mine = merge(mine, world.copies[other])
        elif action == "edit":
            dot = world.next_dot(here)
            for name, value in changes.items():
                world.superseded.update((name, s.dot) for s in mine.siblings(name))
                world.writes[name, dot] = value
            mine = edit(mine, changes, dot, Stamp(clock, f"op{here}"))
        elif action == "delete":
            mine = delete(mine, world.next_dot(here), Stamp(clock, f"op{here}"))
        elif action == "join":
            into = OTHERS[len(changes) - 1]
            mine = join_into(mine, into, world.next_dot(here), Stamp(clock, f"op{here}"))
        elif action == "reopen" and world.states:
            mine = undo_decision(world, mine, here, next(iter(changes)))
        elif action == "keep":
            mine = keep(mine, world.next_dot(here), Stamp(clock, f"op{here}"))
        else:
            world.states.append(mine)
        world.copies[here] = mine
    world.states += world.copies
    return world


def undo_decision(world: World, mine: Record, here: int, name: str) -> Record:
    """Put back what a field held in a state of before, deletions in turn."""
    before = world.states[-1]
    name = "" if len(world.states) % 3 == 0 and before.deletions else name
    values = before.siblings(name) if name else before.deletions
    if not values:
        return mine
    dots = [world.next_dot(here) for _ in values]
    if name:
        world.superseded.update((name, s.dot) for s in mine.siblings(name))
        world.writes.update({(name, d): s.value for d, s in zip(dots, values, strict=True)})
    return reopen(mine, name, values, dots)


def as_bytes(record: Record) -> str:
    return canonical_json(to_document(record))


relaxed = settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)


@relaxed
@given(steps)
def test_merge_is_commutative_associative_and_idempotent(history) -> None:
    states = play(history).states[-6:]
    for a in states:
        assert as_bytes(merge(a, a)) == as_bytes(a)
        for b in states:
            ab = merge(a, b)
            assert as_bytes(ab) == as_bytes(merge(b, a))
            assert as_bytes(merge(ab, b)) == as_bytes(ab)
            for c in states:
                assert as_bytes(merge(ab, c)) == as_bytes(merge(a, merge(b, c)))


@relaxed
@given(steps, st.permutations(range(4)), st.permutations(range(4)))
def test_any_order_of_delivery_gives_equal_bytes(history, one, other) -> None:
    copies = play(history).copies
    results = []
    for order in (one, other):
        total = copies[order[0]]
        for index in order[1:]:
            total = merge(total, copies[index])
            total = merge(copies[order[0]], total)
        results.append(as_bytes(total))
    assert results[0] == results[1]


@relaxed
@given(steps, st.integers(1, 6))
def test_copies_under_another_name_merge_to_the_merge_under_that_name(history, first) -> None:
    renaming = Renaming.of_branch(REPLICAS[0], first, "0a1b2c3d")
    states = play(history).states[-5:]
    for a in states:
        there = renaming.record(a)
        assert as_bytes(renaming.record(there)) == as_bytes(there)
        assert from_document("household", doc_id_of(there.id), to_document(there)) == there
        assert len(there.dots) == len(a.dots)
        assert (there.conflicts.keys(), there.is_dead) == (a.conflicts.keys(), a.is_dead)
        for b in states:
            both = merge(there, renaming.record(b))
            assert as_bytes(both) == as_bytes(renaming.record(merge(a, b)))


@relaxed
@given(steps)
def test_no_write_vanishes_unless_a_later_write_saw_it(history) -> None:
    world = play(history)
    total = world.copies[0]
    for copy in world.copies[1:]:
        total = merge(total, copy)
    for (name, dot), value in world.writes.items():
        live = {s.dot: s.value for s in total.siblings(name)}
        if (name, dot) in world.superseded:
            assert dot not in live
        else:
            assert live[dot] == value
        assert covers(total.vector, dot)


@relaxed
@given(steps)
def test_a_document_reads_back_as_the_record_it_was(history) -> None:
    for state in play(history).states:
        document = to_document(state)
        assert from_document(state.type, doc_id_of(state.id), document) == state


@relaxed
@given(steps)
def test_a_deletion_never_hides_an_edit_that_its_author_had_not_seen(history) -> None:
    world = play(history)
    for a in world.copies:
        for b in world.copies:
            merged = merge(a, b)
            if merged.is_dead:
                seen = [v for m in merged.deletions if (v := seen_by(m)) is not None]
                for siblings in merged.fields.values():
                    assert all(any(covers(v, s.dot) for v in seen) for s in siblings)
            assert not (merged.is_dead and merged.is_contested)
            assert merged.joined_into in (("", *merged.joins) if merged.is_dead else ("",))
