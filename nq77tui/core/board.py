"""A supervisor's boards, as typed objects: the meaning of ``screens/boards/*.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from nq77tui.core.expression import Expression
from nq77tui.core.period import PeriodKind
from nq77tui.core.schema import Label

BoardKind = Literal["classes", "answers", "months", "reached", "against", "load", "quality"]
FindingKind = Literal["duplicates", "missing", "doubts", "numbers", "errors", "where"]
AREA: tuple[str, ...] = ()
"""The grouping by the areas right below the one at hand."""
Path: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """What is counted or added up.

    Attributes:
        record: the schema's name; empty where a board has none.
        where: which of them count; None for all.
        sum: add up this field instead of counting records.
        latest: of records that agree in these fields only the latest (by the schema's
            ``begins``) counts.
        date: the date, or the year as a number, that has to lie in the window.
        days: the window: so many days up to the day, that day included.
        period: the window: the month, quarter or year of the day.
    """

    record: str = ""
    where: Expression | None = None
    sum: str = ""
    latest: tuple[str, ...] = ()
    date: str = ""
    days: int = 0
    period: PeriodKind = ""


@dataclass(frozen=True, slots=True)
class BoardClass:
    """One column of a board of classes: a record is in the first whose test it passes.

    Attributes:
        where: None takes what is left.
        bad: what a supervisor looks for; stands out, and is what "worst first" sorts by.
    """

    name: str
    label: Label
    where: Expression | None = None
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Reach:
    """What has to lead to a counted record, and since when.

    Attributes:
        record: the schema of what leads to it; its ``begins`` is the day.
        where: which of those records count.
        match: by the reaching record's path the counted record's, whose values must agree;
            ``.`` is the counted record itself.
        in_area: both must also lie in one area.
        days: reached within so many days up to the day, that day included.
        period: or within the month, quarter or year of the day.
    """

    record: str
    where: Expression | None = None
    match: Mapping[Path, Path] = field(default_factory=dict)
    in_area: bool = False
    days: int = 0
    period: PeriodKind = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line, or one line for each rule, of a board of the data's quality.

    Attributes:
        find: what is looked for. ``where`` looks by a condition of its own.
        record: of these records only; empty for all types.
        nobody: records of this type refer to none of them (``where`` alone).
        link: by this reference.
    """

    label: Label
    find: FindingKind
    record: str = ""
    where: Expression | None = None
    nobody: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Board:
    """One table for a supervisor.

    Attributes:
        name: the file's.
        note: how it is counted, in a line.
        of: what is counted (``against``: what is due).
        rows: the groupings to choose from: `AREA`, or a path to a choice or a reference.
        classes: the columns of ``classes``.
        answers: ``answers``: the choice field whose answers are the columns.
        months: ``months``: how many, the month of the day included.
        reach: ``reached``: by what.
        done: ``against``: what has been done.
        each: ``against``: the column of the list of choices of the first grouping that names
            what is due for each of them, as codes with blanks between.
        second: the choice field of ``done`` that holds such a code.
        who, unit: ``load``: the references of ``of`` to the person and to what they have.
        findings: ``quality``: the lines.
    """

    name: str
    label: Label
    kind: BoardKind
    note: Label = field(default_factory=dict)
    of: Tally = field(default_factory=Tally)
    rows: tuple[Path, ...] = (AREA,)
    classes: tuple[BoardClass, ...] = ()
    answers: str = ""
    months: int = 0
    reach: Reach | None = None
    done: Tally | None = None
    each: str = ""
    second: str = ""
    who: str = ""
    unit: str = ""
    findings: tuple[Finding, ...] = ()
