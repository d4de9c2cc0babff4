"""The arguments of ``nq77``, with their help from the catalogue."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from nq77tui.cli.options import Command, Commands
from nq77tui.cli.usage import Parser
from nq77tui.programme import LANGUAGES, Catalogue

_BEFORE = ("--store", "--programme", "--lang", "--operator")
"""Options that stand before the command, each with a value."""


class _Version(argparse.Action):
    """Prints the version; looked up only then, since what looks it up takes long to import."""

    def __init__(self, option_strings: Sequence[str], dest: str, help: str) -> None:  # noqa: A002
        super().__init__(option_strings, argparse.SUPPRESS, nargs=0, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from importlib.metadata import version

        print(version("nq77tui"))
        parser.exit()


def build_parser(catalogue: Catalogue, wanted: str | None = None) -> argparse.ArgumentParser:
    """The command line; to be built and used within `usage.speaking`.

    Args:
        catalogue: its language.
        wanted: the command that is called, so that those far from it need not be built; all of
            them where it is None.
    """
    parser = Parser(prog="nq77", description=catalogue.text("cli.about"))
    parser.words = catalogue
    options = Command(parser, catalogue)
    options.takes("--version", "cli.option.version", action=_Version)
    options.takes("--store", "cli.option.store", "dir")
    options.takes("--programme", "cli.option.programme", "dir")
    options.takes("--lang", "cli.option.lang", choices=LANGUAGES)
    options.takes("--operator", "cli.option.operator", "name")
    found = parser.add_subparsers(
        dest="command",
        metavar=catalogue.text("usage.meta.command"),
        title=catalogue.text("usage.commands"),
    )
    commands = Commands(found, catalogue)
    for add, names in _GROUPS:
        if wanted is None or wanted in names:
            add(commands)
    return parser


def wanted_command(given: Sequence[str]) -> str | None:
    """The command among arguments; empty for the app, None where the whole help may be wanted."""
    words = iter(given)
    for word in words:
        if word in _BEFORE:
            next(words, None)
        elif not word.startswith("-"):
            is_known = any(word in names for _, names in _GROUPS)
            return word if is_known else None
        elif word.partition("=")[0] not in _BEFORE:
            return None
    return ""


def _add_first(commands: Commands) -> None:
    commands("demo")
    commands("init").takes("dir", "usage.arg.new_store", "dir")
    sample = commands("sample")
    sample.takes("dir", "usage.arg.new_store", "dir")
    sample.takes("--seed", "cli.option.seed", "number", type=int, default=77)
    sample.flag("--excerpt", "cli.option.excerpt")
    commands("new").takes("record", "usage.arg.record", "record")


def _add_record_commands(commands: Commands) -> None:
    add = commands("add")
    add.takes("record", "usage.arg.record", "record")
    add.takes("values", "usage.arg.values", "pair", nargs="*")
    change = commands("set")
    change.takes("id", "usage.arg.id", "id")
    change.takes("values", "usage.arg.values", "pair", nargs="+")
    show = commands("show")
    show.takes("id", "usage.arg.id", "id")
    show.json()
    show.flag("--reveal", "cli.option.reveal")
    commands("delete").takes("id", "usage.arg.id", "id")
    listing = commands("list")
    listing.takes("record", "usage.arg.record", "record")
    listing.several("--where", "cli.option.where", "pair")
    listing.json()
    listing.flag("--reveal", "cli.option.reveal")


def _add_table_commands(commands: Commands) -> None:
    importing = commands("import")
    importing.takes("file", "usage.arg.table", "file")
    importing.takes("--as", "cli.option.as", "record", dest="record", required=True)
    importing.flag("--dry-run", "cli.option.dry_run")
    exporting = commands("export")
    exporting.takes("record", "usage.arg.record_or_all", "record_or_all")
    exporting.takes("--format", "usage.arg.table_format", choices=("csv", "json"))
    exporting.takes("-o", "usage.arg.export_to", "file", dest="output")


def _add_stick_commands(commands: Commands) -> None:
    bundle = commands("bundle")
    what = bundle.one_of(required=True)
    what.takes("out", "cli.option.out", "out", nargs="?")
    what.takes("--verify", "cli.option.verify", "file")
    since = bundle.one_of()
    since.takes("--for", "cli.option.for", "machine", dest="machine")
    since.flag("--all", "cli.option.all")
    bundle.area()
    merging = commands("merge")
    what = merging.one_of(required=True)
    what.takes("paths", "usage.arg.brought", "path", nargs="*", default=[])
    what.flag("--undo", "cli.option.undo_merge")
    merging.flag("--preview", "cli.option.preview")
    merging.json()
    peers = commands("peers")
    peers.takes("--name", "cli.option.machine_name", "name")
    peers.takes("--call", "cli.option.call_machine", "machine name", nargs=2)
    peers.takes("--forget", "cli.option.forget", "machine")
    peers.json()
    commands("receipts").json()


def _add_deciding_commands(commands: Commands) -> None:
    commands("conflicts").json()
    commands("inbox").json()
    resolve = commands("resolve")
    resolve.takes("id", "usage.arg.id", "id")
    resolve.takes("field", "usage.arg.about", "field")
    how = resolve.one_of(required=True)
    how.takes("--take", "cli.option.take", "number", type=int)
    how.takes("--value", "cli.option.value", "value")
    for name in ("join", "different"):
        two = commands(name)
        two.takes("id", "usage.arg.first_id", "id")
        two.takes("other", "usage.arg.second_id", "id")


def _add_overview_commands(commands: Commands) -> None:
    coverage = commands("coverage")
    coverage.area()
    coverage.day()
    coverage.json()
    board = commands("board")
    board.takes("name", "usage.arg.board", "name", nargs="?")
    board.area()
    board.day()
    board.takes("--by", "board.option.by", "rows")
    board.json()
    commands("check").flag("--repair", "cli.option.repair")
    programme = commands.parser("programme")
    placeholder = programme.words.text("usage.meta.action")
    actions = programme.add_subparsers(dest="action", metavar=placeholder, required=True)
    whole = Commands(actions, programme.words)("check", "programme_check")
    whole.takes("dir", "usage.arg.programme", "dir", nargs="?")


def _add_verify_commands(commands: Commands) -> None:
    verify = commands("verify")
    what = verify.one_of()
    what.takes("record", "usage.arg.record_or_id", "record_or_id", nargs="?")
    what.takes("--ask", "verify.option.ask", "id", nargs="+")
    what.takes("--decide", "verify.option.decide", "id field answer", nargs=3)
    verify.takes("--state", "verify.option.state", choices=("due", "differs", "done"))
    verify.json()
    operators = commands("operators")
    operators.takes("--since", "operators.option.since", "date")
    periods = ("day", "week", "month")
    operators.takes("--by", "operators.option.by", choices=periods, default="day")
    operators.json()


def _add_report_command(commands: Commands) -> None:
    report = commands("report")
    report.takes("form", "usage.arg.form", "form", nargs="?")
    report.area()
    report.takes("--period", "cli.option.period", "period")
    report.day()
    formats = ("xlsx", "docx", "html", "csv", "txt")
    report.takes("--format", "cli.option.format", choices=formats)
    report.takes("--heading", "cli.option.heading", "name")
    report.several("--fill", "cli.option.fill", "pair")
    report.flag("--names", "cli.option.names")
    report.takes("-o", "cli.option.output", "file", dest="output")


def _add_reorganise_command(commands: Commands) -> None:
    reorganise = commands("reorganise")
    reorganise.takes("file", "usage.arg.units", "file")
    reorganise.takes("--on", "reorganise.option.on", "date", required=True)
    reorganise.several("--without", "reorganise.option.without", "level")
    reorganise.several("--end", "reorganise.option.end", "record_or_all")
    reorganise.several("--carry", "reorganise.option.carry", "record_or_all")
    reorganise.flag("--preview", "reorganise.option.preview")
    reorganise.json()


def _add_assigning_commands(commands: Commands) -> None:
    assign = commands("assign")
    assign.flag("--propose", "assigning.option.propose", required=True)
    assign.area(required=True)
    assign.flag("--apply", "assigning.option.apply")
    assign.takes("--on", "assigning.option.on", "date")
    handover = commands("handover")
    handover.takes("person", "usage.arg.leaving", "person")
    handover.takes("--to", "assigning.option.to", "person", nargs="+", required=True)
    handover.takes("--on", "assigning.option.last_day", "date", required=True)
    handover.flag("--stays", "assigning.option.stays")
    handover.flag("--preview", "reorganise.option.preview")
    for command in (assign, handover):
        command.takes("--decision", "assigning.option.decision", "id")
        command.json()


def _add_signing_commands(commands: Commands) -> None:
    listing = commands("signoff")
    listing.area()
    listing.takes("--period", "signing.option.period", "period")
    listing.json()
    for name in ("submit", "return", "approve"):
        command = commands(name)
        command.takes("areas", "usage.arg.areas", "area", nargs="+")
        if name == "return":
            command.takes("--comment", "signing.option.comment", "text", required=True)
        command.takes("--period", "signing.option.period", "period")


def _add_keeping_commands(commands: Commands) -> None:
    history = commands("history")
    history.takes("id", "usage.arg.id", "id")
    history.json()
    commands("undo")
    commands("backup").takes("file", "usage.arg.new_backup", "file")
    restore = commands("restore")
    restore.takes("file", "usage.arg.backup", "file")
    restore.takes("dir", "usage.arg.new_store", "dir")


def _add_rights_commands(commands: Commands) -> None:
    rights = commands("rights")
    what = rights.one_of()
    what.takes("--set", "cli.option.set_rights", "user role", nargs=2, dest="given")
    what.takes("--drop", "cli.option.drop_rights", "user")
    rights.several("--areas", "cli.option.areas", "area")
    rights.json()
    commands("disclosures").json()


_GROUPS = (
    (_add_first, ("demo", "init", "sample", "new")),
    (_add_record_commands, ("add", "set", "show", "delete", "list")),
    (_add_table_commands, ("import", "export")),
    (_add_stick_commands, ("bundle", "merge", "peers", "receipts")),
    (_add_deciding_commands, ("conflicts", "inbox", "resolve", "join", "different")),
    (_add_overview_commands, ("coverage", "board", "check", "programme")),
    (_add_verify_commands, ("verify", "operators")),
    (_add_report_command, ("report",)),
    (_add_reorganise_command, ("reorganise",)),
    (_add_assigning_commands, ("assign", "handover")),
    (_add_signing_commands, ("signoff", "submit", "return", "approve")),
    (_add_keeping_commands, ("history", "undo", "backup", "restore")),
    (_add_rights_commands, ("rights", "disclosures")),
)
"""What adds which commands."""
