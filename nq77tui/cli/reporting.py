"""``report``: the tables that are handed in."""

from __future__ import annotations

import sys
from pathlib import Path

from nq77tui.cli.session import Session
from nq77tui.core.period import span
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.report import ReportForm
from nq77tui.core.text import normalise
from nq77tui.core.values import parse_date
from nq77tui.exchange.report.building import Order, find_form, make_sheet
from nq77tui.exchange.report.writing import WRITERS, write_report
from nq77tui.store.repository import Repository


def report(session: Session) -> int:
    """Write one form into a file, or name the forms there are."""
    arguments = session.arguments
    if not arguments.form:
        for form in session.programme.papers.forms.values():
            print(f"{form.name}\t{session.catalogue.label(form.label)}")
        return 0
    with session.repository() as repository:
        form = find_form(repository, arguments.form)
        order = _order(session, repository, form)
        if form.names:
            _ask(session)
        with session.waiting() as watch:
            sheet = make_sheet(repository, session.catalogue, order, watch)
        chosen = arguments.format or _by_ending(arguments.output) or "txt"
        if arguments.output:
            size = write_report(sheet, chosen, Path(arguments.output))
            session.say("report.written", file=arguments.output, rows=len(sheet.rows), bytes=size)
        else:
            sys.stdout.flush()
            sys.stdout.buffer.write(WRITERS[chosen](sheet))
    return 0


def _order(session: Session, repository: Repository, form: ReportForm) -> Order:
    arguments = session.arguments
    period, as_of = span(
        arguments.period,
        arguments.as_of and parse_date(arguments.as_of, repository.today()),
        repository.today().isoformat(),
        repository.settings.report_cutoff,
    )
    return Order(
        form=form,
        period=period,
        as_of=as_of,
        area=repository.find_area(arguments.of, as_of) if arguments.of else "",
        heading=arguments.heading or "",
        filled={**repository.settings.report, **_filled(arguments.fill)},
    )


def _filled(given: list[str]) -> dict[str, str]:
    found = {}
    for one in given:
        name, sign, value = one.partition("=")
        if not sign:
            raise RefusedError(Problem("cli.no_pair", {"given": one[:60]}))
        found[name.strip()] = normalise(value)
    return found


def _ask(session: Session) -> None:
    """A list of names is made only when somebody has said so."""
    if session.arguments.names:
        return
    if sys.stdin.isatty():
        session.say("report.names_question")
        if sys.stdin.readline().strip().lower() in ("c", "có", "y", "yes"):
            return
    raise RefusedError(Problem("report.names_not_confirmed"))


def _by_ending(output: str | None) -> str:
    ending = Path(output).suffix[1:].lower() if output else ""
    return ending if ending in WRITERS else ""
