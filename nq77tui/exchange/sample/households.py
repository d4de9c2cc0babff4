"""Households and the self-managed groups they belong to.

21,320 households and "more than 86,000" people are the article's; Đoàn Kết has 63 households and
276 people. Sizes, classes and everything else are drawn; the shares of poor and near-poor
households are of the order usual in mountain districts, higher in villages of special difficulty.
"""

from __future__ import annotations

from random import Random

from nq77tui.core.record import Json
from nq77tui.exchange.sample.chance import Wheel, apportion, deal
from nq77tui.exchange.sample.day import working_day
from nq77tui.exchange.sample.names import NameBook
from nq77tui.exchange.sample.people import Numbers
from nq77tui.exchange.sample.places import DOAN_KET, Commune, District, Household, Village

POPULATION = 86_120
FIXED_POPULATION = {DOAN_KET: 276}
FEWEST_PERSONS, MOST_PERSONS = 1, 11
SIZES: Wheel[int] = Wheel(
    {1: 6, 2: 13, 3: 19, 4: 26, 5: 18, 6: 10, 7: 4.5, 8: 2, 9: 1, 10: 0.5}.items()
)
CLASSES: dict[bool, Wheel[str]] = {
    is_difficult: Wheel(shares.items())
    for is_difficult, shares in {
        False: {
            "NGHEO": 4,
            "CAN_NGHEO": 7,
            "TRUNG_BINH": 20,
            "KHONG_NGHEO": 66,
            "MOI_THOAT_NGHEO": 2.5,
            "TAI_NGHEO": 0.2,
            "PHAT_SINH": 0.3,
        },
        True: {
            "NGHEO": 13,
            "CAN_NGHEO": 15,
            "TRUNG_BINH": 28,
            "KHONG_NGHEO": 38,
            "MOI_THOAT_NGHEO": 5,
            "TAI_NGHEO": 0.5,
            "PHAT_SINH": 0.5,
        },
    }.items()
}
POOR = {"NGHEO", "TAI_NGHEO", "PHAT_SINH"}
PHONE_SHARE = 0.42
NEW_SHARE = 0.015
GROUP_SIZE = 24
VILLAGES_WITH_GROUPS = 0.9
PLEDGING_VILLAGES = 0.35


def plan_people(district: District) -> None:
    """Divide the population over the villages."""
    fixed = [village for village in district.villages if village.code in FIXED_POPULATION]
    free = [village for village in district.villages if village.code not in FIXED_POPULATION]
    for village in fixed:
        village.planned_people = FIXED_POPULATION[village.code]
    weights = [village.planned_households * district.rng.uniform(3.75, 4.3) for village in free]
    rest = POPULATION - sum(village.planned_people for village in fixed)
    for village, people in zip(free, apportion(rest, weights), strict=True):
        village.planned_people = people


def spread_people(rng: Random, households: int, people: int) -> list[int]:
    """Household sizes with a natural spread that add up to the village's people."""
    sizes = [SIZES.spin(rng) for _ in range(households)]
    missing = people - sum(sizes)
    while missing:
        step = 1 if missing > 0 else -1
        index = rng.randrange(households)
        if FEWEST_PERSONS <= sizes[index] + step <= MOST_PERSONS:
            sizes[index] += step
            missing -= step
    return sizes


def make_households(
    district: District, commune: Commune, village: Village, book: NameBook, numbers: Numbers
) -> None:
    """Make the groups and households of one village."""
    rng = district.rng
    ethnic = Wheel(commune.ethnic_weights)
    sizes = spread_people(rng, village.planned_households, village.planned_people)
    heads = [_draw_head(rng, book, ethnic, size) for size in sizes]
    groups = _make_groups(district, commune, village, [str(head["head"]) for head in heads])
    pledges = _pledge_share(rng, village)
    for number, (size, head) in enumerate(zip(sizes, heads, strict=True), start=1):
        values: dict[str, Json] = {
            "code": f"{village.code}-{number:04}",
            "area": village.id,
            "persons": size,
            **head,
            "class": CLASSES[village.is_difficult].spin(rng),
            "group": groups[number - 1],
            "phone": numbers.phone(PHONE_SHARE),
            "forest_pledge": True if rng.random() < pledges else None,
        }
        if rng.random() < NEW_SHARE:
            values["from"] = working_day(rng, "2023-02-01", "2024-03-29")
        village.households.append(_remember(district.maker.make("household", values), values))


def _draw_head(rng: Random, book: NameBook, ethnic: Wheel[str], size: int) -> dict[str, Json]:
    gender = "female" if rng.random() < (0.45 if size == 1 else 0.17) else "male"
    latest = 1990 if size > 6 else 1999
    birth, group = int(rng.triangular(1938, latest, 1974)), ethnic.spin(rng)
    return {
        "head": book.draw(gender, birth, group),
        "head_gender": gender,
        "head_birth": str(birth),
        "ethnic": group,
    }


def _remember(record_id: str, values: dict[str, Json]) -> Household:
    begins = values.get("from")
    return Household(
        id=record_id,
        head=str(values["head"]),
        gender=str(values["head_gender"]),
        birth=int(str(values["head_birth"])),
        ethnic=str(values["ethnic"]),
        persons=int(str(values["persons"])),
        is_poor=values["class"] in POOR,
        begins=str(begins) if begins else None,
    )


def _pledge_share(rng: Random, village: Village) -> float:
    if village.code == DOAN_KET:
        return 1.0
    if village.is_town or rng.random() >= PLEDGING_VILLAGES:
        return 0.0
    return rng.uniform(0.6, 1.0)


def _make_groups(
    district: District, commune: Commune, village: Village, heads: list[str]
) -> list[str | None]:
    """The group of each household, neighbours together; the leader is one of the heads."""
    rng = district.rng
    if village.code != DOAN_KET and rng.random() >= VILLAGES_WITH_GROUPS:
        return [None] * len(heads)
    count = max(2, round(len(heads) / GROUP_SIZE))
    sizes = apportion(len(heads), [rng.uniform(0.8, 1.2) for _ in range(count)])
    found: list[str | None] = []
    for number, members in enumerate(deal(heads, sizes), start=1):
        group = district.maker.make(
            "group",
            {
                "name": f"Tổ tự quản số {number}",
                "area": village.id,
                "leader": rng.choice(members),
                "established": commune.group_decision_date,
                "decision": commune.group_decision_id,
            },
        )
        found += [group] * len(members)
    return found
