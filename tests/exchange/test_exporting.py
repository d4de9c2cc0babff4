"""Records into files: read back unchanged, safe in a spreadsheet, the same bytes anywhere."""

from __future__ import annotations

import csv
import io
import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tinydb import TinyDB

from nq77tui.core.document import doc_id_of
from nq77tui.core.merge import create, edit, merge
from nq77tui.core.problem import RefusedError
from nq77tui.core.record import Dot, Stamp
from nq77tui.exchange.exporting import (
    export_all_csv,
    export_all_json,
    export_csv,
    export_json_lines,
    save_export,
    write_export,
)
from nq77tui.exchange.importing import import_file
from nq77tui.exchange.rows.cell import comparable, guard, plain_text, read_value, unguard
from nq77tui.store.merging import take_in_sources
from nq77tui.store.source import read_source

TODAY = date(2025, 1, 15)


def exported(write, *arguments):
    stream = io.BytesIO()
    result = write(*arguments, stream)
    return stream.getvalue(), result


def export(repository, record, form):
    return exported(write_export, repository, record, form)[0]


def rows_of(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def record_of(record_type, counter, values):
    return create(record_type, values, Dot("AAAAAAAA", counter), Stamp(1_720_000_000, "Lan"))


@pytest.fixture
def excerpt_store(open_store, excerpt):
    return open_store("excerpt", excerpt)


# -- CSV ---------------------------------------------------------------------------------------


def test_a_csv_opens_in_a_spreadsheet(excerpt_store):
    content, result = exported(export_csv, excerpt_store, "household")

    assert content.startswith(b"\xef\xbb\xbfid,code,head,area,persons,")
    assert content.count(b"\r\n") == content.count(b"\n") == result.rows + 1
    assert result.rows == excerpt_store.count("household")
    ids = [row[0] for row in rows_of(content)[1:]]
    assert ids == sorted(ids)


def test_years_and_codes_are_written_without_thousands_signs(repository):
    repository.add("work", {"name": "Đường thôn", "year": 2024})
    header, row = rows_of(exported(export_csv, repository, "work")[0])
    assert row[header.index("year")] == "2024"


MADE_IN_USE = {"signoff"}
"""Record types that come into being only when the program is worked with: the sample has none."""


@pytest.mark.parametrize("form", ["csv", "json"])
def test_every_record_type_is_read_back_unchanged(excerpt_store, programme, tmp_path, form):
    before = excerpt_store.generation
    for record_type in programme.schemas.keys() - MADE_IN_USE:
        path = tmp_path / f"{record_type}.{form}"
        written = save_export(
            path,
            lambda stream, name=record_type: write_export(excerpt_store, name, form, stream),
        )
        result = import_file(excerpt_store, path, record_type)

        assert result.rows_in == result.unchanged == written.rows > 0
        assert result.refused == ()
    assert excerpt_store.generation == before


def test_every_record_type_is_recognised_without_its_ids(excerpt_store, programme, tmp_path):
    # Read in earnest this time: with an id, a cell that repeats what is stored is not read.
    before = excerpt_store.generation
    for record_type in programme.schemas.keys() - MADE_IN_USE:
        path = tmp_path / f"{record_type}.csv"
        rows = rows_of(exported(export_csv, excerpt_store, record_type)[0])
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=";").writerows(row[1:] for row in rows)
        result = import_file(excerpt_store, path, record_type)

        assert result.rows_in == result.unchanged == len(rows) - 1
    assert excerpt_store.generation == before


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_language_of_the_store_does_not_change_a_file(open_store, excerpt, language):
    store = open_store(language, excerpt[:300], language=language)
    other = open_store("other", excerpt[:300])
    for record_type in ("area", "person", "work"):
        assert export(store, record_type, "csv") == export(other, record_type, "csv")


SAMPLES = {
    "text": ["Vi Văn A", "=1+1", "-5", "- gạch", "+84", "@ai", "'=x", "''-x", "'chữ'", '"x", y;'],
    "integer": [0, 7, 2024, 1_234_567, -3],
    "decimal": [0, 12, 1234.5, -0.25, 1e-7, 1_234_567],
    "date": ["2024-02-05", "0987-12-31"],
    "yes_no": [True, False],
    "figure": [
        {"is": "exact", "n": 1234},
        {"is": "exact", "n": -2.5},
        {"is": "about", "n": 45},
        {"is": "more_than", "n": 0.5},
        {"is": "range", "n": 1, "max": 2.25},
    ],
    "hectares": [{"is": "exact", "n": 70.25}, {"is": "range", "n": 0, "max": 1200}],
    "money": [
        {"n": 2.5, "unit": "trieu"},
        {"n": 500, "unit": "nghin"},
        {"n": 300000, "unit": "dong"},
    ],
    "phone": ["0912345678", "02053812345"],
    "citizen_number": ["020085000001", "080123456"],
    "code": ["06610", "06610-03"],
    "reference": ["AAAAAAAA-1", "0123456789ABC"],
}


def samples(field):
    if field.type == "choice":
        return [choice.code for choice in field.choices]
    if field.type == "choices":
        codes = [choice.code for choice in field.choices]
        return [codes[:1], codes]
    if field.type == "code" and field.mask:
        return ["06610-03-0017"]
    found = list(SAMPLES[field.type])
    if field.year_only:
        found += ["1985", "1985-03"]
    if field.multiline:
        found += ["một\nhai, ba", "một\n\n=hai"]
    return found


def test_every_value_of_every_field_is_read_back_from_text_and_from_json(programme):
    for schema in programme.schemas.values():
        for field in schema:
            for value in samples(field):
                text = unguard(guard(plain_text(field, value)))
                for spelling in (text, json.loads(json.dumps(value))):
                    found = read_value(field, spelling, TODAY)
                    assert comparable(found) == comparable(value), (schema.record, field.name)
                    assert type(found) is type(value)


def test_no_cell_is_run_as_a_formula(repository):
    texts = ["=cmd|' /C calc'!A0", "+1", "@SUM(A1)", "-2+3", "\t=1", "＝1", "'=1", "-5"]  # noqa: RUF001
    for text in texts:
        repository.add("household", {"head": "Vi Văn A", "note": text})
    header, *rows = rows_of(exported(export_csv, repository, "household")[0])
    cells = [row[header.index("note")] for row in rows]
    assert [cell for cell in cells if cell[0] in "=+-@\t\r＝"] == ["-5"]  # noqa: RUF001


@given(st.one_of(st.text(), st.text(alphabet="'=+-@1,")))
def test_a_guarded_text_is_given_back(text):
    assert unguard(guard(text)) == text


def test_whatever_a_merge_brought_in_can_be_exported_and_taken_back(open_store, tmp_path):
    strange = [
        {"head": "\x1b[31mđỏ\x00\u202e\r\n", "persons": "nhiều", "class": ["x"]},
        {"head": " hai  cách ", "persons": 4.0, "from": "hôm nào", "class": "MỚI"},
        {"head": {"a": [1, None]}, "persons": True, "phone": 912345678, "head_birth": "1985-03"},
        {"head": "", "persons": [], "note": "=1\n=2", "forest_pledge": "có", "area": "mất rồi"},
    ]
    records = [record_of("household", n, values) for n, values in enumerate(strange, start=1)]
    store = open_store("strange", records)
    before = store.generation
    for form in ("csv", "json"):
        path = tmp_path / f"strange.{form}"
        path.write_bytes(export(store, "household", form))
        text = path.read_text(encoding="utf-8-sig").replace("\n", "")
        assert text.isprintable()
        result = import_file(store, path, "household")
        assert (result.unchanged, result.refused) == (len(strange), ())
    assert store.generation == before


# -- what a file cannot hold is told -----------------------------------------------------------


def test_fields_that_the_schema_does_not_know_are_counted(open_store, catalogue, tmp_path):
    records = [
        record_of("household", n, {"head": f"Vi Văn {n}", "later": n, "much_later": None})
        for n in (1, 2, 3)
    ]
    store = open_store("newer", records)
    content, result = exported(export_csv, store, "household")
    assert result.left_out == {"later": 3}
    assert b"later" not in content
    text = catalogue.problem(result.notices[0])
    assert "later" in text
    assert "3" in text

    content, result = exported(export_json_lines, store, "household")
    assert result.left_out == {}
    assert json.loads(content.splitlines()[0])["later"] == 1
    path = tmp_path / "newer.jsonl"
    path.write_bytes(content)
    assert import_file(store, path, "household").unchanged == 3
    path.write_bytes(content.replace(b'"later":2', b'"later":7'))
    refused = import_file(store, path, "household").refused
    assert [(found.row, found.problems[0].key) for found in refused] == [
        (2, "validation.unknown_field")
    ]


def test_conflicts_and_types_of_other_versions_are_counted(open_store, catalogue, tmp_path):
    base = record_of("household", 1, {"head": "Vi Văn A", "persons": 4})
    mine = edit(base, {"persons": 5}, Dot("BBBBBBBB", 1), Stamp(1_720_000_100, "Lan"))
    theirs = edit(base, {"persons": 6}, Dot("CCCCCCCC", 1), Stamp(1_720_000_100, "Hà"))
    store = open_store("both", [merge(mine, theirs), record_of("later", 2, {"name": "x"})])

    assert exported(export_csv, store, "household")[1].conflicted == 1
    results = export_all_csv(store, tmp_path / "out")
    assert [(one.record_type, one.unknown) for one in results if one.unknown] == [("later", 1)]
    notices = [notice for one in results for notice in one.notices]
    assert [notice.key for notice in notices] == ["exchange.conflicted", "exchange.unknown_type"]
    assert all(map(catalogue.problem, notices))


def test_deleted_records_are_in_the_whole_store_only(repository):
    gone = repository.add("household", {"head": "Vi Văn A"})
    repository.delete(gone.id)
    assert len(rows_of(export(repository, "household", "csv"))) == 1
    assert export(repository, "household", "json") == b""
    assert str(doc_id_of(gone.id)) in json.loads(export(repository, "all", "json"))["household"]


# -- files -------------------------------------------------------------------------------------


def test_one_csv_a_record_type_is_written_into_a_folder(excerpt_store, programme, tmp_path):
    folder = tmp_path / "new" / "folder"
    results = export_all_csv(excerpt_store, folder)
    assert {path.name for path in folder.iterdir()} == {f"{name}.csv" for name in programme.schemas}
    assert {one.record_type: one.rows for one in results} == {
        name: excerpt_store.count(name) for name in programme.schemas
    }


def test_a_file_that_cannot_be_written_is_named_and_the_old_one_stays(
    repository, tmp_path, catalogue
):
    for path in (tmp_path / "none" / "x.csv", tmp_path):
        with pytest.raises(RefusedError) as caught:
            save_export(path, lambda stream: export_csv(repository, "area", stream))
        assert str(path) in catalogue.problem(caught.value.problems[0])
    (tmp_path / "file").write_text("")
    with pytest.raises(RefusedError) as caught:
        export_all_csv(repository, tmp_path / "file")
    assert caught.value.problems[0].key == "exchange.cannot_write"

    kept = tmp_path / "kept.csv"
    kept.write_text("as it was")
    with pytest.raises(RefusedError):
        save_export(kept, lambda stream: export_csv(repository, "nobody", stream))
    assert kept.read_text() == "as it was"


def test_all_as_csv_needs_a_folder(repository, catalogue):
    with pytest.raises(RefusedError) as caught:
        export(repository, "all", "csv")
    assert catalogue.problem(caught.value.problems[0])


# -- the canonical document --------------------------------------------------------------------


@pytest.fixture
def two_stores(open_store, excerpt):
    """Two copies of one district, both worked on, with one field changed on both sides."""
    stores = open_store("one", excerpt), open_store("two", excerpt)
    household = sorted(row.id for row in stores[0].rows("household"))
    for store, persons in zip(stores, (7, 8), strict=True):
        store.edit(household[0], {"persons": persons})
        store.edit(household[persons], {"note": f"ghi ở máy {persons}"})
        store.add("household", {"head": f"Vi Văn {persons}", "area": None})
        store.delete(household[persons + 10])
    return stores


def test_stores_merged_in_both_orders_are_exported_as_the_same_bytes(
    two_stores, open_store, programme, tmp_path
):
    files = []
    for name, store in zip(("a.json", "b.json"), two_stores, strict=True):
        files.append(tmp_path / name)
        save_export(files[-1], lambda stream, store=store: export_all_json(store, stream))
    assert files[0].read_bytes() != files[1].read_bytes()
    for store, file in zip(two_stores, reversed(files), strict=True):
        plan = take_in_sources(store, [read_source(file, programme.id)])
        assert plan.refused == []
    third = open_store("third")
    for file in files:
        take_in_sources(third, [read_source(file, programme.id)])

    contents = {export(store, "all", "json") for store in (*two_stores, third)}
    assert len(contents) == 1
    assert contents.pop().endswith(b"}\n")


def test_a_store_made_of_an_export_is_the_same_again(
    excerpt_store, open_store, programme, tmp_path
):
    path = tmp_path / "all.json"
    result = save_export(path, lambda stream: export_all_json(excerpt_store, stream))
    copy = open_store("copy")
    plan = take_in_sources(copy, [read_source(path, programme.id)])

    assert plan.new + plan.conflicted == result.rows
    assert export(copy, "all", "json") == path.read_bytes()


def test_stock_tinydb_opens_a_canonical_export(repository, tmp_path):
    path = tmp_path / "all.json"
    save_export(path, lambda stream: export_all_json(repository, stream))
    with TinyDB(path, encoding="utf-8") as stock:
        names = sorted(row["name"] for row in stock.table("area"))
    assert names == sorted(row.values["name"] for row in repository.rows("area"))


def test_keys_are_sorted_at_every_level(excerpt_store):
    content = export(excerpt_store, "all", "json").decode("utf-8")
    again = json.dumps(
        json.loads(content), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    assert content == again + "\n"
