"""Bringing records up to a newer form: it commutes with the merge, and loses nothing."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from nq77tui.core.change import SchemaChange, Split
from nq77tui.core.document import doc_id_of, form_of, from_document, to_document
from nq77tui.core.merge import create, delete, edit, keep, merge
from nq77tui.core.record import Dot, Json, Record, Stamp, canonical_json
from nq77tui.core.schema import Field, Schema
from nq77tui.core.upgrade import converted, parts_of, upgraded

REPLICAS = ("AAAAAAAA", "BBBBBBBB", "CCCCCCCC")
# Fields that change, one that stays, one that nobody declared and whose name a change takes, and
# names that only a hostile file would hold.
FIELDS = ("full_name", "phone", "source", "persons", "note", "mobile", "full_name@3", "x@2@2")
VALUES: list[Json] = ["Vi Thị Páo", "Páo", "12", "1.234", 12, None, "river", ["river", "well"]]
CHANGES = (
    SchemaChange(
        2, {"phone": "mobile", "source": "water"}, choices={"source": {"river": "stream"}}
    ),
    SchemaChange(3, split={"full_name": Split(("family", "given"))}, types={"persons": "integer"}),
    SchemaChange(4, {"given": "family", "family": "given"}, types={"persons": "text"}),
    SchemaChange(5, removed=("note",)),
)


def schema_of(changes: tuple[SchemaChange, ...]) -> Schema:
    names = ("mobile", "water", "family", "given", "persons")
    fields = {name: Field(name, "text", {}) for name in names}
    return Schema("household", len(changes) + 1, {}, fields, changes=changes)


SCHEMAS = tuple(schema_of(CHANGES[:length]) for length in range(len(CHANGES) + 1))

steps = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(["edit", "edit", "edit", "merge", "merge", "delete", "keep"]),
        st.integers(0, 2),
        st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(VALUES), min_size=1, max_size=3),
        st.sampled_from((0, 1_600_000_000, 1_700_000_000)),
    ),
    max_size=15,
)


def play(history) -> list[Record]:
    """Three copies of one record of the first form, after edits and merges in any order."""
    first = create("household", {"full_name": "Vi Páo"}, Dot(REPLICAS[0], 1), Stamp(5, "lan"))
    copies, counters = [first] * 3, [1, 0, 0]
    for here, action, other, changes, clock in history:
        counters[here] += 1
        dot, stamp = Dot(REPLICAS[here], counters[here]), Stamp(clock, f"op{here}")
        copies[here] = {
            "merge": lambda here=here, other=other: merge(copies[here], copies[other]),
            "edit": lambda here=here, c=changes, d=dot, s=stamp: edit(copies[here], c, d, s),
            "delete": lambda here=here, d=dot, s=stamp: delete(copies[here], d, s),
            "keep": lambda here=here, d=dot, s=stamp: keep(copies[here], d, s),
        }[action]()
    return copies


def as_bytes(record: Record) -> str:
    return canonical_json(to_document(record))


@settings(max_examples=150)
@given(steps)
def test_merging_first_or_bringing_up_first_gives_equal_bytes(history) -> None:
    copies = play(history)
    for schema in SCHEMAS:
        for a in copies:
            for b in copies:
                first = upgraded(merge(a, b), schema)
                assert as_bytes(first) == as_bytes(merge(upgraded(a, schema), upgraded(b, schema)))
                read = from_document("household", doc_id_of(first.id), to_document(first))
                assert as_bytes(read) == as_bytes(first)


@settings(max_examples=150)
@given(steps)
def test_by_one_step_or_by_several_it_is_the_same_and_every_write_is_there(history) -> None:
    for record in play(history):
        by_steps = record
        for schema in SCHEMAS:
            by_steps = upgraded(by_steps, schema)
            assert as_bytes(by_steps) == as_bytes(upgraded(record, schema))
            assert upgraded(by_steps, schema) is by_steps
            assert form_of(to_document(by_steps)) == by_steps.schema == schema.form
        assert by_steps.dots == record.dots
        assert (by_steps.vector, by_steps.deletions) == (record.vector, record.deletions)
        # Every value stands where it was or where it went, once for each part.
        before = sum(len(siblings) for siblings in record.fields.values())
        after = sum(len(siblings) for siblings in by_steps.fields.values())
        split = sum(
            parts_of(one.value, CHANGES[1].split["full_name"]) is not None
            for one in record.siblings("full_name")
        )
        assert after == before + split


def test_values_go_where_the_changes_say() -> None:
    values: dict[str, Json] = {
        "full_name": "Vi Thị Páo",
        "phone": "0912",
        "source": "river",
        "persons": "1.234",
        "mobile": "undeclared",
        "note": "kept",
    }
    old = create("household", values, Dot(REPLICAS[0], 1), Stamp(5, "lan"))
    assert upgraded(old, SCHEMAS[2]).values == {
        "family": "Vi",
        "given": "Thị Páo",
        "mobile": "0912",
        "mobile@2": "undeclared",
        "water": "stream",
        "persons": 1234,
        "note": "kept",
    }
    swapped = upgraded(old, SCHEMAS[3])
    assert (swapped.get("family"), swapped.get("persons")) == ("Thị Páo", "1234")
    # A version that only takes a field away does not change the form: both go on merging.
    assert SCHEMAS[4].form == SCHEMAS[3].form == 4
    assert upgraded(swapped, SCHEMAS[4]) is swapped


def test_what_cannot_be_brought_up_is_kept() -> None:
    values: dict[str, Json] = {"full_name": "Páo", "persons": "vài người", "source": ["river", 4]}
    old = create("household", values, Dot(REPLICAS[0], 1), Stamp(5, "lan"))
    assert upgraded(old, SCHEMAS[2]).values == {
        "full_name@3": "Páo",
        "persons": "vài người",
        "water": ["stream", 4],
    }
    # A later write of somebody who had seen it supersedes it, wherever it stands.
    later = edit(old, {"full_name": "Vi Páo"}, Dot(REPLICAS[1], 1), Stamp(6, "hoa"))
    both = merge(upgraded(old, SCHEMAS[2]), upgraded(later, SCHEMAS[2]))
    assert both.get("full_name@3") is None
    assert (both.get("family"), both.get("given")) == ("Vi", "Páo")


def test_an_edit_of_the_old_name_and_one_of_the_new_are_siblings_of_one_field() -> None:
    old = create("household", {"phone": "1"}, Dot(REPLICAS[0], 1), Stamp(5, "lan"))
    a = edit(old, {"phone": "2"}, Dot(REPLICAS[1], 1), Stamp(6, "hoa"))
    b = edit(upgraded(old, SCHEMAS[1]), {"mobile": "3"}, Dot(REPLICAS[2], 1), Stamp(7, "vi"))
    both = merge(upgraded(a, SCHEMAS[1]), b)
    assert [one.value for one in both.conflicts["mobile"]] == ["3", "2"]
    assert list(both.fields) == ["mobile"]


def test_types_are_read_as_people_type_them_or_left_alone() -> None:
    for value, kind, expected in (
        ("1.234", "integer", 1234),
        ("70.5", "decimal", "70.5"),  # English or Vietnamese: nobody knows
        (70.5, "text", "70,5"),
        (4.0, "integer", 4),
        (4.5, "integer", 4.5),
        ("5/9/2024", "date", "2024-09-05"),
        ("h", "date", "h"),  # today is another day on every machine
        ("5/9", "date", "5/9"),
        (63, "figure", {"is": "exact", "n": 63}),
        ("well", "choices", ["well"]),
        (["well"], "choice", "well"),
        (["well", "river"], "choice", ["well", "river"]),
        (True, "text", True),
        (None, "integer", None),
        ("", "integer", ""),
    ):
        assert canonical_json(converted(value, kind)) == canonical_json(expected)


def test_the_parts_of_a_text() -> None:
    assert parts_of("Vi Thị Páo", Split(("a", "b"))) == ["Vi", "Thị Páo"]
    assert parts_of("Vi Thị Páo", Split(("a", "b"), from_end=True)) == ["Vi Thị", "Páo"]
    assert parts_of("Vi, Páo", Split(("a", "b"), ",")) == ["Vi", "Páo"]
    assert parts_of("Páo", Split(("a", "b"))) is None
    assert parts_of(", Páo", Split(("a", "b"), ",")) is None
    assert parts_of(4, Split(("a", "b"))) is None
    assert parts_of(None, Split(("a", "b"))) == [None, None]


def test_the_fields_that_may_hold_what_was_not_brought_up() -> None:
    assert SCHEMAS[3].in_doubt == {"water": 2, "persons": 4}
