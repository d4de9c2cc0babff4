"""What was taken in, merge by merge: to read, to print, and to take the last one back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from nq77tui.core.problem import Problem, RefusedError
from nq77tui.store.merge_undo import UndoneMerge, merge_to_undo, undo_merge
from nq77tui.store.receipts import Receipt, receipts
from nq77tui.store.write_once import put_new
from nq77tui.tui.actions import RECEIPTS, bindings
from nq77tui.tui.desk import Desk
from nq77tui.tui.moment import shown_moment
from nq77tui.tui.place import path_typed
from nq77tui.tui.receipt_text import ReceiptText
from nq77tui.tui.theme import GOOD, PLAIN
from nq77tui.tui.views.base import BaseView
from nq77tui.tui.views.dialog.confirm import Confirm
from nq77tui.tui.views.dialog.page import PrintedView
from nq77tui.tui.views.dialog.prompt import Prompt
from nq77tui.tui.views.rows import ReadRowsView
from nq77tui.tui.views.working import WorkingView
from nq77tui.tui.widgets.canvas import Line
from nq77tui.tui.widgets.row_list import ListColumn, RowList

_AT, _WHAT, _COUNT = 16, 19, 6
_COUNTS = ("in", "new", "changed", "known", "conflicted", "refused")
_WIDTH = 76
"""Cells of a printed line."""


class ReceiptsView(ReadRowsView[None], WorkingView[None]):
    """The newest stands first."""

    ACTIONS = RECEIPTS
    BINDINGS = bindings(ACTIONS)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._receipts: dict[str, Receipt] = {}

    def show_title(self) -> None:
        """What this is."""
        self.set_title(self.desk.text("stick.receipts.title"))

    def store_changed(self) -> None:
        """Read them again."""
        found = receipts(self.desk.repository.folder)
        self._receipts = {str(at): one for at, one in reversed(list(enumerate(found)))}
        text = self.desk.text
        columns = (
            ListColumn(text("stick.receipts.at"), _AT),
            ListColumn(text("stick.receipts.what"), _WHAT),
            *(
                ListColumn(text(f"stick.receipts.{name}"), _COUNT, is_right=True)
                for name in _COUNTS
            ),
        )
        empty = text("stick.receipts.none")
        self.row_list.show(columns, list(self._receipts), self._cells, empty=empty)

    def _cells(self, row_id: str) -> Sequence[str]:
        one = self._receipts[row_id]
        senders = dict.fromkeys(
            str(source.get("name") or source.get("sender") or source.get("file", ""))
            for source in one.sources
        )
        what = ", ".join(senders)
        if one.undoes:
            what = self.desk.text("stick.receipts.undo")
        counts = [self.number(one.counts[name]) if name in one.counts else "" for name in _COUNTS]
        return shown_moment(one.at), what, *counts

    @property
    def _current(self) -> Receipt | None:
        return self._receipts.get(self.row_list.current or "")

    # Reading and printing

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Show the whole receipt."""
        receipt = self._receipts[event.row_id]
        text = ReceiptText(self.desk, receipt)

        def lines(width: int) -> list[Line]:
            return [((f" {line}", PLAIN),) for line in text.lines(width - 2)]

        self.app.push_screen(
            PrintedView(self.desk, text.title, lines, lambda view: self._ask_file(view, receipt))
        )

    def action_save(self) -> None:
        """Write the receipt as a text file."""
        if self._current is not None:
            self._ask_file(self, self._current)

    def _ask_file(self, view: BaseView[Any], receipt: Receipt) -> None:
        last = self.desk.settings.stick
        folder = Path(last) if last and Path(last).is_dir() else Path.home()
        moment = datetime.fromtimestamp(receipt.at, self.desk.repository.local_time().tzinfo)
        name = f"nq77-bien-nhan-{moment:%Y%m%d-%H%M}"

        def write(typed: str) -> str:
            path = path_typed(folder, typed)
            if path is None or not (path.is_dir() or path.parent.is_dir()):
                raise RefusedError(Problem("bundle.no_folder", {"file": typed}))
            lines = ReceiptText(self.desk, receipt).lines(_WIDTH)
            content = "\n".join([*lines, ""]).encode("utf-8")
            return str(put_new(path, name, ".txt", content))

        question = self.desk.text("stick.receipts.ask_file")
        given = str(folder / f"{name}.txt")
        self.app.push_screen(
            Prompt(self.desk, question, write, given), lambda path: self._saved(view, path)
        )

    def _saved(self, view: BaseView[Any], path: str | None) -> None:
        if path is not None:
            view.say(self.desk.text("stick.receipts.saved", file=path), GOOD)

    # Taking back

    def action_undo(self) -> None:
        """Take the last merge back, after asking."""
        if self.is_working or self.refuse_if_read_only():
            return
        self.work(lambda watch: merge_to_undo(self.desk.repository), self._ask_undo)

    def _ask_undo(self, found: UndoneMerge) -> None:
        question = self.desk.text(
            "stick.receipts.ask_undo",
            at=shown_moment(found.at),
            by=found.by,
            files=", ".join(found.files),
        )
        self.app.push_screen(Confirm(self.desk, question), self._undo)

    def _undo(self, is_sure: bool | None) -> None:
        if is_sure:
            self.work(partial(undo_merge, self.desk.repository), self._undone)

    def _undone(self, undone: UndoneMerge) -> None:
        self.relabel()
        left = undone.counts["left"]
        key = "stick.receipts.undone_left" if left else "stick.receipts.undone"
        self.say(
            self.desk.text(
                key,
                count=self.number(len(undone.taken_back)),
                left=self.number(left),
            ),
            GOOD,
        )

    def action_back(self) -> None:
        """Stop what is going on; else go back."""
        if not self.stop_work():
            self.dismiss()
