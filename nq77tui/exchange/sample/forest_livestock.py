"""Forest events, herds and vaccinations of the first half of 2024.

1,200 ha were planted in the district; in Đoàn Kết "more than 70 ha" of acacia and pine, nobody
felled natural forest, and "more than 130" goats are kept: the article's figures. Vaccines after
Circular 07/2016/TT-BNNPTNT, Appendix 06; the spring round. The rest is made up.
"""

from __future__ import annotations

from nq77tui.core.record import Json
from nq77tui.exchange.sample.chance import Wheel, apportion
from nq77tui.exchange.sample.day import working_day
from nq77tui.exchange.sample.figure import about, exact
from nq77tui.exchange.sample.places import DOAN_KET, Commune, District, Village

PLANTED = 120_000
"""Hundredths of a hectare, so that the parts add up exactly."""
FIXED_PLANTED = {DOAN_KET: 7_060}
LEAST_PLANTED, LEAST_PLOT, MOST_PLOT = 40, 30, 340
PLANTED_SPECIES: Wheel[tuple[str, ...]] = Wheel(
    {
        ("KEO",): 34,
        ("THONG",): 24,
        ("KEO", "THONG"): 10,
        ("HOI",): 12,
        ("BACH_DAN",): 9,
        ("QUE",): 5,
        ("SA_MOC",): 3,
        ("MO",): 2,
        ("LAT", "XOAN"): 1,
    }.items()
)
FOREST_SPECIES: Wheel[tuple[str, ...]] = Wheel(
    {("KEO", "THONG"): 4, ("KEO",): 4, ("THONG",): 3}.items()
)
VIOLATIONS, HARVESTS, FIRES = 6, 30, 2

HERDS = {
    # Head a household, and the share of villages that keep the species.
    "TRAU": (0.55, 0.95),
    "BO": (0.25, 0.7),
    "LON": (1.6, 0.97),
    "DE": (0.3, 0.4),
    "NGUA": (0.03, 0.15),
    "GA": (22.0, 1.0),
    "VIT": (5.0, 0.6),
    "CHO": (0.8, 0.5),
}
TOWN_HERDS = {"LON": (0.3, 0.7), "GA": (6.0, 0.8), "CHO": (0.5, 0.4)}
GOATS_OF_DOAN_KET, GOAT_HOUSEHOLDS = (118, 133), 14
"""In January and in June; counted household by household."""
VACCINES = {
    "TRAU": ("LMLM", "THT"),
    "BO": ("LMLM", "VIEM_DA_NOI_CUC"),
    "LON": ("DTL", "THT"),
    "DE": ("LMLM",),
    "CHO": ("DAI",),
}
VACCINATION_SHARE = 0.85


def make_forest(district: District) -> None:
    """Make plantings that add up to the district's total, patrols, and what went wrong."""
    villages = [village for village in district.villages if not village.is_town]
    for village, planted in zip(villages, _plan_planting(district, villages), strict=True):
        district.commune_of(village).planted += planted
        _plant(district, village, planted)
        for _ in range(district.rng.choices((0, 1, 2, 3), (30, 35, 25, 10))[0]):
            _patrol(district, village)
    # Nothing bad is told of a village that exists.
    elsewhere = [village for village in villages if village.is_synthetic]
    for kind, count in (("violation", VIOLATIONS), ("harvest", HARVESTS), ("fire", FIRES)):
        for village in district.rng.sample(elsewhere, count):
            _happen(district, village, kind)


def _plan_planting(district: District, villages: list[Village]) -> list[int]:
    free = [village for village in villages if village.code not in FIXED_PLANTED]
    weights = [district.rng.uniform(0.05, 1.0) for _ in free]
    total = PLANTED - sum(FIXED_PLANTED.values())
    parts = dict(
        zip((one.code for one in free), apportion(total, weights, LEAST_PLANTED), strict=True)
    )
    return [(FIXED_PLANTED | parts)[village.code] for village in villages]


def _plant(district: District, village: Village, planted: int) -> None:
    """Plots of households one after the other, and the rest as the village's own."""
    rng = district.rng
    households = rng.sample(village.households, len(village.households) * 3 // 4)
    left = planted
    while households and left > MOST_PLOT:
        plot = rng.randint(LEAST_PLOT, MOST_PLOT)
        _plant_plot(district, village, plot, households.pop().id)
        left -= plot
    _plant_plot(district, village, left, None)


def _plant_plot(district: District, village: Village, plot: int, household: str | None) -> None:
    rng = district.rng
    species = FOREST_SPECIES if village.code == DOAN_KET else PLANTED_SPECIES
    district.maker.make(
        "forest_event",
        {
            "kind": "planting",
            "date": working_day(rng, "2024-02-15", "2024-06-25"),
            "area": village.id,
            "household": household,
            "area_ha": exact(plot / 100),
            "species": list(species.spin(rng)),
            "purpose": "SX" if rng.random() < 0.9 else "PH",
            "origin": "RT",
        },
    )


def _patrol(district: District, village: Village) -> None:
    rng = district.rng
    district.maker.make(
        "forest_event",
        {
            "kind": "patrol",
            "date": working_day(rng, "2024-01-08", "2024-06-28"),
            "area": village.id,
            "purpose": rng.choice(("PH", "SX")),
            "origin": "TN",
            "note": f"Tổ tuần tra {rng.randint(3, 9)} người",
        },
    )


def _happen(district: District, village: Village, kind: str) -> None:
    rng = district.rng
    is_natural = kind == "violation"
    most = 40 if kind != "harvest" else 300
    district.maker.make(
        "forest_event",
        {
            "kind": kind,
            "date": working_day(rng, "2024-01-08", "2024-06-28"),
            "area": village.id,
            "household": None if kind == "fire" else rng.choice(village.households).id,
            "area_ha": exact(rng.randint(5, most) / 100),
            "species": None if is_natural else ["KEO" if kind == "harvest" else "THONG"],
            "purpose": "PH" if is_natural else "SX",
            "origin": "TN" if is_natural else "RT",
        },
    )


def make_herds(district: District) -> None:
    """Count the animals of every village in June, some also in January."""
    for commune in district.communes:
        for village in commune.villages:
            for species, (a_household, share) in _herds_of(commune).items():
                if (village.code, species) == (DOAN_KET, "DE"):
                    _count_goats(district, village)
                elif district.rng.random() < share:
                    _count(district, village, species, a_household)


def _herds_of(commune: Commune) -> dict[str, tuple[float, float]]:
    return TOWN_HERDS if commune.is_town else HERDS


def _count_goats(district: District, village: Village) -> None:
    """The goats of Đoàn Kết, those of each household twice."""
    rng = district.rng
    households = rng.sample(village.households, GOAT_HOUSEHOLDS)
    weights = [rng.uniform(0.5, 1.5) for _ in households]
    for day, head in zip(("2024-01-12", "2024-06-20"), GOATS_OF_DOAN_KET, strict=True):
        for household, part in zip(households, apportion(head, weights, 3), strict=True):
            _record_count(district, village, "DE", day, exact(part), household.id)
        village.herds["DE"] = head


def _count(district: District, village: Village, species: str, a_household: float) -> None:
    rng = district.rng
    head = max(2, round(len(village.households) * a_household * rng.uniform(0.5, 1.5)))
    village.herds[species] = head
    if rng.random() < 0.25:
        earlier = max(1, round(head * rng.uniform(0.8, 1.1)))
        day = working_day(rng, "2024-01-08", "2024-01-26")
        _record_count(district, village, species, day, exact(earlier))
    day = working_day(rng, "2024-06-10", "2024-06-25")
    # Poultry is estimated.
    june = about(round(head, -1)) if head > 500 else exact(head)
    _record_count(district, village, species, day, june)


def _record_count(
    district: District,
    village: Village,
    species: str,
    day: str,
    head: dict[str, Json],
    household: str | None = None,
) -> None:
    district.maker.make(
        "livestock_count",
        {
            "date": day,
            "area": village.id,
            "household": household,
            "species": species,
            "head": head,
        },
    )


def make_vaccinations(district: District) -> None:
    """Make the spring round: most herds against the compulsory diseases."""
    rng = district.rng
    for village in district.villages:
        for species, diseases in VACCINES.items():
            herd = village.herds.get(species, 0)
            for disease in diseases:
                if herd and rng.random() < VACCINATION_SHARE:
                    values: dict[str, Json] = {
                        "date": working_day(rng, "2024-03-11", "2024-05-24"),
                        "area": village.id,
                        "species": species,
                        "disease": disease,
                        "doses": max(1, round(herd * rng.uniform(0.6, 0.98))),
                    }
                    district.maker.make("vaccination", values)
