"""Taking one's last saves back by a key, on the first screen and in lists."""

from __future__ import annotations

import pytest
from textual.widgets import Static

from nq77tui.tui.views.dialog.confirm import Confirm
from nq77tui.tui.views.record_list import ListView


def asked(user) -> str:
    assert isinstance(user.view, Confirm)
    return "\n".join(str(part.content) for part in user.view.query(Static))


async def enter(user, head) -> None:
    """A new household from its list."""
    await user.press("insert", "down")
    await user.type(head, "f2", "f2")


@pytest.mark.parametrize("key", ["f9", "ctrl+z"])
async def test_undo_asks_with_titles_and_takes_back_step_by_step(start, key) -> None:
    async with start() as user:
        await user.press("h")
        await enter(user, "Bế Văn Hùng")
        await user.press("home", "enter", "down", "down", "ctrl+u")
        await user.type("7", "f2")

        assert user.only("household", head="Nông Văn An").get("persons") == 7

        await user.press(key)

        assert "của Minh?" in asked(user)
        assert "vừa sửa, sẽ như trước: Hộ “Nông Văn An”" in asked(user)

        await user.press("c")

        assert isinstance(user.view, ListView)
        assert user.message.startswith("Đã hoàn tác: Hộ “Nông Văn An”.")
        assert user.only("household", head="Nông Văn An").get("persons") == 4

        await user.press(key)

        assert "vừa tạo, sẽ bị xóa: Hộ “Bế Văn Hùng”" in asked(user)

        await user.press("c")

        assert user.repository.count("household") == 4
        assert "Bế Văn Hùng" not in "\n".join(user.rows)


async def test_a_refusal_changes_nothing(start) -> None:
    async with start() as user:
        await user.press("h", "delete", "c", "f9")

        assert "vừa xóa, sẽ được giữ lại: Hộ “Nông Văn An”" in asked(user)

        await user.press("k")

        assert user.repository.count("household") == 3

        await user.press("f9", "c")

        assert user.repository.count("household") == 4


async def test_a_commit_of_many_is_counted_and_fits_the_screen(start) -> None:
    async with start() as user:
        await user.press("f9")

        assert "và 6 bản ghi nữa" in asked(user)
        assert user.view.query_one(".box").region.height <= 12

        await user.press("c")

        assert user.message.startswith("Đã hoàn tác 11 bản ghi: Địa bàn “Yên Khoái”, …")
        assert user.repository.count("household") == 0

        await user.press("f9")

        assert "Không còn lần lưu nào" in user.message


async def test_only_what_was_asked_about_is_taken_back(start, open_as) -> None:
    async with start() as user:
        await user.press("f9")
        open_as("Minh").add("person", {"name": "Hà Văn Sơn"})
        await user.press("c")

        assert "Chưa hoàn tác gì" in user.message
        assert user.repository.count("household") == 4


async def test_a_colleague_who_shares_the_account_is_not_undone(start, open_as) -> None:
    lan = open_as("Lan")
    async with start() as user:
        await user.press("h", "enter", "down", "down", "backspace")
        await user.type("7", "f2")
        lan.add("person", {"name": "Hà Văn Sơn"})
        await user.press("f9")

        assert "sẽ như trước: Hộ “Nông Văn An”" in asked(user)

        await user.press("c")

        assert user.only("household", head="Nông Văn An").get("persons") == 4
        assert user.only("person", name="Hà Văn Sơn")
