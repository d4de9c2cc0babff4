"""Text from outside: one spelling in, nothing harmful out."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from nq77tui.core.text import normalise, printable

VECTORS = Path(__file__).parent.parent / "vectors" / "unicode_vectors.tsv"


def rows():
    with VECTORS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            typed = row["input_escaped"].encode("ascii").decode("unicode_escape")
            yield pytest.param(typed, row["expected"], id=ascii(row["input_escaped"]))


@pytest.mark.parametrize(("typed", "expected"), list(rows()))
def test_every_spelling_becomes_the_one_that_is_stored(typed, expected) -> None:
    assert normalise(typed) == expected
    assert normalise(expected) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Vi\x00 Văn\x1b[31m An", "Vi Văn[31m An"),
        ("a\tb\r\nc", "a b c"),
        ("\u202eVi\u202c", "Vi"),
        ("Vi \ud800Văn", "Vi Văn"),
        ("[bold]Vi[/bold]", "[bold]Vi[/bold]"),
    ],
)
def test_what_could_steer_a_terminal_is_not_stored(typed, expected) -> None:
    assert normalise(typed) == expected


def test_lines_are_kept_where_they_are_wanted() -> None:
    assert normalise(" một \r\n\r\n hai ", keep_lines=True) == "một\n\nhai"


def test_what_is_shown_cannot_steer_the_terminal() -> None:
    assert printable("Vi\x1b[2J\n\u202eĐoàn Kết") == "Vi\ufffd[2J \ufffdĐoàn Kết"
