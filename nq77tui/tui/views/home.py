"""The first screen: what there is, how far it is, and one key to each place."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.worker import get_current_worker

from nq77tui.core.area_tree import EVERYWHERE
from nq77tui.store.inbox import open_questions
from nq77tui.tui.actions import HOME, bindings
from nq77tui.tui.desk import Desk
from nq77tui.tui.views.base import BaseView
from nq77tui.tui.widgets.home_board import HomeBoard, Place, Progress

if TYPE_CHECKING:
    from nq77tui.core.counting.coverage import Coverage

_COUNTING = "counting"


class HomeView(BaseView[None]):
    """Where the program begins and ends; imports a view when it is first opened."""

    ACTIONS = HOME
    BINDINGS = bindings(ACTIONS)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._coverage: Coverage | None = None
        self._merged_from: Path | None = None
        self._waiting = 0
        self._is_known = self._is_counting = False
        """Whether what is shown is counted of the store as it is; whether it is being counted."""

    def body(self) -> ComposeResult:
        """The board."""
        yield HomeBoard(is_ascii=self.desk.settings.ascii_borders)

    def relabel(self) -> None:
        """Show everything in the language of the moment."""
        super().relabel()
        self.store_changed()

    def show_title(self) -> None:
        """The programme."""
        self.set_title(self.desk.label(self.desk.programme.home.title))

    def store_changed(self) -> None:
        """Count again; what takes long, behind the keys, and only while this view is in front."""
        self._show_board()
        self._say_waiting()
        self._is_known = self._is_counting = False
        self.call_after_refresh(self._catch_up)

    def on_screen_resume(self) -> None:
        """Go on with what another view interrupted."""
        self._catch_up()

    def on_screen_suspend(self) -> None:
        """Leave the machine to the view that is being opened."""
        self._is_counting = False
        self.workers.cancel_group(self, _COUNTING)

    def _catch_up(self) -> None:
        if self._is_known or self._is_counting or not self.is_current:
            return
        self._is_counting = True
        is_counted = self.desk.live.current() is not None
        work = partial(self._count, is_counted=is_counted)
        self.run_worker(work, thread=True, exclusive=True, group=_COUNTING)

    def _count(self, *, is_counted: bool) -> None:
        """Coverage first, since it stops when it is told to; then the inbox."""
        worker = get_current_worker()
        if not is_counted:
            if self.desk.live.count(lambda counted: not worker.is_cancelled) is None:
                return
            self.app.call_from_thread(self._show_board)
        if worker.is_cancelled:
            return
        waiting = sum(1 for one in open_questions(self.desk.repository) if one.count)
        if not worker.is_cancelled:
            self.app.call_from_thread(self._show_waiting, waiting)

    def _show_waiting(self, waiting: int) -> None:
        self._is_known = True
        if waiting != self._waiting:
            self._waiting = waiting
            self._say_waiting()

    def _say_waiting(self) -> None:
        count = self.number(self._waiting)
        self.say(self.desk.text("tui.home.conflicts", count=count) if self._waiting else "")

    def _show_board(self) -> None:
        self._coverage = self.desk.last_coverage
        progress = [self._progress(name) for name in self.desk.programme.home.metrics]
        self.query_one(HomeBoard).show(progress, self._blocks())

    def _progress(self, name: str) -> Progress:
        label = self.desk.label(self.desk.programme.metrics[name].label)
        if self._coverage is None:
            return Progress(label, "", "", 0)
        share = self._coverage.share(EVERYWHERE, name)
        percent = share.percent
        return Progress(
            label,
            f"{self.number(share.have)}/{self.number(share.of)}",
            "" if percent is None else f"{self.number(percent)} %",
            (percent or 0) / 100,
        )

    def _blocks(self) -> list[list[Place]]:
        programme = self.desk.programme
        blocks = []
        for group, label in programme.home.groups.items():
            screens = [screen for screen in programme.screens.values() if screen.group == group]
            places = [
                Place(
                    self.desk.label(screen.label),
                    screen.key,
                    self.number(self.desk.repository.count(screen.record)),
                )
                for screen in screens
            ]
            if places:
                blocks.append([Place(self.desk.label(label)), *places])
        return blocks

    def on_home_board_chosen(self, event: HomeBoard.Chosen) -> None:
        """Go to the list with this key."""
        from nq77tui.tui.views.record_list import ListView

        signoff = self.desk.programme.signoff
        for screen in self.desk.programme.screens.values():
            if screen.key != event.place_key:
                continue
            if signoff is not None and screen.record == signoff.record:
                from nq77tui.tui.views.signing.areas import SignOffView

                self.app.push_screen(SignOffView(self.desk, signoff))
            else:
                self.app.push_screen(ListView(self.desk, screen.record))

    def action_merge(self) -> None:
        """Take in what another machine brought."""
        from nq77tui.tui.views.sticks.merge import MergeView

        self.app.push_screen(MergeView(self.desk, self._merged_from), self._keep_folder)

    def _keep_folder(self, folder: Path | None) -> None:
        self._merged_from = folder

    def action_stick(self) -> None:
        """Send to a stick and receive from one."""
        from nq77tui.tui.views.sticks.stick import StickView

        self.app.push_screen(StickView(self.desk))

    def action_boards(self) -> None:
        """Go to the boards."""
        from nq77tui.tui.views.boards.menu import BoardsView

        self.app.push_screen(BoardsView(self.desk))

    def action_conflicts(self) -> None:
        """Decide what merges could not."""
        from nq77tui.tui.views.inbox import InboxView

        self.app.push_screen(InboxView(self.desk))

    def action_coverage(self) -> None:
        """Go to the coverage of every area."""
        from nq77tui.tui.views.coverage.table import CoverageView

        self.app.push_screen(CoverageView(self.desk))

    def action_assign(self) -> None:
        """Go to assigning."""
        from nq77tui.tui.charges import Charges
        from nq77tui.tui.views.assigning.areas import AssignView

        assigning = self.desk.programme.assigning
        if assigning is None:
            self.say(self.desk.text("tui.coverage.no_assigning"))
        else:
            self.app.push_screen(AssignView(Charges(self.desk, assigning)))

    def action_verify(self) -> None:
        """Go to what is keyed a second time."""
        from nq77tui.tui.views.verifying.verify import VerifyView

        self.app.push_screen(VerifyView(self.desk))

    def action_operators(self) -> None:
        """Go to the figures of operators."""
        from nq77tui.tui.views.verifying.operators import OperatorsView

        self.app.push_screen(OperatorsView(self.desk))

    def action_rights(self) -> None:
        """Say who may see and change what."""
        from nq77tui.tui.views.rights import RightsView

        with self.refusals():
            self.desk.repository.rights.refuse_unless_whole("rights")
            self.app.push_screen(RightsView(self.desk))

    def action_drafts(self) -> None:
        """Go to the forms that were not finished."""
        from nq77tui.tui.views.entry.drafts import DraftsView

        self.app.push_screen(DraftsView(self.desk))

    def action_undo(self) -> None:
        """Take my last save back after asking."""
        from nq77tui.tui.views.undoing import ask_undo

        ask_undo(self)

    def action_back(self) -> None:
        """Leave the program after asking."""
        from nq77tui.tui.views.dialog.confirm import Confirm

        self.app.push_screen(Confirm(self.desk, self.desk.text("tui.home.leave")), self._leave)

    def _leave(self, is_sure: bool | None) -> None:
        if is_sure:
            self.app.exit(0)
