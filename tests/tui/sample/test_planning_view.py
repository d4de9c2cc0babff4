"""Proposals and handovers on the screen: shown, changed, written at once, taken back."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from nq77tui.store.assigning import Assignments
from nq77tui.tui.views.assigning.choosing import ChargeForm
from nq77tui.tui.views.assigning.handing_over import HandoverView
from nq77tui.tui.views.assigning.person_load import PersonView
from nq77tui.tui.views.assigning.planning import TakerView
from nq77tui.tui.views.assigning.proposal import ProposalView
from nq77tui.tui.views.home import HomeView

TODAY = date(2024, 6, 3)


@pytest.fixture
def commune(repository):
    """A commune of which nobody has a household any more, and its households."""
    area = repository.find_area("Tĩnh Bắc")
    counted = repository.coverage(TODAY.isoformat())
    rows, tree = counted.rows("household"), counted.tree
    units = {row.id for row in rows if area in tree.way(tree.locate(row))}
    with repository.transaction():
        for row in list(repository.rows("assignment")):
            if row.values["unit"] in units:
                repository.delete(row.id)
    return area, units


def on(repository, day=TODAY):
    return Assignments(repository, repository.programme.assigning, day)


def holders(repository, units, day=TODAY):
    return {unit: on(repository, day).people_of(unit) for unit in units}


async def proposed(user):
    """Wait until the proposal is there: it is made behind the keys."""
    await user.until(lambda: isinstance(user.view, ProposalView) and user.view.all_rows())


async def test_a_commune_is_proposed_changed_written_and_taken_back(
    start, repository, commune
) -> None:
    area, units = commune
    commits = len(list(repository.commits()))
    async with start() as user:
        await user.press("c", "right", "right", "right")
        while user.view.current != area:
            await user.press("down")
        await user.press("x")
        await proposed(user)

        assert user.title.startswith("Đề xuất: Tĩnh Bắc")
        assert f"{len(units)} cho " in user.title
        assert len(list(repository.commits())) == commits

        unit = user.view.row_list.current
        await user.press("down", "down", "space", "home", "enter")

        assert isinstance(user.view, TakerView)

        other = user.view.row_list.rows[5]
        user.view.row_list.go_to(other)
        await user.press("enter")

        assert user.message.startswith("Đã chuyển 1 mục cho ")

        moved = next(one for one in units if user.view.taker(one) == other)
        await user.press("f2")

        assert isinstance(user.view, ChargeForm)

        await user.type("qd/", "enter", "f2")

        assert user.message.startswith(f"Đã giao {len(units)} hộ gia đình cho ")
        assert f"{len(units)}/{len(units)}" in user.screen
        assert unit in units

        held = holders(repository, units)
        decisions = {row.values.get("decision") for row in on(repository).of_unit(moved)}
        assert len(list(repository.commits())) == commits + 1
        assert all(len(people) == 1 for people in held.values())
        assert held[moved] == [other]
        assert {repository.row(one).type for one in decisions} == {"directive"}
        for place in {repository.row(one).values["area"] for one in units}:
            homes = [one for one in units if repository.row(one).values["area"] == place]
            loads = Counter(person for one in homes for person in held[one])
            assert max(loads.values()) - min(loads.values()) <= 2

        await user.press("escape")
        await user.press("f9")
        await user.press("c")

        assert not any(holders(repository, units).values())


async def test_from_gaps_and_from_a_village_what_is_done_shows(start, repository, commune) -> None:
    _, units = commune
    async with start() as user:
        await user.press("g")
        await user.press("f4")
        await proposed(user)

        place = repository.title(repository.row(user.view.row_list.current).values["area"])
        for key in ("escape", "enter", "f4"):
            await user.press(key)
        await proposed(user)
        await user.press("f2")
        await user.press("f2")

        assert user.message.startswith("Đã giao ")
        assert user.title.startswith(place)
        assert "0/" in user.title

        for _ in range(6):
            if not isinstance(user.view, HomeView):
                await user.press("escape")
        for key in ("c", "right", "right", "right", "d", "f4"):
            await user.press(key)
        await proposed(user)
        await user.press("f2")
        await user.press("f2")

        assert user.message.startswith("Đã giao ")
        assert all(len(people) == 1 for people in holders(repository, units).values())


async def test_assigning_from_another_day_goes_by_who_is_there_then(
    start, repository, commune
) -> None:
    _, units = commune
    later = date(2024, 9, 1)
    async with start() as user:
        await user.press("g", "f7")
        await user.type("1/9/2024", "enter")

        assert "01/09/2024" in user.title

        await user.press("f4")
        await proposed(user)
        await user.press("f2", "f2")

        assert "ở tương lai" in user.message

        await user.press("f2")

        assert user.message.startswith("Đã giao ")

        begun = [unit for unit, people in holders(repository, units, later).items() if people]
        assert begun
        assert not any(holders(repository, units).values())

        await user.press("f7")
        await user.type("h", "enter")

        assert "01/09/2024" not in user.title
        assert user.title.endswith(f"còn {len(units)}")


async def test_somebody_leaves_and_two_take_over_by_a_decision(start, repository) -> None:
    assignments = on(repository)
    async with start() as user:
        await user.press("g", "f5")
        people = user.view.row_list.rows
        person = next(one for one in people if len(assignments.of_person(one)) == 3)
        user.view.row_list.go_to(person)
        await user.press("enter", "f6", "space", "space", "enter")
        await user.type("30/6/2024", "enter")

        assert isinstance(user.view, HandoverView)
        assert user.title.endswith("thôi việc, đến hết 30/06/2024")

        heirs = {user.view.taker(one) for one in user.view.all_rows()}

        assert len(heirs - {person}) == len(heirs) == 2

        await user.press("f7")

        assert "vẫn ở lại" in user.title

        await user.press("f7", "f2")
        await user.type("qd/", "enter", "f2")

        assert isinstance(user.view, PersonView)
        assert user.message.startswith("Đã bàn giao 3 phân công của ")
    july = on(repository, date(2024, 7, 1))
    assert len(assignments.of_person(person)) == 3
    assert july.of_person(person) == []
    assert repository.get(person).get("to") == "2024-06-30"
    given = [row for row in repository.rows("assignment") if row.values["from"] == "2024-07-01"]
    assert len(given) == 3
    assert all(row.values.get("decision") for row in given)
