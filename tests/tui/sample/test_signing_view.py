"""Signing off on the screen: submitting, returning, approving, and what changed since."""

from __future__ import annotations

import pytest

from nq77tui.core.period import read_period
from nq77tui.store.signing import SignOffs
from nq77tui.tui.views.dialog.prompt import Prompt
from nq77tui.tui.views.signing.areas import SignOffView
from nq77tui.tui.views.signing.signed import SignedView


@pytest.fixture
def village(repository):
    """The village Đoàn Kết, its commune, and one of its households."""
    area = repository.find_area("Đoàn Kết")
    home = next(row for row in repository.find("household", "area", area))
    return area, repository.row(area).values["parent"], home.id


def standing(repository, area):
    signoff = repository.programme.signoff
    return SignOffs(repository, signoff, read_period("2024-Q1")).standing(area)


def line_of(user, name):
    return next(line for line in user.screen.splitlines() if name in line)


async def test_a_village_is_submitted_returned_and_approved_and_then_it_changes(
    start, repository, village
) -> None:
    area, _, home = village
    async with start() as user:
        await user.press("f")

        assert isinstance(user.view, SignOffView)
        assert user.title.startswith("Ký duyệt 2024-Q1, đến ngày 31/03/2024")

        user.view.row_list.go_to(area)
        await user.settle()
        await user.press("f6")

        assert user.message == "Đoàn Kết: chưa nộp."

        await user.press("f2")

        assert user.message == "Đã nộp số liệu 2024-Q1 của 1 địa bàn."
        assert "Đã nộp" in line_of(user, "Đoàn Kết")
        assert "Minh" in line_of(user, "Đoàn Kết")

        await user.press("f4")

        assert isinstance(user.view, Prompt)

        await user.press("enter")
        await user.type("Thieu mot ho", "enter")

        assert standing(repository, area).comment == "Thieu mot ho"

        await user.press("up", "down")

        assert user.message == "Trả lại: Thieu mot ho"

        await user.press("f2")
        await user.press("f6")

        assert user.message == "Đã duyệt số liệu 2024-Q1 của 1 địa bàn."
        assert "duyệt 1/" in user.title
        assert standing(repository, area).kept.numbers["households"] == "63"

        repository.edit(home, {"to": "2024-02-01"})
        await user.press("right", "left")
        user.view.row_list.go_to(area)
        await user.settle()
        await user.press("up", "down")

        assert "1 nơi đổi sau duyệt" in user.title
        assert user.message == "Đổi sau khi duyệt: Số hộ: 63 -> 62"

        await user.press("enter")

        assert isinstance(user.view, SignedView)
        assert line_of(user, "Số hộ").split()[-3:] == ["63", "!", "62"]

        await user.press("escape", "f7", "f7", "f7")

        assert user.view.row_list.rows == [area]


async def test_a_commune_comes_after_its_villages_and_several_go_at_once(
    start, repository, village
) -> None:
    _, commune, _ = village
    async with start() as user:
        await user.press("f")
        user.view.row_list.go_to(commune)
        await user.settle()
        await user.press("f2")

        assert "chưa được duyệt" in user.message

        await user.press("down", "space")
        rows = user.view.row_list.rows
        below = SignOffs(repository, repository.programme.signoff, read_period("2024-Q1")).below(
            commune
        )
        for _ in below[1:]:
            await user.press("space")

        assert set(user.view.marked) == set(below) <= set(rows)

        marked = user.view.marked
        await user.press("f2")
        user.view.mark_only(marked)
        await user.press("f6")

        assert user.message == f"Đã duyệt số liệu 2024-Q1 của {len(below)} địa bàn."

        user.view.row_list.go_to(commune)
        await user.settle()
        await user.press("f2")

        assert "Đã nộp" in user.message

        await user.press("f7", "asterisk", "f6")

        assert user.message == "Đã duyệt số liệu 2024-Q1 của 1 địa bàn."

        await user.press("f7", "asterisk", "f2")

        # All that are lowest and open; what lies above them waits, and stays marked.
        assert user.message.startswith("Đã nộp số liệu 2024-Q1 của ")
        assert " chưa được: " in user.message
        assert {user.view.row_list.marks} == {frozenset(user.view.row_list.rows)}


async def test_other_periods_are_gone_to_and_what_has_not_begun_is_not(start) -> None:
    async with start() as user:
        await user.press("f", "left")

        assert user.title.startswith("Ký duyệt 2023-Q4")

        await user.press("f5")
        await user.type("2024-05", "enter")

        assert user.title.startswith("Ký duyệt 2024-05, đến ngày 31/05/2024")

        await user.press("right", "right")

        assert user.title.startswith("Ký duyệt 2024-06, đến ngày 03/06/2024")
        assert user.message == "Kỳ 2024-07 chưa bắt đầu: chọn kỳ khác."

        await user.press("f10")

        assert user.title.startswith("Sign-off 2024-06, up to 03/06/2024")
