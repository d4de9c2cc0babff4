"""Reorganising the areas of the sample: both trees are right, and undo takes all of it back."""

from __future__ import annotations

import shutil

import pytest

from nq77tui.programme import sample_folder

EVE, DAY = "2025-06-30", "2025-07-01"
TABLE = """\ufeffcode\tname\tmerged_from\ttype\tascii\tlegal_basis\tin_force_from
06610\tXuân Dương\t06604 Xã Nam Quan; 06610 Xã Ái Quốc\tXã\tXuan Duong\t1672/NQ\t01/07/2025
06601\tLợi Bác\t06589 Xã Sàn Viên (và 06574 Xã Tĩnh Bắc)\tXã\tLoi Bac\t1672/NQ\t01/07/2025
"""


@pytest.fixture
def sample(tmp_path):
    return shutil.copytree(sample_folder(), tmp_path / "sample")


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "communes.tsv"
    path.write_text(TABLE, encoding="utf-8")
    return path


@pytest.fixture
def reorganise(nq77, sample, table):
    def run(*more, on="01/07/2025"):
        options = ("--without", "district", "--on", on, *more)
        return nq77("--store", sample, "reorganise", table, *options)

    return run


@pytest.fixture
def tree(nq77, sample):
    """The report of the whole as of a day: the top, and what lies below it."""

    def run(day):
        found = nq77("--store", sample, "coverage", "--as-of", day, "--json").json
        return found, {child["name"]: child["figures"]["households"] for child in found["children"]}

    return run


def hanging(result, record, link):
    [found] = [one for one in result["hanging"] if (one["record"], one["link"]) == (record, link)]
    return found


def test_a_preview_says_it_all_and_writes_nothing(reorganise, tree, nq77, sample):
    before = nq77("--store", sample, "export", "all").out
    ran = reorganise("--preview", "--json")
    assert ran.status == 0
    assert ran.json["counts"] == {
        "in": 2, "created": 2, "ended": 5, "known": 0, "moved": 18, "left": 0,
    }  # fmt: skip
    assert ran.json["levels"]["district"] == {"before": 1, "after": 0}
    assert ran.json["levels"]["commune"] == {"before": 4, "after": 2}
    units = ran.json["units"]
    assert units["before"] == units["after"]
    assert units["after"]["count"] > 1000
    assert units["after"]["nowhere"] == 0
    assert "06574" in ran.err
    assert "ascii" in ran.err
    assert hanging(ran.json, "assignment", "unit")["left"] == 4
    assert hanging(ran.json, "person", "area")["found"] > 0
    assert nq77("--store", sample, "export", "all").out == before
    assert tree(DAY)[0]["area"]["name"] == "Lộc Bình"


def test_both_trees_are_right_and_what_was_reused_stays_apart(reorganise, tree, nq77, sample):
    total, old = tree(EVE)
    assert reorganise().status == 0
    assert tree(EVE) == (total, old)
    assert tree("2024-06-03")[0]["area"]["level"] == "district"
    later, new = tree(DAY)
    assert later["area"]["level"] == "province"
    assert set(new) == {"Xuân Dương", "Lợi Bác"}
    assert new["Xuân Dương"] == old["Nam Quan"] + old["Ái Quốc"]
    assert new["Lợi Bác"] == old["Sàn Viên"] + old["Tĩnh Bắc"]
    for name in ("households", "population", "party_members"):
        assert later["figures"][name] == total["figures"][name]
    assert later["metrics"]["villages_led"]["of"] == total["metrics"]["villages_led"]["of"]
    coded = nq77("--store", sample, "list", "area", "--where", "code=06610", "--json").json
    assert {one["name"]: one["valid_from"] for one in coded} == {
        "Ái Quốc": "2020-01-01", "Xuân Dương": DAY,
    }  # fmt: skip
    assert {one.get("valid_to") for one in coded} == {EVE, None}


def test_running_it_twice_does_no_harm_and_undo_takes_it_back(reorganise, tree, nq77, sample):
    before, as_it_was = tree(DAY), nq77("--store", sample, "list", "assignment", "--json").json
    assert reorganise("--carry", "assignment").status == 0
    done = nq77("--store", sample, "export", "all").out
    again = reorganise("--carry", "assignment", "--json")
    assert again.json["counts"]["created"] == again.json["counts"]["ended"] == 0
    assert again.json["counts"]["known"] == 7
    led = tree(DAY)[0]["metrics"]["communes_led"]
    assert (led["have"], led["of"]) == (2, 2)
    assert nq77("--store", sample, "export", "all").out == done
    assert nq77("--store", sample, "undo").status == 0
    assert tree(DAY) == before
    assert nq77("--store", sample, "list", "assignment", "--json").json == as_it_was


def test_what_hangs_is_ended_or_carried_over_as_wanted(reorganise, tree, nq77, sample):
    before, _ = tree(EVE)
    ran = reorganise("--carry", "assignment", "--end", "person", "--json")
    carried = hanging(ran.json, "assignment", "unit")
    assert carried["found"] == carried["carried"] == 4
    assert 0 < carried["renewed"] <= 4
    posts = hanging(ran.json, "person", "area")
    assert posts["found"] == posts["ended"] > 0
    papers = hanging(ran.json, "directive", "area")
    assert not papers["can_end"]
    assert papers["left"] == papers["found"] == len(papers["rows"])
    later, _ = tree(DAY)
    led = later["metrics"]["communes_led"]
    # Their assignments go on, their posts do not: whoever has left leads nothing.
    assert (led["have"], led["of"], led["expected"]) == (0, 2, None)
    yearly = later["metrics"]["communes_with_model_of_year"]
    assert yearly["of"] == 2
    assert yearly["expected"] == pytest.approx(49.86)  # 182 of 365 days
    assert tree(EVE)[0] == before
    ended = nq77("--store", sample, "show", posts["rows"][0]["id"], "--json").json
    assert ended["to"] == EVE


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("06604 Xã", "06605 Xã", ["dòng 2", "merged_from", "06605", "Cách xử lý"]),
        ("06589 Xã Sàn Viên", "06604; 06589", ["dòng 3", "merged_from", "06604", "Cách xử lý"]),
        ("06610\tXuân", "\tXuân", ["dòng 2", "cột code", "Cách xử lý"]),
        ("\tXã\tLoi", "\tHuyện ma\tLoi", ["dòng 3", "cột type", "Huyện ma"]),
        ("01/07/2025\n06601", "01/08/2025\n06601", ["dòng 2", "in_force_from", "01/08/2025"]),
        ("06589 Xã Sàn Viên (và 06574 Xã Tĩnh Bắc)", "", ["dòng 3", "merged_from"]),
        ("06604 Xã Nam Quan; 06610", "188; 06610", ["dòng 2", "merged_from", "district"]),
        ("merged_from", "made_of", ["dòng 1", "merged_from", "made_of"]),
    ],
)
def test_a_wrong_cell_is_named_and_nothing_is_written(reorganise, table, tree, old, new, says):
    assert old in TABLE
    table.write_text(TABLE.replace(old, new), encoding="utf-8")
    before = tree(DAY)
    ran = reorganise()
    assert ran.status == 1
    for word in ("communes.tsv", *says):
        assert word in ran.err
    assert tree(DAY) == before


def test_a_unit_may_stay_and_take_others_in_and_a_village_go_elsewhere(reorganise, table, tree):
    rows = ["code,name,merged_from,type,legal_basis,parent",
            '06604,Nam Quan,"06610",Xã,x,',
            '06589-02,Nà Pậy,"06589-02",Thôn,x,06604']  # fmt: skip
    table.write_text("\n".join(rows), encoding="utf-8")
    _, old = tree("2024-11-30")
    ran = reorganise("--json", on="01/12/2024")
    assert ran.json["counts"]["created"] == 1
    _, new = tree("2024-12-01")
    assert "Ái Quốc" not in new
    assert sum(new.values()) == sum(old.values())
    assert new["Nam Quan"] > old["Nam Quan"] + old["Ái Quốc"]
    assert new["Sàn Viên"] < old["Sàn Viên"]


def test_a_level_or_a_record_type_that_there_is_not(reorganise):
    ran = reorganise("--end", "household")
    assert ran.status == 1
    assert "household" in ran.err
    assert "assignment" in ran.err


def test_a_table_may_lack_what_an_area_can_do_without(reorganise, table):
    rows = [line.split("\t") for line in TABLE.removeprefix("\ufeff").splitlines()]
    table.write_text("\n".join(";".join(row[:2] + row[3:4]) for row in rows), "utf-8")
    refused = reorganise()
    assert refused.status == 1
    assert "thiếu cột merged_from;" in refused.err

    table.write_text("\r\n".join("\t".join(row[:4]) for row in rows), "utf-8-sig")
    ran = reorganise()
    assert ran.status == 0, ran.err
    assert "Đã sắp xếp từ 01/07/2025" in ran.err + ran.out


def test_a_part_of_a_unit_is_not_taken_for_the_whole_without_a_word(reorganise, table):
    table.write_text(TABLE.replace("06610 Xã Ái Quốc", "06610 Xã Ái Quốc (một phần)"), "utf-8")
    ran = reorganise("--preview")
    assert ran.status == 0
    assert "dòng 2: chữ trong ngoặc “một phần”" in ran.err


def test_a_day_in_a_sentence_is_written_as_people_write_it(reorganise, table):
    table.write_text(TABLE.replace("06610 Xã Ái Quốc", "09999 Xã Ma"), "utf-8")
    ran = reorganise()
    assert ran.status == 1
    assert "ngày 30/06/2025 không có đơn vị nào mã 09999" in ran.err
