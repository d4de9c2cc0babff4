"""``add``, ``set``, ``show``, ``delete``, ``list``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nq77tui.cli.session import Session
from nq77tui.cli.shape import flat_json, record_json, shown, values_of, write_json
from nq77tui.core.base32 import as_typed
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.record import Json, Record
from nq77tui.core.schema import Schema
from nq77tui.core.text import normalise, printable
from nq77tui.core.typed import read_typed
from nq77tui.core.values import ValueRefusedError
from nq77tui.store.repository import Repository


def add(session: Session) -> int:
    """Save a new record and print its id."""
    arguments = session.arguments
    with session.repository() as repository:
        schema = repository.schema(arguments.record)
        values = _read_pairs(repository, schema, arguments.values, {})
        _say_warnings(session, repository.check(schema.record, values))
        print(repository.add(schema.record, values).id)
    return 0


def change(session: Session) -> int:
    """Save changed fields of a record."""
    arguments = session.arguments
    with session.repository() as repository:
        record = _live(repository, arguments.id)
        schema = repository.schema(record.type)
        changes = _read_pairs(repository, schema, arguments.values, record.values)
        _say_warnings(
            session,
            (
                problem
                for problem in repository.check(record.type, {**record.values, **changes})
                if problem.params.get("field") in changes
            ),
        )
        repository.edit(record.id, changes)
    return 0


def show(session: Session) -> int:
    """Print one record."""
    with session.repository() as repository:
        given = as_typed(session.arguments.id)
        record = repository.require(repository.resolve_id(given))
        if record.id != given:
            session.say("cli.was_joined", given=given, id=record.id)
        if session.arguments.reveal:
            [record] = repository.reveal([record.id])
        schema = repository.programme.schemas.get(record.type)
        if session.arguments.json:
            write_json(record_json(record, schema))
            return 0
        print(f"id: {record.id}\nrecord: {record.type}")
        lang = session.catalogue.lang
        for name, value in values_of(record, schema).items():
            text = shown(repository, record.type, name, value, lang)
            print(f"{printable(name)}: {text}")
        if record.is_dead:
            session.say("cli.is_deleted", id=record.id)
        if record.conflicts or record.is_contested:
            session.say("cli.has_conflicts", id=record.id)
    return 0


def delete(session: Session) -> int:
    """Mark a record deleted."""
    with session.repository() as repository:
        record = _live(repository, session.arguments.id)
        repository.delete(record.id)
        referring = len(repository.referring(record.id))
        if referring:
            session.say("cli.still_referred", id=record.id, count=referring)
    return 0


def list_records(session: Session) -> int:
    """Print the live records of a type that have the values asked for."""
    arguments = session.arguments
    with session.repository() as repository:
        schema = repository.schema(arguments.record)
        wanted = _read_pairs(repository, schema, arguments.where, {})
        rows = [
            row
            for row in repository.rows(schema.record)
            if all(row.values.get(name) == value for name, value in wanted.items())
        ]
        if arguments.reveal:
            seen = {record.id: record for record in repository.reveal([row.id for row in rows])}
            rows = [row._replace(values=seen[row.id].values) for row in rows]
        if arguments.json:
            write_json([flat_json(row.id, row.type, values_of(row.values, schema)) for row in rows])
            return 0
        for row in rows:
            print(f"{row.id}\t{printable(repository.title(row.id))}")
        session.say("cli.listed", count=len(rows))
    return 0


def _live(repository: Repository, record_id: str) -> Record:
    record = repository.require(repository.resolve_id(as_typed(record_id)))
    if record.is_dead:
        raise RefusedError(Problem("cli.deleted", {"id": record.id}))
    return record


def _read_pairs(
    repository: Repository, schema: Schema, pairs: Sequence[str], known: dict[str, Json]
) -> dict[str, Json]:
    """``field=value`` texts as values; every problem of every pair is reported at once."""
    values: dict[str, Json] = {}
    problems: list[Problem] = []
    for pair in pairs:
        name, separator, typed = pair.partition("=")
        name = normalise(name)
        if not separator:
            problems.append(Problem("cli.no_pair", {"given": pair[:60]}))
        elif name not in schema.fields:
            known_fields = ", ".join(schema.fields)
            params = {"record": schema.record, "field": name, "known": known_fields}
            problems.append(Problem("cli.no_field", params))
        else:
            try:
                lookup = repository.read_reference({**known, **values})
                values[name] = read_typed(
                    schema.fields[name], typed, repository.today(), lookup=lookup
                )
            except ValueRefusedError as error:
                label = schema.fields[name].label
                problems += [
                    Problem("cli.field_refused", {"field": name, "label": label, "problem": one})
                    for one in error.problems
                ]
    if problems:
        raise RefusedError(*problems)
    return values


def _say_warnings(session: Session, problems: Iterable[Problem]) -> None:
    for problem in problems:
        if problem.severity == "warning":
            session.say("cli.warning", problem=problem)
