"""What a merge would do, or has done, as lines: counts that add up, conflicts, refusals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from nq77tui.core.problem import Problem
from nq77tui.core.record import Record
from nq77tui.core.typed import show_value
from nq77tui.core.values import show_number
from nq77tui.core.vietnamese.collation import sort_key
from nq77tui.store.merge_preview import CoverageChange
from nq77tui.store.merging import KINDS, MergePlan
from nq77tui.tui.cells import fit, width_of, wrap
from nq77tui.tui.desk import Desk
from nq77tui.tui.theme import ERROR, HEADING, PLAIN, SECTION, WARNING
from nq77tui.tui.widgets.canvas import Line

_COUNTS = ("in", *KINDS)
_COUNT = 8
"""Cells of a count at least; a longer heading makes its column wider."""
_SHOWN_AT_MOST = 500
"""Refusals or conflicts of which more would only be scrolled past."""


class MergeReport:
    """The lines for one plan."""

    def __init__(
        self,
        desk: Desk,
        plan: MergePlan,
        *,
        is_done: bool,
        notices: Sequence[Problem] = (),
        coverage: Sequence[CoverageChange] = (),
    ) -> None:
        self._desk = desk
        self._plan = plan
        self._is_done = is_done
        self._notices = [*plan.left_out, *plan.warnings, *notices]
        self._coverage = coverage

    def lines(self, width: int) -> list[Line]:
        """Everything, from the counts down to the single records."""
        return [
            *self._count_lines(width),
            *self._problem_lines(width),
            *self._coverage_lines(width),
            *self._refused_lines(width),
            *self._conflict_lines(width),
        ]

    def _text(self, key: str, **params: object) -> str:
        return self._desk.text(f"tui.merge.{key}", **params)

    def _number(self, number: int) -> str:
        return show_number(number, self._desk.catalogue.lang)

    # Counts

    def _count_lines(self, width: int) -> Iterator[Line]:
        head = self._text("what_did" if self._is_done else "what_would")
        yield ((fit(f" {head}", width), SECTION),)
        names = [self._text(name) for name in _COUNTS]
        yield ((self._row(self._text("type"), names, width), HEADING),)
        total = self._plan.counts
        yield ((self._row(self._text("all"), self._cells(total), width), PLAIN),)
        # Of more types than the programme has, the rest is somebody's damaged file.
        kinds = {name: self._kind(name) for name in self._plan.by_type}
        for name in sorted(kinds, key=lambda name: sort_key(kinds[name]))[:_SHOWN_AT_MOST]:
            counts = self._plan.by_type[name]
            cells = self._cells({"in": sum(counts.values()), **counts})
            yield ((self._row(kinds[name], cells, width), PLAIN),)
        yield ((f" {self._text('adds_up')}", PLAIN),)

    def _cells(self, counts: dict[str, int]) -> list[str]:
        return [self._number(counts[name]) for name in _COUNTS]

    def _row(self, label: str, cells: Sequence[str], width: int) -> str:
        widths = [max(width_of(self._text(name)) + 1, _COUNT) for name in _COUNTS]
        numbers = zip(cells, widths, strict=True)
        columns = "".join(fit(cell, room, right=True) for cell, room in numbers)
        return fit(f" {label}", width - sum(widths) - 1) + columns + " "

    def _kind(self, record_type: str) -> str:
        return self._desk.type_label(record_type)

    # Records

    def _conflict_lines(self, width: int) -> Iterator[Line]:
        records = self._plan.conflicts
        if records:
            yield from self._heading("conflicts", len(records), width)
            texts = (f"{self._title(record)}: {self._open(record)}" for record in records)
            yield from self._items(texts, len(records), width)

    def _open(self, record: Record) -> str:
        schema = self._desk.programme.schemas.get(record.type)
        fields = schema.fields if schema else {}
        labels = [
            self._desk.label(fields[name].label) if name in fields else name
            for name in record.conflicts
        ]
        deletion = [self._text("deletion")] if record.is_contested else []
        return ", ".join([*deletion, *labels])

    def _title(self, record: Record) -> str:
        """What a record is called that may not be in the store yet."""
        schema = self._desk.programme.schemas.get(record.type)
        if schema is None:
            return f"{record.type} {record.id}"
        lang = self._desk.catalogue.lang
        shown = [
            show_value(schema.fields[name], record.get(name), lang, self._named)
            for name in schema.title
        ]
        title = " - ".join(part for part in shown if part) or record.id
        return f"{self._desk.label(schema.label)} {title}"

    def _named(self, record_id: str) -> str:
        coming = self._plan.records.get(record_id)
        schema = self._desk.programme.schemas.get(coming.type) if coming else None
        if coming is None or schema is None:
            return self._desk.repository.title(record_id)
        shown = [
            show_value(schema.fields[name], coming.get(name), self._desk.catalogue.lang)
            for name in schema.title
        ]
        return " - ".join(part for part in shown if part) or record_id

    def _refused_lines(self, width: int) -> Iterator[Line]:
        refused = self._plan.refused
        if refused:
            yield from self._heading("refusals", len(refused), width)
            yield from self._items(map(self._desk.problem, refused), len(refused), width)

    def _coverage_lines(self, width: int) -> Iterator[Line]:
        if self._coverage:
            yield ()
            yield ((fit(f" {self._desk.text('stick.coverage')}", width), SECTION),)
        for change in self._coverage:
            before, after = (
                f"{self._number(share.have)}/{self._number(share.of)}"
                for share in (change.before, change.after)
            )
            sentence = self._desk.text(
                "cli.coverage_would",
                label=self._desk.label(self._desk.programme.metrics[change.metric].label),
                before=before,
                after=after,
                covered=self._number(len(change.covered)),
                uncovered=self._number(len(change.uncovered)),
            )
            for at, text in enumerate(wrap(sentence, width - 5)):
                yield ((f"  {'- ' if at == 0 else '  '}{text}", PLAIN),)

    def _problem_lines(self, width: int) -> Iterator[Line]:
        if self._notices:
            yield ()
            yield ((fit(f" {self._text('warnings')}", width), SECTION),)
        for notice in self._notices:
            for text in wrap(self._desk.problem(notice), width - 3):
                yield ((f"  {text}", WARNING),)

    def _heading(self, key: str, count: int, width: int) -> Iterator[Line]:
        yield ()
        yield ((fit(f" {self._text(key, count=self._number(count))}", width), SECTION),)

    def _items(self, texts: Iterator[str], count: int, width: int) -> Iterator[Line]:
        for text in islice(texts, _SHOWN_AT_MOST):
            for at, line in enumerate(wrap(text, width - 5)):
                yield ((f"  {'- ' if at == 0 else '  '}{line}", PLAIN),)
        if count > _SHOWN_AT_MOST:
            rest = self._number(count - _SHOWN_AT_MOST)
            yield ((f"  {self._text('more', count=rest)}", PLAIN),)


def problem_lines(desk: Desk, problems: Sequence[Problem], width: int) -> list[Line]:
    """Why something was refused, whole."""
    sentences = [list(wrap(desk.problem(problem), width - 3)) for problem in problems]
    return [(), *(((f"  {text}", ERROR),) for lines in sentences for text in lines)]
