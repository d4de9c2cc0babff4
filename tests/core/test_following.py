"""Coverage that follows the records: after any edits it is what counting anew gives."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nq77tui.core.area_tree import EVERYWHERE
from nq77tui.core.counting.coverage import Coverage, expected_by
from nq77tui.core.counting.dependency import RowChange
from nq77tui.core.expression import parse
from nq77tui.core.metric import Counted, Covered, Figure, Metric
from nq77tui.core.period import Period
from nq77tui.core.schema import Field, Schema, Tree
from nq77tui.core.scope import Row

LABEL = {"vi": "X"}
DAY = "2025-06-15"


def schema(record: str, references: dict[str, str], **more: object) -> Schema:
    fields = {
        name: Field(name, "reference", LABEL, to=tuple(to.split()))
        for name, to in references.items()
    }
    others = {name: Field(name, "text", LABEL) for name in ("level", "kind", "date", "head", "on")}
    return Schema(record, 1, LABEL, {**others, **fields}, **more)  # type: ignore[arg-type]


SCHEMAS = {
    "area": schema(
        "area", {"parent": "area", "successor": "area"}, begins="begins", ends="ends",
        tree=Tree("parent", "level", "successor"),
    ),
    "household": schema("household", {"area": "area"}, area="area", begins="from", ends="to"),
    "cell": schema("cell", {"area": "area", "above": "cell"}, area="area"),
    "person": schema("person", {"area": "area", "cell": "cell"}, area="area"),
    "duty": schema(
        "duty", {"person": "person", "unit": "area household"}, area="unit",
        begins="from", ends="to",
    ),
    "herd": schema("herd", {"at": "household"}, area="at", begins="date"),
    # Lies where the one above it lies, and so on: how far, nobody can say beforehand.
    "branch": schema("branch", {"above": "branch area"}, area="above"),
}  # fmt: skip
VILLAGES = Counted("area", parse("${level} = 'village'"))


def metric(name: str, of: Counted, have: Covered, **more: object) -> Metric:
    return Metric(name, LABEL, LABEL, of, have, **more)  # type: ignore[arg-type]


METRICS = {
    found.name: found
    for found in [
        metric("assigned", Counted("household"), Covered("duty", link=("unit",))),
        metric(
            "by_two",
            Counted("household", parse("${area.kind} != 'far' and ${kind} != 'x'")),
            Covered("duty", parse("${person.level} != 'c'"), ("unit",), False, "person", 2),
        ),
        metric("cells", Counted("cell", parse("${area.level} = 'village'")),
               Covered("duty", parse("record-type(${unit}) = 'household'"), ("person", "cell"))),
        metric("herded", VILLAGES, Covered("herd", within=True, at_least=2)),
        metric("kept", Counted("herd"), Covered(where=parse("${at.kind} = 'x' or ${head} > 3"))),
        metric("this_month", Counted("household"),
               Covered("duty", link=("unit",), in_period="on"), period="month"),
        metric("branches", Counted("branch"), Covered(where=parse("${kind} = 'x'"))),
    ]
}  # fmt: skip
FIGURES = {
    found.name: found
    for found in [
        Figure("households", LABEL, LABEL, "household"),
        Figure("heads", LABEL, LABEL, "herd", sum="head"),
        Figure("own_heads", LABEL, LABEL, "herd", sum="head", own=True),
        Figure("latest", LABEL, LABEL, "herd", sum="head", latest=("at", "kind")),
        Figure("people", LABEL, LABEL, "duty", distinct="person"),
        Figure("own_kinds", LABEL, LABEL, "herd", distinct="kind", own=True),
        Figure("in_cells", LABEL, LABEL, "person", parse("${cell.area.kind} = 'far'")),
    ]
}


class World:
    """Records that find each other."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self.by_id = {row.id: row for row in rows}
        self.walks = 0

    def rows(self, record_type: str) -> list[Row]:
        self.walks += 1
        return [row for row in self.by_id.values() if row.type == record_type]

    def row(self, record_id: str) -> Row | None:
        return self.by_id.get(record_id)

    def find(self, record_type: str, field: str, value: str) -> list[Row]:
        return [
            row
            for row in self.by_id.values()
            if row.type == record_type and row.values.get(field) == value
        ]

    def aliases(self, record_id: str) -> list[str]:
        return []

    def put(self, row: Row | None, record_id: str) -> RowChange:
        before = self.by_id.pop(record_id, None)
        if row is not None:
            self.by_id[record_id] = row
        return RowChange(before, row)


def count(world: World, day: str = DAY) -> Coverage:
    return Coverage(SCHEMAS, METRICS, FIGURES, world, as_of=day, today=day)


def everything(counted: Coverage) -> dict[str, object]:
    found: dict[str, object] = {}
    for area_id in [EVERYWHERE, *counted.tree.parents]:
        for name in METRICS:
            found[f"{name} {area_id}"] = counted.share(area_id, name)
            found[f"gaps {name} {area_id}"] = counted.gaps(area_id, name)
        for name in FIGURES:
            found[f"{name} {area_id}"] = counted.figure(area_id, name)
    return found


AREAS = [
    Row("A0", "area", {"level": "commune"}),
    Row("A1", "area", {"level": "commune", "ends": "2025-01-01", "successor": "A0"}),
    Row("A2", "area", {"level": "village", "parent": "A0"}),
    Row("A3", "area", {"level": "village", "parent": "A1"}),
    Row("A4", "area", {"level": "village", "parent": "A1", "kind": "far"}),
]
area_ids = st.sampled_from(["A0", "A1", "A2", "A3", "A4", "nowhere", 7])
kinds = st.sampled_from(["x", "y", "far", "", None, True, 1])
days = st.sampled_from([None, "2024", "2025-06", "2025-06-10", "2025-07-01"])
heads = st.sampled_from([None, 1, 2.5, 0.1, 0.2, 7, "many", {"is": "about", "n": 3}])


def some(letter: str) -> st.SearchStrategy[str]:
    return st.integers(0, 2).map(lambda n: f"{letter}{n}")


FIELDS = {
    "A": ("area", {"kind": kinds, "note": kinds}),
    "H": ("household", {"area": area_ids, "kind": kinds, "from": days, "to": days}),
    "C": ("cell", {"area": area_ids, "above": some("C")}),
    "P": ("person", {"area": area_ids, "cell": some("C"),
                     "level": st.sampled_from(["c", "d", None])}),
    "D": ("duty", {"person": some("P"), "unit": some("H") | area_ids, "from": days, "to": days,
                   "on": days | st.sampled_from([2025, 2024])}),
    "G": ("herd", {"at": some("H"), "kind": kinds, "head": heads, "date": days}),
    "B": ("branch", {"above": some("B") | area_ids, "kind": kinds}),
}  # fmt: skip


@st.composite
def edits(draw: st.DrawFn) -> tuple[str, dict[str, object] | None]:
    letter = draw(st.sampled_from("HCPDGBHPDGA"))
    record_id = draw(some(letter))
    if letter != "A" and draw(st.integers(0, 5)) == 0:
        return record_id, None
    return record_id, draw(st.fixed_dictionaries({}, optional=FIELDS[letter][1]))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Everything is there, and refers to something."""
    rows = [
        Row(f"{letter}{n}", record, draw(st.fixed_dictionaries(fields)))
        for letter, (record, fields) in FIELDS.items()
        if letter != "A"
        for n in range(3)
    ]
    return World([*AREAS, *rows])


@settings(max_examples=150, deadline=None)
@given(worlds(), st.lists(st.lists(edits(), max_size=3), max_size=6))
def test_after_any_edits_it_is_what_counting_anew_gives(world, batches):
    live = count(world)
    for batch in batches:
        first: dict[str, Row | None] = {}
        for record_id, values in batch:
            row = None
            if values is not None:
                shape = AREAS[int(record_id[1])].values if record_id[0] == "A" else {}
                row = Row(record_id, FIELDS[record_id[0]][0], {**shape, **values})  # type: ignore[arg-type]
            change = world.put(row, record_id)
            first.setdefault(record_id, change.before)
        changes = [
            RowChange(before, world.row(record_id))
            for record_id, before in first.items()
            if before is not None or world.row(record_id) is not None
        ]
        assert live.follow(changes, world)
        assert everything(live) == everything(count(world))
        for row in world.rows("duty"):
            assert live.tree.locate(row) == count(world).tree.locate(row)


def test_that_a_record_is_gone_matters_where_only_its_type_is_asked_for():
    rows = [
        Row("C0", "cell", {"area": "A2"}),
        Row("P0", "person", {"cell": "C0"}),
        Row("H0", "household", {}),
        Row("D0", "duty", {"person": "P0", "unit": "H0"}),
    ]
    world = World([*AREAS, *rows])
    live = count(world)
    assert live.share("A2", "cells") == (1, 1)
    assert live.follow([world.put(None, "H0")], world)
    assert live.share("A2", "cells") == (0, 1)


def test_what_moves_areas_is_not_followed():
    world = World(AREAS)
    live = count(world)
    for change in (
        RowChange(None, Row("A9", "area", {})),
        RowChange(AREAS[2], None),
        RowChange(AREAS[2], Row("A2", "area", {"level": "village", "parent": "A1"})),
        RowChange(AREAS[1], Row("A1", "area", {"level": "commune", "successor": "A0"})),
    ):
        before = everything(live)
        assert not live.follow([change], world)
        assert everything(live) == before
    renamed = Row("A2", "area", {**AREAS[2].values, "name": "Nà Mò"})
    assert live.follow([world.put(renamed, "A2")], world)


def test_a_change_walks_through_no_table_that_it_does_not_have_to():
    households = [Row(f"H{n}", "household", {"area": "A2"}) for n in range(30)]
    world = World([*AREAS, *households, Row("P0", "person", {"level": "d"})])
    without_branches = {name: found for name, found in METRICS.items() if name != "branches"}
    live = Coverage(SCHEMAS, without_branches, FIGURES, world, as_of=DAY, today=DAY)
    world.walks = 0
    duty = Row("D0", "duty", {"person": "P0", "unit": "H7"})
    assert live.follow([world.put(duty, "D0")], world)
    assert live.share("A2", "assigned") == (1, 30)
    assert live.figure("A0", "people") == 1
    assert world.walks == 0


def test_measures_come_out_one_after_another():
    world = World([*AREAS, Row("H0", "household", {"area": "A2"})])
    counted = Coverage(SCHEMAS, METRICS, FIGURES, world, as_of=DAY, today=DAY, counts_now=False)
    assert not counted.is_whole
    assert not counted.is_counted("assigned")
    steps = counted.counting()
    first = next(steps)
    assert counted.is_counted(first)
    assert not counted.is_counted("assigned")
    assert counted.share("A2", "assigned") == (0, 0)
    assert not counted.follow([], world)
    assert sorted([first, *steps]) == sorted([*METRICS, *FIGURES])
    assert counted.is_whole
    assert everything(counted) == everything(count(world))


@pytest.mark.parametrize(
    ("kind", "day", "first", "last", "passed"),
    [
        ("month", "2024-02-29", "2024-02-01", "2024-02-29", 1),
        ("month", "2025-06-15", "2025-06-01", "2025-06-30", 0.5),
        ("quarter", "2025-11-30", "2025-10-01", "2025-12-31", 61 / 92),
        ("year", "2025-01-01", "2025-01-01", "2025-12-31", 1 / 365),
    ],
)
def test_a_period_is_the_one_in_which_the_day_lies(kind, day, first, last, passed):
    period = Period.of(kind, day)
    assert (period.first, period.last) == (first, last)
    assert period.passed(day) == pytest.approx(passed)
    assert period.holds(first)
    assert period.holds(last)
    assert not period.holds("2023-12-31")
    assert not period.holds(None)
    assert not period.holds("")
    assert period.holds(int(day[:4])) is (kind == "year")
    assert period.holds(day[:7])
    assert period.holds(day[:4]) is (kind == "year")


def test_what_should_be_reached_by_a_day_grows_evenly():
    monthly = METRICS["this_month"]
    assert expected_by(monthly, "2025-06-15") == 50
    assert expected_by(monthly, "2025-06-30") == 100
    assert expected_by(METRICS["assigned"], "2025-06-15") is None
    half = metric("half", VILLAGES, Covered("herd", within=True), target=80, period="year")
    assert expected_by(half, "2025-12-31") == 80


def test_a_metric_of_a_period_forgets_the_last_one():
    duty = Row("D0", "duty", {"unit": "H0", "on": "2025-06-10", "from": "2025-06-10"})
    world = World([*AREAS, Row("H0", "household", {"area": "A2"}), duty])
    shares = {day: count(world, day).share("A2", "this_month").have
              for day in ("2025-06-09", "2025-06-10", "2025-06-30", "2025-07-01")}  # fmt: skip
    assert list(shares.values()) == [0, 1, 1, 0]
