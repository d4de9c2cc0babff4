"""``verify``, ``operators``."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from nq77tui.cli.session import Session
from nq77tui.cli.shape import moment, shown, type_name, write_json
from nq77tui.core.base32 import as_typed
from nq77tui.core.operator_figures import Figures, by_period, total
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.text import printable
from nq77tui.core.typed import read_typed
from nq77tui.core.values import parse_date, show_number
from nq77tui.core.verification import FIRST, SECOND, THIRD, Difference, Verification
from nq77tui.store.operator_figures import operator_figures, visible
from nq77tui.store.repository import Repository
from nq77tui.store.verifying import DUE, STATES, Item, Verifying


def verify(session: Session) -> int:
    """Print what is to be keyed again and what second keyings found, or put records on the list."""
    arguments = session.arguments
    with session.repository() as repository:
        verifying = Verifying(repository)
        if arguments.ask:
            ids = [as_typed(given) for given in arguments.ask]
            count = verifying.ask_for(ids)
            session.say("verify.asked", count=count, known=len(ids) - count)
            return 0
        if arguments.decide:
            _decide(repository, verifying, *arguments.decide)
            return 0
        items = _asked(repository, verifying, arguments.record)
        wanted = [one for one in items if arguments.state in (None, one.state)]
        if arguments.json:
            write_json([_item_json(repository, one) for one in wanted])
        else:
            for one in wanted:
                _print_item(session, repository, one)
        counts = Counter(one.state for one in items)
        session.say("verify.counts", **{state: counts[state] for state in STATES})
        if not items and not repository.settings.verify_share:
            session.say("verify.no_share")
    return 0


def _asked(repository: Repository, verifying: Verifying, given: str | None) -> list[Item]:
    """The records of the store, of one type, or one record."""
    if given is None:
        return verifying.items()
    if given in repository.programme.schemas:
        if not verifying.can_verify(given):
            params = {"record": given, "file": f"screens/{given}.toml"}
            raise RefusedError(Problem("verify.not_declared", params))
        return [one for one in verifying.items() if one.record_type == given]
    record = repository.require(repository.resolve_id(as_typed(given)))
    verifying.identifying(record.id)
    found = verifying.item(record.id)
    listed = {one.record_id for one in verifying.items()} if found and found.state == DUE else ()
    return [found] if found and (found.state != DUE or found.record_id in listed) else []


def _item_json(repository: Repository, item: Item) -> dict[str, Any]:
    return {
        "id": item.record_id,
        "record": item.record_type,
        "title": repository.title(item.record_id),
        "state": item.state,
        "verifications": [_verification_json(one) for one in item.verifications],
    }


def _verification_json(one: Verification) -> dict[str, Any]:
    return {
        "id": one.id,
        "by": one.stamp.by,
        "at": moment(one.stamp.at),
        "checked": sum(count for _, _, count in one.checked),
        "differences": [
            {
                "field": difference.field,
                "first": difference.first,
                "first_by": difference.by,
                "first_at": moment(difference.at),
                "second": difference.second,
                "result": difference.result or None,
            }
            for difference in one.differences
        ],
    }


def _print_item(session: Session, repository: Repository, item: Item) -> None:
    state = session.catalogue.text(f"verify.state.{item.state}")
    title = printable(repository.title(item.record_id))
    print(f"{state}\t{type_name(session, item.record_type)}\t{item.record_id}\t{title}")
    for one in item.verifications:
        print(f"\t{one.id}\t{moment(one.stamp.at)}\t{printable(one.stamp.by)}")
        for difference in one.differences:
            print(f"\t\t{_difference_text(session, repository, item, difference)}")


def _difference_text(session: Session, repository: Repository, item: Item, one: Difference) -> str:
    lang = session.catalogue.lang
    first, second = (
        shown(repository, item.record_type, one.field, value, lang) if value is not None else ""
        for value in (one.first, one.second)
    )
    return f"{one.field}\t{first}\t{second}\t{one.result or '?'}"


def _decide(
    repository: Repository, verifying: Verifying, given: str, field: str, answer: str
) -> None:
    """``--decide ID FIELD first|second|=VALUE``."""
    verification = verifying.get(as_typed(given))
    if verification is None:
        raise RefusedError(Problem("verify.gone", {"id": given}))
    if answer not in (FIRST, SECOND) and not answer.startswith("="):
        raise RefusedError(Problem("verify.no_answer", {"found": answer}))
    if not answer.startswith("="):
        verifying.decide(verification.id, {field: (answer, None)})
        return
    record = repository.require(repository.resolve_id(verification.of))
    fields = repository.schema(record.type).fields
    if field not in fields:
        names = {"record": record.type, "field": field, "known": ", ".join(fields)}
        raise RefusedError(Problem("cli.no_field", names))
    lookup = repository.read_reference(record.values)
    value = read_typed(fields[field], answer[1:], repository.today(), lookup=lookup)
    verifying.decide(verification.id, {field: (THIRD, value)})


def operators(session: Session) -> int:
    """Print what operators have keyed, and how well; one's own figures, or a supervisor's view."""
    arguments = session.arguments
    with session.repository() as repository:
        since = None
        if arguments.since:
            since = date.fromisoformat(parse_date(arguments.since, repository.today()))
        found = operator_figures(repository, since)
        seen, is_all = visible(repository, found)
        if arguments.json:
            write_json(
                [
                    {
                        "operator": operator,
                        "total": _figures_json(total(days)),
                        arguments.by: {
                            name: _figures_json(one)
                            for name, one in by_period(days, arguments.by).items()
                        },
                    }
                    for operator, days in seen
                ]
            )
        else:
            print(session.catalogue.text("operators.head"))
            for operator, days in seen:
                for name, one in by_period(days, arguments.by).items():
                    cells = _figures_cells(one, session.catalogue.lang)
                    print("\t".join([printable(operator), name, *cells]))
        if not is_all:
            session.say("operators.own_only", operator=repository.operator)
    return 0


def _figures_json(one: Figures) -> dict[str, Any]:
    return {
        "records": one.records,
        "fields": one.fields,
        "seconds": one.seconds,
        "records_an_hour": _rounded(one.records_an_hour),
        "fields_an_hour": _rounded(one.fields_an_hour),
        "warned_percent": _rounded(one.warned_percent),
        "checked": one.checked,
        "errors": one.errors,
        "errors_a_thousand": _rounded(one.errors_a_thousand),
        "open": one.open,
    }


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 1)


def _figures_cells(one: Figures, lang: str) -> list[str]:
    numbers = (
        one.records,
        one.fields,
        _rounded(one.seconds / 3600),
        _rounded(one.records_an_hour),
        _rounded(one.fields_an_hour),
        _rounded(one.warned_percent),
        one.checked,
        one.errors,
        _rounded(one.errors_a_thousand),
        one.open,
    )
    return ["" if number is None else show_number(number, lang) for number in numbers]
