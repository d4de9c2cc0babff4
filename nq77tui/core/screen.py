"""What a person sees, as typed objects: the meaning of a ``screens/*.toml`` file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from nq77tui.core.expression import Expression
from nq77tui.core.period import PeriodKind
from nq77tui.core.schema import Label

OWN_LENGTH = -1
GRID_GAP = 2
"""Cells behind each column of a grid."""
GRID_WIDTH = 78
"""What the columns of a grid may take with their gaps: 80 cells without the signs of the row."""
Appearance = Literal["", "minimal", "quick", "multiline"]


@dataclass(frozen=True, slots=True)
class FormField:
    """How one field is asked.

    Attributes:
        name: the schema's field.
        hint: one line of help.
        default: computes the first value of a new record.
        carry: ``save and new`` keeps this field's value for the next record.
        appearance: ``quick`` goes on by itself after a choice, ``multiline`` opens an editor.
        advance: goes on by itself after so many letters; 0 for never, `OWN_LENGTH` where the
            schema fixes the length (`Field.fixed_length`).
    """

    name: str
    hint: Label = field(default_factory=dict)
    default: Expression | None = None
    carry: bool = False
    appearance: Appearance = ""
    advance: int = 0


@dataclass(frozen=True, slots=True)
class Repeat:
    """Records of another type that refer to this one, asked as a grid: a record a row.

    Attributes:
        record: the schema of a row.
        link: its reference to this record.
        columns: what is asked of a row.
        widths: the cells of each column.
        given: further fields of a new row, computed from this record when it is saved.
        first: what "as in the row above" gives in the first row, computed from this record.
        each: a choice field of a row; for every choice that no row has, one stands ready.
        each_when: whether they do, given this record.
        relevant: whether the grid is asked at all, given this record.
    """

    record: str
    link: str
    columns: tuple[FormField, ...]
    widths: tuple[int, ...]
    given: Mapping[str, Expression] = field(default_factory=dict)
    first: Mapping[str, Expression] = field(default_factory=dict)
    each: str = ""
    each_when: Expression | None = None
    relevant: Expression | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Fields that stand together in a form, or one grid."""

    label: Label
    fields: tuple[FormField, ...]
    repeat: Repeat | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list.

    Attributes:
        field: the schema's field; a reference shows the title of the record it leads to.
        width: cells.
    """

    field: str
    width: int


@dataclass(frozen=True, slots=True)
class RecordScreen:
    """The list and the form of one record type.

    Attributes:
        record: the schema's name.
        key: the key that opens the list from the home screen.
        group: the block of the home screen in which it stands.
        columns: of the list.
        sort: the fields by which the list is sorted.
        by_given_name: people sort by the last word of their name.
        sections: of the form.
        verify: the fields by which the paper form is found again when a record is keyed a second
            time; where there are none, records of this type are not.
    """

    record: str
    label: Label
    key: str
    group: str
    columns: tuple[Column, ...]
    sort: tuple[str, ...]
    by_given_name: bool
    sections: tuple[Section, ...]
    verify: tuple[str, ...] = ()

    def form_fields(self) -> Iterator[FormField]:
        """All fields of the form, in order."""
        for section in self.sections:
            yield from section.fields


@dataclass(frozen=True, slots=True)
class Counted:
    """The denominator of a metric: records of one type that pass a test.

    Attributes:
        record: the schema's name.
        where: which of them count; None for all.
    """

    record: str
    where: Expression | None = None


@dataclass(frozen=True, slots=True)
class Covered:
    """When a counted record is covered.

    Either by a test on itself (``record`` is empty), or by records of another type that lead to
    it: by ``link`` (a path of references, such as ``person.party_org``), or by lying within it
    (``within``, where areas are counted).

    Attributes:
        where: which of those records count.
        distinct: count different values of this field, not records.
        at_least: how many are needed.
        in_period: the date, or the year as a number, that has to lie in the metric's period.
    """

    record: str = ""
    where: Expression | None = None
    link: tuple[str, ...] = ()
    within: bool = False
    distinct: str = ""
    at_least: int = 1
    in_period: str = ""


@dataclass(frozen=True, slots=True)
class Metric:
    """A coverage figure ``have / of`` for every area.

    Attributes:
        target: the percentage to reach.
        column: a short heading for tables.
        period: the month, quarter or year of the day in which it is to be reached; empty where
            what is reached once stays so.
    """

    name: str
    label: Label
    column: Label
    of: Counted
    have: Covered
    target: int = 100
    period: PeriodKind = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number for every area: a count, a sum, or a count of different values.

    Attributes:
        sum: add up this field instead of counting records.
        distinct: count different values of this field.
        latest: of records that agree in these fields only the latest (by the schema's
            ``begins``) counts.
        own: only records that belong to the area itself, not to areas below it.
    """

    name: str
    label: Label
    column: Label
    record: str
    where: Expression | None = None
    sum: str = ""
    distinct: str = ""
    latest: tuple[str, ...] = ()
    own: bool = False


@dataclass(frozen=True, slots=True)
class Tie:
    """What units have in common that one person should have together.

    Attributes:
        field: units that agree in it belong together.
        first_word: only the first word of it counts: the family name in a Vietnamese name.
    """

    field: str
    first_word: bool = False


@dataclass(frozen=True, slots=True)
class Assigning:
    """Which record the Assign screen writes, and between what.

    Attributes:
        record: the schema of an assignment.
        who: its reference to the person.
        unit: its reference to what is assigned.
        units: the record type offered for marking.
        metric: the metric whose gaps this screen fills.
        decision: its field for the decision by which it was made; empty where there is none.
        ties: what a proposal keeps with one person, the closest first.
    """

    record: str
    who: str
    unit: str
    units: str
    metric: str
    decision: str = ""
    ties: tuple[Tie, ...] = ()


@dataclass(frozen=True, slots=True)
class Hanging:
    """Records that hang in the air when the area they lead to has ended.

    Attributes:
        record: their schema.
        link: the path of references to the area.
        where: which of them are meant.
        renew: carried over by a new record for the area's successor; else they just follow it.
    """

    record: str
    link: tuple[str, ...]
    label: Label
    where: Expression | None = None
    renew: bool = False


@dataclass(frozen=True, slots=True)
class Reorganising:
    """How a table of a reorganisation of areas is read.

    Attributes:
        code: the field of an area by which such tables name it.
        columns: the column of the table for each field of a new area.
        merged_from: the column with the codes of what a new area was made of.
        begins: the column with the day; empty where tables have none.
        parent: the column with the code of the area above; empty where tables have none.
        inherit: fields that a new area takes over where all the old ones agree.
        hanging: what may hang in the air afterwards.
    """

    code: str
    columns: Mapping[str, str]
    merged_from: str
    begins: str = ""
    parent: str = ""
    inherit: tuple[str, ...] = ()
    hanging: tuple[Hanging, ...] = ()


@dataclass(frozen=True, slots=True)
class SignOff:
    """How the figures of an area and a period are submitted, returned and approved.

    Attributes:
        record: the schema of a sign-off, keyed by area and period.
        area: its reference to the area.
        period: its field for the period, as `core.period` names it.
        state: its choice field with the codes ``submitted``, ``returned`` and ``approved``.
        comment: its field for why it was returned.
        figures: its field for the figures that were approved.
        levels: the levels of areas that are signed off, in the tree's codes.
        every: what periods there are.
        keep: the metrics and figures that are kept at approval; all where none is named.
    """

    record: str
    area: str
    period: str
    state: str
    comment: str
    figures: str
    submitted: str
    returned: str
    approved: str
    levels: tuple[str, ...]
    every: PeriodKind
    keep: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Home:
    """The first screen.

    Attributes:
        title: the programme in a few words.
        groups: blocks of record types, by name.
        metrics: the metrics shown there.
    """

    title: Label
    groups: Mapping[str, Label]
    metrics: tuple[str, ...]
