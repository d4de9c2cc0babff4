"""Which records are drawn, and what two keyings of one record have in common."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nq77tui.core.document import doc_id_of, from_document, to_document
from nq77tui.core.expression import parse
from nq77tui.core.merge import create, edit
from nq77tui.core.record import Dot, Stamp
from nq77tui.core.schema import Field, Schema
from nq77tui.core.screen import FormField, RecordScreen, Repeat, Section
from nq77tui.core.verification import (
    RESULT,
    VERIFICATION,
    are_same,
    blind_screen,
    compared,
    is_drawn,
    read_verification,
)

KINDS = {"head": "text", "persons": "integer", "pledge": "yes_no", "area": "reference"}
SCHEMA = Schema("household", 1, {}, {name: Field(name, kind, {}) for name, kind in KINDS.items()})
VALUES = {
    "head": st.one_of(st.none(), st.sampled_from(["", "Lý Văn An", "Lý Văn Ân"])),
    "persons": st.one_of(st.none(), st.integers(0, 3)),
    "pledge": st.one_of(st.none(), st.booleans()),
    "area": st.one_of(st.none(), st.sampled_from(["OLD", "NEW", "FAR"])),
}
keyings = st.fixed_dictionaries(VALUES)
ids = st.integers(1, 1 << 39).map(lambda n: str(Dot("ABCDEFGH", n)))


def resolve(record_id: str) -> str:
    return "NEW" if record_id == "OLD" else record_id


@given(ids, st.integers(0, 100), st.integers(0, 100))
def test_a_larger_share_holds_the_smaller_one(record_id, one, other) -> None:
    small, large = sorted((one, other))
    assert is_drawn(record_id, small) <= is_drawn(record_id, large)
    assert not is_drawn(record_id, 0)
    assert is_drawn(record_id, 100)


def test_the_share_is_about_what_was_asked_for() -> None:
    drawn = sum(is_drawn(f"ABCDEFGH-{number}", 5) for number in range(20_000))
    assert 850 < drawn < 1150


def test_all_machines_draw_the_same_ones_for_good() -> None:
    drawn = [n for n in range(1, 200) if is_drawn(f"ABCDEFGH-{n}", 5)]
    assert drawn == [46, 66, 71, 99, 120, 126, 145, 155, 157, 165, 167, 186]


@given(keyings, keyings)
def test_every_field_is_compared_once_and_told_to_whom_it_belongs(first, second) -> None:
    first = {**first, "head": "Lý Văn An"}
    record = create("household", first, Dot("ABCDEFGH", 1), Stamp(10, "Lan"))
    record = edit(record, {"persons": first["persons"]}, Dot("ABCDEFGH", 2), Stamp(20, "Hà"))
    values = compared(SCHEMA, record, second, list(KINDS), resolve)
    kept = create(VERIFICATION, values, Dot("ABCDEFGH", 3), Stamp(30, "Minh"))
    read = from_document(VERIFICATION, doc_id_of(kept.id), to_document(kept))
    found = read_verification(read)

    assert found is not None
    assert found.stamp == Stamp(30, "Minh")
    assert sum(count for _, _, count in found.checked) == len(KINDS)
    assert ("Hà", 20, 1) in found.checked
    different = {
        name
        for name, field in SCHEMA.fields.items()
        if not are_same(field, first[name], second[name], resolve)
    }
    assert {one.field for one in found.differences} == different
    for one in found.open:
        assert one.first == first[one.field]
        assert one.second == (None if second[one.field] == "" else second[one.field])
        assert one.by == ("Hà" if one.field == "persons" else "Lan")

    for number, name in enumerate(sorted(different)):
        read = edit(read, {name + RESULT: "second"}, Dot("ABCDEFGH", 4 + number), Stamp(40, "Hà"))
    decided = read_verification(read)
    assert decided is not None
    assert not decided.open


@given(keyings)
def test_keyed_alike_nothing_differs(values) -> None:
    record = create("household", values, Dot("ABCDEFGH", 1), Stamp(10, "Lan"))
    assert compared(SCHEMA, record, values, list(KINDS), resolve)["differs"] == {}


junk = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.sampled_from(["", "persons"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["persons", "by", "at", "first"]), inner, max_size=3),
    ),
    max_leaves=8,
)


@given(
    st.dictionaries(st.sampled_from(["of", "keyed", "checked", "differs", "persons.result"]), junk)
)
def test_what_somebody_brings_is_read_or_left_but_never_fails(values) -> None:
    record = create(VERIFICATION, values, Dot("ABCDEFGH", 1), Stamp(10, "Lan"))
    found = read_verification(record)
    if found is not None:
        assert isinstance(found.of, str)
        assert all(isinstance(one.by, str) for one in found.differences)


def test_the_blind_form_leaves_out_what_gives_the_first_keying_away() -> None:
    asked = (
        FormField("area", carry=True),
        FormField("persons", default=parse("4"), carry=True),
        FormField("head"),
    )
    sections = (
        Section({}, asked[:2]),
        Section({}, asked[2:]),
        Section({}, (), Repeat("member", "household", (), ())),
    )
    screen = RecordScreen("household", {}, "h", "", (), (), False, sections, ("area", "head"))

    assert [one.fields for one in blind_screen(screen).sections] == [(FormField("persons"),)]
