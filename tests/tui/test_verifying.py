"""A record keyed a second time, blind, and decided field by field; the figures of operators."""

from __future__ import annotations

import pytest

from nq77tui.store.verifying import DIFFERS, DONE, Verifying
from nq77tui.tui.views.record_list import ListView
from nq77tui.tui.views.verifying.blind_form import BlindFormView
from nq77tui.tui.views.verifying.discrepancies import DiscrepanciesView
from nq77tui.tui.views.verifying.operators import OperatorsView
from nq77tui.tui.views.verifying.verify import VerifyView


@pytest.fixture
def two(repository):
    """Two households that are to be keyed again."""
    rows = {row.values["head"]: row.id for row in repository.rows("household")}
    ids = [rows["Hoàng Văn Đoàn"], rows["Lý Thị Ân"]]
    repository.edit(ids[0], {"class": "CAN", "pledge": False})
    Verifying(repository).ask_for(ids)
    return ids


async def test_the_pile_is_keyed_again_and_what_differs_is_decided(start, two) -> None:
    async with start() as user:
        before = [user.repository.require(one) for one in two]
        await user.press("f2")
        assert isinstance(user.view, VerifyView)
        assert "cần 2" in user.title
        assert [line.split()[:3] for line in user.rows] == [["cần", "nhập", "lại"]] * 2

        await user.press("home", "enter")
        assert isinstance(user.view, BlindFormView)
        first = user.view.model.verifies
        assert "Nhập lại: " in user.title
        assert "Chủ hộ" not in user.screen
        assert "persons" not in user.view.model.values
        assert "class" not in user.view.model.values

        await user.press("f3")
        assert "Chưa nhập gì" in user.message
        assert user.view.model.verifies == first
        await user.press("f8")
        assert "phiếu giấy" in user.message
        await user.type("5", "enter")
        await user.press("f3")
        assert user.view.model.verifies in set(two) - {first}
        assert "khác lần đầu" in user.message

        await user.type("4", "enter")
        await user.press("f2")
        assert isinstance(user.view, VerifyView)
        states = {one.record_id: one.state for one in Verifying(user.repository).items()}
        assert states[first] == DIFFERS
        assert [user.repository.require(one) for one in two] == before

        await user.press("home", "enter")
        assert isinstance(user.view, DiscrepanciesView)
        fields = list(user.view.row_list.rows)
        assert "persons" in fields
        user.view.row_list.go_to("persons")
        await user.press("e")
        await user.type("0", "enter")
        await user.press("f2")
        assert "Ít nhất 1 người" in user.message
        assert user.repository.require(first).get("persons") == 4

        user.view.row_list.go_to("persons")
        await user.press("e")
        await user.type("6", "enter")
        for name in fields:
            if name != "persons":
                user.view.row_list.go_to(name)
                await user.press("1")
        assert user.repository.require(first).get("persons") == 4
        await user.press("f2")

        assert isinstance(user.view, VerifyView)
        assert "Đã ghi quyết định" in user.message
        assert user.repository.require(first).get("persons") == 6
        await user.press("f9")
        question = "\n".join(str(one.render()) for one in user.view.query("Static"))
        assert "Nhập lại “" in question
        await user.press("k")
        [again] = Verifying(user.repository).of(first)
        assert {one.field: one.result for one in again.differences}["persons"] == "third"
        assert Verifying(user.repository).item(first).state == DONE


async def test_a_second_keying_that_was_cut_off_is_gone_on_with(start, desk, two) -> None:
    async with start() as user:
        await user.press("f2", "home", "enter")
        record_id = user.view.model.verifies
        await user.type("7", "enter")
        user.app.exit()
    for file in desk.repository.drafts.folder.glob("*.json"):  # as if that process had ended
        file.write_text(file.read_text("utf-8").replace('"process": "', '"process": "x'), "utf-8")
    async with start() as user:
        assert "nhập lại" in user.rows[0]
        await user.press("enter")
        assert isinstance(user.view, BlindFormView)
        assert user.view.model.verifies == record_id
        assert user.view.model.values["persons"] == 7
        await user.press("f2")

        [found] = Verifying(user.repository).of(record_id)
        assert found.keyed["persons"] == 7
        assert list(user.repository.drafts.folder.glob("*.json")) == []


async def test_from_a_list_one_record_or_all_that_are_found(start) -> None:
    async with start() as user:
        await user.press("h")
        await user.type("van")
        await user.press("f7", "3")
        assert isinstance(user.view, ListView)
        assert "Đã đưa" in user.message
        assert len(Verifying(user.repository).items()) == 3

        await user.press("f7", "1")
        assert isinstance(user.view, BlindFormView)
        await user.press("escape", "escape", "escape", "p", "f7")
        assert "chưa khai báo" in user.message


async def test_the_figures_of_operators(start, repository) -> None:
    async with start() as user:
        await user.press("f11")
        assert isinstance(user.view, OperatorsView)
        assert user.rows[0].split()[:2] == ["Minh", "cộng"]
        assert "theo ngày" in user.title
        assert "2024-09-05" in user.screen
        await user.press("tab")
        assert "2024-W36" in user.screen
        await user.press("tab")
        assert "2024-09 " in user.screen
        assert [line for line in user.screen.splitlines() if len(line) > 80] == []
        assert "giám sát" in user.message
