"""A finished report, before it becomes a file: cells, and what stands around them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeGuard

from nq77tui.core.report import HeadingLine

Cell = str | int | float | None
Kind = Literal["text", "number", "percent", "ordinal"]
"""An ordinal is a number that names and does not count: no thousands signs, no sum."""


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column.

    Attributes:
        header: what stands above it.
        kind: how its cells are shown and set.
        added: the total is the sum of the rows; otherwise it was counted by itself, because
            somebody may count in several rows.
        over, under: of a ratio, the places (from 0) of the columns above and below the line.
        own_field: of a record's own field, its name; the import knows it again.
        counts: it holds the numbers of the rows.
    """

    header: str
    kind: Kind
    added: bool = False
    over: tuple[int, ...] = ()
    under: tuple[int, ...] = ()
    own_field: str = ""
    counts: bool = False


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row.

    Attributes:
        id: of the area or record; empty for what lies in no area below.
        cells: as many as there are columns.
        plain: of the record's own fields, their values as the import reads them.
    """

    id: str
    cells: tuple[Cell, ...]
    plain: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """What official papers have around a table, filled in."""

    left: tuple[HeadingLine, ...]
    right: tuple[HeadingLine, ...]
    title: tuple[HeadingLine, ...]
    foot_left: tuple[HeadingLine, ...]
    foot_right: tuple[HeadingLine, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A report with everything on it.

    Attributes:
        name: of the form.
        title: of the form, in the report's language.
        language: ``vi`` or ``en``.
        total: the row that sums up; None for a list.
        spoken: the main figure as people say it: ``603/603 …, đạt 100 %``; empty for none.
        basis: what the report rests on, line by line.
        chart: the place of the column that a chart shows; None for no chart.
        chart_title: what the page with the chart is called.
        as_of: the day, ISO text.
    """

    name: str
    title: str
    language: str
    columns: tuple[SheetColumn, ...]
    rows: tuple[SheetRow, ...]
    total: tuple[Cell, ...] | None
    paper: Paper
    spoken: tuple[str, ...]
    basis: tuple[str, ...]
    chart: int | None
    as_of: str
    landscape: bool
    chart_title: str = ""

    def bars(self) -> Iterator[tuple[str, float]]:
        """What a chart shows: a share a row, or how many rows have each answer."""
        if self.chart is None:
            return
        if self.columns[self.chart].kind == "text":
            counts: dict[str, int] = {}
            for row in self.rows:
                answer = str(row.cells[self.chart] or "-")
                counts[answer] = counts.get(answer, 0) + 1
            yield from sorted(counts.items(), key=lambda one: (-one[1], one[0]))
            return
        for row in self.rows:
            cell = row.cells[self.chart]
            if isinstance(cell, int | float):
                yield str(row.cells[1] or ""), cell


def ratio(cells: tuple[Cell, ...], column: SheetColumn) -> float | None:
    """A ratio from the cells of its row; None where nothing stands under the line.

    A percentage is of 100, rounded to two decimals, and never 100 while something is missing.
    """
    over = sum(one for place in column.over if isinstance(one := cells[place], int | float))
    under = sum(one for place in column.under if isinstance(one := cells[place], int | float))
    if not under:
        return None
    if column.kind != "percent":
        return round(over / under, 2)
    percent = round(100 * over / under, 2)
    return 99.99 if percent >= 100 and over < under else percent


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether a cell or a value can be added up; yes and no cannot."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def tidy(number: int | float) -> int | float:
    """Without the noise of adding decimals, and whole where it is whole."""
    number = round(number, 4)
    return int(number) if number == int(number) else number
