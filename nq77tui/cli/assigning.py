"""``assign``, ``handover``: proposals are shown, and written when that is asked for."""

from __future__ import annotations

from datetime import date
from typing import Any

from nq77tui.cli.session import Session
from nq77tui.cli.shape import write_json
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.record import Json
from nq77tui.core.schema import Field
from nq77tui.core.task import Assigning
from nq77tui.core.text import normalise, printable
from nq77tui.core.values import parse_date
from nq77tui.store.assigning import Assignments, first_values
from nq77tui.store.handover import hand_over, plan_handover
from nq77tui.store.proposing import Plan, propose_in, write_plan
from nq77tui.store.repository import Repository


def assign(session: Session) -> int:
    """Propose who takes what has nobody in an area; write it with ``--apply``."""
    arguments = session.arguments
    with session.repository() as repository:
        assigning, day = _assigning(repository), _day(repository, arguments.on)
        area_id = repository.find_area(arguments.of)
        assignments = Assignments(repository, assigning, day)
        with session.waiting() as watch:
            counted = repository.coverage(day.isoformat(), watch)
        place = counted.tree.resolve(area_id)
        if not place:
            raise RefusedError(
                Problem("cli.area_not_then", {"id": arguments.of, "date": counted.as_of})
            )
        decision = _decision(repository, assigning, arguments.decision)
        written = 0
        with session.waiting() as watch:
            plan = propose_in(assignments, counted, place, watch)
            if arguments.apply and plan.given:
                screen = repository.programme.screens[assigning.record]
                begins = {assignments.schema.begins: day.isoformat()}
                values = first_values(repository, screen, {**begins, **decision})
                written = len(write_plan(assignments, plan.shares, values, watch))
        if arguments.json:
            write_json(_plan_json(repository, plan, day, written))
        else:
            _print_plan(session, repository, plan, written)
    return 0


def _plan_json(repository: Repository, plan: Plan, day: date, written: int) -> dict[str, Any]:
    def named(record_id: str) -> dict[str, str]:
        return {"id": record_id, "name": repository.title(record_id)}

    return {
        "day": day.isoformat(),
        "counts": {**_counts(plan), "written": written},
        "people": [
            {**named(person), "before": plan.loads.get(person, 0), "given": len(units)}
            for person, units in plan.shares
        ],
        "given": [
            {**named(unit), "area": named(plan.places[unit]), "person": named(person)}
            for unit, person in plan.given.items()
        ],
        "left": [{**named(unit), "area": named(plan.places[unit])} for unit in plan.left],
    }


def _counts(plan: Plan) -> dict[str, int]:
    return {"in": len(plan.places), "given": len(plan.given), "left": len(plan.left)}


def _print_plan(session: Session, repository: Repository, plan: Plan, written: int) -> None:
    def name(record_id: str) -> str:
        return printable(repository.title(record_id))

    for what, count in {**_counts(plan), "written": written}.items():
        print(f"{what}\t{count}")
    for person, units in plan.shares:
        before = plan.loads.get(person, 0)
        print(f"person\t{person}\t{name(person)}\t{before}\t{before + len(units)}")
    for unit, place in plan.places.items():
        taker = plan.given.get(unit)
        print("unit", unit, name(unit), name(place), name(taker) if taker else "-", sep="\t")
    if plan.left:
        session.say("assigning.left", count=len(plan.left))
    if written:
        session.say("assigning.written", count=written)
    elif plan.given:
        session.say("assigning.not_written")


def handover(session: Session) -> int:
    """Give all that a person holds to others from the day after a day on."""
    arguments = session.arguments
    with session.repository() as repository:
        assigning = _assigning(repository)
        day = _day(repository, arguments.on)
        person = _person(repository, assigning, arguments.person)
        heirs = [_person(repository, assigning, given) for given in arguments.to]
        plan = plan_handover(
            repository, assigning, person, heirs, day, is_leaving=not arguments.stays
        )
        decision = _decision(repository, assigning, arguments.decision)
        counts = {"in": len(plan.rows)}
        if not arguments.preview:
            done = hand_over(repository, assigning, plan, decision)
            counts = {**counts, "ended": done.ended, "given": done.given, "had": done.had}
        lines = [
            (str(row.values.get(assigning.unit)), plan.heirs[row.id]) for row in plan.rows
        ]  # fmt: skip
        if arguments.json:
            write_json(
                {
                    "last_day": day.isoformat(),
                    "preview": arguments.preview,
                    "counts": counts,
                    "rows": [
                        {
                            "unit": {"id": unit, "name": repository.title(unit)},
                            "person": {"id": heir, "name": repository.title(heir)},
                        }
                        for unit, heir in lines
                    ],
                }
            )
            return 0
        for what, count in counts.items():
            print(f"{what}\t{count}")
        for unit, heir in lines:
            titles = (printable(repository.title(one)) for one in (unit, heir))
            print("unit", unit, *titles, sep="\t")
    key = "assigning.preview" if arguments.preview else "assigning.handed"
    session.say(key, count=counts["in"])
    return 0


def _assigning(repository: Repository) -> Assigning:
    assigning = repository.programme.assigning
    if assigning is None:
        raise RefusedError(Problem("tui.coverage.no_assigning"))
    return assigning


def _day(repository: Repository, given: str | None) -> date:
    today = repository.today()
    return date.fromisoformat(parse_date(given, today)) if given else today


def _person(repository: Repository, assigning: Assigning, given: str) -> str:
    return _reference(repository, repository.schema(assigning.record).fields[assigning.who], given)


def _decision(repository: Repository, assigning: Assigning, given: str | None) -> dict[str, Json]:
    """The decision that all of them are made by, as a value of its field."""
    if not given:
        return {}
    field = repository.schema(assigning.record).fields.get(assigning.decision)
    if field is None:
        raise RefusedError(Problem("assigning.no_decision"))
    if not field.is_reference:
        return {field.name: normalise(given)}
    return {field.name: _reference(repository, field, given)}


def _reference(repository: Repository, field: Field, given: str) -> str:
    return repository.read_reference({})(field, normalise(given))
