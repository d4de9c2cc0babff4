"""Proves that the report forms of a programme name only what it has."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from nq77tui.core.report import ReportColumn, ReportForm
from nq77tui.core.schema import Schema
from nq77tui.programme.table import Problems
from nq77tui.programme.whole import Check

if TYPE_CHECKING:
    from nq77tui.programme.programme import Programme
    from nq77tui.programme.report_file import Papers

_OF_AREAS = frozenset({"have", "of", "figure", "answers"})
_OF_RECORDS = frozenset({"fields", "ancestor"})
_TEXTS = frozenset({"choice", "choices"})


def check_reports(programme: Programme, papers: Papers, problems: Problems) -> None:
    """Note everything in a report form that the rest of the programme contradicts."""
    check = Check(programme, problems)
    for form in papers.forms.values():
        _FormCheck(programme, papers, check, problems, form).run()


class _FormCheck:
    def __init__(
        self,
        programme: Programme,
        papers: Papers,
        check: Check,
        problems: Problems,
        form: ReportForm,
    ) -> None:
        self._programme = programme
        self._headings = papers.headings
        self._check = check
        self._problems = problems
        self._form = form
        self._file = f"reports/{form.name}.toml"

    def run(self) -> None:
        form = self._form
        if form.heading not in self._headings:
            known = ", ".join(self._headings)
            self._problems.add(
                "not_one_of", self._file, "", "heading", found=form.heading, known=known
            )
        schema: Schema | None = None
        if form.record:
            schema = self._check.record(form.record, self._file, "rows", "record")
            if schema is None:
                return
            self._check.expression(form.where, schema, self._file, "rows", "where")
            self._paths(form.sort, schema, "rows", "sort")
        for own, table in ((form.figures, "figures"), (form.in_period, "in_period")):
            for name, figure in own.items():
                self._check.figure(figure, self._file, f"{table}.{name}")
        for position, column in enumerate(form.columns):
            self._column(column, schema, f"column[{position}]")
        names = [column.name for column in form.columns]
        if form.chart and form.chart not in names:
            self._unknown("chart", form.chart, names, "")

    def _column(self, column: ReportColumn, schema: Schema | None, table: str) -> None:
        is_wrong = column.content in (_OF_AREAS if schema else _OF_RECORDS)
        if is_wrong:
            known = ", ".join(sorted(_OF_RECORDS if schema else _OF_AREAS))
            self._problems.add(
                "not_one_of", self._file, table, "content", found=column.content, known=known
            )
            return
        sources: dict[str, Callable[[], Iterable[str]]] = {
            "have": lambda: self._programme.metrics,
            "of": lambda: self._programme.metrics,
            "figure": lambda: {
                **self._programme.figures,
                **self._form.figures,
                **self._form.in_period,
            },
        }
        if column.content in sources:
            declared = list(sources[column.content]())
            if column.source not in declared:
                self._unknown(column.content, column.source, declared, table)
        if column.content == "ancestor":
            levels = self._levels()
            if column.source not in levels:
                self._unknown("level", column.source, levels, table)
        names = [one.name for one in self._form.columns if one.content in ("have", "of", "figure")]
        for added in (*column.over, *column.under):
            if added not in names:
                self._unknown("over", added, names, table)
        if schema is not None:
            self._paths(column.fields, schema, table, "fields")
        if column.answers is not None:
            self._answers(column, table)

    def _answers(self, column: ReportColumn, table: str) -> None:
        assert column.answers is not None
        asked = self._check.record(column.answers.record, self._file, table, "answers.record")
        if asked is not None:
            wanted = column.answers.field
            self._check.names([wanted], asked, self._file, table, "answers.field")
            self._check.kind(wanted, _TEXTS, asked, self._file, table, "answers.field")
            self._check.expression(column.answers.where, asked, self._file, table, "answers.where")

    def _levels(self) -> list[str]:
        schema = self._programme.tree
        assert schema.tree
        return [choice.code for choice in schema.fields[schema.tree.level].choices]

    def _paths(
        self, paths: Iterable[tuple[str, ...]], schema: Schema, table: str, key: str
    ) -> None:
        for path in paths:
            if broken := self._check.path(path, [schema]):
                self._problems.add(
                    "unknown_field", self._file, table, key, found=broken, record=schema.record
                )

    def _unknown(self, key: str, found: str, known: Iterable[str], table: str) -> None:
        listed = ", ".join(name for name in known if name)
        self._problems.add("not_one_of", self._file, table, key, found=found, known=listed)
