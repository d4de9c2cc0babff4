"""What happens day by day: visits, help given, concerns raised, new members admitted.

The article tells of monthly cell meetings attended, loudspeakers, money for a gate, flags, sand
and gravel for the two villages of the home-affairs deputy, and a member admitted each year; how
often such things happen here is made up.
"""

from __future__ import annotations

from nq77tui.core.record import Json
from nq77tui.exchange.sample.day import working_day
from nq77tui.exchange.sample.figure import exact, thousands
from nq77tui.exchange.sample.places import BAN_CHOONG, NA_PAY, District, Person, Village
from nq77tui.exchange.sample.table import read_rows

MONTHS = range(1, 7)
MEETING_SHARE, WISH_SHARE = 0.8, 0.4
HOUSEHOLD_VISITS_A_VILLAGE = 3
SUPPORTS, CONCERNS = 130, 140
ARTICLE_SUPPORTS = {
    BAN_CHOONG: ("Bộ loa đài cho nhà văn hóa", "Kinh phí làm cổng nhà văn hóa"),
    NA_PAY: (
        "Cờ Tổ quốc",
        "Cát làm đường giao thông nông thôn",
        "Sỏi làm đường giao thông nông thôn",
    ),
}
GIVERS = (
    "Hội Chữ thập đỏ huyện",
    "Ủy ban MTTQ huyện",
    "Ngân hàng Chính sách xã hội",
    "Huyện Đoàn",
    "Hội Liên hiệp Phụ nữ huyện",
)


def make_visits(district: District) -> None:
    """Make cell meetings attended, households visited, models inspected, sessions held."""
    for village in district.villages:
        _attend_meetings(district, village)
        _visit_households(district, village)
    for model, overseer in district.model_ids:
        for first, last in (("2024-03-18", "2024-04-26"), ("2024-05-20", "2024-06-26")):
            day = working_day(district.rng, first, last)
            _visit(district, overseer, model, "inspection", day)
    for commune in district.communes:
        day = working_day(district.rng, "2024-01-18", "2024-03-08")
        _visit(district, commune.leaders[0], commune.id, "dissemination", day)


def _attend_meetings(district: District, village: Village) -> None:
    for month in MONTHS:
        if district.rng.random() < MEETING_SHARE:
            day = working_day(district.rng, f"2024-{month:02}-02", f"2024-{month:02}-08")
            _visit(district, village.leaders[0], village.id, "cell_meeting", day)


def _visit_households(district: District, village: Village) -> None:
    wishes = [row["text"] for row in read_rows("wishes")]
    for household in district.rng.sample(village.households, HOUSEHOLD_VISITS_A_VILLAGE):
        wish = district.rng.choice(wishes) if district.rng.random() < WISH_SHARE else None
        day = working_day(district.rng, "2024-04-01", "2024-06-28")
        assert household.carer is not None
        _visit(district, household.carer, household.id, "household_visit", day, wish)


def _visit(
    district: District, person: Person, unit: str, kind: str, day: str, wish: str | None = None
) -> None:
    district.maker.make(
        "visit", {"date": day, "person": person.id, "unit": unit, "kind": kind, "wish": wish}
    )


def make_supports(district: District) -> None:
    """Make the help that the article tells of, and other help like it."""
    rows = read_rows("supports")
    by_item = {row["item"]: row for row in rows}
    for code, items in ARTICLE_SUPPORTS.items():
        village = district.village(code)
        for item in items:
            _support(district, village, by_item[item], village.leaders[0])
    for _ in range(SUPPORTS):
        village = district.rng.choice(district.villages)
        by_leader = district.rng.random() < 0.6
        giver = village.leaders[0] if by_leader else None
        _support(district, village, district.rng.choice(rows), giver)


def _support(
    district: District, village: Village, row: dict[str, str], giver: Person | None
) -> None:
    rng = district.rng
    quantity = rng.randint(int(row["least"]), int(row["most"]))
    is_tet = "Tết" in row["item"]
    unit = village.id
    if row["to"] == "household":
        poor = [household for household in village.households if household.is_poor]
        unit = rng.choice(poor or village.households).id
    values: dict[str, Json] = {
        "date": working_day(rng, "2024-01-15", "2024-02-06" if is_tet else "2024-06-28"),
        "unit": unit,
        "giver_person": giver.id if giver else None,
        "giver": None if giver else rng.choice(GIVERS),
        "kind": row["kind"],
        "item": row["item"],
        "quantity": exact(quantity),
        "quantity_unit": row["unit"],
        "value": thousands(quantity * int(row["price"])),
    }
    district.maker.make("support", values)


def make_concerns(district: District) -> None:
    """Make what people raised, and what became of it."""
    rng = district.rng
    rows = read_rows("concerns")
    for _ in range(CONCERNS):
        village, row = rng.choice(district.villages), rng.choice(rows)
        status = rng.choices(("open", "in_progress", "resolved", "passed_on"), (2, 3, 4, 1))[0]
        raised = working_day(rng, "2024-01-08", "2024-06-14")
        values: dict[str, Json] = {
            "date": raised,
            "unit": village.id,
            "raised_by": rng.choice(village.households).head,
            "text": row["text"],
            "status": status,
        }
        if status == "resolved":
            values |= {
                "resolved_on": working_day(rng, raised, "2024-06-28"),
                "resolved_by": village.leaders[0].id,
                "resolution": row["resolution"],
            }
        elif status == "passed_on":
            values["resolution"] = "Đã chuyển kiến nghị lên cấp trên xem xét."
        district.maker.make("concern", values)


def make_admissions(district: District) -> None:
    """Make the admissions of the cells' new members."""
    for village in district.villages:
        for admission in village.admissions:
            district.maker.make(
                "admission",
                {
                    "date": admission.date,
                    "name": admission.person.name,
                    "person": admission.person.id,
                    "party_org": village.cell_id,
                },
            )
