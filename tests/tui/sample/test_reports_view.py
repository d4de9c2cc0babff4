"""Reports from the coverage of an area: period, kind of file, names after a question."""

from __future__ import annotations

import json

from nq77tui.tui.views.dialog.confirm import Confirm
from nq77tui.tui.views.reports import ReportsView


async def test_a_form_is_made_of_the_area_at_hand_for_a_period(start, tmp_path) -> None:
    async with start() as user:
        await user.press("c", "end", "b")
        assert isinstance(user.app.screen, ReportsView)
        assert "Báo cáo: Tĩnh Bắc" in user.title
        assert "Kỳ: năm 2024. Tính đến ngày 03/06/2024. Dạng tệp: xlsx." in user.screen

        await user.press("k")
        await user.type("2024-99")
        await user.press("enter")
        assert "không phải là kỳ báo cáo" in user.screen

        await user.press("ctrl+u")
        await user.type("2024-Q1")
        await user.press("enter")
        assert "Kỳ: quý 1 năm 2024. Tính đến ngày 31/03/2024." in user.screen

        await user.press("d", "d", "d", "d", "home", "enter")
        assert "b1-tinh-bac-2024-q1.txt" in user.screen

        await user.type(str(tmp_path / "b1.txt"))
        await user.press("enter")
        assert "Đã ghi" in user.screen

    written = (tmp_path / "b1.txt").read_text("utf-8")
    assert "Tĩnh Bắc, quý 1 năm 2024" in written


async def test_names_are_asked_about_and_written_down(start, tmp_path) -> None:
    async with start() as user:
        folder = user.app.desk.repository.folder
        await user.press("c", "end", "b", "down", "down", "down", "enter")
        assert isinstance(user.view, Confirm)

        await user.press("k")
        assert not (folder / "disclosures.jsonl").exists()

        await user.press("enter", "c")
        await user.type(str(tmp_path / "b4.csv"))
        await user.press("enter")
        assert "Đã ghi" in user.screen

    [line] = (folder / "disclosures.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["form"] == "b4"
    assert (tmp_path / "b4.csv").stat().st_size > 1000


async def test_a_path_that_cannot_be_written_is_named(start, tmp_path) -> None:
    async with start() as user:
        await user.press("c", "b", "enter")
        await user.type(str(tmp_path / "none" / "b1.xlsx"))
        await user.press("enter")
        assert "none/b1.xlsx" in user.screen
