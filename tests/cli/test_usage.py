"""The command line's help and its complaints: whole, in one language, with examples that hold."""

from __future__ import annotations

import argparse
import inspect
import re
import shlex
from collections.abc import Iterator

import pytest

from nq77tui.cli.entry import COMMANDS
from nq77tui.cli.parser import build_parser
from nq77tui.cli.usage import WORDS, examples, speaking
from nq77tui.programme import LANGUAGES, load_catalogue
from nq77tui.store.rights import ROLES

ENGLISH = re.compile(
    r"usage:|positional|show this help|\berror\b|\bargument|required|expected|invalid|choose from"
    r"|unrecognized|not allowed"
)


def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for found in action.choices.values():
                yield from parsers(found)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_argument_is_explained_and_the_help_fits_eighty_columns(lang, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with speaking(load_catalogue(lang)):
        found = list(parsers(build_parser(load_catalogue(lang))))
        assert {one.prog.partition(" ")[2] for one in found} >= {one for one in COMMANDS if one}
        for parser in found:
            for action in parser._actions:
                is_choice = isinstance(action, argparse._SubParsersAction)
                assert action.help or is_choice, (parser.prog, action)
                assert action.metavar or not action.help or action.nargs == 0 or action.choices
            text = parser.format_help()
            assert max(map(len, text.splitlines())) <= 80
            assert load_catalogue(lang).text("usage.examples") in text, parser.prog
            assert lang == "en" or not ENGLISH.search(text), parser.prog
            assert not re.search(r"[A-Z_]{3,}\b", text) or lang == "en" or "DIR" not in text


def test_the_examples_are_commands_of_this_program(programme) -> None:
    with speaking(load_catalogue("vi")):
        parser = build_parser(load_catalogue("vi"))
        for command, lines in examples().items():
            for line in lines:
                name, *words = shlex.split(line)
                assert name == "nq77"
                given = parser.parse_args(words)
                assert command == "nq77" or given.command == command.split()[0]
                _refuse_unknown(programme, given)
    assert set(examples()) == {"nq77", "programme check", *filter(None, COMMANDS)}


def _refuse_unknown(programme, given: argparse.Namespace) -> None:
    """What an example names is there: record types, fields, boards, reports, levels, roles."""
    record = getattr(given, "record", None)
    assert record in (None, "all") or record in programme.schemas
    pairs = [*getattr(given, "where", ()), *(getattr(given, "values", ()) or ())]
    fields = programme.schemas.get(record or "household").fields if pairs else {}
    assert all(one.partition("=")[0] in fields for one in pairs)
    if given.command == "board" and given.name:
        assert given.name in programme.boards
    if given.command == "report" and given.form:
        assert given.form in programme.papers.forms
        assert bool(given.names) is programme.papers.forms[given.form].names
        blanks = programme.papers.headings[programme.papers.forms[given.form].heading].blanks
        assert all(one.partition("=")[0] in blanks for one in given.fill)
    levels = programme.tree.fields[programme.tree.tree.level]
    assert all(levels.choice(one) for one in getattr(given, "without", ()))
    assert given.command != "rights" or not given.given or given.given[1] in ROLES


WRONG: list[tuple[str, tuple[str, ...]]] = [
    ("nosuch", ("nosuch",)),
    ("add", ("LOẠI",)),
    ("list household --nosuch", ("--nosuch",)),
    ("bundle", ("NƠI_GHI", "--verify")),
    ("bundle x --all --for y", ("--for", "--all")),
    ("resolve X persons", ("--take", "--value")),
    ("resolve X persons --take many", ("--take", "many", "số nguyên")),
    ("coverage --of", ("--of", "một giá trị")),
    ("peers --call one", ("--call", "đúng 2 giá trị")),
    ("list household --where", ("--where", "ít nhất một")),
    ("report b1 --format pdf", ("--format", "pdf", "xlsx")),
    ("check --repair=yes", ("--repair", "yes")),
]


def test_what_is_typed_wrong_is_said_in_the_language_at_hand(nq77) -> None:
    for line, says in WRONG:
        ran = nq77("--lang", "vi", *line.split())
        assert (ran.status, ran.out) == (2, ""), line
        assert not ENGLISH.search(ran.err), ran.err
        assert ran.err.startswith("cú pháp: nq77")
        assert "Cách xử lý: xem nq77" in ran.err
        assert all(one in ran.err for one in says), ran.err
        ran = nq77("--lang", "en", *line.split())
        assert ran.status == 2
        assert "Way out: see nq77" in ran.err
    for lang, word in (("vi", "Mã kết thúc"), ("en", "Exit status")):
        text = nq77("--lang", lang, "--help").out
        assert word in text
        assert " 130  " in text


def test_argparse_still_says_what_is_translated_and_speaks_for_itself_afterwards() -> None:
    source = inspect.getsource(argparse)
    assert [one for one in WORDS if repr(one)[1:-1] not in source] == []
    for lang in LANGUAGES:
        for said, key in WORDS.items():
            placeholders = re.findall(r"%\(\w+\)[rs]|%[rs]", load_catalogue(lang).text(key))
            assert set(placeholders) <= set(re.findall(r"%\(\w+\)[rs]|%[rs]", said)), key
    with speaking(load_catalogue("vi")):
        pass
    assert argparse.ArgumentParser(prog="x").format_usage().startswith("usage: x")
