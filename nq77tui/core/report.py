"""What a report form asks for, as typed objects: the meaning of ``screens/reports/*.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from nq77tui.core.expression import Expression
from nq77tui.core.metric import Figure
from nq77tui.core.schema import Label

Content = Literal[
    "number", "area", "blank", "have", "of", "figure", "ratio", "fields", "ancestor", "answers"
]


@dataclass(frozen=True, slots=True)
class Answers:
    """The different answers that a field has in the records of an area.

    Attributes:
        record: the schema's name.
        field: a choice or choices field.
        where: which records count.
    """

    record: str
    field: str
    where: Expression | None = None


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """One column of a form; its number on paper is its place.

    Attributes:
        name: for ratios of other columns.
        content: where its cells come from.
        source: the metric of ``have`` and ``of``, the figure, the level of ``ancestor``.
        fields: paths of references and a field, shown one after the other.
        over, under: of a ratio, the columns that are added up above and below the line.
        percent: a ratio is shown as a percentage.
        thousand: amounts of money are shown in thousand đồng.
        once: a value that is the row's before too is left out.
    """

    name: str
    label: Label
    content: Content
    source: str = ""
    fields: tuple[tuple[str, ...], ...] = ()
    over: tuple[str, ...] = ()
    under: tuple[str, ...] = ()
    percent: bool = False
    thousand: bool = False
    once: bool = False
    answers: Answers | None = None


@dataclass(frozen=True, slots=True)
class ReportForm:
    """One table that is handed in.

    Its rows are the areas right below the one that is reported on, or records that lie in it.

    Attributes:
        name: the file's.
        label: the title on paper.
        heading: the name of the heading and signature block it usually goes under.
        record: the record type of its rows; empty for areas.
        where: which records are rows.
        sort: paths of fields by which the rows stand.
        names: it names people, which is asked about and written down.
        landscape: the paper lies on its side.
        chart: the column that a chart shows; empty for none.
        figures: figures of its own.
        in_period: figures of its own that count only records that begin within the period.
    """

    name: str
    label: Label
    heading: str
    columns: tuple[ReportColumn, ...]
    record: str = ""
    where: Expression | None = None
    sort: tuple[tuple[str, ...], ...] = ()
    names: bool = False
    landscape: bool = True
    chart: str = ""
    figures: Mapping[str, Figure] = field(default_factory=dict)
    in_period: Mapping[str, Figure] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HeadingLine:
    """One line of a heading or a signature block.

    Attributes:
        text: with ``{name}`` for what is filled in.
        rule: a line is drawn under it.
    """

    text: str
    bold: bool = False
    italic: bool = False
    rule: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above and below a table, as official papers have it.

    Attributes:
        left, right: the two columns at the top.
        title: the lines in the middle.
        foot_left, foot_right: the two columns at the bottom.
        blanks: what stands for a value that nobody gave, by name.
    """

    name: str
    label: Label
    left: tuple[HeadingLine, ...]
    right: tuple[HeadingLine, ...]
    title: tuple[HeadingLine, ...]
    foot_left: tuple[HeadingLine, ...]
    foot_right: tuple[HeadingLine, ...]
    blanks: Mapping[str, str]
