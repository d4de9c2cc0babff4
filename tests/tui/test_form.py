"""Filling in records by keys alone: what is typed is what the store holds afterwards."""

from __future__ import annotations

import unicodedata

import pytest
from textual import events

from nq77tui.tui.views.dialog.confirm import Confirm
from nq77tui.tui.views.entry.form import FormView
from nq77tui.tui.views.record_list import ListView
from nq77tui.tui.widgets.form_pane import FormPane


def current(user) -> str:
    return user.view.query_one(FormPane).current


async def test_a_household_is_entered_from_the_list_to_the_store(start) -> None:
    async with start() as user:
        await user.press("h", "insert")
        await user.type("ban chu", "enter")
        await user.type("Lê Văn Tám", "enter")
        await user.type("5", "enter")
        await user.type("2")
        await user.type("c", "enter")
        await user.type("5/9", "enter")
        await user.type("ghi chú", "enter")
        await user.press("f2")

        record = user.only("household", head="Lê Văn Tám")

        assert record.values == {
            "area": user.id_of("area", name="Bản Chu"),
            "head": "Lê Văn Tám",
            "persons": 5,
            "class": "CAN",
            "pledge": True,
            "pledged": "2024-09-05",
            "note": "ghi chú",
        }
        assert isinstance(user.view, ListView)
        assert user.message == "Đã lưu: Lê Văn Tám"
        assert user.view.row_list.current == record.id


async def test_enter_never_leaves_the_form(start) -> None:
    async with start("household") as user:
        await user.press(*["enter"] * 20)

        assert isinstance(user.view, FormView)
        assert user.message.startswith("Enter không lưu")
        assert user.repository.count("household") == 4


async def test_only_one_line_is_painted_for_a_letter(start) -> None:
    async with start("household") as user:
        pane = user.view.query_one(FormPane)
        await user.press("enter")
        painted = []
        pane.refresh = lambda *regions, **_: painted.extend(regions)
        await user.pilot.press("a")

        assert {region.y for region in painted} == {2}


@pytest.mark.parametrize("key", ["f3", "ctrl+n"])
async def test_save_and_new_carries_fields_over_and_starts_behind_them(start, key) -> None:
    async with start("household") as user:
        await user.type("na mo", "enter")
        await user.type("Bế Văn Hùng", key)

        assert user.title == "Hộ: nhập mới"
        assert "Nà Mò" in user.line("Thôn")
        assert current(user) == "head"
        assert user.message == "Đã lưu: Bế Văn Hùng"

        await user.type("Bế Thị Hường", "f2")

        for head in ("Bế Văn Hùng", "Bế Thị Hường"):
            area = user.only("household", head=head).get("area")

            assert area == user.id_of("area", name="Nà Mò")


async def test_a_value_that_cannot_be_read_stays_with_its_problem(start) -> None:
    async with start("household") as user:
        await user.press("down", "down")
        await user.type("bốn", "enter")

        assert current(user) == "persons"
        assert "không phải là số" in user.line("Nhân khẩu")
        assert "không phải là số" in user.message

        await user.press("down")

        assert current(user) == "class"
        assert "bốn" in user.line("Nhân khẩu")

        await user.press("f2")

        assert isinstance(user.view, FormView)
        assert user.message.startswith("Chưa lưu được, 2 lỗi")

        await user.press("ctrl+home", "down", "down", "ctrl+u")
        await user.type("4", "enter")

        assert "không phải" not in user.line("Nhân khẩu")


async def test_a_broken_rule_is_said_at_the_field_and_blocks_saving(start) -> None:
    async with start("household") as user:
        await user.type("ban chu", "enter")
        await user.type("Lê Văn Tám", "enter")
        await user.type("0", "enter")

        assert "Ít nhất 1 người." in user.line("Nhân khẩu")

        await user.press("f2")

        assert current(user) == "persons"
        assert user.repository.count("household") == 4


async def test_a_doubt_is_saved_by_the_same_key_again(start) -> None:
    async with start("household") as user:
        await user.press("enter")
        await user.type("Lê Văn Tám", "enter")
        await user.type("16", "f2")

        assert user.repository.count("household") == 4
        assert "2 điều" in user.message

        await user.press("f2")

        assert user.only("household", head="Lê Văn Tám").get("persons") == 16


async def test_something_missing_is_said_on_saving(start) -> None:
    async with start("household") as user:
        await user.type("na mo", "enter")
        await user.press("f2")

        assert current(user) == "head"
        assert "chưa có giá trị" in user.message


@pytest.mark.parametrize(("answer", "is_left"), [("c", True), ("k", False)])
async def test_cancel_asks_only_when_something_was_changed(start, answer, is_left) -> None:
    async with start() as user:
        await user.press("h", "enter", "escape")

        assert isinstance(user.view, ListView)

        await user.press("enter", "down")
        await user.type("x")
        await user.press("escape")

        assert isinstance(user.view, Confirm)

        await user.press(answer)

        assert isinstance(user.view, ListView) is is_left
        assert user.only("household", head="Nông Văn An")


async def test_an_edit_writes_only_what_was_changed(start) -> None:
    async with start() as user:
        await user.press("h", "enter", "down", "down", "ctrl+u")
        await user.type("7", "ctrl+s")
        record = user.only("household", head="Nông Văn An")

        assert record.get("persons") == 7
        assert record.written("head").dot != record.written("persons").dot


async def test_a_number_or_date_that_stands_there_is_typed_anew_and_a_text_is_added_to(
    start,
) -> None:
    async with start() as user:
        await user.press("h", "enter")
        user.view.pane.enter("persons")
        await user.type("2", "enter")

        assert user.view.model.values["persons"] == 2

        user.view.pane.enter("persons")
        await user.press("left", "1", "enter")

        assert user.view.model.values["persons"] == 12

        user.view.pane.enter("persons")
        await user.press("9", "ctrl+z", "enter")

        assert user.view.model.values["persons"] == 12

        head = user.view.model.values["head"]
        user.view.pane.enter("head")
        await user.type(" Hai", "enter", "f2")

        found = [row.values for row in user.repository.rows("household")]
        assert [(one["head"], one["persons"]) for one in found if one["persons"] == 12] == [
            (f"{head} Hai", 12)
        ]


async def test_a_field_is_emptied_and_restored(start) -> None:
    async with start() as user:
        await user.press("h", "enter", "delete")

        assert "Bản Chu" not in user.line("Thôn")

        await user.press("ctrl+z")

        assert "Bản Chu" in user.line("Thôn")

        await user.press("down", "down", "ctrl+u", "f2")

        assert user.only("household", head="Nông Văn An").get("persons") is None


@pytest.mark.parametrize(
    ("keys", "stored"),
    [
        (["2"], "CAN"),
        (["k", "h", "enter"], "KHAC"),
        (["n", "g", "enter"], "NGHEO"),
        (["right"], "NGHEO"),
        (["left"], "KHAC"),
        (["space", "down", "enter"], "CAN"),
        (["right", "delete"], None),
    ],
)
async def test_a_choice_is_picked_in_many_ways(start, keys, stored) -> None:
    async with start("household") as user:
        await user.press("down", "down", "down", *keys)

        assert user.view.model.values.get("class") == stored


async def test_a_quick_number_goes_on_by_itself(start) -> None:
    async with start("household") as user:
        await user.press("down", "down", "down", "3")

        assert current(user) == "pledge"


async def test_a_choice_that_is_not_there_is_refused_at_the_field(start) -> None:
    async with start("household") as user:
        await user.press("down", "down", "down")
        await user.type("xyz", "enter")

        assert current(user) == "class"
        assert "không có mục nào khớp" in user.message

        await user.press("backspace", "backspace", "backspace", "enter")

        assert current(user) == "pledge"


@pytest.mark.parametrize(
    ("typed", "stored"), [("c", True), ("k", False), ("y", True), ("2", False)]
)
async def test_yes_and_no(start, typed, stored) -> None:
    async with start("household") as user:
        await user.press("down", "down", "down", "down", typed, "enter")

        assert user.view.model.values.get("pledge") is stored


async def test_a_field_that_matters_only_then_appears_only_then(start) -> None:
    async with start("household") as user:
        assert "Ngày cam kết" not in user.screen

        await user.press("down", "down", "down", "down", "c", "enter")

        assert current(user) == "pledged"


async def test_several_choices_are_typed_by_number(start) -> None:
    async with start("person") as user:
        await user.type("Hà Văn Sơn", "enter")
        await user.type("3, 1", "enter")

        assert "Trưởng thôn, Trưởng ban" in user.line("Chức vụ")

        await user.press("f2")

        assert user.only("person", name="Hà Văn Sơn").get("posts") == ["head", "front"]


async def test_a_reference_shows_what_tells_equal_names_apart(start) -> None:
    async with start() as user:
        other = user.id_of("area", name="Nà Mò")
        user.repository.add("household", {"head": "Nông Văn An", "area": other})
        await user.press("s", "insert")
        await user.type("nong")

        assert "Nông Văn An  Bản Chu" in user.screen
        assert "Nông Văn An  Nà Mò" in user.screen

        await user.press("down", "enter", "f2")
        [visit] = user.repository.rows("visit")

        assert user.repository.row(visit.values["unit"]).values["area"] == other
        assert visit.values["date"] == "2024-09-05"


async def test_only_records_that_the_filter_allows_are_offered(start) -> None:
    async with start("household") as user:
        await user.type("yen khoai")

        assert "Bản Chu  Yên Khoái" in user.screen

        await user.press("ctrl+u")
        await user.type("dong buc")

        assert "Khòn Quanh" in user.screen
        assert " Đồng Bục" not in [line[2:] for line in user.screen.splitlines()]


async def test_a_paste_is_its_first_line_in_one_spelling(start) -> None:
    async with start("household") as user:
        await user.press("down")
        pasted = unicodedata.normalize("NFD", "  Đặng Thị  Hậu\nthôn Nà Mò")
        user.app.post_message(events.Paste(pasted))
        await user.settle()
        await user.press("enter")

        assert user.view.model.values["head"] == "Đặng Thị Hậu"


async def test_a_note_of_several_lines_is_written_in_its_own_view(start) -> None:
    async with start() as user:
        await user.press("h", "enter", "ctrl+end", "up", "f6")
        await user.type("một", "enter")
        await user.type("hai", "f2")
        await user.press("f2")

        assert user.only("household", head="Nông Văn An").get("note") == "một\nhai"


async def test_marks_are_typed_in_the_editor_too_and_a_cut_line_loses_none_of_it(start) -> None:
    async with start() as user:
        await user.press("h", "enter", "ctrl+end", "up", "ctrl+t", "ctrl+o")

        assert user.title.endswith("Gõ: Telex")

        await user.type("Hooj ngheof", "enter")
        await user.type("Nhaf doo", "ctrl+z", "f9")
        await user.type(" a65", "left", "left", "6")
        await user.type(" tieesng", "backspace")

        assert user.view.text == "Hộ nghèo\nNhà doo6 tieesn ậ"

        user.app.exit()
        [draft] = user.repository.drafts.folder.glob("*.json")

        assert "Hộ nghèo" in draft.read_text("utf-8")


async def test_the_form_shows_what_a_colleague_saves_and_keeps_what_i_typed(start, open_as) -> None:
    async with start() as user:
        await user.press("h", "enter", "down", "down", "ctrl+u")
        await user.type("6", "enter")
        record_id = user.view.model.record_id
        open_as("Lan").edit(record_id, {"head": "Nông Văn Anh", "persons": 9, "class": "CAN"})
        await user.look()

        assert "Nông Văn Anh" in user.line("Chủ hộ")
        assert "6" in user.line("Nhân khẩu")
        assert user.message.startswith("Người khác vừa sửa cùng trường: Nhân khẩu")

        await user.press("f2", "1")
        record = user.repository.get(record_id)

        assert (record.get("head"), record.get("persons")) == ("Nông Văn Anh", 6)
        assert not record.conflicts


async def test_who_wrote_a_value_stands_below_the_form(start) -> None:
    async with start() as user:
        await user.press("h", "enter", "down")

        assert "Ghi bởi Minh, 05/09/2024" in user.screen


async def test_a_refusal_of_the_store_is_a_sentence(start, desk, open_as) -> None:
    desk.repository = open_as("Minh", read_only=True)
    async with start() as user:
        await user.press("h", "enter", "down")
        await user.type("h", "f2")

        assert isinstance(user.view, FormView)
        assert "chỉ để đọc" in user.message


async def test_the_form_fits_a_bigger_and_a_smaller_window(start) -> None:
    async with start("household", size=(120, 40)) as user:
        assert "Ghi chú" in user.screen

        await user.pilot.resize_terminal(80, 24)
        await user.until(lambda: len(user.view.query_one(FormPane).plain.splitlines()) <= 21)


@pytest.mark.parametrize(
    ("presses", "typed", "stored"),
    [
        (1, "Hoangf Vawn DDoanf", "Hoàng Văn Đoàn"),
        (2, "Hoang2 Va8n D9oan2", "Hoàng Văn Đoàn"),
        (3, "Hoangf", "Hoangf"),
    ],
)
async def test_marks_are_typed_in_text_fields(start, presses, typed, stored) -> None:
    async with start("household") as user:
        await user.press("down", *["f9"] * presses)
        await user.type(typed, "enter")

        assert user.view.model.values["head"] == stored


async def test_marks_are_taken_off_letter_by_letter_and_given_back_as_keys(start) -> None:
    async with start("household") as user:
        await user.press("down", "ctrl+t")
        await user.type("Tieesngf", "backspace")

        assert "Tiền" in user.line("Chủ hộ")
        assert user.title.endswith("Gõ: Telex")

        await user.press("ctrl+z")

        assert "Tieesnf" in user.line("Chủ hộ")


async def test_marks_are_not_typed_into_numbers_and_queries(start) -> None:
    async with start("household") as user:
        await user.press("ctrl+t", "ctrl+t")
        await user.type("na mo", "enter")
        await user.press("down")
        await user.type("12", "enter")

        assert user.view.model.values["persons"] == 12


async def test_what_was_wrong_before_does_not_block_another_field(start) -> None:
    async with start() as user:
        village = user.only("household", head="Nông Văn An").get("area")
        user.repository.delete(village)
        await user.press("h", "enter", "down", "down", "ctrl+u")
        await user.type("8", "f2")

        assert user.only("household", head="Nông Văn An").get("persons") == 8


async def test_a_picked_record_is_told_from_others_of_its_name(start) -> None:
    async with start("visit") as user:
        await user.type("nong van an", "enter")

        assert user.line("Hộ, địa bàn").endswith("Nông Văn An  Bản Chu, Yên Khoái")
