"""The line editor: every text it can hold is uniform, and the cursor stays between letters."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nq77tui.core.text import normalise
from nq77tui.tui.cells import width_of
from nq77tui.tui.line_editor import LineEditor

NAME = "Hoàng Văn Slương"
LETTERS = st.text(st.sampled_from("aăâdđeêhoôơuưy ̣́̀̉̃̂̆Nguyễn\u200b\t\n\x1b漢"), max_size=12)
MOVES = st.sampled_from(
    ["left", "right", "word_left", "word_right", "home", "end", "erased_back", "erased_forward",
     "erased_word", "erased_to_start", "erased_to_end"]
)  # fmt: skip


def type_in(editor: LineEditor, text: str) -> LineEditor:
    for letter in text:
        editor = editor.insert(letter)
    return editor


def test_letters_go_in_at_the_cursor() -> None:
    assert LineEditor("Ban", 1).insert("à") == LineEditor("Bàan", 2)


def test_decomposed_typing_becomes_whole_letters() -> None:
    assert type_in(LineEditor(), unicodedata.normalize("NFD", NAME)) == LineEditor.of(NAME)


def test_backspace_takes_off_a_whole_letter() -> None:
    assert LineEditor.of(unicodedata.normalize("NFD", "xã")).erased_back() == LineEditor("x", 1)


def test_a_space_typed_last_is_kept_for_the_next_word() -> None:
    assert type_in(LineEditor(), "Bản Chu").text == "Bản Chu"
    assert type_in(LineEditor(), "Bản ").text == "Bản "


def test_only_the_first_line_of_a_paste_is_taken() -> None:
    assert LineEditor().paste("\r\n  Lê Thị Hoa \r\nTổ 5") == LineEditor.of("Lê Thị Hoa")


def test_what_steers_a_terminal_does_not_come_in() -> None:
    assert LineEditor().paste("a\x1b[31mb\u202e").text == "a[31mb"


@pytest.mark.parametrize(
    ("cursor", "left", "right"), [(0, 0, 6), (3, 0, 6), (6, 0, 10), (16, 10, 16), (11, 10, 16)]
)
def test_word_moves_stop_at_the_starts_of_words(cursor: int, left: int, right: int) -> None:
    editor = LineEditor(NAME, cursor)

    assert editor.word_left().cursor == left
    assert editor.word_right().cursor == right


def test_erasing_by_word_and_to_the_ends() -> None:
    editor = LineEditor(NAME, 9)

    assert editor.erased_word() == LineEditor("Hoàng  Slương", 6)
    assert editor.erased_to_start() == LineEditor(" Slương", 0)
    assert editor.erased_to_end() == LineEditor("Hoàng Văn", 9)


def test_the_window_follows_the_cursor() -> None:
    assert LineEditor.of("Hoàng Văn").window(20) == ("Hoàng Văn", 9)
    assert LineEditor.of("Hoàng Văn").window(6) == ("g Văn", 5)
    assert LineEditor.of("Hoàng Văn").home().window(6) == ("Hoàng ", 0)


@example(keys=["\u0302", "left", "aN", "erased_back"])
@given(st.lists(st.one_of(LETTERS, MOVES), max_size=20))
def test_any_keys_leave_a_uniform_text_and_a_cursor_between_letters(keys: list[str]) -> None:
    editor = LineEditor()
    for key in keys:
        editor = getattr(editor, key)() if hasattr(LineEditor, key) else editor.insert(key)

        assert 0 <= editor.cursor <= len(editor.text)
        assert editor.text == unicodedata.normalize("NFC", editor.text)
        assert editor.text.isprintable()
        assert normalise(editor.text) == normalise(normalise(editor.text))


@given(LETTERS, st.integers(0, 12), st.integers(2, 8))
def test_the_window_never_outgrows_its_width(text: str, cursor: int, width: int) -> None:
    editor = LineEditor().insert(text)
    editor = LineEditor(editor.text, min(cursor, len(editor.text)))
    shown, at = editor.window(width)

    assert width_of(shown) <= width
    assert 0 <= at < width
