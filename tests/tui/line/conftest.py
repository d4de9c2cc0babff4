"""A terminal emulator that says what its screen looks like, and Textual's way of writing."""

from __future__ import annotations

import codecs
import contextlib
import fcntl
import functools
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
import unicodedata
from pathlib import Path

import pyte
import pytest

from nq77tui.tui.line import look
from nq77tui.tui.line.frame import BLANK

_NAMES = {
    "bold": look.BOLD,
    "italics": look.ITALIC,
    "underscore": look.UNDERLINE,
    "strikethrough": look.STRIKE,
    "reverse": look.REVERSE,
    "blink": look.BLINK,
}
_COLOURS = ["black", "red", "green", "brown", "blue", "magenta", "cyan", "white"]
_KNOWN = {"default": look.DEFAULT}
_KNOWN |= {name: at for at, name in enumerate(_COLOURS)}
_KNOWN |= {f"bright{name}": at + 8 for at, name in enumerate(_COLOURS)}
_KNOWN["brightyellow"] = _KNOWN["brightbrown"]
# Misspelt in pyte 0.8.2.
_KNOWN["bfightmagenta"] = _KNOWN["brightmagenta"]

PATIENCE = 120
"""Seconds until a test gives up; on a busy machine too, only what fails waits as long."""
NAP = 0.06
"""Seconds of sleep that are no wait between two steps of one work: what an Escape was is decided
after 0.03, and paint is due every 0.016. (Each second it looks for what colleagues have saved.)
"""

HAS_COUNTS = "ctxt_switches" in Path("/proc/self/status").read_text()
"""Whether this system tells how often a thread has been woken up; Linux does."""


class Emulator:
    """pyte, whose screen is compared row by row: its text, and how each cell looks."""

    def __init__(self, width, height):
        self.screen = pyte.Screen(width, height)
        self._stream = pyte.Stream(self.screen)

    def feed(self, data):
        self._stream.feed(data)

    def resize(self, width, height):
        self.screen.resize(height, width)

    def spoil(self):
        """Something else writes over the screen, and leaves its look and the cursor anywhere."""
        self._stream.feed("\x1b[31;1;7m\x1b[2;3Hwall\x1b[2;2H\x1b[3m")

    @property
    def cursor(self):
        return None if self.screen.cursor.hidden else (self.screen.cursor.x, self.screen.cursor.y)

    @property
    def rows(self):
        return [self._row(y) for y in self._ys]

    @property
    def text(self):
        return "\n".join(composed(c.data for c in self._cells(y)).rstrip() for y in self._ys)

    @property
    def _ys(self):
        return range(self.screen.lines)

    def _cells(self, y):
        line = self.screen.buffer[y]
        return [line[x] for x in range(self.screen.columns)]

    def _row(self, y):
        cells = self._cells(y)
        return composed(cell.data for cell in cells), [_look_of(cell) for cell in cells]


@functools.cache
def _look_of(cell):
    attributes = sum(bit for name, bit in _NAMES.items() if getattr(cell, name))
    found = look.Look(attributes, _colour_of(cell.fg), _colour_of(cell.bg))
    return look.on_blank(found) if cell.data == BLANK else found


def _colour_of(name):
    return _KNOWN[name] if name in _KNOWN else look.TRUE_COLOUR | int(name, 16)


def composed(texts):
    """Marks and letters as one, since pyte composes them."""
    return unicodedata.normalize("NFC", "".join(texts))


def _rows_of(frame):
    return [(composed(row.texts), row.looks) for row in frame.rows]


@pytest.fixture(scope="session")
def emulator():
    """Makes an emulator of a size."""
    return Emulator


@pytest.fixture(scope="session")
def rows_of():
    """A frame in the form in which an emulator tells its screen."""
    return _rows_of


class Terminal:
    """A program in a terminal of its own: a real pseudo-terminal, drawn by the emulator."""

    def __init__(self, command, environment, width=80, height=24):
        self.fileno, slave = pty.openpty()
        self.slave = slave
        self.mode_before = termios.tcgetattr(slave)
        self.width, self.height = width, height
        self.emulator = Emulator(width, height)
        self.sent = b""
        self._asleep = None
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._set_size(width, height)
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**os.environ, **environment},
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )

    def press(self, data):
        self._asleep = self._sleep()
        os.write(self.fileno, data if isinstance(data, bytes) else data.encode())

    def read(self, quiet=0.0):
        """What is sent until nothing is for a while."""
        sent = b""
        while select.select([self.fileno], [], [], quiet)[0]:
            try:
                data = os.read(self.fileno, 65536)
            except OSError:
                break
            if not data:
                break
            sent += data
            self.emulator.feed(self._decoder.decode(data))
        self.sent += sent
        return sent

    def settle(self):
        """Read until it has taken in what was pressed, done what there was to do, and sleeps.

        However slow the machine: a program that has something to do is not asleep, though it may
        wait for its turn.
        """
        sent, last, begun = b"", None, time.monotonic()
        since = begun
        while last is None or time.monotonic() < since + NAP:
            more, now = self.read(0.01), self._sleep()
            sent += more
            if more or now != last or (now == self._asleep and HAS_COUNTS):
                last, since = now, time.monotonic()
            if time.monotonic() > begun + PATIENCE:
                pytest.fail(f"never at rest:\n{self.emulator.text}")
        self._asleep = None
        return sent

    def wait_for(self, wanted):
        """Read until the screen shows a text, or something becomes true; and it is at rest."""
        end = time.monotonic() + PATIENCE
        is_so = wanted if callable(wanted) else lambda: wanted in self.emulator.text
        while not is_so():
            has_ended = self.process.poll() is not None
            if self.read(0.05) or is_so():
                continue
            if has_ended or time.monotonic() > end:
                pytest.fail(f"never: {wanted!r}\n{self.emulator.text}")
        self.settle()

    def wait_for_end(self):
        """Its exit status."""
        self.wait_for(lambda: self.process.poll() is not None)
        return self.process.returncode

    @property
    def unread(self):
        """How many bytes that were pressed it has not taken yet."""
        return struct.unpack("i", fcntl.ioctl(self.slave, termios.FIONREAD, bytes(4)))[0]

    def _sleep(self):
        """How often each thread has been woken up; None where one is up, or keys wait for it.

        What is pressed wakes it, though the system may take its time to pass it on.
        """
        if self.process.poll() is not None:
            return ()
        woken = []
        with contextlib.suppress(OSError):  # a thread that ends meanwhile
            for task in sorted(Path(f"/proc/{self.process.pid}/task").iterdir()):
                status = (task / "status").read_text()
                if self.unread or not re.search(r"^State:\s[ST]", status, re.MULTILINE):
                    return None
                woken.append((task.name, re.findall(r"ctxt_switches:\s(\d+)", status)))
        return woken

    def resize(self, width, height):
        self.emulator.resize(width, height)
        self._set_size(width, height)
        os.killpg(self.process.pid, signal.SIGWINCH)

    @property
    def is_raw(self):
        return not termios.tcgetattr(self.slave)[3] & termios.ICANON

    @property
    def is_as_before(self):
        return termios.tcgetattr(self.slave) == self.mode_before

    @property
    def is_stopped(self):
        stat = Path(f"/proc/{self.process.pid}/stat").read_text()
        return stat.rpartition(")")[2].split()[0] == "T"

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for fileno in (self.slave, self.fileno):
            with contextlib.suppress(OSError):
                os.close(fileno)

    def hang_up(self):
        """The line is cut: nothing holds the other end any more."""
        os.close(self.slave)
        os.close(self.fileno)

    def _set_size(self, width, height):
        size = struct.pack("HHHH", height, width, 0, 0)
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, size)


@pytest.fixture
def in_terminal():
    """Starts programs in terminals, until the test ends."""
    opened = []

    def start(command, width=80, height=24, **environment):
        environment = {"TERM": "xterm-256color", "PYTHONWARNINGS": "ignore", **environment}
        opened.append(Terminal(command, environment, width, height))
        return opened[-1]

    yield start
    for terminal in opened:
        terminal.close()
