"""The rules of signing off, walked at random: nothing is approved over what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nq77tui.core.signing import Kept, changes, read_kept, why_not, write_kept

BELOW = {"district": ["a", "b"], "a": ["a1", "a2"], "b": ["b1"], "a1": [], "a2": [], "b1": []}
ABOVE = {child: area for area, children in BELOW.items() for child in children}
AFTER = {"submit": "submitted", "return": "returned", "approve": "approved"}
STEPS = st.lists(st.tuples(st.sampled_from(sorted(AFTER)), st.sampled_from(sorted(BELOW))))


def take(states, step, area, comment="why"):
    return why_not(
        step,
        states[area],
        below={one: states[one] for one in BELOW[area]},
        above=states[ABOVE[area]] if area in ABOVE else "open",
        comment=comment,
    )


@given(STEPS)
def test_what_stands_has_everything_below_it_approved(steps) -> None:
    states = dict.fromkeys(BELOW, "open")
    for step, area in steps:
        if take(states, step, area) is None:
            states[area] = AFTER[step]
        for one, below in BELOW.items():
            if states[one] in ("submitted", "approved"):
                assert all(states[child] == "approved" for child in below)


def test_the_whole_tree_is_approved_from_below() -> None:
    states = dict.fromkeys(BELOW, "open")
    for area in ("a1", "a2", "b1", "a", "b", "district"):
        for step in ("submit", "approve"):
            assert take(states, step, area) is None
            states[area] = AFTER[step]

    assert take(states, "return", "a").key == "signing.above_stands"
    assert take(states, "return", "district", comment=" ").key == "signing.no_comment"
    assert take(states, "return", "district") is None


@pytest.mark.parametrize("step", sorted(AFTER))
def test_nothing_goes_on_before_a_conflict_is_decided(step) -> None:
    assert take({**dict.fromkeys(BELOW, "open"), "a1": "disputed"}, step, "a1").key == (
        "signing.disputed"
    )


NUMBERS = st.dictionaries(
    st.from_regex(r"[a-z][a-z_0-9]{0,12}", fullmatch=True).filter(lambda name: name != "as_of"),
    st.from_regex(r"\d{1,6}(/\d{1,6}|\.\d{1,2})?", fullmatch=True),
)


@given(NUMBERS)
def test_figures_are_read_as_they_were_written(numbers) -> None:
    kept = Kept("2024-03-31", numbers)

    assert read_kept(write_kept(kept)) == kept
    assert changes(kept, numbers) == []


@given(st.text())
def test_any_text_can_be_read(text) -> None:
    assert isinstance(read_kept(text).numbers, dict)


def test_a_change_says_both_numbers() -> None:
    kept = Kept("2024-03-31", {"households": "276", "gone": "1", "assigned": "270/276"})
    [change] = changes(kept, {"households": "275", "assigned": "270/276", "new": "3"})

    assert (change.name, change.then, change.now) == ("households", "276", "275")
