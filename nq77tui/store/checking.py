"""Reads a whole store and says what is wrong and where."""

from __future__ import annotations

from dataclasses import dataclass, field

from nq77tui.core.confirmation import confirmed_by
from nq77tui.core.document import from_document
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.record import Record
from nq77tui.core.upgrade import ASIDE
from nq77tui.store.progress import Watch, unwatched, watched
from nq77tui.store.repository import Repository
from nq77tui.store.strata import type_of_table


@dataclass
class StoreReport:
    """What a check found.

    Attributes:
        records: live records read.
        conflicts: records in which somebody has to decide something.
        warnings: doubts about values that nobody has confirmed as they are now.
        confirmed: doubts that somebody has.
        problems: what is damaged or against the schema, each naming its record.
        newer: copies in the form of a newer programme, which are carried along.
    """

    records: int = 0
    conflicts: int = 0
    warnings: int = 0
    confirmed: int = 0
    problems: list[Problem] = field(default_factory=list)
    newer: int = 0


def check_store(repository: Repository, watch: Watch = unwatched) -> StoreReport:
    """Read every record and hold it against its schema.

    Raises:
        StoppedError: as `watch` said.
    """
    report = StoreReport()
    names = (*repository.record_types(), *repository.tables_aside())
    found = [(type_of_table(name), *row) for name in names for row in repository.documents(name)]
    for record_type, key, document in watched(found, watch, "check", len(found)):
        try:
            record = from_document(record_type, int(key), document)
        except (RefusedError, ValueError, AttributeError) as error:
            problems = error.problems if isinstance(error, RefusedError) else ()
            report.problems += problems or (
                Problem(
                    "merge.no_record",
                    {"record": repository.programme.label_of(record_type), "id": key[:40]},
                ),
            )
            continue
        if repository.is_newer(record):
            report.newer += 1
        elif not record.is_dead:
            _check_record(repository, repository.as_now(record), report)
    # A value of the wrong kind is among the problems already; one that stands aside is not.
    report.problems += (one.problem for one in repository.parked() if ASIDE in one.field)
    return report


def _check_record(repository: Repository, record: Record, report: StoreReport) -> None:
    report.records += 1
    report.conflicts += bool(record.conflicts or record.is_contested)
    if record.type not in repository.programme.schemas:
        return  # of another version of the programme: carried along
    for problem in repository.check(record.type, record.values, record.id):
        if confirmed_by(problem, record.values, record) is not None:
            report.confirmed += 1
        elif problem.severity == "warning":
            report.warnings += 1
        elif problem.key != "validation.unknown_field":
            report.problems.append(
                Problem("check.in_record", {"id": record.id, "problem": problem})
            )
