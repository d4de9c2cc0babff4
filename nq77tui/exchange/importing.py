"""A file of rows into a store: every row counted, everything kept one commit.

The rules for one row stand in `row_import`. Here: the file, the transaction, the order, the
counts. A row that refers to another row of the same file waits for it, so that the order of the
rows does not matter. What is refused blocks nothing else; what is doubtful is counted and kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nq77tui.core.document import RESERVED
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.schema import Schema
from nq77tui.exchange.row_import import Outcome, RowImporter
from nq77tui.exchange.rows.raw_row import RawRow
from nq77tui.exchange.rows.table_file import TableFile, read_table_file
from nq77tui.programme import Catalogue
from nq77tui.store.progress import Watch, unwatched, watched
from nq77tui.store.repository import Repository

_MISSING_RECORD = ("value.no_such_record", "validation.no_such_record")


@dataclass(frozen=True, slots=True)
class RowProblems:
    """What is wrong with, or doubtful about, one row."""

    row: int
    problems: tuple[Problem, ...]


Refusal = RowProblems


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The receipt of an import. ``rows_in`` is the sum of the four that follow.

    Attributes:
        rows_in: rows in the file that hold anything.
        changed: rows whose record was edited.
        unchanged: rows whose record says the same already.
        refused: rows that were not taken, and why.
        warnings: rows that were taken all the same.
        dry_run: nothing was written; the counts are those of the same import for good.
    """

    file: str
    record_type: str
    rows_in: int
    added: int
    changed: int
    unchanged: int
    refused: tuple[Refusal, ...]
    warnings: tuple[RowProblems, ...]
    dry_run: bool = False


class _NotForGoodError(Exception):
    """Ends the transaction of a dry run, so that it is taken back."""


def import_file(
    repository: Repository,
    path: Path,
    record_type: str,
    *,
    dry_run: bool = False,
    watch: Watch = unwatched,
) -> ImportResult:
    """Take the rows of a CSV or JSON lines file in.

    Raises:
        RefusedError: the file cannot be used; nothing was written.
        StoppedError: as `watch` said; nothing was written.
    """
    schema = repository.schema(record_type)
    table = read_table_file(path, schema, _carried(repository, schema))
    run = _Run(repository, schema, table, watch)
    try:
        with repository.transaction():
            run.all_rows()
            if dry_run:
                raise _NotForGoodError
    except _NotForGoodError:
        pass
    return run.result(dry_run=dry_run)


def _carried(repository: Repository, schema: Schema) -> frozenset[str]:
    names = {name for row in repository.rows(schema.record) for name in row.values}
    return frozenset(names - set(schema.fields) - {RESERVED})


class _Run:
    """One import: all rows, in as many rounds as references between them need."""

    def __init__(
        self, repository: Repository, schema: Schema, table: TableFile, watch: Watch
    ) -> None:
        self._schema = schema
        self._table = table
        self._watch = watch
        self._importer = RowImporter(repository, schema, table)
        self._counts: dict[Outcome, int] = {"added": 0, "changed": 0, "unchanged": 0}
        self._refused: dict[int, tuple[Problem, ...]] = {}
        self._refers_to_itself = any(schema.record in field.to for field in schema.references)

    def all_rows(self) -> None:
        waiting = list(self._table.rows)
        while waiting:
            written = self._counts["added"] + self._counts["changed"]
            rows = watched(waiting, self._watch, "import", len(waiting))
            refused = [row for row in rows if not self._take(row)]
            if (
                not self._refers_to_itself
                or written == self._counts["added"] + self._counts["changed"]
            ):
                break
            waiting = [row for row in refused if self._misses_record(row)]

    def _take(self, row: RawRow) -> bool:
        self._refused.pop(row.number, None)
        try:
            self._counts[self._importer.take(row)] += 1
        except RefusedError as error:
            self._refused[row.number] = error.problems
            return False
        return True

    def _misses_record(self, row: RawRow) -> bool:
        return any(problem.key in _MISSING_RECORD for problem in self._refused[row.number])

    def result(self, *, dry_run: bool) -> ImportResult:
        return ImportResult(
            self._table.name,
            self._schema.record,
            len(self._table.rows),
            **self._counts,
            refused=_by_row(self._refused),
            warnings=_by_row(self._importer.warnings),
            dry_run=dry_run,
        )


def _by_row(problems: dict[int, tuple[Problem, ...]]) -> tuple[RowProblems, ...]:
    return tuple(RowProblems(row, problems[row]) for row in sorted(problems))


def problem_texts(found: RowProblems, catalogue: Catalogue) -> tuple[str, ...]:
    """What is wrong with a row, one sentence a problem, each with file, row and field."""
    return tuple(_sentence(problem, catalogue) for problem in found.problems)


def _sentence(problem: Problem, catalogue: Catalogue) -> str:
    place = {name: problem.params[name] for name in ("file", "row")}
    reason = catalogue.problem(problem)
    # Sentences about a value do not know in which field it stood.
    if problem.key.startswith("value."):
        label = problem.params["label"]
        return catalogue.text("exchange.at_field", reason=reason, label=label, **place)
    return catalogue.text("exchange.at_row", reason=reason, **place)
