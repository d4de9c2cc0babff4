"""Assigning on the screen: marking, choosing people, ending, handing over; keys only."""

from __future__ import annotations

import pytest

from nq77tui.store.assigning import Assignments
from nq77tui.tui.views.assigning.choosing import ChargeForm, ChoosingView
from nq77tui.tui.views.assigning.person_load import PersonView
from nq77tui.tui.views.assigning.units import UnitsView
from nq77tui.tui.views.entry.form import FormView

TO_VILLAGE = ["g", "enter"]
"""Assign, into the village with most gaps; its 20 gaps are marked."""
TODAY, YESTERDAY = "2024-06-03", "2024-06-02"


@pytest.fixture
def assignments(repository, programme):
    return Assignments(repository, programme.assigning, repository.today())


def share(repository, area):
    counted = repository.coverage(TODAY)
    return counted.share(repository.find_area(area), "households_assigned")


def new_assignments(repository):
    return [row for row in repository.rows("assignment") if row.values.get("from") == TODAY]


# The village, and what is marked there


async def test_villages_with_most_gaps_come_first_and_are_found_by_letters(start) -> None:
    async with start() as user:
        await user.press("g")

        assert user.title == "Phân công" + user.title[9:-6] + "còn 43"
        assert user.rows[0].split()[-2:] == ["75", "20"]
        assert len([line for line in user.rows if line.strip()]) == 18

        await user.type("doan ket")

        assert user.rows[0].split() == ["Đoàn", "Kết", "Ái", "Quốc", "63"]


async def test_what_has_nobody_is_marked_already(start) -> None:
    async with start() as user:
        await user.press(*TO_VILLAGE)

        assert isinstance(user.view, UnitsView)
        assert user.title.startswith("Thôn Mẫu 04, Tĩnh Bắc  đánh dấu 20")
        assert user.title.endswith("20/75 chưa có người")
        assert all(line.startswith("*") for line in user.rows[:20])


async def test_each_row_says_who_is_in_charge(start, repository, assignments) -> None:
    async with start() as user:
        await user.press(*TO_VILLAGE, "end")
        unit = user.view.row_list.current
        [person] = assignments.people_of(unit)

        assert repository.title(person)[:15] in user.rows[-1]


@pytest.mark.parametrize(
    ("keys", "marked"),
    [
        (["minus"], []),
        (["minus", "space"], [0]),
        (["minus", "space", "space", "up", "space"], [0]),
        (["minus", "insert", "down", "down", "ctrl+r"], [0, 1, 2, 3]),
        (["minus", "down", "down", "space", "home", "ctrl+r"], [0, 1, 2]),
        (["minus", "shift+down", "shift+down"], [0, 1, 2]),
        (["minus", "down", "shift+up"], [0, 1]),
        (["minus", "asterisk"], list(range(75))),
        (["ctrl+a", "plus"], list(range(20))),
    ],
)
async def test_one_a_range_all_and_none_are_marked(start, keys, marked) -> None:
    async with start() as user:
        await user.press(*TO_VILLAGE, *keys)
        rows = user.view.row_list.rows

        assert [rows.index(one) for one in user.view.marked] == marked


async def test_marks_stay_while_one_filters(start) -> None:
    async with start() as user:
        await user.press(*TO_VILLAGE, "minus", "space")
        await user.type("hoang")

        assert 0 < len(user.view.row_list.rows) < 75

        await user.press("escape")

        assert user.title.startswith("Thôn Mẫu 04, Tĩnh Bắc  đánh dấu 1")


async def test_only_what_has_nobody_or_somebody_is_shown(start) -> None:
    async with start() as user:
        await user.press(*TO_VILLAGE, "f7")

        assert len(user.view.row_list.rows) == 20

        await user.press("f7")

        assert len(user.view.row_list.rows) == 55

        await user.press("ctrl+f")

        assert len(user.view.row_list.rows) == 75


# Choosing, and writing


async def test_the_village_comes_first_then_the_commune_the_least_burdened_first(
    start, repository
) -> None:
    async with start() as user:
        await user.press(*TO_VILLAGE, "enter")
        people = [repository.row(one).values["area"] for one in user.view.row_list.rows]
        loads = [int(line.split()[-2]) if line[74:].strip() else 0 for line in user.rows[:5]]
        village = people[0]
        count = people.index(repository.find_area("Tĩnh Bắc"))

        assert repository.title(village) == "Thôn Mẫu 04"
        assert set(people[:count]) == {village}
        assert loads == sorted(loads)


async def test_done_in_one_commit_with_a_message_that_counts(start, repository) -> None:
    async with start() as user:
        await user.press(*TO_VILLAGE, "enter")
        person = user.view.row_list.current
        commits = len(list(repository.commits()))
        await user.press("enter")

        assert isinstance(user.view, ChargeForm)
        assert user.title.startswith("Giao 20 hộ gia đình cho ")
        assert "Phụ trách" in user.line("Nhiệm vụ")

        await user.press("f2")
        written = new_assignments(repository)

        assert len(list(repository.commits())) == commits + 1
        assert len(written) == 20
        assert {row.values["person"] for row in written} == {person}
        assert {tuple(row.values["duties"]) for row in written} == {("in_charge",)}
        assert isinstance(user.view, UnitsView)
        assert user.message.startswith("Đã giao 20 hộ gia đình cho ")
        assert user.message.endswith("Tab: Thôn Mẫu 05 còn 20.")
        assert user.title.endswith("0/75 chưa có người")
        assert repository.title(person)[:15] in user.rows[0]


async def test_a_decision_is_carried_to_the_next(start, repository) -> None:
    async with start() as user:
        await user.press(*TO_VILLAGE, "minus", "space", "enter", "enter")
        await user.type("qd/", "enter", "f2")
        [first] = new_assignments(repository)
        await user.press("enter", "enter", "f2")
        decisions = {row.values.get("decision") for row in new_assignments(repository)}

        assert repository.row(first.values["decision"]).type == "directive"
        assert decisions == {first.values["decision"]}
        assert len(new_assignments(repository)) == 2


async def test_several_people_share_evenly_and_neighbours_stay_together(start, repository) -> None:
    async with start() as user:
        await user.press(*TO_VILLAGE)
        units = user.view.marked
        await user.press("enter", "space", "space", "space", "enter", "f2")
        holders = {row.values["unit"]: row.values["person"] for row in new_assignments(repository)}
        people = [holders[unit] for unit in units]

        assert user.message.startswith("Đã giao 20 hộ gia đình cho 3 người.")
        assert [people.count(one) for one in dict.fromkeys(people)] == [7, 7, 6]
        assert people == sorted(people, key=people.index)


async def test_tinh_bac_is_brought_to_all_its_households(start, repository) -> None:
    keys = ["c", "right", "right", "right", "s", "enter", "g"]
    four = ["enter", *["space"] * 4, "enter", "f2"]
    async with start() as user:
        await user.press(*keys)
        await user.press(*four)  # three whose person has left
        await user.press("tab")
        await user.press(*four)
        await user.press("tab")
        await user.press(*four)
        await user.press("tab")

        assert user.message == "Không còn mục nào chưa có người phụ trách."

        await user.press("escape")

        assert "430/430" in user.screen
    assert share(repository, "Tĩnh Bắc") == (430, 430)


async def test_the_cursor_goes_to_what_is_left(start) -> None:
    async with start() as user:
        await user.press(*TO_VILLAGE, "minus", "space", "space", "enter", "enter", "f2")

        assert user.view.row_list.cursor == 2
        assert user.title.endswith("18/75 chưa có người")


async def test_leaving_the_form_writes_nothing_and_goes_back_to_the_people(
    start, repository
) -> None:
    async with start() as user:
        await user.press(*TO_VILLAGE, "enter", "enter", "escape")

        assert isinstance(user.view, ChoosingView)

        await user.press("escape")

        assert isinstance(user.view, UnitsView)
        assert len(user.view.marked) == 20
    assert new_assignments(repository) == []


async def test_who_has_everything_already_is_refused_in_a_sentence(
    start, repository, assignments
) -> None:
    async with start() as user:
        await user.press(*TO_VILLAGE, "minus", "end")
        [person] = assignments.people_of(user.view.row_list.current)
        await user.press("enter")
        user.view.row_list.go_to(person)
        await user.settle()

        assert "đang phụ trách" in user.message

        await user.press("enter", "f2")

        assert "đã phụ trách hết" in user.message
    assert new_assignments(repository) == []


async def test_a_duty_that_is_none_is_said_and_not_written(start, repository) -> None:
    async with start() as user:
        await user.press(*TO_VILLAGE, "enter", "enter", "up", "up", "ctrl+u")
        await user.type("xyz", "f2")

        assert isinstance(user.view, ChargeForm)
        assert "xyz" in user.screen
    assert new_assignments(repository) == []


async def test_two_cadres_for_a_village_from_the_coverage_table(start, repository) -> None:
    async with start() as user:
        await user.press("c", "right", "right", "g")

        assert user.title == "Chọn người phụ trách: Thôn Mẫu 03"

        await user.press("enter", "f2")

        assert user.message.startswith("Đã giao Thôn Mẫu 03 cho ")
    counted = repository.coverage(TODAY)
    assert counted.gaps(counted.tree.root, "villages_with_two_cadres") == []


async def test_what_a_colleague_assigns_meanwhile_shows(start, open_as, programme) -> None:
    async with start() as user:
        await user.press(*TO_VILLAGE)
        colleague = open_as("Lan")
        unit = user.view.row_list.current
        person = next(iter(colleague.rows("person")))
        Assignments(colleague, programme.assigning, colleague.today()).assign(
            person.id, [unit], {"duties": ["in_charge"]}
        )
        await user.look()

        assert user.title.endswith("19/75 chưa có người")
        assert colleague.title(person.id)[:15] in user.rows[0]


async def test_tab_goes_to_the_neighbours_before_it_goes_farther(start, repository) -> None:
    away = repository.find_area("Đoàn Kết")
    repository.add("household", {"head": "Bế Văn Mới", "area": away})
    async with start() as user:
        await user.press("g", "down", "enter", "enter", "enter", "f2", "tab")

        assert user.title.startswith("Thôn Mẫu 02, Tĩnh Bắc  đánh dấu 3")
        assert "(nghỉ) Lộc Văn" in user.rows[0]

        await user.press("enter", "enter", "f2", "tab")

        assert user.title.startswith("Thôn Mẫu 04, Tĩnh Bắc  đánh dấu 20")

        await user.press("enter", "enter", "f2", "tab")

        assert user.title.startswith("Đoàn Kết, Ái Quốc  đánh dấu 1")


# What one person has


async def open_person(user, assignments):
    """Open what somebody with three households has."""
    await user.press("g", "f5")
    people = user.view.row_list.rows
    person = next(one for one in people if len(assignments.of_person(one)) == 3)
    user.view.row_list.go_to(person)
    await user.press("enter")
    return person


async def test_a_persons_assignments_open(start, assignments, repository) -> None:
    async with start() as user:
        person = await open_person(user, assignments)

        assert user.title == f"{repository.title(person)}: phụ trách 3"

        await user.press("enter")

        assert isinstance(user.view, FormView)


async def test_marked_assignments_end_after_asking_once(start, assignments, repository) -> None:
    async with start() as user:
        person = await open_person(user, assignments)
        await user.press("space", "space", "delete", "k")

        assert len(assignments.of_person(person)) == 3

        await user.press("ctrl+d", "c")

        assert user.message == f"Đã kết thúc 2 phân công của {repository.title(person)}."
        assert len(user.view.row_list.rows) == 1

        await user.press("f7")
        ends = [repository.row(one).values.get("to") for one in user.view.row_list.rows]

        assert ends == [None, YESTERDAY, YESTERDAY]


async def test_from_a_household_to_what_its_person_has(start, assignments, repository) -> None:
    async with start() as user:
        await user.press(*TO_VILLAGE, "f5")

        assert user.message == "Chưa có ai phụ trách mục này."

        await user.press("end")
        [person] = assignments.people_of(user.view.row_list.current)
        await user.press("f5")

        assert isinstance(user.view, PersonView)
        assert user.title.startswith(repository.title(person))


async def test_in_english(start) -> None:
    async with start() as user:
        await user.press("f10", *TO_VILLAGE)

        assert user.title.startswith("Thôn Mẫu 04, Tĩnh Bắc  20 marked")

        await user.press("enter", "enter")

        assert user.title.startswith("Give 20 (household) to ")

        await user.press("f2")

        assert user.message.startswith("Given to ")
