"""Assigning, ending and handing over, each as one commit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from nq77tui.programme import load_programme, shipped_folder
from nq77tui.store import Repository, create_store
from nq77tui.store.assigning import Assignments


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2024, 6, 3, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(tmp_path, clock):
    programme = load_programme(shipped_folder())
    create_store(tmp_path / "store", programme)
    with Repository.open(
        tmp_path / "store",
        programme,
        operator="Lan",
        clock=clock,
        state_folder=tmp_path / "state",
    ) as repository:
        yield repository


@pytest.fixture
def village(store):
    area = store.add("area", {"name": "Nà Mẫu", "level": "village"}).id
    households = [
        store.add("household", {"head": f"Vi Văn {n}", "area": area, "persons": 4}).id
        for n in range(5)
    ]
    people = [
        store.add("person", {"name": f"Lý Thị {n}", "party_member": True, "area": area}).id
        for n in range(2)
    ]
    return area, households, people


def assignments(store):
    return Assignments(store, store.programme.assigning, store.today())


def have(store):
    counted = store.coverage(store.today().isoformat())
    return counted.share(counted.tree.root, "households_assigned")


def test_marked_households_get_a_person_in_one_commit(store, village) -> None:
    area, households, (lan, _) = village
    before = store.generation
    written = assignments(store).assign(lan, households[:3], {"duties": ["in_charge"]})
    assert len(written) == 3
    assert store.generation == before + 1
    assert have(store) == (3, 5)
    assert {row.id for row in assignments(store).units_in(area)} == set(households)


def test_assigning_twice_writes_nothing(store, village) -> None:
    _, households, (lan, _) = village
    assignments(store).assign(lan, households, {"duties": ["in_charge"]})
    before = store.generation
    assert assignments(store).assign(lan, households, {"duties": ["monitor"]}) == []
    assert store.generation == before


def test_loads_count_only_running_assignments_to_households(store, village) -> None:
    area, households, (lan, minh) = village
    assignments(store).assign(lan, households[:4], {"duties": ["in_charge"]})
    assignments(store).assign(minh, [area], {"duties": ["in_charge"]})
    assert assignments(store).loads() == {lan: 4}


def test_an_ended_assignment_leaves_a_gap_and_its_history(store, village, clock) -> None:
    _, households, (lan, _) = village
    (record,) = assignments(store).assign(lan, households[:1], {"duties": ["in_charge"]})
    clock.now += timedelta(days=10)
    assert assignments(store).end([record.id]) == 1
    assert have(store) == (0, 5)
    assert store.get(record.id).values["to"] == "2024-06-12"
    assert store.coverage("2024-06-12").share("", "households_assigned").have == 1


def test_an_assignment_ended_on_its_first_day_never_was(store, village) -> None:
    _, households, (lan, _) = village
    (record,) = assignments(store).assign(lan, households[:1], {"duties": ["in_charge"]})
    assignments(store).end([record.id])
    assert store.get(record.id).is_dead
    assert have(store) == (0, 5)


def test_handing_over_moves_everything_in_one_commit(store, village, clock) -> None:
    _, households, (lan, minh) = village
    assignments(store).assign(lan, households, {"duties": ["in_charge", "support"]})
    assignments(store).assign(minh, households[:1], {"duties": ["in_charge"]})
    clock.now += timedelta(days=30)
    before = store.generation
    assert assignments(store).hand_over(lan, minh) == 5
    assert store.generation == before + 1
    assert assignments(store).of_person(lan) == []
    assert len(assignments(store).of_person(minh)) == 5
    assert have(store) == (5, 5)
    given = assignments(store).of_unit(households[2])[0].values
    assert given["duties"] == ["in_charge", "support"]
    assert given["from"] == "2024-07-03"
