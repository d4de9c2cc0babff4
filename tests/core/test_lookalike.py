"""Records that look like one, by the words of their names, years and places."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nq77tui.core.lookalike import (
    are_told_apart,
    blocking_keys,
    blocking_keys_of_many,
    neighbours,
)
from nq77tui.core.schema import Duplicates, Field, Schema

FIELDS = {
    name: Field(name, kind, {}, to=("area",) if kind == "reference" else ())
    for name, kind in [
        ("name", "text"),
        ("birth", "date"),
        ("area", "reference"),
        ("phone", "phone"),
        ("duties", "choices"),
    ]
}
RULES = Duplicates((("name", "area"), ("name", "birth"), ("phone",), ("duties",)), ("birth",))
SCHEMA = Schema("person", 1, {}, FIELDS, duplicates=RULES)
ALIASES = {"OLD": "NEW"}


def resolve(record_id: str) -> str:
    return ALIASES.get(record_id, record_id)


def look_alike(one, other) -> bool:
    shared = set(blocking_keys(SCHEMA, one, resolve)) & set(blocking_keys(SCHEMA, other, resolve))
    return bool(shared) and not are_told_apart(SCHEMA, one, other, resolve)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Vi Văn Hoà", "Vy Văn Hòa"),
        ("Lý Thị Thuỷ", "Lí Thị Thủy"),
        ("Nguyễn Quý", "Nguyen  Qui"),
        ("NÔNG VĂN AN", "Nông Văn An"),
        ("Đặng Thị Đào", "Dang thi dao"),
        ("Hoàng Văn Hòa", "Hoàng Văn Hòa"),
        ("Vi-Văn, Ba.", "Vi Văn Ba"),
    ],
)
def test_the_spellings_of_the_region_are_one_name(one, other) -> None:
    assert look_alike({"name": one, "area": "A"}, {"name": other, "area": "A"})
    assert not look_alike({"name": one, "area": "A"}, {"name": other, "area": "B"})


@pytest.mark.parametrize(
    ("one", "other", "is_alike"),
    [
        ({"name": "Vi Ba", "area": "OLD"}, {"name": "Vi Ba", "area": "NEW"}, True),
        ({"name": "Vi Ba", "birth": "1985"}, {"name": "Vi Ba", "birth": "1985-03-01"}, True),
        ({"name": "Vi Ba", "area": "A", "birth": "1985"}, {"name": "Vi Ba", "area": "A"}, True),
        (
            {"name": "Vi Ba", "area": "A", "birth": "1985"},
            {"name": "Vi Ba", "area": "A", "birth": "1986-12"},
            True,
        ),
        (
            {"name": "Vi Ba", "area": "A", "birth": "1985"},
            {"name": "Vi Ba", "area": "A", "birth": "1987"},
            False,
        ),
        ({"phone": "0912"}, {"phone": "0912"}, True),
        ({"phone": "0912", "birth": "1950"}, {"phone": "0912", "birth": "1999"}, False),
        ({"duties": ["a", "b"]}, {"duties": ["b", "a"]}, True),
        ({"name": "Vi Ba"}, {"name": "Vi Ba"}, False),
        ({"name": "...", "area": "A"}, {"name": "!", "area": "A"}, False),
        ({"name": "", "area": "A"}, {"name": "", "area": "A"}, False),
        ({"name": ["Vi"], "area": 4}, {"name": ["Vi"], "area": 4}, True),
        ({"birth": "gần đây", "name": "Vi"}, {"birth": "gần đây", "name": "Vi"}, False),
    ],
)
def test_what_agrees_and_what_tells_apart(one, other, is_alike) -> None:
    assert look_alike(one, other) is is_alike
    assert look_alike(other, one) is is_alike


def test_without_a_rule_nothing_looks_like_anything() -> None:
    plain = Schema("person", 1, {}, FIELDS)
    assert blocking_keys(plain, {"phone": "1"}, resolve) == []
    assert not are_told_apart(plain, {"birth": "1950"}, {"birth": "1999"}, resolve)


@given(st.sets(st.integers(0, 10**6), max_size=200))
def test_the_neighbours_of_a_crowd_are_few_and_of_a_few_are_all(numbers) -> None:
    ids = [f"{number:07}" for number in numbers]
    pairs = list(neighbours(ids))
    assert len(pairs) == len(set(pairs)) <= 20 * len(ids)
    assert all(one < other for one, other in pairs)
    if len(ids) <= 21:
        assert set(pairs) == set(combinations(sorted(ids), 2))


odd = st.sampled_from(
    ["Vi Văn Hòa", "vy  văn-hoà", "Vi\nVăn", "\n", " - ", "", "OLD", "NEW", "1950-02-03", "x-1", 5,
     1950.0, True, None, [], ["b", "a"], ["a", "b"], {"a": 1}, "\u0301", "a\u2028b", "y\r"]
)  # fmt: skip


@given(st.lists(st.dictionaries(st.sampled_from(list(FIELDS)), odd), max_size=8))
def test_the_keys_of_many_are_those_of_each(rows) -> None:
    found = blocking_keys_of_many(SCHEMA, rows, resolve)
    assert found == [blocking_keys(SCHEMA, row, resolve) for row in rows]
