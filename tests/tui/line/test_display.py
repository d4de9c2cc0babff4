"""After any sequence of screens, the emulator shows exactly what was meant."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nq77tui.tui.line import colour, terminal
from nq77tui.tui.line.display import Display

ANY = replace(terminal.XTERM, colours=colour.TRUE)
TERMINALS = {
    "xterm": ANY,
    "linux": terminal.LINUX,
    "vt220": terminal.VT220,
    "vt100": terminal.VT100,
    "monochrome": replace(terminal.XTERM, colours=colour.NONE),
    "eight": replace(terminal.XTERM, colours=colour.EIGHT),
}
WORDS = [
    "a", "ab", "Bản", "Choong", "    ", " ", "06589-01", "Mi\u0300ang", "漢字", "한", "x漢y",
    "…", "─" * 7, "e\u0323\u0302", "Hộ gia đình", "██·",
]  # fmt: skip
SGR = [
    "", "1", "4", "7", "1;7", "3;36", "9;31", "5", "92", "44", "7;33;44", "38;2;1;2;3",
    "1;38;2;250;128;0;48;2;9;9;9", "4;104",
]  # fmt: skip


def segment(word, codes):
    """A segment as Rich writes it: its look, its text, and all reset."""
    return f"\x1b[{codes}m{word}\x1b[0m" if codes else word


looks = st.sampled_from(SGR)
lines = st.lists(st.tuples(st.sampled_from(WORDS), looks), min_size=0, max_size=9).map(
    lambda parts: "".join(segment(*part) for part in parts)
)


def painted(rows, width):
    """A whole screen as Textual's compositor writes it: every row, filled to its width."""
    clear = "".join(f"\x1b[{y + 1};1H{' ' * width}" for y in range(len(rows)))
    return clear + "\n".join(f"\x1b[{y + 1};1H{row}" for y, row in enumerate(rows))


cells = st.sampled_from(["", "a", "7", "Bản", "Hộ nghèo", "漢", "e\u0323"])
columns = st.sampled_from([(3, 12), (9, 17, 21), (1, 4, 6, 24), (7, 8, 15)])


@st.composite
def pages(draw, count, stops):
    """The rows of a list: texts in the same columns."""
    rows = []
    for _ in range(count):
        placed = [f"\x1b[{x + 1}G{segment(draw(cells), draw(looks))}" for x in stops]
        rows.append("".join(placed))
    return rows


@st.composite
def changes(draw, height):
    """What happens to a list of rows from one screen to the next."""
    rows = [draw(lines) for _ in range(height)]
    screens = [list(rows)]
    for _ in range(draw(st.integers(1, 5))):
        kind = draw(st.sampled_from(["row", "up", "down", "all", "few", "same", "page"]))
        top = draw(st.integers(0, height - 2))
        bottom = draw(st.integers(top + 1, height - 1))
        count = draw(st.integers(1, bottom - top))
        block = rows[top : bottom + 1]
        new = [draw(lines) for _ in range(count)]
        if kind == "up":
            rows[top : bottom + 1] = block[count:] + new
        elif kind == "down":
            rows[top : bottom + 1] = new + block[:-count]
        elif kind == "row":
            rows[top] = new[0]
        elif kind == "few":
            rows[top], rows[bottom] = rows[bottom], rows[top]
        elif kind == "page":
            rows = draw(pages(height, draw(columns)))
        elif kind == "all":
            rows = [draw(lines) for _ in range(height)]
        screens.append(list(rows))
    return screens


cursors = st.one_of(st.none(), st.tuples(st.integers(0, 29), st.integers(0, 7)))


@pytest.mark.parametrize("name", TERMINALS)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_emulator_shows_what_was_meant(name, data, emulator, rows_of):
    width, height = 30, 8
    kind = TERMINALS[name]
    shown = emulator(width, height)
    shown.spoil()
    shown.feed(terminal.entering(kind, has_mouse=False))
    display = Display(kind, width, height)
    for rows in data.draw(changes(height)):
        display.read(painted(rows, width))
        cursor = data.draw(cursors)
        sent = display.difference(cursor)
        shown.feed(sent)
        assert shown.rows == rows_of(display.reader.frame)
        if kind.has_cursor_control:
            assert shown.cursor == cursor
        assert display.difference(cursor) == ""


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whoever_writes_over_it_or_pulls_at_it(data, emulator, rows_of):
    width, height = 30, 8
    shown = emulator(width, height)
    shown.feed(terminal.entering(ANY, has_mouse=False))
    display = Display(ANY, width, height)
    for rows in data.draw(changes(height)):
        event = data.draw(st.sampled_from(["", "spoil", "resize"]))
        if event == "spoil":
            shown.spoil()
            display.forget()
        elif event == "resize":
            width, height = data.draw(st.integers(5, 40)), data.draw(st.integers(2, 9))
            shown.resize(width, height)
            display.resize(width, height)
        display.read(painted(rows[:height], width))
        shown.feed(display.difference(None))
        assert shown.rows == rows_of(display.reader.frame)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_screen_meant_is_the_one_that_plain_textual_makes(data, emulator, rows_of):
    """Without wide characters, of which pyte leaves halves when they are written over."""
    width, height = 30, 8
    plain = emulator(width, height)
    plain.feed("\x1b[?7l")
    display = Display(ANY, width, height)
    narrow = [word for word in WORDS if not set(word) & set("漢字한")]
    for _ in range(data.draw(st.integers(1, 12))):
        word, codes = data.draw(st.sampled_from(narrow)), data.draw(st.sampled_from(SGR))
        x, y = data.draw(st.integers(0, 15)), data.draw(st.integers(0, height - 2))
        written = f"\x1b[{y + 1};{x + 1}H{segment(word, codes)}"
        written += data.draw(st.sampled_from(["", "\r\n", "\b", "\x1b[K", "\x1b[1K", "\x1b[J"]))
        written += data.draw(st.sampled_from(["", "\x1b[A", "\x1b[2B", "\x1b[C", "\x1b[3D"]))
        plain.feed(written)
        display.read(written)
        assert rows_of(display.reader.frame) == plain.rows


def sent_for(before, after, width=20, kind=ANY):
    """What is sent for the second screen, the cursor having been at home."""
    display = Display(kind, width, len(before))
    display.read(painted(before, width))
    display.difference((0, 0))
    display.read(painted(after, width))
    return display.difference(None).removesuffix("\x1b[?25l")


def test_the_same_screen_costs_nothing():
    assert sent_for(["ab", "c"], ["ab", "c"]) == ""


def test_a_letter_costs_a_letter_and_the_way_to_it():
    assert sent_for(["ab" * 5, "c"], ["ab" * 5 + "c", "c"]) == "\x1b[10Cc"


def test_the_next_letter_costs_one_byte():
    display = Display(ANY, 20, 2)
    display.read("\x1b[1;1Hab")
    display.difference((2, 0))
    display.read("\x1b[1;3Hc")
    assert display.difference((3, 0)) == "c"


def test_a_step_of_the_cursor_costs_one_byte():
    display = Display(ANY, 20, 2)
    display.read("\x1b[1;1Hab")
    display.difference((1, 0))
    assert [display.difference(place) for place in ((2, 0), (1, 0), (1, 1))] == ["b", "\b", "\n"]


def test_a_blank_does_not_care_how_it_would_look():
    assert sent_for(["", ""], [segment("a b", "1"), ""]) == "\x1b[1ma b"


def test_what_is_gone_at_the_end_of_a_line_is_erased():
    assert sent_for(["abcdefgh", ""], ["ab", ""]) == "ab\x1b[K"


def test_neighbouring_changes_are_one_run():
    assert sent_for(["abcdef", ""], ["xbcxef", ""]) == "xbcx"


def test_only_what_changes_in_a_look_is_said():
    before = segment("a" * 9, "1;31") + segment("b" * 9, "31")
    after = segment("c" * 9, "1;31") + segment("d" * 9, "1;4;31")
    assert sent_for([before, ""], [after, ""]) == f"\x1b[1m{'c' * 9}\x1b[4m{'d' * 9}"


NUMBERS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
ROWS = [f"{number} of the list" for number in NUMBERS]


def test_a_list_that_scrolls_is_scrolled():
    sent = sent_for(ROWS[:8], ROWS[1:])
    assert sent == "\x1b[1;8r\x1b[8H\n\x1b[r\x1b[8Hnine of the list"


def test_a_list_scrolled_back_is_scrolled_back():
    assert sent_for(ROWS[1:], ROWS[:8]) == "\x1b[1;8r\x1b[H\x1bM\x1b[r\x1b[Hone of the list"


def test_a_dumb_terminal_is_not_scrolled():
    assert "\x1b[1;8r" not in sent_for(ROWS[:8], ROWS[1:], kind=terminal.DUMB)


def page_of(first):
    """Rows with something in three columns, of which the middle one does not change."""
    return [f"{chr(first + y)}{'same':>12}{first + y:>12}" for y in range(8)]


def test_a_page_that_turns_sets_the_stops_for_tabs_and_uses_them(emulator):
    shown = emulator(40, 8)
    display = Display(ANY, 40, 8)
    sent = []
    for first in (65, 76, 87):
        display.read(painted(page_of(first), 40))
        sent.append(display.difference((0, 0)))
        shown.feed(sent[-1])
        assert shown.text == "\n".join(page_of(first))
    assert sent[0].count("\x1b[3g") == 1
    assert sent[0].count("\x1bH") == 2
    assert sent[2] == "\n\r".join(f"{chr(87 + y)}\t\t{87 + y}" for y in range(8)) + "\x1b[H"
    shown.feed(terminal.leaving(ANY, has_mouse=False, stops_up_to=40))
    assert shown.screen.tabstops == set(range(8, 40, 8))


def test_wide_characters_are_two_cells(emulator):
    shown = emulator(20, 2)
    display = Display(ANY, 20, 2)
    for row in ("漢字漢字", "a漢字b", "漢a字", "한 b"):
        display.read(painted([row, ""], 20))
        shown.feed(display.difference((3, 1)))
        assert shown.text.splitlines()[0] == row


def test_half_a_wide_character_is_a_blank():
    display = Display(ANY, 6, 1)
    display.read("\x1b[1;1H漢字x\x1b[1;2Hab")
    assert display.reader.frame.lines == [" ab x "]


def test_a_mark_belongs_to_the_cell_before_it():
    display = Display(ANY, 6, 1)
    display.read("\x1b[1;1He\x1b[1m\u0323\u0302x")
    assert display.reader.frame.rows[0].texts[:2] == ["e\u0323\u0302", "x"]


def test_nobody_trusts_the_cursor_behind_what_terminals_measure_differently():
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    sent = sent_for(["", ""], [f"{family}b", ""])
    assert sent == f"{family}\x1b[3Gb"


def test_bells_and_the_clipboard_pass_and_the_rest_does_not():
    display = Display(ANY, 6, 1)
    passed = display.read("\a\x1b]22;text\a\x1b]8;;http://x\x1b\\\x1b]52;c;YQ==\a\x1b[?1004h")
    assert passed == "\a\x1b]52;c;YQ==\a"


def test_sequences_may_be_cut_anywhere():
    display, whole = Display(ANY, 6, 2), Display(ANY, 6, 2)
    written = "\x1b[2;1H\x1b[1;31mab\x1b[0m\x1b]52;c;YQ==\a\x1b[1;2Hc"
    whole.read(written)
    assert "".join(map(display.read, written)) == "\x1b]52;c;YQ==\a"
    assert display.reader.frame.rows == whole.reader.frame.rows


def test_the_last_cell_of_all_is_left_out_where_it_would_scroll(emulator):
    shown = emulator(6, 2)
    display = Display(terminal.DUMB, 6, 2)
    display.read(painted(["abcdef", "ghijkl"], 6))
    shown.feed(display.difference(None))
    assert shown.text == "abcdef\nghijk"


@pytest.mark.parametrize("colours", [0, 8, 16])
def test_no_more_colours_than_there_are(colours, emulator):
    shown = emulator(20, 1)
    display = Display(replace(ANY, colours=colours), 20, 1)
    display.read("\x1b[1;1H\x1b[38;2;255;80;80mred\x1b[0m\x1b[94;103mblue\x1b[0m")
    shown.feed(display.difference(None))
    cells = [shown.screen.buffer[0][x] for x in (0, 3)]
    assert [(cell.fg, cell.bg, cell.bold) for cell in cells] == {
        0: [("default", "default", False), ("default", "default", False)],
        8: [("red", "default", True), ("blue", "brown", True)],
        16: [("brightred", "default", False), ("brightblue", "brightbrown", False)],
    }[colours]
