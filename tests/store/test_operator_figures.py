"""What operators have keyed, counted from commits made here and brought from elsewhere."""

from __future__ import annotations

import shutil
from datetime import date, timedelta

import pytest

from nq77tui.core.operator_figures import total
from nq77tui.store.merging import take_in_sources
from nq77tui.store.operator_figures import operator_figures, visible
from nq77tui.store.source import read_source
from nq77tui.store.verifying import Verifying
from nq77tui.store.way_back import undo_last


def key(repository, clock, area, count, minutes=2, **values):
    """Households, one every few minutes; the ids."""
    found = []
    for number in range(count):
        clock.now += timedelta(minutes=minutes)
        head = f"Lý Văn {repository.operator} {number}"
        found.append(repository.add("household", {"head": head, "area": area, **values}).id)
    return found


@pytest.fixture
def area(repository, clock):
    found = repository.add("area", {"name": "Bản Chu", "level": "village"}).id
    clock.now += timedelta(hours=1)
    return found


def figures(repository, operator="Lan", since=None):
    return total(operator_figures(repository, since).get(operator, {}))


def test_sessions_and_fields(repository, clock, area) -> None:
    key(repository, clock, area, 4, persons=4)
    clock.now += timedelta(hours=2)
    key(repository, clock, area, 3, persons=4)
    found = figures(repository)

    assert (found.records, found.seconds) == (8, (3 + 2) * 120)
    assert (found.timed_records, found.timed_fields) == (5, 15)
    assert found.records_an_hour == 30
    assert figures(repository, since=clock.now.date() + timedelta(days=1)).records == 0


def test_an_edit_counts_what_it_changed_and_an_undo_nothing(repository, clock, area) -> None:
    [household] = key(repository, clock, area, 1, persons=4)
    before = figures(repository)
    clock.now += timedelta(minutes=1)
    repository.edit(household, {"persons": 5})
    edited = figures(repository)

    assert (edited.records, edited.fields) == (before.records + 1, before.fields + 1)
    undo_last(repository)
    assert figures(repository) == edited


def test_confirmed_warnings(repository, clock, area) -> None:
    key(repository, clock, area, 3, persons=4)
    values = {"head": "Lý Văn Đông", "area": area, "persons": 22}
    doubts = [one for one in repository.check("household", values) if one.severity == "warning"]
    repository.add("household", values, doubts)
    found = figures(repository)

    assert (found.warned, found.records) == (1, 5)


def test_what_no_hands_have_keyed_is_left_out(repository, clock, area) -> None:
    before = figures(repository)
    with repository.transaction():
        for number in range(100):
            repository.add("household", {"head": f"Vi Văn {number}", "area": area})

    assert figures(repository) == before


def test_errors_are_found_by_keying_again(repository, clock, area) -> None:
    first, other = key(repository, clock, area, 2, persons=4)
    verifying = Verifying(repository)
    one = verifying.key_again(first, {"persons": 5, "class": "NGHEO"})
    two = verifying.key_again(other, {"persons": 6})
    verifying.decide(one.id, {"persons": ("second", None), "class": ("first", None)})
    found = figures(repository)

    assert (found.errors, found.open) == (1, 1)
    assert found.checked == sum(n for v in (one, two) for _, _, n in v.checked)
    assert found.errors_a_thousand == 1000 / found.checked


def test_counted_alike_before_and_after_the_journal_is_folded(open_store, clock) -> None:
    with open_store() as repository:
        area = repository.add("area", {"name": "Bản Chu", "level": "village"}).id
        key(repository, clock, area, 5, persons=4)
        before = operator_figures(repository)
    with open_store() as repository:
        assert operator_figures(repository) == before
        key(repository, clock, area, 2, persons=4)
        between = operator_figures(repository)
    with open_store() as repository:
        assert operator_figures(repository) == between
        assert figures(repository).records == 8


def test_what_a_merge_brings_counts_once(open_store, clock, tmp_path, programme) -> None:
    with open_store() as mine:
        area = mine.add("area", {"name": "Bản Chu", "level": "village"}).id
    shutil.copytree(tmp_path / "own", tmp_path / "other")
    (tmp_path / "other" / "lock").unlink()
    with (
        open_store() as mine,
        open_store("other", operator="Hà", state_folder=tmp_path / "elsewhere") as theirs,
    ):
        clock.now += timedelta(hours=1)
        [household, *_] = key(theirs, clock, area, 3, persons=4)
        source = tmp_path / "other" / "store.json"
        take_in_sources(mine, [read_source(source, programme.id)])
        there = figures(theirs, "Hà")
        assert figures(mine, "Hà") == there
        assert (there.records, there.seconds) == (3, 240)

        mine.edit(household, {"persons": 7})
        take_in_sources(mine, [read_source(source, programme.id)])
        assert figures(mine, "Hà") == there


def test_older_than_the_history_is_not_counted(tmp_path, nq77, programme, open_store) -> None:
    nq77("sample", tmp_path / "own", "--excerpt")
    with open_store() as repository:
        household = next(repository.rows("household"))
        repository.edit(household.id, {"persons": 9})
        found = operator_figures(repository)

    assert list(found) == ["Lan"]
    assert total(found["Lan"]).fields == 1


def test_own_figures_first_and_all_for_a_supervisor(repository, clock, area) -> None:
    found = {"Bình": {}, "Lan": {date(2024, 6, 3): total({})}, "An": {}}
    assert [one for one, _ in visible(repository, found)[0]] == ["Lan"]

    repository.keep_settings(supervisors=["Lan"])
    seen, is_all = visible(repository, found)
    assert [one for one, _ in seen] == ["Lan", "An", "Bình"]
    assert is_all
