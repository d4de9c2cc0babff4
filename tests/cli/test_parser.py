"""Only what is called is built of the command line; nobody can tell."""

from __future__ import annotations

import pytest

from nq77tui.cli.entry import COMMANDS
from nq77tui.cli.parser import build_parser, wanted_command
from nq77tui.cli.usage import speaking
from nq77tui.programme import load_catalogue

NAMES = [name for name in COMMANDS if name]


def said(parser, words, capsys) -> str:
    with pytest.raises(SystemExit):
        parser.parse_args(words)
    printed = capsys.readouterr()
    return printed.out + printed.err


def test_a_command_by_itself_is_what_it_is_among_all(capsys) -> None:
    catalogue = load_catalogue("vi")
    with speaking(catalogue):
        whole = build_parser(catalogue)
        for name in NAMES:
            wanted = wanted_command(["--store", "list", "--lang=en", name, "--help"])
            assert wanted == name
            alone = build_parser(catalogue, wanted)
            for words in ([name, "--help"], [name, "--no-such-option"]):
                assert said(alone, words, capsys) == said(whole, words, capsys)


def test_the_app_needs_no_command_and_the_help_all() -> None:
    catalogue = load_catalogue("vi")
    assert wanted_command([]) == wanted_command(["--store", "list", "--operator=Bình"]) == ""
    assert build_parser(catalogue, "").parse_args(["--store", "x"]).command is None
    for words in (["--help"], ["--version"], ["no-such-command"], ["--no-such-option", "list"]):
        assert wanted_command(words) is None
    assert all(name in build_parser(catalogue).format_help() for name in NAMES)
