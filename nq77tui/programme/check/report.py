"""What is wrong with a report form beside the rest of its programme."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from nq77tui.core.report import Answers, ReportColumn, ReportForm
from nq77tui.programme.check.metric import check_figure
from nq77tui.programme.check.names import Names, Spot
from nq77tui.programme.table import Problems

if TYPE_CHECKING:
    from nq77tui.programme.programme import Programme
    from nq77tui.programme.report_file import Papers

_OF_AREAS = frozenset({"have", "of", "figure", "answers"})
_OF_RECORDS = frozenset({"fields", "ancestor"})
_TEXTS = frozenset({"choice", "choices"})


def check_reports(programme: Programme, papers: Papers, problems: Problems) -> None:
    """Note everything in a report form that the rest of the programme contradicts."""
    names = Names(programme, problems)
    for form in papers.forms.values():
        _FormCheck(names, papers, form).run()


class _FormCheck:
    def __init__(self, names: Names, papers: Papers, form: ReportForm) -> None:
        self._names = names
        self._headings = papers.headings
        self._form = form
        self._file = f"reports/{form.name}.toml"

    def run(self) -> None:
        form = self._form
        self._known("heading", form.heading, self._headings, "")
        spot: Spot | None = None
        if form.record:
            spot = self._names.at(form.record, self._file, "rows")
            if spot is None:
                return
            spot.expression(form.where, "where")
            for path in form.sort:
                spot.path(path, "sort")
        for own, table in ((form.figures, "figures"), (form.in_period, "in_period")):
            for name, figure in own.items():
                check_figure(self._names, figure, self._file, f"{table}.{name}")
        for position, column in enumerate(form.columns):
            table = f"column[{position}]"
            self._column(column, spot.within(table) if spot else None, table)
        if form.chart:
            self._known("chart", form.chart, [column.name for column in form.columns], "")

    def _column(self, column: ReportColumn, spot: Spot | None, table: str) -> None:
        content = column.content
        if content in (_OF_AREAS if spot else _OF_RECORDS):
            possible = sorted(_OF_RECORDS if spot else _OF_AREAS)
            self._known("content", content, possible, table)
            return
        if content in ("have", "of"):
            self._known(content, column.source, self._names.programme.metrics, table)
        elif content == "figure":
            own = {**self._form.figures, **self._form.in_period}
            declared = {**self._names.programme.figures, **own}
            self._known(content, column.source, declared, table)
        elif content == "ancestor":
            self._known("level", column.source, self._levels(), table)
        numbers = [
            one.name for one in self._form.columns if one.content in ("have", "of", "figure")
        ]
        for added in (*column.over, *column.under):
            self._known("over", added, numbers, table)
        if spot is not None:
            for path in column.fields:
                spot.path(path, "fields")
        if column.answers is not None:
            self._answers(column.answers, table)

    def _answers(self, answers: Answers, table: str) -> None:
        asked = self._names.at(answers.record, self._file, table, "answers.record")
        if asked is not None:
            asked.field(answers.field, _TEXTS, "answers.field")
            asked.expression(answers.where, "answers.where")

    def _levels(self) -> list[str]:
        schema = self._names.programme.tree
        assert schema.tree
        return [choice.code for choice in schema.fields[schema.tree.level].choices]

    def _known(self, key: str, found: str, known: Collection[str], table: str) -> None:
        """Note a name that is none of those known."""
        if found not in known:
            listed: Iterable[str] = filter(None, known)
            self._names.problems.add(
                "not_one_of", self._file, table, key, found=found, known=", ".join(listed)
            )
