"""Assigning, ending and handing over, each as one commit."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nq77tui.store.assigning import Assignments


@pytest.fixture
def village(repository):
    area = repository.add("area", {"name": "Nà Mẫu", "level": "village"}).id
    households = [
        repository.add("household", {"head": f"Vi Văn {n}", "area": area, "persons": 4}).id
        for n in range(5)
    ]
    people = [
        repository.add("person", {"name": f"Lý Thị {n}", "party_member": True, "area": area}).id
        for n in range(2)
    ]
    return area, households, people


def assignments(repository):
    return Assignments(repository, repository.programme.assigning, repository.today())


def have(repository):
    counted = repository.coverage(repository.today().isoformat())
    return counted.share(counted.tree.root, "households_assigned")


def test_marked_households_get_a_person_in_one_commit(repository, village) -> None:
    area, households, (lan, _) = village
    before = repository.generation
    written = assignments(repository).assign(lan, households[:3], {"duties": ["in_charge"]})
    assert len(written) == 3
    assert repository.generation == before + 1
    assert have(repository) == (3, 5)
    assert {row.id for row in assignments(repository).units_in(area)} == set(households)


def test_assigning_twice_writes_nothing(repository, village) -> None:
    _, households, (lan, _) = village
    assignments(repository).assign(lan, households, {"duties": ["in_charge"]})
    before = repository.generation
    assert assignments(repository).assign(lan, households, {"duties": ["monitor"]}) == []
    assert repository.generation == before


def test_loads_are_counted_by_kind(repository, village) -> None:
    area, households, (lan, minh) = village
    assignments(repository).assign(lan, households[:4], {"duties": ["in_charge"]})
    assignments(repository).assign(minh, [area], {"duties": ["in_charge"]})
    assert assignments(repository).loads() == {"household": {lan: 4}, "area": {minh: 1}}


def test_an_ended_assignment_leaves_a_gap_and_its_history(repository, village, clock) -> None:
    _, households, (lan, _) = village
    (record,) = assignments(repository).assign(lan, households[:1], {"duties": ["in_charge"]})
    clock.now += timedelta(days=10)
    assert assignments(repository).end([record.id]) == 1
    assert have(repository) == (0, 5)
    assert repository.get(record.id).values["to"] == "2024-06-12"
    assert repository.coverage("2024-06-12").share("", "households_assigned").have == 1


def test_an_assignment_ended_on_its_first_day_never_was(repository, village) -> None:
    _, households, (lan, _) = village
    (record,) = assignments(repository).assign(lan, households[:1], {"duties": ["in_charge"]})
    assignments(repository).end([record.id])
    assert repository.get(record.id).is_dead
    assert have(repository) == (0, 5)
