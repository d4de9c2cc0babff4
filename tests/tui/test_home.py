"""The first screen: counts, coverage, one key to each place, both languages."""

from __future__ import annotations

import pytest

from nq77tui.tui.views.boards.menu import BoardsView
from nq77tui.tui.views.coverage.table import CoverageView
from nq77tui.tui.views.dialog.confirm import Confirm
from nq77tui.tui.views.dialog.file_chooser import FileChooser
from nq77tui.tui.views.help import HelpView
from nq77tui.tui.views.home import HomeView
from nq77tui.tui.views.inbox import InboxView
from nq77tui.tui.views.record_list import ListView


async def test_home_shows_what_there_is_and_how_far_it_is(start) -> None:
    async with start() as user:
        household = user.id_of("household", head="Nông Văn An")
        user.repository.add("visit", {"date": "2024-09-01", "unit": household})
        user.view.look_again()
        await user.settle()

        assert "Hộ được thăm" in user.screen
        assert "1/4     25 %" in user.screen
        assert "h Hộ gia đình                      4" in user.screen


@pytest.mark.parametrize(("key", "title"), [("h", "Hộ gia đình"), ("s", "Đi cơ sở")])
async def test_one_key_leads_to_each_list(start, key, title) -> None:
    async with start() as user:
        await user.press(key)

        assert isinstance(user.view, ListView)
        assert user.title.startswith(title)


@pytest.mark.parametrize(
    ("keys", "view"),
    [
        (["c", "f6"], CoverageView),
        (["m", "f7"], FileChooser),
        (["x", "f8"], InboxView),
        (["j", "ctrl+b"], BoardsView),
    ],
)
async def test_a_letter_and_a_function_key_lead_to_each_of_the_apps_places(
    start, keys, view
) -> None:
    async with start() as user:
        for key in keys:
            await user.press(key)

            assert isinstance(user.view, view)

            await user.press("escape")

        await user.press("g")

        assert "không có màn hình phân công" in user.message

        keys_shown = user.view.query_one("#keys").plain
        assert all(f"{key} " in keys_shown for key in ("C", "G", "Q", "J"))


async def test_arrows_and_enter_lead_there_too(start) -> None:
    async with start() as user:
        await user.press("down", "enter")

        assert user.title.startswith("Hộ gia đình")

        await user.press("escape", "right", "enter")

        assert user.title.startswith("Đi cơ sở")


@pytest.mark.parametrize("key", ["f10", "ctrl+e"])
async def test_the_language_changes_at_run_time_and_is_kept(start, desk, key) -> None:
    kept = []
    desk.settings = type(desk.settings)(save=kept.append)
    async with start() as user:
        await user.press("h", key)

        assert user.title.startswith("Households")
        assert "Persons" in user.screen

        await user.press("escape")

        assert "A trial programme" in user.screen
        assert "F1 Help" in user.screen
        assert [settings.language for settings in kept] == ["en"]


@pytest.mark.parametrize("key", ["f1", "ctrl+g", "question_mark"])
async def test_help_lists_the_keys_of_the_view_it_was_called_from(start, key) -> None:
    async with start() as user:
        await user.press("h", key)

        assert isinstance(user.view, HelpView)
        assert "Ins  F4  Ctrl+N" in user.screen
        assert "PgUp  PgDn" in user.screen

        await user.press("escape")

        assert isinstance(user.view, ListView)


async def test_leaving_is_asked_about(start) -> None:
    async with start() as user:
        await user.press("escape")

        assert isinstance(user.view, Confirm)

        await user.press("k")

        assert isinstance(user.view, HomeView)

        await user.press("escape", "c")

        assert user.app.return_code == 0


async def test_a_start_with_a_record_type_opens_an_empty_form(start) -> None:
    async with start("household") as user:
        assert user.title == "Hộ: nhập mới"
