"""Coverage on the screen: areas, columns, days, and the way down to the gaps."""

from __future__ import annotations

import pytest
from textual import events

from nq77tui.store import Repository, create_store
from nq77tui.tui.theme import PLAIN
from nq77tui.tui.views.assigning.choosing import ChoosingView
from nq77tui.tui.views.assigning.units import UnitsView
from nq77tui.tui.views.coverage.gaps import GapsView
from nq77tui.tui.views.coverage.table import CoverageView
from nq77tui.tui.views.entry.form import FormView
from nq77tui.tui.views.home import HomeView
from nq77tui.tui.widgets.area_table import AreaTable
from nq77tui.tui.widgets.row_list import ListColumn

TO_HOUSEHOLDS = ["c", "right", "right", "right"]
"""Coverage, with the column of households at hand."""


def row(user, name):
    """The row of an area, as words."""
    [found] = [line.split() for line in user.rows if line.strip().startswith(name)]
    return found


def names(user):
    """The areas below the one at hand, from the top."""
    return [line[:23].strip() for line in user.rows if line.strip()][1:5]


async def test_the_table_begins_where_everything_lies(start) -> None:
    async with start() as user:
        await user.press("c")

        assert user.title.startswith("Bao phủ: Lộc Bình")
        assert user.title.endswith("Đến ngày 03/06/2024")
        assert row(user, "Cộng: Lộc Bình")[3:7] == ["4/4", "17/18", "17/18", "1.273/1.316"]
        assert names(user) == ["Ái Quốc", "Nam Quan", "Sàn Viên", "Tĩnh Bắc"]


async def test_what_is_at_hand_is_told_in_full(start) -> None:
    async with start() as user:
        await user.press(*TO_HOUSEHOLDS, "end")

        assert "Tĩnh Bắc: Hộ có cán bộ, đảng viên phụ trách" in user.screen
        assert "387/430   90 %" in user.screen
        assert "còn thiếu 43" in user.screen


async def test_the_columns_that_do_not_fit_are_reached_and_names_stay(start) -> None:
    async with start() as user:
        await user.press("c")

        assert "Vi phạm" not in user.screen

        await user.press(*["right"] * 30)

        assert "Vi phạm" in user.screen
        assert "Xã có LĐ" not in user.screen
        assert row(user, "Tĩnh Bắc")[-1].isdigit()

        await user.press(*["left"] * 30)

        assert "Xã có LĐ" in user.screen


async def test_worst_first_on_demand_by_the_column_at_hand_and_back(start) -> None:
    async with start() as user:
        await user.press(*TO_HOUSEHOLDS, "s")

        assert names(user)[0] == "Tĩnh Bắc"
        assert user.message == "Kém trước: Hộ. Bấm lại: theo tên."

        await user.press("f6")

        assert names(user)[0] == "Ái Quốc"


async def test_down_to_the_very_households_without_anyone_and_into_one(start) -> None:
    async with start() as user:
        await user.press(*TO_HOUSEHOLDS, "s", "enter")

        assert user.title.startswith("Bao phủ: Lộc Bình > Tĩnh Bắc")

        await user.press("enter")

        assert isinstance(user.view, GapsView)
        assert user.title.endswith("20")
        assert user.rows[0].split()[0] == "06574-05-0001"

        await user.press("enter")

        assert isinstance(user.view, FormView)
        assert user.view.model.record.values["code"] == "06574-05-0001"


async def test_up_stands_on_the_area_one_came_from_and_leaves_at_the_top(start) -> None:
    async with start() as user:
        await user.press(*TO_HOUSEHOLDS, "end", "enter", "backspace")

        assert "Tĩnh Bắc: Hộ" in user.screen

        await user.press("escape")

        assert isinstance(user.view, HomeView)


async def test_percent_and_back(start) -> None:
    async with start() as user:
        await user.press("c", "p")

        assert row(user, "Tĩnh Bắc")[-2:] == ["100", "%"]
        assert "90 %" in user.screen

        await user.press("percent_sign")

        assert "387/430" in user.screen


async def test_details_name_every_measure_in_full_and_lead_to_its_column(start) -> None:
    async with start() as user:
        await user.press("c", "t")

        assert len([line for line in user.rows if line.strip()]) >= 19
        assert "Thôn, khu phố có từ 2 cán bộ xã phụ trách" in user.screen

        await user.press("end", "enter")

        assert "Lộc Bình: Vụ vi phạm rừng" in user.screen


async def test_another_day_is_typed_as_people_type_it(start, repository) -> None:
    async with start() as user:
        await user.press(*TO_HOUSEHOLDS, "n")
        await user.type("31/12/2023", "enter")
        counted = repository.coverage("2023-12-31")
        share = counted.share(counted.tree.root, "households_assigned")

        assert user.title.endswith("Đến ngày 31/12/2023")
        assert row(user, "Cộng: Lộc Bình")[6].replace(".", "") == f"{share.have}/{share.of}"


async def test_what_is_no_day_is_said_and_may_be_corrected(start) -> None:
    async with start() as user:
        await user.press("c", "n")
        await user.type("32/1/2024", "enter")

        assert not isinstance(user.view, CoverageView)
        assert "32/1/2024" in user.screen.replace("\n", " ")

        await user.press("ctrl+u", "h", "enter")

        assert user.title.endswith("Đến ngày 03/06/2024")


async def test_an_open_table_follows_what_a_colleague_saves(start, open_as) -> None:
    async with start() as user:
        await user.press(*TO_HOUSEHOLDS, "end")
        colleague = open_as("Lan")
        village = user.repository.find_area("Đoàn Kết")
        colleague.add("household", {"head": "Bế Văn Mới", "area": village})
        await user.look()

        assert row(user, "Ái Quốc")[5] == "63/64"
        assert "Tĩnh Bắc: Hộ" in user.screen


async def test_from_an_area_to_assign_with_exactly_its_gaps_marked(start, repository) -> None:
    async with start() as user:
        await user.press(*TO_HOUSEHOLDS, "s", "enter", "g")
        counted, commune = repository.coverage("2024-06-03"), repository.find_area("Tĩnh Bắc")
        [village] = [
            area
            for area in counted.tree.children[commune]
            if repository.title(area) == "Thôn Mẫu 05"
        ]

        assert isinstance(user.view, UnitsView)
        assert user.title.startswith("Thôn Mẫu 05, Tĩnh Bắc  đánh dấu 20")
        assert user.view.row_list.marks == set(counted.gaps(village, "households_assigned"))


async def test_from_a_gap_to_assign_standing_on_it(start) -> None:
    async with start() as user:
        await user.press(*TO_HOUSEHOLDS, "d", "end")
        gap = user.view.row_list.current
        await user.press("f5")

        assert isinstance(user.view, UnitsView)
        assert user.view.row_list.current == gap
        assert gap in user.view.row_list.marks


async def test_a_village_without_a_leader_leads_to_the_people_who_would_count(start) -> None:
    async with start() as user:
        await user.press("c", "right", "g")

        assert isinstance(user.view, ChoosingView)
        assert user.title == "Chọn người phụ trách: Thôn Mẫu 02"
        assert "Huyện" in user.rows[0]


async def test_what_assigning_cannot_fill_is_said(start) -> None:
    async with start() as user:
        await user.press("c", *["right"] * 5, "g")

        assert "không lấp được bằng phân công" in user.message

        await user.press(*["right"] * 20, "d")

        assert "con số" in user.message


async def test_gaps_filter_as_one_types(start) -> None:
    async with start() as user:
        await user.press(*TO_HOUSEHOLDS, "d")
        await user.type("luong thi cuc")

        assert user.title.endswith("1/43")
        assert "Lương Thị Cúc" in user.rows[0]


async def test_a_hostile_name_cannot_steer_the_terminal(start, repository) -> None:
    area = repository.find_area("Tĩnh Bắc")
    repository.edit(area, {"name": "[red]Tĩnh\x1b[2JBắc"})
    async with start() as user:
        await user.press("c", "down", "enter")

        assert "[red]Tĩnh\ufffd[2JBắc" in user.title
        assert "\x1b" not in user.screen


async def test_in_english(start) -> None:
    async with start() as user:
        await user.press("c", "f10")

        assert user.title.startswith("Coverage: Lộc Bình")
        assert "Communes with a district leader in charge" in user.screen
        assert "target 100 %" in user.screen


class TestAnEmptyStore:
    @pytest.fixture
    def repository(self, tmp_path, programme, clock):
        create_store(tmp_path / "empty", programme)
        with Repository.open(
            tmp_path / "empty", programme, operator="A", clock=clock, state_folder=tmp_path / "s"
        ) as repository:
            yield repository

    async def test_has_a_table_of_nothing(self, start) -> None:
        async with start() as user:
            await user.press("c")

            assert user.title.startswith("Bao phủ: Toàn bộ")
            assert row(user, "Cộng: Toàn bộ")[3] == "-"

            await user.press("right", "right", "right", "g", "escape", "d")

            assert "Không thiếu gì." in user.screen


async def test_two_days_stand_side_by_side_and_only_what_falls_short(start, repository) -> None:
    async with start() as user:
        await user.press(*TO_HOUSEHOLDS, "end", "v")
        await user.type("31/12/2023", "enter")
        before, now = repository.coverage("2023-12-31"), repository.coverage("2024-06-03")
        commune = repository.find_area("Tĩnh Bắc")
        have, then = (one.share(commune, "households_assigned").have for one in (now, before))

        assert "So với 31/12/2023" in user.title
        assert f"{have - then:+}" in row(user, "Tĩnh Bắc")
        assert "(31/12/2023: " in user.screen

        await user.press("v", "l")

        assert "So với" not in user.title
        assert names(user)[0] == "Tĩnh Bắc"
        assert user.message == "Chỉ những nơi chưa đạt: Hộ. Bấm lại: tất cả."

        await user.press("l")

        assert names(user)[0] == "Ái Quốc"


async def test_a_metric_of_a_period_says_what_is_expected_by_the_day(start) -> None:
    async with start() as user:
        await user.press("c", *["right"] * 10)

        assert "được dự sinh hoạt chi bộ trong tháng" in user.screen
        assert "đến nay cần 10 %" in user.screen


async def test_an_open_table_follows_a_colleagues_save_at_once(start, repository, open_as) -> None:
    async with start() as user:
        await user.press(*TO_HOUSEHOLDS, "end")
        counted = repository.live_coverage.current()
        [gap, *_] = counted.gaps(repository.find_area("Tĩnh Bắc"), "households_assigned")
        person = next(
            row.id for row in repository.rows("person") if row.values["level"] == "commune"
        )
        repository.add("assignment", {"person": person, "unit": gap, "duties": ["in_charge"],
                                      "from": "2024-06-03"})  # fmt: skip
        user.view.look_again()
        await user.pilot.pause()

        assert "388/430" in user.screen
        assert user.view.coverage is counted


async def test_the_worst_of_all_lowest_areas_come_first(start, repository) -> None:
    async with start() as user:
        await user.press(*TO_HOUSEHOLDS, "a", "s", "l")

        counted = repository.coverage("2024-06-03")
        villages = [one for one in counted.tree.parents if not counted.tree.children.get(one)]
        short = [one for one in villages if counted.gaps(one, "households_assigned")]
        assert len(user.view.table.rows) == 1 + len(short)
        assert ", Tĩnh Bắc" in user.rows[1]

        await user.press("enter")

        assert isinstance(user.view, GapsView)


async def test_what_is_counted_so_far_is_shown(start, monkeypatch) -> None:
    seen = []
    show = CoverageView.show_coverage

    def show_and_note(view):
        show(view)
        is_whole = view.coverage is not None and view.coverage.is_whole
        seen.append((is_whole, "…" in view.table.plain))

    monkeypatch.setattr("nq77tui.tui.views.coverage.counted._SHOW_EVERY", -1)
    monkeypatch.setattr(CoverageView, "show_coverage", show_and_note)
    async with start() as user:
        await user.press("c", "n")
        seen.clear()
        await user.type("31/12/2023", "enter")

        assert (False, True) in seen
        assert seen[-1] == (True, False)


async def test_columns_that_are_asked_for_before_they_are_counted_are_gone_to(start) -> None:
    async with start() as user:
        await user.press("c")
        early = AreaTable()
        await user.view.mount(early)
        for key in ("right", "right", "right", "left"):
            early.post_message(events.Key(key, None))
        await user.pilot.pause()
        early.show_table([ListColumn("", 9)] * 4, ["a"], lambda row_id: [("", PLAIN)] * 4)

        assert early.column == 2
