"""The inbox: what is open is open everywhere; what one machine decides is decided everywhere."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta

import pytest

from nq77tui.core.inbox import bulks
from nq77tui.store import Repository, create_store
from nq77tui.store.inbox import decide, open_questions
from nq77tui.store.joining import contradictions, join_records
from nq77tui.store.merging import take_in_sources
from nq77tui.store.source import find_sources, read_source
from nq77tui.store.way_back import undo_last

NAMES = "abc"


class World:
    """Three machines that began with one store."""

    def __init__(self, place, programme) -> None:
        self.place, self.programme = place, programme
        self.now = datetime(2024, 6, 3, 8, tzinfo=UTC)
        create_store(place / "a", programme)
        with self.open("a") as a, a.transaction():
            self.area = a.add("area", {"name": "Bản Chu", "level": "village"}).id
            heads = ("Vi Văn Hòa", "Lý Thị Ân", "Nông Văn An")
            self.houses = [a.add("household", {"head": h, "area": self.area}).id for h in heads]
            self.visit = a.add(
                "visit",
                {"unit": self.houses[2], "kind": "household_visit", "date": "2024-05-01"},
            ).id
        for name in NAMES[1:]:
            shutil.copytree(place / "a", place / name)

    def open(self, name) -> Repository:
        self.now += timedelta(minutes=1)
        return Repository.open(
            self.place / name,
            self.programme,
            operator=f"người {name}",
            clock=lambda: self.now,
            state_folder=self.place / f"rights {name}",
        )

    def spread(self) -> None:
        """Everything to the first, and from there to all."""
        for into, others in [("a", "bc"), ("b", "a"), ("c", "a")]:
            with self.open(into) as repository:
                for other in others:
                    files = find_sources(self.place / other)
                    sources = [read_source(file, self.programme.id) for file in files]
                    take_in_sources(repository, sources)

    def everywhere(self) -> list[tuple]:
        """What is open, which is the same on every machine."""
        seen = []
        for name in NAMES:
            with self.open(name) as repository:
                seen.append(open_questions(repository))
        assert seen[0] == seen[1] == seen[2]
        return [(q.kind, q.record_id, q.field or q.other) for q in seen[0]]

    def decide(self, name, number, kind=None):
        with self.open(name) as repository:
            [asked] = [q for q in open_questions(repository) if kind in (None, q.kind)]
            decided = decide(repository, [(asked, number)])
            assert (decided.done, decided.moved_on, decided.refused) == (1, [], [])
        self.spread()


@pytest.fixture
def world(tmp_path, programme):
    return World(tmp_path, programme)


def edits(world, name, record_id, **values):
    with world.open(name) as repository:
        repository.edit(record_id, values)


def test_a_field_changed_on_both_sides(world) -> None:
    house = world.houses[0]
    edits(world, "a", house, persons=5)
    edits(world, "b", house, persons=6)
    world.spread()
    assert world.everywhere() == [("field", house, "persons")]

    world.decide("c", 2)

    assert world.everywhere() == []
    for name in NAMES:
        with world.open(name) as repository:
            assert repository.get(house).get("persons") == 5

    with world.open("c") as repository:
        undo_last(repository)
        # Both values are there to be decided between again, with who wrote them.
        values = repository.get(house).conflicts["persons"]
        assert [(s.value, s.stamp.by) for s in values] == [(6, "người b"), (5, "người a")]
    world.spread()
    assert world.everywhere() == [("field", house, "persons")]


def test_all_that_is_open_stands_in_one_order_on_every_machine(world) -> None:
    # What each machine wrote itself comes first in its own tables.
    for name in "bac":
        with world.open(name) as repository, repository.transaction():
            for number in range(3):
                repository.add(
                    "visit",
                    {
                        "unit": world.houses[0],
                        "kind": "household_visit",
                        "date": f"2024-05-0{number + 2}",
                    },
                )
                head = {"head": f"Hoàng Thị {number}", "area": world.area}
                repository.add("household", head)
    with world.open("c") as repository:
        repository.delete(world.houses[0])
    world.spread()

    found = world.everywhere()

    assert [kind for kind, *_ in found].count("dangling") == 9
    assert [kind for kind, *_ in found].count("alike") == 9


@pytest.mark.parametrize(("number", "is_dead"), [(1, False), (2, True)])
def test_edited_here_and_deleted_there(world, number, is_dead) -> None:
    house = world.houses[0]
    edits(world, "a", house, persons=5)
    with world.open("b") as repository:
        repository.delete(house)
    world.spread()
    assert world.everywhere() == [("deletion", house, "")]

    world.decide("b", number)

    assert world.everywhere() == []
    with world.open("c") as repository:
        assert repository.get(house).is_dead is is_dead

    with world.open("b") as repository:
        undo_last(repository)
    world.spread()
    assert world.everywhere() == [("deletion", house, "")]


@pytest.mark.parametrize(("number", "left"), [(1, 3), (2, 3), (3, 4)])
def test_two_that_look_like_one(world, number, left) -> None:
    with world.open("b") as repository:
        values = {"head": "Vy Văn Hoà", "area": world.area, "persons": 4}
        double = repository.add("household", values).id
    world.spread()
    pair = sorted((world.houses[0], double))
    assert world.everywhere() == [("alike", *pair)]

    world.decide("a", number)

    assert world.everywhere() == []
    with world.open("c") as repository:
        assert repository.count("household") == left
        if number < 3:
            heads = {one: repository.get(one).fields["head"] for one in pair}
            assert repository.row(pair[1]).id == pair[0]
            assert repository.row(pair[0]).values["persons"] == 4
            assert heads[pair[0]][0].value in ("Vi Văn Hòa", "Vy Văn Hoà")

    with world.open("a") as repository:
        undo_last(repository)
    world.spread()
    assert world.everywhere() == [("alike", *pair)]


@pytest.mark.parametrize(
    ("number", "phone", "rows"), [(1, "0912345678", 2), (2, None, 2), (3, None, 3)]
)
def test_joined_here_and_edited_there(world, number, phone, rows) -> None:
    stays, gone = sorted(world.houses[:2])
    with world.open("a") as repository:
        join_records(repository, stays, gone)
    edits(world, "b", gone, phone="0912345678")
    world.spread()
    assert world.everywhere() == [("joined", gone, stays)]

    world.decide("c", number)

    assert world.everywhere() == []
    with world.open("b") as repository:
        assert repository.row(stays).values.get("phone") == phone
        assert repository.count("household") == rows
        assert repository.row(gone).values.get("phone") == (phone if number < 3 else "0912345678")


@pytest.mark.parametrize(("number", "rows"), [(1, 2), (2, 3)])
def test_joined_here_and_said_to_be_two_there(world, number, rows) -> None:
    edits(world, "a", world.houses[1], head="Vy Văn Hoà")
    world.spread()
    pair = sorted(world.houses[:2])
    for name, answer in (("a", 1), ("b", 3)):
        with world.open(name) as repository:
            decide(repository, [(open_questions(repository)[0], answer)])
    world.spread()
    assert world.everywhere() == [("disagreed", pair[1], pair[0])]

    world.decide("c", number)

    assert world.everywhere() == []
    with world.open("a") as repository:
        assert repository.count("household") == rows


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_reference_to_what_was_deleted(world, number) -> None:
    house = world.houses[2]
    with world.open("a") as repository:
        repository.delete(house)
    world.spread()
    assert world.everywhere() == [("dangling", world.visit, "unit")]

    world.decide("b", number)

    assert world.everywhere() == []
    with world.open("c") as repository:
        assert repository.get(house).is_dead is (number != 1)
        assert repository.get(world.visit).is_dead is (number == 2)
        assert (repository.get(world.visit).get("unit") is None) is (number == 3)


def test_many_that_are_alike_are_one_commit_and_one_undo(world) -> None:
    for house in world.houses:
        edits(world, "a", house, persons=5, note="a")
        edits(world, "b", house, persons=6)
    edits(world, "b", world.houses[0], note="b")
    world.spread()
    assert len(world.everywhere()) == 4
    with world.open("c") as repository:
        found = open_questions(repository)
        asked = next(q for q in found if q.field == "persons")
        replicas = [s.dot.replica for s in asked.values]
        choices = {(b.name, b.is_wide, b.machine): b for b in bulks(asked, found, bool)}
        assert set(choices) == {
            ("newer", False, ""),
            ("machine", False, replicas[0]),
            ("machine", False, replicas[1]),
            ("newer", True, ""),
            ("machine", True, replicas[0]),
            ("machine", True, replicas[1]),
        }
        of_a = choices["machine", False, replicas[1]]
        before = repository.generation
        decided = decide(repository, of_a.decisions)
        assert (decided.done, repository.generation) == (3, before + 1)
        assert {repository.get(h).get("persons") for h in world.houses} == {5}
        # Once more: all have moved on.
        assert len(decide(repository, of_a.decisions).moved_on) == 3
        undo_last(repository)
        assert len(open_questions(repository)) == 4
    world.spread()
    assert len(world.everywhere()) == 4


def test_an_answer_that_is_not_there_or_not_allowed_is_refused_and_the_others_done(world) -> None:
    with world.open("a") as repository:
        person = repository.add("person", {"name": "Ma Văn Ba", "area": world.area}).id
        repository.add(
            "assignment",
            {"person": person, "unit": world.area, "duties": ["monitor"], "from": "2024-01-01"},
        )
        repository.delete(person)
        repository.delete(world.houses[2])
        found = {q.record_type: q for q in open_questions(repository)}
        decided = decide(
            repository, [(found["assignment"], 3), (found["visit"], 3), (found["visit"], 9)]
        )
        assert decided.done == 1
        keys = [problem.key for problem in decided.refused]
        assert (keys[0], keys[-1]) == ("validation.required", "repository.no_such_take")


def test_only_pairs_that_contradict_each_other_nowhere_are_joined_together(world) -> None:
    with world.open("a") as repository:
        for house, more in zip(
            world.houses, ({"persons": 4}, {"phone": "0912345678"}, {}), strict=True
        ):
            values = {**repository.get(house).values, **more}
            repository.add("household", values)
        repository.edit(world.houses[0], {"persons": 9})
        found = open_questions(repository)
        assert [q.kind for q in found] == ["alike"] * 3
        agrees = lambda q: not contradictions(repository, q.record_id, q.other)  # noqa: E731
        together, apart = bulks(found[0], found, agrees)
        assert (together.name, len(together.decisions)) == ("alike_1", 2)
        assert (apart.name, len(apart.decisions)) == ("alike_3", 3)
        assert decide(repository, together.decisions).done == 2
        assert repository.count("household") == 4


def test_the_members_of_joined_households_are_pairs_next(world) -> None:
    with world.open("a") as repository:
        for house in world.houses[:2]:
            repository.add("member", {"household": house, "name": "Vi Thị Bé", "birth": "2015"})
        assert open_questions(repository) == []
        join_records(repository, *world.houses[:2])
        [asked] = open_questions(repository)
        assert (asked.kind, asked.record_type) == ("alike", "member")
        assert decide(repository, [(asked, 1)]).done == 1
        assert repository.count("member") == 1
