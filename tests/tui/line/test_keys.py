"""Keys from every kind of terminal, cut anywhere, and what is not a key."""

from __future__ import annotations

import pytest
from textual import events

from nq77tui.tui.line.keys import Keys

SEQUENCES = {
    "f1": {"xterm, tmux, screen": "\x1bOP", "PuTTY": "\x1b[11~", "Linux": "\x1b[[A"},
    "f2": {"xterm, tmux, screen": "\x1bOQ", "PuTTY": "\x1b[12~", "Linux": "\x1b[[B"},
    "f3": {"xterm, tmux, screen": "\x1bOR", "PuTTY": "\x1b[13~", "Linux": "\x1b[[C"},
    "f4": {"xterm, tmux, screen": "\x1bOS", "PuTTY": "\x1b[14~", "Linux": "\x1b[[D"},
    "f5": {"xterm, PuTTY": "\x1b[15~", "Linux": "\x1b[[E"},
    "f6": {"all": "\x1b[17~"},
    "f7": {"all": "\x1b[18~"},
    "f8": {"all": "\x1b[19~"},
    "f9": {"all": "\x1b[20~"},
    "f10": {"all": "\x1b[21~"},
    "up": {"xterm": "\x1b[A", "application mode": "\x1bOA"},
    "home": {"xterm": "\x1b[H", "Linux, PuTTY, tmux": "\x1b[1~", "application mode": "\x1bOH"},
    "end": {"xterm": "\x1b[F", "Linux, PuTTY, tmux": "\x1b[4~", "application mode": "\x1bOF"},
    "insert": {"all": "\x1b[2~"},
    "delete": {"all": "\x1b[3~"},
    "pageup": {"all": "\x1b[5~"},
    "pagedown": {"all": "\x1b[6~"},
    "shift+tab": {"xterm": "\x1b[Z", "Linux": "\x1b\t"},
    "backspace": {"xterm": "\x7f", "older": "\x08"},
    "enter": {"all": "\r"},
    "tab": {"all": "\t"},
    "ctrl+right": {"xterm": "\x1b[1;5C"},
    "ctrl+home": {"xterm": "\x1b[1;5H"},
    "alt+a": {"all": "\x1ba"},
}
CASES = [
    pytest.param(sequence, key, id=f"{key} from {where}")
    for key, ways in SEQUENCES.items()
    for where, sequence in ways.items()
]


def keys_of(*parts):
    keys = Keys()
    return [event.key for part in parts for event in keys.feed(part.encode())]


@pytest.mark.parametrize(("sequence", "key"), CASES)
def test_a_key_arrives_whole(sequence, key):
    assert keys_of(sequence, "x") == [key, "x"]


@pytest.mark.parametrize(("sequence", "key"), CASES)
def test_a_key_arrives_in_pieces(sequence, key):
    assert keys_of(*sequence, "x") == [key, "x"]


def test_letters_arrive_as_they_are_typed():
    assert keys_of("đã", "Ọ") == ["đ", "ã", "Ọ"]


def test_a_letter_may_be_cut():
    keys = Keys()
    assert [event.key for byte in "ệ".encode() for event in keys.feed(bytes([byte]))] == ["ệ"]


def test_escape_is_one_when_nothing_follows():
    keys = Keys()
    assert list(keys.feed(b"\x1b")) == []
    assert keys.is_undecided
    assert [event.key for event in keys.decide()] == ["escape"]
    assert not keys.is_undecided


def test_escape_and_a_key():
    assert keys_of("\x1b\x1b[A") == ["escape", "up"]


def test_the_beginning_of_a_sequence_is_no_escape():
    keys = Keys()
    assert list(keys.feed(b"\x1b[1;")) == []
    assert not keys.is_undecided
    assert [event.key for event in keys.feed(b"5D")] == ["ctrl+left"]


@pytest.mark.parametrize("sequence", ["\x1b[?1;2c", "\x1b[>0;276;0c", "\x1b]11;rgb:0/0/0\x07"])
def test_what_terminals_answer_types_nothing(sequence):
    assert keys_of(sequence, "a") == ["a"]


def test_the_focus_of_the_window_is_nobody_s_business():
    assert keys_of("\x1b[I\x1b[O\x1b[Ia") == ["a"]


def test_a_paste_is_one_event_wherever_it_is_cut():
    sent = "\x1b[200~Bản Chu\r\n\x1b[31mNà Mò\x1b[201~x".encode()
    for at in range(1, len(sent)):
        keys = Keys()
        pasted, after = [*keys.feed(sent[:at]), *keys.feed(sent[at:])]
        assert isinstance(pasted, events.Paste)
        assert pasted.text == "Bản Chu\r\n\x1b[31mNà Mò"
        assert after.key == "x"


def test_an_escape_in_a_paste_does_not_wait():
    keys = Keys()
    assert list(keys.feed(b"\x1b[200~a\x1b")) == []
    assert not keys.is_undecided
