"""``merge``, ``conflicts``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nq77tui.cli.session import Session
from nq77tui.cli.shape import conflicts_json, moment, shown, write_json
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.text import printable
from nq77tui.store.merge_preview import CoverageChange, coverage_changes
from nq77tui.store.merge_undo import undo_merge
from nq77tui.store.merging import MergePlan, plan_merge, take_in_sources
from nq77tui.store.source import read_sources


def merge(session: Session) -> int:
    """Take in what other machines brought, show what that would change, or take it back."""
    arguments = session.arguments
    if arguments.undo:
        return _undo(session)
    with session.waiting() as watch:
        brought = read_sources(map(Path, arguments.paths), session.programme.id, watch)
        watch.stop_if_asked()
    with session.repository() as repository:
        changes: list[CoverageChange] = []
        with session.waiting() as watch:
            if arguments.preview:
                plan = plan_merge(repository, brought.sources, watch)
                plan.left_out = brought.refused
                changes = coverage_changes(repository, plan.records, watch)
            else:
                plan = take_in_sources(repository, brought.sources, brought.refused, watch)
        titles = {record.id: repository.title(record.id) for record in plan.conflicts}
        _tell(session, plan, titles, changes)
    return 1 if plan.refused or plan.left_out else 0


def _undo(session: Session) -> int:
    if session.arguments.preview:
        raise RefusedError(Problem("merge.undo_has_no_preview"))
    with session.repository() as repository:
        with session.waiting() as watch:
            undone = undo_merge(repository, watch)
        counts = undone.counts
        if session.arguments.json:
            told = {**counts, "at": moment(undone.at), "files": undone.files}
            left = [record.id for record in undone.left]
            newer = [record.id for record in undone.newer]
            write_json({**told, "worked_on": left, "newer": newer})
        else:
            for name, count in counts.items():
                print(f"{name}\t{count}")
        files = ", ".join(undone.files)
        session.say("history.merge_undone", at=moment(undone.at), by=undone.by, files=files)
        for key, records in (("left", undone.left), ("left_newer", undone.newer)):
            for record in records:
                session.say(f"history.{key}", id=record.id, title=repository.title(record.id))
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
