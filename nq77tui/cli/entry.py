"""``nq77``: reads the arguments and hands over to the command."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from nq77tui.cli.parser import build_parser
from nq77tui.cli.session import Session, first_language
from nq77tui.core.problem import RefusedError
from nq77tui.programme import LANGUAGES, load_catalogue

FINE, REFUSED, INTERRUPTED = 0, 1, 130

COMMANDS: dict[str | None, str] = {
    None: "setup.app",
    "demo": "setup.demo",
    "init": "setup.init",
    "sample": "setup.sample",
    "new": "setup.new",
    "add": "records.add",
    "set": "records.change",
    "show": "records.show",
    "delete": "records.delete",
    "list": "records.list_records",
    "import": "transfer.import_records",
    "export": "transfer.export_records",
    "bundle": "sticks.bundle",
    "merge": "deciding.merge",
    "peers": "sticks.peers",
    "receipts": "sticks.list_receipts",
    "conflicts": "deciding.conflicts",
    "inbox": "inbox.inbox",
    "resolve": "inbox.resolve",
    "join": "inbox.join",
    "different": "inbox.different",
    "coverage": "overview.coverage",
    "verify": "verifying.verify",
    "operators": "verifying.operators",
    "report": "reporting.report",
    "assign": "assigning.assign",
    "handover": "assigning.handover",
    "signoff": "signing.signoff",
    "submit": "signing.submit",
    "return": "signing.give_back",
    "approve": "signing.approve",
    "reorganise": "reorganising.reorganise_areas",
    "check": "overview.check",
    "history": "way_back.history",
    "undo": "way_back.undo",
    "backup": "way_back.backup",
    "restore": "way_back.restore",
    "rights": "rights.rights",
    "disclosures": "rights.list_disclosures",
    "programme": "overview.check_programme",
}
"""Where each command is: only what is called is imported, and the app starts sooner."""


def run(argv: Sequence[str] | None) -> int:
    """Run one command.

    Returns:
        The exit status: 0 fine, 1 refused or found wanting, 2 usage.
    """
    for stream in (sys.stdout, sys.stderr):
        # A terminal that is not UTF-8 shows what it can, and no command fails because of it.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    given = list(sys.argv[1:] if argv is None else argv)
    arguments = build_parser(load_catalogue(_asked_language(given))).parse_args(given)
    session = Session(arguments)
    try:
        return command(arguments.command)(session)
    except RefusedError as error:
        return _refuse(session, error)
    except BrokenPipeError:
        # The reader has closed the pipe (`nq77 list … | head`): nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINE
    except KeyboardInterrupt:
        return INTERRUPTED


def command(name: str | None) -> Callable[[Session], int]:
    """The function that carries a command out."""
    module, function = COMMANDS[name].split(".")
    found: Callable[[Session], int] = getattr(import_module(f"nq77tui.cli.{module}"), function)
    return found


def _refuse(session: Session, error: RefusedError) -> int:
    try:
        catalogue = session.catalogue
    except RefusedError:
        # The settings that name the language are what is damaged.
        catalogue = load_catalogue(first_language())
    for problem in error.problems:
        print(catalogue.problem(problem), file=sys.stderr)
    return REFUSED


def _asked_language(given: Sequence[str]) -> str:
    """The language of the help, which is needed before the arguments are parsed."""
    for position, word in enumerate(given):
        if word == "--lang" and given[position + 1 : position + 2]:
            wanted = given[position + 1]
        elif word.startswith("--lang="):
            wanted = word.removeprefix("--lang=")
        else:
            continue
        if wanted in LANGUAGES:
            return wanted
    return first_language()
