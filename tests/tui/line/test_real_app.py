"""The app itself, over a small store, in a real pseudo-terminal."""

from __future__ import annotations

import re
import signal
import sys
import time
from pathlib import Path

import pytest

PATIENCE = 120


@pytest.fixture
def app(in_terminal, repository, tmp_path):
    """Starts the app with a new form; the store has four households."""
    repository.close()
    programme = Path(__file__).parents[1] / "programme"

    def start(*arguments, **environment):
        where = ["--programme", str(programme), "--store", str(tmp_path / "store")]
        arguments = arguments or ("new", "household")
        command = [sys.executable, "-m", "nq77tui", *where, "--operator", "Minh", *arguments]
        terminal = in_terminal(command, XDG_STATE_HOME=str(tmp_path / "state"), **environment)
        terminal.wait_for("F2")
        return terminal

    return start


def go_to(terminal, label):
    """Tab to a field by its label."""
    for _ in range(20):
        if re.search(rf"^>.{label}", terminal.emulator.text, re.MULTILINE):
            return
        terminal.press("\t")
        terminal.settle()
    pytest.fail(terminal.emulator.text)


def settled(terminal):
    """The screen, which a redraw does not change."""
    terminal.settle()
    before = terminal.emulator.rows, terminal.emulator.cursor
    terminal.emulator.spoil()
    terminal.press("\x0c")
    terminal.settle()
    is_as_before = (terminal.emulator.rows, terminal.emulator.cursor) == before
    assert is_as_before, terminal.emulator.text
    return terminal.emulator.text


KEYS = ["k", "\x1b[B", "\r", "Đ", "o", "\x1b[D", "\x7f", "\t", "7", "\x1b[Z", "\x1bOP", "\x1b"]


@pytest.mark.parametrize(
    ("kind", "count"),
    [("xterm-256color", 12), ("vt100", 12), ("linux", 4), ("vt220", 4), ("screen", 4), ("dumb", 4)],
)
def test_the_screen_is_right_after_every_key(app, kind, count):
    terminal = app(TERM=kind)
    for key in KEYS[:count]:
        terminal.press(key)
        settled(terminal)


@pytest.mark.parametrize("key", ["\x1bOP", "\x1b[11~", "\x1b[[A"])
def test_help_from_any_terminal_s_first_function_key(app, key):
    terminal = app()
    assert "Trợ giúp:" not in terminal.emulator.text
    terminal.press(key)
    terminal.wait_for("Trợ giúp:")
    terminal.press("\x1b")
    terminal.wait_for(lambda: "Trợ giúp:" not in terminal.emulator.text)


def test_a_form_keyed_in_is_saved(app, open_as):
    terminal = app()
    go_to(terminal, "Chủ hộ")
    terminal.press("Triệu Văn Quỳnh")
    terminal.press("\t5\x1b[12~")
    terminal.wait_for("cần xem")
    terminal.press("\x1b[12~")
    terminal.wait_for("Hộ gia đình")
    terminal.process.terminate()
    terminal.wait_for_end()
    rows = open_as("Bình").rows("household")
    assert [row.values["persons"] for row in rows if row.values["head"] == "Triệu Văn Quỳnh"] == [5]


def test_a_letter_is_one_byte_and_idling_none(app):
    terminal = app()
    go_to(terminal, "Chủ hộ")
    terminal.press("a")
    terminal.settle()
    terminal.press("b")
    assert terminal.settle() == b"b"
    assert terminal.read(quiet=2.5) == b""


def test_a_line_that_takes_nothing_is_not_waited_for_nor_flooded(app):
    terminal = app()
    before = settled(terminal)
    whole = len(terminal.sent)
    presses = 400
    for _ in range(presses):
        terminal.press("\x0c")
        until = time.monotonic() + PATIENCE
        while terminal.unread:  # each is taken by itself, though nothing takes what is sent
            assert time.monotonic() < until
    terminal.press("\x1bOP")
    terminal.wait_for("Trợ giúp:")
    assert len(terminal.sent) - whole < presses * 500
    terminal.press("\x1b")
    assert settled(terminal) == before


def test_a_window_that_is_left_and_entered_stays_silent(app):
    terminal = app()
    terminal.press("\x1b[O\x1b[I")
    assert terminal.settle() == b""


def test_the_window_is_pulled_small_and_large_again(app):
    terminal = app()
    before = settled(terminal)
    for width, height in ((60, 15), (132, 43), (80, 24)):
        terminal.resize(width, height)
        settled(terminal)
    assert settled(terminal) == before


def test_it_is_stopped_and_goes_on(app):
    terminal = app()
    before = settled(terminal)
    terminal.process.send_signal(signal.SIGTSTP)
    terminal.wait_for(lambda: terminal.is_stopped)
    assert terminal.is_as_before
    terminal.emulator.spoil()
    terminal.process.send_signal(signal.SIGCONT)
    terminal.wait_for(lambda: terminal.is_raw and "wall" not in terminal.emulator.text)
    assert settled(terminal) == before
    terminal.press("\x1bOP")
    terminal.wait_for("Trợ giúp:")


def test_it_is_stopped_by_force_and_goes_on(app):
    terminal = app()
    before = settled(terminal)
    terminal.process.send_signal(signal.SIGSTOP)
    terminal.wait_for(lambda: terminal.is_stopped)
    terminal.emulator.spoil()
    terminal.process.send_signal(signal.SIGCONT)
    terminal.wait_for(lambda: "wall" not in terminal.emulator.text)
    assert settled(terminal) == before


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_it_is_told_to_go(app, open_as, number):
    terminal = app()
    terminal.process.send_signal(number)
    assert terminal.wait_for_end() == 128 + number
    assert terminal.is_as_before
    assert terminal.sent.endswith(b"\x1b[?1049l")
    open_as("Bình")


def test_the_line_is_cut(app, open_as):
    terminal = app()
    terminal.press("ab")
    terminal.hang_up()
    assert terminal.process.wait(PATIENCE) == 128 + signal.SIGHUP
    open_as("Bình")


def test_the_stops_for_tabs_are_put_back(app):
    terminal = app()
    usual = set(range(8, 80, 8))
    assert terminal.emulator.screen.tabstops == usual
    terminal.press("\x1b")
    terminal.wait_for("Địa bàn")
    terminal.press("h")
    terminal.wait_for("Nông Văn An")
    assert terminal.emulator.screen.tabstops != usual
    terminal.process.terminate()
    terminal.process.wait()
    terminal.read()
    assert terminal.emulator.screen.tabstops == usual


def test_colours_are_left_out_where_they_are_not_wanted(app):
    terminal = app(NO_COLOR="1")
    assert not re.search(rb"\x1b\[[0-9;]*[39][0-7]m", terminal.sent)
    assert re.search(rb"\x1b\[[0-9;]*7m", terminal.sent)


def test_a_vt100_is_sent_nothing_that_it_does_not_know(app):
    terminal = app(TERM="vt100")
    for key in KEYS:
        terminal.press(key)
        terminal.settle()
    unknown = rb"\x1b\[[0-9;]*[GdXSTLMP@]|\x1b\[\?(25|1049|2004|100\d)|\x1b\[(2[2-9]|39|49)m"
    assert not re.search(unknown, terminal.sent)


def test_textual_s_own_driver_is_there_when_it_is_asked_for(app):
    terminal = app(NQ77_DRIVER="textual")
    assert b"\x1b[?1004h" in terminal.sent
