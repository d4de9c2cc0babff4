"""What a person sees, as typed objects: the meaning of a ``screens/*.toml`` file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from nq77tui.core.expression import Expression
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
