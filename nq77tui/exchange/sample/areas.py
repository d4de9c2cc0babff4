"""The tree of areas: a province, a district, 21 communes, 201 villages.

Codes and names of the communes: the statistics office's list of 2024 (21 units until
01/12/2024). They came out of Resolution 818/NQ-UBTVQH14 of 21/11/2019, in force from 01/01/2020;
that day is taken for the whole tree, also where a unit is older. The 14 villages with real names
come from the article, a public list of schools and Decision 246-CP of 10/6/1981; no list of all
201 was found, so the others are called "Thôn Mẫu 01" (sample village) and the like. "Bản
Choong - Bản Mìang" is taken for one of the mergers of Resolution 57/NQ-HĐND of 09/12/2021.

How 201 villages, 21,320 households and 100 villages of special difficulty are spread over the
communes is made up, but for Nam Quan (9 villages, 603 households) and Đoàn Kết (63 households).
"""

from __future__ import annotations

from random import Random

from nq77tui.core.record import Json
from nq77tui.exchange.sample.chance import apportion
from nq77tui.exchange.sample.making import Maker
from nq77tui.exchange.sample.places import BAN_CHOONG, DOAN_KET, Commune, District, Village
from nq77tui.exchange.sample.table import read_rows

IN_FORCE = "2020-01-01"
MERGED_VILLAGE_IN_FORCE = "2022-01-01"
FIXED_HOUSEHOLDS = {DOAN_KET: 63}
FEWEST_HOUSEHOLDS = 24
ALWAYS_DIFFICULT = {DOAN_KET}
ETHNIC_CODES = {"nung": "07", "tay": "02", "kinh": "01", "dao": "09"}
OTHER_ETHNIC = ("04", 0.5)


def make_areas(rng: Random, maker: Maker) -> District:
    """Make the tree and plan how many households each village has."""
    shared: dict[str, Json] = {"valid_from": IN_FORCE, "ethnic_minority_area": True}
    province = maker.make(
        "area", {"name": "Lạng Sơn", "level": "province", "type": "tinh", "code": "20", **shared}
    )
    district = maker.make(
        "area",
        {
            "name": "Lộc Bình",
            "level": "district",
            "type": "huyen",
            "code": "188",
            "parent": province,
            "border": True,
            **shared,
        },
    )
    communes = [_make_commune(maker, row, district, shared) for row in read_rows("communes")]
    names = {f"{row['commune']}-{row['number']:0>2}": row["name"] for row in read_rows("villages")}
    plans = {row["code"]: row for row in read_rows("communes")}
    for commune in communes:
        commune.villages = _make_villages(rng, maker, commune, plans[commune.code], names)
    return District(rng, maker, district, province, communes)


def _make_commune(
    maker: Maker, row: dict[str, str], district: str, shared: dict[str, Json]
) -> Commune:
    values: dict[str, Json] = {
        "name": row["name"],
        "level": "commune",
        "type": row["type"],
        "code": row["code"],
        "parent": district,
        **shared,
    }
    weights = [(code, float(row[column])) for column, code in ETHNIC_CODES.items()]
    return Commune(
        id=maker.make("area", values),
        code=row["code"],
        name=row["name"],
        is_town=row["type"] == "thi_tran",
        cadre_count=int(row["cadres"]),
        ethnic_weights=[*weights, OTHER_ETHNIC],
        villages=[],
    )


def _make_villages(
    rng: Random, maker: Maker, commune: Commune, plan: dict[str, str], names: dict[str, str]
) -> list[Village]:
    codes = [f"{commune.code}-{number:02}" for number in range(1, int(plan["villages"]) + 1)]
    households = _plan_households(rng, codes, int(plan["households"]))
    difficult = _choose_difficult(rng, codes, int(plan["difficult"]))
    kind = "Khu phố" if commune.is_town else "Thôn"
    villages = []
    for code in codes:
        name = names.get(code, f"{kind} Mẫu {code[-2:]}")
        values: dict[str, Json] = {
            "name": name,
            "level": "village",
            "type": "khu_pho" if commune.is_town else "thon",
            "code": code,
            "parent": commune.id,
            "valid_from": MERGED_VILLAGE_IN_FORCE if code == BAN_CHOONG else IN_FORCE,
            "ethnic_minority_area": True,
            "special_difficulty": code in difficult,
        }
        area = maker.make("area", values)
        villages.append(
            Village(area, code, name, commune.is_town, code in difficult, households[code])
        )
    return villages


def _plan_households(rng: Random, codes: list[str], total: int) -> dict[str, int]:
    fixed = {code: FIXED_HOUSEHOLDS[code] for code in codes if code in FIXED_HOUSEHOLDS}
    free = [code for code in codes if code not in fixed]
    weights = [rng.uniform(0.6, 1.5) for _ in free]
    sizes = apportion(total - sum(fixed.values()), weights, FEWEST_HOUSEHOLDS)
    return fixed | dict(zip(free, sizes, strict=True))


def _choose_difficult(rng: Random, codes: list[str], count: int) -> set[str]:
    chosen = [code for code in codes if code in ALWAYS_DIFFICULT]
    others = [code for code in codes if code not in ALWAYS_DIFFICULT]
    return {*chosen, *rng.sample(others, count - len(chosen))}
