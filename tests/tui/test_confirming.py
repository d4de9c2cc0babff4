"""Doubts that a person confirms: kept with the record, and only for what was confirmed."""

from __future__ import annotations

from nq77tui.core import merge
from nq77tui.core.confirmation import confirmations, confirmed_by
from nq77tui.core.record import Dot
from nq77tui.store.checking import check_store


async def test_what_was_confirmed_is_kept_with_who_and_when_until_it_changes(start) -> None:
    async with start() as user:
        await user.press("h", "insert")
        await user.type("na mo", "enter")
        await user.type("Lê Văn Tám", "enter")
        await user.type("16", "f2")

        assert user.message.startswith("1 điều cần xem")

        await user.press("f2")
        record = user.only("household", head="Lê Văn Tám")
        [sibling] = record.siblings("persons.confirmed")

        assert sibling.value == {". <= 15": {"persons": 16}}
        assert sibling.stamp.by == "Minh"
        assert not record.conflicts
        report = check_store(user.repository)
        assert (report.warnings, report.confirmed, report.problems) == (0, 1, [])

        await user.press("enter", "down", "down")

        assert user.line("Nhân khẩu")[1] == " "
        assert "Đã được Minh xác nhận, 05/09/2024" in user.screen
        assert "Trên 15 người: xem lại." in user.screen

        await user.press("f4")

        assert user.message == "Không có gì sai hay cần xem."

        await user.press("f7")

        assert "Nhân khẩu (đã xác nhận): 16" in user.screen

        await user.press("escape", "ctrl+u")
        await user.type("17", "f2")

        assert user.message.startswith("1 điều cần xem")
        assert user.repository.get(record.id).get("persons") == 16

        await user.press("f2")
        again = user.repository.get(record.id)

        assert again.get("persons.confirmed") == {". <= 15": {"persons": 17}}

        user.repository.edit(record.id, {"persons": 18})

        assert check_store(user.repository).warnings == 1


async def test_a_doubt_about_what_is_missing_can_be_confirmed(start) -> None:
    async with start("household") as user:
        await user.press("enter")
        await user.type("Lê Văn Tám", "f2", "f2")
        record = user.only("household", head="Lê Văn Tám")

        assert record.get("area.confirmed") == {"validation.required": {"area": None}}
        assert check_store(user.repository).warnings == 0


def test_confirmations_of_two_machines_stand_beside_one_another(repository) -> None:
    doubts = repository.check("household", {"head": "A", "persons": 16})
    first = repository.add("household", {"head": "A", "persons": 16}, doubts)
    mine = repository.edit(first.id, {"persons": 20}, _doubts(repository, 20))
    # The same edit once more, on another machine that had seen only the first.
    theirs_values = {**first.values, "persons": 30}
    changes = {"persons": 30, **confirmations(_doubts(repository, 30), theirs_values, first)}
    theirs = merge.edit(first, changes, Dot("AAAAAAAA", 1), first.last_written, schema=1)
    merged = merge.merge(mine, theirs)

    assert list(merged.conflicts) == ["persons"]
    assert len(merged.siblings("persons.confirmed")) == 2
    for persons in (20, 30):
        [doubt] = [d for d in _doubts(repository, persons) if d.params["field"] == "persons"]
        assert confirmed_by(doubt, {"persons": persons}, merged)
    [doubt] = [d for d in _doubts(repository, 40) if d.params["field"] == "persons"]
    assert confirmed_by(doubt, {"persons": 40}, merged) is None


def _doubts(repository, persons):
    return repository.check("household", {"head": "A", "persons": persons})
