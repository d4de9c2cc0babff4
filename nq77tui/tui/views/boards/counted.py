"""The counting half of a board: kept while the store stays as it is, else done behind the keys."""

from __future__ import annotations

from collections.abc import Hashable
from time import monotonic

from textual.worker import get_current_worker

from nq77tui.core.board import Board, Path
from nq77tui.core.board_table import BoardTable
from nq77tui.core.problem import RefusedError
from nq77tui.store.boards import count_board, groupings
from nq77tui.store.progress import StoppedError, Watch
from nq77tui.tui.desk import Desk
from nq77tui.tui.views.base import BaseView

_TELL_EVERY = 0.3
"""Seconds between two words on how far it is; each costs a line on a slow connection."""


class CountedBoard(BaseView[str]):
    """Counts the board for the area, the day and the grouping at hand.

    Attributes:
        way: the areas gone down through; the last one is shown.
        as_of: the day, as ISO text; None for today.
        grouping: what a row of the table stands for.
        counted: None until it was counted for the first time.
    """

    def __init__(self, desk: Desk, board: Board, area_id: str, as_of: str | None) -> None:
        super().__init__(desk)
        self.board = board
        self.way = [area_id]
        self.as_of = as_of
        self.grouping: Path = groupings(board)[0]
        self.counted: BoardTable | None = None

    @property
    def day(self) -> str:
        """The day that is counted for, as ISO text."""
        return self.as_of or self.desk.repository.today().isoformat()

    def on_mount(self) -> None:
        """Count."""
        super().on_mount()
        self.recount()

    def store_changed(self) -> None:
        """Count again."""
        self.recount()

    def recount(self) -> None:
        """Take what was counted of the store as it is now; else count, behind the keys."""
        generation, known = self.desk.boards.get(self._asked(), (None, None))
        if known is not None and generation == self.desk.repository.generation:
            self.workers.cancel_group(self, "board")
            self.take(known)
        else:
            self.run_worker(self._count, thread=True, exclusive=True, group="board")

    def _asked(self) -> Hashable:
        """What is counted."""
        return self.board.name, self.way[-1], self.day, self.grouping

    def _count(self) -> None:
        worker = get_current_worker()
        asked, generation = self._asked(), self.desk.repository.generation
        begun = monotonic()

        def watch(part: str, done: int, of: int) -> None:
            nonlocal begun
            if worker.is_cancelled:
                raise StoppedError
            if monotonic() - begun > _TELL_EVERY:
                begun = monotonic()
                self.app.call_from_thread(self._tell, 100 * done // max(of, 1))

        try:
            counted = self._counted(watch)
        except StoppedError:
            return
        except RefusedError as error:
            self.app.call_from_thread(self.refuse, error)
            return
        if not worker.is_cancelled and asked == self._asked():
            self.desk.boards[asked] = generation, counted
            self.app.call_from_thread(self._take, counted)

    def _counted(self, watch: Watch) -> BoardTable:
        return count_board(
            self.desk.repository,
            self.board,
            area=self.way[-1],
            as_of=self.as_of,
            grouping=self.grouping,
            watch=watch,
        )

    def _tell(self, percent: int) -> None:
        if self.is_attached:
            self.say(self.desk.text("tui.board.counting", percent=percent))

    def _take(self, counted: BoardTable) -> None:
        if self.is_attached:
            self.take(counted)

    def take(self, counted: BoardTable) -> None:
        """Show what was counted."""
        raise NotImplementedError
