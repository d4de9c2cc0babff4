"""``nq77``: reads the arguments and hands over to the command."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from nq77tui.cli import INTERRUPTED
from nq77tui.cli.parser import build_parser, wanted_command
from nq77tui.cli.session import Session, first_language
from nq77tui.cli.usage import speaking
from nq77tui.core.problem import Problem, RefusedError, cause_of
from nq77tui.programme import LANGUAGES, load_catalogue
from nq77tui.store.progress import StoppedError

FINE, REFUSED = 0, 1

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
    "board": "boards.board",
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
        The exit status: 0 fine, 1 refused or found wanting, 2 usage, 130 stopped by Ctrl+C.
    """
    _fill_standard_streams()
    for stream in (sys.stdout, sys.stderr):
        # A terminal that is not UTF-8 shows what it can, and no command fails because of it.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    given = list(sys.argv[1:] if argv is None else argv)
    try:
        words = load_catalogue(_asked_language(given))
        with speaking(words):
            arguments = build_parser(words, wanted_command(given)).parse_args(given)
        return _carry_out(Session(arguments))
    except KeyboardInterrupt:
        return INTERRUPTED


def _carry_out(session: Session) -> int:
    try:
        status = command(session.arguments.command)(session)
        sys.stdout.flush()
        return status
    except RefusedError as error:
        return _refuse(session, error)
    except StoppedError:
        session.say("progress.stopped")
        return INTERRUPTED
    except KeyboardInterrupt:
        session.say("progress.cut_off")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has closed the pipe (`nq77 list … | head`): nothing is wrong.
        _drop_output()
        return FINE
    except OSError as error:
        # What the parts know of was refused by them: this is the output, or a broken machine.
        is_output = error.filename is None
        if is_output:
            _drop_output()
        key = "cli.no_output" if is_output else "cli.system_refused"
        params = {"file": str(error.filename), "detail": cause_of(error)}
        return _refuse(session, RefusedError(Problem(key, params)))


def _fill_standard_streams() -> None:
    """Open what the caller has closed, so that no file of a store becomes standard output."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("r+", encoding="utf-8"))  # noqa: SIM115


def _drop_output() -> None:
    """What could not be written to stdout must not be tried again at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


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
