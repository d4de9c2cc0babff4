"""Keying again: what is due, what differs, what is decided, on one machine and between two."""

from __future__ import annotations

import shutil

import pytest

from nq77tui.core.problem import RefusedError
from nq77tui.core.verification import VERIFICATION
from nq77tui.store.merging import take_in_sources
from nq77tui.store.source import read_source
from nq77tui.store.verifying import DIFFERS, DONE, DUE, Verifying
from nq77tui.store.way_back import undo_last


@pytest.fixture
def villages(repository):
    with repository.transaction():
        commune = repository.add("area", {"name": "Yên Khoái", "level": "commune"}).id
        return [
            repository.add("area", {"name": name, "level": "village", "parent": commune}).id
            for name in ("Bản Chu", "Nà Mò")
        ]


@pytest.fixture
def household(repository, villages):
    values = {"head": "Lý Văn An", "area": villages[0], "persons": 4, "class": "NGHEO"}
    return repository.add("household", values).id


def tables(repository):
    return repository.canonical_tables()


def states(repository):
    return {one.record_id: one.state for one in Verifying(repository).items()}


def test_a_share_of_each_type_is_due_and_an_area_never(repository, villages) -> None:
    ids = [
        repository.add("household", {"head": f"Lý Văn {n}", "area": villages[0]}).id
        for n in range(40)
    ]
    assert states(repository) == {}

    repository.keep_settings(verify_share=100)
    assert states(repository) == dict.fromkeys(ids, DUE)

    repository.keep_settings(verify_share=20)
    assert 0 < len(states(repository)) < 20


def test_the_record_stays_as_it_is_until_it_is_decided(repository, household, clock) -> None:
    before = repository.require(household)
    verifying = Verifying(repository)
    found = verifying.key_again(household, {"persons": 5, "class": "NGHEO", "phone": "0912345678"})

    assert repository.require(household) == before
    assert {one.field: (one.first, one.second) for one in found.differences} == {
        "persons": (4, 5),
        "phone": (None, "0912345678"),
    }
    assert states(repository) == {household: DIFFERS}

    verifying.decide(found.id, {"persons": ("third", 6)})
    assert repository.require(household).get("persons") == 6
    assert states(repository) == {household: DIFFERS}

    verifying.decide(found.id, {"phone": ("second", None)})
    assert repository.require(household).get("phone") == "0912345678"
    assert states(repository) == {household: DONE}
    assert [one.result for one in verifying.of(household)[0].differences] == ["third", "second"]


def test_what_was_decided_is_one_commit_and_is_taken_back_as_one(repository, household) -> None:
    verifying = Verifying(repository)
    found = verifying.key_again(household, {"persons": 5, "class": "NGHEO", "livestock": True})
    commits = len(list(repository.commits()))
    verifying.decide(found.id, {one.field: ("second", None) for one in found.open})
    assert len(list(repository.commits())) == commits + 1
    assert repository.require(household).get("persons") == 5

    undo_last(repository)
    assert repository.require(household).get("persons") == 4
    assert states(repository) == {household: DIFFERS}
    undo_last(repository)
    assert states(repository) == {}


def test_a_decision_about_a_record_older_than_the_history_is_taken_back(
    tmp_path, nq77, open_store
) -> None:
    nq77("sample", tmp_path / "own", "--excerpt")
    with open_store() as repository:
        before = next(row for row in repository.rows("household") if row.values.get("persons"))
        persons, verifying = before.values["persons"], Verifying(repository)
        found = verifying.key_again(before.id, {"persons": persons + 1})
        verifying.decide(found.id, {"persons": ("second", None)})
        assert repository.require(before.id).get("persons") == persons + 1

        undo_last(repository)
        assert repository.require(before.id).get("persons") == persons
        assert states(repository) == {before.id: DIFFERS}


def test_a_third_value_that_is_the_first_counts_as_the_first(repository, household) -> None:
    verifying = Verifying(repository)
    found = verifying.key_again(household, {"persons": 5, "class": "NGHEO"})
    verifying.decide(found.id, {"persons": ("third", 4)})

    assert verifying.of(household)[0].differences[0].result == "first"
    assert repository.require(household).get("persons") == 4


def test_what_cannot_be_decided_is_refused_and_nothing_written(repository, household) -> None:
    verifying = Verifying(repository)
    found = verifying.key_again(household, {"persons": 5, "class": "KHONG_NGHEO"})
    before = tables(repository)
    for decisions in (
        {"head": ("first", None)},
        {"class": ("second", None), "persons": ("third", 0)},
    ):
        with pytest.raises(RefusedError):
            verifying.decide(found.id, decisions)
    with pytest.raises(RefusedError):
        verifying.decide(household, {})

    assert tables(repository) == before


def test_records_can_be_asked_for_and_only_types_that_say_how(
    repository, household, villages
) -> None:
    verifying = Verifying(repository)
    assert verifying.ask_for([household]) == 1
    assert verifying.ask_for([household]) == 0
    assert states(repository) == {household: DUE}
    with pytest.raises(RefusedError):
        verifying.ask_for(villages)

    repository.delete(household)
    assert states(repository) == {}


def test_what_a_field_asks_for_in_either_keying_is_compared(repository, villages) -> None:
    person = repository.add(
        "person", {"name": "Lộc Văn Ánh", "area": villages[0], "party_member": True}
    ).id
    found = Verifying(repository).key_again(person, {"party_member": False})

    assert [one.field for one in found.differences] == ["party_member"]
    assert found.checked[0][2] > 5


def test_two_machines_key_the_same_record_again_and_both_are_kept(
    open_store, tmp_path, programme
) -> None:
    with open_store("own") as mine:
        area = mine.add("area", {"name": "Bản Chu", "level": "village"}).id
        values = {"head": "Lý Văn An", "area": area, "persons": 4}
        household = mine.add("household", values).id
        mine.keep_settings(verify_share=100)
    shutil.copytree(tmp_path / "own", tmp_path / "other")
    (tmp_path / "other" / "lock").unlink()
    with (
        open_store("own") as mine,
        open_store("other", operator="Hà", state_folder=tmp_path / "elsewhere") as theirs,
    ):
        assert states(mine) == states(theirs)
        here = Verifying(mine).key_again(household, {"persons": 5})
        there = Verifying(theirs).key_again(household, {"persons": 4})
        take_in_sources(mine, [read_source(tmp_path / "other" / "store.json", programme.id)])

        found = Verifying(mine).of(household)
        assert {one.id for one in found} == {here.id, there.id}
        assert mine.conflicted() == []

        Verifying(mine).decide(here.id, {"persons": ("second", None)})
        take_in_sources(theirs, [read_source(tmp_path / "own" / "store.json", programme.id)])

        assert tables(theirs)[VERIFICATION] == tables(mine)[VERIFICATION]
        assert theirs.require(household).get("persons") == 5
        assert states(theirs) == {household: DONE}
