"""The terminal's line discipline: every key at once, every byte as it is."""

from __future__ import annotations

import termios
from contextlib import suppress
from typing import Any

_INPUT_FLAG, _OUTPUT_FLAG, _LOCAL_FLAG, _CHARACTERS = 0, 1, 3, 6


class RawMode:
    """Entered and left as often as one likes."""

    def __init__(self, fileno: int) -> None:
        self._fileno = fileno
        self._before: list[Any] | None = None

    def enter(self) -> None:
        """No echo, no lines, no signals from keys, no translation either way."""
        try:
            mode = termios.tcgetattr(self._fileno)
            if self._before is None:
                self._before = termios.tcgetattr(self._fileno)
            mode[_INPUT_FLAG] &= ~(
                termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR
            )
            # A line feed has to stay one: the cursor moves down by it.
            mode[_OUTPUT_FLAG] &= ~termios.OPOST
            mode[_LOCAL_FLAG] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN | termios.ISIG)
            mode[_CHARACTERS][termios.VMIN] = 1
            mode[_CHARACTERS][termios.VTIME] = 0
            termios.tcsetattr(self._fileno, termios.TCSANOW, mode)
        except termios.error:
            self._before = None

    def leave(self) -> None:
        """As it was found."""
        if self._before is not None:
            # Where the terminal is gone, its mode is gone with it.
            with suppress(termios.error):
                termios.tcsetattr(self._fileno, termios.TCSANOW, self._before)
            self._before = None
