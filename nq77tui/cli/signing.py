"""``signoff``, ``submit``, ``return``, ``approve``."""

from __future__ import annotations

from typing import Any

from nq77tui.cli.session import Session
from nq77tui.cli.shape import moment, write_json
from nq77tui.core.area_tree import EVERYWHERE
from nq77tui.core.counting.coverage import Coverage
from nq77tui.core.period import read_period
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.signing import Change, Step
from nq77tui.core.text import normalise, printable
from nq77tui.store.repository import Repository
from nq77tui.store.signing import SignOffs, Standing, last_period


def signoff(session: Session) -> int:
    """Print where every area stands, and what has changed since it was approved."""
    arguments = session.arguments
    with session.repository() as repository:
        signoffs = _signoffs(repository, arguments.period)
        top = _area(repository, signoffs, arguments.of) if arguments.of else EVERYWHERE
        rows, counted = [], dict[str, Coverage]()
        for area_id, depth in signoffs.areas(top):
            standing = signoffs.standing(area_id)
            changed = _changes(signoffs, area_id, standing, counted)
            rows.append((area_id, depth, standing, changed))
        if arguments.json:
            areas = [_json(session, signoffs, *row) for row in rows]
            write_json({"period": signoffs.period.name, "day": signoffs.day, "areas": areas})
            return 0
        for area_id, depth, standing, changed in rows:
            title = printable(repository.title(area_id))
            by = printable(standing.stamp.by) if standing.stamp else ""
            state = session.catalogue.text(f"signing.state.{standing.state}")
            print(area_id, "  " * depth + title, state, by, printable(standing.comment), sep="\t")
            for one in changed:
                print("changed", title, _label(session, one.name), one.then, one.now, sep="\t")
        session.say("signing.of", period=signoffs.period.name, count=len(rows))
    return 0


def _changes(
    signoffs: SignOffs, area_id: str, standing: Standing, counted: dict[str, Coverage]
) -> list[Change]:
    """What has changed since the approval; each day is counted once."""
    if standing.kept is None or not standing.kept.day:
        return []
    day = standing.kept.day
    if day not in counted:
        counted[day] = signoffs.repository.coverage(day)
    return signoffs.changes(area_id, counted[day])


def _json(
    session: Session,
    signoffs: SignOffs,
    area_id: str,
    depth: int,
    standing: Standing,
    changed: list[Change],
) -> dict[str, Any]:
    kept = standing.kept
    return {
        "id": area_id,
        "name": signoffs.repository.title(area_id),
        "level": signoffs.tree.level(area_id),
        "depth": depth,
        "state": standing.state,
        "by": standing.stamp.by if standing.stamp else "",
        "at": moment(standing.stamp.at) if standing.stamp else "",
        "comment": standing.comment,
        "record": standing.record_id,
        "approved_for": kept.day if kept else "",
        "approved": dict(kept.numbers) if kept else {},
        "changes": [
            {"name": one.name, "label": _label(session, one.name), "then": one.then, "now": one.now}
            for one in changed
        ],
    }


def _label(session: Session, name: str) -> str:
    programme = session.programme
    counted = programme.metrics.get(name) or programme.figures[name]
    return session.catalogue.label(counted.label)


def submit(session: Session) -> int:
    """Submit the figures of areas."""
    return _step(session, "submit")


def give_back(session: Session) -> int:
    """Return the figures of areas, with a comment."""
    return _step(session, "return")


def approve(session: Session) -> int:
    """Approve the figures of areas: they are kept as they are now."""
    return _step(session, "approve")


def _step(session: Session, step: Step) -> int:
    arguments = session.arguments
    with session.repository() as repository:
        signoffs = _signoffs(repository, arguments.period)
        areas = [_area(repository, signoffs, given) for given in arguments.areas]
        comment = normalise(arguments.comment) if step == "return" else ""
        count = signoffs.take(step, list(dict.fromkeys(areas)), comment)
    session.say(f"signing.done.{step}", count=count, period=signoffs.period.name)
    return 0


def _signoffs(repository: Repository, given: str | None) -> SignOffs:
    found = repository.programme.signoff
    if found is None:
        raise RefusedError(Problem("signing.not_declared"))
    cutoff = repository.settings.report_cutoff
    if given:
        return SignOffs(repository, found, read_period(given, cutoff))
    return SignOffs(repository, found, last_period(repository, found.every))


def _area(repository: Repository, signoffs: SignOffs, given: str) -> str:
    found = signoffs.tree.resolve(repository.find_area(given))
    if found == EVERYWHERE:
        params = {"id": given, "date": signoffs.day}
        raise RefusedError(Problem("cli.area_not_then", params))
    return found
