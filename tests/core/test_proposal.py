"""Proposals: everything given, loads even, groups whole as far as that goes, always the same."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from nq77tui.core.proposal import Carrier, Piece, propose, quotas

GROUPS = st.sampled_from(["", "A", "B", "C", "D"])
LOADS = st.lists(st.integers(0, 12), min_size=1, max_size=6)


@st.composite
def pieces(draw):
    groups = draw(st.lists(st.tuples(GROUPS, GROUPS), max_size=40))
    return [Piece(f"h{at}", group) for at, group in enumerate(groups)]


def carriers(loads):
    return [Carrier(f"p{at}", load) for at, load in enumerate(loads)]


def after(found, people):
    got = Counter(found.values())
    return {one.id: one.load + got[one.id] for one in people}


@given(LOADS, st.integers(0, 100))
def test_whoever_gets_something_ends_at_most_one_above_who_has_least(loads, count) -> None:
    given_ = quotas(loads, count)
    ends = [load + more for load, more in zip(loads, given_, strict=True)]

    assert sum(given_) == count
    assert all(more >= 0 for more in given_)
    assert all(end <= min(ends) + 1 for end, more in zip(ends, given_, strict=True) if more)


@given(pieces(), LOADS)
def test_every_piece_goes_to_one_of_the_people_and_loads_are_even(units, loads) -> None:
    people = carriers(loads)
    found = propose(units, people)
    ends, got = after(found, people), set(found.values())

    assert list(found) == [unit.id for unit in units]
    assert got <= {one.id for one in people}
    assert all(ends[one] <= min(ends.values()) + 1 for one in got)


@given(pieces(), st.integers(1, 6))
def test_without_loads_nobody_gets_two_more_than_another(units, count) -> None:
    ends = after(propose(units, carriers([0] * count)), carriers([0] * count)).values()

    assert max(ends) - min(ends) <= 1


@given(pieces(), LOADS)
def test_a_group_is_cut_only_where_somebody_is_full(units, loads) -> None:
    found = propose(units, carriers(loads))
    parts = {(unit.groups[0], found[unit.id]) for unit in units if unit.groups[0]}
    groups = {unit.groups[0] for unit in units if unit.groups[0]}

    assert len(parts) <= len(groups) + len(loads) - 1


@given(pieces(), LOADS)
def test_the_same_comes_out_for_the_same(units, loads) -> None:
    assert propose(units, carriers(loads)) == propose(list(units), carriers(loads))


def test_groups_that_fit_stay_whole() -> None:
    units = [Piece(f"h{at}", ("AABBBCCD"[at], "")) for at in range(8)]
    found = propose(units, carriers([0, 0]))

    for group in "ABCD":
        assert len({found[unit.id] for unit in units if unit.groups[0] == group}) == 1
    assert sorted(Counter(found.values()).values()) == [4, 4]


def test_kin_stay_together_where_their_group_is_cut() -> None:
    names = ["Vi", "Lý", "Vi", "Lý", "Vi", "Lý"]
    units = [Piece(f"h{at}", ("one group", name)) for at, name in enumerate(names)]
    found = propose(units, carriers([0, 0]))

    assert {found[f"h{at}"] for at in (0, 2, 4)} != {found[f"h{at}"] for at in (1, 3, 5)}
    assert len({found[f"h{at}"] for at in (0, 2, 4)}) == 1


def test_a_group_goes_to_who_has_neighbours_of_it_already() -> None:
    people = [Carrier("p0", 1), Carrier("p1", 1, frozenset({"B"}))]
    found = propose([Piece("h0", ("B",)), Piece("h1", ("A",))], people)

    assert found == {"h0": "p1", "h1": "p0"}


def test_nobody_to_give_to_leaves_everything() -> None:
    assert propose([Piece("h0")], []) == {}
