"""Files of rows into a store: what is read, what is refused, and that every row is counted."""

from __future__ import annotations

import csv
import json
import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nq77tui.core.merge import merge
from nq77tui.core.problem import RefusedError
from nq77tui.exchange.importing import import_file, problem_texts
from nq77tui.programme import load_programme, shipped_folder
from nq77tui.store.progress import StoppedError

HEADER = "head,area,persons\n"


def counts(result):
    found = (result.added, result.changed, result.unchanged, len(result.refused))
    assert result.rows_in == sum(found)
    return found


def households(repository):
    rows = repository.rows("household")
    return sorted(
        (
            {name: value for name, value in row.values.items() if name != "_" and value is not None}
            for row in rows
        ),
        key=json.dumps,
    )


def area_id(repository, code):
    return repository.find("area", "code", code)[0].id


def refusal(repository, path, record="household"):
    with pytest.raises(RefusedError) as caught:
        import_file(repository, path, record)
    return caught.value.problems


def keys(result):
    return [(found.row, [problem.key for problem in found.problems]) for found in result.refused]


# -- the forms of a table ----------------------------------------------------------------------


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_a_table_is_read_in_every_common_form(repository, write_file, mark, separator, ending):
    lines = ["head,area,persons", "Hoàng Văn Vi,Chi Ma,4", "Lý Thị Hoa,Bản Lải,5"]
    text = "".join(line.replace(",", separator) + ending for line in lines)
    result = import_file(repository, write_file(mark + text.encode()), "household")

    assert counts(result) == (2, 0, 0, 0)
    assert [found["head"] for found in households(repository)] == ["Hoàng Văn Vi", "Lý Thị Hoa"]


@pytest.mark.parametrize(
    "header",
    [
        "code;head;area;persons",
        "Mã hộ;Chủ hộ;Thôn, khu phố;Nhân khẩu",
        "ma ho;CHU HO;thon, khu pho;nhan khau",
        "Household no.;Head of household;Village;Persons",
        " Code ;Head;AREA;Nhân khẩu",
    ],
)
def test_columns_are_named_by_field_or_by_label_in_any_language(repository, write_file, header):
    path = write_file(f"{header}\n06541-01-0001;Hoàng Văn Vi;Chi Ma;4\n")

    assert counts(import_file(repository, path, "household")) == (1, 0, 0, 0)
    assert households(repository) == [
        {
            "area": area_id(repository, "06541-01"),
            "code": "06541-01-0001",
            "head": "Hoàng Văn Vi",
            "persons": 4,
        }
    ]


def test_labels_that_hold_the_separator_are_quoted_as_anything_else(repository, write_file):
    path = write_file('Chủ hộ,"Thôn, khu phố"\nHoàng Văn Vi,Chi Ma\n')
    assert counts(import_file(repository, path, "household")) == (1, 0, 0, 0)


def test_values_are_read_as_people_type_them(repository, write_file):
    path = write_file(
        "head,area,persons,head_birth,class,phone,forest_pledge,from,note\n"
        'Hoàng Văn Vi,Chi Ma,4,03/1985,Hộ nghèo,0912 345.678,c,25/5/2022,"dòng một\ndòng hai"\n'
    )
    assert counts(import_file(repository, path, "household")) == (1, 0, 0, 0)
    found = households(repository)[0]
    assert found.pop("area") == area_id(repository, "06541-01")
    assert found == {
        "class": "NGHEO",
        "forest_pledge": True,
        "from": "2022-05-25",
        "head": "Hoàng Văn Vi",
        "head_birth": "1985-03",
        "note": "dòng một\ndòng hai",
        "persons": 4,
        "phone": "0912345678",
    }


def test_rows_are_numbered_as_a_spreadsheet_shows_them(repository, write_file):
    path = write_file(
        'head,area,persons,note\nHoàng Văn Vi,Chi Ma,4,"hai\ndòng"\n,,,\n\nLý Thị Hoa,Chi Ma,bốn,\n'
    )
    result = import_file(repository, path, "household")
    assert result.rows_in == 2
    assert keys(result) == [(5, ["value.no_number"])]


def test_what_could_steer_a_terminal_or_a_browser_ends_up_as_plain_text(repository, write_file):
    path = write_file(HEADER + "\x1b[31mVi\x1b]0;x\x07 \u202e<b>[red]\u200b,Chi Ma,4\n")
    import_file(repository, path, "household")
    assert households(repository)[0]["head"] == "[31mVi]0;x <b>[red]"


def test_decomposed_and_look_alike_letters_are_stored_in_one_spelling(repository, write_file):
    path = write_file(HEADER + "Hoa\u0300ng Va\u0306n \u00d0a\u0323o,Ba\u0309n La\u0309i,4\n")
    assert counts(import_file(repository, path, "household")) == (1, 0, 0, 0)
    assert households(repository)[0]["head"] == "Hoàng Văn Đạo"


def test_an_apostrophe_that_an_export_put_before_a_formula_is_taken_off(repository, write_file):
    path = write_file(HEADER.replace("persons", "note") + "Vi Văn A,Chi Ma,'=1+1\n")
    import_file(repository, path, "household")
    assert households(repository)[0]["note"] == "=1+1"


# -- files that are refused whole --------------------------------------------------------------

TCVN3 = "head,note\nNguyÔn V¨n Hoµ,Hé nghÌo\nLª ThÞ B×nh,®· tho¸t nghÌo\nHoµng V¨n S¬n,\n"
VNI = "head,note\nNguyeãn Vaên Hoaø,hoä ngheøo\nLeâ Thò Bình,ñaõ thoaùt ngheøo\nHoaøng,aõ\n"
BAD_FILES = {
    "empty": (b"", "exchange.empty_file"),
    "blank": (b"\xef\xbb\xbf \r\n\r\n", "exchange.empty_file"),
    "blank_cells": (b',,\r\n"",\r\n', "exchange.empty_file"),
    "binary": (b"head,area\nVi\0,x\n", "exchange.no_text"),
    "utf16": ("head\nVi\n".encode("utf-16"), "exchange.utf16"),
    "utf16_without_mark": ("head\nVi\n".encode("utf-16-le"), "exchange.no_text"),
    "workbook": (b"PK\x03\x04\x14\0\x06\0", "exchange.workbook"),
    "old_workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "exchange.workbook"),
    "windows_1258": ("head\nHoàng\n".encode("cp1258"), "exchange.not_utf8"),
    "tcvn3_bytes": (TCVN3.encode("latin-1", "replace"), "exchange.not_utf8"),
    "tcvn3_font": (TCVN3.encode(), "exchange.old_font"),
    "vni_font": (VNI.encode(), "exchange.old_font"),
    "old_font_under_our_header": (TCVN3.replace("head", "Chủ hộ").encode(), "exchange.old_font"),
    "open_quote": (b'head,area\n"Vi,Chi Ma\nLy,Chi Ma\n', "exchange.bad_csv"),
    "stray_quote": (b'head,area\n"Vi" x,Chi Ma\n', "exchange.bad_csv"),
    "unknown": (b"head,area,nobody\nVi,Chi Ma,1\n", "exchange.unknown_column"),
    "no_header": ("Vi Văn A,Chi Ma,4\n".encode(), "exchange.unknown_column"),
    "twice": ("head,area,Chủ hộ\nVi,Chi Ma,Vi\n".encode(), "exchange.column_twice"),
    "missing": (b"area,persons\nChi Ma,4\n", "exchange.missing_column"),
    "json_list": (b'[{"head": "Vi"}]', "exchange.json_array"),
    "store": (b'{"area":{"123":{"_":"x"}}}', "exchange.whole_store"),
    "json_key": (b'{"head":"Vi A"}\n{"head":"Vi B","nobody":1}\n', "exchange.unknown_column"),
    "json_label": ('{"Chủ hộ": "Vi A"}'.encode(), "exchange.unknown_column"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_refused_whole_and_in_words(repository, write_file, catalogue, name):
    content, key = BAD_FILES[name]
    before = repository.generation
    problems = refusal(repository, write_file(content))

    assert [problem.key for problem in problems] == [key]
    assert "in.csv" in catalogue.problem(problems[0])
    assert repository.generation == before


def test_an_unknown_column_is_named_with_the_names_there_are(repository, write_file, catalogue):
    problem = refusal(repository, write_file("head,area,nobody\nVi,Chi Ma,1\n"))[0]
    text = catalogue.problem(problem)
    assert "“nobody”" in text
    assert "id, code, head, area, persons" in text


def test_the_place_of_a_byte_that_is_not_utf8_is_named(repository, write_file):
    problem = refusal(repository, write_file(b"head\nVi A\nHo\xe0ng\n"))[0]
    assert problem.params["row"] == 3


def test_a_label_that_is_another_fields_name_is_asked_about(open_store, write_file, tmp_path):
    for name in ("schemas", "screens"):
        shutil.copytree(shipped_folder() / name, tmp_path / "clash" / name)
    schema = tmp_path / "clash" / "schemas" / "support.toml"
    text = schema.read_text(encoding="utf-8")
    schema.write_text(text.replace('"Unit of quantity"', '"Unit"'), encoding="utf-8")
    repository = open_store("clash-store", programme=load_programme(tmp_path / "clash"))
    problem = refusal(repository, write_file("date,Unit\n1/6/2024,Chi Ma\n"), "support")[0]
    assert problem.key == "exchange.column_unclear"
    assert problem.params["known"] == "unit, quantity_unit"


@pytest.mark.parametrize("name", ["none.csv", "."])
def test_a_file_that_cannot_be_read_is_named(repository, tmp_path, catalogue, name):
    problem = refusal(repository, tmp_path / name)[0]
    assert problem.key == "exchange.cannot_read"
    assert catalogue.problem(problem)


def test_an_unknown_record_type_is_refused(repository, write_file):
    assert refusal(repository, write_file("head\n"), "nobody")[0].key == "repository.no_type"


def test_names_in_vietnamese_unicode_are_never_taken_for_an_old_font(repository, write_file):
    # Signs of the old fonts, but letters that only Unicode has: somebody's odd remark.
    path = write_file("head,area,note\nHoàng Văn Vi,Bản Lải,a® b® c© m¹ ñaõ aø\n")
    assert counts(import_file(repository, path, "household")) == (1, 0, 0, 0)


# -- rows that are refused ---------------------------------------------------------------------


def test_refused_rows_do_not_block_the_others(repository, write_file, catalogue):
    path = write_file(
        HEADER + "Hoàng Văn Vi,Chi Ma,bốn\nLý Thị Hoa,Chi Ma,5\n,Chi Ma,3\nVi Văn A,Chi Ma,0\n"
    )
    result = import_file(repository, path, "household")

    assert counts(result) == (1, 0, 0, 3)
    assert keys(result) == [
        (2, ["value.no_number"]),
        (4, ["validation.required"]),
        (5, ["validation.constraint"]),
    ]
    for found in result.refused:
        for text in problem_texts(found, catalogue):
            assert "in.csv" in text
            assert f" {found.row}" in text
    label = {"vi": "Nhân khẩu", "en": "Persons"}[catalogue.lang]
    assert label in problem_texts(result.refused[0], catalogue)[0]


def test_every_wrong_field_of_a_row_is_named_at_once(repository, write_file):
    path = write_file("head,area,persons,class\nVi Văn A,Nơi khác,1.5,gì đó\n")
    result = import_file(repository, path, "household")
    problems = result.refused[0].problems
    assert {problem.params["field"] for problem in problems} == {"area", "persons", "class"}


def test_a_cell_behind_the_last_column_is_refused_and_a_short_row_is_not(repository, write_file):
    path = write_file(
        "head,area,persons\nVi Văn A,Chi Ma,4,5\nVi Văn B,Chi Ma\nVi Văn C,Chi Ma,,\n"
    )
    result = import_file(repository, path, "household")
    assert keys(result) == [(2, ["exchange.too_many_cells"])]
    assert result.added == 2


def test_a_very_long_value_is_refused_and_not_repeated(repository, write_file):
    result = import_file(repository, write_file(HEADER + "Vi,Chi Ma," + "x" * 5000), "household")
    problem = result.refused[0].problems[0]
    assert problem.key == "value.too_long"
    assert len(str(problem.params["value"])) < 100


def test_doubts_are_counted_and_block_nothing(repository, write_file, catalogue):
    result = import_file(repository, write_file(HEADER + "Vi,,30\n"), "household")
    assert counts(result) == (1, 0, 0, 0)
    assert [found.row for found in result.warnings] == [2]
    assert {problem.params["field"] for problem in result.warnings[0].problems} == {
        "head",
        "area",
        "persons",
    }
    assert all(problem_texts(result.warnings[0], catalogue))


# -- references --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given", ["Chi Ma", "chi ma", "CHI MA", "06541-01", "id", "id in lower case"]
)
def test_a_reference_is_an_id_a_title_or_a_code(repository, write_file, given):
    wanted = area_id(repository, "06541-01")
    typed = {"id": wanted, "id in lower case": wanted.lower()}.get(given, given)
    import_file(repository, write_file(HEADER + f"Vi Văn A,{typed},4\n"), "household")
    assert households(repository)[0]["area"] == wanted


def test_marks_may_be_left_out_but_not_be_wrong(repository, write_file):
    path = write_file(HEADER + "Vi Văn A,Ban Lai,4\nVi Văn B,Bản Lãi,4\n")
    result = import_file(repository, path, "household")
    assert keys(result) == [(3, ["value.no_such_record"])]
    assert households(repository)[0]["area"] == area_id(repository, "06541-03")


def test_a_name_that_two_records_have_is_refused_with_both(repository, write_file, catalogue):
    result = import_file(repository, write_file(HEADER + "Vi Văn A,Nà Pá,4\n"), "household")
    assert keys(result) == [(2, ["value.record_unclear"])]
    text = problem_texts(result.refused[0], catalogue)[0]
    for code, commune in (("06541-02", "Yên Khoái"), ("06542-01", "Tú Mịch")):
        assert f"{commune} = {area_id(repository, code)}" in text


def test_the_other_values_of_the_row_decide_between_namesakes(repository, write_file):
    path = write_file("name,area\nTổ 1,06541-01\nTổ 1,06542-01\n")
    import_file(repository, path, "group")
    path = write_file("head,group,area\nVi Văn A,Tổ 1,06542-01\n")
    assert counts(import_file(repository, path, "household")) == (1, 0, 0, 0)
    group = households(repository)[0]["group"]
    assert repository.row(group).values["area"] == area_id(repository, "06542-01")


def test_a_record_that_does_not_go_with_the_rest_is_refused(repository, write_file):
    result = import_file(repository, write_file(HEADER + "Vi Văn A,Yên Khoái,4\n"), "household")
    assert keys(result) == [(2, ["validation.reference_not_here"])]


def test_rows_may_refer_to_rows_further_down(repository, write_file):
    rows = [
        "Cốc Nhài,village,thon,,Mẫu Sơn,",
        "Mẫu Sơn,commune,xa,06500,Lộc Bình,1/1/2020",
        "Lộc Bình,district,huyen,188,Lạng Sơn,1/1/2020",
        "Lạng Sơn,province,tinh,20,,1/1/2020",
        "Lạc lõng,village,thon,,Không có,",
    ]
    path = write_file("\n".join(["name,level,type,code,parent,valid_from", *rows]))
    calls = []
    result = import_file(repository, path, "area", watch=lambda *told: calls.append(told))
    assert counts(result) == (4, 0, 0, 1)
    assert keys(result) == [(6, ["value.no_such_record"])]
    assert calls[-1] == ("import", 1, 1)
    village = repository.find("area", "name", "Cốc Nhài")[0]
    assert repository.title(village.values["parent"]) == "Mẫu Sơn"
    assert counts(import_file(repository, path, "area")) == (0, 0, 4, 1)


# -- which record a row is ---------------------------------------------------------------------


@pytest.fixture
def vi(repository):
    values = {"head": "Vi Văn A", "area": area_id(repository, "06541-01"), "persons": 4}
    return repository.add("household", {**values, "note": "ở đầu thôn"})


def test_a_row_with_an_id_edits_only_the_columns_it_gives(repository, write_file, vi):
    result = import_file(repository, write_file(f"id,persons\n{vi.id},5\n"), "household")
    assert counts(result) == (0, 1, 0, 0)
    assert repository.require(vi.id).values == {**vi.values, "persons": 5}


def test_an_empty_cell_empties_the_field_and_a_missing_one_does_not(repository, write_file, vi):
    path = write_file(f"id,persons,note\n{vi.id},,\n")
    assert counts(import_file(repository, path, "household")) == (0, 1, 0, 0)
    assert repository.require(vi.id).values == {"head": "Vi Văn A", "area": vi.values["area"]}

    path = write_file(f"id,persons,head\n{vi.id},6\n")
    assert counts(import_file(repository, path, "household")) == (0, 1, 0, 0)
    assert repository.require(vi.id).values["head"] == "Vi Văn A"


def test_an_edit_may_not_leave_a_record_invalid(repository, write_file, vi):
    result = import_file(repository, write_file(f"id,head\n{vi.id},\n"), "household")
    assert keys(result) == [(2, ["validation.required"])]
    assert repository.require(vi.id).values == vi.values


def test_ids_that_lead_nowhere_are_refused_with_the_reason(repository, write_file, vi, catalogue):
    gone = repository.add("household", {"head": "Vi Văn B"})
    repository.delete(gone.id)
    village = area_id(repository, "06541-01")
    path = write_file(f"id,persons\nZZZZZZZZ-1,4\n{gone.id},4\n{village},4\nkhông,4\n")
    result = import_file(repository, path, "household")
    assert [found[1] for found in keys(result)] == [
        ["exchange.no_such_id"],
        ["exchange.deleted_id"],
        ["exchange.other_type"],
        ["exchange.no_such_id"],
    ]
    assert all("in.csv" in problem_texts(found, catalogue)[0] for found in result.refused)


def test_two_rows_for_one_record_may_not_differ(repository, write_file, vi):
    path = write_file(f"id,persons\n{vi.id},5\n{vi.id},5\n{vi.id},6\n")
    result = import_file(repository, path, "household")
    assert counts(result) == (0, 1, 1, 1)
    assert result.refused[0].problems[0].params["first"] == 2
    assert repository.require(vi.id).values["persons"] == 5
    assert counts(import_file(repository, path, "household")) == (0, 0, 2, 1)


def test_a_row_with_a_whole_key_is_that_record(repository, write_file):
    path = write_file("code,valid_from,border\n06541,1/1/2020,c\n")
    assert counts(import_file(repository, path, "area")) == (0, 1, 0, 0)
    assert counts(import_file(repository, path, "area")) == (0, 0, 1, 0)
    path = write_file("code,valid_from,border\n06541,1/1/2021,c\n")
    assert keys(import_file(repository, path, "area")) == [
        (2, ["validation.required", "validation.required"])
    ]


def test_a_deleted_record_of_that_key_comes_back_as_a_new_row_would(repository, write_file):
    commune = repository.add(
        "area",
        {"name": "Xuân Dương", "level": "commune", "code": "06500", "valid_from": "2020-01-01"},
    )
    repository.delete(commune.id)
    path = write_file("name,level,code,valid_from\nXuân Dương,commune,06500,1/1/2020\n")
    assert counts(import_file(repository, path, "area")) == (1, 0, 0, 0)
    assert not repository.require(commune.id).is_dead


def test_the_same_file_again_adds_nothing(repository, write_file):
    path = write_file(HEADER + "Vi Văn A,Chi Ma,4\nVi Văn B,,\nVi Văn C,Nà Pá,9\n")
    assert counts(import_file(repository, path, "household")) == (2, 0, 0, 1)
    before = repository.generation
    assert counts(import_file(repository, path, "household")) == (0, 0, 2, 1)
    assert repository.generation == before


def test_equal_rows_are_so_many_records_and_are_found_again(repository, write_file, catalogue):
    path = write_file(HEADER + "Vi Văn A,Chi Ma,4\nVi Văn A,Chi Ma,4\n")
    result = import_file(repository, path, "household")
    assert counts(result) == (2, 0, 0, 0)
    assert [found.row for found in result.warnings] == [3]
    assert " 2" in problem_texts(result.warnings[0], catalogue)[0]
    assert counts(import_file(repository, path, "household")) == (0, 0, 2, 0)
    longer = write_file(HEADER + "Vi Văn A,Chi Ma,4\n" * 3)
    assert counts(import_file(repository, longer, "household")) == (1, 0, 2, 0)


def test_a_record_named_by_its_id_stands_for_no_other_row(repository, write_file, vi):
    path = write_file(f"id,head,persons\n,Vi Văn A,4\n{vi.id},Vi Văn A,4\n")
    assert counts(import_file(repository, path, "household")) == (1, 0, 1, 0)
    assert counts(import_file(repository, path, "household")) == (0, 0, 2, 0)


def test_a_conflict_is_not_decided_by_saying_again_what_is_displayed(
    open_store, repository, write_file, vi
):
    repository.edit(vi.id, {"persons": 5})
    mine = repository.require(vi.id)
    other = open_store("other", list(repository.records("area")) + [vi])
    other.edit(vi.id, {"persons": 6})
    repository.take_in([merge(mine, other.require(vi.id))], other.heard())
    shown = repository.require(vi.id)
    assert "persons" in shown.conflicts
    path = write_file(f"id,persons\n{vi.id},{shown.get('persons')}\n")
    assert counts(import_file(repository, path, "household")) == (0, 0, 1, 0)
    assert "persons" in repository.require(vi.id).conflicts


# -- all of it or nothing ----------------------------------------------------------------------


def test_an_import_is_one_commit(repository, write_file):
    before = repository.generation
    path = write_file(HEADER + "".join(f"Vi Văn A{n},Chi Ma,4\n" for n in range(50)))
    import_file(repository, path, "household")
    assert repository.generation == before + 1


def test_a_dry_run_counts_alike_and_writes_nothing(repository, write_file, vi):
    path = write_file(
        f"id,head,area,persons\n{vi.id},Vi Văn A,Chi Ma,5\n,Vi Văn B,Chi Ma,4\n"
        ",Vi Văn C,Chi Ma,-1\n,Vi Văn A,Chi Ma,4\n"
    )
    before, content = repository.generation, households(repository)
    dry = import_file(repository, path, "household", dry_run=True)
    assert (repository.generation, households(repository)) == (before, content)
    real = import_file(repository, path, "household")
    assert dry.dry_run
    assert counts(dry) == counts(real) == (2, 1, 0, 1)
    assert dry.refused == real.refused
    assert dry.warnings == real.warnings
    assert repository.count("household") == 3


def test_an_import_that_is_stopped_writes_nothing(repository, write_file):
    path = write_file(HEADER + "".join(f"Vi Văn A{n},Chi Ma,4\n" for n in range(1000)))
    before = repository.generation

    def stop(part: str, done: int, of: int) -> None:
        if done >= 500:
            raise StoppedError

    with pytest.raises(StoppedError):
        import_file(repository, path, "household", watch=stop)
    assert repository.generation == before
    assert repository.count("household") == 0
    assert counts(import_file(repository, path, "household")) == (1000, 0, 0, 0)


def test_a_colleague_at_the_same_store_sees_what_was_imported(repository, write_file, open_store):
    import_file(repository, write_file(HEADER + "Vi Văn A,Chi Ma,4\n"), "household")
    assert open_store("own").count("household") == 1


# -- JSON lines --------------------------------------------------------------------------------


def lines(*objects):
    return "\n".join(one if isinstance(one, str) else json.dumps(one) for one in objects)


def test_json_values_are_stored_ones_or_texts_as_typed(repository, write_file):
    village = area_id(repository, "06541-01")
    stored = {"name": "Đường thôn", "area": village, "year": 2024, "status": "done"}
    stored |= {"field": ["ha_tang"], "quantity": {"is": "about", "n": 1.5}, "quantity_unit": "km"}
    stored |= {"cost": {"n": 2.5, "unit": "trieu"}, "actual_end": "2024-05-02"}
    field = repository.schema("work").fields["field"].choices[0].code
    stored["field"] = [field]
    typed = {**stored, "area": "Chi Ma", "year": "2024", "field": field, "quantity": "~1,5"}
    typed |= {"cost": "2,5 tr", "actual_end": "2/5/2024"}
    first = import_file(repository, write_file(lines(stored)), "work")
    again = import_file(repository, write_file(lines(typed)), "work")

    assert counts(first) == (1, 0, 0, 0)
    assert counts(again) == (0, 0, 1, 0)


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('{"head": "Vi A"', "exchange.bad_json"),
        ('"head"', "exchange.bad_json"),
        ("[1]", "exchange.bad_json"),
        ('{"persons": NaN, "head": "Vi A"}', "exchange.bad_json"),
        ('{"persons": ' + "9" * 5000 + "}", "exchange.bad_json"),
        ('{"persons": 1e999, "head": "Vi A"}', "validation.wrong_kind"),
        ('{"persons": 9223372036854775808, "head": "Vi A"}', "validation.wrong_kind"),
        ('{"head": "Vi A", "head": "Vi B"}', "exchange.json_key_twice"),
        ('{"head": ' + "[" * 9 + "]" * 9 + "}", "exchange.json_too_deep"),
        ('{"head": ' + "[" * 90_000 + "]" * 90_000 + "}", "exchange.bad_json"),
        ('{"head": "' + "x" * 1_000_001 + '"}', "exchange.line_too_long"),
        ('{"head": 5}', "validation.wrong_kind"),
        ('{"head": ["Vi A"]}', "validation.wrong_kind"),
        ('{"head": "Vi A", "persons": 1.5}', "validation.wrong_kind"),
        ('{"head": "Vi A", "persons": true}', "validation.wrong_kind"),
        ('{"head": "Vi A", "phone": 912345678}', "validation.wrong_kind"),
        ('{"head": "Vi A", "forest_pledge": 1}', "validation.wrong_kind"),
        ("{}", "validation.required"),
    ],
)
def test_a_bad_line_is_refused_by_its_number(repository, write_file, catalogue, line, key):
    path = write_file(lines({"head": "Vi Văn A"}, "", line, {"head": "Vi Văn B"}))
    result = import_file(repository, path, "household")
    assert counts(result) == (2, 0, 0, 1)
    assert keys(result) == [(3, [key])]
    text = problem_texts(result.refused[0], catalogue)[0]
    assert "in.csv" in text
    assert len(text) < 400


@pytest.mark.parametrize(
    "value",
    [
        {"n": 4},
        {"is": "about", "n": 4, "more": 1},
        {"is": "range", "n": 4},
        {"is": "range", "n": 4, "max": 2},
        {"is": "exact", "n": "4"},
        {"is": "about", "n": True},
        4,
    ],
)
def test_a_figure_is_stored_in_no_other_form_than_a_typed_one(repository, write_file, value):
    row = {"date": "2024-06-01", "species": "BO", "area": "Chi Ma", "head": value}
    result = import_file(repository, write_file(lines(row)), "livestock_count")
    assert counts(result) == (0, 0, 0, 1)


def test_null_and_an_empty_text_empty_a_field(repository, write_file, vi):
    path = write_file(lines({"id": vi.id, "persons": None, "note": ""}))
    assert counts(import_file(repository, path, "household")) == (0, 1, 0, 0)
    assert set(repository.require(vi.id).values) == {"head", "area"}


def test_unpaired_surrogates_in_json_do_no_harm(repository, write_file):
    path = write_file('{"head": "Vi \\ud800A\\u0000"}')
    assert counts(import_file(repository, path, "household")) == (1, 0, 0, 0)
    assert households(repository)[0]["head"] == "Vi A"


# -- any rows at all ---------------------------------------------------------------------------

cell = st.one_of(
    st.sampled_from(["", "Chi Ma", "Nà Pá", "06541-01", "4", "0", "-1", "1.5", "Vi Văn A", "'=1"]),
    # Without what makes a file no text, or one in an old font.
    st.text(st.characters(exclude_characters="\0µ¸¶¹¨»¾¼½©ª¬®øûõØÛÕ"), max_size=8),
)
table = st.lists(
    st.tuples(st.sampled_from(["", "", "", "known", "lost"]), cell, cell, cell), max_size=12
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rows=table)
def test_rows_are_never_lost_and_never_doubled(repository, tmp_path, rows):
    known = repository.add("household", {"head": "Vi Văn A", "persons": 4}).id
    path = tmp_path / "any.csv"
    with path.open("w", encoding="utf-8", errors="ignore", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "head", "area", "persons"])
        for record_id, *cells in rows:
            writer.writerow([{"known": known, "lost": "ZZZZZZZZ-1"}.get(record_id, ""), *cells])
    before = repository.count("household")
    dry = import_file(repository, path, "household", dry_run=True)
    assert repository.count("household") == before
    first = import_file(repository, path, "household")
    again = import_file(repository, path, "household")

    assert counts(dry) == counts(first)
    assert repository.count("household") == before + first.added
    assert (again.added, again.changed) == (0, 0)
    assert again.unchanged == first.added + first.changed + first.unchanged
    assert again.refused == first.refused
