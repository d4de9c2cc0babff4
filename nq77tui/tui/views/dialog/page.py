"""A text to be read, and to be saved as a file where it is one to be printed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult

from nq77tui.tui.actions import PAGE, Action, bindings
from nq77tui.tui.desk import Desk
from nq77tui.tui.views.base import BaseView
from nq77tui.tui.widgets.report import Maker, Report


class PageView(BaseView[None]):
    """Lines under a title."""

    ACTIONS: ClassVar[Sequence[Action]] = PAGE[1:]
    BINDINGS = bindings(ACTIONS)

    def __init__(self, desk: Desk, title: str, make: Maker) -> None:
        super().__init__(desk)
        self._title = title
        self._make = make

    def body(self) -> ComposeResult:
        """The lines."""
        yield Report()

    def relabel(self) -> None:
        """Show everything in the language of the moment."""
        super().relabel()
        self.query_one(Report).show(self._make)

    def show_title(self) -> None:
        """The title."""
        self.set_title(self._title)


class PrintedView(PageView):
    """A page that may be saved."""

    ACTIONS = PAGE
    BINDINGS = bindings(ACTIONS)

    def __init__(
        self, desk: Desk, title: str, make: Maker, save: Callable[[BaseView[None]], None]
    ) -> None:
        super().__init__(desk, title, make)
        self._save = save

    def action_save(self) -> None:
        """Save it as a file."""
        self._save(self)
