"""The people of the households of one village: Đoàn Kết, whose 63 households have 276.

The others' households hold only how many they are: 86,000 more people would be more than a
sample needs. Who lives with whom is drawn like everything else.
"""

from __future__ import annotations

from nq77tui.core.record import Json
from nq77tui.exchange.sample.names import NameBook, NameTables
from nq77tui.exchange.sample.places import DOAN_KET, District, Household

LAST_YEAR = 2023
YEARS_TO_A_CHILD = (21, 36)


def make_members(district: District) -> None:
    """Name everybody in the village, the head of each household first."""
    book = NameBook(district.rng, NameTables())
    village = next(one for one in district.villages if one.code == DOAN_KET)
    for household in village.households:
        for values in _family(district, book, household):
            district.maker.make("member", {"household": household.id, **values})


def _family(district: District, book: NameBook, household: Household) -> list[dict[str, Json]]:
    """As many people as the household has: the head, a spouse, then children."""
    rng = district.rng
    found: list[dict[str, Json]] = [
        _person(household.head, "chu_ho", household.gender, household.birth)
    ]
    if household.persons > 1:
        gender = "female" if household.gender == "male" else "male"
        birth = household.birth + rng.randint(-3, 6)
        name = book.draw(gender, birth, household.ethnic)
        found.append(_person(name, "vo_chong", gender, birth))
    while len(found) < household.persons:
        gender = rng.choice(("male", "female"))
        birth = min(household.birth + rng.randint(*YEARS_TO_A_CHILD), LAST_YEAR)
        family = household.head.split()[0]
        _, *rest = book.draw(gender, birth, household.ethnic).split()
        found.append(_person(" ".join((family, *rest)), "con", gender, birth))
    return found


def _person(name: str, relation: str, gender: str, birth: int) -> dict[str, Json]:
    return {"name": name, "relation": relation, "gender": gender, "birth": str(birth)}
