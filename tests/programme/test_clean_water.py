"""A record type is added by two TOML files and nothing else."""

from __future__ import annotations

import json

import pytest

from nq77tui.programme import load_programme
from nq77tui.store import Repository


@pytest.fixture
def water(nq77, with_water):
    """``nq77`` under the programme that knows the new type."""
    return lambda store, *command: nq77(
        "--store", store, "--programme", with_water, "--lang", "en", *command
    )


@pytest.fixture
def villages(store, programme, clock):
    with Repository.open(store, programme, operator="Lan", clock=clock) as opened:
        return [
            opened.add("area", {"name": name, "level": "village"}).id
            for name in ("Nà Mẫu", "Bản Hoi")
        ]


def add_water(water, store, village, source="well", households=7):
    ran = water(
        store, "add", "clean_water", f"area={village}", f"source={source}",
        f"households={households}", "litres=2,5", "date=1/3/2024",
    )  # fmt: skip
    assert ran.status == 0, ran.err
    return ran.out.strip()


def test_two_files_make_a_record_type_and_the_programme_stays_whole(nq77, with_water):
    ran = nq77("programme", "check", with_water)
    assert (ran.status, ran.out) == (0, "")


def test_a_record_of_the_new_type_is_added_listed_shown_and_changed(water, store, villages):
    made = add_water(water, store, villages[0])
    listed = water(store, "list", "clean_water")
    assert listed.out == f"{made}\tNà Mẫu - Giếng\n"
    assert water(store, "set", made, "households=9").status == 0
    shown = water(store, "show", made)
    assert "source: Well" in shown.out
    assert "households: 9" in shown.out
    values = water(store, "show", made, "--json").json
    assert (values["record"], values["households"], values["total"]) == ("clean_water", 9, 22.5)
    found = water(store, "list", "clean_water", "--where", "source=Piped", "--json").json
    assert found == []
    assert water(store, "delete", made).status == 0
    assert water(store, "list", "clean_water").out == ""


def test_its_rules_are_the_rules_of_the_schema(water, store, villages):
    ran = water(store, "add", "clean_water", f"area={villages[0]}", "source=well", "households=-1")
    assert (ran.status, ran.out) == (1, "")
    assert "Not below zero" in ran.err
    ran = water(store, "add", "clean_water", "source=1", "households=2")
    assert ran.status == 1
    assert "Village" in ran.err
    made = add_water(water, store, villages[0])
    ran = water(store, "add", "clean_water", f"area={villages[0]}", "source=well")
    assert ran.status == 1
    assert made in ran.err


def test_its_metric_and_its_figure_appear_in_coverage(water, store, villages):
    add_water(water, store, villages[0])
    add_water(water, store, villages[0], "pipe", 5)
    report = water(store, "coverage", "--json", "--as-of", "1/3/2024").json
    metric = report["metrics"]["villages_with_water"]
    assert metric == {
        "label": "Villages with clean water",
        "have": 1,
        "of": 2,
        "percent": 50,
        "target": 100,
        "expected": None,
    }
    assert report["figures"]["water_households"] == 12
    children = {child["id"]: child["figures"]["water_households"] for child in report["children"]}
    assert children == {villages[0]: 12, villages[1]: 0}
    before = water(store, "coverage", "--json", "--as-of", "29/2/2024").json
    assert before["metrics"]["villages_with_water"]["have"] == 0


def test_the_new_type_merges_between_two_stores(water, store, villages, tmp_path, nq77):
    other = tmp_path / "other"
    assert nq77("init", other).status == 0
    assert water(other, "merge", store).counts["new"] == 2
    # The same well, entered on two machines that do not know of each other: one record.
    here, there = (
        add_water(water, store, villages[0]),
        add_water(water, other, villages[0], "well", 8),
    )
    assert here == there
    ran = water(store, "merge", other, "--json").json
    assert (ran["in"], ran["known"], ran["conflicted"]) == (3, 2, 1)
    fields = {entry["field"] for entry in water(store, "conflicts", "--json").json}
    assert fields == {"households", "total"}
    assert water(store, "resolve", here, "households", "--value", "8").status == 0
    assert water(store, "show", here, "--json").json["households"] == 8


def test_a_calculated_field_follows_a_resolved_one(water, store, villages, tmp_path, nq77):
    other = tmp_path / "other"
    assert nq77("init", other).status == 0
    water(other, "merge", store)
    made = add_water(water, store, villages[0], "well", 7)
    add_water(water, other, villages[0], "well", 8)
    water(store, "merge", other)
    water(store, "resolve", made, "households", "--value", "10")
    assert water(store, "show", made, "--json").json["total"] == 25


def test_a_programme_that_does_not_know_the_type_carries_it_along(
    water, store, villages, tmp_path, nq77, programme, clock
):
    made = add_water(water, store, villages[0])
    # Opened under the shipped programme: shown, not lost; its own records are written as ever.
    shown = nq77("--store", store, "show", made, "--json").json
    assert (shown["source"], shown["households"]) == ("well", 7)
    assert nq77("--store", store, "add", "household", "head=Vi Văn A").status == 0
    assert nq77("--store", store, "check").status == 0
    ran = nq77("--store", store, "list", "clean_water")
    assert (ran.status, ran.out) == (1, "")
    # Merged by a machine that does not know it, edited there otherwise, and merged back.
    hub = tmp_path / "hub"
    assert nq77("init", hub).status == 0
    assert nq77("--store", hub, "merge", store).counts["refused"] == 0
    assert nq77("--store", hub, "set", villages[0], "note=đã đến").status == 0
    back = water(store, "merge", hub, "--json").json
    assert (back["changed"], back["refused"], back["conflicted"]) == (1, 0, 0)
    with Repository.open(hub, programme, operator="Lan", clock=clock) as opened:
        assert opened.require(made).get("households") == 7
        assert "clean_water" in opened.canonical_tables()
    assert water(hub, "list", "clean_water").out.startswith(made)


def test_an_export_under_a_programme_that_does_not_know_the_type_still_holds_it(
    water, store, villages, nq77, tmp_path
):
    made = add_water(water, store, villages[0])
    file = tmp_path / "all.json"
    assert nq77("--store", store, "export", "all", "--format", "json", "-o", file).status == 0
    assert "clean_water" in json.loads(file.read_text(encoding="utf-8"))
    other = tmp_path / "other"
    assert nq77("init", other).status == 0
    assert nq77("--store", other, "merge", file).status == 0
    assert water(other, "show", made, "--json").json["households"] == 7


def test_the_new_type_is_exported_and_imported_as_a_table(water, store, villages, tmp_path):
    made = add_water(water, store, villages[0])
    file = tmp_path / "water.csv"
    assert water(store, "export", "clean_water", "--format", "csv", "-o", file).status == 0
    table = file.read_text(encoding="utf-8-sig")
    file.write_text(table.replace(",7,", ",9,"), encoding="utf-8")
    ran = water(store, "import", file, "--as", "clean_water")
    assert ran.status == 0, ran.err
    assert ran.counts["changed"] == 1
    assert water(store, "show", made, "--json").json["households"] == 9


def test_a_field_that_a_programme_does_not_know_is_carried_along(
    copied_programme, store, nq77, tmp_path
):
    schema = copied_programme / "schemas" / "household.toml"
    more = '\n[fields.pigs]\ntype = "integer"\nlabel = { vi = "Lợn", en = "Pigs" }\n'
    schema.write_text(schema.read_text(encoding="utf-8") + more, encoding="utf-8")
    assert load_programme(copied_programme).schemas["household"].fields["pigs"]
    ran = nq77(
        "--store",
        store,
        "--programme",
        copied_programme,
        "add",
        "household",
        "head=Vi Văn A",
        "pigs=3",
    )
    made = ran.out.strip()
    hub = tmp_path / "hub"
    assert nq77("init", hub).status == 0
    assert nq77("--store", hub, "merge", store).counts["new"] == 1
    assert nq77("--store", hub, "set", made, "persons=4").status == 0
    assert nq77("--store", hub, "check").status == 0
    assert nq77("--store", hub, "show", made, "--json").json["pigs"] == 3
    assert nq77("--store", store, "merge", hub).counts["changed"] == 1
    shown = nq77("--store", store, "--programme", copied_programme, "show", made, "--json").json
    assert (shown["pigs"], shown["persons"]) == (3, 4)
    # People cannot add what the programme does not know.
    assert nq77("--store", hub, "set", made, "pigs=5").status == 1
