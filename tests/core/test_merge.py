"""What two people see after their copies of one record have met."""

from __future__ import annotations

import itertools

import pytest

from nq77tui.core.document import DocumentError, doc_id_of, from_document, id_of_doc_id, to_document
from nq77tui.core.merge import create, delete, edit, keep, keyed_id, merge
from nq77tui.core.record import Dot, Stamp, canonical_json

LAN, MAI = Stamp(1_700_000_000, "lan"), Stamp(1_700_000_060, "mai")


@pytest.fixture
def household():
    values = {"head": "Vi Văn Mẫu", "persons": 4, "class": "poor"}
    return create("household", values, Dot("AAAAAAAA", 1), LAN)


def test_different_fields_merge_by_themselves(household) -> None:
    mine = edit(household, {"persons": 5}, Dot("AAAAAAAA", 2), LAN)
    theirs = edit(household, {"class": "near_poor"}, Dot("BBBBBBBB", 1), MAI)

    merged = merge(mine, theirs)

    assert merged.values == {"head": "Vi Văn Mẫu", "persons": 5, "class": "near_poor"}
    assert not merged.conflicts


def test_the_same_field_keeps_both_values_until_somebody_decides(household) -> None:
    mine = edit(household, {"persons": 5}, Dot("AAAAAAAA", 2), LAN)
    theirs = edit(household, {"persons": 6}, Dot("BBBBBBBB", 1), MAI)

    merged = merge(mine, theirs)
    assert [(s.value, s.stamp.by) for s in merged.conflicts["persons"]] == [(6, "mai"), (5, "lan")]

    decided = edit(merged, {"persons": 5}, Dot("CCCCCCCC", 1), LAN)
    for late in (mine, theirs, merged):
        assert merge(decided, late) == decided
        assert not merge(decided, late).conflicts


def test_equal_values_are_no_conflict_but_both_writes_are_kept(household) -> None:
    mine = edit(household, {"persons": 5}, Dot("AAAAAAAA", 2), LAN)
    theirs = edit(household, {"persons": 5}, Dot("BBBBBBBB", 1), MAI)

    merged = merge(mine, theirs)

    assert not merged.conflicts
    assert len(merged.siblings("persons")) == 2


def test_dropping_an_equal_sibling_would_have_broken_associativity(household) -> None:
    # The trap: B writes the value that A wrote; C, who saw only A's, writes another. If the
    # merge of A and B forgot one of the equal twins, the order of merging would show.
    a = edit(household, {"persons": 5}, Dot("AAAAAAAA", 2), LAN)
    b = edit(household, {"persons": 5}, Dot("BBBBBBBB", 1), MAI)
    c = edit(a, {"persons": 7}, Dot("CCCCCCCC", 1), MAI)

    results = set()
    for x, y, z in itertools.permutations((a, b, c)):
        results.add(canonical_json(to_document(merge(merge(x, y), z))))
        results.add(canonical_json(to_document(merge(x, merge(y, z)))))
    assert len(results) == 1
    assert {s.value for s in merge(merge(a, b), c).siblings("persons")} == {5, 7}


def test_a_tie_of_clocks_is_decided_alike_on_both_machines(household) -> None:
    mine = edit(household, {"head": "Lý"}, Dot("AAAAAAAA", 2), LAN)
    theirs = edit(household, {"head": "Vi"}, Dot("BBBBBBBB", 1), LAN)
    assert merge(mine, theirs).get("head") == merge(theirs, mine).get("head")


def test_a_deletion_wins_over_what_its_author_had_seen(household) -> None:
    gone = delete(household, Dot("BBBBBBBB", 1), MAI)
    assert merge(household, gone).is_dead
    assert merge(gone, household) == gone


def test_a_deletion_against_an_edit_is_contested_and_alive(household) -> None:
    gone = delete(household, Dot("BBBBBBBB", 1), MAI)
    edited = edit(household, {"persons": 9}, Dot("AAAAAAAA", 2), LAN)

    merged = merge(gone, edited)

    assert merged.is_contested
    assert not merged.is_dead
    assert merged.get("persons") == 9
    assert not keep(merged, Dot("AAAAAAAA", 3), LAN).is_contested
    assert delete(merged, Dot("AAAAAAAA", 3), LAN).is_dead


def test_a_decision_to_keep_does_not_beat_a_deletion_it_never_saw(household) -> None:
    gone = delete(household, Dot("BBBBBBBB", 1), MAI)
    kept = keep(gone, Dot("AAAAAAAA", 2), LAN)
    gone_again = delete(gone, Dot("BBBBBBBB", 2), MAI)
    assert merge(kept, gone_again).is_contested


def test_writing_to_a_dead_record_brings_it_back_everywhere(household) -> None:
    gone = delete(household, Dot("BBBBBBBB", 1), MAI)
    back = edit(gone, {"persons": 3}, Dot("BBBBBBBB", 2), MAI)
    assert not merge(gone, back).is_dead
    assert not merge(gone, back).is_contested
    assert merge(household, back).values == back.values


def test_two_machines_create_the_same_record_from_the_same_key() -> None:
    ours = keyed_id("area", ["06604", "2020-01-01"])
    assert ours == keyed_id("area", ["06604", "2020-01-01"])
    assert ours != keyed_id("area", ["06604", "2025-07-01"])
    assert id_of_doc_id(doc_id_of(ours)) == ours


def test_copies_of_different_records_do_not_merge(household) -> None:
    other = create("household", {"head": "Lý"}, Dot("BBBBBBBB", 1), LAN)
    with pytest.raises(ValueError):
        merge(household, other)


def test_values_are_copies() -> None:
    record = create("person", {"positions": [{"title": "x"}]}, Dot("AAAAAAAA", 1), LAN)
    record.values["positions"].append("leaked")
    assert record.values == {"positions": [{"title": "x"}]}


def test_a_record_never_edited_costs_at_most_35_bytes_of_causal_data(household) -> None:
    document = to_document(household)
    cost = len(canonical_json(document)) - len(canonical_json({**household.values}))
    assert cost <= 35


@pytest.mark.parametrize(
    ("causal", "reason"),
    [
        (None, "document.no_causal_data"),
        ("", "document.bad_causal_data"),
        ("AAAAAAAA-1", "document.bad_causal_data"),
        ("AAAAAAAA-0 1 1 lan", "document.bad_causal_data"),
        ("AAAAAAAA-01 1 1 lan", "document.bad_causal_data"),
        ("aaaaaaaa-1 1 1 lan", "document.bad_causal_data"),
        ({"w": []}, "document.bad_causal_data"),
        ({"w": ["AAAAAAAA-1 1 lan"], "evil": 1}, "document.bad_causal_data"),
        ({"w": ["AAAAAAAA-1 1 lan"], "f": {"head": 7}}, "document.bad_causal_data"),
        ({"w": ["AAAAAAAA-1 1 lan"], "f": {"head": -1}}, "document.bad_causal_data"),
        ({"w": ["AAAAAAAA-1 1 lan"], "v": {"../etc": 3}}, "document.bad_causal_data"),
        ({"w": ["AAAAAAAA-1 1 lan"], "v": {"AAAAAAAA": 2**80}}, "document.bad_causal_data"),
        ({"w": ["AAAAAAAA-1 1 lan"], "x": [[0]]}, "document.bad_causal_data"),
        ([1], "document.bad_causal_data"),
    ],
)
def test_damaged_causal_data_is_named_and_refused(causal, reason) -> None:
    document = {"head": "Vi", "_": causal}
    with pytest.raises(DocumentError) as caught:
        from_document("household", doc_id_of("AAAAAAAA-1"), document)
    assert caught.value.problems[0].key == reason


def nested(depth: int) -> list:
    value: list = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (float("nan"), "document.bad_number"),
        ([float("-inf")], "document.bad_number"),
        (10**30, "document.bad_number"),
        ("\ud800", "document.bad_text"),
        ({"\ud800": 1}, "document.bad_text"),
        (nested(100), "document.too_deep"),
        (b"x", "document.bad_value"),
    ],
)
def test_values_that_records_cannot_hold_are_refused(value, reason) -> None:
    document = {"head": value, "_": "AAAAAAAA-1 1 1 lan"}
    with pytest.raises(DocumentError) as caught:
        from_document("household", doc_id_of("AAAAAAAA-1"), document)
    assert caught.value.problems[0].key == reason


@pytest.mark.parametrize("doc_id", [0, -1, 1 << 90, 6])
def test_a_row_that_somebody_inserted_by_hand_has_no_id_of_ours(doc_id) -> None:
    with pytest.raises(DocumentError) as caught:
        from_document("household", doc_id, {"head": "Vi", "_": "AAAAAAAA-1 1 1 lan"})
    assert caught.value.problems[0].key == "document.foreign_id"
