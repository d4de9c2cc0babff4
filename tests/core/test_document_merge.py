"""Merging as documents gives what merging as records gives, to the byte, or has no result."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nq77tui.core.document import DocumentError, doc_id_of, from_document, to_document
from nq77tui.core.document_merge import document_of_one_write, merged_document
from nq77tui.core.merge import create, delete, edit, merge
from nq77tui.core.record import Dot, Record, Stamp

VALUES = ["Vi", "Lý", 1, 1.0, True, None, [1], [True], {"n": 1}]
NAMES = ["head", "persons", "tags", "note", "ghi_chú"]
A, B = "AAAAAAAA", "BBBBBBBB"
BASE = create("household", {"head": "Vi", "persons": 4, "tags": [1]}, Dot(A, 5), Stamp(5, "Lan Ơ"))
ID = doc_id_of(BASE.id)

changes = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(VALUES), min_size=1)
steps = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(["edit", "edit", "edit", "merge", "merge", "delete"]),
        st.integers(0, 2),
        changes,
    ),
    max_size=12,
)


def spelled(document) -> str:
    return json.dumps(document, ensure_ascii=False)


def play(history, base: Record = BASE) -> list[Record]:
    """Every state of three copies; the third machine goes on under the name of the first write."""
    copies, counters = [base] * 3, [0, 0, 5]
    states = [base]
    for here, action, other, change in history:
        if action == "merge":
            copies[here] = merge(copies[here], copies[other])
        else:
            counters[here] += 1
            dot, stamp = Dot([B, "C" * 8, A][here], counters[here]), Stamp(counters[here], "lan")
            mine = copies[here]
            copies[here] = (
                delete(mine, dot, stamp) if action == "delete" else edit(mine, change, dot, stamp)
            )
        states.append(copies[here])
    return states


@given(steps, st.sampled_from([1, 3]))
@example([(0, "edit", 0, {"note": 1}), (1, "edit", 0, {"head": "x"}), (0, "merge", 1, {})], 3)
@example([(0, "edit", 0, {"note": 1}), (0, "edit", 0, {"note": 2}), (1, "merge", 0, {})], 1)
def test_it_gives_what_the_merge_of_the_records_gives(history, form) -> None:
    base = Record(BASE.id, BASE.type, BASE.fields, BASE.vector, (), form)
    states = play(history, base)
    for mine in states:
        for theirs in states:
            here = to_document(mine)
            merged = merged_document(here, to_document(theirs), form)
            if merged is not None:
                assert spelled(merged) == spelled(to_document(merge(mine, theirs)))
                assert (merged is here) == (merge(mine, theirs) == mine)
        alone = document_of_one_write(to_document(mine), form)
        if alone is not None:
            assert spelled(alone) == spelled(to_document(mine))
        assert merged_document(to_document(base), to_document(mine), form + 1) is None
        assert document_of_one_write(to_document(mine), form + 1) is None


def test_the_common_ones_have_a_result() -> None:
    note = edit(BASE, {"note": "b"}, Dot(B, 1), Stamp(6, "mai"))
    head = edit(BASE, {"head": "c"}, Dot("CCCCCCCC", 1), Stamp(6, "hà"))
    again = edit(note, {"note": None}, Dot("DDDDDDDD", 1), Stamp(7, "hà"))
    both = merge(merge(note, head), again)
    for mine, theirs in ((BASE, note), (note, BASE), (note, head), (note, again), (again, note)):
        merged = merged_document(to_document(mine), to_document(theirs), 1)
        assert merged == to_document(merge(mine, theirs))
    two = to_document(merge(note, head))
    assert merged_document(two, to_document(BASE), 1) is two
    assert merged_document(to_document(BASE), two, 1) == two
    for one in (BASE, note, head, again):
        here = to_document(both)
        assert merged_document(here, to_document(one), 1) is here
        assert merged_document(to_document(one), here, 1) == here
    assert document_of_one_write(to_document(BASE), 1) == to_document(BASE)


def test_what_is_open_or_says_two_things_or_is_of_this_replica_has_no_result() -> None:
    base = to_document(BASE)
    note = edit(BASE, {"note": "b"}, Dot(B, 1), Stamp(6, "mai"))
    other = edit(BASE, {"note": "c"}, Dot("CCCCCCCC", 1), Stamp(6, "mai"))
    gone = delete(BASE, Dot(B, 1), Stamp(6, "mai"))
    for theirs in (other, gone, merge(note, other)):
        assert merged_document(to_document(note), to_document(theirs), 1) is None
    assert merged_document(base | {"persons": 5}, to_document(note), 1) is None
    assert merged_document(base, {k: v for k, v in base.items() if k != "persons"}, 1) is None
    twice = edit(BASE, {"note": "b"}, Dot(B, 1), Stamp(7, "mai"))
    assert merged_document(to_document(note), to_document(twice), 1) is None
    said = edit(BASE, {"note": "B"}, Dot(B, 1), Stamp(6, "mai"))
    assert merged_document(to_document(note), to_document(said), 1) is None

    assert merged_document(base, to_document(note), 1, B) is None
    assert merged_document(to_document(note), base, 1, A) == to_document(note)
    assert document_of_one_write(base, 1, A) is None


def test_a_write_that_was_replaced_here_does_not_come_back() -> None:
    old = create("household", {"head": "Vi", "note": 1}, Dot(A, 3), Stamp(5, "lan"))
    mine = edit(old, {"persons": 2}, Dot(A, 9), Stamp(5, "lan"))
    theirs = edit(old, {"persons": 1}, Dot(A, 7), Stamp(5, "lan"))

    for one in (theirs, old):
        here = to_document(mine)
        assert merged_document(here, to_document(one), 1) is here


# Parts of a document that anybody may have written; the record decides what is right.
weird = st.one_of(
    st.sampled_from(
        [
            0, -1, 1, 2, True, False, None, 1.0, 10**30, float("nan"), "", "x", "\ud800", "Ơ", [],
            {}, [[]], [0], [0, 1], {"head": 0}, {"head": 1}, {"head": -1}, {"head": True},
            {"_": 1}, {"other": 1}, {A: 5}, {A: 6}, {B: 9}, {B: True}, {"x": 1}, {B: 2**41},
            {B: 0}, "7777777", "BBBBBBBB-1 1 mai", "BBBBBBBB-01 1 mai", "BBBBBBBB-1 01 mai",
            "bbbbbbbb-1 1 mai", "BBBBBBBB-1 -0 mai", "BBBBBBBB-1 1", "BBBBBBBB-1 1 \ud800",
            "BBBBBBBB-1 1 1 mai", "BBBBBBBB-1 1 01 mai", "BBBBBBBB-1 1 3 mai", "ILOUILOU-1 1 mai",
        ]
    ),
    st.text(max_size=3),
)  # fmt: skip


@given(st.data())
def test_what_anybody_may_have_written_is_as_the_record_says_or_has_no_result(data) -> None:
    mine = edit(BASE, {"persons": 7}, Dot("CCCCCCCC", 1), Stamp(6, "hà"))
    theirs = to_document(edit(BASE, {"head": "Lý"}, Dot(B, 1), Stamp(6, "mai")))
    kind = data.draw(st.sampled_from(["value", "name", "causal", "part", "write", "text"]))
    strange = data.draw(weird)
    if kind == "value":
        theirs[data.draw(st.sampled_from(NAMES))] = strange
    elif kind == "name":
        theirs[str(strange)] = "x"
    elif kind == "causal":
        theirs["_"] = strange
    elif kind == "part":
        theirs["_"][data.draw(st.sampled_from(["w", "f", "v", "n", "o", "x", "z"]))] = strange
    elif kind == "write":
        position = data.draw(st.integers(0, 2))
        theirs["_"]["w"][position : position + 1] = [strange]
    else:
        theirs = {"head": "Lý", "_": strange}
    for here in (to_document(BASE), to_document(mine)):
        merged = merged_document(here, theirs, 1)
        if merged is not None:
            read = from_document("household", ID, theirs)  # which refuses what is none
            whole = merge(from_document("household", ID, here), read)
            assert spelled(merged) == spelled(to_document(whole))
    alone = document_of_one_write(theirs, 1)
    if alone is not None:
        assert spelled(alone) == spelled(to_document(from_document("household", ID, theirs)))


@pytest.mark.parametrize("value", [float("nan"), 10**30, "\ud800", {"\ud800": 1}])
def test_a_value_that_no_record_may_hold_is_left_to_the_record_even_where_it_was_replaced(value):
    mine = to_document(edit(BASE, {"persons": 7}, Dot("CCCCCCCC", 1), Stamp(6, "hà")))
    theirs = {**to_document(BASE), "persons": value}
    with pytest.raises(DocumentError):
        from_document("household", ID, theirs)
    assert merged_document(mine, theirs, 1) is None
    assert document_of_one_write(theirs, 1) is None


WIDE = {name: name for name in "abcdef"}
WROTE_A, WROTE_B, WROTE_C = f"{A}-5 1 lan", f"{B}-1 1 mai", "CCCCCCCC-1 1 hà"
BY_A = {**WIDE, "_": f"{A}-5 1 1 lan"}
BY_B = {**WIDE, "a": "mới", "_": {"w": [WROTE_A, WROTE_B], "f": {"a": 1}}}
BY_BOTH = {**BY_B, "c": 7, "_": {"w": [WROTE_A, WROTE_B, WROTE_C], "f": {"a": 1, "c": 2}}}


@pytest.mark.parametrize(
    "theirs",
    [
        {**BY_B, "_": {"w": [WROTE_A, f"{A}-3 1 lan"], "f": {"a": 1}}},
        {**BY_B, "_": {"w": [WROTE_A, f"{A}-5 2 lan"], "f": {"a": 1}}},
        {**BY_B, "_": {"w": [WROTE_A, WROTE_B], "f": {"b": 1, "a": 1}}},
        {**BY_B, "_": {"w": [WROTE_A, WROTE_B], "f": {"a": 1, "b": 1, "c": 1}}},
        {**BY_B, "_": {"w": [WROTE_A, WROTE_B], "f": {"a": 1, "b": 1, "c": 1, "d": 1}}},
        {**BY_B, "_": {"w": [WROTE_A, WROTE_B], "f": {"a": -1}}},
        {**BY_B, "_": {"w": [WROTE_A, WROTE_B], "f": {"a": True}}},
        {**BY_B, "_": {"w": [WROTE_A, WROTE_B], "f": {"a": 0}}},
        {**BY_B, "_": {"w": [WROTE_A, WROTE_B], "f": {}}},
        {**BY_B, "_": {"w": [WROTE_A, WROTE_B], "f": {"a": 1}, "n": True}},
        {**BY_B, "_": {"w": [WROTE_A, WROTE_B], "f": {"a": 1}, "v": {"CCCCCCCC": 4, A: 5}}},
        {**BY_B, "_": {"w": [WROTE_A, WROTE_B, WROTE_C], "f": {"a": -1, "b": 1}}},
        {**BY_B, "_": {"w": [WROTE_A, WROTE_C], "f": {"a": True}, "v": {B: 1}}},
        {**BY_B, "a": float("nan"), "_": {"w": [WROTE_A, WROTE_B, WROTE_C], "f": {"a": 1, "b": 2}}},
        {**BY_B, "a": "\ud800", "_": {"w": [WROTE_A, WROTE_B, WROTE_C], "f": {"a": 1, "b": 2}}},
        {**BY_A, "b": "anders"},
        {**BY_A, "g": "mehr"},
        {name: value for name, value in BY_A.items() if name != "b"},
        {**BY_A, "_": {"w": [WROTE_A], "v": {"CCCCCCCC": 4}}},
        {**BY_A, "_": {"w": [WROTE_A]}},
        {"x": 1, **BY_B, "_": {"w": [WROTE_A, WROTE_B], "f": {"x": 1}}},
        {"a": 1, "b": 1, "_": {"w": [WROTE_A, WROTE_B], "f": {"a": 1, "b": 1}}},
        BY_A, BY_B, BY_BOTH,
    ],
)  # fmt: skip
def test_every_spelling_has_the_result_of_its_record_or_none(theirs) -> None:
    for mine in (BY_A, BY_B, BY_BOTH):
        found = merged_document(mine, theirs, 1)
        if found is not None:
            read = from_document("household", ID, theirs)
            whole = merge(from_document("household", ID, mine), read)
            assert spelled(found) == spelled(to_document(whole))
