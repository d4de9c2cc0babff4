"""``bundle``, ``peers``, ``receipts``: what travels, how far it has come, what was taken in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nq77tui.cli.session import Session
from nq77tui.cli.shape import moment, type_name, write_json
from nq77tui.core.document import from_document
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.text import printable
from nq77tui.store.bundle_reading import read_bundle
from nq77tui.store.bundle_writing import since_for, write_bundle
from nq77tui.store.peer_matrix import Machine, peer_matrix
from nq77tui.store.receipts import Receipt, problem_of, receipts


def bundle(session: Session) -> int:
    """Write a bundle and print where it is, or verify one."""
    arguments = session.arguments
    if arguments.verify:
        return _verify(session, Path(arguments.verify))
    if not arguments.out:
        raise RefusedError(Problem("bundle.no_out"))
    with session.repository() as repository:
        since = since_for(repository, arguments.machine, everything=arguments.all)
        area = repository.find_area(arguments.of) if arguments.of else ""
        with session.waiting() as watch:
            written = write_bundle(repository, Path(arguments.out), since, area, watch)
        is_meant_as_part = bool(area) or not repository.sees_all
    print(written.path)
    told = written.manifest
    key = "bundle.written_part" if told.is_part and not is_meant_as_part else "bundle.written"
    session.say(key, file=written.path, records=sum(told.counts.values()), bytes=written.size)
    return 0


def _verify(session: Session, path: Path) -> int:
    found = read_bundle(path)
    told = found.manifest
    problems = [
        problem
        for record_type, table in found.tables.items()
        for key, document in table.items()
        for problem in _damage(record_type, key, document)
    ]
    print(f"sha256\t{found.digest}")
    print(f"programme\t{printable(told.programme)}\t{told.programme_version}")
    print(f"from\t{told.sender}\t{printable(told.name)}\t{printable(told.by)}\t{moment(told.at)}")
    for name, vector in (("since", told.since), ("up_to", told.up_to)):
        for replica, counter in sorted(vector.items()):
            print(f"{name}\t{replica}\t{counter}")
    for record_type, count in sorted(told.counts.items()):
        print(f"records\t{type_name(session, record_type)}\t{count}")
    for problem in problems:
        session.say_problem(problem)
    if problems:
        return 1
    session.say("bundle.is_whole", file=path, records=sum(told.counts.values()))
    return 0


def _damage(record_type: str, key: str, document: Any) -> tuple[Problem, ...]:
    try:
        from_document(record_type, int(key[:40]), document)
    except RefusedError as error:
        return error.problems[:1]
    except (ValueError, AttributeError, TypeError):
        return (Problem("merge.no_record", {"record": record_type[:40], "id": key[:40]}),)
    return ()


# -- peers -----------------------------------------------------------------------------------------


def peers(session: Session) -> int:
    """Print how far each machine has received each other one; name this one, forget another."""
    arguments = session.arguments
    with session.repository() as repository:
        if arguments.name is not None:
            named = repository.peer_book.tell_of_myself(arguments.name)
            session.say("peers.named", replica=named.id, name=named.name or "-")
        if arguments.call:
            called = repository.peer_book.call(*arguments.call)
            session.say("peers.called", replica=called.id, name=called.shown or "-")
        if arguments.forget:
            gone = repository.peer_book.forget(arguments.forget)
            session.say("peers.forgotten", replica=gone.id, name=gone.shown or "-")
        rows = peer_matrix(repository)
    if arguments.json:
        write_json([_machine_json(row) for row in rows])
        return 0
    for row in rows:
        who = f"{row.peer.id}\t{printable(row.peer.shown)}"
        heard = moment(row.peer.seen) if row.peer.seen and not row.is_me else ""
        print(f"{who}\t{session.catalogue.text(_state(row), count=row.missing)}\t{heard}")
        for one in row.received:
            print(f"\t{one.replica}\t{printable(one.name)}\t{one.up_to}\t{one.of}")
    return 0


def _machine_json(row: Machine) -> dict[str, Any]:
    peer = row.peer
    return {
        "replica": peer.id,
        "name": peer.shown,
        "me": row.is_me,
        "forgotten": peer.is_forgotten,
        "told_at": moment(peer.at),
        "last_heard": moment(peer.seen) if peer.seen else None,
        "complete": not row.missing,
        "missing": row.missing,
        "received": [
            {"replica": one.replica, "name": one.name, "up_to": one.up_to, "of": one.of}
            for one in row.received
        ],
    }


def _state(row: Machine) -> str:
    if row.is_me:
        return "peers.me_behind" if row.missing else "peers.me"
    if row.peer.is_forgotten:
        return "peers.not_waited_for"
    return "peers.behind" if row.missing else "peers.complete"


# -- receipts --------------------------------------------------------------------------------------


def list_receipts(session: Session) -> int:
    """Print what was taken in, the latest last."""
    found = receipts(session.store_folder)
    if session.arguments.json:
        write_json([_receipt_json(session, receipt) for receipt in found])
        return 0
    for receipt in found:
        _print_receipt(session, receipt)
    session.say("receipt.listed", count=len(found))
    return 0


def _receipt_json(session: Session, receipt: Receipt) -> dict[str, Any]:
    def words(problems: list[dict[str, Any]]) -> list[str]:
        return [_words(session, problem) for problem in problems]

    return {
        "at": moment(receipt.at),
        "by": receipt.by,
        "replica": receipt.replica,
        "undoes": moment(receipt.undoes) if receipt.undoes else None,
        "counts": dict(receipt.counts),
        "by_type": {name: dict(counts) for name, counts in receipt.by_type.items()},
        "sources": receipt.sources,
        "refused": words(receipt.refused),
        "left_out": words(receipt.left_out),
        "warnings": words(receipt.warnings),
        "conflicts": receipt.conflicts,
    }


def _words(session: Session, problem: dict[str, Any]) -> str:
    try:
        return session.catalogue.problem(problem_of(problem))
    except (KeyError, ValueError, IndexError):
        return printable(str(problem.get("key")))  # of another version of the program


def _kind(session: Session, name: str) -> str:
    """What became of records, in words; those of another version of the program as they are."""
    try:
        return session.catalogue.text(f"stick.receipt.{name}")
    except KeyError:
        return printable(name)


def _print_receipt(session: Session, receipt: Receipt) -> None:
    key = "receipt.undo" if receipt.undoes else "receipt.merge"
    print(f"{moment(receipt.at)}\t{printable(receipt.by)}\t{session.catalogue.text(key)}")
    for source in receipt.sources:
        who = f"{source.get('sender', '')} {source.get('name', '')}".strip()
        file = printable(str(source.get("file", "")))
        print(f"\tfile\t{file}\t{printable(who)}\t{source.get('digest', '')}")
    for name, count in receipt.counts.items():
        print(f"\t{_kind(session, name)}\t{count}")
    for record_type, counts in sorted(receipt.by_type.items()):
        numbers = (f"{_kind(session, name)} {count}" for name, count in counts.items() if count)
        print(f"\ttype\t{type_name(session, record_type)}\t{', '.join(numbers)}")
    for conflict in receipt.conflicts:
        schema = session.programme.schemas.get(str(conflict.get("record")))
        fields = schema.fields if schema is not None else {}
        names = ", ".join(
            session.catalogue.label(fields[name].label) if name in fields else str(name)
            for name in conflict.get("fields", ())
        )
        print(f"\tconflict\t{printable(str(conflict.get('id')))}\t{printable(names)}")
    for problem in [*receipt.refused, *receipt.left_out, *receipt.warnings]:
        print(f"\t!\t{_words(session, problem)}")
