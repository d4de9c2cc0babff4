"""The shipped boards, counted again by hand from what ``export all`` gives."""

from __future__ import annotations

import json
import shutil
from collections import Counter, defaultdict
from datetime import date, timedelta
from statistics import median

import pytest

from nq77tui.core.document import id_of_doc_id
from nq77tui.core.vietnamese.collation import sort_key
from nq77tui.programme import sample_folder

DAY = "2024-06-03"


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    return shutil.copytree(sample_folder(), tmp_path_factory.mktemp("boards") / "sample")


@pytest.fixture
def tables(nq77, sample, tmp_path):
    """All records of the sample by type and id, as plain values."""
    file = tmp_path / "all.json"
    assert nq77("--store", sample, "export", "all", "-o", file).status == 0
    return {
        name: {id_of_doc_id(int(key)): values for key, values in rows.items()}
        for name, rows in json.loads(file.read_text("utf-8")).items()
        if not name.startswith("_")
    }


@pytest.fixture
def board(nq77, sample):
    """What ``nq77 board`` says: the total, and each line by its key."""

    def ask(name, *more, day=DAY):
        ran = nq77("--store", sample, "board", name, "--as-of", day, "--json", *more)
        assert ran.status == 0, ran.err
        told = ran.json
        return told["total"]["numbers"], {one["key"]: one["numbers"] for one in told["lines"]}

    return ask


def commune(tables, place):
    """The commune that something lies in."""
    for name in ("household", "model"):
        if place in tables[name]:
            place = tables[name][place]["area"]
    while tables["area"][place]["level"] != "commune":
        place = tables["area"][place]["parent"]
    return place


def runs(values, day=DAY):
    return (values.get("from") or "") <= day and not ("" < (values.get("to") or "") < day)


def number(value):
    return value["n"] if isinstance(value, dict) else value


@pytest.mark.parametrize("day", ["2024-02-01", DAY, "2025-06-30"])
def test_works_by_their_plan(board, tables, day):
    def class_of(work):
        end, plan, status = work.get("actual_end"), work.get("planned_end"), work["status"]
        if status == "done":
            if end and plan and end != plan:
                return "done_early" if end < plan else "done_late"
            return "done"
        if status == "stopped":
            return "stopped"
        expected = work.get("expected_end")
        is_late = status == "behind" or (plan or "9") < day or (expected or "") > (plan or "9")
        if status != "carried_over" and is_late:
            return "late"
        return "not_started" if status in ("not_started", "carried_over") else "going"

    whole, by_area = Counter(), defaultdict(Counter)
    for work in tables["work"].values():
        for name in ("total", class_of(work)):
            whole[name] += 1
            by_area[commune(tables, work["area"])][name] += 1
    total, lines = board("works", day=day)

    assert total == {name: whole[name] for name in total}
    assert whole["total"] > 10
    for key, numbers in lines.items():
        assert numbers == {name: by_area[key][name] for name in numbers}
    overseers = Counter(work.get("overseer") or "" for work in tables["work"].values())
    _, lines = board("works", "--by", "overseer", day=day)
    assert {key: numbers["total"] for key, numbers in lines.items()} == overseers


def test_what_was_planted_month_by_month_and_against_the_target(board, tables):
    planted = [one for one in tables["forest_event"].values() if one["kind"] == "planting"]
    months = Counter()
    for one in planted:
        if one["date"][:7] >= "2023-07" and one["date"] <= DAY:
            months[one["date"][:7]] += one["area_ha"]["n"]
    total, _ = board("planted")

    assert list(total)[:3] == ["total", "2024-06", "2024-05"]
    assert len(total) == 13
    assert total == pytest.approx(
        {name: months[name] for name in total} | {"total": months.total()}
    )
    assert months.total() > 0

    due = sum(
        number(one["value"])
        for one in tables["target"].values()
        if one["indicator"] == "planting_ha"
        and one["year"] == 2024
        and one.get("period") in (None, "", "year")
    )
    done = sum(one["area_ha"]["n"] for one in planted if "2024" <= one["date"] <= DAY)
    total, _ = board("planting")
    assert (total["due"], total["done"]) == pytest.approx((due, done))
    assert total["short"] == pytest.approx(max(due - done, 0))


def test_heads_by_species_and_doses_against_what_is_compulsory(board, tables, programme):
    latest = {}
    for key, one in tables["livestock_count"].items():
        place = one["area"], one.get("household"), one["species"]
        if one["date"] <= DAY:
            latest[place] = max(
                latest.get(place, ("", "", 0)), (one["date"], key, one["head"]["n"])
            )
    heads, by_area = Counter(), defaultdict(Counter)
    for (area, _, species), (_, _, head) in latest.items():
        heads[species] += head
        by_area[commune(tables, area)][species] += head
    total, lines = board("livestock")

    assert total == {**heads, "total": heads.total()}
    assert heads["TRAU"]
    for key, numbers in lines.items():
        assert numbers == {name: by_area[key][name] for name in heads} | {
            "total": by_area[key].total()
        }

    first = (date.fromisoformat(DAY) - timedelta(days=182)).isoformat()
    doses = Counter()
    for one in tables["vaccination"].values():
        if first <= one["date"] <= DAY:
            doses[one["species"], one["disease"]] += one["doses"]
    species = programme.schemas["livestock_count"].fields["species"].choices
    compulsory = [
        (one.code, code)
        for one in species
        for code in one.columns.get("vaccines", "").split()
        if heads[one.code] or doses[one.code, code]
    ]
    total, lines = board("vaccination")
    assert {tuple(key.split("\n")): (n["due"], n["done"]) for key, n in lines.items()} == {
        pair: (heads[pair[0]], doses[pair]) for pair in compulsory
    }
    assert total["due"] == sum(heads[one] for one, _ in compulsory)
    assert total["done"] == sum(doses[pair] for pair in compulsory) > 0


def test_who_was_not_visited_and_who_has_not_been_there(board, tables):
    last = {}
    for one in tables["visit"].values():
        if one["date"] <= DAY:
            last[one["unit"]] = max(last.get(one["unit"], ""), one["date"])
    first = (date.fromisoformat(DAY) - timedelta(days=89)).isoformat()
    there = {key: one for key, one in tables["household"].items() if runs(one)}
    reached = [key for key in there if last.get(key, "") >= first]
    never = [key for key in there if key not in last]
    total, lines = board("households_visited")

    assert total["total"] == len(there)
    assert total["reached"] == len(reached) > 0
    assert total["not_reached"] == len(there) - len(reached)
    assert total["never"] == len(never)
    assert sum(numbers["never"] for numbers in lines.values()) == len(never)

    been = {
        (one["person"], tables["household"].get(one["unit"], {}).get("area", one["unit"]))
        for one in tables["visit"].values()
        if "2024-06-01" <= one["date"] <= DAY
    }
    charges = [
        one
        for one in tables["assignment"].values()
        if runs(one) and tables["area"].get(one["unit"], {}).get("level") == "village"
    ]
    total, _ = board("villages_visited")
    assert total["total"] == len(charges) > 0
    assert total["reached"] == sum((one["person"], one["unit"]) in been for one in charges)


def test_how_much_each_has(board, tables):
    held = Counter(one["person"] for one in tables["assignment"].values() if runs(one))
    gone = [one for one in held if not runs(tables["person"].get(one, {"to": "1"}))]
    total, _ = board("load")

    assert total["total"] == held.total()
    assert total["people"] == len(held)
    assert (total["median"], total["most"]) == (median(held.values()), max(held.values()))
    assert total["left"] == sum(held[one] for one in gone)

    _, lines = board("load", "--by", "person")
    assert {key: numbers["total"] for key, numbers in lines.items()} == held


def test_a_board_that_is_not_there_and_rows_that_it_has_not_are_refused(nq77, sample):
    ran = nq77("--store", sample, "board", "weather")
    assert ran.status == 1
    assert "weather" in ran.err
    assert "vaccination" in ran.err
    ran = nq77("--store", sample, "board", "works", "--by", "colour")
    assert ran.status == 1
    assert "colour" in ran.err
    assert "overseer" in ran.err
    listed = nq77("--store", sample, "board").out
    assert "works\t" in listed
    assert "area_below overseer" in listed


def test_one_board_is_printed_for_people(nq77, sample):
    ran = nq77("--store", sample, "board", "works", "--as-of", DAY)

    assert ran.status == 0
    assert "03/06/2024" in ran.err
    assert "Đang chậm" in ran.out
    assert "Lộc Bình" in ran.out


def test_of_equals_those_come_first_whose_names_do(nq77, sample) -> None:
    lines = nq77("--store", sample, "board", "works", "--as-of", DAY, "--json").json["lines"]
    ranked = [
        (-one["numbers"]["late"], -one["numbers"]["total"], sort_key(one["name"])) for one in lines
    ]
    assert ranked == sorted(ranked)

    by_person = nq77("--store", sample, "board", "load", "--by", "person", "--as-of", DAY)
    heading, total, *people = by_person.out.splitlines()
    assert "Chưa có việc" not in heading
    assert len({len(line) for line in (heading, total, people[0])}) == 1
    names = [line[:40].strip() for line in people if line.split()[-4:] == people[-1].split()[-4:]]
    assert len(names) > 3
    assert names == sorted(names, key=sort_key)
