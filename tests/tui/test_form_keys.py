"""What spares the hands in a form: ditto, copies, the first problem, sections."""

from __future__ import annotations

import pytest
from textual._xterm_parser import XTermParser

from nq77tui.tui.widgets.form_pane import FormPane


def current(user) -> str:
    return user.view.query_one(FormPane).current


async def save_one(user, key="f3") -> None:
    """One household in a new form, saved and followed by the next."""
    await user.type("na mo", "enter")
    await user.type("Bế Văn Hùng", "enter")
    await user.type("5", "enter")
    await user.press("2", "c", "enter")
    await user.type("5/9", "enter")
    await user.press(key)


@pytest.mark.parametrize("key", ["f8", "ctrl+d"])
async def test_ditto_takes_this_field_from_the_last_record_and_goes_on(start, key) -> None:
    async with start("household") as user:
        await save_one(user)

        assert current(user) == "head"

        await user.type("xyz", key)

        assert "Bế Văn Hùng" in user.line("Chủ hộ")
        assert current(user) == "persons"

        await user.press(key, key, key, key)

        assert user.view.model.values == user.view.desk.last_saved["household"]


async def test_ditto_reaches_from_one_form_to_the_next(start) -> None:
    async with start() as user:
        await user.press("h", "insert")
        await save_one(user, "f2")
        await user.press("home", "enter", "down", "down", "f8")

        assert user.view.model.values["persons"] == 5
        assert current(user) == "class"


@pytest.mark.parametrize("key", ["f8", "f5"])
async def test_without_a_last_record_it_is_said(start, key) -> None:
    async with start("household") as user:
        await user.press(key)

        assert "chưa lưu bản ghi nào" in user.message
        assert current(user) == "area"


@pytest.mark.parametrize("key", ["f5", "ctrl+p"])
async def test_a_copy_fills_in_what_is_still_empty(start, key) -> None:
    async with start("household") as user:
        await save_one(user)
        await user.type("Bế Thị Hường", key)

        values = user.view.model.values
        assert values["head"] == "Bế Thị Hường"
        assert values["persons"] == 5
        assert values["pledged"] == "2024-09-05"
        assert "Đã chép 4 trường" in user.message
        assert current(user) == "persons"

        await user.press("f2")

        assert user.only("household", head="Bế Thị Hường").get("class") == "CAN"


async def test_an_old_record_is_not_written_over_by_a_copy(start) -> None:
    async with start() as user:
        await user.press("h", "insert")
        await save_one(user, "f2")
        await user.press("home", "enter", "f5")

        assert "Chỉ chép vào bản ghi mới" in user.message
        assert not user.view.model.is_changed


@pytest.mark.parametrize("key", ["f4", "ctrl+f"])
async def test_a_key_leads_to_each_problem_in_turn(start, key) -> None:
    async with start("household") as user:
        await user.press("down", "down")
        await user.type("0", "down", "down", key)

        assert current(user) == "area"
        assert "chưa có giá trị" in user.message

        await user.press(key)

        assert current(user) == "head"

        await user.press(key)

        assert current(user) == "persons"
        assert "Ít nhất 1 người" in user.message

        await user.press(key)

        assert current(user) == "area"


async def test_without_problems_it_is_said(start) -> None:
    async with start() as user:
        await user.press("h", "enter", "f4")

        assert user.message == "Không có gì sai hay cần xem."


@pytest.mark.parametrize(
    ("keys", "field"),
    [
        (["alt+2"], "pledge"),
        (["alt+2", "alt+1"], "area"),
        (["alt+7"], "area"),
        (["ctrl+down"], "pledge"),
        (["ctrl+down", "ctrl+down"], ""),
        (["ctrl+end", "ctrl+up"], "pledge"),
        (["ctrl+end", "up", "ctrl+up", "ctrl+up"], "area"),
        (["ctrl+up"], "area"),
    ],
)
async def test_sections_have_a_key_each(start, keys, field) -> None:
    async with start("household") as user:
        assert "1. Hộ" in user.screen
        assert "2. Khác" in user.screen

        await user.press(*keys)

        assert current(user) == field


async def test_a_section_key_takes_along_what_is_typed(start) -> None:
    async with start("household") as user:
        await user.press("down")
        await user.type("Lê Văn Tám", "alt+2")

        assert "Lê Văn Tám" in user.line("Chủ hộ")


async def test_alt_and_a_digit_as_terminals_send_it(start) -> None:
    async with start("household") as user:
        for message in list(XTermParser().feed("\x1b2")):
            user.app.post_message(message)
        await user.settle()

        assert current(user) == "pledge"
        assert "™" not in user.screen


async def test_help_waits_until_the_hands_rest(start, monkeypatch) -> None:
    async with start("household") as user:
        assert "Gõ vài chữ" in user.screen

        monkeypatch.setattr("nq77tui.tui.widgets.rest.LONG_ENOUGH", 3600)
        await user.press("tab", "tab")

        assert current(user) == "persons"
        assert "Gõ vài chữ" not in user.screen
        assert "Số người" not in user.screen

        monkeypatch.setattr("nq77tui.tui.widgets.rest.LONG_ENOUGH", 0)
        await user.press("4")

        assert "Số người" in user.screen


async def test_who_chooses_sees_at_once_what_there_is(start, monkeypatch) -> None:
    async with start("household") as user:
        monkeypatch.setattr("nq77tui.tui.widgets.rest.LONG_ENOUGH", 3600)
        await user.press("tab", "tab", "tab")

        assert current(user) == "class"
        assert "2 Cận nghèo" not in user.screen

        await user.press("right")

        assert "2 Cận nghèo" in user.screen

        await user.press("shift+tab", "shift+tab", "shift+tab")

        assert current(user) == "area"
        assert "Nà Mò" not in user.screen

        await user.type("na")

        assert "Nà Mò" in user.screen
