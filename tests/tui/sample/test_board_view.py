"""Boards on the screen: from the list to a number, to the areas below, to the records."""

from __future__ import annotations

from collections import Counter

from nq77tui.core.board_table import percent_of
from nq77tui.tui.measure import sparkline
from nq77tui.tui.views.assigning.person_load import PersonView
from nq77tui.tui.views.boards.board import BoardView
from nq77tui.tui.views.boards.menu import BoardsView
from nq77tui.tui.views.boards.records import BoardRecords
from nq77tui.tui.views.coverage.table import CoverageView
from nq77tui.tui.views.entry.form import FormView
from nq77tui.tui.views.home import HomeView


async def open_board(user, name):
    """Go down the list to a board and open it."""
    names = list(user.repository.programme.boards)
    await user.press("j", *["down"] * names.index(name), "enter")
    assert isinstance(user.view, BoardView)


def numbers(user):
    """The numbers of the rows that show, by the first words of the row."""
    return {line[:23].strip(): line[24:].split() for line in user.rows if line.strip()}


async def test_what_is_late_is_found_area_by_area_down_to_the_form(start) -> None:
    async with start() as user:
        await user.press("j")
        assert isinstance(user.view, BoardsView)
        assert "Chậm: quá hạn" in user.message
        await user.press("down", "enter")
        assert user.title.startswith("Công trình, phần việc theo tiến độ: Lộc Bình")
        assert user.title.endswith("03/06/2024")
        whole = numbers(user)
        total = int(whole["Lộc Bình (cả địa bàn)"][0])
        assert total == sum(int(row[0]) for name, row in whole.items() if "cả địa bàn" not in name)

        await user.press("left", "s")
        assert "Xếp theo cột Tổng" in user.message
        [first, second, *_] = [int(row[0]) for row in list(numbers(user).values())[1:]]
        assert first >= second
        await user.press("down", "enter")
        inside = numbers(user)
        assert int(next(iter(inside.values()))[0]) == first

        await user.press("d")
        assert isinstance(user.view, BoardRecords)
        assert user.title.endswith(f" {first}")
        await user.press("enter")
        assert isinstance(user.view, FormView)
        await user.press("escape", "escape", "escape")
        assert {name: sorted(row) for name, row in numbers(user).items()} == {
            name: sorted(row) for name, row in whole.items()
        }
        await user.press("escape", "escape")
        assert isinstance(user.view, HomeView)


async def test_other_rows_another_day_and_only_rows_with_something(start) -> None:
    async with start() as user:
        await open_board(user, "works")
        await user.press("k")
        assert "Cán bộ theo dõi" in user.screen
        await user.press("tab", "n")
        await user.type("1/2/2024", "enter")
        assert user.title.endswith("01/02/2024")
        await user.press("l")
        assert "Chỉ các dòng có số" in user.message
        await user.press("l")
        assert "Mọi dòng" in user.message

        await user.press("escape")
        assert user.title.endswith("01/02/2024")


async def test_months_are_drawn_and_read(start, desk) -> None:
    async with start() as user:
        await open_board(user, "visits")
        assert "█" in user.screen
        assert "6/24" in user.screen
    desk.settings = desk.settings.kept(ascii_borders=True)
    async with start() as user:
        await open_board(user, "visits")
        assert "█" not in user.screen
        assert "9" in user.rows[0][24:37]


async def test_a_household_nobody_visited_gets_its_visit_and_leaves_the_list(start) -> None:
    async with start() as user:
        await open_board(user, "households_visited")
        before = numbers(user)["Lộc Bình (cả địa bàn)"]
        await user.press("d")
        household = user.view.row_list.current
        await user.press("insert")
        assert isinstance(user.view, FormView)
        assert user.view.model.values["unit"] == household
        assert not user.view.model.is_changed
        person = next(iter(user.repository.rows("person"))).id
        user.view.model.put("date", "2024-06-03")
        user.view.model.put("person", person)
        user.view.model.put("kind", "household_visit")
        await user.press("f2")
        while not isinstance(user.view, BoardView):
            await user.press("escape")
        after = numbers(user)["Lộc Bình (cả địa bàn)"]

        assert user.repository.find("visit", "unit", household)
        assert before != after


async def test_who_left_comes_first_then_who_carries_most_one_key_from_handing_over(start) -> None:
    async with start() as user:
        await open_board(user, "load")
        assert "Trung vị" in user.screen
        await user.press("k")
        left = user.repository.today().isoformat()
        await user.press("down", "enter")
        assert user.repository.row(user.view._person_id).values["to"] < left
        await user.press("escape", "down", "enter")
        assert isinstance(user.view, PersonView)
        held = user.repository.find("assignment", "person", user.view._person_id)
        most = Counter(row.values["person"] for row in user.repository.rows("assignment"))
        assert len(held) == max(most.values())
        await user.press("escape", "up", "d")
        assert isinstance(user.view, BoardRecords)
        await user.press("f5")
        assert isinstance(user.view, PersonView)


async def test_doubles_lead_to_their_records_and_a_filter(start) -> None:
    async with start() as user:
        household = next(iter(user.repository.rows("household")))
        values = {name: household.values[name] for name in ("head", "area", "persons")}
        user.repository.add("household", values)
        await open_board(user, "quality")
        await user.press("down", "enter")
        assert isinstance(user.view, BoardRecords)
        assert "Có thể trùng nhau · Hộ gia đình" in user.title
        await user.type("khongcoai")
        assert "0/" in user.title
        await user.press("insert")
        assert "không có bản ghi để thêm" in user.message


async def test_from_coverage_the_boards_are_of_the_area_at_hand(start) -> None:
    async with start() as user:
        await user.press("c", "down", "j")
        assert isinstance(user.view, BoardsView)
        area = user.title.removeprefix("Bảng theo dõi: ").removesuffix("03/06/2024").strip()
        await user.press("enter")
        assert user.title.startswith(f"Mô hình theo tiến độ: {area}")
        await user.press("escape", "escape")
        assert isinstance(user.view, CoverageView)


def test_a_sparkline_shows_the_largest_full_and_what_is_little_all_the_same():
    assert sparkline([0, 1, 50, 100], is_ascii=False) == "·▁▄█"
    assert sparkline([0, 1, 50, 100], is_ascii=True) == ".159"
    assert sparkline([0, 0], is_ascii=True) == ".."


def test_nothing_is_whole_while_something_is_missing():
    assert percent_of(9999, 10000) == 99.9
    assert percent_of(5, 4) == 125
    assert percent_of(1, 0) is None
