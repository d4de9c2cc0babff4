"""Stores taken into each other: in any order, any number of times, with nothing lost."""

from __future__ import annotations

import json
import shutil
import time
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nq77tui.core import base32
from nq77tui.core.document import doc_id_of, from_document, to_document
from nq77tui.core.problem import RefusedError
from nq77tui.store import Repository, create_store
from nq77tui.store.merging import plan_merge, take_in_sources
from nq77tui.store.source import find_sources, read_source

R, S = "AAAAAAAA", "BBBBBBBB"
WROTE = f"{R}-1 0 1 An"


class Machines:
    """Stores on several machines: each with a state folder of its own."""

    def __init__(self, place: Path, programme) -> None:
        self.place = place
        self.programme = programme
        self.now = datetime(2024, 6, 3, 8, tzinfo=UTC)

    def folder(self, name: str) -> Path:
        return self.place / name

    def create(self, *names: str) -> None:
        for name in names:
            create_store(self.folder(name), self.programme)

    def copy(self, source: str, *names: str) -> None:
        for name in names:
            shutil.copytree(self.folder(source), self.folder(name))

    def open(self, name: str) -> Repository:
        self.now += timedelta(minutes=1)
        return Repository.open(
            self.folder(name),
            self.programme,
            operator=f"người {name}",
            clock=lambda: self.now,
            state_folder=self.place / f"rights of {name[0]}",
        )

    def merge(self, into: str, *others: str):
        with self.open(into) as repository:
            sources = [
                read_source(file, self.programme.id)
                for other in others
                for file in find_sources(self.folder(other))
            ]
            return take_in_sources(repository, sources), sum(len(source) for source in sources)

    def tables(self, name: str) -> bytes:
        with self.open(name) as repository:
            tables = repository.canonical_tables()
        return json.dumps(tables, ensure_ascii=False, sort_keys=True).encode("utf-8")


@pytest.fixture
def machines(tmp_path, programme):
    return Machines(tmp_path / "machines", programme)


def adds_up(result) -> bool:
    plan, documents = result
    counts = dict(plan.counts)
    return counts.pop("in") == sum(counts.values()) == documents


def seed(machines: Machines) -> dict[str, str]:
    """One store with something of several types."""
    machines.create("a")
    with machines.open("a") as a:
        area = a.add("area", {"name": "Nà Mẫu", "level": "village"}).id
        person = a.add("person", {"name": "Lý Văn Sơn", "area": area}).id
        house = a.add("household", {"head": "Vi Thị Lan", "area": area, "persons": 4}).id
        gone = a.add("household", {"head": "Hoàng Văn Đi", "area": area}).id
        both = a.add("household", {"head": "Nông Thị Hai", "area": area, "persons": 2}).id
    return {"area": area, "person": person, "house": house, "gone": gone, "both": both}


def edit_differently(machines: Machines, ids: dict[str, str]) -> None:
    """Three copies, edited on three machines that do not see each other."""
    machines.copy("a", "b", "c")
    with machines.open("a") as a:
        a.edit(ids["house"], {"persons": 5})
        a.edit(ids["both"], {"note": "một", "persons": None})
        a.delete(ids["gone"])
        a.add("household", {"head": "Mới của A", "area": ids["area"]})
    with machines.open("b") as b:
        b.edit(ids["house"], {"persons": 6, "phone": "0912345678"})
        b.edit(ids["both"], {"note": "hai"})
        b.edit(ids["gone"], {"note": "vẫn còn"})
        b.add("group", {"name": "Tổ 1", "area": ids["area"]})
    with machines.open("c") as c:
        c.edit(ids["house"], {"persons": 6, "class": "NGHEO"})
        c.delete(ids["both"])
        c.add("area", {"code": "06610", "name": "Xã Ái Quốc", "level": "commune",
                       "valid_from": "2024-01-01"})  # fmt: skip


def edit_independently(machines: Machines) -> None:
    """Three stores that were never one; two of them know the same commune and differ."""
    machines.create("a", "b", "c")
    commune = {"code": "06610", "level": "commune", "valid_from": "2024-01-01"}
    with machines.open("a") as a:
        a.add("area", {**commune, "name": "Ái Quốc"})
        a.add("household", {"head": "Vi Văn Một"})
    with machines.open("b") as b:
        made = b.add("area", {**commune, "name": "Xã Ái Quốc", "border": True})
        b.edit(made.id, {"note": "sửa"})
    with machines.open("c") as c:
        made = c.add("area", {**commune, "name": "Ái Quốc"})
        c.delete(made.id)
        c.add("person", {"name": "Lý Văn Ba"})


@pytest.mark.parametrize("history", ["copies", "strangers"])
def test_every_order_of_merging_gives_the_same_bytes(machines, history):
    if history == "copies":
        edit_differently(machines, seed(machines))
    else:
        edit_independently(machines)
    seen = set()
    for order in permutations("abc"):
        one_by_one, at_once = f"{order[0]}-" + "".join(order), f"{order[0]}+" + "".join(order)
        machines.copy(order[0], one_by_one, at_once)
        for other in order[1:]:
            assert adds_up(machines.merge(one_by_one, other))
        assert adds_up(machines.merge(at_once, *order[1:]))
        seen |= {machines.tables(one_by_one), machines.tables(at_once)}
        # Again, and with itself: everything is known.
        again, documents = machines.merge(one_by_one, *order[1:], one_by_one)
        assert again.counts == {**dict.fromkeys(again.counts, 0), "in": documents,
                                "known": documents}  # fmt: skip
        seen.add(machines.tables(one_by_one))
    assert len(seen) == 1


def test_merging_in_pairs_round_and_round_settles_on_the_same_bytes(machines):
    edit_differently(machines, seed(machines))
    for into, other in [("a", "b"), ("c", "a"), ("b", "c"), ("a", "b"), ("c", "b"), ("a", "c")] * 2:
        assert adds_up(machines.merge(into, other))
    assert machines.tables("a") == machines.tables("b") == machines.tables("c")


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(
            st.sampled_from("abc"),
            st.sampled_from(["edit", "edit", "delete", "keep", "add", "merge", "merge"]),
            st.sampled_from("abc"),
            st.integers(1, 5),
        ),
        max_size=14,
    )
)
def test_stores_converge_after_any_history(tmp_path_factory, programme, steps):
    machines = Machines(tmp_path_factory.mktemp("history"), programme)
    house = seed(machines)["house"]
    machines.copy("a", "b", "c")
    for here, action, other, number in steps:
        if action == "merge":
            assert adds_up(machines.merge(here, other))
            continue
        with machines.open(here) as repository:
            if action == "edit":
                repository.edit(house, {"persons": number})
            elif action == "add":
                repository.add("household", {"head": f"Vi Văn {number}"})
            else:
                getattr(repository, action)(house)
    for into, other in [("a", "b"), ("a", "c"), ("b", "a"), ("c", "a")]:
        machines.merge(into, other)
    assert machines.tables("a") == machines.tables("b") == machines.tables("c")


def test_different_fields_of_one_record_never_disturb_each_other(machines):
    ids = seed(machines)
    machines.copy("a", "b")
    with machines.open("a") as a:
        a.edit(ids["house"], {"persons": 5})
    with machines.open("b") as b:
        b.edit(ids["house"], {"phone": "0912345678"})
    plan, _ = machines.merge("a", "b")
    assert (plan.changed, plan.conflicted) == (1, 0)
    with machines.open("a") as a:
        assert a.require(ids["house"]).values["persons"] == 5
        assert a.require(ids["house"]).values["phone"] == "0912345678"
        assert a.conflicted() == []


def test_a_conflict_keeps_both_values_with_who_and_when(machines):
    ids = seed(machines)
    machines.copy("a", "b")
    with machines.open("a") as a:
        first = a.edit(ids["house"], {"persons": 5}).written("persons").stamp
    with machines.open("b") as b:
        second = b.edit(ids["house"], {"persons": 6}).written("persons").stamp
    plan, _ = machines.merge("a", "b")
    assert plan.counts == {"in": 5, "new": 0, "changed": 0, "known": 4, "conflicted": 1,
                           "refused": 0}  # fmt: skip
    with machines.open("a") as a:
        (record,) = a.conflicted()
        assert [(s.value, s.stamp) for s in record.conflicts["persons"]] == [
            (6, second),
            (5, first),
        ]
        assert (first.by, second.by) == ("người a", "người b")
        assert first.at < second.at


@pytest.mark.parametrize("decided", [5, 6, 7])
def test_a_decision_travels_and_is_decided_everywhere(machines, decided):
    ids = seed(machines)
    machines.copy("a", "b", "c")
    with machines.open("a") as a:
        a.edit(ids["house"], {"persons": 5})
    with machines.open("b") as b:
        b.edit(ids["house"], {"persons": 6})
    machines.merge("c", "a", "b")
    with machines.open("c") as c:
        c.resolve(ids["house"], "persons", decided)
    # The two that conflicted meet each other after the decision, and then the decision.
    machines.merge("a", "b")
    for name in ("a", "b"):
        machines.merge(name, "c")
        with machines.open(name) as opened:
            assert opened.conflicted() == []
            assert opened.require(ids["house"]).get("persons") == decided
    machines.merge("c", "a", "b")
    assert machines.tables("a") == machines.tables("b") == machines.tables("c")


def test_equal_values_from_two_machines_are_no_conflict(machines):
    ids = seed(machines)
    machines.copy("a", "b")
    for name in "ab":
        with machines.open(name) as opened:
            opened.edit(ids["house"], {"persons": 6})
    plan, _ = machines.merge("a", "b")
    assert (plan.changed, plan.conflicted) == (1, 0)
    with machines.open("a") as a:
        assert a.conflicted() == []


@pytest.mark.parametrize("decide", ["keep", "delete"])
def test_a_deletion_against_an_edit_is_contested_until_somebody_decides(machines, decide):
    ids = seed(machines)
    machines.copy("a", "b")
    with machines.open("a") as a:
        a.delete(ids["house"])
    with machines.open("b") as b:
        b.edit(ids["house"], {"persons": 6})
    plan, _ = machines.merge("a", "b")
    assert plan.conflicted == 1
    with machines.open("a") as a:
        (record,) = a.conflicted()
        assert record.is_contested
        assert a.row(ids["house"]).values["persons"] == 6
        getattr(a, decide)(ids["house"])
        assert a.conflicted() == []
    machines.merge("b", "a")
    for name in "ab":
        with machines.open(name) as opened:
            assert opened.conflicted() == []
            assert (opened.row(ids["house"]) is None) == (decide == "delete")
    assert machines.tables("a") == machines.tables("b")


def test_a_deletion_that_nobody_contests_travels_and_does_not_come_back(machines):
    ids = seed(machines)
    machines.copy("a", "b")
    with machines.open("a") as a:
        a.delete(ids["house"])
    machines.merge("b", "a")
    machines.merge("a", "b")
    for name in "ab":
        with machines.open(name) as opened:
            assert opened.row(ids["house"]) is None
            assert opened.require(ids["house"]).is_dead


def test_what_a_part_of_a_store_does_not_hold_is_not_missing(machines, tmp_path):
    ids = seed(machines)
    whole = json.loads((machines.folder("a") / "store.json").read_text(encoding="utf-8"))
    part = tmp_path / "part.json"
    part.write_text(json.dumps({"person": whole["person"]}), encoding="utf-8")
    machines.copy("a", "b")
    with machines.open("b") as b:
        heard = b.heard()
        plan = take_in_sources(b, [read_source(part, machines.programme.id)])
        assert plan.counts["known"] == plan.counts["in"] == 1
        assert b.row(ids["house"]) is not None
        assert b.heard() == heard


def test_a_preview_counts_what_the_merge_then_does_and_writes_nothing(machines):
    ids = seed(machines)
    edit_differently(machines, ids)
    source = read_source(machines.folder("b") / "store.json", machines.programme.id)
    with machines.open("a") as a:
        before = a.generation
        preview = plan_merge(a, [source])
        assert a.generation == before
        assert take_in_sources(a, [source]).counts == preview.counts


def test_the_journal_of_a_store_that_was_not_closed_is_taken_in(machines):
    seed(machines)
    machines.create("b")
    still_open = machines.open("a")
    made = still_open.add("household", {"head": "Vẫn trong nhật ký"}).id
    machines.merge("b", "a")
    still_open.close()
    with machines.open("b") as b:
        assert b.row(made) is not None


def test_the_other_store_is_only_read(machines):
    seed(machines)
    machines.create("b")
    folder = machines.folder("a")
    before = {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}
    machines.merge("b", "a")
    assert {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()} == before


def test_the_same_record_in_two_sources_of_one_merge_is_counted_twice_and_merged_once(machines):
    ids = seed(machines)
    machines.copy("a", "b", "c")
    with machines.open("b") as b:
        b.edit(ids["house"], {"persons": 6})
    with machines.open("c") as c:
        c.edit(ids["house"], {"phone": "0912345678"})
    result = machines.merge("a", "b", "c")
    assert adds_up(result)
    assert result[0].counts["changed"] == 2
    with machines.open("a") as a:
        assert a.require(ids["house"]).get("persons") == 6
        assert a.require(ids["house"]).get("phone") == "0912345678"


# -- stores that nobody should have written ----------------------------------------------------


@pytest.fixture
def take_in(repository, hostile_file):
    """Takes a hostile file in; everything is counted, and the store can still be read."""

    def take(tables):
        source = read_source(hostile_file(tables), repository.programme.id)
        plan = take_in_sources(repository, [source])
        counts = dict(plan.counts)
        assert counts.pop("in") == sum(counts.values()) == len(source)
        for name in repository.record_types():
            for record in repository.records(name):
                again = from_document(name, doc_id_of(record.id), to_document(record))
                assert again == record
        repository.conflicted()
        return plan

    return take


@pytest.mark.parametrize(
    "document",
    [
        5, [], "x", {}, {"head": "x"}, {"head": "x", "_": 5}, {"head": "x", "_": "x"},
        {"head": "x", "_": []}, {"head": "x", "_": {}}, {"head": "x", "_": {"w": 5}},
        {"head": "x", "_": {"w": [5]}}, {"head": "x", "_": {"w": [], "f": {"head": 0}}},
        {"head": "x", "_": {"w": [f"{R}-1 0 An"], "f": {"head": True}}},
        {"head": "x", "_": {"w": [f"{R}-1 0 An"], "f": {"head": -1}}},
        {"head": "x", "_": {"w": [f"{R}-1 0 An"], "f": {"other": 0}}},
        {"head": "x", "_": {"w": [f"{R}-1 0 An"], "v": {R: 2**41}}},
        {"head": "x", "_": {"w": [f"{R}-1 0 An"], "v": {"ILOU": 1}}},
        {"head": "x", "_": {"w": [f"{R}-1 0 An"], "v": {R: True}}},
        {"head": "x", "_": {"w": [f"{R}-1 0 An"], "x": [[0, 5]]}},
        {"head": "x", "_": {"w": [f"{R}-1 0 An"], "x": [0]}},
        {"head": "x", "_": {"w": [f"{R}-1 0 An"], "n": 0}},
        {"head": "x", "_": {"w": [f"{R}-1 0 An"], "zz": 0}},
        {"head": "x", "_": f"{R}-0 0 1 An"}, {"head": "x", "_": f"{R}-01 0 1 An"},
        {"head": "x", "_": f"{R}-1 {'Z' * 13} 1 An"}, {"head": "x", "_": f"{R}-1 0 0 An"},
        {"head": "x", "_": f"{R}-1 0 {'9' * 5000} An"},
        {"head": "x", "_": "\u0661" * 8 + "-1 0 1 A"},
        {"head": 10**30, "_": WROTE}, {"head": 1e300, "_": WROTE}, {"head": "\ud800", "_": WROTE},
        {"head": {"\ud800": 1}, "_": WROTE},
    ],
)  # fmt: skip
def test_a_document_that_is_no_record_is_refused_with_its_reason(take_in, key, document):
    plan = take_in({"household": {key(f"{R}-1"): document}})
    assert plan.counts["refused"] == 1
    assert plan.refused[0].key.startswith(("document.", "merge."))


def test_a_document_that_is_null_is_refused(take_in, key):
    assert take_in({"household": {key(f"{R}-1"): None}}).counts["refused"] == 1


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1e999", "[" * 900 + "]" * 900])
def test_a_number_or_a_depth_that_no_record_can_hold_is_refused(take_in, key, text):
    plan = take_in(f'{{"household":{{"{key(f"{R}-1")}":{{"head":{text},"_":"{WROTE}"}}}}}}')
    assert plan.counts["refused"] == 1


@pytest.mark.parametrize("name", ["abc", "0", "-2", "2", "007", "1.0", " 2", "9" * 41, "٢", ""])
def test_a_row_number_that_stands_for_no_record_is_refused(take_in, name):
    assert take_in({"household": {name: {"head": "x", "_": WROTE}}}).counts["refused"] == 1


@pytest.mark.parametrize("name", ["Household", "../x", "_hidden", "", "a" * 41, "x\x1b[31m", "há"])
def test_a_record_type_with_a_name_of_no_kind_is_refused(take_in, key, name):
    plan = take_in({name: {key(f"{R}-1"): {"head": "x", "_": WROTE}}})
    assert plan.counts["refused"] == 1


def test_one_id_in_two_types_is_refused_the_second_time(take_in, key):
    document = {"name": "x", "_": WROTE}
    plan = take_in({"household": {key(f"{R}-1"): document}, "person": {key(f"{R}-1"): document}})
    assert (plan.counts["new"], plan.counts["refused"]) == (1, 1)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]", "null", "5", "{", '{"a": 1}', '{"household": []}', "[" * 100_000, "9" * 5000,
        '{"household": {}} x', '{"a": {"1": 1', '{"_replica": [1]}',
    ],
)  # fmt: skip
def test_a_file_that_is_no_store_is_refused_and_nothing_changes(repository, hostile_file, content):
    before = repository.generation
    with pytest.raises(RefusedError) as refused:
        take_in_sources(repository, [read_source(hostile_file(content), repository.programme.id)])
    assert refused.value.problems[0].key.startswith("merge.")
    assert repository.generation == before


@pytest.mark.parametrize("content", [b"\x00" * 4096, b"\xff" * 64, b"PK\x03\x04", b"\x1f\x8b\x08"])
def test_a_file_of_other_bytes_is_refused(repository, tmp_path, content):
    file = tmp_path / "x.json"
    file.write_bytes(content)
    with pytest.raises(RefusedError):
        read_source(file, repository.programme.id)


def test_a_file_with_a_byte_order_mark_is_read(repository, tmp_path, key):
    file = tmp_path / "x.json"
    tables = {"household": {key(f"{R}-1"): {"head": "Vi Văn A", "_": WROTE}}}
    file.write_text(json.dumps(tables), encoding="utf-8-sig")
    assert len(read_source(file, repository.programme.id)) == 1


def test_a_journal_of_nonsense_beside_a_store_is_refused(machines, repository):
    seed(machines)
    journal = machines.folder("a") / "journal"
    from nq77tui.store.journal import encode_line

    for payload in (b"[]", b'{"o":5}', b'{"o":[5]}', b'{"o":[["i"]]}', b'{"o":[["i","a","b",{}]]}',
                    b'{"o":[["i",[],"1",{}]]}', b'{"o":[["z","a"]]}', b"\xff", b"{}"):  # fmt: skip
        journal.write_bytes(encode_line(b'{"j":1}') + encode_line(payload))
        with pytest.raises(RefusedError):
            read_source(machines.folder("a") / "store.json", machines.programme.id)


def test_a_journal_nested_deeply_beside_a_store_is_refused(machines):
    seed(machines)
    from nq77tui.store.journal import encode_line

    deep = encode_line(b'{"o":' + b"[" * 100_000 + b"]" * 100_000 + b"}")
    (machines.folder("a") / "journal").write_bytes(encode_line(b'{"j":1}') + deep)
    with pytest.raises(RefusedError):
        read_source(machines.folder("a") / "store.json", machines.programme.id)


@pytest.mark.parametrize(
    "document",
    [
        {"head": "x", "_": f"{R}-1 0 1 \ud800"},
        {"he\ud800ad": "x", "_": WROTE},
        {"head": "x", "_": {"w": [f"{R}-1 0 \ud800"], "x": [[0, {R: 1}]]}},
    ],
)
def test_half_a_character_in_a_name_is_refused(take_in, key, document):
    assert take_in({"household": {key(f"{R}-1"): document}}).counts["refused"] == 1


@pytest.mark.parametrize(
    "causal",
    [
        {"w": [f"{R}-1 0 An", f"{R}-1 0 An", f"{S}-1 0 Bo"], "f": {"head": [0, 1], "note": 2},
         "o": {"head": ["y"]}},
        {"w": [f"{R}-1 0 An", f"{R}-1 5 An"], "f": {"head": [0, 1]}, "o": {"head": ["y"]}},
        {"w": [f"{R}-1 0 An", f"{R}-1 5 An"], "f": {"head": 1}},
        {"w": [f"{R}-1 0 An", f"{R}-1 0 An"], "f": {"head": 1}, "x": [[0, {R: 1}], [1, None]]},
    ],
)  # fmt: skip
def test_one_write_that_is_named_twice_is_refused(take_in, key, causal):
    document = {"head": "x", "note": "n", "_": causal}
    assert take_in({"household": {key(f"{R}-1"): document}}).counts["refused"] == 1


@pytest.mark.parametrize(
    "row",
    [
        {"id": "!!!", "counter": 5}, {"id": "", "counter": 5}, {"id": "A" * 4000, "counter": 5},
        {"id": "\ud800", "counter": 5}, {"id": "aaaaaaaa", "counter": 5},
    ],
)  # fmt: skip
def test_a_replica_row_with_an_id_that_is_none_does_no_harm(take_in, repository, row):
    take_in({"_replica": {"1": row}})
    assert row["id"] not in repository.heard()


@pytest.mark.parametrize("row", [5, None, {}, {"id": 5, "counter": 5}, {"id": S, "counter": "5"},
                                 {"id": S, "counter": True}, {"id": S, "counter": -5}])  # fmt: skip
def test_a_replica_row_of_another_kind_does_no_harm(take_in, repository, row):
    take_in({"_replica": {"1": row}})
    assert repository.heard() == {}


def test_a_counter_that_no_write_can_have_is_not_believed(take_in, repository):
    take_in({"_replica": {"1": {"id": S, "counter": 10**300}}})
    assert S not in repository.heard()


def test_a_replica_row_cannot_move_my_own_counter(take_in, repository):
    first = repository.add("household", {"head": "Vi Văn A"})
    take_in({"_replica": {"1": {"id": "0" + repository.replica, "counter": 2**40}}})
    second = repository.add("household", {"head": "Vi Văn B"})
    assert second.id.removesuffix("2") == first.id.removesuffix("1")


def hostile_values():
    return [1, True, -4.5, "", "x", "31/02", "[red]\x1b[31m", [1], [["a"]], [None], {"a": 1}, {},
            {"n": "x"}, {"n": 1, "is": "zz"}, {"is": "range", "n": 1, "max": "q"},
            {"n": [1], "unit": ["x"]}, None, f"{R}-1", "A" * 5000]  # fmt: skip


@pytest.mark.parametrize("value", hostile_values(), ids=lambda value: str(value)[:20])
def test_values_of_the_wrong_kind_in_every_field_are_shown_counted_and_titled(
    take_in, repository, key, value
):
    tables = {}
    for number, schema in enumerate(repository.programme.schemas.values(), 1):
        wrote = f"{R}-{base32.encode(number)}"
        document = {**dict.fromkeys(schema.fields, value), "_": f"{wrote} 0 1 An"}
        tables[schema.record] = {key(wrote): document}
    plan = take_in(tables)
    assert plan.counts["refused"] == 0
    counted = repository.coverage("2024-06-03")
    for name in repository.programme.figures:
        counted.figure("", name)
    for name in repository.programme.metrics:
        counted.gaps("", name)
    for record_type in repository.record_types():
        for row in repository.rows(record_type):
            assert isinstance(repository.title(row.id), str)


@pytest.mark.parametrize(
    "values",
    [
        {"citizen_number": "abc"},
        {"citizen_number": "abcdefghijkl"},
        {"citizen_number": "012345678901", "birth": "ab"},
        {"citizen_number": "012345678901", "birth": "\x1b["},
    ],
)
def test_a_citizen_number_or_birth_of_another_kind_is_checked_without_harm(repository, values):
    repository.check("person", {"name": "Vi Văn A", **values})


def test_areas_in_a_circle_are_counted_once_and_named(take_in, repository, key):
    ids = [f"{R}-{n}" for n in range(1, 9)]
    areas = {
        key(ids[n]): {
            "name": f"thôn {n}",
            "level": "village",
            "parent": ids[(n + 1) % 8],
            "valid_to": "2020-01-01" if n % 2 else None,
            "successor": ids[(n + 2) % 8],
            "_": f"{ids[n]} 0 1 An",
        }
        for n in range(8)
    }
    take_in({"area": areas})
    counted = repository.coverage("2024-06-03")
    assert counted.share("", "villages_led").of == 4
    assert len(counted.gaps("", "villages_led")) == 4
    counted = repository.coverage("2019-06-03")
    assert counted.share("", "villages_led").of == 8
    problems = repository.check("area", repository.require(ids[0]).values, ids[0])
    assert "validation.in_itself" in {problem.key for problem in problems}


def test_areas_that_succeed_each_other_in_a_circle_are_nowhere(take_in, repository, key):
    ids = [f"{R}-{n}" for n in range(1, 4)]
    take_in(
        {
            "area": {
                key(ids[n]): {"name": "x", "level": "village", "valid_to": "2020-01-01",
                              "successor": ids[(n + 1) % 3], "_": f"{ids[n]} 0 1 An"}
                for n in range(3)
            },
            "household": {key(f"{S}-1"): {"head": "x", "area": ids[0], "_": f"{S}-1 0 1 An"}},
        }
    )  # fmt: skip
    assert repository.coverage("2024-06-03").figure("", "households") == 1


def test_a_chain_of_two_thousand_areas_has_its_gaps_counted(take_in, repository, key):
    ids = [f"{R}-{base32.encode(n)}" for n in range(1, 2001)]
    areas = {
        key(one): {"name": "x", "level": "village", "parent": above, "_": f"{one} 0 1 An"}
        for above, one in zip([None, *ids], ids, strict=False)
    }
    take_in({"area": areas})
    assert len(repository.coverage("2024-06-03").gaps("", "villages_led")) == 2000


def test_references_to_deleted_records_are_named_and_do_no_harm(repository):
    area = repository.add("area", {"name": "Nà Mẫu", "level": "village"})
    house = repository.add("household", {"head": "Vi Văn A", "area": area.id})
    repository.delete(area.id)
    assert repository.coverage("2024-06-03").figure("", "households") == 1
    keys = {p.key for p in repository.check("household", house.values, house.id)}
    assert "validation.no_such_record" in keys
    # What was wrong before does not block what is edited now.
    assert repository.edit(house.id, {"persons": 3}).get("persons") == 3
    with pytest.raises(RefusedError):
        repository.edit(house.id, {"area": area.id, "persons": 4})


def test_fifteen_thousand_documents_are_taken_in(repository, key, hostile_file):
    documents = {
        key(f"{R}-{base32.encode(n)}"): {"head": f"Vi Văn {n}", "persons": n % 9 + 1,
                                         "_": f"{R}-{base32.encode(n)} 0 1 An"}
        for n in range(1, 15_001)
    }  # fmt: skip
    file = hostile_file({"household": documents, "_replica": {"5": {"id": R, "counter": 15_000}}})
    begin = time.process_time()
    plan = take_in_sources(repository, [read_source(file, repository.programme.id)])
    took = time.process_time() - begin
    assert plan.counts["new"] == 15_000
    assert repository.count("household") == 15_000
    # A guard against quadratic work, not a benchmark: of this process alone, whatever else runs.
    assert took < 60


def test_a_file_in_which_a_table_stands_twice_is_refused(repository, hostile_file, key):
    table = '"household":{"%s":{"head":"x","_":"%s-%d 0 1 An"}}'
    content = ",".join(table % (key(f"{R}-{n}"), R, n) for n in (1, 2))
    with pytest.raises(RefusedError):
        read_source(hostile_file("{" + content + "}"), repository.programme.id)


def test_a_damaged_row_of_my_own_does_not_stop_a_merge(machines):
    ids = seed(machines)
    machines.copy("a", "b")
    with machines.open("b") as b:
        b.edit(ids["house"], {"persons": 6})
        b.edit(ids["person"], {"note": "mới"})
    snapshot = machines.folder("a") / "store.json"
    tables = json.loads(snapshot.read_text(encoding="utf-8"))
    tables["household"][str(doc_id_of(ids["house"]))]["_"] = "garbage"
    snapshot.write_text(json.dumps(tables), encoding="utf-8")
    (machines.folder("a") / "journal").unlink()
    machines.merge("a", "b")
    with machines.open("a") as a:
        assert a.require(ids["person"]).get("note") == "mới"


def test_a_store_whose_snapshot_and_journal_do_not_belong_together_says_so(machines, repository):
    seed(machines)
    folder = machines.folder("a")
    shutil.copyfile(folder / "store.json", machines.place / "older.json")
    with machines.open("a") as a:
        folded = a.add("household", {"head": "Đã gộp"}).id
    still_open = machines.open("a")
    still_open.add("household", {"head": "Trong nhật ký"})
    # What a copy made file by file, while somebody works, can look like.
    copy = machines.folder("copy")
    shutil.copytree(folder, copy)
    still_open.close()
    shutil.copyfile(machines.place / "older.json", copy / "store.json")
    source = read_source(copy / "store.json", machines.programme.id)
    assert str(doc_id_of(folded)) not in source.tables["household"]
    assert [notice.key for notice in source.notices] == ["merge.journal_apart"]
    plan = take_in_sources(repository, [source])
    assert [warning.key for warning in plan.warnings] == ["merge.journal_apart"]


# -- replica ids that are used twice -----------------------------------------------------------


def test_a_store_that_has_seen_more_of_me_than_i_wrote_makes_me_leave_my_id(take_in, repository):
    repository.add("household", {"head": "Vi Văn A"})
    old = repository.replica
    plan = take_in({"_replica": {"1": {"id": old, "counter": 50}}})
    assert [warning.key for warning in plan.warnings] == ["merge.replica_twice"]
    assert repository.replica != old
    assert repository.add("household", {"head": "Vi Văn B"}).id.startswith(repository.replica)
    assert "replica.seen_elsewhere" in {notice.key for notice in repository.notices}
    # Once is enough: the same file again is no news.
    assert take_in({"_replica": {"1": {"id": old, "counter": 50}}}).warnings == []


def test_a_record_that_has_seen_more_of_me_than_i_wrote_makes_me_leave_my_id(
    take_in, repository, key, machines, hostile_file
):
    mine = repository.add("household", {"head": "Vi Văn A", "persons": 1})
    document = to_document(mine)
    document["_"] = {"w": [document["_"].replace(" 1 Lan", " Lan")], "v": {repository.replica: 900}}
    part = {"household": {key(mine.id): document}}
    take_in(part)
    repository.edit(mine.id, {"persons": 2})
    machines.create("b")
    with machines.open("b") as other:
        take_in_sources(other, [read_source(hostile_file(part), other.programme.id)])
        edited = {"household": {key(mine.id): to_document(repository.require(mine.id))}}
        take_in_sources(other, [read_source(hostile_file(edited), other.programme.id)])
        assert other.require(mine.id).get("persons") == 2
