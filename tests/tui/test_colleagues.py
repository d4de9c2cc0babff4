"""Two people on one record: what merges by itself, and what is asked, by keys over two stores."""

from __future__ import annotations

import pytest
from textual.widgets import Static

from nq77tui.tui.views.dialog.ask import Ask
from nq77tui.tui.views.entry.form import FormView
from nq77tui.tui.views.record_list import ListView
from nq77tui.tui.widgets.form_pane import FormPane


def asked(user) -> str:
    """What the question in front says."""
    assert isinstance(user.view, Ask)
    return "\n".join(str(part.content) for part in user.view.query(Static))


@pytest.fixture
def household(repository):
    [row] = [r for r in repository.rows("household") if r.values["head"] == "Nông Văn An"]
    return row.id


async def set_persons(user, number, *keys) -> None:
    """Open the first household and type its persons."""
    await user.press("h", "enter", "down", "down", "ctrl+u")
    await user.type(number, *keys)


async def test_other_fields_merge_by_themselves_and_only_changes_are_written(
    start, open_as, household
) -> None:
    lan = open_as("Lan")
    async with start() as user:
        await set_persons(user, "6")
        before = lan.edit(household, {"head": "Nông Văn Anh", "class": "CAN"})
        await user.press("f2")
        record = user.repository.get(household)

        assert isinstance(user.view, ListView)
        assert [record.get(name) for name in ("head", "class", "persons")] == [
            "Nông Văn Anh",
            "CAN",
            6,
        ]
        assert record.written("head") == before.written("head")
        assert record.written("persons").stamp.by == "Minh"
        changed = [name for name in record.fields if record.fields[name] != before.fields[name]]
        assert changed == ["persons"]


@pytest.mark.parametrize(("key", "kept"), [("1", 6), ("2", 9)])
async def test_the_same_field_is_asked_about_at_once(start, open_as, household, key, kept) -> None:
    async with start() as user:
        await set_persons(user, "6")
        open_as("Lan").edit(household, {"persons": 9})
        await user.press("f2")

        assert "Nhân khẩu" in asked(user)
        assert "1   Của bạn: 6" in asked(user)
        assert "2   Của Lan, 05/09/2024" in asked(user)
        assert asked(user).splitlines()[2].endswith(": 9")
        assert user.repository.get(household).get("persons") == 9

        await user.press(key)

        assert isinstance(user.view, ListView)
        assert user.repository.get(household).get("persons") == kept
        assert not user.repository.get(household).conflicts


async def test_back_to_the_form_saves_nothing_and_it_is_asked_again(
    start, open_as, household
) -> None:
    async with start() as user:
        await set_persons(user, "6")
        open_as("Lan").edit(household, {"persons": 9})
        await user.press("f2", "escape")

        assert isinstance(user.view, FormView)
        assert user.view.query_one(FormPane).current == "persons"
        assert user.message.startswith("Chưa lưu")
        assert user.repository.get(household).get("persons") == 9

        await user.press("f2")

        assert "Của bạn: 6" in asked(user)


async def test_every_field_that_both_changed_is_asked_about(start, open_as, household) -> None:
    async with start() as user:
        await set_persons(user, "6", "enter")
        await user.press("1")
        open_as("Lan").edit(household, {"persons": 9, "class": "KHAC"})
        await user.press("f2")

        assert "Nhân khẩu" in asked(user)

        await user.press("1")

        assert "Phân loại" in asked(user)
        assert "Của bạn: Nghèo" in asked(user)

        await user.press("2")
        record = user.repository.get(household)

        assert (record.get("persons"), record.get("class")) == (6, "KHAC")


async def test_a_second_change_of_the_colleague_is_asked_about_again(
    start, open_as, household
) -> None:
    lan = open_as("Lan")
    async with start() as user:
        await set_persons(user, "6")
        lan.edit(household, {"persons": 9})
        await user.press("f2")
        lan.edit(household, {"persons": 10})
        await user.press("1")

        assert ": 10" in asked(user)

        await user.press("1")

        assert user.repository.get(household).get("persons") == 6


async def test_the_same_value_from_both_is_no_question(start, open_as, household) -> None:
    async with start() as user:
        await set_persons(user, "9")
        open_as("Lan").edit(household, {"persons": 9})
        await user.press("f2")

        assert isinstance(user.view, ListView)
        assert user.repository.get(household).written("persons").stamp.by == "Lan"


async def test_what_is_being_typed_is_asked_about_too(start, open_as, household) -> None:
    async with start() as user:
        await set_persons(user, "6")
        open_as("Lan").edit(household, {"persons": 9})
        await user.look()

        assert user.message.startswith("Người khác vừa sửa cùng trường: Nhân khẩu")

        await user.press("f2")

        assert "Của bạn: 6" in asked(user)


async def test_what_was_seen_before_it_was_changed_is_not_asked_about(
    start, open_as, household
) -> None:
    async with start() as user:
        await user.press("h", "enter", "down", "down")
        open_as("Lan").edit(household, {"persons": 9})
        await user.look()

        assert "9" in user.line("Nhân khẩu")

        await user.press("backspace")
        await user.type("7", "f2")

        assert isinstance(user.view, ListView)
        assert user.repository.get(household).get("persons") == 7


@pytest.mark.parametrize(("key", "is_dead"), [("1", False), ("2", True)])
async def test_a_deletion_is_said_and_asked_about(start, open_as, household, key, is_dead) -> None:
    async with start() as user:
        await set_persons(user, "6", "enter")
        open_as("Lan").delete(household)
        await user.look()

        assert "vừa bị người khác xóa" in user.message

        await user.press("f2")

        assert "đã bị Lan xóa" in asked(user)

        await user.press(key)
        record = user.repository.get(household)

        assert isinstance(user.view, ListView)
        assert record.is_dead is is_dead
        assert record.get("persons") == (4 if is_dead else 6)


async def test_back_from_the_deletion_leaves_everything(start, open_as, household) -> None:
    async with start() as user:
        await set_persons(user, "6")
        open_as("Lan").delete(household)
        await user.press("f2", "escape")

        assert isinstance(user.view, FormView)
        assert user.repository.get(household).is_dead


async def test_long_values_fit_the_question(start, open_as, household) -> None:
    async with start() as user:
        await user.press("h", "enter", "down", "ctrl+u")
        await user.type("a" * 70)
        open_as("Lan").edit(household, {"head": "Nông " * 80})
        await user.press("f2")

        assert user.view.query_one(".box").region.bottom <= 24
        assert user.view.query_one(".box").region.height <= 14


async def test_a_list_and_a_form_that_are_open_show_what_a_colleague_saves(
    start, open_as, household, monkeypatch
) -> None:
    """By themselves, without a key."""
    monkeypatch.setattr("nq77tui.tui.app._LOOK_EVERY", 0.02)
    lan = open_as("Lan")
    async with start() as user:
        await user.press("h")
        lan.add("household", {"head": "Hà Văn Mới"})
        await user.until(lambda: "Hà Văn Mới" in user.screen)
        user.view.row_list.go_to(household)
        await user.press("enter")
        lan.edit(household, {"persons": 11})
        await user.until(lambda: "11" in user.line("Nhân khẩu"))
        assert not user.view.model.is_changed
