"""``bundle``, ``peers``, ``receipts``: what travels, how far it has come, what was taken in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nq77tui.cli.session import Session
from nq77tui.cli.shape import moment, write_json
from nq77tui.core.document import from_document
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.text import printable
from nq77tui.store.bundle_reading import read_bundle
from nq77tui.store.bundle_writing import since_for, write_bundle
from nq77tui.store.peers import Peer, machines
from nq77tui.store.receipts import Receipt, problem_of, receipts
from nq77tui.store.repository import Repository


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
        written = write_bundle(repository, Path(arguments.out), since, area)
    print(written.path)
    told = written.manifest
    key = "bundle.written_part" if told.is_part and not area else "bundle.written"
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
        print(f"records\t{printable(record_type)}\t{count}")
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
        if arguments.forget:
            gone = repository.peer_book.forget(arguments.forget)
            session.say("peers.forgotten", replica=gone.id, name=gone.name or "-")
        rows = [_machine(repository, peer) for peer in _all_machines(repository)]
    if arguments.json:
        write_json(rows)
        return 0
    for row in rows:
        who = f"{row['replica']}\t{printable(row['name'])}"
        heard = "" if row["me"] else row["last_heard"] or ""
        print(f"{who}\t{session.catalogue.text(_state(row))}\t{heard}")
        for one in row["received"]:
            print(f"\t{one['replica']}\t{printable(one['name'])}\t{one['up_to']}\t{one['of']}")
    return 0


def _all_machines(repository: Repository) -> list[Peer]:
    book = repository.peer_book
    myself = book.myself()
    now = Peer(
        repository.replica or (myself.id if myself else ""),
        myself.name if myself else "",
        repository.heard(),
        repository.now(),
        place=myself.place if myself else "",
    )
    others = [one for one in machines(book.all()) if myself is None or one.place != myself.place]
    return [now, *(one for one in others if one.id != now.id)]


def _machine(repository: Repository, peer: Peer) -> dict[str, Any]:
    heard, is_me = repository.heard(), peer.id in ("", repository.replica)
    names = {one.id: one.name for one in repository.peer_book.all()}
    # Whoever wrote under an id knows what it wrote.
    confirmed = {**peer.heard, **({peer.id: heard[peer.id]} if peer.id in heard else {})}
    return {
        "replica": peer.id,
        "name": peer.name,
        "me": is_me,
        "forgotten": peer.is_forgotten,
        "told_at": moment(peer.at),
        "last_heard": moment(peer.seen) if peer.seen else None,
        "complete": all(confirmed.get(one, 0) >= counter for one, counter in heard.items()),
        "received": [
            {
                "replica": one,
                "name": names.get(one, ""),
                "up_to": confirmed.get(one, 0),
                "of": max(counter, confirmed.get(one, 0)),
            }
            for one, counter in sorted({**confirmed, **heard}.items())
        ],
    }


def _state(row: dict[str, Any]) -> str:
    if row["me"]:
        return "peers.me"
    if row["forgotten"]:
        return "peers.not_waited_for"
    return "peers.complete" if row["complete"] else "peers.behind"


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


def _print_receipt(session: Session, receipt: Receipt) -> None:
    key = "receipt.undo" if receipt.undoes else "receipt.merge"
    print(f"{moment(receipt.at)}\t{printable(receipt.by)}\t{session.catalogue.text(key)}")
    for source in receipt.sources:
        who = f"{source.get('sender', '')} {source.get('name', '')}".strip()
        file = printable(str(source.get("file", "")))
        print(f"\tfile\t{file}\t{printable(who)}\t{source.get('digest', '')}")
    for name, count in receipt.counts.items():
        print(f"\t{printable(name)}\t{count}")
    for record_type, counts in sorted(receipt.by_type.items()):
        numbers = " ".join(f"{name}={count}" for name, count in counts.items() if count)
        print(f"\ttype\t{printable(record_type)}\t{printable(numbers)}")
    for conflict in receipt.conflicts:
        names = ", ".join(map(str, conflict.get("fields", ())))
        print(f"\tconflict\t{printable(str(conflict.get('id')))}\t{printable(names)}")
    for problem in [*receipt.refused, *receipt.left_out, *receipt.warnings]:
        print(f"\t!\t{_words(session, problem)}")
