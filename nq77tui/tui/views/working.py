"""A view with long work behind the keys, which says how far it is and stops at Escape."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Event
from time import monotonic
from typing import TypeVar

from textual.message import Message

from nq77tui.core.problem import RefusedError
from nq77tui.store.progress import StoppedError, Watch
from nq77tui.tui.desk import Desk
from nq77tui.tui.theme import PLAIN, WARNING
from nq77tui.tui.views.base import BaseView, Result

Got = TypeVar("Got")

_EVERY = 0.3
"""Seconds between two words on how far it is; each costs a line on a slow connection."""


class WorkingView(BaseView[Result]):
    """One work at a time, in a thread of its own that touches no widget."""

    class Went(Message):
        """So much of a part of the work is done."""

        def __init__(self, part: str, percent: int) -> None:
            super().__init__()
            self.part = part
            self.percent = percent

    class Ended(Message):
        """The work is over: `tell` says how, in the thread of the keys."""

        def __init__(self, tell: Callable[[], None]) -> None:
            super().__init__()
            self.tell = tell

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._stop: Event | None = None

    @property
    def is_working(self) -> bool:
        """Whether a work is going on."""
        return self._stop is not None

    def work(self, do: Callable[[Watch], Got], done: Callable[[Got], None]) -> None:
        """Begin a work when the screen has said what is being done.

        Args:
            do: the work; runs in another thread, and is to call what it is handed often.
            done: takes what it gave; runs in this thread.
        """
        stop = self._stop = Event()
        self.desk.is_busy = True

        def in_thread() -> None:
            try:
                got = do(self._watch(stop))
            except StoppedError:
                tell: Callable[[], None] = self.work_stopped
            except RefusedError as error:
                tell = partial(self.work_refused, error)
            except BaseException:
                self.desk.is_busy = False
                raise
            else:
                tell = partial(done, got)
            self.desk.is_busy = False
            self.post_message(self.Ended(tell))

        def begin() -> None:
            self.run_worker(in_thread, thread=True, group="work")

        self.call_after_refresh(begin)

    def _watch(self, stop: Event) -> Watch:
        last = monotonic()

        def watch(part: str, done: int, of: int) -> None:
            nonlocal last
            if stop.is_set():
                raise StoppedError
            if monotonic() - last > _EVERY:
                last = monotonic()
                self.post_message(self.Went(part, 100 * done // max(of, 1)))

        return watch

    def stop_work(self) -> bool:
        """Ask the work to stop; answers whether there is one."""
        if self._stop is None:
            return False
        self._stop.set()
        self.say(self.desk.text("stick.stopping"), WARNING)
        return True

    def keep_typed(self) -> None:
        """Stop: the program is being ended, and nothing half done is to stay behind."""
        if self._stop is not None:
            self._stop.set()

    def work_stopped(self) -> None:
        """Say that nothing is left of it."""
        self.say(self.desk.text("stick.stopped"), WARNING)

    def work_refused(self, error: RefusedError) -> None:
        """Say why it could not be done."""
        self.refuse(error)

    def on_working_view_went(self, event: Went) -> None:
        """Say how far it is."""
        if self._stop is not None and not self._stop.is_set():
            part = self.desk.text(f"progress.part.{event.part}")
            self.say(self.desk.text("stick.going", part=part, percent=event.percent), PLAIN)

    def on_working_view_ended(self, event: Ended) -> None:
        """Go on."""
        self._stop = None
        event.tell()
