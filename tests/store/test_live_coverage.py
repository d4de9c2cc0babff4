"""Live coverage of a store: what is saved, taken back, merged or saved by a colleague is in it."""

from __future__ import annotations

import pytest

from nq77tui.core.area_tree import EVERYWHERE
from nq77tui.store import live_coverage
from nq77tui.store.joining import join_records
from nq77tui.store.merge_preview import coverage_changes
from nq77tui.store.merging import plan_merge, take_in_sources
from nq77tui.store.source import read_sources
from nq77tui.store.way_back import undo_last

DAY = "2024-06-03"


@pytest.fixture
def village(repository):
    commune = repository.add("area", {"name": "Ái Quốc", "level": "commune"}).id
    return repository.add("area", {"name": "Đoàn Kết", "level": "village", "parent": commune}).id


def household(repository, village, head):
    return repository.add("household", {"head": head, "area": village, "persons": 4}).id


def cadre(repository, village):
    values = {"name": "Trần Thị Bình", "level": "commune", "category": "cadre"}
    return repository.add("person", {**values, "area": village}).id


def assign(repository, person, unit):
    values = {"person": person, "unit": unit, "duties": ["in_charge"], "from": DAY}
    return repository.add("assignment", values)


def proved(repository):
    """What is live, proved equal to a count from nothing."""
    live, anew = repository.live_coverage.now(), repository.coverage(DAY)
    for area_id in [EVERYWHERE, *anew.tree.parents]:
        for name in repository.programme.metrics:
            assert live.share(area_id, name) == anew.share(area_id, name), name
            assert live.gaps(area_id, name) == anew.gaps(area_id, name), name
        for name in repository.programme.figures:
            assert live.figure(area_id, name) == anew.figure(area_id, name), name
    return live


def assigned(repository):
    return proved(repository).share(EVERYWHERE, "households_assigned")


def test_every_save_is_in_it_and_so_is_taking_it_back(repository, village):
    first = household(repository, village, "Hoàng Văn An")
    person = cadre(repository, village)
    assert assigned(repository) == (0, 1)
    counted = repository.live_coverage.current()
    assign(repository, person, first)
    assert repository.live_coverage.current() is counted
    assert assigned(repository) == (1, 1)
    undo_last(repository)
    assert assigned(repository) == (0, 1)
    with repository.transaction():
        assign(repository, person, first)
        household(repository, village, "Lý Thị Mai")
    assert assigned(repository) == (1, 2)
    repository.edit(person, {"level": None, "party_member": None})
    assert assigned(repository) == (0, 2)
    repository.delete(first)
    assert assigned(repository) == (0, 1)
    assert repository.live_coverage.current() is counted


def test_what_was_not_committed_is_not_in_it(repository, village):
    person, unit = cadre(repository, village), household(repository, village, "Hoàng Văn An")
    assert assigned(repository) == (0, 1)

    def fail():
        with repository.transaction():
            assign(repository, person, unit)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert assigned(repository) == (0, 1)


def test_a_colleagues_save_is_in_it_once_it_is_read(open_store, repository, village):
    person, unit = cadre(repository, village), household(repository, village, "Hoàng Văn An")
    with open_store(operator="Hoa") as colleague:
        assert assigned(repository) == assigned(colleague) == (0, 1)
        assign(colleague, person, unit)
        assert repository.refresh()
        assert assigned(repository) == assigned(colleague) == (1, 1)
        counted = repository.live_coverage.current()
        colleague._storage.compact()
        household(colleague, village, "Lý Thị Mai")
        assert repository.refresh()
        assert repository.live_coverage.current() is counted
        assert assigned(repository) == (1, 2)


def test_areas_many_changes_and_a_new_day_are_counted_anew(repository, village, clock, monkeypatch):
    household(repository, village, "Hoàng Văn An")
    counted = proved(repository)
    repository.edit(village, {"name": "Nà Mò"})
    assert proved(repository) is counted
    repository.edit(village, {"parent": None})
    assert repository.live_coverage.current() is None
    assert repository.live_coverage.last is counted
    moved = proved(repository)
    assert moved is not counted
    monkeypatch.setattr(live_coverage, "MOST_FOLLOWED", 2)
    for head in ("Lý Thị Mai", "Vi Văn Hòa", "Nông Thị Lan"):
        household(repository, village, head)
    assert repository.live_coverage.current() is None
    assert assigned(repository) == (0, 4)
    clock.now = clock.now.replace(day=4)
    assert repository.live_coverage.current() is None
    assert repository.live_coverage.now().as_of == "2024-06-04"


def test_what_is_saved_while_it_is_counted_is_in_it_afterwards(repository, village):
    live, heads = repository.live_coverage, iter(("Hoàng Văn An", "Lý Thị Mai"))

    def save(counted):
        head = next(heads, None)
        if head is not None:
            household(repository, village, head)
        return True

    counted = live.count(save)
    assert counted.figure(EVERYWHERE, "households") == 0
    assert live.current().figure(EVERYWHERE, "households") == 2
    assert assigned(repository) == (0, 2)


def test_counting_can_be_stopped_and_another_day_leaves_today_alone(repository, village):
    steps = []
    live = repository.live_coverage
    assert live.count(lambda counted: bool(steps.append(counted))) is None
    assert len(steps) == 1
    assert live.current() is None
    assert live.count_on("2023-01-01", lambda counted: False) is None
    assert live.count_on("2023-01-01").as_of == "2023-01-01"
    assert live.now().as_of == DAY


def test_what_refers_to_joined_records_is_followed_under_all_their_ids(repository, village):
    units = [household(repository, village, head) for head in ("Hoàng Văn An", "Hoàng Văn Ân")]
    people = [cadre(repository, village) for _ in range(2)]
    for person, unit in zip(people, units, strict=True):
        assign(repository, person, unit)
    assert assigned(repository) == (2, 2)
    join_records(repository, *people)
    assert repository.live_coverage.current() is None
    assert assigned(repository) == (2, 2)
    one = repository.resolve_id(people[0])
    repository.edit(one, {"level": None})
    assert repository.live_coverage.current() is repository.live_coverage.last
    assert assigned(repository) == (0, 2)
    join_records(repository, *units)
    assert assigned(repository) == (0, 1)
    repository.edit(one, {"level": "village"})
    assert assigned(repository) == (1, 1)
    repository.delete(repository.resolve_id(units[0]))
    assert assigned(repository) == (0, 0)


def test_a_merge_is_in_it(open_store, repository, village):
    person, unit = cadre(repository, village), household(repository, village, "Hoàng Văn An")
    assert assigned(repository) == (0, 1)
    with open_store("other", operator="Hoa") as other:
        take_in_sources(other, read_sources([repository.folder], "nq77").sources)
        assert assigned(other) == (0, 1)
        assign(other, person, unit)
        household(other, village, "Lý Thị Mai")
        folder = other.folder
    counted = repository.live_coverage.current()
    take_in_sources(repository, read_sources([folder], "nq77").sources)
    assert assigned(repository) == (1, 2)
    assert repository.live_coverage.current() is counted


def test_a_preview_asks_what_is_live_and_counts_only_what_would_be(
    open_store, repository, village
) -> None:
    person = cadre(repository, village)
    gone, edited, held = (household(repository, village, head) for head in ("Vi A", "Vi B", "Vi C"))
    with open_store("other", operator="Hoa") as other:
        take_in_sources(other, read_sources([repository.folder], "nq77").sources)
        for unit in (edited, held):
            assign(other, person, unit)
        other.delete(gone)
        new = household(other, village, "Lý Thị Mai")
        folder = other.folder
    repository.edit(held, {"phone": "0912345678"})

    def preview():
        plan = plan_merge(repository, read_sources([folder], "nq77").sources)
        return coverage_changes(repository, plan.records)

    anew = preview()
    assert repository.live_coverage.last is None
    [assigning] = [one for one in anew if one.metric == "households_assigned"]
    assert (assigning.before, assigning.after) == ((0, 3), (2, 3))
    assert set(assigning.covered) == {edited, held}
    assert assigning.uncovered == (new,)

    repository.live_coverage.now()
    assert repository.live_coverage.read(lambda counted: counted) is not None
    assert preview() == anew
    household(repository, village, "Vi D")
    # What is live has not followed that yet, and is not brought to it behind its back.
    assert repository.live_coverage.read(lambda counted: counted) is None
    [assigning] = [one for one in preview() if one.metric == "households_assigned"]
    assert (assigning.before, assigning.after) == ((0, 4), (2, 4))

    plan = take_in_sources(repository, read_sources([folder], "nq77").sources)
    assert repository.coverage(DAY).share(EVERYWHERE, "households_assigned") == (2, 4)
    assert plan.counts["changed"] == 1
