"""Coverage of a small district whose numbers are known by hand.

province T
  district D                      (until 30/06/2025, then part of T)
    commune X                     (until 30/06/2025, then commune N)
      village X1   3 households
      village X2   1 household
    commune Y                     (until 30/06/2025, then commune N)
      village Y1   2 households
  commune N                       (from 01/07/2025)
a household in no area
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from nq77tui.core.area_tree import EVERYWHERE, AreaTree, exists_on
from nq77tui.core.counting.coverage import Coverage, Share
from nq77tui.core.expression import parse
from nq77tui.core.metric import Counted, Covered, Figure, Metric
from nq77tui.core.schema import Field, Schema, Tree
from nq77tui.core.scope import Row

LABEL = {"vi": "X", "en": "X"}


def schema(record: str, *references: str, **more: object) -> Schema:
    fields = {name: Field(name, "reference", LABEL, to=("area",)) for name in references}
    return Schema(record, 1, LABEL, fields, **more)  # type: ignore[arg-type]


SCHEMAS = {
    "area": schema(
        "area", "parent", "successor", begins="begins", ends="ends",
        tree=Tree("parent", "level", "successor"),
    ),
    "household": schema("household", "area", area="area", begins="from", ends="to"),
    "person": schema("person", "area", "cell", area="area"),
    "cell": schema("cell", "area", area="area"),
    "duty": schema("duty", "person", "unit", area="unit", begins="from", ends="to"),
    "work": schema("work", "area", area="area", begins="date"),
    "herd": schema("herd", "area", area="area", begins="date"),
}  # fmt: skip

OLD, NEW = {"ends": "2025-06-30"}, {"begins": "2025-07-01"}
AREAS = [
    Row("T", "area", {"level": "province"}),
    Row("D", "area", {"level": "district", "parent": "T", **OLD, "successor": "T"}),
    Row("X", "area", {"level": "commune", "parent": "D", **OLD, "successor": "N"}),
    Row("Y", "area", {"level": "commune", "parent": "D", **OLD, "successor": "N"}),
    Row("N", "area", {"level": "commune", "parent": "T", **NEW}),
    Row("X1", "area", {"level": "village", "parent": "X"}),
    Row("X2", "area", {"level": "village", "parent": "X"}),
    Row("Y1", "area", {"level": "village", "parent": "Y"}),
]
HOUSEHOLDS = [
    Row("h1", "household", {"area": "X1", "persons": 4, "pledge": True}),
    Row("h2", "household", {"area": "X1", "persons": 2.5}),
    Row("h3", "household", {"area": "X1", "persons": {"is": "about", "n": 3}, "pledge": True}),
    Row("h4", "household", {"area": "X2", "persons": "many"}),
    Row("h5", "household", {"area": "Y1", "persons": 6}),
    Row("h6", "household", {"area": "Y1", "from": "2025-01-01", "to": "2025-03-31"}),
    Row("h7", "household", {"persons": 9}),
]
PEOPLE = [
    Row("p1", "person", {"area": "X1", "level": "commune", "cell": "c1"}),
    Row("p2", "person", {"area": "X2", "level": "commune", "cell": "c2"}),
    Row("p3", "person", {"area": "Y1", "level": "district"}),
]
CELLS = [
    Row("c1", "cell", {"area": "X1"}),
    Row("c2", "cell", {"area": "X2"}),
    Row("c3", "cell", {"area": "Y1"}),
]
DUTIES = [
    Row("d1", "duty", {"person": "p1", "unit": "h1"}),
    Row("d2", "duty", {"person": "p1", "unit": "h1"}),
    Row("d3", "duty", {"person": "p2", "unit": "h1", "from": "2025-02-01"}),
    Row("d4", "duty", {"person": "p2", "unit": "h5"}),
    Row("d5", "duty", {"person": "p3", "unit": "h4", "to": "2024-12-31"}),
    Row("d6", "duty", {"person": "gone", "unit": "h2"}),
    Row("d7", "duty", {"person": "p1", "unit": "gone"}),
    Row("d8", "duty", {"person": "p1"}),
]
WORKS = [
    Row("w1", "work", {"area": "X1", "status": "done"}),
    Row("w2", "work", {"area": "X", "status": "running"}),
    Row("w3", "work", {"area": "X1", "date": "2025-05-01"}),
]
HERDS = [
    Row("g1", "herd", {"area": "X1", "kind": "goat", "head": 10, "date": "2024-01-01"}),
    Row("g2", "herd", {"area": "X1", "kind": "goat", "head": 30, "date": "2025-01-01"}),
    Row("g3", "herd", {"area": "X1", "kind": "pig", "head": 5, "date": "2023-01-01"}),
    Row("g4", "herd", {"area": "Y1", "kind": "goat", "head": 7, "date": "2025-01-01"}),
    Row("g5", "herd", {"area": "Y1", "kind": "goat", "head": 8, "date": "2025-01-01"}),
]


class Facts:
    def __init__(self, rows: Iterable[Row]) -> None:
        self.by_id = {row.id: row for row in rows}

    def rows(self, record_type: str) -> list[Row]:
        return [row for row in self.by_id.values() if row.type == record_type]

    def row(self, record_id: str) -> Row | None:
        return self.by_id.get(record_id)


FACTS = Facts([*AREAS, *HOUSEHOLDS, *PEOPLE, *CELLS, *DUTIES, *WORKS, *HERDS])


def metric(of: Counted, have: Covered) -> Metric:
    return Metric("m", LABEL, LABEL, of, have)


def figure(record: str, **more: object) -> Figure:
    return Figure("f", LABEL, LABEL, record, **more)  # type: ignore[arg-type]


VILLAGES = Counted("area", parse("${level} = 'village'"))
METRICS = {
    "assigned": metric(Counted("household"), Covered("duty", link=("unit",))),
    "twice": metric(Counted("household"), Covered("duty", link=("unit",), at_least=2)),
    "by_two": metric(
        Counted("household"), Covered("duty", link=("unit",), distinct="person", at_least=2)
    ),
    "by_commune": metric(
        Counted("household"),
        Covered("duty", parse("${person.level} = 'commune'"), link=("unit",)),
    ),
    "cells": metric(Counted("cell"), Covered("duty", link=("person", "cell"))),
    "worked": metric(VILLAGES, Covered("work", within=True)),
    "communes_worked": metric(
        Counted("area", parse("${level} = 'commune'")), Covered("work", within=True)
    ),
    "pledged": metric(Counted("household"), Covered(where=parse("${pledge}"))),
    "done": metric(Counted("work"), Covered(where=parse("${status} = 'done'"))),
    "nothing": metric(Counted("household", parse("false()")), Covered(where=parse("true()"))),
}
FIGURES = {
    "households": figure("household"),
    "persons": figure("household", sum="persons"),
    "pledges": figure("household", where=parse("${pledge}")),
    "people": figure("duty", distinct="person"),
    "works": figure("work"),
    "own_works": figure("work", own=True),
    "goats": figure("herd", where=parse("${kind} = 'goat'"), latest=("area", "kind"), sum="head"),
    "all_goats": figure("herd", where=parse("${kind} = 'goat'"), sum="head"),
    "kinds": figure("herd", distinct="kind"),
    "own_kinds": figure("herd", distinct="kind", own=True),
}


def count(as_of: str, facts: Facts = FACTS) -> Coverage:
    return Coverage(SCHEMAS, METRICS, FIGURES, facts, as_of=as_of, today="2025-12-31")


@pytest.fixture(scope="module")
def june() -> Coverage:
    """The last day of the old communes."""
    return count("2025-06-30")


@pytest.fixture(scope="module")
def july() -> Coverage:
    """The first day of the new one."""
    return count("2025-07-01")


@pytest.mark.parametrize(
    ("name", "everywhere", "commune_x", "village"),
    [
        ("assigned", (3, 6), (2, 4), (2, 3)),
        ("twice", (1, 6), (1, 4), (1, 3)),
        ("by_two", (1, 6), (1, 4), (1, 3)),
        ("by_commune", (2, 6), (1, 4), (1, 3)),
        ("cells", (2, 3), (2, 2), (1, 1)),
        ("worked", (1, 3), (1, 2), (1, 1)),
        ("communes_worked", (1, 2), (1, 1), (0, 0)),
        ("pledged", (2, 6), (2, 4), (2, 3)),
        ("done", (1, 3), (1, 3), (1, 2)),
        ("nothing", (0, 0), (0, 0), (0, 0)),
    ],
)
def test_a_metric_counts_what_it_says(june, name, everywhere, commune_x, village):
    assert june.share(EVERYWHERE, name) == everywhere
    assert june.share("X", name) == commune_x
    assert june.share("X1", name) == village


@pytest.mark.parametrize(
    ("name", "everywhere", "commune_x", "village"),
    [
        ("households", 6, 4, 3),
        ("persons", 24.5, 9.5, 9.5),
        ("pledges", 2, 2, 2),
        ("people", 3, 3, 3),
        ("works", 3, 3, 2),
        ("own_works", 0, 1, 2),
        ("goats", 38, 30, 30),
        ("all_goats", 55, 40, 40),
        ("kinds", 2, 2, 2),
        ("own_kinds", 0, 0, 2),
    ],
)
def test_a_figure_counts_what_it_says(june, name, everywhere, commune_x, village):
    assert june.figure(EVERYWHERE, name) == everywhere
    assert june.figure("X", name) == commune_x
    assert june.figure("X1", name) == village


def test_the_gaps_are_exactly_what_is_counted_and_not_covered(june):
    assert set(june.gaps(EVERYWHERE, "assigned")) == {"h3", "h4", "h7"}
    assert set(june.gaps("X", "assigned")) == {"h3", "h4"}
    assert june.gaps("Y1", "assigned") == []
    assert set(june.gaps(EVERYWHERE, "worked")) == {"X2", "Y1"}
    assert june.gaps(EVERYWHERE, "communes_worked") == ["Y"]
    assert june.gaps(EVERYWHERE, "cells") == ["c3"]
    assert set(june.gaps("X", "done")) == {"w2", "w3"}


@pytest.mark.parametrize("day", ["2024-06-30", "2025-06-30", "2025-07-01"])
def test_a_sum_is_the_sum_of_the_areas_below_and_what_lies_in_itself(day):
    counted = count(day)
    for area_id in counted.tree.parents:
        below = counted.tree.children.get(area_id, [])
        for name in METRICS:
            have, of = counted.share(area_id, name)
            assert of - have == len(counted.gaps(area_id, name))
            children = [counted.share(child, name) for child in below]
            assert sum(child.have for child in children) <= have
            assert sum(child.of for child in children) <= of
            if name == "assigned" and below:  # households lie in villages only
                assert (have, of) == tuple(map(sum, zip(*children, strict=True)))
        if below:
            parts = [counted.figure(child, "households") for child in below]
            assert counted.figure(area_id, "households") == sum(parts)
            parts = [counted.figure(child, "works") for child in below]
            here = counted.figure(area_id, "own_works")
            assert counted.figure(area_id, "works") == sum(parts) + here
    everywhere = counted.share(EVERYWHERE, "assigned")
    top = counted.share("T", "assigned")
    assert everywhere.of == top.of + 1  # the household in no area


def test_a_record_without_an_area_counts_everywhere_and_nowhere(june):
    assert june.share(EVERYWHERE, "assigned").of == june.share("T", "assigned").of + 1
    assert "h7" in june.gaps(EVERYWHERE, "assigned")
    assert "h7" not in june.gaps("T", "assigned")


def test_what_lies_in_an_ended_area_counts_for_its_successor_from_the_day_after(june, july):
    assert june.share("X", "assigned") == (2, 4)
    assert june.share("Y", "assigned") == (1, 1)
    assert june.share("N", "assigned") == (0, 0)
    assert july.share("N", "assigned") == (3, 5)
    assert july.share("X", "assigned") == july.share("D", "assigned") == (0, 0)
    assert july.share("X1", "assigned") == june.share("X1", "assigned")
    assert july.figure("N", "own_works") == 1
    assert july.tree.parents["X1"] == july.tree.parents["Y1"] == "N"
    assert june.tree.parents["X1"] == "X"
    assert july.tree.parents["N"] == "T"
    for name in METRICS:
        if name not in ("communes_worked",):
            assert july.share(EVERYWHERE, name) == june.share(EVERYWHERE, name)


def test_a_record_counts_on_its_first_and_its_last_day(june):
    households = {day: count(day).figure("Y1", "households")
                  for day in ("2024-12-31", "2025-01-01", "2025-03-31", "2025-04-01")}  # fmt: skip
    assert list(households.values()) == [1, 2, 2, 1]
    assert count("2024-12-31").share("X2", "assigned") == (1, 1)
    assert count("2025-01-01").share("X2", "assigned") == (0, 1)
    assert count("2025-01-31").share("X1", "by_two") == (0, 3)
    assert june.share("X1", "by_two") == (1, 3)


@pytest.mark.parametrize(
    ("begins", "ends", "days"),
    [
        (None, None, "2024-01-01 2025-06-30 2026-01-01"),
        ("2025", None, "2025-06-30 2026-01-01"),
        (None, "2025", "2024-01-01 2025-06-30"),
        ("2025-06", "2025-06", "2025-06-30"),
        ("", "", "2024-01-01 2025-06-30 2026-01-01"),
        (5, ["x"], "2024-01-01 2025-06-30 2026-01-01"),
        ("2026-01-01", "2024-01-01", ""),
    ],
)
def test_a_lifetime_may_be_open_or_known_to_the_year_or_month(begins, ends, days):
    values = {"from": begins, "to": ends}
    found = [
        day
        for day in ("2024-01-01", "2025-06-30", "2026-01-01")
        if exists_on(SCHEMAS["household"], values, day)
    ]
    assert found == days.split()


def test_the_latest_of_one_day_is_the_same_on_every_machine():
    again = Facts([*AREAS, *reversed(HERDS)])
    assert count("2025-06-30", again).figure("Y1", "goats") == 8
    assert count("2025-06-30").figure("Y1", "goats") == 8
    assert count("2024-06-30").figure("X1", "goats") == 10


@pytest.mark.parametrize(
    ("have", "of", "percent"),
    [(0, 0, None), (0, 3, 0), (1, 3, 33.33), (2, 3, 66.67), (3, 3, 100), (1, 2, 50),
     (99_999, 100_000, 99.99), (999_999, 1_000_000, 99.99), (1, 1_000_000, 0)],
)  # fmt: skip
def test_a_percentage_is_a_hundred_only_when_nothing_is_missing(have, of, percent):
    assert Share(have, of).percent == percent


def test_a_report_begins_at_the_lowest_area_that_everything_lies_in(june, july):
    assert june.tree.root == "D"
    assert july.tree.root == "N"


def test_an_area_whose_parent_is_deleted_or_missing_hangs_at_the_top():
    facts = Facts([Row("a", "area", {"parent": "gone"}), Row("b", "area", {"parent": 5}),
                   Row("c", "area", {"parent": "a"}), Row("p", "person", {}),
                   Row("d", "area", {"parent": "p"})])  # fmt: skip
    tree = AreaTree(SCHEMAS, facts, "2025-06-30")
    assert tree.children[EVERYWHERE] == ["a", "b", "d"]
    assert tree.parents["c"] == "a"


@pytest.mark.parametrize("size", [1, 2, 5])
@pytest.mark.parametrize("turned", [False, True])
def test_areas_in_a_circle_hang_in_one_line_and_are_counted_once(size, turned):
    rows = [Row(f"a{n}", "area", {"level": "village", "parent": f"a{(n + 1) % size}"})
            for n in range(size)]  # fmt: skip
    rows.append(Row("h", "household", {"area": "a0"}))
    counted = count("2025-06-30", Facts(reversed(rows) if turned else rows))
    assert counted.share(EVERYWHERE, "worked").of == size
    assert sorted(counted.gaps(EVERYWHERE, "worked")) == [f"a{n}" for n in range(size)]
    assert counted.figure(EVERYWHERE, "households") == 1


def test_areas_in_a_circle_hang_the_same_way_on_every_machine():
    rows = [Row(f"a{n}", "area", {"parent": f"a{(n + 1) % 3}"}) for n in range(3)]
    one, other = (AreaTree(SCHEMAS, Facts(found), "2025-06-30") for found in (rows, rows[::-1]))
    assert one.parents == other.parents


def test_successors_in_a_circle_lead_nowhere():
    rows = [Row("a", "area", {"ends": "2020-01-01", "successor": "b"}),
            Row("b", "area", {"ends": "2020-01-01", "successor": "a"}),
            Row("h", "household", {"area": "a"})]  # fmt: skip
    counted = count("2025-06-30", Facts(rows))
    assert counted.tree.resolve("a") == EVERYWHERE
    assert counted.figure(EVERYWHERE, "households") == 1


def test_references_in_a_circle_lie_nowhere():
    rows = [Row("d1", "duty", {"unit": "d2"}), Row("d2", "duty", {"unit": "d1"})]
    counted = count("2025-06-30", Facts(rows))
    assert counted.tree.locate(rows[0]) == EVERYWHERE


def test_an_area_that_ended_without_a_successor_keeps_its_people_in_the_total():
    rows = [Row("a", "area", {"level": "village", "ends": "2020-01-01"}),
            Row("h", "household", {"area": "a"})]  # fmt: skip
    counted = count("2025-06-30", Facts(rows))
    assert counted.share(EVERYWHERE, "assigned") == (0, 1)
    assert counted.gaps(EVERYWHERE, "assigned") == ["h"]
    assert counted.share(EVERYWHERE, "worked") == (0, 0)


def test_a_village_whose_commune_has_not_begun_hangs_at_the_top():
    rows = [Row("n", "area", {"level": "commune", "begins": "2025-07-01"}),
            Row("v", "area", {"level": "village", "parent": "n"})]  # fmt: skip
    assert count("2025-06-30", Facts(rows)).tree.parents == {"v": EVERYWHERE}
    assert count("2025-07-01", Facts(rows)).tree.parents == {"n": EVERYWHERE, "v": "n"}


def test_an_area_or_a_metric_that_nobody_knows():
    counted = count("2025-06-30")
    assert counted.share("nowhere", "assigned") == (0, 0)
    assert counted.figure("nowhere", "households") == 0
    assert counted.gaps("nowhere", "assigned") == []
    assert counted.tree.level("nowhere") == ""


def test_an_empty_store_counts_nothing():
    counted = count("2025-06-30", Facts([]))
    assert {counted.share(EVERYWHERE, name) for name in METRICS} == {(0, 0)}
    assert {counted.figure(EVERYWHERE, name) for name in FIGURES} == {0}
    assert counted.tree.root == EVERYWHERE
