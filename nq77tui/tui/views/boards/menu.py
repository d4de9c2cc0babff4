"""The boards that a programme declares, to choose from."""

from __future__ import annotations

from nq77tui.core.area_tree import EVERYWHERE
from nq77tui.core.board import Board
from nq77tui.core.problem import RefusedError
from nq77tui.core.values import show_date
from nq77tui.tui.actions import BOARDS, bindings
from nq77tui.tui.desk import Desk
from nq77tui.tui.theme import QUIET
from nq77tui.tui.views.boards.board import BoardView
from nq77tui.tui.views.rows import RowsView
from nq77tui.tui.widgets.row_list import ListColumn, RowList


class BoardsView(RowsView[None]):
    """Enter shows the one at hand."""

    ACTIONS = BOARDS
    BINDINGS = bindings(ACTIONS)

    def __init__(self, desk: Desk, area_id: str = EVERYWHERE, as_of: str | None = None) -> None:
        super().__init__(desk)
        self._area_id, self._as_of = area_id, as_of
        self._boards: dict[str, Board] = {}

    def relabel(self) -> None:
        """Show everything in the language of the moment."""
        super().relabel()
        boards: dict[str, Board] = {}
        try:
            boards = dict(self.desk.programme.boards)
        except RefusedError as error:
            self.refuse(error)
        self._boards = boards
        self.row_list.show(
            (ListColumn(self.desk.text("tui.board.board"), self.app.size.width - 4),),
            list(boards),
            lambda name: (self.desk.label(boards[name].label),),
            empty=self.desk.text("tui.board.none"),
        )
        self._tell()

    def _tell(self) -> None:
        """How the one at hand is counted."""
        board = self._boards.get(self.row_list.current or "")
        if board is not None:
            self.say(self.desk.label(board.note), QUIET)

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        """Say how it is counted."""
        self._tell()

    def show_title(self) -> None:
        """Of which area."""
        is_named = self._area_id != EVERYWHERE
        area = self.desk.repository.title(self._area_id) if is_named else ""
        area = area or self.desk.text("cli.everywhere")
        day = self._as_of or self.desk.repository.today().isoformat()
        self.set_title(self.desk.text("tui.board.title", area=area), show_date(day))

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Show it."""
        board = self._boards[event.row_id]
        view = BoardView(self.desk, board, self._area_id, self._as_of)
        self.app.push_screen(view, self._keep_day)

    def _keep_day(self, day: str | None) -> None:
        self._as_of = day
        self.show_title()
