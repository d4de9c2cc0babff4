"""Reports as they are handed in: from the command line, in every format, of the sample excerpt."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import zipfile
from dataclasses import replace
from datetime import date

import docx
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from hypothesis import given
from hypothesis import strategies as st

from nq77tui.core.area_tree import EVERYWHERE
from nq77tui.core.period import read_period, year_to
from nq77tui.core.problem import RefusedError
from nq77tui.core.values import parse_number
from nq77tui.exchange.report.building import Order, build_sheet, find_form
from nq77tui.exchange.report.layout import lay_out, texts_of
from nq77tui.exchange.report.sheet import SheetColumn, ratio
from nq77tui.exchange.report.writing import WRITERS
from nq77tui.programme import load_catalogue, shipped_folder
from nq77tui.store import Repository

FORMS = ["b1", "b2", "b3", "b4", "b5", "b6", "b7"]


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports") / "store"
    shutil.copytree(shipped_folder() / "sample_db", folder)
    return folder


@pytest.fixture
def opened(sample, programme, clock, tmp_path):
    with Repository.open(
        sample, programme, operator="Lan", clock=clock, read_only=True, state_folder=tmp_path
    ) as repository:
        yield repository


def sheet_of(repository, name, lang="vi", **order):
    form = find_form(repository, name)
    given_order = {"period": read_period("2024"), "as_of": "2024-06-03", **order}
    return build_sheet(repository, load_catalogue(lang), Order(form, **given_order))


@pytest.mark.parametrize(
    ("text", "cutoff", "start", "end"),
    [
        ("2024", 0, "2024-01-01", "2024-12-31"),
        ("2024-H2", 0, "2024-07-01", "2024-12-31"),
        ("2024-q1", 0, "2024-01-01", "2024-03-31"),
        ("2/2024", 0, "2024-02-01", "2024-02-29"),
        ("2024-02", 14, "2024-01-15", "2024-02-14"),
        ("2024-01", 14, "2023-12-15", "2024-01-14"),
        ("2024", 14, "2023-12-15", "2024-12-14"),
    ],
)
def test_a_period_is_read_with_its_cutoff(text, cutoff, start, end) -> None:
    period = read_period(text, cutoff)

    assert (period.first, period.last) == (start, end)


@pytest.mark.parametrize("text", ["", "2024-13", "2024-Q5", "0/2024", "hôm nay", "2024-0", "24"])
def test_what_is_no_period_is_refused_with_the_ways_to_write_one(text) -> None:
    with pytest.raises(RefusedError) as refused:
        read_period(text)

    assert refused.value.problems[0].key == "report.no_period"


@given(st.dates(date(1990, 1, 1), date(2990, 1, 1)))
def test_the_months_of_a_year_share_no_day_and_leave_none_out(day) -> None:
    iso = day.isoformat()
    months = [f"{year}-{month}" for year in (day.year, day.year + 1) for month in range(1, 13)]

    assert sum(read_period(one, 14).may_hold(iso) for one in months) == 1
    assert year_to(iso).holds(iso)


def test_a_share_is_never_a_hundred_while_one_is_missing() -> None:
    share = SheetColumn("%", "percent", over=(0,), under=(1,))

    assert ratio((99_999, 100_000, None), share) == 99.99
    assert ratio((100_000, 100_000, None), share) == 100
    assert ratio((1, 0, None), share) is None


def test_the_columns_are_those_of_the_forms_with_their_numbers(opened) -> None:
    counts = {name: len(sheet_of(opened, name).columns) for name in FORMS}

    assert counts == {"b1": 14, "b2": 12, "b3": 11, "b4": 9, "b5": 11, "b6": 13, "b7": 11}


def test_every_row_of_areas_adds_up_to_the_total_and_agrees_with_coverage(opened) -> None:
    counted = opened.coverage("2024-06-03")
    for name in ("b1", "b5", "b6", "b7"):
        sheet = sheet_of(opened, name)
        assert sheet.rows
        for place, column in enumerate(sheet.columns):
            if column.added:
                below = sum(row.cells[place] or 0 for row in sheet.rows)
                assert below == pytest.approx(sheet.total[place]), (name, column.header)

    sheet = sheet_of(opened, "b1")
    for row in sheet.rows:
        share = counted.share(row.id, "households_assigned")
        assert (row.cells[10], row.cells[9]) == share
        assert row.cells[11] == share.percent


def test_a_commune_lists_its_villages_and_a_village_itself(opened) -> None:
    area = opened.find_area("Ái Quốc")
    sheet = sheet_of(opened, "b7", area=area)

    assert sheet.columns[1].header == "Thôn, khu phố"
    assert {opened.row(row.id).values["parent"] for row in sheet.rows if row.id} == {area}

    village = sheet.rows[0].id
    [alone] = sheet_of(opened, "b7", area=village).rows
    assert alone.id == village


def test_what_lies_in_no_area_below_has_a_row_of_its_own(open_store) -> None:
    with open_store("own") as repository:
        commune = repository.add(
            "area",
            {"name": "Xã Một", "level": "commune", "code": "06610", "valid_from": "2000-01-01"},
        )
        village = repository.add(
            "area", {"name": "Thôn Một", "level": "village", "parent": commune.id}
        )
        for _ in range(3):
            last = repository.add("household", {"head": "Hoàng Văn A", "area": village.id})
        repository.overwrite(last.id, {"area": commune.id})  # as an old file may have it
        sheet = sheet_of(repository, "b7", area=commune.id)

    assert [(row.cells[1], row.cells[2]) for row in sheet.rows] == [
        ("Thôn Một", 2),
        ("Chưa rõ địa bàn cấp dưới", 1),
    ]
    assert sheet.total[2] == 3


def test_what_lies_nowhere_is_told_and_in_no_list_left_out(open_store) -> None:
    with open_store("own") as repository:
        above = {"level": "commune", "code": "06610", "valid_from": "2000-01-01"}
        commune = repository.add("area", {"name": "Xã Một", **above})
        village = repository.add(
            "area", {"name": "Thôn Một", "level": "village", "parent": commune.id}
        )
        for _ in range(3):
            last = repository.add("household", {"head": "Hoàng Văn A", "area": village.id})
        repository.overwrite(last.id, {"area": None})  # as an old file may have it
        given_work = {"name": "Cầu", "year": 2024, "area": village.id, "status": "done"}
        work = repository.add("work", given_work)
        repository.overwrite(work.id, {"area": None})
        whole, works = sheet_of(repository, "b7"), sheet_of(repository, "b3")
        counted = repository.coverage("2024-06-03")

    assert whole.total[2] == 2
    assert whole.basis[0] == "Chưa có trong biểu vì chưa rõ địa bàn: Tổng số hộ dân cư: 1."
    assert [row.cells[1] for row in works.rows] == ["Cầu"]
    assert counted.top == EVERYWHERE
    assert counted.share(counted.top, "households_assigned").of == 3


def test_figures_of_a_period_count_only_what_happened_in_it(open_store) -> None:
    with open_store("own") as repository:
        village = repository.add("area", {"name": "Thôn", "level": "village"})
        for day in ("2024-01-31", "2024-02-01", "2024-02-29", "2024-03-01"):
            repository.add(
                "forest_event",
                {
                    "kind": "violation",
                    "date": day,
                    "area": village.id,
                    "area_ha": {"is": "exact", "n": 1},
                },
            )
        period = read_period("2024-02")
        sheet = sheet_of(repository, "b5", period=period, as_of=period.last)

    assert (sheet.total[8], sheet.total[9]) == (2, 2)


def test_a_year_lists_its_own_works_and_those_that_were_left_over(open_store) -> None:
    with open_store("own") as repository:
        village = repository.add("area", {"name": "Thôn", "level": "village"})
        for name, year, status in (
            ("Đường cũ", 2023, "done"),
            ("Cầu dở", 2023, "behind"),
            ("Mương", 2024, "done"),
            ("Nhà văn hóa", 2025, "not_started"),
        ):
            given_work = {"name": name, "year": year, "area": village.id, "status": status}
            repository.add("work", given_work)
        for period, value in (("year", 70), ("quarter", 20)):
            of_year = {"indicator": "planting_ha", "year": 2024, "period": period}
            figure = {"is": "exact", "n": value}
            repository.add("target", {**of_year, "area": village.id, "value": figure})
        listed = {row.cells[1] for row in sheet_of(repository, "b3").rows}
        [row] = sheet_of(repository, "b5", area=village.id).rows

    assert listed == {"Cầu dở", "Mương"}
    assert row.cells[4] == 70  # the target of the year: that of a quarter is a part of it


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", WRITERS)
def test_the_same_store_and_day_give_the_same_bytes(opened, form, kind) -> None:
    sheet = sheet_of(opened, form)

    content = WRITERS[kind](sheet)

    assert content == WRITERS[kind](sheet_of(opened, form))
    assert len(content) > 100


def test_csv_comes_back_through_the_import_unchanged(nq77, sample, tmp_path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(sample, copy)
    for form, record in (("b1", "area"), ("b2", "model"), ("b3", "work"), ("b4", "assignment")):
        file = tmp_path / f"{form}.csv"
        ran = nq77("--store", copy, "report", form, "--as-of", "3/6/2024", "--names", "-o", file)
        assert ran.status == 0, ran.err
        text = file.read_bytes().decode("utf-8")
        assert text.startswith("\ufeffid,")
        rows = len(list(csv.reader(io.StringIO(text)))) - 1
        assert rows > 0

        taken = nq77("--store", copy, "import", file, "--as", record)

        assert taken.status == 0, taken.err
        assert taken.counts["in"] == taken.counts["unchanged"] == rows, taken.out


def test_html_is_one_file_that_fetches_nothing_and_shows_names_harmless(open_store) -> None:
    with open_store("own") as repository:
        repository.add(
            "area",
            {
                "name": "<script>alert(1)</script>\x1b[31m",
                "level": "commune",
                "code": "06610",
                "valid_from": "2000-01-01",
            },
        )
        page = WRITERS["html"](sheet_of(repository, "b1")).decode("utf-8")

    assert "<script" not in page
    assert "\x1b" not in page
    assert "&lt;script&gt;" in page
    assert not re.search(r"(src|href)\s*=", page)
    assert "@page" in page


def test_a_workbook_has_totals_as_formulas_a_chart_and_texts_as_texts(opened) -> None:
    sheet = sheet_of(opened, "b1")
    with zipfile.ZipFile(io.BytesIO(WRITERS["xlsx"](sheet))) as book:
        page = book.read("xl/worksheets/sheet1.xml").decode("utf-8")
        names = book.namelist()

    formulas = re.findall(r"<f>([^<]*)</f>", page)
    assert sum(one.startswith("SUM(") for one in formulas) == sum(c.added for c in sheet.columns)
    assert any(one.startswith("IF(") for one in formulas)
    assert "xl/charts/chart1.xml" in names
    assert "<cols>" in page


def test_a_name_that_looks_like_a_formula_stays_a_name(open_store) -> None:
    with open_store("own") as repository:
        village = repository.add("area", {"name": "Thôn", "level": "village"})
        repository.add(
            "work",
            {"name": "=1+1 HYPERLINK", "year": 2024, "area": village.id, "status": "done"},
        )
        sheet = sheet_of(repository, "b3")
        with zipfile.ZipFile(io.BytesIO(WRITERS["xlsx"](sheet))) as book:
            page = book.read("xl/worksheets/sheet1.xml").decode("utf-8")
        text = WRITERS["csv"](sheet).decode("utf-8")

    assert "1+1" not in page
    assert "'=1+1 HYPERLINK" in text


def test_a_document_has_the_table_the_heading_and_what_was_filled_in(opened) -> None:
    sheet = sheet_of(opened, "b1", heading="state", filled={"body": "Ủy ban nhân dân xã Ái Quốc"})
    document = docx.Document(io.BytesIO(WRITERS["docx"](sheet)))
    heading, table, signature = document.tables

    assert "ỦY BAN NHÂN DÂN XÃ ÁI QUỐC" in heading.cell(0, 0).text
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in heading.cell(0, 1).text
    assert [cell.text for cell in table.rows[1].cells] == [str(n) for n in range(1, 15)]
    assert len(table.rows) == 3 + len(sheet.rows)
    assert "TM. ỦY BAN NHÂN DÂN" in signature.cell(0, 1).text
    assert "………" in signature.cell(0, 1).text  # nobody's name is made up


@pytest.mark.parametrize("form", FORMS)
def test_no_number_and_no_date_is_broken_by_a_column(opened, form) -> None:
    """Widths by the published metrics of Times New Roman: a digit has half an em."""
    sheet = sheet_of(opened, form)
    layout = lay_out(sheet)
    ems = dict.fromkeys("0123456789", 0.5) | {".": 0.25, ",": 0.25, "/": 0.278, "-": 0.333}
    rows = [texts_of(sheet, row.cells) for row in sheet.rows]

    checked = 0
    for place, width in enumerate(layout.widths):
        for text in {row[place] for row in rows}:
            if text and set(text) <= set(ems):
                long = sum(ems[letter] for letter in text) * layout.size * 25.4 / 72
                assert long + 2 < width, (sheet.columns[place].header, text)
                checked += 1

    assert checked > 5
    assert sum(layout.widths) == pytest.approx(297 - 30 - 15)


def test_a_form_of_many_columns_takes_smaller_letters_and_lines_are_counted(opened) -> None:
    sheet = sheet_of(opened, "b2")
    twice = [replace(row, cells=row.cells * 2) for row in sheet.rows]
    columns = sheet.columns * 2
    wide, dense = lay_out(sheet), lay_out(replace(sheet, columns=columns, rows=tuple(twice)))

    assert dense.size < wide.size
    assert sum(dense.widths) == pytest.approx(297 - 30 - 15)
    name = "Mô hình quản lý bảo vệ rừng, không phá rừng tự nhiên, phát triển chăn nuôi dê"
    cells = ["1", name, *[""] * 10]
    assert wide.lines(["1", "Mô hình", *[""] * 10]) == 1
    assert 3 <= wide.lines(cells) <= 5
    assert wide.lines(["1", f"{name} {name}", *[""] * 10]) > wide.lines(cells)


def test_a_document_is_laid_out_as_official_papers_are(opened) -> None:
    filled = {"superior": "Tỉnh ủy Lạng Sơn", "body": "Huyện ủy Lộc Bình"}
    sheet = sheet_of(opened, "b2", filled=filled)
    document = docx.Document(io.BytesIO(WRITERS["docx"](sheet)))
    heading, table, signature = document.tables
    section = document.sections[0]

    assert heading.cell(0, 0).text.startswith("TỈNH ỦY LẠNG SƠN\nHUYỆN ỦY LỘC BÌNH\n*\nSố …")
    # Only January and February have a nought before them.
    assert "ngày 03 tháng 6 năm 2024" in heading.cell(0, 1).text
    centre, right = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
    for row in (0, 1):
        assert {cell.paragraphs[0].alignment for cell in table.rows[row].cells} == {centre}
    sides = [cell.paragraphs[0].alignment for cell in table.rows[2].cells]
    assert (sides[0], sides[1], sides[8]) == (centre, None, right)
    assert {paragraph.alignment for paragraph in signature.cell(0, 0).paragraphs} == {None}
    assert {paragraph.alignment for paragraph in signature.cell(0, 1).paragraphs} == {centre}
    assert section.different_first_page_header_footer
    assert "PAGE" in section.header.paragraphs[0]._p.xml
    assert all("w:cantSplit" in row._tr.xml for row in [*table.rows, *signature.rows])
    kept = [row.cells[0].paragraphs[0].paragraph_format.keep_with_next for row in table.rows]
    assert kept[-3:] == [None, True, True]  # a signature never stands on a page alone


def test_a_workbook_keeps_its_chart_apart_and_its_rows_high_enough(opened) -> None:
    sheet = sheet_of(opened, "b2")
    with zipfile.ZipFile(io.BytesIO(WRITERS["xlsx"](sheet))) as book:
        table = book.read("xl/worksheets/sheet1.xml").decode("utf-8")
        beside = book.read("xl/worksheets/sheet2.xml").decode("utf-8")
        pages = book.read("xl/workbook.xml").decode("utf-8")

    assert "drawing" not in table
    assert "drawing" in beside
    assert 'name="Biểu đồ"' in pages
    last = max(ord(one) for one in re.findall(r'<c r="([A-Z])\d+"', table)) - ord("A") + 1
    assert last == len(sheet.columns)  # nothing stands beside the table and makes it small
    heights = [float(one) for one in re.findall(r'<row [^>]* ht="([\d.]+)"', table)]
    assert max(heights) > 3 * 9 * 1.2  # a long name, line under line
    assert max(heights) > 2 * min(heights)


def test_text_has_the_figures_in_vietnamese_and_what_it_rests_on(opened) -> None:
    text = WRITERS["txt"](sheet_of(opened, "b1")).decode("utf-8")

    assert "đạt 100%" in text or re.search(r"đạt \d+,?\d*%", text)
    assert "Số liệu tính đến ngày 03/06/2024" in text
    assert re.search(r"Mã kiểm tra [0-9a-f]{16}", text)
    assert re.search(r"^ +1  2 +3 ", text, flags=re.MULTILINE)


def test_english_is_complete(opened) -> None:
    text = WRITERS["txt"](sheet_of(opened, "b7", lang="en")).decode("utf-8")

    assert "Poor" in text
    assert "Check digest" in text


def test_a_form_with_names_is_asked_about_and_written_down(nq77, store) -> None:
    refused = nq77("--store", store, "report", "b4")

    assert refused.status == 1
    assert "--names" in refused.err
    assert not (store / "disclosures.jsonl").exists()

    made = nq77("--store", store, "--operator", "Lan", "report", "b4", "--names")

    assert made.status == 0, made.err
    [line] = (store / "disclosures.jsonl").read_text("utf-8").splitlines()
    noted = json.loads(line)
    assert (noted["by"], noted["what"], noted["form"]) == ("Lan", "report", "b4")


def test_bad_orders_name_the_way_out(nq77, store, tmp_path) -> None:
    for arguments, said in (
        (["b9"], "b1, b2"),
        (["b1", "--period", "x"], "2026-Q1"),
        (["b1", "--heading", "x"], "party"),
        (["b1", "--fill", "x"], "x"),
        (["b1", "-o", tmp_path / "no" / "folder.txt"], "folder.txt"),
    ):
        ran = nq77("--store", store, "report", *arguments)
        assert ran.status == 1
        assert said in ran.err

    listed = nq77("--store", store, "report")
    assert [line.split("\t")[0] for line in listed.out.splitlines()] == FORMS


def test_the_sum_of_a_list_is_left_to_the_reader_but_every_amount_is_a_number(opened) -> None:
    sheet = sheet_of(opened, "b3")
    cost = next(n for n, column in enumerate(sheet.columns) if "nghìn" in column.header)

    amounts = [row.cells[cost] for row in sheet.rows if row.cells[cost] is not None]
    assert amounts
    assert all(isinstance(one, int | float) for one in amounts)
    work = opened.row(sheet.rows[0].id)
    told = work.values["cost"]
    assert told["unit"] == "nghin" or parse_number(str(told["n"])) is not None


def test_a_year_has_no_thousands_signs_in_any_form(nq77, store, copied_programme, tmp_path) -> None:
    form = copied_programme / "screens" / "reports" / "years.toml"
    label = '{ vi = "Theo năm", en = "By year" }'
    columns = "".join(
        f'[[column]]\nlabel = {label}\ncontent = "fields"\nfields = [{names}]\n'
        for names in ('"name"', '"year"', '"name", "year"')
    )
    number = f'[[column]]\nlabel = {label}\ncontent = "number"\n'
    text = f'label = {label}\nheading = "party"\nrows = {{ record = "model", sort = ["name"] }}\n'
    form.write_text(text + number + columns, encoding="utf-8")
    given = ("--programme", copied_programme, "--store", store)
    assert nq77(*given, "add", "model", "name=Hồi", "year=2024").status == 0
    shown = nq77(*given, "list", "model", "--json").json[0]
    assert shown["year"] == 2024

    for lang in ("vi", "en"):
        for ending in ("csv", "txt", "html", "xlsx", "docx"):
            file = tmp_path / f"years-{lang}.{ending}"
            ran = nq77("--lang", lang, *given, "report", "years", "-o", file)
            assert ran.status == 0, ran.err
            content = _text_of(file)
            assert "2024" in content
            assert not re.search(r"2[.,]024", content)
        ran = nq77("--lang", lang, *given, "show", shown["id"])
        assert "2024" in ran.out
        assert "2.024" not in ran.out


def _text_of(file) -> str:
    if file.suffix not in (".xlsx", ".docx"):
        return file.read_text(encoding="utf-8")
    with zipfile.ZipFile(file) as parts:
        return "".join(parts.read(one).decode() for one in parts.namelist() if one.endswith("xml"))
