"""Bytes to the terminal, without ever waiting for a slow line."""

from __future__ import annotations

import asyncio
import os
import select
import time
from collections.abc import Callable


class Output:
    """Writes what the line takes at once, and the rest when it can.

    Whoever has more to send asks `is_free` first: what would have been out of date before it
    arrived is then never sent.
    """

    def __init__(self, fileno: int, on_free: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._on_free = on_free
        self._rest = b""
        self._is_dead = False
        # Not to block is a property of the open file, which the shell shares: hence one of one's
        # own. Where that is not allowed (after su, say), a slow line is waited for.
        try:
            flags = os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC
            self._fileno, self._is_own = os.open(os.ttyname(fileno), flags), True
        except OSError:
            self._fileno, self._is_own = fileno, False

    @property
    def is_free(self) -> bool:
        """Whether everything was taken."""
        return not self._rest

    def send(self, text: str) -> None:
        """Write; what the line does not take now is kept."""
        if self._is_dead:
            return
        was_free = self.is_free
        self._rest += text.encode("utf-8", "replace")
        if was_free:
            self._write()
            if not self.is_free:
                self._loop.add_writer(self._fileno, self._go_on)

    def close(self, patience: float = 0.5) -> None:
        """Write what is left, unless the line does not take it; then let go of the terminal."""
        self._loop.remove_writer(self._fileno)
        end = time.monotonic() + patience
        while not self.is_free and (left := end - time.monotonic()) > 0:
            select.select([], [self._fileno], [], left)
            self._write()
        self._is_dead, self._rest = True, b""
        if self._is_own:
            os.close(self._fileno)

    def _go_on(self) -> None:
        self._write()
        if self.is_free:
            self._loop.remove_writer(self._fileno)
            self._on_free()

    def _write(self) -> None:
        try:
            while self._rest:
                self._rest = self._rest[os.write(self._fileno, self._rest) :]
        except BlockingIOError:
            return
        except OSError:
            # The terminal is gone; reading from it says so as well, and ends the app.
            self._is_dead, self._rest = True, b""
