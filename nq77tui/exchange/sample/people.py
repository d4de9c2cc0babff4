"""Persons: who they are, apart from what they are in charge of.

A telephone number has a prefix in use today and "000" after it, a citizen number a running serial
that begins with "00" (structure: Decree 137/2015/NĐ-CP, article 13; 020 is Lạng Sơn): both pass
every check and look invented.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from nq77tui.core.record import Json
from nq77tui.exchange.sample.chance import Wheel
from nq77tui.exchange.sample.day import any_day
from nq77tui.exchange.sample.making import Maker, Write
from nq77tui.exchange.sample.names import NameBook
from nq77tui.exchange.sample.places import Person
from nq77tui.exchange.sample.table import read_rows

PROVINCE_OF_BIRTH = "020"
MALE_SHARE = 0.6
FULL_BIRTH_SHARE = 0.4
CITIZEN_NUMBER_SHARE, PHONE_SHARE = 0.14, 0.8
LATEST_JOINED = 2021


@dataclass(frozen=True, slots=True)
class Identity:
    """What a name hangs on."""

    name: str
    gender: str
    birth: int
    ethnic: str


class Numbers:
    """Draws mobile numbers, and citizen numbers that agree with sex and year of birth."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._serial = 0
        self._prefixes = Wheel(
            (row["prefix"], float(row["weight"])) for row in read_rows("phone_prefixes")
        )

    def phone(self, share: float) -> str | None:
        """A mobile number, or none for those who have none on record; some share one."""
        if self._rng.random() >= share:
            return None
        return f"{self._prefixes.spin(self._rng)}000{self._rng.randint(0, 9999):04}"

    def citizen_number(self, gender: str, birth: int) -> str | None:
        """A number that nobody else in the sample has, for a minority of the persons."""
        if self._rng.random() >= CITIZEN_NUMBER_SHARE:
            return None
        self._serial += 1
        century_and_sex = 2 * (birth // 100 - 19) + (gender == "female")
        return f"{PROVINCE_OF_BIRTH}{century_and_sex}{birth % 100:02}{self._serial:06}"


class People:
    """Makes persons of one place."""

    def __init__(
        self,
        rng: Random,
        maker: Maker,
        book: NameBook,
        ethnic_weights: Sequence[tuple[str, float]],
        numbers: Numbers,
    ) -> None:
        self._rng = rng
        self._maker = maker
        self._book = book
        self._ethnic = Wheel(ethnic_weights)
        self._numbers = numbers

    def draw(
        self, born: tuple[int, int], *, gender: str = "", holds_office: bool = False
    ) -> Identity:
        """Somebody born within a span of years."""
        rng = self._rng
        gender = gender or ("male" if rng.random() < MALE_SHARE else "female")
        birth, ethnic = rng.randint(*born), self._ethnic.spin(rng)
        name = self._book.draw(gender, birth, ethnic, holds_office=holds_office)
        return Identity(name, gender, birth, ethnic)

    def make(
        self,
        who: Identity,
        post: Mapping[str, Json],
        *,
        write: Write | None = None,
        home: int | None = None,
    ) -> Person:
        """Record a person with the fields of their post."""
        rng = self._rng
        values: dict[str, Json] = {
            "name": who.name,
            "gender": who.gender,
            "birth": self._birth(who),
            "ethnic": who.ethnic,
            "citizen_number": self._numbers.citizen_number(who.gender, who.birth),
            "phone": self._numbers.phone(PHONE_SHARE),
        }
        if post.get("party_member"):
            first = min(who.birth + rng.randint(19, 38), LATEST_JOINED)
            values["party_joined"] = str(max(first, who.birth + 18))
        return Person(self._maker.make("person", values | dict(post), write), who.name, home)

    def _birth(self, who: Identity) -> str:
        if self._rng.random() >= FULL_BIRTH_SHARE:
            return str(who.birth)
        return any_day(self._rng, f"{who.birth}-01-01", f"{who.birth}-12-31")
