"""The arguments of ``nq77``, with their help from the catalogue."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

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
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    def command(name: str) -> argparse.ArgumentParser:
        words = text(f"cli.command.{name}")
        return commands.add_parser(name, help=words, description=words, allow_abbrev=False)

    command("demo")
    command("init").add_argument("dir", metavar="DIR")
    sample = command("sample")
    sample.add_argument("dir", metavar="DIR")
    sample.add_argument("--seed", type=int, default=77, help=text("cli.option.seed"))
    sample.add_argument("--excerpt", action="store_true", help=text("cli.option.excerpt"))
    command("new").add_argument("record", metavar="RECORD")
    _add_record_commands(command, text)
    _add_transfer_commands(command, text)
    _add_overview_commands(command, text)
    _add_way_back_commands(command, text)
    _add_rights_commands(command, text)
    return parser


def _add_record_commands(command, text) -> None:  # type: ignore[no-untyped-def]
    add = command("add")
    add.add_argument("record", metavar="RECORD")
    add.add_argument("values", metavar="field=value", nargs="*")
    change = command("set")
    change.add_argument("id", metavar="ID")
    change.add_argument("values", metavar="field=value", nargs="+")
    show = command("show")
    show.add_argument("id", metavar="ID")
    show.add_argument("--json", action="store_true", help=text("cli.option.json"))
    show.add_argument("--reveal", action="store_true", help=text("cli.option.reveal"))
    command("delete").add_argument("id", metavar="ID")
    listing = command("list")
    listing.add_argument("record", metavar="RECORD")
    listing.add_argument(
        "--where",
        metavar="field=value",
        action="extend",
        nargs="+",
        default=[],
        help=text("cli.option.where"),
    )
    listing.add_argument("--json", action="store_true", help=text("cli.option.json"))
    listing.add_argument("--reveal", action="store_true", help=text("cli.option.reveal"))


def _add_transfer_commands(command, text) -> None:  # type: ignore[no-untyped-def]
    importing = command("import")
    importing.add_argument("file", metavar="FILE")
    importing.add_argument(
        "--as", dest="record", metavar="RECORD", required=True, help=text("cli.option.as")
    )
    importing.add_argument("--dry-run", action="store_true", help=text("cli.option.dry_run"))
    exporting = command("export")
    exporting.add_argument("record", metavar="RECORD|all")
    exporting.add_argument("--format", choices=("csv", "json"), default=None)
    exporting.add_argument("-o", dest="output", metavar="FILE", help=text("cli.option.output"))
    _add_stick_commands(command, text)
    conflicts = command("conflicts")
    conflicts.add_argument("--json", action="store_true", help=text("cli.option.json"))
    command("inbox").add_argument("--json", action="store_true", help=text("cli.option.json"))
    resolve = command("resolve")
    resolve.add_argument("id", metavar="ID")
    resolve.add_argument("field", metavar="FIELD")
    how = resolve.add_mutually_exclusive_group(required=True)
    how.add_argument("--take", type=int, metavar="N", help=text("cli.option.take"))
    how.add_argument("--value", metavar="V", help=text("cli.option.value"))
    for name in ("join", "different"):
        two = command(name)
        two.add_argument("id", metavar="ID")
        two.add_argument("other", metavar="ID")


def _add_stick_commands(command, text) -> None:  # type: ignore[no-untyped-def]
    bundle = command("bundle")
    what = bundle.add_mutually_exclusive_group(required=True)
    what.add_argument("out", metavar="OUT", nargs="?", help=text("cli.option.out"))
    what.add_argument("--verify", metavar="FILE", help=text("cli.option.verify"))
    since = bundle.add_mutually_exclusive_group()
    since.add_argument("--for", dest="machine", metavar="REPLICA", help=text("cli.option.for"))
    since.add_argument("--all", action="store_true", help=text("cli.option.all"))
    bundle.add_argument("--of", metavar="AREA-ID", help=text("cli.option.of"))
    merging = command("merge")
    what = merging.add_mutually_exclusive_group(required=True)
    what.add_argument("paths", metavar="PATH", nargs="*", default=[])
    what.add_argument("--undo", action="store_true", help=text("cli.option.undo_merge"))
    merging.add_argument("--preview", action="store_true", help=text("cli.option.preview"))
    merging.add_argument("--json", action="store_true", help=text("cli.option.json"))
    peers = command("peers")
    peers.add_argument("--name", metavar="NAME", help=text("cli.option.machine_name"))
    peers.add_argument(
        "--call", nargs=2, metavar=("REPLICA", "NAME"), help=text("cli.option.call_machine")
    )
    peers.add_argument("--forget", metavar="REPLICA", help=text("cli.option.forget"))
    peers.add_argument("--json", action="store_true", help=text("cli.option.json"))
    receipts = command("receipts")
    receipts.add_argument("--json", action="store_true", help=text("cli.option.json"))


def _add_way_back_commands(command, text) -> None:  # type: ignore[no-untyped-def]
    history = command("history")
    history.add_argument("id", metavar="ID")
    history.add_argument("--json", action="store_true", help=text("cli.option.json"))
    command("undo")
    command("backup").add_argument("file", metavar="FILE")
    restore = command("restore")
    restore.add_argument("file", metavar="FILE")
    restore.add_argument("dir", metavar="DIR")


def _add_rights_commands(command, text) -> None:  # type: ignore[no-untyped-def]
    rights = command("rights")
    what = rights.add_mutually_exclusive_group()
    what.add_argument(
        "--set", nargs=2, metavar=("USER", "ROLE"), dest="given", help=text("cli.option.set_rights")
    )
    what.add_argument("--drop", metavar="USER", help=text("cli.option.drop_rights"))
    rights.add_argument(
        "--areas",
        metavar="AREA",
        action="extend",
        nargs="+",
        default=[],
        help=text("cli.option.areas"),
    )
    rights.add_argument("--json", action="store_true", help=text("cli.option.json"))
    command("disclosures").add_argument("--json", action="store_true", help=text("cli.option.json"))


def _add_overview_commands(command, text) -> None:  # type: ignore[no-untyped-def]
    coverage = command("coverage")
    coverage.add_argument("--of", metavar="AREA-ID", help=text("cli.option.of"))
    coverage.add_argument("--as-of", metavar="DATE", help=text("cli.option.as_of"))
    coverage.add_argument("--json", action="store_true", help=text("cli.option.json"))
    _add_verify_commands(command, text)
    _add_board_command(command, text)
    _add_report_command(command, text)
    _add_reorganise_command(command, text)
    _add_assigning_commands(command, text)
    _add_signing_commands(command, text)
    checking = command("check")
    checking.add_argument("--repair", action="store_true", help=text("cli.option.repair"))
    programme = command("programme").add_subparsers(dest="action", metavar="ACTION", required=True)
    words = text("cli.command.programme_check")
    whole = programme.add_parser("check", help=words, description=words)
    whole.add_argument("dir", metavar="DIR", nargs="?")


def _add_verify_commands(command, text) -> None:  # type: ignore[no-untyped-def]
    verify = command("verify")
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
    verify.add_argument("--json", action="store_true", help=text("cli.option.json"))
    operators = command("operators")
    operators.add_argument("--since", metavar="DATE", help=text("operators.option.since"))
    periods = ("day", "week", "month")
    operators.add_argument("--by", choices=periods, default="day", help=text("operators.option.by"))
    operators.add_argument("--json", action="store_true", help=text("cli.option.json"))


def _add_board_command(command, text) -> None:  # type: ignore[no-untyped-def]
    board = command("board")
    board.add_argument("name", metavar="NAME", nargs="?")
    board.add_argument("--of", metavar="AREA-ID", help=text("cli.option.of"))
    board.add_argument("--as-of", metavar="DATE", help=text("cli.option.as_of"))
    board.add_argument("--by", metavar="ROWS", help=text("board.option.by"))
    board.add_argument("--json", action="store_true", help=text("cli.option.json"))


def _add_reorganise_command(command, text) -> None:  # type: ignore[no-untyped-def]
    parser = command("reorganise")
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--on", metavar="DATE", required=True, help=text("reorganise.option.on"))
    for name, metavar in (("without", "LEVEL"), ("end", "RECORD"), ("carry", "RECORD")):
        parser.add_argument(
            f"--{name}",
            metavar=metavar,
            action="extend",
            nargs="+",
            default=[],
            help=text(f"reorganise.option.{name}"),
        )
    parser.add_argument("--preview", action="store_true", help=text("reorganise.option.preview"))
    parser.add_argument("--json", action="store_true", help=text("cli.option.json"))


def _add_assigning_commands(command, text) -> None:  # type: ignore[no-untyped-def]
    assign = command("assign")
    proposing = text("assigning.option.propose")
    assign.add_argument("--propose", action="store_true", required=True, help=proposing)
    assign.add_argument("--of", metavar="AREA-ID", required=True, help=text("cli.option.of"))
    assign.add_argument("--apply", action="store_true", help=text("assigning.option.apply"))
    handover = command("handover")
    handover.add_argument("person", metavar="PERSON")
    handover.add_argument(
        "--to", metavar="PERSON", nargs="+", required=True, help=text("assigning.option.to")
    )
    handover.add_argument("--stays", action="store_true", help=text("assigning.option.stays"))
    preview = text("reorganise.option.preview")
    handover.add_argument("--preview", action="store_true", help=preview)
    for parser, on in ((assign, "assigning.option.on"), (handover, "assigning.option.last_day")):
        is_needed = parser is handover
        parser.add_argument("--on", metavar="DATE", required=is_needed, help=text(on))
        decision = text("assigning.option.decision")
        parser.add_argument("--decision", metavar="ID", help=decision)
        parser.add_argument("--json", action="store_true", help=text("cli.option.json"))


def _add_signing_commands(command, text) -> None:  # type: ignore[no-untyped-def]
    listing = command("signoff")
    listing.add_argument("--of", metavar="AREA-ID", help=text("cli.option.of"))
    listing.add_argument("--json", action="store_true", help=text("cli.option.json"))
    parsers = [listing]
    for name in ("submit", "return", "approve"):
        parser = command(name)
        parser.add_argument("areas", metavar="AREA-ID", nargs="+")
        parsers.append(parser)
        if name == "return":
            comment = text("signing.option.comment")
            parser.add_argument("--comment", metavar="TEXT", required=True, help=comment)
    for parser in parsers:
        parser.add_argument("--period", metavar="PERIOD", help=text("signing.option.period"))


def _add_report_command(command, text) -> None:  # type: ignore[no-untyped-def]
    report = command("report")
    report.add_argument("form", metavar="FORM", nargs="?")
    report.add_argument("--of", metavar="AREA-ID", help=text("cli.option.of"))
    report.add_argument("--period", metavar="PERIOD", help=text("cli.option.period"))
    report.add_argument("--as-of", metavar="DATE", help=text("cli.option.as_of"))
    formats = ("xlsx", "docx", "html", "csv", "txt")
    report.add_argument("--format", choices=formats, help=text("cli.option.format"))
    report.add_argument("--heading", metavar="NAME", help=text("cli.option.heading"))
    report.add_argument(
        "--fill",
        metavar="name=value",
        action="extend",
        nargs="+",
        default=[],
        help=text("cli.option.fill"),
    )
    report.add_argument("--names", action="store_true", help=text("cli.option.names"))
    report.add_argument("-o", dest="output", metavar="FILE", help=text("cli.option.output"))
