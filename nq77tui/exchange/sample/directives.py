"""Documents: the province's resolution, 14 of the district, three of every commune.

Resolution 77 of 25/5/2022 is real (the article quotes its number, date and issuer); the number
of 14 district documents too. All other numbers, dates and titles are made up.
"""

from __future__ import annotations

from nq77tui.core.record import Json
from nq77tui.exchange.sample.day import working_day
from nq77tui.exchange.sample.places import Commune, District
from nq77tui.exchange.sample.table import read_rows

DISTRICT_PLAN = "85-KH/HU"
DISTRICT_ASSIGNMENT = "1136-QĐ/HU"
GROUP_GUIDANCE = "07-HD/BDVHU"


def make_directives(district: District) -> None:
    """Make the documents and remember those that others rest on."""
    for row in read_rows("directives"):
        values: dict[str, Json] = {
            **{name: row[name] for name in ("number", "date", "issuer", "kind", "level", "title")},
            "area": district.province_id if row["level"] == "province" else district.id,
            "parent": district.directive_ids.get(row["parent"]),
        }
        district.directive_ids[row["number"]] = district.maker.make("directive", values)
    for commune in district.communes:
        _make_plan(district, commune)
        _make_assignment_decision(district, commune)
        _make_group_decision(district, commune)


def _make_plan(district: District, commune: Commune) -> None:
    values = _commune_values(district, commune, "Đảng ủy", DISTRICT_PLAN) | {
        "number": f"{district.rng.randint(21, 64)}-KH/ĐU",
        "date": working_day(district.rng, "2022-08-01", "2022-09-15"),
        "kind": "plan",
        "title": f"Thực hiện Nghị quyết số 77 trên địa bàn {commune.title}",
    }
    commune.plan_id = district.maker.make("directive", values)


def _make_assignment_decision(district: District, commune: Commune) -> None:
    commune.assignment_decision_date = working_day(district.rng, "2022-10-03", "2022-11-11")
    values = _commune_values(district, commune, "Đảng ủy", DISTRICT_PLAN) | {
        "number": f"{district.rng.randint(101, 189)}-QĐ/ĐU",
        "date": commune.assignment_decision_date,
        "kind": "assignment_decision",
        "parent": commune.plan_id,
        "title": "Phân công cán bộ, công chức, người hoạt động không chuyên trách, đảng viên "
        "phụ trách thôn, hộ gia đình",
    }
    commune.assignment_decision_id = district.maker.make("directive", values)


def _make_group_decision(district: District, commune: Commune) -> None:
    commune.group_decision_date = working_day(district.rng, "2022-11-14", "2023-03-31")
    values = _commune_values(district, commune, "Ủy ban nhân dân", GROUP_GUIDANCE) | {
        "number": f"{district.rng.randint(201, 299)}/QĐ-UBND",
        "date": commune.group_decision_date,
        "kind": "establish_group",
        "title": "Thành lập các tổ Nhân dân tự quản",
    }
    commune.group_decision_id = district.maker.make("directive", values)


def _commune_values(
    district: District, commune: Commune, body: str, parent: str
) -> dict[str, Json]:
    return {
        "issuer": f"{body} {commune.title}",
        "level": "commune",
        "area": commune.id,
        "parent": district.directive_ids[parent],
    }
