"""The list of a record type: order, filter, deleting, and what colleagues do meanwhile."""

from __future__ import annotations

import pytest

from nq77tui.tui.views.entry.form import FormView
from nq77tui.tui.views.record_list import ListView


def heads(user):
    return [" ".join(row.split()[:3]) for row in user.rows]


async def test_people_are_sorted_by_given_name_in_vietnamese_order(start) -> None:
    async with start() as user:
        await user.press("h")

        assert heads(user) == ["Nông Văn An", "Lý Thị Ân", "Hoàng Văn Đoàn", "Vi Văn Hòa"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("doan", ["Hoàng Văn Đoàn"]),
        ("DOAN", ["Hoàng Văn Đoàn"]),
        ("ân", ["Lý Thị Ân"]),
        ("vi hoà", ["Vi Văn Hòa"]),
        ("hvd", ["Hoàng Văn Đoàn"]),
        ("ban chu", ["Nông Văn An", "Hoàng Văn Đoàn"]),
        ("dong buc", ["Vi Văn Hòa"]),
        ("đông", []),
        ("zzz", []),
    ],
)
async def test_letters_filter_at_once(start, query, found) -> None:
    async with start() as user:
        await user.press("h")
        await user.type(query)

        assert [head for head in heads(user) if head[0] != "K"] == found
        assert f"Tìm: {query}" in user.title
        assert user.title.endswith(f"{len(found)}/4")


async def test_backspace_widens_and_escape_clears_then_goes_back(start) -> None:
    async with start() as user:
        await user.press("h")
        await user.type("anx", "backspace")

        assert "Tìm: an " in user.title

        await user.press("escape")

        assert isinstance(user.view, ListView)
        assert len(user.rows) == 4

        await user.press("escape")

        assert not isinstance(user.view, ListView)


async def test_enter_opens_the_record_and_coming_back_changes_nothing(start) -> None:
    async with start() as user:
        await user.press("h", "down", "enter")

        assert user.title == "Hộ: Lý Thị Ân"

        await user.press("escape")

        assert isinstance(user.view, ListView)


@pytest.mark.parametrize("key", ["insert", "f4", "ctrl+n"])
async def test_new_opens_an_empty_form(start, key) -> None:
    async with start() as user:
        await user.press("h", key)

        assert isinstance(user.view, FormView)


@pytest.mark.parametrize("key", ["delete", "ctrl+d"])
async def test_deleting_asks_first(start, key) -> None:
    async with start() as user:
        await user.press("h", key, "n")

        assert user.repository.count("household") == 4

        await user.press(key, "y")

        assert user.repository.count("household") == 3
        assert user.message == "Đã xóa: Nông Văn An"
        assert heads(user)[0] == "Lý Thị Ân"


async def test_sorting_goes_through_the_columns_and_back(start) -> None:
    async with start() as user:
        await user.press("h", "f6", "f6")

        assert user.message == "Xếp theo: Nhân khẩu"

        await user.press("f6", "f6")

        assert heads(user)[0] == "Nông Văn An"


async def test_villages_sort_by_their_communes_first(start) -> None:
    async with start() as user:
        await user.press("h", "f6")

        assert user.message == "Xếp theo: Thôn"
        assert heads(user)[0] == "Vi Văn Hòa"
        assert heads(user)[-1] == "Lý Thị Ân"


async def test_what_a_colleague_saves_shows_by_itself(start, open_as) -> None:
    async with start() as user:
        await user.press("h")
        open_as("Lan").add("household", {"head": "Bế Thị Anh", "persons": 2})
        await user.look()

        assert heads(user)[:3] == ["Nông Văn An", "Bế Thị Anh", "Lý Thị Ân"]
        assert user.title.endswith("5")


async def test_a_renamed_village_is_renamed_in_the_list(start) -> None:
    async with start() as user:
        await user.press("h")
        village = user.id_of("area", name="Khòn Quanh")
        user.repository.edit(village, {"name": "Khòn Cháo"})
        user.view.look_again()
        await user.settle()

        assert "Khòn Cháo" in user.screen
        assert "Khòn Quanh" not in user.screen
