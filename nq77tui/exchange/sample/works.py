"""Models of communes and works of villages in 2024.

22 models (8 done, 14 on schedule; one commune has two), 235 works (82 done, 153 on schedule;
every village has one): the article's figures. The models of Khòn Mùn (the medicinal herb nhân
trần) and of Đoàn Kết (forest and goats, done) are the article's too, the others made up.
"""

from __future__ import annotations

from nq77tui.core.record import Json
from nq77tui.exchange.sample.day import working_day
from nq77tui.exchange.sample.figure import about, exact, thousands
from nq77tui.exchange.sample.places import District, Village
from nq77tui.exchange.sample.table import read_rows

YEAR = 2024
WORKS, WORKS_DONE = 235, 82


def make_models(district: District) -> None:
    """Make the models, each followed by the leader of its village."""
    for row in read_rows("models"):
        village = district.village(f"{row['commune']}-{row['number']:0>2}")
        overseer = village.leaders[0]
        values: dict[str, Json] = {
            "name": f"Mô hình {row['name'][0].lower()}{row['name'][1:]}",
            "year": YEAR,
            "area": village.id,
            "field": list(row["fields"].split()),
            "status": row["status"],
            "percent": int(row["percent"]),
            "start": row["start"],
            "planned_end": row["planned"],
            "actual_end": row["end"] or None,
            "overseer": overseer.id,
            "cost": {"n": int(row["cost"]), "unit": "trieu"},
        }
        if row["status"] != "done":
            first = f"{row['planned'][:7]}-01"
            values["expected_end"] = working_day(district.rng, first, row["planned"])
        district.model_ids.append((district.maker.make("model", values), overseer))


def make_works(district: District) -> None:
    """Make the works: one in every village, a second in some."""
    villages = district.villages
    second = district.rng.sample(villages, WORKS - len(villages))
    done = [True] * WORKS_DONE + [False] * (WORKS - WORKS_DONE)
    district.rng.shuffle(done)
    kinds = read_rows("works")
    for village, is_done in zip([*villages, *second], done, strict=True):
        fitting = [row for row in kinds if not (village.is_town and "forest" in row["fields"])]
        _make_work(district, village, district.rng.choice(fitting), is_done)


def _make_work(district: District, village: Village, row: dict[str, str], is_done: bool) -> None:
    rng = district.rng
    values: dict[str, Json] = {
        "name": row["name"],
        "year": YEAR,
        "area": village.id,
        "field": list(row["fields"].split()),
        "overseer": village.leaders[0].id,
        **_quantity_and_cost(district, row),
    }
    if is_done:
        start = working_day(rng, "2024-01-15", "2024-03-29")
        end = working_day(rng, "2024-04-08", "2024-06-27")
        values |= {
            "status": "done",
            "percent": 100,
            "start": start,
            "planned_end": working_day(rng, end, "2024-09-30"),
            "actual_end": end,
        }
    else:
        planned = working_day(rng, "2024-08-15", "2024-12-20")
        values |= {
            "status": "on_schedule",
            "percent": 5 * rng.randint(2, 18),
            "start": working_day(rng, "2024-02-19", "2024-06-14"),
            "planned_end": planned,
            "expected_end": working_day(rng, "2024-07-20", planned),
        }
    district.maker.make("work", values)


def _quantity_and_cost(district: District, row: dict[str, str]) -> dict[str, Json]:
    rng = district.rng
    quantity = rng.randint(int(row["least"]), int(row["most"]))
    if quantity >= 50:
        quantity = round(quantity, -1)
    cost = quantity * int(row["price"])
    contributed = cost * rng.randint(30, 100) // 100
    is_measured = quantity < 50 or rng.random() < 0.7
    return {
        "quantity": exact(quantity) if is_measured else about(quantity),
        "quantity_unit": row["unit"],
        "cost": thousands(cost),
        "contributed": thousands(contributed),
        "supported": thousands(cost - contributed) if cost > contributed else None,
    }
