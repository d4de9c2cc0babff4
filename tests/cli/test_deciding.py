"""``merge``, ``conflicts``, ``resolve``: three machines and a stick."""

from __future__ import annotations

import json
import shutil
from itertools import permutations

import pytest

from nq77tui.store import Repository, create_store


@pytest.fixture
def machine(tmp_path, nq77, monkeypatch):
    """``nq77`` on one of several machines: its own store, state folder and operator."""

    def run(name: str, *command: object):
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state" / name))
        return nq77("--store", tmp_path / name, "--operator", f"người {name}", *command)

    return run


@pytest.fixture
def three(tmp_path, programme, clock):
    """Three machines that began with one store; the ids of two households in it."""
    create_store(tmp_path / "a", programme)
    state = tmp_path / "state" / "a" / "nq77tui"
    with Repository.open(
        tmp_path / "a", programme, operator="Lan", clock=clock, state_folder=state
    ) as opened:
        ids = [
            opened.add("household", {"head": head, "persons": 4}).id
            for head in ("Vi Thị Lan", "Nông Văn Hai")
        ]
    for name in "bc":
        shutil.copytree(tmp_path / "a", tmp_path / name)
    return ids


def tables(machine, name: str, tmp_path) -> bytes:
    file = tmp_path / f"{name}.export.json"
    assert machine(name, "export", "all", "--format", "json", "-o", file).status == 0
    return file.read_bytes()


def test_three_machines_merged_in_every_order_export_the_same_bytes(machine, three, tmp_path):
    house, other = three
    machine("a", "set", house, "persons=5", "note=từ A")
    machine("a", "delete", other)
    machine("b", "set", house, "persons=6")
    machine("b", "set", other, "persons=2")
    machine("b", "add", "person", "name=Lý Văn Ba")
    machine("c", "set", house, "phone=0912345678")
    machine(
        "c", "add", "area", "name=Ái Quốc", "level=commune", "code=06610", "valid_from=1/1/2024"
    )
    seen = set()
    for order in permutations("abc"):
        name = "".join(order)
        shutil.copytree(tmp_path / order[0], tmp_path / name)
        for _ in range(2):
            for step in order[1:]:
                counts = machine(name, "merge", tmp_path / step).counts
                assert counts.pop("in") == sum(counts.values())
        seen.add(tables(machine, name, tmp_path))
    assert len(seen) == 1
    assert set(json.loads(seen.pop())) >= {"area", "household", "person"}


def test_a_preview_counts_the_same_and_writes_nothing(machine, three, tmp_path):
    machine("b", "set", three[0], "persons=6")
    before = {f.name: f.read_bytes() for f in (tmp_path / "a").iterdir() if f.is_file()}
    preview = machine("a", "merge", "--preview", "--json", tmp_path / "b").json
    assert {f.name: f.read_bytes() for f in (tmp_path / "a").iterdir() if f.is_file()} == before
    done = machine("a", "merge", "--json", tmp_path / "b").json
    assert (preview.pop("preview"), done.pop("preview")) == (True, False)
    assert preview.pop("coverage") == {}
    assert preview == done
    assert (done["in"], done["changed"], done["known"]) == (2, 1, 1)


def test_a_stick_with_several_stores_and_files_is_taken_in_at_once(machine, three, tmp_path):
    stick = tmp_path / "stick"
    stick.mkdir()
    for name in "bc":
        machine(name, "add", "household", f"head=Từ máy {name}")
        shutil.copytree(tmp_path / name, stick / name)
    machine("c", "add", "household", "head=Sau cùng")
    machine("c", "export", "all", "--format", "json", "-o", stick / "more.json")
    counts = machine("a", "merge", stick).counts
    assert (counts["new"], counts["refused"]) == (3, 0)


def test_a_conflict_is_listed_with_both_values_who_and_when(machine, three, tmp_path):
    house = three[0]
    machine("a", "set", house, "persons=5")
    machine("b", "set", house, "persons=6")
    ran = machine("a", "merge", tmp_path / "b")
    assert ran.counts["conflicted"] == 1
    (entry,) = machine("a", "conflicts", "--json").json
    assert (entry["id"], entry["field"], entry["title"]) == (house, "persons", "Vi Thị Lan")
    assert {(v["value"], v["by"]) for v in entry["values"]} == {(5, "người a"), (6, "người b")}
    assert [value["n"] for value in entry["values"]] == [1, 2]
    assert all(value["at"].endswith("Z") for value in entry["values"])
    ran = machine("a", "conflicts")
    assert "người a" in ran.out
    assert "người b" in ran.out
    assert "conflicts" in machine("a", "show", house).err


@pytest.mark.parametrize(
    ("how", "decided"), [(["--take", 1], None), (["--take", 2], None), (["--value", "9"], 9)]
)
def test_a_decision_travels_and_is_decided_everywhere(machine, three, tmp_path, how, decided):
    house = three[0]
    machine("a", "set", house, "persons=5")
    machine("b", "set", house, "persons=6")
    machine("c", "merge", tmp_path / "a", tmp_path / "b")
    (entry,) = machine("c", "conflicts", "--json").json
    if decided is None:
        decided = entry["values"][int(how[1]) - 1]["value"]
    assert machine("c", "resolve", house, "persons", *how).status == 0
    assert machine("c", "conflicts", "--json").json == []
    machine("a", "merge", tmp_path / "b")
    for name in "ab":
        machine(name, "merge", tmp_path / "c")
        assert machine(name, "conflicts", "--json").json == []
        assert machine(name, "show", house, "--json").json["persons"] == decided
    machine("c", "merge", tmp_path / "a")
    assert len({tables(machine, name, tmp_path) for name in "abc"}) == 1


@pytest.mark.parametrize("take", [1, 2])
def test_a_deletion_against_an_edit_is_shown_and_decided(machine, three, tmp_path, take):
    house = three[0]
    machine("a", "delete", house)
    machine("b", "set", house, "persons=6")
    assert machine("a", "merge", tmp_path / "b").counts["conflicted"] == 1
    (entry,) = machine("a", "conflicts", "--json").json
    assert (entry["id"], entry["field"]) == (house, "_deleted")
    assert [value["value"] for value in entry["values"]] == [False, True]
    assert house in machine("a", "list", "household").out
    for wrong in (["--take", 3], ["--take", 0], ["--value", "x"]):
        assert machine("a", "resolve", house, "_deleted", *wrong).status == 1
    assert machine("a", "resolve", house, "_deleted", "--take", take).status == 0
    machine("b", "merge", tmp_path / "a")
    for name in "ab":
        assert machine(name, "conflicts", "--json").json == []
        assert (house in machine(name, "list", "household").out) == (take == 1)


def test_a_contested_deletion_is_listed_with_who_and_when_on_both_sides(machine, three, tmp_path):
    house = three[0]
    machine("b", "set", house, "persons=6")
    machine("a", "delete", house)
    machine("a", "merge", tmp_path / "b")
    (entry,) = machine("a", "conflicts", "--json").json
    assert [value["by"] for value in entry["values"]] == ["người b", "người a"]
    assert all(value["at"].endswith("Z") for value in entry["values"])


def test_a_take_beyond_the_values_is_refused(machine, three, tmp_path):
    house = three[0]
    machine("a", "set", house, "persons=5")
    machine("b", "set", house, "persons=6")
    machine("a", "merge", tmp_path / "b")
    for wrong in (0, 3, -1, 10**30):
        ran = machine("a", "resolve", house, "persons", f"--take={wrong}")
        assert (ran.status, ran.out) == (1, "")
    assert machine("a", "resolve", house, "persons", "--value", "many").status == 1
    assert len(machine("a", "conflicts", "--json").json) == 1


@pytest.fixture
def foreign_conflict(store, nq77, key, hostile_file):
    """A conflict in a field that the programme does not know."""
    document = {"head": "x", "zz": "x", "_": {"w": ["AAAAAAAA-1 0 An", "BBBBBBBB-1 1 Bo"],
                "f": {"zz": [0, 1]}, "o": {"zz": ["y"]}}}  # fmt: skip
    file = hostile_file({"household": {key("AAAAAAAA-1"): document}})
    assert nq77("--store", store, "merge", file).counts["conflicted"] == 1
    return store


def test_a_conflict_in_a_field_nobody_knows_is_decided_by_taking_one(foreign_conflict, nq77):
    ran = nq77("--store", foreign_conflict, "resolve", "AAAAAAAA-1", "zz", "--take", 1)
    assert ran.status == 0
    assert nq77("--store", foreign_conflict, "conflicts", "--json").json == []


def test_a_value_for_a_field_nobody_knows_is_refused(foreign_conflict, nq77):
    ran = nq77("--store", foreign_conflict, "resolve", "AAAAAAAA-1", "zz", "--value", "q")
    assert (ran.status, ran.out) == (1, "")
    assert "zz" in ran.err


def test_a_value_that_the_schema_refuses_is_refused_for_a_conflict(machine, three, tmp_path):
    machine("a", "set", three[0], "persons=5")
    machine("b", "set", three[0], "persons=6")
    machine("a", "merge", tmp_path / "b")
    assert machine("a", "resolve", three[0], "persons", "--value", "0").status == 1
