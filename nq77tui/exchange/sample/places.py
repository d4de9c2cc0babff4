"""The district while it is being made: what the later modules need to know of the earlier."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from nq77tui.exchange.sample.making import Maker

DOAN_KET = "06610-03"
KHON_MUN = "06604-05"
BAN_CHOONG = "06589-01"
NA_PAY = "06589-02"
"""Villages that the article names; their codes are this programme's own."""


@dataclass(slots=True)
class Person:
    """A person as far as others refer to them.

    Attributes:
        home: the own household's place in the village's list, if known.
    """

    id: str
    name: str
    home: int | None = None


@dataclass(slots=True)
class Household:
    """A household as far as others refer to it."""

    id: str
    head: str
    gender: str
    birth: int
    ethnic: str
    persons: int
    is_poor: bool
    begins: str | None
    carer: Person | None = None


@dataclass(slots=True)
class Admission:
    """Somebody whom a cell has admitted within the two years."""

    person: Person
    date: str


@dataclass(slots=True)
class Village:
    """A village or a town quarter."""

    id: str
    code: str
    name: str
    is_town: bool
    is_difficult: bool
    planned_households: int
    planned_people: int = 0
    planned_members: int = 0
    cell_id: str = ""
    households: list[Household] = field(default_factory=list)
    members: list[Person] = field(default_factory=list)
    cadres: list[Person] = field(default_factory=list)
    leaders: list[Person] = field(default_factory=list)
    admissions: list[Admission] = field(default_factory=list)
    herds: dict[str, int] = field(default_factory=dict)

    @property
    def is_synthetic(self) -> bool:
        """Whether there is no village of this name."""
        return " Mẫu " in self.name

    @property
    def title(self) -> str:
        """``thôn Đoàn Kết``, ``khu phố Mẫu 02``."""
        if self.name.startswith(("Thôn ", "Khu ")):
            return self.name[0].lower() + self.name[1:]
        return f"{'khu phố' if self.is_town else 'thôn'} {self.name}"


@dataclass(slots=True)
class Commune:
    """A commune or a township with its plan.

    Attributes:
        planted: what was planted in it, in hundredths of a hectare.
    """

    id: str
    code: str
    name: str
    is_town: bool
    cadre_count: int
    ethnic_weights: list[tuple[str, float]]
    villages: list[Village]
    committee_id: str = ""
    plan_id: str = ""
    assignment_decision_id: str = ""
    assignment_decision_date: str = ""
    group_decision_id: str = ""
    group_decision_date: str = ""
    cadres: list[Person] = field(default_factory=list)
    leaders: list[Person] = field(default_factory=list)
    planted: int = 0

    @property
    def title(self) -> str:
        """``xã Nam Quan``, ``thị trấn Na Dương``."""
        return f"{'thị trấn' if self.is_town else 'xã'} {self.name}"


@dataclass(slots=True)
class District:
    """Everything made so far, with the source of chance.

    Attributes:
        directive_ids: the documents of province and district by number.
        standing_committee: leaders who take communes.
        heads: other leaders, who take villages.
        model_ids: each model with its overseer.
    """

    rng: Random
    maker: Maker
    id: str
    province_id: str
    communes: list[Commune]
    directive_ids: dict[str, str] = field(default_factory=dict)
    standing_committee: list[Person] = field(default_factory=list)
    heads: list[Person] = field(default_factory=list)
    home_affairs_deputies: list[Person] = field(default_factory=list)
    model_ids: list[tuple[str, Person]] = field(default_factory=list)

    @property
    def villages(self) -> list[Village]:
        """All villages, in the order of their codes."""
        return [village for commune in self.communes for village in commune.villages]

    def commune_of(self, village: Village) -> Commune:
        """The commune in which a village lies."""
        return next(one for one in self.communes if village.code.startswith(one.code))

    def village(self, code: str) -> Village:
        """The village with a code."""
        return next(village for village in self.villages if village.code == code)
