"""Looks: read from SGR, and written as short as it goes."""

from __future__ import annotations

from itertools import product

import pytest

from nq77tui.tui.line import look
from nq77tui.tui.line.look import Look, after_sgr, on_blank, transition

LOOKS = [
    Look(attributes, foreground, background)
    for attributes, foreground, background in product(
        [0, look.BOLD, look.BOLD | look.DIM, look.REVERSE | look.UNDERLINE, look.OVERLINE],
        [look.DEFAULT, 1, 14, 200, look.TRUE_COLOUR | 0x0A0B0C],
        [look.DEFAULT, 4, 9],
    )
]


@pytest.mark.parametrize("is_partial", [True, False])
def test_every_way_between_looks_leads_there(is_partial):
    for before, after in product(LOOKS, LOOKS):
        sent = transition(before, after, is_partial)
        reached = after_sgr(before, sent[2:-1]) if sent else before
        assert reached == after


def test_a_terminal_that_can_only_reset_is_asked_for_no_more():
    for before, after in product(LOOKS, LOOKS):
        codes = transition(before, after, False)[2:-1].split(";")
        assert not {"22", "24", "27", "55", "39", "49"} & set(codes)


@pytest.mark.parametrize(
    ("before", "after", "sent"),
    [
        (look.PLAIN, Look(look.BOLD), "\x1b[1m"),
        (Look(look.BOLD), look.PLAIN, "\x1b[m"),
        (Look(look.BOLD, 6), Look(look.BOLD | look.REVERSE, 6), "\x1b[7m"),
        (Look(look.BOLD, 6), Look(look.BOLD, 2), "\x1b[32m"),
        (Look(look.BOLD), Look(look.REVERSE), "\x1b[;7m"),
        (Look(look.UNDERLINE, 201), Look(0, 201), "\x1b[24m"),
    ],
)
def test_the_shortest_is_sent(before, after, sent):
    assert transition(before, after, True) == sent


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ("", look.PLAIN),
        ("1;31;44", Look(look.BOLD, 1, 4)),
        ("97;100", Look(0, 15, 8)),
        ("38;5;200", Look(0, 200)),
        ("38:5:200", Look(0, 200)),
        ("48;2;1;2;3", Look(0, look.DEFAULT, look.TRUE_COLOUR | 0x010203)),
        ("48:2::1:2:3", Look(0, look.DEFAULT, look.TRUE_COLOUR | 0x010203)),
        ("4:3", Look(look.UNDERLINE)),
        ("1;4;4:0", Look(look.BOLD)),
        ("1;77;3", Look(look.BOLD | look.ITALIC)),
        ("1;2;22", look.PLAIN),
        ("38;5", Look(0, 0)),
    ],
)
def test_looks_are_read(codes, expected):
    assert after_sgr(look.PLAIN, codes) == expected


def test_blanks_show_only_what_is_behind_them_or_drawn_through_them():
    assert on_blank(Look(look.BOLD | look.ITALIC, 3, 4)) == Look(0, look.DEFAULT, 4)
    assert on_blank(Look(look.BOLD | look.REVERSE, 3)) == Look(look.BOLD | look.REVERSE, 3)
