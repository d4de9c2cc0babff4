"""What a programme tells the engine's tasks: assigning, reorganising areas, signing figures off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nq77tui.core.expression import Expression
from nq77tui.core.period import PeriodKind
from nq77tui.core.schema import Label


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
