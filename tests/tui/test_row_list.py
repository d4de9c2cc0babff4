"""The list widget: whatever its length, only what shows is formatted, and pages turn."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult

from nq77tui.tui.widgets.row_list import ListColumn, RowList

MANY = 21_320


class ListApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.formatted: list[str] = []
        self.heard: list[str] = []

    def compose(self) -> ComposeResult:
        yield RowList()

    def cells(self, row_id: str) -> tuple[str, str]:
        self.formatted.append(row_id)
        return f"Hộ {row_id} [b]漢字\x1b[31m", row_id

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        self.heard.append(event.row_id)


@pytest.fixture
def list_app() -> ListApp:
    return ListApp()


def fill(app: ListApp, count: int = MANY) -> RowList:
    row_list = app.query_one(RowList)
    columns = [ListColumn("Hộ", 20), ListColumn("Số", 8, is_right=True)]
    row_list.show(columns, [str(n) for n in range(count)], app.cells, empty="không có")
    return row_list


async def test_only_the_rows_on_the_screen_are_formatted(list_app: ListApp) -> None:
    async with list_app.run_test(size=(80, 24)) as pilot:
        fill(list_app)
        await pilot.pause()

        assert len(set(list_app.formatted)) == 23


async def test_cells_are_cut_by_width_and_taken_literally(list_app: ListApp) -> None:
    async with list_app.run_test(size=(80, 24)):
        row_list = fill(list_app, 3)

        assert row_list.plain.splitlines()[1] == "  Hộ 0 [b]漢字�[31m           0"


async def test_a_page_turns_at_the_edge_instead_of_scrolling_by_a_line(list_app: ListApp) -> None:
    async with list_app.run_test(size=(80, 24)) as pilot:
        row_list = fill(list_app)
        await pilot.press(*["down"] * 23)

        assert (row_list.cursor, row_list.top) == (23, 23)

        await pilot.press("up")

        assert (row_list.cursor, row_list.top) == (22, 0)


@pytest.mark.parametrize(
    ("keys", "cursor"),
    [
        (["end"], MANY - 1),
        (["end", "home"], 0),
        (["pagedown", "pagedown"], 46),
        (["pagedown", "pageup", "pageup"], 0),
        (["end", "down"], MANY - 1),
    ],
)
async def test_keys_move_within_the_list(list_app: ListApp, keys: list[str], cursor: int) -> None:
    async with list_app.run_test(size=(80, 24)) as pilot:
        row_list = fill(list_app)
        await pilot.press(*keys)

        assert row_list.cursor == cursor
        assert row_list.top <= cursor < row_list.top + row_list.page


async def test_enter_chooses_the_row_under_the_cursor(list_app: ListApp) -> None:
    async with list_app.run_test(size=(80, 24)) as pilot:
        fill(list_app)
        await pilot.press("down", "down", "enter")

        assert list_app.heard == ["2"]


async def test_the_cursor_stays_on_its_row_when_others_come_and_go(list_app: ListApp) -> None:
    async with list_app.run_test(size=(80, 24)) as pilot:
        row_list = fill(list_app)
        await pilot.press("down", "down")
        row_list.show([ListColumn("Hộ", 20), ListColumn("", 8)], ["9", "2", "1"], list_app.cells)

        assert (row_list.cursor, row_list.current) == (1, "2")


async def test_marks_show_and_an_empty_list_says_so(list_app: ListApp) -> None:
    async with list_app.run_test(size=(80, 24)):
        row_list = fill(list_app, 3)
        row_list.mark(["1"])

        assert [line[:1] for line in row_list.plain.splitlines()[1:4]] == [" ", "*", " "]

        fill(list_app, 0)

        assert row_list.plain.splitlines()[1].strip() == "không có"
