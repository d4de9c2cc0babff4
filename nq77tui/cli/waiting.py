"""What somebody sees and may do while a command works: one line on how far it is, and Ctrl+C."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
from time import monotonic
from types import FrameType, TracebackType
from typing import Self

from nq77tui.programme import Catalogue
from nq77tui.store.progress import StoppedError

_FIRST = 0.5
"""Seconds before anything is shown: what is quicker needs no word."""
_EVERY = 0.2
_ECHO = 2
"""Columns of the ``^C`` that the terminal writes behind the line."""


class Waiting:
    """A stretch of work that tells how far it is and stops at a safe place.

    The line stands on stderr, is written over and is gone at the end; it is written only where
    stderr is a terminal. It needs nothing of the terminal but a carriage return.

    The first Ctrl+C is a wish, which the work is told at its next word on how far it is: so it
    always ends before it writes or after. The second one ends at once, as anywhere else.
    """

    def __init__(self, words: Catalogue, *, is_shown: bool = True) -> None:
        self._words = words
        self._is_shown = is_shown and sys.stderr.isatty()
        self._next = monotonic() + _FIRST
        self._shown, self._width = "", 0
        self._is_asked = False
        self._before: signal._HANDLER = None

    def __enter__(self) -> Self:
        is_main = threading.current_thread() is threading.main_thread()
        # A shell lets what it starts behind it (`nq77 … &`) ignore Ctrl+C: so it stays.
        if is_main and signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            self._before = signal.signal(signal.SIGINT, self._ask)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
        self._erase()
        if self._is_asked and kind is None:
            print(self._words.text("progress.too_late"), file=sys.stderr)

    def __call__(self, part: str, done: int, of: int) -> None:
        """Told how far it is: a `Watch`.

        Raises:
            StoppedError: Ctrl+C was pressed.
        """
        self.stop_if_asked()
        now = monotonic()
        if self._is_shown and now >= self._next:
            self._next = now + _EVERY
            percent = 100 * min(done, of) // max(of, 1)
            part = self._words.text(f"progress.part.{part}")
            self._show(self._words.text("progress.line", part=part, percent=percent))

    def stop_if_asked(self) -> None:
        """Stop here if somebody wants it."""
        if self._is_asked:
            raise StoppedError

    def _ask(self, number: int, frame: FrameType | None) -> None:
        if self._is_asked:
            raise KeyboardInterrupt
        self._is_asked = True
        if self._is_shown:
            self._show(self._words.text("progress.stopping"))

    def _show(self, line: str) -> None:
        line = line[: shutil.get_terminal_size().columns - 1 - _ECHO]
        if line != self._shown:
            self._put("\r" + line.ljust(self._width))
            self._shown, self._width = line, max(self._width, len(line) + _ECHO)

    def _erase(self) -> None:
        if self._shown:
            self._put("\r" + " " * self._width + "\r")
            self._shown, self._width = "", 0

    @staticmethod
    def _put(text: str) -> None:
        # Past the stream, which a signal may find in the middle of another write.
        sys.stderr.flush()
        os.write(sys.stderr.fileno(), text.encode(sys.stderr.encoding, "replace"))
