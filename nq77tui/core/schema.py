"""What a record may hold, as typed objects: the meaning of a ``schemas/*.toml`` file.

The reading of TOML stands in `programme`; here are the shapes that validation, coverage and the
screens work with. Labels are texts by language: ``{"vi": …, "en": …}``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, TypeAlias, get_args

from nq77tui.core.change import SchemaChange
from nq77tui.core.expression import Expression
from nq77tui.core.problem import Severity

Label: TypeAlias = Mapping[str, str]
FieldType: TypeAlias = Literal[
    "text",
    "integer",
    "decimal",
    "date",
    "yes_no",
    "choice",
    "choices",
    "reference",
    "figure",
    "hectares",
    "money",
    "phone",
    "citizen_number",
    "code",
]
FIELD_TYPES: tuple[str, ...] = get_args(FieldType)
NUMBER_TYPES = frozenset({"integer", "decimal", "figure", "hectares", "money"})
PERSONAL_TYPES = frozenset({"phone", "citizen_number"})
"""Sensitive unless the schema says otherwise."""
Writers: TypeAlias = Literal["operator", "supervisor"]
WRITERS: tuple[Writers, ...] = get_args(Writers)
MASK_SIGNS = {"#": "[0-9]", "A": "[A-Za-z]"}
"""What the signs of a mask stand for, as regular expressions; any other sign is itself."""
_FIXED_LENGTHS = {"citizen_number": 12}
"""Decree 137/2015/NĐ-CP, article 13. Telephone numbers have 10 or 11 digits."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of a closed list.

    Attributes:
        code: what is stored.
        label: what people see.
        columns: further columns of the list, for ``choice_filter`` and for reports.
        retired: still valid in old records, no longer offered.
    """

    code: str
    label: Label
    columns: Mapping[str, str] = field(default_factory=dict)
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Constraint:
    """A rule on one field's value (``.``), asked only where there is a value."""

    test: Expression
    message: Label
    severity: Severity = "error"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record.

    Attributes:
        required: an expression that says when a value is needed, or None.
        required_severity: ``warning`` lets people save without it after confirming.
        relevant: an expression that says when the field is asked at all; what an irrelevant
            field holds is kept, and not checked.
        calculation: computes the value; people do not type it.
        choices: the answers of a choice or choices field.
        choice_filter: which candidates (choices or records referred to) are allowed; bare names
            are the candidate's, ``${…}`` this record's.
        to: the record types that a reference may lead to.
        year_only: a date may be a year, or a month and a year.
        mask: of a code: ``#`` a digit, ``A`` a letter, anything else itself.
        multiline: a text may hold line breaks.
        grouping: an integer is shown with thousands signs; a year or a plot number is not.
        sensitive: a personal number, masked in lists and for those who only look.
    """

    name: str
    type: FieldType
    label: Label
    required: Expression | None = None
    required_severity: Severity = "error"
    relevant: Expression | None = None
    constraints: tuple[Constraint, ...] = ()
    calculation: Expression | None = None
    choices: tuple[Choice, ...] = ()
    choice_filter: Expression | None = None
    to: tuple[str, ...] = ()
    year_only: bool = False
    mask: str = ""
    multiline: bool = False
    grouping: bool = True
    sensitive: bool = False

    @property
    def is_reference(self) -> bool:
        """Whether the value is another record's id."""
        return self.type == "reference"

    @property
    def is_number(self) -> bool:
        """Whether a value can be added up, and stands at the right of its column."""
        return self.type in NUMBER_TYPES

    @property
    def fixed_length(self) -> int:
        """How many letters and digits a value always has, separators left out; 0 if any number."""
        if self.type == "code":
            return sum(sign in MASK_SIGNS for sign in self.mask)
        return _FIXED_LENGTHS.get(self.type, 0)

    def choice(self, code: object) -> Choice | None:
        """The choice with this code."""
        return next((choice for choice in self.choices if choice.code == code), None)


@dataclass(frozen=True, slots=True)
class Tree:
    """Says that records of this schema form the tree of areas.

    Attributes:
        parent: the reference field that leads one level up.
        level: the choice field that names the level.
        successor: the reference field that leads from an ended area to the one it became part
            of; empty if there is none.
    """

    parent: str
    level: str
    successor: str = ""


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Says when two records of a type look like one household, person or thing.

    Attributes:
        agree: rules; two records look alike if all fields of one rule are filled in both and
            agree: texts by their folded words, dates by year, everything else exactly.
        differ: fields that tell them apart all the same, where both have them and they differ:
            dates by more than a year.
    """

    agree: tuple[tuple[str, ...], ...]
    differ: tuple[str, ...] = ()


@dataclass(frozen=True)
class Schema:
    """One record type.

    Attributes:
        record: its name, as in ``nq77 add NAME``.
        version: goes up when fields change.
        fields: by name, in the order of the file.
        key: the fields of the real-world key; a record that has them all gets its id from them.
        title: the fields that name a record to people.
        area: the reference field that says where a record belongs; empty for the tree itself.
        begins: the date field from which a record counts.
        ends: the date field after which it no longer counts (that day included).
        tree: set for the one schema whose records are the areas.
        duplicates: when two of them look like one; None where nobody asks.
        changes: how its fields became what they are, in the order of the versions.
        written_by: the role that writes records of this type: ``supervisor`` or ``operator``.
    """

    record: str
    version: int
    label: Label
    fields: Mapping[str, Field]
    key: tuple[str, ...] = ()
    title: tuple[str, ...] = ()
    area: str = ""
    begins: str = ""
    ends: str = ""
    tree: Tree | None = None
    duplicates: Duplicates | None = None
    changes: tuple[SchemaChange, ...] = ()
    written_by: Writers = "operator"

    @cached_property
    def sensitive(self) -> frozenset[str]:
        """The fields that hold personal numbers."""
        return frozenset(field.name for field in self if field.sensitive)

    @cached_property
    def form(self) -> int:
        """The version that records name: of the last change that moved values, or 1."""
        return max((one.version for one in self.changes if one.moves_values), default=1)

    @cached_property
    def in_doubt(self) -> Mapping[str, int]:
        """The fields whose values a change may not have been able to bring up.

        By name of today, the last version that did so.
        """
        found: dict[str, int] = {}
        for change in self.changes:
            found.update(dict.fromkeys((*change.choices, *change.types), change.version))
            found = {
                change.rename.get(name, name): version
                for name, version in found.items()
                if name not in change.split
            }
        return {name: version for name, version in found.items() if name in self.fields}

    @cached_property
    def splits(self) -> Mapping[tuple[str, int], tuple[str, ...]]:
        """What fields came apart into, by their old name and the version."""
        return {
            (old, change.version): split.into
            for change in self.changes
            for old, split in change.split.items()
        }

    @cached_property
    def references(self) -> tuple[Field, ...]:
        """The fields that lead to other records."""
        return tuple(found for found in self.fields.values() if found.is_reference)

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields.values())
