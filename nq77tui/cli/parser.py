"""The arguments of ``nq77``, with their help from the catalogue."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from nq77tui.cli.options import Commands
from nq77tui.programme import LANGUAGES, Catalogue


class _Version(argparse.Action):
    """Prints the version; looked up only then, since what looks it up takes long to import."""

    def __init__(self, option_strings: Sequence[str], dest: str, help: str) -> None:  # noqa: A002
        super().__init__(option_strings, argparse.SUPPRESS, nargs=0, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from importlib.metadata import version

        print(version("nq77tui"))
        parser.exit()


def build_parser(catalogue: Catalogue) -> argparse.ArgumentParser:
    """The whole command line."""
    text = catalogue.text
    # Without abbreviations: what a script calls today must not change its meaning tomorrow.
    parser = argparse.ArgumentParser(prog="nq77", description=text("cli.about"), allow_abbrev=False)
    parser.add_argument("--version", action=_Version, help=text("cli.option.version"))
    parser.add_argument("--store", metavar="DIR", help=text("cli.option.store"))
    parser.add_argument("--programme", metavar="DIR", help=text("cli.option.programme"))
    parser.add_argument("--lang", choices=LANGUAGES, help=text("cli.option.lang"))
    parser.add_argument("--operator", metavar="NAME", help=text("cli.option.operator"))
    commands = Commands(parser, catalogue)
    for add in (
        _setup,
        _records,
        _transfer,
        _sticks,
        _decisions,
        _coverage,
        _verifying,
        _boards,
        _reports,
        _reorganising,
        _assigning,
        _signing,
        _checks,
        _way_back,
        _rights,
    ):
        add(commands)  # in the order in which the help lists them
    return parser


def _setup(commands: Commands) -> None:
    commands.add("demo")
    commands.add("init").add_argument("dir", metavar="DIR")
    sample = commands.add("sample")
    sample.add_argument("dir", metavar="DIR")
    sample.add_argument("--seed", type=int, default=77, help=commands.text("cli.option.seed"))
    commands.flag(sample, "excerpt", "cli.option.excerpt")
    commands.add("new").add_argument("record", metavar="RECORD")


def _records(commands: Commands) -> None:
    add = commands.add("add")
    add.add_argument("record", metavar="RECORD")
    add.add_argument("values", metavar="field=value", nargs="*")
    change = commands.add("set")
    commands.id(change)
    change.add_argument("values", metavar="field=value", nargs="+")
    show = commands.add("show")
    commands.id(show)
    commands.json(show)
    commands.flag(show, "reveal", "cli.option.reveal")
    commands.id(commands.add("delete"))
    listing = commands.add("list")
    listing.add_argument("record", metavar="RECORD")
    commands.several(listing, "where", "field=value", "cli.option.where")
    commands.json(listing)
    commands.flag(listing, "reveal", "cli.option.reveal")


def _transfer(commands: Commands) -> None:
    text = commands.text
    importing = commands.add("import")
    importing.add_argument("file", metavar="FILE")
    importing.add_argument(
        "--as", dest="record", metavar="RECORD", required=True, help=text("cli.option.as")
    )
    commands.flag(importing, "dry-run", "cli.option.dry_run")
    exporting = commands.add("export")
    exporting.add_argument("record", metavar="RECORD|all")
    exporting.add_argument("--format", choices=("csv", "json"), default=None)
    commands.output(exporting)


def _sticks(commands: Commands) -> None:
    text = commands.text
    bundle = commands.add("bundle")
    what = bundle.add_mutually_exclusive_group(required=True)
    what.add_argument("out", metavar="OUT", nargs="?", help=text("cli.option.out"))
    what.add_argument("--verify", metavar="FILE", help=text("cli.option.verify"))
    since = bundle.add_mutually_exclusive_group()
    since.add_argument("--for", dest="machine", metavar="REPLICA", help=text("cli.option.for"))
    since.add_argument("--all", action="store_true", help=text("cli.option.all"))
    commands.area(bundle)
    merging = commands.add("merge")
    what = merging.add_mutually_exclusive_group(required=True)
    what.add_argument("paths", metavar="PATH", nargs="*", default=[])
    what.add_argument("--undo", action="store_true", help=text("cli.option.undo_merge"))
    commands.flag(merging, "preview", "cli.option.preview")
    commands.json(merging)
    peers = commands.add("peers")
    peers.add_argument("--name", metavar="NAME", help=text("cli.option.machine_name"))
    peers.add_argument(
        "--call", nargs=2, metavar=("REPLICA", "NAME"), help=text("cli.option.call_machine")
    )
    peers.add_argument("--forget", metavar="REPLICA", help=text("cli.option.forget"))
    commands.json(peers, commands.add("receipts"))


def _decisions(commands: Commands) -> None:
    text = commands.text
    commands.json(commands.add("conflicts"), commands.add("inbox"))
    resolve = commands.add("resolve")
    commands.id(resolve)
    resolve.add_argument("field", metavar="FIELD")
    how = resolve.add_mutually_exclusive_group(required=True)
    how.add_argument("--take", type=int, metavar="N", help=text("cli.option.take"))
    how.add_argument("--value", metavar="V", help=text("cli.option.value"))
    for name in ("join", "different"):
        two = commands.add(name)
        commands.id(two)
        commands.id(two, "other")


def _coverage(commands: Commands) -> None:
    coverage = commands.add("coverage")
    commands.area(coverage)
    commands.day(coverage)
    commands.json(coverage)


def _verifying(commands: Commands) -> None:
    text = commands.text
    verify = commands.add("verify")
    what = verify.add_mutually_exclusive_group()
    what.add_argument("record", metavar="RECORD|ID", nargs="?")
    what.add_argument("--ask", metavar="ID", nargs="+", help=text("verify.option.ask"))
    what.add_argument(
        "--decide",
        metavar=("ID", "FIELD", "first|second|=VALUE"),
        nargs=3,
        help=text("verify.option.decide"),
    )
    states = ("due", "differs", "done")
    verify.add_argument("--state", choices=states, help=text("verify.option.state"))
    operators = commands.add("operators")
    operators.add_argument("--since", metavar="DATE", help=text("operators.option.since"))
    periods = ("day", "week", "month")
    operators.add_argument("--by", choices=periods, default="day", help=text("operators.option.by"))
    commands.json(verify, operators)


def _boards(commands: Commands) -> None:
    board = commands.add("board")
    board.add_argument("name", metavar="NAME", nargs="?")
    commands.area(board)
    commands.day(board)
    board.add_argument("--by", metavar="ROWS", help=commands.text("board.option.by"))
    commands.json(board)


def _reports(commands: Commands) -> None:
    text = commands.text
    report = commands.add("report")
    report.add_argument("form", metavar="FORM", nargs="?")
    commands.area(report)
    report.add_argument("--period", metavar="PERIOD", help=text("cli.option.period"))
    commands.day(report)
    formats = ("xlsx", "docx", "html", "csv", "txt")
    report.add_argument("--format", choices=formats, help=text("cli.option.format"))
    report.add_argument("--heading", metavar="NAME", help=text("cli.option.heading"))
    commands.several(report, "fill", "name=value", "cli.option.fill")
    commands.flag(report, "names", "cli.option.names")
    commands.output(report)


def _reorganising(commands: Commands) -> None:
    parser = commands.add("reorganise")
    parser.add_argument("file", metavar="FILE")
    words = commands.text("reorganise.option.on")
    parser.add_argument("--on", metavar="DATE", required=True, help=words)
    commands.several(parser, "without", "LEVEL", "reorganise.option.without")
    commands.several(parser, "end", "RECORD", "reorganise.option.end")
    commands.several(parser, "carry", "RECORD", "reorganise.option.carry")
    commands.flag(parser, "preview", "reorganise.option.preview")
    commands.json(parser)


def _assigning(commands: Commands) -> None:
    text = commands.text
    assign = commands.add("assign")
    proposing = text("assigning.option.propose")
    assign.add_argument("--propose", action="store_true", required=True, help=proposing)
    commands.area(assign, required=True)
    commands.flag(assign, "apply", "assigning.option.apply")
    handover = commands.add("handover")
    handover.add_argument("person", metavar="PERSON")
    handover.add_argument(
        "--to", metavar="PERSON", nargs="+", required=True, help=text("assigning.option.to")
    )
    commands.flag(handover, "stays", "assigning.option.stays")
    commands.flag(handover, "preview", "reorganise.option.preview")
    for parser, on in ((assign, "assigning.option.on"), (handover, "assigning.option.last_day")):
        is_needed = parser is handover
        parser.add_argument("--on", metavar="DATE", required=is_needed, help=text(on))
        decision = text("assigning.option.decision")
        parser.add_argument("--decision", metavar="ID", help=decision)
    commands.json(assign, handover)


def _signing(commands: Commands) -> None:
    text = commands.text
    listing = commands.add("signoff")
    commands.area(listing)
    commands.json(listing)
    parsers = [listing]
    for name in ("submit", "return", "approve"):
        parser = commands.add(name)
        parser.add_argument("areas", metavar="AREA-ID", nargs="+")
        parsers.append(parser)
        if name == "return":
            comment = text("signing.option.comment")
            parser.add_argument("--comment", metavar="TEXT", required=True, help=comment)
    for parser in parsers:
        parser.add_argument("--period", metavar="PERIOD", help=text("signing.option.period"))


def _checks(commands: Commands) -> None:
    commands.flag(commands.add("check"), "repair", "cli.option.repair")
    programme = commands.add("programme")
    actions = programme.add_subparsers(dest="action", metavar="ACTION", required=True)
    words = commands.text("cli.command.programme_check")
    whole = actions.add_parser("check", help=words, description=words)
    whole.add_argument("dir", metavar="DIR", nargs="?")


def _way_back(commands: Commands) -> None:
    history = commands.add("history")
    commands.id(history)
    commands.json(history)
    commands.add("undo")
    commands.add("backup").add_argument("file", metavar="FILE")
    restore = commands.add("restore")
    restore.add_argument("file", metavar="FILE")
    restore.add_argument("dir", metavar="DIR")


def _rights(commands: Commands) -> None:
    text = commands.text
    rights = commands.add("rights")
    what = rights.add_mutually_exclusive_group()
    what.add_argument(
        "--set", nargs=2, metavar=("USER", "ROLE"), dest="given", help=text("cli.option.set_rights")
    )
    what.add_argument("--drop", metavar="USER", help=text("cli.option.drop_rights"))
    commands.several(rights, "areas", "AREA", "cli.option.areas")
    commands.json(rights, commands.add("disclosures"))
