"""The app: takes its parts, opens the first view, looks every second for colleagues' work."""

from __future__ import annotations

import gc
import os

from rich.console import RenderableType
from rich.text import Text
from textual.driver import Driver

from nq77tui.core.problem import RefusedError
from nq77tui.tui.actions import APP, bindings
from nq77tui.tui.desk import Desk
from nq77tui.tui.drafting import own
from nq77tui.tui.line import LineDriver
from nq77tui.tui.theme import STYLE_SHEET, TERMINAL_CURSOR, THEME
from nq77tui.tui.type_ahead import TypeAheadApp
from nq77tui.tui.views.base import BaseView

_LOOK_EVERY = 1.0
_COLLECT_EVERY = 20_000
"""Objects made between two looks for garbage: a district's list makes 40,000 that stay."""
_ROOM_EVERY = 30
"""Looks between two at the room on the disk."""
_DRIVER = "NQ77_DRIVER"
"""Set to ``textual``, it brings back Textual's own driver."""


class Nq77App(TypeAheadApp[int], inherit_bindings=False):
    """Keyboard only, no animation, no palette, the terminal's own colours.

    Views are imported when they are opened: the first one stands sooner.
    """

    CSS = STYLE_SHEET
    BINDINGS = bindings(APP)
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, desk: Desk, *, start: str | None = None) -> None:
        super().__init__(driver_class=_driver_class())
        self.desk = desk
        self._start = start
        self._looks = 0
        self.animation_level = "none"
        self.theme = THEME

    def on_mount(self) -> None:
        """Open the first view."""
        self.set_class(self.has_terminal_cursor, TERMINAL_CURSOR)
        if self._start is None:
            self._go_home()
        else:
            from nq77tui.tui.views.entry.form import FormView

            self.push_screen(FormView(self.desk, self._start), self._go_home)
        if own(self.desk):
            from nq77tui.tui.views.entry.drafts import DraftsView

            self.push_screen(DraftsView(self.desk))
        self.call_after_refresh(_collect_garbage_again)
        self.set_interval(_LOOK_EVERY, self._look)

    def _go_home(self, _: object = None) -> None:
        from nq77tui.tui.views.home import HomeView

        self.push_screen(HomeView(self.desk))

    def exit(
        self,
        result: int | None = None,
        return_code: int = 0,
        message: RenderableType | None = None,
    ) -> None:
        """Leave; what is being filled in when a signal asks for the end is kept as a draft."""
        for view in reversed(self.screen_stack):  # what is in front hands on what it holds
            if isinstance(view, BaseView):
                view.keep_typed()
        super().exit(result, return_code, message)

    @property
    def has_terminal_cursor(self) -> bool:
        """Whether the terminal's own cursor shows where one types."""
        return isinstance(self._driver, LineDriver)

    def _look(self) -> None:
        """Show what colleagues have saved, and what the store has to tell.

        One stat call where that is nothing; the room on the disk is looked at more seldom.
        """
        view = self.screen
        if self.desk.is_busy:
            return  # a work behind the keys has the store; to look would be to wait for it
        self._looks += 1
        if self._looks % _ROOM_EVERY == 1:
            self.desk.repository.look_at_room()
        try:
            has_news = self.desk.repository.refresh()
        except RefusedError as error:
            if isinstance(view, BaseView):
                view.refuse(error)
            has_news = False
        if has_news and isinstance(view, BaseView):
            view.look_again()
        if self.desk.notices.fresh() and isinstance(view, BaseView):
            view.show_title()
            view.tell_notices()

    # Ending by a fault of the program

    def panic(self, *renderables: RenderableType) -> None:
        """End with a sentence, whatever Textual would print."""
        self._fatal_error()

    def _fatal_error(self) -> None:
        from nq77tui.tui.crash import keep_fault

        file = (
            keep_fault(self._exception, self.desk.repository.local_time())
            if (self._exception)
            else None
        )
        sentence = self.desk.text("tui.fault", file=str(file or "-"))
        self._exit_renderables[:] = [Text(sentence)]
        self._close_messages_no_wait()

    def action_notices(self) -> None:
        """Read what the store had to tell; from there it is opened again after a failed disk."""
        from nq77tui.tui.views.notices import NoticesView

        if isinstance(self.screen, BaseView) and not isinstance(self.screen, NoticesView):
            self.push_screen(NoticesView(self.desk))

    def action_help(self) -> None:
        """Say what the keys do in this view."""
        if isinstance(self.screen, BaseView):
            from nq77tui.tui.views.help import HelpView

            self.push_screen(HelpView(self.desk, self.screen.help_actions()))

    def action_language(self) -> None:
        """Go over to the other language."""
        self.desk.switch_language()
        for view in self.screen_stack:
            if isinstance(view, BaseView):
                view.relabel()

    def action_redraw(self) -> None:
        """Paint the whole screen again, whatever something else has written over it."""
        if isinstance(self._driver, LineDriver):
            self._driver.redraw()
        else:
            self.refresh(layout=True)


def _collect_garbage_again() -> None:
    """What was made until now stays, so that no later collection need walk it."""
    gc.freeze()
    gc.set_threshold(_COLLECT_EVERY)
    gc.enable()


def _driver_class() -> type[Driver] | None:
    return None if os.environ.get(_DRIVER) == "textual" else LineDriver
