"""Targets of the district, of communes, of villages and of Đoàn Kết.

The article: 24 of the district's 25 targets of 2023 were met; in the first half of 2024 more than
2,000 ha were sown (99.33% of the plan) and 1,200 ha of forest planted (100%). Đoàn Kết planted
more than 70 ha, "more than 25 ha" above its cell's resolution, whose figure is not given: about
45 ha is derived. It keeps "more than 130" goats and expects 1-2 households to leave poverty by
the end of the year. Wordings and figures of the 25 are made up.
"""

from __future__ import annotations

from nq77tui.core.record import Json
from nq77tui.exchange.sample.figure import about, between, exact, more_than
from nq77tui.exchange.sample.places import DOAN_KET, District
from nq77tui.exchange.sample.table import read_rows


def make_targets(district: District) -> None:
    """Make all targets."""
    _make_district_targets(district)
    _make_commune_targets(district)
    _make_doan_ket_targets(district)
    _make_village_targets(district)


def _target(district: District, **values: Json) -> None:
    district.maker.make("target", values)


def _number(text: str) -> int | float:
    return float(text) if "." in text else int(text)


def _make_district_targets(district: District) -> None:
    for row in read_rows("targets_2023"):
        _target(
            district,
            indicator="other",
            indicator_note=row["name"],
            area=district.id,
            year=2023,
            period="year",
            value=exact(_number(row["value"])),
            actual=exact(_number(row["actual"])),
            met=row["met"] == "yes",
        )
    half_year: dict[str, Json] = {"area": district.id, "year": 2024, "period": "half_year"}
    _target(
        district,
        indicator="other",
        indicator_note="Diện tích gieo trồng (ha)",
        value=about(2014),
        actual=more_than(2000),
        met=False,
        note="Đạt 99,33% kế hoạch; số kế hoạch được suy ra.",
        **half_year,
    )
    _target(
        district,
        indicator="planting_ha",
        value=exact(1200),
        actual=exact(1200),
        met=True,
        **half_year,
    )


def _make_commune_targets(district: District) -> None:
    for commune in district.communes:
        if not commune.planted:
            continue
        planned = max(5, 5 * round(commune.planted / 100 * district.rng.uniform(0.9, 1.3) / 5))
        _target(
            district,
            indicator="planting_ha",
            area=commune.id,
            party_org=commune.committee_id,
            year=2024,
            period="year",
            value=exact(planned),
        )


def _make_doan_ket_targets(district: District) -> None:
    village = district.village(DOAN_KET)
    shared: dict[str, Json] = {
        "area": village.id,
        "party_org": village.cell_id,
        "year": 2024,
        "period": "year",
    }
    _target(
        district,
        indicator="planting_ha",
        value=about(45),
        actual=more_than(70),
        met=True,
        note="Vượt nghị quyết chi bộ hơn 25 ha; chỉ tiêu khoảng 45 ha được suy ra (70 - 25).",
        **shared,
    )
    _target(
        district,
        indicator="forest_violations",
        value=exact(0),
        actual=exact(0),
        met=True,
        **shared,
    )
    _target(
        district,
        indicator="goats",
        value=more_than(130),
        actual=exact(village.herds["DE"]),
        met=True,
        **shared,
    )
    _target(district, indicator="poor_households_escaped", value=between(1, 2), **shared)


def _make_village_targets(district: District) -> None:
    """Targets of other villages: households out of poverty, members admitted."""
    rng = district.rng
    for village in district.villages:
        if village.code == DOAN_KET:
            continue
        shared: dict[str, Json] = {
            "area": village.id,
            "party_org": village.cell_id,
            "year": 2024,
            "period": "year",
        }
        if village.is_difficult:
            low = rng.randint(1, 3)
            value = between(low, low + rng.randint(1, 2)) if rng.random() < 0.5 else exact(low)
            _target(district, indicator="poor_households_escaped", value=value, **shared)
        if rng.random() < 0.5:
            admitted = sum(one.date.startswith("2024") for one in village.admissions)
            met: dict[str, Json] = {"actual": exact(admitted), "met": True} if admitted else {}
            _target(district, indicator="party_admissions", value=exact(1), **met, **shared)
