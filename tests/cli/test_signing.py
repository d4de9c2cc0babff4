"""``signoff``, ``submit``, ``return``, ``approve``: on one machine, and over three."""

from __future__ import annotations

import pytest

PERIOD = ("--period", "2024-Q1")


@pytest.fixture
def machine(tmp_path, nq77):
    """Runs a command on one of three machines."""

    def run(name, *arguments):
        return nq77("--store", tmp_path / name, "--operator", f"người {name}", *arguments)

    for name in "abc":
        assert nq77("init", tmp_path / name).status == 0
    return run


@pytest.fixture
def areas(machine, tmp_path):
    """A commune with two villages and three households, known on all three machines."""

    def add(*values):
        return machine("a", "add", *values).out.split()[0]

    begun = "valid_from=1/1/2020"
    commune = add("area", "name=Tĩnh Bắc", "level=commune", "code=06610", begun)
    villages = [
        add("area", f"name={name}", "level=village", f"parent={commune}", begun)
        for name in ("Bản Chu", "Nà Mẫu")
    ]
    homes = [add("household", f"head=Vi Văn {n}", f"area={villages[n // 2]}") for n in range(3)]
    for name in "bc":
        machine(name, "merge", tmp_path / "a")
    return commune, villages, homes


def standing(machine, name):
    areas = machine(name, "signoff", *PERIOD, "--json").json["areas"]
    return {one["name"]: one for one in areas}


def states(machine, name):
    return [one["state"] for one in standing(machine, name).values()]


def test_villages_come_before_their_commune_and_later_changes_show(machine, areas) -> None:
    commune, villages, homes = areas
    assert states(machine, "a") == ["open", "open", "open"]
    refused = machine("a", "submit", commune, *PERIOD)
    assert (refused.status, "Bản Chu" in refused.err) == (1, True)

    assert machine("a", "submit", *villages, *PERIOD).status == 0
    assert machine("a", "approve", commune, *PERIOD).status == 1
    assert machine("a", "approve", *villages, *PERIOD).status == 0
    assert machine("a", "submit", commune, *PERIOD).status == 0
    assert "cấp trên" in machine("a", "return", villages[0], "--comment", "x", *PERIOD).err
    assert machine("a", "approve", commune, *PERIOD).status == 0
    approved = standing(machine, "a")
    assert [one["state"] for one in approved.values()] == ["approved"] * 3
    assert approved["Tĩnh Bắc"]["approved"]["households"] == "3"
    assert approved["Tĩnh Bắc"]["approved_for"] == "2024-03-31"
    assert all(one["changes"] == [] for one in approved.values())

    machine("a", "set", homes[0], "to=1/2/2024")
    machine("a", "add", "household", "head=Lý Mới", f"area={villages[1]}", "from=1/6/2024")
    changed = standing(machine, "a")
    households = [
        [(one["then"], one["now"]) for one in area["changes"] if one["name"] == "households"]
        for area in changed.values()
    ]
    assert households == [[("3", "2")], [("2", "1")], []]
    assert "changed\tBản Chu\tSố hộ\t2\t1\n" in machine("a", "signoff", *PERIOD).out

    assert machine("a", "return", commune, "--comment", "Sai số hộ", *PERIOD).status == 0
    assert standing(machine, "a")["Tĩnh Bắc"]["comment"] == "Sai số hộ"
    assert machine("a", "return", villages[0], "--comment", "Sửa lại", *PERIOD).status == 0
    machine("a", "undo")
    assert standing(machine, "a")["Bản Chu"]["state"] == "approved"


def test_it_travels_and_a_return_beside_an_approval_waits_for_a_decision(
    machine, areas, tmp_path
) -> None:
    _, (village, _), _ = areas
    machine("a", "submit", village, *PERIOD)
    machine("b", "submit", village, *PERIOD)  # the same record, made twice
    for name in "bc":
        machine(name, "merge", tmp_path / "a")
        assert states(machine, name) == ["open", "submitted", "open"]
        assert machine(name, "conflicts", "--json").json == []
    machine("b", "approve", village, *PERIOD)
    machine("c", "return", village, "--comment", "Thiếu một hộ", *PERIOD)
    for name in "bc":
        machine("a", "merge", tmp_path / name)

    found = standing(machine, "a")["Bản Chu"]
    assert found["state"] == "disputed"
    [entry] = machine("a", "conflicts", "--json").json
    assert (entry["id"], entry["field"]) == (found["record"], "state")
    assert {value["value"] for value in entry["values"]} == {"approved", "returned"}
    assert {value["by"] for value in entry["values"]} == {"người b", "người c"}
    assert found["record"] in machine("a", "inbox").out
    assert "Mâu thuẫn" in machine("a", "submit", village, *PERIOD).err

    take = next(one["n"] for one in entry["values"] if one["value"] == "returned")
    assert machine("a", "resolve", found["record"], "state", "--take", take).status == 0
    for name in "bc":
        machine(name, "merge", tmp_path / "a")
        decided = standing(machine, name)["Bản Chu"]
        assert (decided["state"], decided["comment"]) == ("returned", "Thiếu một hộ")
    assert machine("c", "submit", village, *PERIOD).status == 0


def test_what_cannot_be_is_refused_with_a_sentence(machine, areas) -> None:
    commune, (village, _), _ = areas
    for arguments, said in (
        (("submit", village, "--period", "2999"), "2999"),
        (("submit", village, "--period", "quý 1"), "quý 1"),
        (("submit", "Nowhere", *PERIOD), "Nowhere"),
        (("approve", village, *PERIOD), "chưa nộp"),
        (("return", village, "--comment", "x", *PERIOD), "chưa nộp"),
        (("signoff", "--of", "Nowhere"), "Nowhere"),
    ):
        ran = machine("a", *arguments)
        assert (ran.status, ran.out) == (1, "")
        assert said in ran.err
    assert machine("a", "submit", village, commune, *PERIOD).status == 1
    assert states(machine, "a") == ["open", "open", "open"]
