"""Personal names that fit the place; nobody's in particular.

Family names by ethnic group, middle names and given names with weights that are a proposal, not
a census. In the Nùng clans of Lạng Sơn the men of one generation share a middle name ("Văn hóa
tộc người Nùng", p. 71): brothers and cousins here do too, which makes realistic near-duplicates.
"""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from nq77tui.exchange.sample.chance import Wheel
from nq77tui.exchange.sample.table import read_rows

NUNG, TAY, KINH, DAO = "07", "02", "01", "09"
FAMILIES_OF = {NUNG: NUNG, TAY: TAY, KINH: KINH, DAO: DAO, "04": KINH}
CLANS_A_VILLAGE = 4
CLAN_WEIGHT = 14
GENERATION_YEARS = 22
GENERATION_SHARE = 0.55
OLDER_THAN = 1962
THI_COMMON_BEFORE = 1994
ARTICLE_FAMILIES = frozenset({"Vi", "Vy", "Lý", "Nông", "Triệu", "Đoàn"})
"""Family names of officials in the article: no office-holder of the sample bears one."""


class NameTables:
    """The tables of names, as wheels from which names are drawn."""

    def __init__(self) -> None:
        families = read_rows("family_names")
        self.families = {
            code: _weighted(row for row in families if group in row["ethnic"].split())
            for code, group in FAMILIES_OF.items()
        }
        middles = read_rows("middle_names")
        self.middles = {
            (gender, code): Wheel(_weighted(row for row in middles if _fits(row, gender, code)))
            for gender in ("male", "female")
            for code in FAMILIES_OF
        }
        self.generations = {
            is_old: Wheel(_weighted(row for row in middles if row["generation"] in kinds))
            for is_old, kinds in {False: {"yes"}, True: {"yes", "older"}}.items()
        }
        givens = read_rows("given_names")
        self.givens = {
            gender: Wheel(_weighted(row for row in givens if row["gender"] == gender))
            for gender in ("male", "female")
        }


def _weighted(rows: Iterable[dict[str, str]]) -> list[tuple[str, float]]:
    return [(row["name"], float(row["weight"])) for row in rows]


def _fits(row: dict[str, str], gender: str, ethnic: str) -> bool:
    """Whether a middle name is given today to this gender and ethnic group."""
    return (
        row["gender"] == gender and row["ethnic"] in ("", ethnic) and row["generation"] != "older"
    )


class NameBook:
    """The names of one village: a few families are large, generations share middle names.

    Args:
        clans: how many families of each ethnic group are large; none among the people of an
            office, who come from everywhere.
    """

    def __init__(self, rng: Random, tables: NameTables, clans: int = CLANS_A_VILLAGE) -> None:
        self._rng = rng
        self._tables = tables
        self._clans = clans
        self._families: dict[tuple[str, bool], Wheel[str]] = {}
        self._generations: dict[tuple[str, int], str] = {}

    def draw(self, gender: str, birth: int, ethnic: str, *, holds_office: bool = False) -> str:
        """A full name, family name first."""
        family = self._family_wheel(ethnic, holds_office).spin(self._rng)
        middle = self._middle(family, gender, birth, ethnic)
        given = self._tables.givens[gender].spin(self._rng)
        while given in (family, middle):
            given = self._tables.givens[gender].spin(self._rng)
        return f"{family} {middle} {given}" if middle else f"{family} {given}"

    def _family_wheel(self, ethnic: str, holds_office: bool) -> Wheel[str]:
        wheel = self._families.get((ethnic, holds_office))
        if wheel is None:
            weighted = self._tables.families[ethnic]
            if holds_office:
                weighted = [pair for pair in weighted if pair[0] not in ARTICLE_FAMILIES]
            clans = {Wheel(weighted).spin(self._rng) for _ in range(self._clans)}
            wheel = Wheel(
                (name, weight + CLAN_WEIGHT if name in clans else weight)
                for name, weight in weighted
            )
            self._families[ethnic, holds_office] = wheel
        return wheel

    def _middle(self, family: str, gender: str, birth: int, ethnic: str) -> str:
        if gender == "female":
            if birth < THI_COMMON_BEFORE and self._rng.random() < 0.6:
                return "Thị"
        elif ethnic == NUNG and self._rng.random() < GENERATION_SHARE:
            return self._generation(family, birth)
        return self._tables.middles[gender, ethnic].spin(self._rng)

    def _generation(self, family: str, birth: int) -> str:
        generation = birth // GENERATION_YEARS
        found = self._generations.get((family, generation))
        if found is None:
            is_old = generation * GENERATION_YEARS < OLDER_THAN - GENERATION_YEARS
            found = self._tables.generations[is_old].spin(self._rng)
            self._generations[family, generation] = found
        return found
