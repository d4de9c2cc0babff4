"""The short way through a merge gives what the long way gives, or is not taken."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nq77tui.core.document import to_document
from nq77tui.core.merge import create, delete, edit, merge
from nq77tui.core.record import Dot, Record, Stamp
from nq77tui.store.fast_forward import follows

VALUES = ["Vi", "Lý", 1, 1.0, True, None, [1], [True], {"n": 1}]
BASE = create(
    "household", {"head": "Vi", "persons": 4, "tags": [1]}, Dot("AAAAAAAA", 5), Stamp(5, "lan")
)

changes = st.dictionaries(
    st.sampled_from(["head", "persons", "tags", "note"]), st.sampled_from(VALUES), min_size=1
)
steps = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(["edit", "edit", "merge", "delete"]),
        st.integers(0, 2),
        changes,
    ),
    max_size=10,
)


def play(history) -> list[Record]:
    copies, counters = [BASE] * 3, [5, 0, 0]
    states = [BASE]
    for here, action, other, change in history:
        if action == "merge":
            copies[here] = merge(copies[here], copies[other])
        else:
            counters[here] += 1
            dot, stamp = Dot("ABC"[here] * 8, counters[here]), Stamp(counters[here], "lan")
            mine = copies[here]
            copies[here] = (
                delete(mine, dot, stamp) if action == "delete" else edit(mine, change, dot, stamp)
            )
        states.append(copies[here])
    return states


@given(steps)
def test_what_is_taken_whole_is_what_a_merge_would_give(history) -> None:
    states = play(history)
    for mine in states:
        for theirs in states:
            if follows(theirs, to_document(mine)):
                assert to_document(merge(mine, theirs)) == to_document(theirs)


def test_an_edit_of_what_is_here_goes_the_short_way() -> None:
    theirs = edit(BASE, {"head": "Lý"}, Dot("BBBBBBBB", 1), Stamp(6, "mai"))

    assert follows(theirs, to_document(BASE))
    assert not follows(BASE, to_document(theirs))
    assert not follows(theirs, None)
    assert not follows(theirs, {"head": "Vi", "_": "damaged"})


def test_a_write_that_says_two_things_goes_the_long_way() -> None:
    theirs = edit(BASE, {"head": "Lý"}, Dot("BBBBBBBB", 1), Stamp(6, "mai"))
    for value in (4.0, True, 5):
        assert not follows(theirs, to_document(BASE) | {"persons": value})
    other_time = edit(
        create(
            "household",
            {"head": "Vi", "persons": 4, "tags": [1]},
            Dot("AAAAAAAA", 5),
            Stamp(9, "lan"),
        ),
        {"head": "Lý"},
        Dot("BBBBBBBB", 1),
        Stamp(6, "mai"),
    )
    assert not follows(other_time, to_document(BASE))


def test_a_write_that_was_replaced_here_goes_the_long_way() -> None:
    old = create("household", {"head": "Vi"}, Dot("AAAAAAAA", 3), Stamp(5, "lan"))
    theirs = merge(old, edit(old, {"persons": 1}, Dot("AAAAAAAA", 9), Stamp(5, "lan")))
    mine = create("household", {"head": "Lý"}, Dot("AAAAAAAA", 5), Stamp(5, "lan"))

    assert not follows(theirs, to_document(mine))
