"""Every view on many terminals, in windows of many sizes: whole, in its place, and reachable."""

from __future__ import annotations

import re
import sys

import pytest

from nq77tui.tui.line.look import REVERSE
from nq77tui.tui.line.terminal import XTERM, terminal_of

BACK = "\x1b"
BAR, CURSOR, TEXT, BOX = "bar", "cursor", "text", "box"


def is_counted(text):
    """Coverage comes column by column: until the last one is there, the screen goes on changing."""
    return "387/430" in text and "…" not in text


WALK = [
    # Keys, what then shows, and how it shows where one is. No function keys: a VT100 has four.
    ("", "Nghị quyết 77", BAR),
    ("\x07", "Trợ giúp", BAR),
    ("\x1b", "Nghị quyết 77", BAR),
    ("h", "Hộ gia đình  ", BAR),
    ("\x1b[B\x1b[B", "Hộ gia đình  ", BAR),
    ("q", "Tìm: q", BAR),
    ("\x1b", "Hộ gia đình  ", BAR),
    ("\x04", "Xóa “", BOX),
    ("k", "Hộ gia đình  ", BAR),
    ("\x0e", "nhập mới", CURSOR),
    ("a\r", "nhập mới", CURSOR),
    ("\x1b", "Bỏ", BOX),
    ("c", "Hộ gia đình  ", BAR),
    ("\r", "Hộ gia đình: ", CURSOR),
    ("\x12", "Lịch sử", TEXT),
    ("\x1b", "Hộ gia đình: ", CURSOR),
    ("\x1b", "Hộ gia đình  ", BAR),
    ("\x1b", "Nghị quyết 77", BAR),
    ("c", is_counted, BAR),
    ("t", "Chi tiết", BAR),
    ("\x1b", "Bao phủ", BAR),
    ("n", "Bao phủ", BOX),
    ("\x1b", "Bao phủ", BAR),
    ("\x1b[C\x1b[C\x1b[Cd", "Thiếu", BAR),
    ("\x10", "đánh dấu 3", BAR),
    ("\x1b", "Thiếu", BAR),
    ("\x1b", "Bao phủ", BAR),
    ("\x1b", "Nghị quyết 77", BAR),
    ("g", "Phân công  ", BAR),
    ("\r", "đánh dấu 20", BAR),
    ("\r", "Chọn người", BAR),
    ("\x10", "phụ trách 0", TEXT),
    ("\x1b", "Chọn người", BAR),
    ("\x1b", "đánh dấu 20", BAR),
    ("\x1b", "Phân công  ", BAR),
    ("\x10", "", BAR),
    ("\x1b", "Phân công  ", BAR),
    ("\x1b", "Nghị quyết 77", BAR),
    ("m", "Gộp dữ liệu", BAR),
    ("\x1b", "Nghị quyết 77", BAR),
    ("x", "Cần quyết định", BAR),
    ("\r", "Các trường khác", TEXT),
    ("\x1b", "Cần quyết định", BAR),
    ("\x1b", "Nghị quyết 77", BAR),
    ("\x12", "Biểu nhập dở", TEXT),
    ("\x1b", "Nghị quyết 77", BAR),
    ("o", "Mô hình", BAR),
    ("\x1b", "Nghị quyết 77", BAR),
    ("\x1b", "Thoát chương trình?", BOX),
    ("k", "Nghị quyết 77", BAR),
]


@pytest.fixture
def demo(in_terminal, tmp_path):
    def start(kind, width, height, **environment):
        terminal = in_terminal(
            [sys.executable, "-m", "nq77tui", "demo"],
            width,
            height,
            TERM=kind,
            TMPDIR=str(tmp_path),
            XDG_STATE_HOME=str(tmp_path / "state"),
            NQ77_LANG="vi",
            **environment,
        )
        terminal.wait_for("17/18")
        terminal.wait_for("mục cần quyết định")
        return terminal

    return start


def shown(terminal, how):
    """The screen, and the cursor where it means something: a VT100 cannot hide it elsewhere."""
    return terminal.emulator.rows, terminal.emulator.cursor if how == CURSOR else None


def go_through(terminal, *, sizes=(), signs="", walk=WALK):
    """Walk; look at each view, in other sizes too, and have the terminal painted again there."""
    for keys, wanted, how in walk:
        for key in re.findall(r"\x1b\[.|.", keys, re.DOTALL):
            terminal.press(key)
            terminal.settle()
        text = terminal.emulator.text
        assert wanted(text) if callable(wanted) else wanted in text, text
        look_at(terminal, how, signs)
        if keys == BACK:
            continue
        for size in sizes:
            terminal.resize(*size)
            terminal.settle()
            look_at(terminal, how, signs)
        before = shown(terminal, how)
        terminal.emulator.spoil()
        terminal.press("\x0c")
        terminal.settle()
        is_as_before = shown(terminal, how) == before
        assert is_as_before, terminal.emulator.text


def look_at(terminal, how, signs):
    rows, cursor, text = terminal.emulator.rows, terminal.emulator.cursor, terminal.emulator.text
    height = len(rows)
    assert "\ufffd" not in text
    assert not signs or not re.search(signs, text), text
    keys = rows[-1][0].rstrip()
    assert re.search(r"(Esc|1-9) \w", keys), text
    assert re.search(r"F1 Trợ giúp$|F10 English$", keys) or "Trợ giúp" in rows[0][0], text
    assert len(keys) < len(rows[-1][0]), text
    lit = [y for y, (_, looks) in enumerate(rows) if any(look[0] & REVERSE for look in looks)]
    assert lit[0] == 0, text
    if how == BAR:
        # The title, the row one is on, and the heading of a column that was chosen.
        assert len(lit) in (2, 3), text
        assert 1 <= lit[-1] < height - 2, text
    elif how == CURSOR:
        assert 1 <= cursor[1] < height - 2, text
        assert cursor[0] < terminal.width, text
    elif how == BOX:
        edges = re.findall(r"[┌+][─-]{20,}[┐+]|[└+][─-]{20,}[┘+]", text)
        assert len(edges) == 2, text


def test_a_wide_window_pulled_small_and_wide_again_in_every_view(demo):
    go_through(demo("xterm-256color", 132, 43), sizes=[(60, 15), (132, 43)])


def test_a_linux_console_of_eighty_columns_in_every_view(demo):
    go_through(demo("linux", 80, 24), sizes=[(60, 15), (80, 24)])


def test_a_terminal_without_line_drawings_in_every_view(demo):
    go_through(demo("vt100", 80, 24), signs="[\u2190-\u21ff\u2500-\u25ff]")


def test_a_locale_without_unicode_gets_ascii_borders(demo):
    terminal = demo("xterm", 80, 24, PYTHONIOENCODING="iso8859-1")
    go_through(terminal, signs="[\u2500-\u25ff]", walk=[WALK[0], *WALK[-2:]])


@pytest.mark.parametrize(
    "kind", ["xterm", "xterm-256color", "screen", "screen.linux", "tmux", "putty"]
)
def test_what_is_no_terminal_of_old_is_written_to_like_an_xterm(kind):
    assert terminal_of({"TERM": kind}) == XTERM
