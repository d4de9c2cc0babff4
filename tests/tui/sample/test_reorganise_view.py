"""Reorganising from the app: asked for, previewed, done, and a wrong table named."""

from __future__ import annotations

from nq77tui.tui.views.coverage.table import CoverageView
from nq77tui.tui.views.reorganise import ReorganiseView

TABLE = """code\tname\tmerged_from\ttype\tlegal_basis
06610\tXuân Dương\t06604 Xã Nam Quan; 06610 Xã Ái Quốc\tXã\t1672/NQ
06601\tLợi Bác\t06589 Xã Sàn Viên; 06574 Xã Tĩnh Bắc\tXã\t1672/NQ
"""


async def answers(user, path):
    await user.press("c", "r")
    await user.type(str(path), "enter")
    await user.type("1/7/2025", "enter")
    await user.type("district", "enter")


async def test_a_table_is_previewed_chosen_on_and_carried_out(start, repository, tmp_path) -> None:
    path = tmp_path / "communes.tsv"
    path.write_text(TABLE, encoding="utf-8")
    async with start() as user:
        sequence = repository.generation
        await answers(user, path)

        assert isinstance(user.view, ReorganiseView)
        assert "communes.tsv" in user.title
        assert "4 → 2" in user.screen
        assert "Còn treo: Phân công phụ trách đơn vị cũ" in user.screen
        assert repository.generation == sequence

        at = list(user.view._lines).index("hanging 0")
        await user.press(*["down"] * at, "space", "space")

        assert user.rows[at].split()[-1] == "chuyển"

        await user.press("f2", "c")

        assert user.message.startswith("Đã ghi")
        assert repository.coverage("2025-07-01").tree.level(
            repository.coverage("2025-07-01").tree.root
        ) == "province"  # fmt: skip

        await user.press("escape")

        assert isinstance(user.view, CoverageView)

        await user.press("n")
        await user.type("1/7/2025", "enter")

        assert "Xuân Dương" in user.screen
        assert "Nam Quan" not in user.screen


async def test_a_wrong_table_says_where(start, repository, tmp_path) -> None:
    path = tmp_path / "communes.tsv"
    path.write_text(TABLE.replace("06604 Xã", "06605 Xã"), encoding="utf-8")
    async with start() as user:
        sequence = repository.generation
        await answers(user, path)

        assert "dòng 2" in user.screen
        assert "06605" in user.screen

        await user.press("f2")

        assert user.message == "Không có gì để thực hiện."
        assert repository.generation == sequence
