"""``coverage``, ``check``, ``programme check``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from nq77tui.cli.session import Session
from nq77tui.cli.shape import write_json
from nq77tui.core.area_tree import EVERYWHERE
from nq77tui.core.counting.coverage import Coverage, expected_by
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.text import printable
from nq77tui.core.values import parse_date, show_number
from nq77tui.core.vietnamese.collation import sort_key
from nq77tui.programme import load_programme, shipped_folder
from nq77tui.store.checking import check_store
from nq77tui.store.creation import SNAPSHOT
from nq77tui.store.repair import repair_store
from nq77tui.store.repository import Repository
from nq77tui.store.undeclared import undeclared_fields


def coverage(session: Session) -> int:
    """Print the metrics and figures of an area and of the areas right below it."""
    arguments = session.arguments
    with session.repository() as repository:
        as_of = repository.today().isoformat()
        if arguments.as_of:
            as_of = parse_date(arguments.as_of, repository.today())
        with session.waiting() as watch:
            counted = repository.coverage(as_of, watch)
        area_id = _area(repository, counted, arguments.of)
        shape = _Shape(session, repository, counted)
        children = sorted(
            counted.tree.children.get(area_id, []),
            key=lambda child: sort_key(repository.title(child)),
        )
        if arguments.json:
            write_json(shape.report(area_id, children))
        else:
            shape.print_table(area_id, children)
    return 0


def _area(repository: Repository, counted: Coverage, given: str | None) -> str:
    if given is None:
        return counted.top
    area_id = repository.find_area(given, counted.as_of)
    found = counted.tree.resolve(area_id)
    if found == EVERYWHERE:
        raise RefusedError(Problem("cli.area_not_then", {"id": given, "date": counted.as_of}))
    return found


class _Shape:
    def __init__(self, session: Session, repository: Repository, counted: Coverage) -> None:
        self._session = session
        self._repository = repository
        self._counted = counted

    def _name(self, area_id: str) -> str:
        if area_id == EVERYWHERE:
            return self._session.catalogue.text("cli.everywhere")
        return self._repository.title(area_id)

    def _numbers(self, area_id: str) -> dict[str, Any]:
        label = self._session.catalogue.label
        programme = self._repository.programme
        metrics = {}
        for name, metric in programme.metrics.items():
            share = self._counted.share(area_id, name)
            metrics[name] = {
                "label": label(metric.label),
                "have": share.have,
                "of": share.of,
                "percent": share.percent,
                "target": metric.target,
                "expected": expected_by(metric, self._counted.as_of),
            }
        figures = {name: self._counted.figure(area_id, name) for name in programme.figures}
        return {"metrics": metrics, "figures": figures}

    def report(self, area_id: str, children: list[str]) -> Mapping[str, Any]:
        """The JSON form."""
        level = self._counted.tree.level(area_id)
        return {
            "as_of": self._counted.as_of,
            "area": {"id": area_id, "name": self._name(area_id), "level": level},
            **self._numbers(area_id),
            "children": [
                {"id": child, "name": self._name(child), **self._numbers(child)}
                for child in children
            ],
        }

    def print_table(self, area_id: str, children: list[str]) -> None:
        """The form for people: a line a metric, then a line an area below."""
        label = self._session.catalogue.label
        number = partial(show_number, lang=self._session.catalogue.lang)
        programme = self._repository.programme
        self._session.say("cli.coverage_of", area=self._name(area_id), date=self._counted.as_of)
        for name, metric in programme.metrics.items():
            share = self._counted.share(area_id, name)
            percent = "-" if share.percent is None else f"{number(share.percent)}%"
            numbers = f"{number(share.have)}/{number(share.of)}"
            print(f"{label(metric.label):<58} {numbers:>15} {percent:>7}")
        for name, figure in programme.figures.items():
            counted = number(self._counted.figure(area_id, name))
            print(f"{label(figure.label):<58} {counted:>15}")
        for child in children:
            shares = (self._counted.share(child, name) for name in programme.home.metrics)
            numbers = "  ".join(f"{number(share.have)}/{number(share.of)}" for share in shares)
            print(f"{printable(self._name(child)):<30} {numbers}")


def check(session: Session) -> int:
    """Read the whole store and name what is wrong; first repair it where that is asked for."""
    if session.arguments.repair:
        _repair(session)
    with session.repository() as repository:
        with session.waiting() as watch:
            report = check_store(repository, watch)
        for problem in report.problems:
            session.say_problem(problem)
        for problem in undeclared_fields(repository):
            session.say_problem(problem)
        if report.newer:
            session.say("parked.count", count=report.newer)
        session.say(
            "cli.checked",
            records=report.records,
            conflicts=report.conflicts,
            warnings=report.warnings,
            confirmed=report.confirmed,
            problems=len(report.problems),
        )
    return 1 if report.problems else 0


def _repair(session: Session) -> None:
    report = repair_store(session.store_folder / SNAPSHOT)
    session.say(
        "repair.done",
        kept=report.kept,
        commits=report.commits,
        set_aside=report.set_aside,
        files=", ".join(report.files) or "-",
    )
    if report.missing:
        runs = (f"{a}" if a == b else f"{a}-{b or '?'}" for a, b in report.missing)
        session.say("repair.missing", commits=", ".join(runs))


def check_programme(session: Session) -> int:
    """Prove a programme whole; with a store, say what it holds that the programme leaves out."""
    given = session.arguments.dir or session.arguments.programme
    programme = load_programme(Path(given) if given else shipped_folder())
    if session.arguments.store:
        session.programme = programme
        with session.repository(read_only=True) as repository:
            for problem in undeclared_fields(repository):
                session.say_problem(problem)
    session.say(
        "cli.programme_whole",
        label=programme.label,
        records=len(programme.schemas),
        metrics=len(programme.metrics),
        reports=len(programme.papers.forms),
        boards=len(programme.boards),
    )
    return 0
