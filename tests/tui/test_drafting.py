"""Forms outlive the program: kept field by field, found at the next start, gone on with."""

from __future__ import annotations

import json

import pytest

from nq77tui.programme import load_catalogue
from nq77tui.tui.app import Nq77App
from nq77tui.tui.desk import Desk
from nq77tui.tui.settings import Settings
from nq77tui.tui.views.dialog.ask import Ask
from nq77tui.tui.views.dialog.confirm import Confirm
from nq77tui.tui.views.entry.drafts import DraftsView
from nq77tui.tui.views.entry.form import FormView
from nq77tui.tui.views.home import HomeView
from nq77tui.tui.views.record_list import ListView
from nq77tui.tui.widgets.form_pane import FormPane


def current(user) -> str:
    return user.view.query_one(FormPane).current


def files(desk):
    folder = desk.repository.drafts.folder
    return sorted(file.name for file in folder.iterdir()) if folder.is_dir() else []


def kill(desk) -> None:
    """As if the process that kept these drafts had ended."""
    folder = desk.repository.drafts.folder
    for file in folder.iterdir():
        content = json.loads(file.read_text("utf-8"))
        file.write_text(json.dumps({**content, "process": "boot 1 1"}), "utf-8")


async def kept(user):
    """The draft as it stands on the disk."""
    user.view._keeper.flush()
    [file] = list(user.view.desk.repository.drafts.folder.iterdir())
    return json.loads(file.read_text("utf-8"))


async def cut_in_the_middle(start, desk) -> None:
    """A new household, cut at its third field."""
    async with start("household") as user:
        await user.type("na mo", "enter")
        await user.type("Bế Văn Hùng", "enter")
        await user.type("bốn", "down")
        await kept(user)
    kill(desk)


async def test_every_field_is_kept_as_it_is_left(start, desk) -> None:
    async with start("household") as user:
        assert files(desk) == []

        await user.type("na mo", "enter")
        draft = await kept(user)

        assert draft["values"] == {"area": user.id_of("area", name="Nà Mò")}
        assert (draft["record_id"], draft["record_type"]) == ("", "household")
        assert (draft["operator"], draft["schema"], draft["at"]) == ("Minh", 1, 1725499800)
        assert draft["resume_at"] == "head"

        await user.type("Bế Văn Hùng", "enter")
        await user.type("bốn", "down")
        draft = await kept(user)

        assert draft["values"]["head"] == "Bế Văn Hùng"
        assert draft["typed"] == {"persons": "bốn"}
        assert draft["resume_at"] == "class"


async def test_the_next_start_says_what_it_found_and_goes_on_at_that_field(start, desk) -> None:
    await cut_in_the_middle(start, desk)
    async with start() as user:
        assert isinstance(user.view, DraftsView)
        assert user.rows[0].split() == [
            *["Hộ", "(mới)", "Bế", "Văn", "Hùng", "05/09/2024"],
            user.rows[0].split()[6],
            "2/6",
            "Minh",
        ]
        assert "Enter: nhập tiếp" in user.message

        await user.press("enter")

        assert isinstance(user.view, FormView)
        assert current(user) == "class"
        assert "Bế Văn Hùng" in user.line("Chủ hộ")
        assert "bốn" in user.line("Nhân khẩu")
        assert "không phải là số" in user.line("Nhân khẩu")
        assert user.message.startswith("Nhập tiếp biểu dở lúc 05/09/2024")

        await user.press("up", "ctrl+u")
        await user.type("4", "f2")

        assert isinstance(user.view, DraftsView)
        assert user.only("household", head="Bế Văn Hùng").get("persons") == 4
        assert files(desk) == []
        assert "Không có biểu nào nhập dở" in user.screen


async def test_a_draft_is_dropped_when_asked(start, desk) -> None:
    await cut_in_the_middle(start, desk)
    async with start() as user:
        await user.press("delete", "k")

        assert files(desk) == ["Minh-new.json"]

        await user.press("delete", "c")

        assert files(desk) == []
        assert user.message == "Đã bỏ biểu nhập dở: Bế Văn Hùng"

    async with start() as user:
        assert isinstance(user.view, HomeView)


@pytest.mark.parametrize("key", ["f4", "ctrl+r"])
async def test_a_draft_left_for_later_is_found_from_the_first_screen(start, desk, key) -> None:
    await cut_in_the_middle(start, desk)
    async with start() as user:
        await user.press("escape", key)

        assert isinstance(user.view, DraftsView)
        assert len(user.rows) == 1


@pytest.mark.parametrize("keys", [["f2"], ["f3"], ["escape", "c"]])
async def test_saved_and_cancelled_forms_leave_no_draft(start, desk, keys) -> None:
    async with start() as user:
        await user.press("h", "insert")
        await user.type("na mo", "enter")
        await user.type("Bế Văn Hùng", "enter")
        await kept(user)
        await user.press(*keys)

        assert files(desk) == []


async def test_a_form_as_it_was_at_the_start_leaves_no_draft(start, desk) -> None:
    async with start() as user:
        await user.press("h", "enter", "down", "down", "backspace")
        await user.type("6", "enter")
        await kept(user)
        await user.press("up", "backspace")
        await user.type("4", "enter")

        assert files(desk) == []


async def test_of_an_old_record_the_changes_are_kept(start, desk) -> None:
    async with start() as user:
        await user.press("h", "enter", "down", "down", "backspace")
        await user.type("6", "enter")
        draft = await kept(user)
        record_id = user.view.model.record_id

        assert draft["values"] == {"persons": 6}
        assert draft["seen"] == {"persons": 4}
        assert files(desk) == [f"Minh-{record_id}.json"]


async def cut_in_an_old_record(start, desk) -> str:
    async with start() as user:
        await user.press("h", "enter", "down", "down", "backspace")
        await user.type("6", "enter")
        await kept(user)
        record_id = user.view.model.record_id
    kill(desk)
    return record_id


async def test_what_a_colleague_saved_since_is_asked_about(start, desk, open_as) -> None:
    record_id = await cut_in_an_old_record(start, desk)
    open_as("Lan").edit(record_id, {"persons": 9, "class": "CAN"})
    desk.repository.refresh()
    async with start() as user:
        await user.press("enter")

        assert "Cận nghèo" in user.line("Phân loại")
        assert "6" in user.line("Nhân khẩu")

        await user.press("f2")

        assert isinstance(user.view, Ask)

        await user.press("1")

        assert user.repository.get(record_id).get("persons") == 6
        assert files(desk) == []


async def test_opening_the_record_offers_its_draft(start, desk) -> None:
    record_id = await cut_in_an_old_record(start, desk)
    async with start() as user:
        await user.press("escape", "h", "enter")

        assert isinstance(user.view, Confirm)

        await user.press("k")

        assert "4" in user.line("Nhân khẩu")
        assert files(desk) == [f"Minh-{record_id}.json"]

        await user.press("escape", "enter", "c")

        assert "6" in user.line("Nhân khẩu")
        assert current(user) == "class"

        await user.press("f2")

        assert user.repository.get(record_id).get("persons") == 6
        assert files(desk) == []


async def test_a_draft_that_was_saved_after_all_is_no_false_alarm(start, desk) -> None:
    await cut_in_an_old_record(start, desk)
    async with start() as user:
        [file] = desk.repository.drafts.folder.iterdir()
        content = file.read_text("utf-8")
        await user.press("enter", "f2")
        file.write_text(content, "utf-8")

    async with start() as user:
        assert isinstance(user.view, HomeView)
        assert files(desk) == []


async def test_a_new_record_that_was_saved_after_all_is_no_false_alarm(start, desk) -> None:
    await cut_in_the_middle(start, desk)
    async with start() as user:
        [file] = desk.repository.drafts.folder.iterdir()
        await user.press("enter", "up", "ctrl+u")
        await user.type("4", "down")
        await kept(user)
        content = file.read_text("utf-8")
        await user.press("f2")
        file.write_text(content, "utf-8")
        kill(desk)

    async with start() as user:
        assert isinstance(user.view, HomeView)
        assert files(desk) == []


async def test_the_drafts_of_two_operators_stay_apart(start, desk, open_as, programme) -> None:
    record_id = await cut_in_an_old_record(start, desk)
    other = Desk(open_as("Lan"), programme, load_catalogue("vi"), Settings())
    app = Nq77App(other)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.workers.wait_for_complete()
        await pilot.pause()

        assert isinstance(app.screen, HomeView)

        await pilot.press("h", "enter", "down", "down", "backspace", "8", "enter")
        app.screen._keeper.flush()

        assert files(desk) == [f"Lan-{record_id}.json", f"Minh-{record_id}.json"]
    kill(desk)
    async with start() as user:
        assert [row.split()[-1] for row in user.rows] == ["Minh", "Lan"]

        await user.press("down", "enter")

        assert "Đây là biểu của Lan" in user.message

        await user.press("delete")

        assert isinstance(user.view, DraftsView)

        await user.press("up", "enter", "f2")

        assert user.repository.get(record_id).get("persons") == 6
        assert files(desk) == [f"Lan-{record_id}.json"]


async def test_the_draft_of_a_record_that_is_gone_becomes_a_new_one(start, desk) -> None:
    await cut_in_an_old_record(start, desk)
    [file] = desk.repository.drafts.folder.iterdir()
    content = json.loads(file.read_text("utf-8"))
    changed = {**content, "record_id": "ZZZZZZZZ-1", "schema": 0}
    file.write_text(json.dumps(changed), "utf-8")
    async with start() as user:
        await user.press("enter")

        assert user.title == "Hộ: nhập mới"
        assert "biểu đã đổi từ đó" in user.message


async def test_a_draft_of_a_deleted_record_asks_on_saving(start, desk) -> None:
    record_id = await cut_in_an_old_record(start, desk)
    desk.repository.delete(record_id)
    async with start() as user:
        await user.press("enter", "f2")

        assert isinstance(user.view, Ask)


async def test_it_is_said_when_a_draft_cannot_be_kept(start, desk) -> None:
    folder = desk.repository.drafts.folder
    folder.parent.mkdir(parents=True)
    folder.write_text("in the way")
    async with start("household") as user:
        await user.type("na mo", "enter")
        user.view._keeper.flush()
        await user.type("Bế Văn Hùng", "enter")

        assert user.message.startswith("Không giữ được biểu nhập dở")

        await user.press("f2")

        assert isinstance(user.view, (ListView, HomeView))
        assert user.only("household", head="Bế Văn Hùng")


async def test_what_is_half_typed_is_kept_when_the_program_is_ended(start, desk) -> None:
    async with start("household") as user:
        await user.press("down")
        await user.type("Bế Văn")
        user.app.exit(return_code=143)
    [file] = desk.repository.drafts.folder.iterdir()

    assert json.loads(file.read_text("utf-8"))["values"] == {"head": "Bế Văn"}
