"""The history of a record, from a key in its form."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from nq77tui.tui.moment import shown_moment
from nq77tui.tui.views.entry.form import FormView
from nq77tui.tui.views.history import HistoryView

NOW = datetime(2024, 9, 5, 8, 30, tzinfo=timezone(timedelta(hours=7)))


@pytest.fixture
def household(repository):
    [row] = [r for r in repository.rows("household") if r.values["head"] == "Nông Văn An"]
    return row.id


@pytest.mark.parametrize("key", ["f7", "ctrl+r"])
async def test_who_changed_what_from_what_to_what_newest_first(
    start, open_as, household, key
) -> None:
    when = shown_moment(NOW.timestamp())
    lan = open_as("Lan")
    lan.edit(household, {"class": "CAN", "persons": None})
    lan.edit(household, {"class": "NGHEO", "pledge": True})
    async with start() as user:
        await user.press("h", "enter", key)

        assert isinstance(user.view, HistoryView)
        assert user.title == "Lịch sử: Nông Văn An"
        lines = [line.rstrip() for line in user.screen.splitlines()[1:]]
        assert lines[:11] == [
            f" {when}  Lan, máy này: sửa",
            "    Phân loại: Cận nghèo → Nghèo",
            "    Cam kết: (để trống) → có",
            f" {when}  Lan, máy này: sửa",
            "    Nhân khẩu: 4 → (để trống)",
            "    Phân loại: (để trống) → Cận nghèo",
            f" {when}  Minh, máy này: tạo",
            "    Chủ hộ: Nông Văn An",
            "    Thôn: Bản Chu",
            "    Nhân khẩu: 4",
            "",
        ]

        await user.press(key)

        assert isinstance(user.view, FormView)


async def test_a_long_history_is_paged_through(start, household, repository) -> None:
    for persons in range(5, 45):
        repository.edit(household, {"persons": persons})
    async with start() as user:
        await user.press("h", "enter", "f7")

        assert "43 → 44" in user.screen
        assert "4 → 5" not in user.screen

        await user.press("end")

        assert "Chủ hộ: Nông Văn An" in user.screen


async def test_a_new_form_has_none(start) -> None:
    async with start("household") as user:
        await user.press("f7")

        assert isinstance(user.view, FormView)
        assert "chưa có lịch sử" in user.message


async def test_a_deletion_and_its_way_back_show(start, household, repository) -> None:
    repository.delete(household)
    repository.keep(household)
    async with start() as user:
        await user.press("h", "enter", "f7")

        assert user.screen.splitlines()[1].endswith("Minh, máy này: giữ lại")
        assert user.screen.splitlines()[2].endswith("Minh, máy này: xóa")
