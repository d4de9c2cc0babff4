"""Who is in charge of what: leaders, cadres and members, of communes, villages and households.

After the article: every commune and village has somebody of the district, every village at least
two cadres of the commune, every household a member or a cadre; the deputy head of the
home-affairs office has the two villages of Sàn Viên; Đoàn Kết's 16 members have its 63 households.
"""

from __future__ import annotations

from nq77tui.core.record import Json
from nq77tui.exchange.sample.chance import apportion, deal
from nq77tui.exchange.sample.day import working_day
from nq77tui.exchange.sample.directives import DISTRICT_ASSIGNMENT
from nq77tui.exchange.sample.places import (
    BAN_CHOONG,
    DOAN_KET,
    NA_PAY,
    Commune,
    District,
    Person,
    Village,
)

DISTRICT_FROM = "2022-09-01"
CADRES_A_VILLAGE = 2
LEADING_CADRES = 4
CADRES_STAY_OUT = {DOAN_KET}
"""Villages whose households are all with the members of the cell."""

COMMUNE_DUTIES: list[Json] = ["in_charge", "monitor"]
VILLAGE_DUTIES: list[Json] = ["in_charge", "monitor", "support"]
HOUSEHOLD_DUTIES: list[Json] = ["in_charge"]


def assign_leaders(district: District) -> None:
    """Put the standing committee in charge of communes, the other leaders of villages."""
    sizes = apportion(len(district.communes), [1.0] * len(district.standing_committee), 1)
    pieces = deal(district.communes, sizes)
    for leader, communes in zip(district.standing_committee, pieces, strict=True):
        for commune in communes:
            commune.leaders.append(leader)
            _assign_leader(district, leader, commune.id, COMMUNE_DUTIES)
    deputy, *deputies = district.home_affairs_deputies
    for code in (BAN_CHOONG, NA_PAY):
        _give_village(district, deputy, district.village(code))
    leaders = [*district.heads, *deputies]
    district.rng.shuffle(leaders)
    villages = [one for one in district.villages if one.code not in (BAN_CHOONG, NA_PAY)]
    weights = [district.rng.uniform(0.9, 1.1) for _ in leaders]
    for leader, piece in zip(
        leaders, deal(villages, apportion(len(villages), weights, 2)), strict=True
    ):
        for village in piece:
            _give_village(district, leader, village)


def _give_village(district: District, leader: Person, village: Village) -> None:
    village.leaders.append(leader)
    _assign_leader(district, leader, village.id, VILLAGE_DUTIES)


def _assign_leader(district: District, leader: Person, unit: str, duties: list[Json]) -> None:
    district.maker.make(
        "assignment",
        {
            "person": leader.id,
            "unit": unit,
            "duties": duties,
            "from": DISTRICT_FROM,
            "decision": district.directive_ids[DISTRICT_ASSIGNMENT],
        },
    )


def assign_cadres(district: District, commune: Commune) -> None:
    """Give every cadre of a commune one village, every village at least two cadres."""
    weights = [district.rng.uniform(0.9, 1.1) for _ in commune.villages]
    sizes = apportion(len(commune.cadres), weights, CADRES_A_VILLAGE)
    cadres = list(commune.cadres)
    district.rng.shuffle(cadres)
    for village, piece in zip(commune.villages, deal(cadres, sizes), strict=True):
        village.cadres = list(piece)
        for cadre in piece:
            district.maker.make(
                "assignment",
                {
                    "person": cadre.id,
                    "unit": village.id,
                    "duties": VILLAGE_DUTIES,
                    "from": commune.assignment_decision_date,
                    "decision": commune.assignment_decision_id,
                },
            )


def assign_households(district: District, commune: Commune, village: Village) -> None:
    """Put somebody in charge of every household, neighbours together, nobody of their own."""
    carers = _carers(commune, village)
    weights = [district.rng.uniform(0.8, 1.2) for _ in carers]
    sizes = apportion(len(village.households), weights, 1)
    pieces = [list(piece) for piece in deal(range(len(village.households)), sizes)]
    _leave_own_household(carers, pieces)
    begins = working_day(district.rng, "2022-11-14", "2023-02-24")
    for carer, piece in zip(carers, pieces, strict=True):
        for index in piece:
            household = village.households[index]
            household.carer = carer
            district.maker.make(
                "assignment",
                {
                    "person": carer.id,
                    "unit": household.id,
                    "duties": HOUSEHOLD_DUTIES,
                    "from": max(begins, household.begins or begins),
                },
            )


def _carers(commune: Commune, village: Village) -> list[Person]:
    if village.code in CADRES_STAY_OUT:
        return village.members
    leading = {cadre.id for cadre in commune.cadres[:LEADING_CADRES]}
    return [*village.members, *(cadre for cadre in village.cadres if cadre.id not in leading)]


def _leave_own_household(carers: list[Person], pieces: list[list[int]]) -> None:
    for turn, carer in enumerate(carers):
        if carer.home is not None and carer.home in pieces[turn]:
            own, other = pieces[turn], pieces[(turn + 1) % len(pieces)]
            place = own.index(carer.home)
            own[place], other[0] = other[0], own[place]
