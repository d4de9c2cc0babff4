"""What people type, against the tables of conventions."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from nq77tui.core import values
from nq77tui.core.identity_number import (
    citizen_number_warnings,
    parse_citizen_number,
    parse_phone,
    show_phone,
)
from nq77tui.core.values import ValueRefusedError

TODAY = date(2026, 11, 24)
VECTORS = Path(__file__).parent.parent / "vectors"


def rows(name):
    with (VECTORS / f"{name}_vectors.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def outcome(parse, *args, **kwargs):
    try:
        return parse(*args, **kwargs)
    except ValueRefusedError as error:
        return error.problems[0].key


@pytest.mark.parametrize("row", rows("number"), ids=lambda row: row["typed"])
def test_numbers(row) -> None:
    found = outcome(values.parse_number, row["typed"].removesuffix("%"))
    if row["value"].startswith("ambiguous"):
        assert found == "value.ambiguous_number"
    else:
        assert found == float(row["value"].removesuffix(" %"))


@pytest.mark.parametrize("row", rows("date"), ids=lambda row: row["typed"])
def test_dates(row) -> None:
    found = outcome(values.parse_date, row["typed"], TODAY, year_only=True)
    if row["stored"] == "error":
        assert found == "value.impossible_date"
    elif row["stored"].startswith(("year", "month")):
        assert found == {"1985": "1985", "3/1985": "1985-03"}[row["typed"]]
    else:
        assert found == row["stored"].split(" ")[0]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("5/9", "2026-09-05"),
        ("050924", "2024-09-05"),
        ("05092024", "2024-09-05"),
        ("h", "2026-11-24"),
        ("h-1", "2026-11-23"),
        ("H-30", "2026-10-25"),
        ("1/1/27", "2027-01-01"),
        ("1/1/28", "1928-01-01"),
        ("29/2/2024", "2024-02-29"),
        ("29/2/2023", "value.impossible_date"),
        ("2024-02-05", "2024-02-05"),
        ("1985", "value.no_date"),
        ("", "value.no_date"),
        ("5//9", "value.no_date"),
        ("١/٢/2024", "value.no_date"),
    ],
)
def test_dates_as_people_type_them(typed, stored) -> None:
    assert outcome(values.parse_date, typed, TODAY) == stored


@pytest.mark.parametrize("row", rows("phone"), ids=lambda row: row["typed"])
def test_phones(row) -> None:
    if row["typed"]:
        found = outcome(parse_phone, row["typed"])
        if row["stored"]:
            assert found == row["stored"]
        else:
            assert found.startswith("value.phone_")


@pytest.mark.parametrize("row", rows("cccd"), ids=lambda row: row["number"])
def test_citizen_numbers(row) -> None:
    if not row["number"]:
        return
    found = outcome(parse_citizen_number, row["number"])
    if row["verdict"] == "error":
        assert found == "value.citizen_number_length"
        return
    day, month, year = (row["birth_date"] or "//").split("/")
    birth = f"{year}-{month}-{day}" if year else None
    gender = {"nam": "male", "nữ": "female"}.get(row["gender"])
    warnings = citizen_number_warnings(found, birth, gender)
    assert bool(warnings) == (row["verdict"] == "warn")
    assert all(warning.severity == "warning" for warning in warnings)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("70", {"is": "exact", "n": 70}),
        (">70", {"is": "more_than", "n": 70}),
        ("hơn 70,5", {"is": "more_than", "n": 70.5}),
        ("trên 86.000", {"is": "more_than", "n": 86000}),
        ("khoảng 45", {"is": "about", "n": 45}),
        ("1-2", {"is": "range", "n": 1, "max": 2}),
        ("1 – 2", {"is": "range", "n": 1, "max": 2}),
        ("2-1", "value.range_reversed"),
        ("nhiều", "value.no_number"),
    ],
)
def test_figures_keep_how_sure_they_are(typed, stored) -> None:
    found = outcome(values.parse_figure, typed)
    assert found == stored
    if isinstance(found, dict):
        assert values.parse_figure(values.show_figure(found)) == found


@pytest.mark.parametrize(
    ("typed", "stored", "dong"),
    [
        ("500 nghìn", {"n": 500, "unit": "nghin"}, 500_000),
        ("2,5 triệu", {"n": 2.5, "unit": "trieu"}, 2_500_000),
        ("2,5tr", {"n": 2.5, "unit": "trieu"}, 2_500_000),
        ("300.000", {"n": 300_000, "unit": "dong"}, 300_000),
        ("300.000 đ", {"n": 300_000, "unit": "dong"}, 300_000),
    ],
)
def test_money_carries_its_unit(typed, stored, dong) -> None:
    assert values.parse_money(typed) == stored
    assert values.money_in_dong(stored) == dong


@pytest.mark.parametrize("typed", ["5 quả", "nghìn", "", "1.2.3 triệu"])
def test_what_is_no_money_is_refused(typed) -> None:
    with pytest.raises(ValueRefusedError):
        values.parse_money(typed)


def test_numbers_are_shown_as_they_are_written_here() -> None:
    assert values.show_number(1234567.89) == "1.234.567,89"
    assert values.show_number(1234567.89, "en") == "1,234,567.89"
    assert values.show_number(21320) == "21.320"
    assert values.show_date("2024-02-05") == "05/02/2024"
    assert values.show_date("1985-03") == "03/1985"
    assert show_phone("0912345678") == "0912 345 678"


def test_yes_and_no() -> None:
    assert values.parse_yes_no("Có") is True
    assert values.parse_yes_no("k") is False
    assert outcome(values.parse_yes_no, "maybe") == "value.no_yes_no"
