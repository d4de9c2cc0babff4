"""The synthetic district has the article's totals, and nothing in it dangles or is invalid."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict

import pytest

from nq77tui.core.counting.coverage import Coverage
from nq77tui.core.document import digest, doc_id_of, from_document, to_document
from nq77tui.core.record import canonical_json
from nq77tui.core.scope import RecordScope, Row
from nq77tui.core.text import normalise
from nq77tui.core.validation import check_values
from nq77tui.exchange.sample import build_district, build_excerpt
from nq77tui.exchange.sample.names import ARTICLE_FAMILIES
from nq77tui.programme import load_programme, shipped_folder

TODAY = "2024-08-01"
THREE_MEGABYTES = 3_000_000


class Facts:
    """Records as coverage and rules ask for them."""

    def __init__(self, records) -> None:
        self.by_id = {record.id: Row(record.id, record.type, record.values) for record in records}
        self.by_type = defaultdict(list)
        for row in self.by_id.values():
            self.by_type[row.type].append(row)

    def rows(self, record_type):
        return self.by_type[record_type]

    def row(self, record_id):
        return self.by_id.get(record_id)

    def area(self, code: str) -> str:
        return next(row.id for row in self.rows("area") if row.values.get("code") == code)


@pytest.fixture(scope="session")
def programme():
    return load_programme(shipped_folder())


@pytest.fixture(scope="session")
def district(programme):
    return build_district(programme)


@pytest.fixture(scope="session")
def facts(district):
    return Facts(district)


@pytest.fixture(scope="session")
def coverage(programme, facts):
    return count(programme, facts)


@pytest.fixture(scope="session")
def excerpt(district):
    return build_excerpt(district)


@pytest.fixture(scope="session")
def excerpt_facts(excerpt):
    return Facts(excerpt)


@pytest.fixture(scope="session")
def excerpt_coverage(programme, excerpt_facts):
    return count(programme, excerpt_facts)


def count(programme, facts) -> Coverage:
    return Coverage(
        programme.schemas,
        programme.metrics,
        programme.figures,
        facts,
        as_of=TODAY,
        today=TODAY,
    )


def problems(programme, facts) -> list[str]:
    return [
        f"{row.id} {problem}"
        for row in facts.by_id.values()
        for problem in check_values(
            programme.schemas[row.type], row.values, RecordScope(row.values, facts, TODAY)
        )
    ]


def dangling(programme, facts) -> list[tuple[str, str]]:
    return [
        (row.id, field.name)
        for row in facts.by_id.values()
        for field in programme.schemas[row.type].references
        if row.values.get(field.name) and facts.row(row.values[field.name]) is None
    ]


# -- the article's figures ---------------------------------------------------------------------


def test_the_district_has_the_totals_of_the_article(coverage, facts) -> None:
    district = facts.area("188")

    figures = {name: coverage.figure(district, name) for name in ("households", "directives")}
    assert figures == {"households": 21_320, "directives": 14}
    assert 86_000 < coverage.figure(district, "population") < 86_500
    assert 6_200 < coverage.figure(district, "party_members") < 6_250
    assert coverage.figure(district, "district_leaders") == 90
    assert 600 < coverage.figure(district, "commune_cadres") < 620
    assert coverage.figure(district, "planted_ha") == 1_200


@pytest.mark.parametrize(
    ("metric", "share"),
    [
        ("communes_led", (21, 21)),
        ("villages_led", (201, 201)),
        ("villages_with_two_cadres", (201, 201)),
        ("households_assigned", (21_320, 21_320)),
        ("cells_assigning", (201, 201)),
        ("communes_with_directive", (21, 21)),
        ("communes_with_model", (21, 21)),
        ("villages_with_work", (201, 201)),
        ("models_done", (8, 22)),
        ("works_done", (82, 235)),
    ],
)
def test_the_district_is_covered_as_the_article_says(coverage, facts, metric, share) -> None:
    assert coverage.share(facts.area("188"), metric) == share


def test_there_are_61_grassroots_organisations_and_a_cell_in_every_village(facts) -> None:
    orgs = [row.values for row in facts.rows("party_org")]
    committees = {
        org["area"]
        for org in orgs
        if org["kind"] == "dang_bo" and org["name"].startswith("Đảng bộ")
    }
    cells = Counter(org["area"] for org in orgs if org["level"] == "cell")

    assert Counter(org["level"] for org in orgs) == {"grassroots": 61, "cell": 201}
    communes = {row.id for row in facts.rows("area") if row.values["level"] == "commune"}
    assert communes <= committees
    assert set(cells.values()) == {1}
    assert {facts.row(area).values["level"] for area in cells} == {"village"}


def test_the_tree_has_official_codes_and_visibly_synthetic_villages(facts) -> None:
    areas = [row.values for row in facts.rows("area")]
    levels = Counter(area["level"] for area in areas)
    villages = [area for area in areas if area["level"] == "village"]

    assert levels == {"province": 1, "district": 1, "commune": 21, "village": 201}
    assert sum(area.get("special_difficulty", False) for area in areas) == 100
    assert sum(" Mẫu " not in village["name"] for village in villages) == 14
    assert {village["code"][:5]: village["type"] for village in villages}["06529"] == "khu_pho"
    assert not any("valid_to" in area for area in areas)


def test_only_models_and_works_that_are_done_or_on_schedule(facts) -> None:
    works = Counter(row.values["status"] for row in facts.rows("work"))
    models = Counter(row.values["status"] for row in facts.rows("model"))
    names = {facts.row(row.values["area"]).values["name"]: row for row in facts.rows("model")}

    assert works == {"done": 82, "on_schedule": 153}
    assert models == {"done": 8, "on_schedule": 14}
    assert "nhân trần" in names["Khòn Mùn"].values["name"]
    assert names["Đoàn Kết"].values["status"] == "done"


def test_nam_quan(coverage, facts) -> None:
    nam_quan = facts.area("06604")

    assert coverage.share(nam_quan, "households_assigned") == (603, 603)
    assert coverage.share(nam_quan, "villages_with_two_cadres") == (9, 9)
    assert coverage.share(nam_quan, "cells_assigning") == (9, 9)
    assert coverage.figure(nam_quan, "commune_cadres") == 31


def test_doan_ket(coverage, facts) -> None:
    village = facts.area("06610-03")
    households = {row.id for row in facts.rows("household") if row.values["area"] == village}
    carers = {
        row.values["person"] for row in facts.rows("assignment") if row.values["unit"] in households
    }
    members = {row.id for row in facts.rows("person") if row.values["area"] == village}
    targets = {
        row.values["indicator"]: row.values
        for row in facts.rows("target")
        if row.values["area"] == village
    }

    assert facts.row(facts.row(village).values["parent"]).values["name"] == "Ái Quốc"
    assert len(households) == 63
    assert coverage.figure(village, "population") == 276
    assert carers == members
    assert len(members) == coverage.figure(village, "party_members") == 16
    assert 70 < coverage.figure(village, "planted_ha") < 71
    assert 130 < coverage.figure(village, "goats") < 140
    assert coverage.figure(village, "forest_violations") == 0
    assert targets["planting_ha"]["value"] == {"is": "about", "n": 45}
    assert targets["planting_ha"]["actual"] == {"is": "more_than", "n": 70}
    assert targets["poor_households_escaped"]["value"] == {"is": "range", "n": 1, "max": 2}
    assert not any(row.values["area"] == village for row in facts.rows("directive"))


def test_one_deputy_head_has_the_two_villages_of_san_vien(facts) -> None:
    villages = {facts.area("06589-01"): "Bản Choong - Bản Mìang", facts.area("06589-02"): "Nà Pầy"}
    in_charge = defaultdict(set)
    for row in facts.rows("assignment"):
        if facts.row(row.values["person"]).values["level"] == "district":
            in_charge[row.values["person"]].add(row.values["unit"])
    (deputy,) = [person for person, units in in_charge.items() if units & set(villages)]

    assert in_charge[deputy] == set(villages)
    assert facts.row(deputy).values["position_note"] == "Phó Trưởng Phòng Nội vụ huyện"
    assert {facts.row(area).values["name"] for area in villages} == set(villages.values())


def test_24_of_the_25_targets_of_2023_were_met(facts) -> None:
    met = [row.values["met"] for row in facts.rows("target") if row.values["year"] == 2023]

    assert (sum(met), len(met)) == (24, 25)


# -- who is in charge --------------------------------------------------------------------------


def test_households_are_with_members_of_their_own_cell_or_cadres_of_their_village(facts) -> None:
    of_village = defaultdict(set)
    for row in facts.rows("assignment"):
        of_village[row.values["unit"]].add(row.values["person"])
    for row in facts.rows("assignment"):
        unit, person = facts.row(row.values["unit"]), facts.row(row.values["person"])
        if unit.type != "household":
            continue
        village = unit.values["area"]
        assert row.values["duties"] == ["in_charge"]
        if person.values["level"] == "village":
            cell = facts.row(person.values["party_org"])
            assert cell.values["area"] == village
            assert (person.values["name"], person.values["birth"][:4]) != (
                unit.values["head"],
                unit.values["head_birth"],
            )
        else:
            assert person.id in of_village[village]


def test_a_carer_has_three_or_four_households_on_average(facts) -> None:
    loads = Counter(
        row.values["person"]
        for row in facts.rows("assignment")
        if facts.row(row.values["unit"]).type == "household"
    )

    assert 3.3 < sum(loads.values()) / len(loads) < 3.8
    assert max(loads.values()) <= 9


# -- the people --------------------------------------------------------------------------------


def test_no_office_holder_has_a_family_name_of_the_officials_in_the_article(facts) -> None:
    holders = [row.values for row in facts.rows("person") if "positions" in row.values]

    assert len(holders) > 2_000
    assert not {holder["name"].split()[0] for holder in holders} & ARTICLE_FAMILIES


def test_brothers_share_a_middle_name(facts) -> None:
    middles = defaultdict(Counter)
    for row in facts.rows("household"):
        names = row.values["head"].split()
        if row.values["ethnic"] == "07" and row.values["head_gender"] == "male":
            generation = int(row.values["head_birth"]) // 22
            middles[row.values["area"], names[0], generation][names[1]] += 1
    large = [clan for clan in middles.values() if sum(clan.values()) >= 8]

    assert len(large) > 25
    assert sum(max(clan.values()) / sum(clan.values()) for clan in large) / len(large) > 0.5


def test_sizes_and_classes_of_households_are_plausible(facts) -> None:
    households = [row.values for row in facts.rows("household")]
    sizes = Counter(household["persons"] for household in households)
    poor = sum(household["class"] == "NGHEO" for household in households) / len(households)

    assert set(sizes) >= set(range(1, 10))
    assert max(sizes) <= 11
    assert max(sizes, key=sizes.get) == 4
    assert 0.05 < poor < 0.12
    assert 0.3 < sum("phone" in household for household in households) / len(households) < 0.6


def test_all_text_is_in_the_one_spelling_in_which_it_is_stored(district) -> None:
    texts = {
        value for record in district for value in record.values.values() if isinstance(value, str)
    }

    assert all(unicodedata.is_normalized("NFC", text) for text in texts)
    assert all(normalise(text, keep_lines=True) == text for text in texts)


# -- the records -------------------------------------------------------------------------------


def test_every_record_passes_every_rule_of_its_schema(programme, facts) -> None:
    assert problems(programme, facts) == []


def test_no_reference_of_the_district_dangles(programme, facts) -> None:
    assert dangling(programme, facts) == []


def test_every_write_has_its_own_dot_and_a_working_hour_of_2024(district) -> None:
    dots = [dot for record in district for dot in record.dots]
    stamps = sorted(
        (dot.counter, record.last_written.at) for record in district for dot in record.dots
    )

    assert len({record.id for record in district}) == len(district)
    assert len({doc_id_of(record.id) for record in district}) == len(district)
    assert sorted(dot.counter for dot in dots) == list(range(1, len(district) + 1))
    assert len({dot.replica for dot in dots}) == 1
    assert [at for _, at in stamps] == sorted(at for _, at in stamps)
    assert 1_704_067_200 < stamps[0][1] < stamps[-1][1] < 1_735_689_600


def test_records_survive_the_way_through_a_document(excerpt) -> None:
    for record in excerpt:
        assert from_document(record.type, doc_id_of(record.id), to_document(record)) == record


def test_the_same_seed_gives_the_same_bytes(programme, district) -> None:
    assert digest(build_district(programme, 77)) == digest(district)


def test_another_seed_gives_other_people_and_the_same_totals(programme, district, coverage) -> None:
    other = build_district(programme, 2024)
    facts = Facts(other)
    counted = count(programme, facts)
    area = facts.area("188")

    for metric in programme.metrics:
        assert counted.share(area, metric) == coverage.share(area, metric)
    for figure in set(programme.figures) - {"goats", "forest_violations"}:
        assert counted.figure(area, figure) == coverage.figure(area, figure)
    names = [
        [one.get("name") for one in found if one.type == "person"] for found in (district, other)
    ]
    assert names[0] != names[1]
    assert not {record.id for record in other if record.type == "person"} & {
        record.id for record in district
    }


# -- the excerpt -------------------------------------------------------------------------------


def test_the_excerpt_is_small_whole_and_valid(programme, excerpt, excerpt_facts) -> None:
    size = sum(len(canonical_json(to_document(record)).encode()) for record in excerpt)

    assert size < THREE_MEGABYTES
    assert dangling(programme, excerpt_facts) == []
    assert problems(programme, excerpt_facts) == []


def test_the_excerpt_holds_its_places_and_no_others(excerpt_facts) -> None:
    codes = {row.values["code"] for row in excerpt_facts.rows("area")}
    expected = {"20", "188", "06574", "06589", "06604", "06610"}
    expected |= {"06589-01", "06589-02", "06610-03"}
    expected |= {f"06604-{number:02}" for number in range(1, 10)}
    expected |= {f"06574-{number:02}" for number in range(1, 7)}

    assert codes == expected


def test_the_excerpt_leaves_finished_places_as_they_are(
    coverage, facts, excerpt_coverage, excerpt_facts
) -> None:
    for code in ("06604", "06610-03", "06589-01", "06589-02"):
        area = excerpt_facts.area(code)
        for metric in ("villages_led", "villages_with_two_cadres", "households_assigned"):
            expected = coverage.share(facts.area(code), metric)
            assert excerpt_coverage.share(area, metric) == expected


def test_the_unfinished_commune_has_the_gaps_to_be_found(excerpt_coverage, excerpt_facts) -> None:
    commune = excerpt_facts.area("06574")
    gaps = {
        metric: excerpt_coverage.gaps(commune, metric)
        for metric in (
            "villages_led",
            "villages_with_two_cadres",
            "households_assigned",
            "villages_with_work",
        )
    }

    assert {metric: len(found) for metric, found in gaps.items()} == {
        "villages_led": 1,
        "villages_with_two_cadres": 1,
        "households_assigned": 43,  # three of somebody who has left
        "villages_with_work": 1,
    }
    (village,) = gaps["villages_with_two_cadres"]
    cadres = [
        row
        for row in excerpt_facts.rows("assignment")
        if row.values["unit"] == village
        and excerpt_facts.row(row.values["person"]).values["level"] == "commune"
    ]
    assert len(cadres) == 1


def test_a_work_of_the_unfinished_commune_is_late(excerpt_facts) -> None:
    (late,) = [row for row in excerpt_facts.rows("work") if row.values["status"] == "behind"]

    assert late.values["planned_end"] < TODAY < late.values["expected_end"]
    assert late.values["difficulties"]


def test_somebody_has_left_whose_assignments_still_run(excerpt_facts) -> None:
    (left,) = [row for row in excerpt_facts.rows("person") if row.values.get("to")]
    running = [
        row
        for row in excerpt_facts.rows("assignment")
        if row.values["person"] == left.id and "to" not in row.values
    ]

    assert left.values["to"] < TODAY
    assert len(running) >= 2


def test_one_conflict_waits_for_a_decision(excerpt) -> None:
    (record,) = [record for record in excerpt if record.conflicts]

    assert record.type == "household"
    assert {name: len(values) for name, values in record.conflicts.items()} == {"persons": 2}
    assert len({sibling.dot.replica for sibling in record.conflicts["persons"]}) == 2
    assert len(record.vector) == 3
