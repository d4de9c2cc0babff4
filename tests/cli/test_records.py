"""``add``, ``set``, ``show``, ``list``, ``delete``, ``coverage``, ``check``."""

from __future__ import annotations

import pytest


@pytest.fixture
def run(nq77, store):
    return lambda *command: nq77("--store", store, "--lang", "en", *command)


@pytest.fixture
def village(run):
    return run("add", "area", "name=Nà Mẫu", "level=village").out.strip()


def test_a_record_goes_through_its_whole_life(run, village):
    made = run("add", "household", "head=Vi Thị Lan", "area=na mau", "persons=4").out.strip()
    assert run("list", "household").out == f"{made}\tVi Thị Lan\n"
    assert run("set", made, "persons=5", "phone=0912 345 678").status == 0
    assert "phone: 0912 345 678" in run("show", made).out
    assert "area: Nà Mẫu" in run("show", made).out
    shown = run("show", made, "--json").json
    assert (shown["area"], shown["persons"], shown["phone"]) == (village, 5, "0912345678")
    assert shown["_"]["written"]["persons"]["by"]
    assert run("set", made, "phone=").status == 0
    assert "phone" not in run("show", made, "--json").json
    assert run("delete", made).status == 0
    assert run("list", "household").out == ""
    assert run("show", made, "--json").json["_"]["deleted"]


def test_an_id_is_taken_in_small_letters(run):
    made = run("add", "household", "head=Vi Thị Lan").out.strip()
    assert run("show", made.lower()).status == 0


def test_a_list_is_narrowed_by_values_as_people_type_them(run, village):
    run("add", "household", "head=Một Một", f"area={village}", "forest_pledge=c")
    run("add", "household", "head=Hai Hai", "forest_pledge=k")
    found = run("list", "household", "--where", "area=Nà Mẫu", "--json").json
    assert [record["head"] for record in found] == ["Một Một"]
    found = run("list", "household", "--where", "forest_pledge=no", "--json").json
    assert [record["head"] for record in found] == ["Hai Hai"]
    both = run("list", "household", "--where", "forest_pledge=c", "area=Nà Mẫu", "--json").json
    assert len(both) == 1


def test_a_doubt_is_said_and_the_record_is_saved(run):
    ran = run("add", "household", "head=Lan", "persons=20")
    assert ran.status == 0
    assert "More than 15 persons" in ran.err
    assert "Full name" in ran.err or "full name" in ran.err


def test_coverage_of_an_area_and_of_those_below(run, village):
    run("add", "household", "head=Vi Thị Lan", f"area={village}", "persons=4")
    report = run("coverage", "--json").json
    assert report["area"]["id"] == village
    assert report["figures"]["population"] == 4
    assert report["metrics"]["households_assigned"]["of"] == 1
    assert run("coverage", "--of", "Nà Mẫu", "--json").json["area"]["id"] == village
    table = run("coverage")
    assert table.status == 0
    assert "0/1" in table.out
    ran = run("coverage", "--of", village, "--as-of", "30/6/2024")
    assert ran.status == 0


def test_a_check_of_a_sound_store_finds_nothing(run, village):
    run("add", "household", "head=Vi Thị Lan", f"area={village}", "persons=4")
    ran = run("check")
    assert (ran.status, ran.out) == (0, "")
    assert "2 records" in ran.err


def test_every_command_speaks_both_languages(nq77, store):
    made = nq77("--store", store, "add", "area", "name=Nà Mẫu", "level=village").out.strip()
    for command in (["list", "area"], ["check"], ["conflicts"], ["merge", store], ["coverage"]):
        vietnamese = nq77("--store", store, "--lang", "vi", *command)
        english = nq77("--store", store, "--lang", "en", *command)
        assert vietnamese.status == english.status == 0
        assert vietnamese.err != english.err
    shown = [nq77("--store", store, "--lang", lang, "show", made).out for lang in ("vi", "en")]
    assert "Thôn, khu phố" in shown[0]
    assert "Village" in shown[1]


def test_the_language_comes_from_the_option_then_the_environment_then_the_store(
    nq77, store, monkeypatch
):
    settings = store / "settings.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace('language = "vi"', 'language = "en"'), encoding="utf-8")
    assert "bản ghi" in nq77("--store", store, "list", "household").err
    assert "records" in nq77("--store", store, "--lang", "en", "list", "household").err
    monkeypatch.delenv("NQ77_LANG")
    assert "records" in nq77("--store", store, "list", "household").err
    assert "bản ghi" in nq77("--store", store, "--lang", "vi", "list", "household").err


def test_the_version_is_said(nq77):
    ran = nq77("--version")
    assert ran.status == 0
    assert ran.out.strip()
