"""What a board shows: lines of numbers, each of which leads to the very records behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

from nq77tui.core.board import AREA, Path
from nq77tui.core.schema import Label
from nq77tui.core.vietnamese.collation import sort_key

Amount: TypeAlias = int | float | None


@dataclass(frozen=True, slots=True)
class BoardColumn:
    """One column.

    Attributes:
        name: a class, an answer, a month as ``2024-09``; or what the engine itself counts, such
            as ``total`` and ``percent``, which then has no label.
        is_bad: what a supervisor looks for.
        is_percent: its numbers are percentages.
    """

    name: str
    label: Label = field(default_factory=dict)
    is_bad: bool = False
    is_percent: bool = False


@dataclass(slots=True)
class Cell:
    """One number.

    Attributes:
        number: None where there is nothing to say.
        record: the type of the records behind it.
        ids: their ids.
    """

    number: Amount = None
    record: str = ""
    ids: Sequence[str] = ()


@dataclass(slots=True)
class BoardLine:
    """One line.

    Attributes:
        key: tells it from the others; of an area or a record it is its id.
        labels: what it is called, one after the other; empty where the key is a record's id.
        about: the record type and the field that a line on the data's quality is about.
        series: numbers to draw, one after the other.
    """

    key: str
    cells: Sequence[Cell]
    labels: tuple[Label, ...] = ()
    about: tuple[str, str] = ("", "")
    series: Sequence[int | float] = ()


@dataclass(slots=True)
class BoardTable:
    """One board of one area on one day.

    Attributes:
        columns: their numbers stand in every line, in the same order.
        total: the area itself.
        lines: what it consists of.
        grouping: by what.
    """

    columns: tuple[BoardColumn, ...]
    total: BoardLine
    lines: list[BoardLine]
    grouping: Path = AREA

    def worst(self) -> int:
        """The column by which the worst come first: the first bad one, or else the first."""
        return next((at for at, one in enumerate(self.columns) if one.is_bad), 0)

    def in_order(self, column: int, name: Callable[[BoardLine], str]) -> list[BoardLine]:
        """The lines with the largest number first; of percentages, the smallest.

        Of those that are equal, the one with the larger number in the first column; of those, by
        name.
        """
        is_percent = self.columns[column].is_percent

        def place(line: BoardLine) -> tuple[float, float, tuple[str, str, str]]:
            number, first = line.cells[column].number, -(line.cells[0].number or 0)
            if number is None:
                return float("inf"), first, sort_key(name(line))
            return number if is_percent else -number, first, sort_key(name(line))

        return sorted(self.lines, key=place)


class Gathering:
    """Numbers and ids by group and column, as they come."""

    def __init__(self, columns: Iterable[str], record: str) -> None:
        self._columns = tuple(columns)
        self._record = record
        self._numbers: dict[str, dict[str, int | Fraction]] = {}
        self._ids: dict[tuple[str, str], list[str]] = {}

    def add(self, group: str, column: str, number: int | Fraction, record_id: str) -> None:
        """Count a record in a group's column."""
        of_group = self._numbers.setdefault(group, {})
        of_group[column] = of_group.get(column, 0) + number
        self._ids.setdefault((group, column), []).append(record_id)

    @property
    def groups(self) -> list[str]:
        """Every group that anything was counted in."""
        return list(self._numbers)

    def number(self, group: str, column: str) -> int | float:
        """A sum; 0 where nothing was counted."""
        return tidy(self._numbers.get(group, {}).get(column, 0))

    def cell(self, group: str, column: str) -> Cell:
        """A number with what is behind it."""
        ids = self._ids.get((group, column), ())
        return Cell(self.number(group, column), self._record, ids)

    def cells(self, group: str) -> list[Cell]:
        """All columns of a group."""
        return [self.cell(group, column) for column in self._columns]


def percent_of(part: Amount, whole: Amount) -> Amount:
    """A percentage with one decimal; None of nothing. Never 100 while something is missing."""
    if not whole or part is None:
        return None
    percent = round(100 * part / whole, 1)
    return 99.9 if percent >= 100 and part < whole else tidy(percent)


def tidy(number: float | Fraction) -> int | float:
    """At most four decimals; whole where it can be."""
    if isinstance(number, Fraction):
        number = float(number)
    number = round(number, 4)
    return int(number) if number == int(number) else number
