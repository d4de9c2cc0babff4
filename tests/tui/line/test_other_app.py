"""The driver under an app that has nothing to do with this one."""

from __future__ import annotations

import sys

import pytest

APP = """
from textual.app import App
from textual.widgets import Input, Static
from nq77tui.tui.line import LineDriver

class Other(App):
    BINDINGS = [("f2", "fail"), ("f3", "suspend"), ("f4", "quit")]

    def compose(self):
        yield Input(compact=True, placeholder="name")
        yield Static("nothing yet")

    def on_mount(self):
        self.query_one(Input).cursor_blink = False

    def on_input_changed(self, event):
        self.query_one(Static).update(f"typed: {event.value}")

    def on_paste(self, event):
        self.query_one(Static).update(f"pasted: {event.text}")

    def action_fail(self):
        raise RuntimeError("no way")

    def action_suspend(self):
        with self.suspend():
            print("outside")

Other(driver_class=LineDriver).run(mouse=MOUSE)
"""


def command(mouse=False):
    return [sys.executable, "-c", APP.replace("MOUSE", str(mouse))]


def test_typing_shows_and_the_cursor_follows(in_terminal):
    terminal = in_terminal(command())
    terminal.wait_for("nothing yet")
    terminal.press("Chủ hộ")
    terminal.wait_for("typed: Chủ hộ")
    assert terminal.emulator.cursor == (6, 0)
    terminal.press("\x1b[D\x1b[D")
    terminal.wait_for(lambda: terminal.emulator.cursor == (4, 0))


def test_an_error_is_told_after_the_terminal_is_given_back(in_terminal):
    terminal = in_terminal(command())
    terminal.wait_for("nothing yet")
    assert terminal.is_raw
    terminal.press("\x1b[12~")
    terminal.wait_for("no way")
    terminal.wait_for_end()
    assert terminal.is_as_before
    assert terminal.sent.index(b"\x1b[?1049l") < terminal.sent.index(b"no way")
    assert b"\x1b[?25h" in terminal.sent


def test_it_ends_by_its_own_key_and_leaves_all_as_it_was(in_terminal):
    terminal = in_terminal(command())
    terminal.wait_for("nothing yet")
    terminal.press("\x1bOS")
    assert terminal.wait_for_end() == 0
    assert terminal.is_as_before
    modes = [b"\x1b[?1049", b"\x1b[?2004"]
    assert all(mode + b"h" in terminal.sent and mode + b"l" in terminal.sent for mode in modes)
    assert terminal.sent.endswith(b"\x1b[?1049l")


def test_something_else_may_have_the_terminal_for_a_while(in_terminal):
    terminal = in_terminal(command())
    terminal.wait_for("nothing yet")
    terminal.press("ab")
    terminal.wait_for("typed: ab")
    terminal.press("\x1bOR")
    terminal.wait_for(lambda: b"outside" in terminal.sent)
    terminal.wait_for("typed: ab")
    assert "outside" not in terminal.emulator.text
    terminal.press("c")
    terminal.wait_for("typed: abc")


def test_a_paste_is_a_paste(in_terminal):
    terminal = in_terminal(command())
    terminal.wait_for("nothing yet")
    terminal.press("\x1b[200~Nà Mò\x1b[201~")
    terminal.wait_for("Nà Mò")


@pytest.mark.parametrize(("mouse", "remote", "is_on"), [(1, 0, 1), (1, 1, 0), (0, 0, 0)])
def test_the_mouse_is_on_only_where_it_is_wanted_and_near(in_terminal, mouse, remote, is_on):
    environment = {"SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22" if remote else ""}
    terminal = in_terminal(command(bool(mouse)), **environment)
    terminal.wait_for("nothing yet")
    assert (b"\x1b[?1003h" in terminal.sent) == bool(is_on)


def test_nothing_is_asked_of_the_terminal(in_terminal):
    terminal = in_terminal(command())
    terminal.wait_for("nothing yet")
    for question in (b"$p", b"\x1b[6n", b"\x1b[c", b"\x1b[>", b"\x1b[?1004h", b"\x1b]"):
        assert question not in terminal.sent
