"""The inbox beyond one field: pairs, joins, references, many at once, and the way back."""

from __future__ import annotations

import pytest

from nq77tui.store.joining import join_records
from nq77tui.tui.views.dialog.ask import Ask
from nq77tui.tui.views.inbox import InboxView


def id_of(repository, head):
    return next(r.id for r in repository.rows("household") if r.values["head"] == head)


def double(repository, persons=5):
    """The household of Vi Văn Hòa, typed once more by somebody who spells it otherwise."""
    first = repository.get(id_of(repository, "Vi Văn Hòa"))
    values = {**first.values, "head": "Vy Văn Hoà", "persons": persons}
    return sorted((first.id, repository.add("household", values).id))


@pytest.mark.parametrize(("key", "count"), [("1", 4), ("2", 4), ("3", 5)])
async def test_a_pair_stands_side_by_side_and_is_one_or_two(start, repository, key, count) -> None:
    pair = double(repository)
    shown = [repository.get(one).values for one in pair]
    async with start() as user:
        assert "Có 1 mục cần quyết định: F8" in user.message

        await user.press("f8")

        assert "Có thể trùng nhau" in user.rows[0]
        line = next(line for line in user.screen.splitlines() if line.startswith("  Chủ hộ"))
        assert line.split() == [
            *["Chủ", "hộ"],
            *shown[0]["head"].split(),
            *shown[1]["head"].split(),
        ]

        await user.press(key)

        assert repository.count("household") == count
        assert "Còn 0" in user.message
        if count == 4:
            now = repository.row(pair[1])
            assert now.id == pair[0]
            assert now.values["head"] == shown[int(key) - 1]["head"]

        await user.press("u", "c")

        assert repository.count("household") == 5
        assert "Có thể trùng nhau" in user.rows[0]

        await user.press("s", "enter", "escape", "escape")
        assert "Có 1 mục cần quyết định" in user.message


async def test_a_pair_is_read_whole_and_written_in_the_form(start, repository) -> None:
    double(repository)
    async with start() as user:
        await user.press("f8", "enter", "3")
        assert "Đã ghi nhớ là hai" in user.message


async def test_all_of_one_field_by_two_keys_and_back_by_two(start, apart, repository) -> None:
    heads = ("Hoàng Văn Đoàn", "Lý Thị Ân", "Nông Văn An")
    ids = [id_of(repository, head) for head in heads]

    def all_with(persons, **first):
        def work(store):
            for one in ids:
                store.edit(one, {"persons": persons})
            store.edit(ids[0], first)

        return work

    replica = apart(all_with(6, note="a"), all_with(5, note="b"))
    async with start() as user:
        await user.press("f8")
        assert user.title.split()[-1] == "4"
        while "Nhân khẩu" not in user.rows[user.view.row_list.cursor]:
            await user.press("down")
        await user.press("a")

        assert isinstance(user.view, Ask)
        answers = [" ".join(str(s.render()).split()) for s in user.view.query("Static")]
        assert any(f"Lấy của Hà (máy {replica}): 3 mục “Nhân khẩu”" in one for one in answers)
        number = next(one[0] for one in answers if f"{replica}): 3 mục" in one)
        assert any("cả 4 mục, mọi trường" in one for one in answers)

        await user.press(number)

        assert {repository.get(one).get("persons") for one in ids} == {6}
        assert "Đã quyết định 3 mục" in user.message
        assert user.title.split()[-1] == "1"

        await user.press("a")
        assert isinstance(user.view, InboxView)
        assert "Không có mục nào khác giống" in user.message

        await user.press("u", "c")
        assert user.title.split()[-1] == "4"


async def test_what_was_joined_here_and_edited_there(start, apart, repository) -> None:
    ids = sorted(id_of(repository, head) for head in ("Lý Thị Ân", "Nông Văn An"))
    apart(
        lambda store: store.edit(ids[1], {"persons": 9}),
        lambda store: join_records(store, *ids),
    )
    async with start() as user:
        await user.press("f8")
        assert "Đã gộp, vẫn có sửa" in user.rows[0]
        assert "Nhân khẩu: 9 (Hà" in user.screen

        await user.press("1")

        assert repository.row(ids[1]).values["persons"] == 9
        assert repository.row(ids[1]).id == ids[0]
        assert user.title.split()[-1] == "0"


async def test_a_reference_to_what_was_deleted_in_both_languages(start, repository) -> None:
    village = next(r.id for r in repository.rows("area") if r.values["name"] == "Bản Chu")
    repository.delete(village)
    async with start() as user:
        await user.press("f8")
        count = int(user.title.split()[-1])
        assert count >= 3
        assert "đã xóa" in user.rows[0]
        assert "Khôi phục bản ghi đã xóa: Bản Chu" in user.screen
        await user.press("f10")
        assert "Bring the deleted record back: Bản Chu" in user.screen

        await user.press("1")

        assert repository.row(village) is not None
        assert user.title.split()[-1] == "0"
