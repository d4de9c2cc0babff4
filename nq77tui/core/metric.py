"""What is counted for every area, as typed objects: ``[metrics.*]`` and ``[figures.*]``."""

from __future__ import annotations

from dataclasses import dataclass

from nq77tui.core.expression import Expression
from nq77tui.core.period import PeriodKind
from nq77tui.core.schema import Label


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
