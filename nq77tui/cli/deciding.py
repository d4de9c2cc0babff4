"""``merge``, ``conflicts``, ``resolve``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nq77tui.cli.session import Session
from nq77tui.cli.shape import DELETION, conflicts_json, moment, shown, write_json
from nq77tui.core.base32 import as_typed
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.record import Json, Record
from nq77tui.core.text import printable
from nq77tui.core.typed import read_typed
from nq77tui.store.merge_preview import CoverageChange, coverage_changes
from nq77tui.store.merge_undo import undo_merge
from nq77tui.store.merging import MergePlan, plan_merge, take_in_sources
from nq77tui.store.repository import Repository
from nq77tui.store.source import read_sources


def merge(session: Session) -> int:
    """Take in what other machines brought, show what that would change, or take it back."""
    arguments = session.arguments
    if arguments.undo:
        return _undo(session)
    brought = read_sources(map(Path, arguments.paths), session.programme.id)
    with session.repository() as repository:
        changes: list[CoverageChange] = []
        if arguments.preview:
            plan = plan_merge(repository, brought.sources)
            plan.left_out = brought.refused
            changes = coverage_changes(repository, plan.records)
        else:
            plan = take_in_sources(repository, brought.sources, brought.refused)
        titles = {record.id: repository.title(record.id) for record in plan.conflicts}
        _tell(session, plan, titles, changes)
    return 1 if plan.refused or plan.left_out else 0


def _undo(session: Session) -> int:
    if session.arguments.preview:
        raise RefusedError(Problem("merge.undo_has_no_preview"))
    with session.repository() as repository:
        undone = undo_merge(repository)
        counts = {"taken_back": len(undone.taken_back), "left": len(undone.left)}
        if session.arguments.json:
            left = [record.id for record in undone.left]
            write_json(
                {**counts, "at": moment(undone.at), "files": undone.files, "worked_on": left}
            )
        else:
            for name, count in counts.items():
                print(f"{name}\t{count}")
        files = ", ".join(undone.files)
        session.say("history.merge_undone", at=moment(undone.at), by=undone.by, files=files)
        for record in undone.left:
            session.say("history.left", id=record.id, title=repository.title(record.id))
    return 0


def _tell(
    session: Session, plan: MergePlan, titles: dict[str, str], changes: list[CoverageChange]
) -> None:
    if session.arguments.json:
        _tell_json(session, plan, titles, changes)
    else:
        session.say("cli.merge_preview" if session.arguments.preview else "cli.merge_done")
        for name, count in plan.counts.items():
            print(f"{name}\t{count}")
    for change in changes:
        session.say(
            "cli.coverage_would",
            label=session.programme.metrics[change.metric].label,
            before=f"{change.before.have}/{change.before.of}",
            after=f"{change.after.have}/{change.after.of}",
            covered=len(change.covered),
            uncovered=len(change.uncovered),
        )
    for source in plan.sources:
        if source.counts["known"] and source.counts["known"] == sum(source.counts.values()):
            session.say("cli.merge_known", file=source.file)
    for problem in [*plan.left_out, *plan.refused, *plan.warnings]:
        session.say_problem(problem)
    if plan.conflicted and not session.arguments.preview:
        session.say("cli.merge_conflicts", count=plan.conflicted)


def _tell_json(
    session: Session, plan: MergePlan, titles: dict[str, str], changes: list[CoverageChange]
) -> None:
    words = session.catalogue.problem
    told: dict[str, Any] = {
        **plan.counts,
        "preview": session.arguments.preview,
        "refusals": [words(problem) for problem in plan.refused],
        "left_out": [words(problem) for problem in plan.left_out],
        "conflicts": [
            entry
            for record in plan.conflicts
            for entry in conflicts_json(record, titles[record.id])
        ],
    }
    if session.arguments.preview:
        told["coverage"] = {
            change.metric: {
                "before": {"have": change.before.have, "of": change.before.of},
                "after": {"have": change.after.have, "of": change.after.of},
                "covered": list(change.covered),
                "uncovered": list(change.uncovered),
            }
            for change in changes
        }
    write_json(told)


def conflicts(session: Session) -> int:
    """Print what merges could not decide."""
    with session.repository() as repository:
        found = [
            entry
            for record in repository.conflicted()
            for entry in conflicts_json(record, repository.title(record.id))
        ]
        if session.arguments.json:
            write_json(found)
            return 0
        for entry in found:
            print(f"{entry['id']}\t{printable(entry['field'])}\t{printable(entry['title'])}")
            for value in entry["values"]:
                text = shown(
                    repository,
                    entry["record"],
                    entry["field"],
                    value["value"],
                    session.catalogue.lang,
                )
                print(f"\t{value['n']}\t{text}\t{printable(value['by'])}\t{value.get('at', '')}")
        session.say("cli.conflicts", count=len(found))
    return 0


def resolve(session: Session) -> int:
    """Decide one conflict."""
    arguments = session.arguments
    with session.repository() as repository:
        record = repository.require(repository.resolve_id(as_typed(arguments.id)))
        if arguments.field == DELETION:
            _resolve_deletion(repository, record, arguments.take)
        else:
            value = _chosen(session, repository, record)
            repository.resolve(record.id, arguments.field, value)
    return 0


def _resolve_deletion(repository: Repository, record: Record, take: int | None) -> None:
    params = {"id": record.id, "field": DELETION}
    if not record.is_contested:
        raise RefusedError(Problem("repository.no_conflict", params))
    if take not in (1, 2):
        raise RefusedError(Problem("repository.no_such_take", {**params, "count": 2}))
    if take == 1:
        repository.keep(record.id)
    else:
        repository.delete(record.id)


def _chosen(session: Session, repository: Repository, record: Record) -> Json:
    arguments = session.arguments
    siblings = record.conflicts.get(arguments.field, ())
    params = {"id": record.id, "field": arguments.field}
    if not siblings:
        raise RefusedError(Problem("repository.no_conflict", params))
    if arguments.take is None:
        fields = repository.schema(record.type).fields
        if arguments.field not in fields:
            names = {"record": record.type, "field": arguments.field, "known": ", ".join(fields)}
            raise RefusedError(Problem("cli.no_field", names))
        field = fields[arguments.field]
        lookup = repository.read_reference(record.values)
        return read_typed(field, arguments.value, repository.today(), lookup=lookup)
    if not 1 <= arguments.take <= len(siblings):
        raise RefusedError(Problem("repository.no_such_take", {**params, "count": len(siblings)}))
    position: int = arguments.take
    return siblings[position - 1].value
