"""The driver: give it to any Textual app as ``App(driver_class=LineDriver)``.

A widget in focus that has `cursor_screen_offset` (as Textual's `Input` and `TextArea` do) gets
the terminal's own cursor; otherwise it is hidden.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any, TextIO

from textual import events
from textual.app import App, ScreenStackError
from textual.driver import Driver
from textual.geometry import Size
from textual.message import Message

from nq77tui.tui.line.display import Cell, Display
from nq77tui.tui.line.keys import Keys
from nq77tui.tui.line.mode import RawMode
from nq77tui.tui.line.output import Output
from nq77tui.tui.line.terminal import entering, is_remote, leaving, terminal_of

_ESCAPE_DELAY = 0.03
_CHUNK = 4096
_ENDED_BY = 128
"""What a shell adds to the signal's number in the exit status."""


class LineDriver(Driver):
    """Sends the terminal only what differs from what it shows, and waits without waking up."""

    def __init__(
        self,
        app: App[Any],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._thread = threading.get_ident()
        self._input = _fileno(sys.__stdin__, 0)
        self._output_fileno = _output_fileno()
        self._terminal = terminal_of(os.environ)
        self._has_mouse = mouse and not is_remote(os.environ)
        self._escape_delay = _delay(os.environ.get("ESCDELAY", ""))
        self._mode = RawMode(self._input)
        self._keys = Keys()
        self._undecided: asyncio.TimerHandle | None = None
        self._display: Display | None = None
        self._output: Output | None = None
        self._start = ""
        self._cursor: Cell | None = None
        self._written: list[str] = []
        self._is_due = False
        self._is_reading = False
        self._has_hung_up = False

    @property
    def can_suspend(self) -> bool:
        """It can."""
        return True

    def redraw(self) -> None:
        """Send the whole screen, whatever something else has written over it."""
        if self._display is not None and self._output is not None:
            self._start = entering(self._terminal, has_mouse=self._has_mouse)
            self._display.forget()
            self._send_soon()

    # What Textual calls

    def write(self, data: str) -> None:
        """Take note of what is to be shown; it is sent when the loop comes round."""
        self._written.append(data)
        self._send_soon()

    def flush(self) -> None:
        """A frame is complete: this is where the cursor belongs."""
        self._cursor = self._place_of_cursor()
        self._send_soon()

    def start_application_mode(self) -> None:
        """Take the terminal over."""
        self._mode.enter()
        self._output = Output(self._output_fileno, self._send_soon)
        width, height = self._measured()
        if self._display is None:
            self._size = width, height
            self._display = Display(self._terminal, width, height)
        else:
            self._display.forget()
        self._start = entering(self._terminal, has_mouse=self._has_mouse)
        self._listen()
        self._resized()
        self._send_soon()

    def disable_input(self) -> None:
        """Read no more."""
        if self._is_reading:
            self._is_reading = False
            self._loop.remove_reader(self._input)
        self._settle_escape()

    def stop_application_mode(self) -> None:
        """Give the terminal back as it was."""
        self.disable_input()
        if self._output is None or self._display is None:
            return
        self._send()
        width = self._display.reader.frame.width if self._display.has_set_stops else 0
        self._display.has_set_stops = False
        self._output.send(leaving(self._terminal, has_mouse=self._has_mouse, stops_up_to=width))
        self._output.close()
        self._output = None
        self._mode.leave()

    def close(self) -> None:
        """Leave the signals to others again."""
        if threading.current_thread() is not threading.main_thread():
            return
        for number in self._signals():
            self._loop.remove_signal_handler(number)
        if self._has_hung_up:
            # The shell tells it once more, while the store is being closed.
            signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def suspend_application_mode(self) -> None:
        """Give the terminal to something else for a while."""
        self.stop_application_mode()

    def send_message(self, message: Message) -> None:
        """Hand the app a message; its queue is filled in this thread."""
        if threading.get_ident() == self._thread:
            self._app.post_message(message)
        else:
            super().send_message(message)

    # Output

    def _send_soon(self) -> None:
        if self._is_due:
            return
        self._is_due = True
        if threading.get_ident() == self._thread:
            self._loop.call_soon(self._guarded, self._send)
        else:
            self._loop.call_soon_threadsafe(self._guarded, self._send)

    def _send(self) -> None:
        self._is_due = False
        if self._display is None or self._output is None or not self._output.is_free:
            return
        written, self._written = self._written, []
        extras = self._display.read("".join(written))
        sent = extras + self._display.difference(self._cursor)
        if sent:
            # The terminal is taken over together with the first frame: one packet.
            self._output.send(self._start + sent)
            self._start = ""

    def _place_of_cursor(self) -> Cell | None:
        try:
            focused = self._app.focused
        except ScreenStackError:
            return None
        offset = getattr(focused, "cursor_screen_offset", None)
        if offset is None or self._display is None:
            return None
        # Textual's Input (8.2.8) says one cell too many behind its last letter.
        beyond = 1 if getattr(focused, "cursor_at_end", False) is True else 0
        return self._display.inside(offset[0] - beyond, offset[1])

    # Input

    def _listen(self) -> None:
        try:
            self._loop.add_reader(self._input, self._guarded, self._read)
        except PermissionError:
            # A plain file cannot be waited for, and need not be.
            self._loop.call_soon(self._guarded, self._read)
        else:
            self._is_reading = True
        if threading.current_thread() is threading.main_thread():
            for number, handle in self._signals().items():
                self._loop.add_signal_handler(number, self._guarded, handle)

    def _read(self) -> None:
        try:
            data = os.read(self._input, _CHUNK)
        except OSError:
            data = b""
        if not data:
            self._hang_up(signal.SIGHUP)
            return
        self._settle_escape()
        for message in self._keys.feed(data):
            self.process_message(message)
        if self._keys.is_undecided:
            self._undecided = self._loop.call_later(
                self._escape_delay, self._guarded, self._decide_escape
            )

    def _decide_escape(self) -> None:
        self._undecided = None
        for message in self._keys.decide():
            self.process_message(message)

    def _settle_escape(self) -> None:
        if self._undecided is not None:
            self._undecided.cancel()
            self._undecided = None

    # Signals

    def _signals(self) -> dict[int, Callable[[], None]]:
        return {
            signal.SIGWINCH: self._resized,
            signal.SIGTSTP: self._stop,
            signal.SIGCONT: self._go_on,
            signal.SIGHUP: lambda: self._hang_up(signal.SIGHUP),
            signal.SIGTERM: lambda: self._hang_up(signal.SIGTERM),
        }

    def _resized(self) -> None:
        if self._display is None:
            return
        width, height = self._measured()
        frame = self._display.reader.frame
        if (width, height) != (frame.width, frame.height):
            self._display.resize(width, height)
            self.send_message(events.Resize(Size(width, height), Size(width, height)))

    def _stop(self) -> None:
        if self._auto_restart:
            self.suspend_application_mode()
        os.kill(os.getpid(), signal.SIGSTOP)

    def _go_on(self) -> None:
        if not self._auto_restart:
            return
        was_suspended = self._output is None
        if self._output is not None:
            # Stopped by force: the shell has the terminal as it likes it.
            self.disable_input()
            self._output.close(patience=0)
            self._output = None
        self.start_application_mode()
        if was_suspended:
            self.send_message(self.SignalResume())

    def _hang_up(self, number: signal.Signals) -> None:
        """Nobody is at the terminal any more, or the machine goes down: end in good order."""
        self.disable_input()
        self._has_hung_up = self._has_hung_up or number == signal.SIGHUP
        self._app.exit(return_code=_ENDED_BY + number)

    # Helpers

    def _measured(self) -> tuple[int, int]:
        for fileno in (self._output_fileno, self._input):
            try:
                width, height = os.get_terminal_size(fileno)
            except OSError:
                continue
            if width > 0 and height > 0:
                return width, height
        return 80, 24

    def _guarded(self, call: Callable[[], None]) -> None:
        try:
            call()
        except Exception:  # noqa: BLE001 - whatever it is, the app shows it and gives the terminal back
            from rich.traceback import Traceback  # costs 20 ms, for nothing nearly always

            self._app.call_later(self._app.panic, Traceback())


def _fileno(file: TextIO | None, otherwise: int) -> int:
    try:
        return file.fileno() if file is not None else otherwise
    except (OSError, ValueError):
        return otherwise


def _output_fileno() -> int:
    """Where the terminal is: Textual's stderr, unless somebody keeps that in a file."""
    errors, output = _fileno(sys.__stderr__, 2), _fileno(sys.__stdout__, 1)
    return output if os.isatty(output) and not os.isatty(errors) else errors


def _delay(milliseconds: str) -> float:
    """``ESCDELAY``, as ncurses has it."""
    return int(milliseconds) / 1000 if milliseconds.isdecimal() else _ESCAPE_DELAY
