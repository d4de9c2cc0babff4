"""Records in and out of a store: what is written, what is refused, who and when."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta

import pytest
from tinydb import TinyDB, where

from nq77tui.core.document import doc_id_of
from nq77tui.core.problem import RefusedError
from nq77tui.core.record import Dot
from nq77tui.core.schema import Field
from nq77tui.core.values import ValueRefusedError
from nq77tui.programme import LANGUAGES, load_catalogue
from nq77tui.store import Repository, create_store, write_store
from nq77tui.store.checking import check_store
from nq77tui.store.merging import take_in_sources
from nq77tui.store.source import read_source

COMMUNE = {"code": "06610", "name": "Ái Quốc", "level": "commune", "valid_from": "2024-01-01"}


def keys_of(refused) -> set[str]:
    """The keys of what was refused, each of which can be said in every language."""
    for lang in LANGUAGES:
        for problem in refused.value.problems:
            assert load_catalogue(lang).problem(problem)
    return {problem.key for problem in refused.value.problems}


def test_a_saved_record_is_there_after_opening_again(open_store):
    with open_store() as repository:
        made = repository.add("household", {"head": "Vi Thị Lan", "persons": 4})
    with open_store(operator="Sơn") as again:
        assert again.get(made.id) == made
        assert again.require(made.id).values == {"head": "Vi Thị Lan", "persons": 4}


def test_who_and_when_stand_beside_every_field(repository, clock):
    made = repository.add("household", {"head": "Vi Thị Lan", "persons": 4})
    begin = clock.now
    clock.now += timedelta(days=1)
    edited = repository.edit(made.id, {"persons": 5})
    assert edited.written("head").stamp == (int(begin.timestamp()), "Lan")
    assert edited.written("persons").stamp == (int(clock.now.timestamp()), "Lan")


@pytest.mark.parametrize("year", [1970, 2019, 2099])
def test_a_clock_that_is_far_off_is_no_reason_to_refuse(repository, clock, year):
    clock.now = datetime(year, 1, 1, tzinfo=UTC)
    made = repository.add("household", {"head": "Vi Thị Lan"})
    assert repository.require(made.id).written("head").stamp.at == int(clock.now.timestamp())


def test_an_operator_name_is_made_uniform_and_never_empty(tmp_path, programme, clock):
    create_store(tmp_path / "store", programme)
    for given, kept in (("La\u0302m\x1b[31m\n", "Lâm[31m"), ("  ", "?")):
        with Repository.open(tmp_path / "store", programme, operator=given, clock=clock) as opened:
            made = opened.add("household", {"head": "Vi Văn A"})
            assert opened.require(made.id).written("head").stamp.by == kept


def test_an_edit_that_changes_nothing_writes_nothing(repository):
    made = repository.add("household", {"head": "Vi Thị Lan", "persons": 4})
    before = repository.generation
    assert repository.edit(made.id, {"persons": 4}) == made
    assert repository.generation == before


def test_an_emptied_field_is_empty_and_the_others_stay(repository):
    made = repository.add("household", {"head": "Vi Thị Lan", "persons": 4})
    edited = repository.edit(made.id, {"persons": None})
    assert edited.values == {"head": "Vi Thị Lan"}
    assert repository.row(made.id).values.get("persons") is None


def test_a_value_of_another_kind_is_refused_and_nothing_is_written(repository):
    before = repository.generation
    for values in (
        {"head": 5},
        {"head": "A B", "persons": "4"},
        {"head": "A B", "persons": 4.0},
        {"head": "A B", "persons": True},
        {"head": "A B", "class": "zz"},
        {},
    ):
        with pytest.raises(RefusedError):
            repository.add("household", values)
    assert repository.generation == before


def test_a_field_and_a_type_that_do_not_exist_are_refused(repository):
    with pytest.raises(RefusedError) as refused:
        repository.add("household", {"head": "A B", "zz": 1})
    assert keys_of(refused) == {"validation.unknown_field"}
    with pytest.raises(RefusedError) as refused:
        repository.add("zz", {})
    assert keys_of(refused) == {"repository.no_type"}
    assert "household" in str(refused.value.problems[0].params["known"])


def test_a_warning_does_not_block(repository):
    problems = repository.check("household", {"head": "Lan", "persons": 20})
    assert {problem.severity for problem in problems} == {"warning"}
    assert repository.add("household", {"head": "Lan", "persons": 20})


def test_what_was_wrong_before_does_not_block_an_edit_elsewhere(repository, key, hostile_file):
    document = {"head": "A B", "persons": 0, "_": "AAAAAAAA-1 0 1 An"}
    file = hostile_file({"household": {key("AAAAAAAA-1"): document}})
    take_in_sources(repository, [read_source(file, "nq77")])
    assert repository.edit("AAAAAAAA-1", {"note": "đã gặp"}).get("note") == "đã gặp"
    with pytest.raises(RefusedError):
        repository.edit("AAAAAAAA-1", {"persons": -1})
    assert repository.edit("AAAAAAAA-1", {"persons": 1}).get("persons") == 1


def test_an_edit_that_makes_another_field_wrong_is_refused(repository):
    made = repository.add("household", {"head": "A B", "to": "2024-03-01"})
    with pytest.raises(RefusedError) as refused:
        repository.edit(made.id, {"from": "2024-04-01"})
    assert refused.value.problems[0].params["field"] == "to"


def test_a_key_is_one_record_on_every_machine(repository, tmp_path, programme, clock):
    create_store(tmp_path / "other", programme)
    with Repository.open(tmp_path / "other", programme, operator="Sơn", clock=clock) as other:
        assert other.add("area", COMMUNE).id == repository.add("area", COMMUNE).id


def test_the_same_key_twice_is_refused_with_the_id_of_the_first(repository):
    made = repository.add("area", COMMUNE)
    with pytest.raises(RefusedError) as refused:
        repository.add("area", {**COMMUNE, "name": "Khác"})
    assert keys_of(refused) == {"repository.exists"}
    assert refused.value.problems[0].params["id"] == made.id


def test_a_field_of_the_key_cannot_be_changed(repository):
    made = repository.add("area", COMMUNE)
    with pytest.raises(RefusedError) as refused:
        repository.edit(made.id, {"code": "06613"})
    assert keys_of(refused) == {"validation.key_changed"}
    with pytest.raises(RefusedError):
        repository.edit(made.id, {"valid_from": None})
    assert repository.edit(made.id, {"name": "Khác"}).get("name") == "Khác"


def test_an_incomplete_key_gives_a_record_of_its_own(repository):
    one = repository.add("area", {"name": "Nà Mẫu", "level": "village"})
    two = repository.add("area", {"name": "Nà Mẫu", "level": "village"})
    assert one.id != two.id
    assert "-" in one.id


def test_a_key_that_is_added_after_its_record_was_deleted_is_that_record_again(repository):
    made = repository.add("area", COMMUNE)
    repository.delete(made.id)
    again = repository.add("area", COMMUNE)
    assert again.id == made.id
    assert not again.is_dead


def test_a_record_added_again_holds_what_was_typed_and_no_more(repository):
    made = repository.add("area", {**COMMUNE, "note": "cũ", "border": True})
    repository.delete(made.id)
    assert repository.add("area", COMMUNE).values == COMMUNE


def test_a_key_that_another_record_has_by_now_is_refused(repository):
    made = repository.add("area", {**COMMUNE, "valid_from": None})
    repository.edit(made.id, {"valid_from": "2024-01-01"})
    with pytest.raises(RefusedError):
        repository.add("area", COMMUNE)


def test_a_deleted_record_is_not_listed_and_can_be_kept(repository):
    made = repository.add("household", {"head": "A B"})
    assert repository.delete(made.id).is_dead
    assert list(repository.rows("household")) == []
    assert repository.count("household") == 0
    assert repository.find("household", "head", "A B") == []
    assert repository.row(made.id) is None
    assert repository.require(made.id).values == {"head": "A B"}
    assert repository.keep(made.id).is_dead is False
    assert repository.count("household") == 1


def test_a_row_cannot_be_used_to_change_the_store(repository):
    made = repository.add("household", {"head": "A B"})
    row = repository.row(made.id)
    with pytest.raises(TypeError):
        row.values["head"] = "C D"  # type: ignore[index]
    values = repository.require(made.id).values
    values["head"] = "C D"
    assert repository.require(made.id).get("head") == "A B"


def test_a_reference_leads_to_a_live_record_of_the_right_type(repository):
    area = repository.add("area", {"name": "Nà Mẫu", "level": "village"}).id
    house = repository.add("household", {"head": "A B", "area": area}).id
    for wrong, reason in (
        ("AAAAAAAA-1", "no_such_record"), ("nowhere", "no_such_record"), ("-", "no_such_record"),
        ("\ud800", "no_such_record"), ("0" * 13, "no_such_record"), (house, "wrong_record"),
    ):  # fmt: skip
        with pytest.raises(RefusedError) as refused:
            repository.add("household", {"head": "A B", "area": wrong})
        assert keys_of(refused) == {f"validation.{reason}"}
    commune = repository.add("area", COMMUNE).id
    with pytest.raises(RefusedError) as refused:
        repository.add("household", {"head": "A B", "area": commune})
    assert keys_of(refused) == {"validation.reference_not_here"}


def test_an_area_cannot_lie_in_itself(repository):
    one = repository.add("area", {"name": "Một", "level": "village"}).id
    with pytest.raises(RefusedError) as refused:
        repository.edit(one, {"parent": one})
    assert "validation.in_itself" in keys_of(refused)


def test_a_reference_is_read_by_id_or_exact_title_and_never_guessed(repository):
    first = repository.add("area", {"name": "Nà Mẫu", "level": "village"}).id
    repository.add("area", {"name": "Bản Hoi", "level": "village"})
    field = repository.schema("household").fields["area"]
    read = repository.read_reference({})
    for typed in (first, first.lower(), "Nà Mẫu", "na mau", "NÀ MẪU"):
        assert read(field, typed) == first
    for typed in ("Nà", "Mẫu", "zz", "", "%", "Nà Mẫu 2"):
        with pytest.raises(ValueRefusedError) as refused:
            read(field, typed)
        assert keys_of(refused) == {"value.no_such_record"}
    second = repository.add("area", {"name": "Na Mau", "level": "village"}).id
    assert read(field, "Na Mau") == second
    assert read(field, "Nà Mẫu") == first
    with pytest.raises(ValueRefusedError) as refused:
        read(field, "na mau")
    assert keys_of(refused) == {"value.record_unclear"}
    assert {first, second} == set(str(refused.value.problems[0].params["known"]).split(", "))


def test_an_id_is_read_as_people_type_it(repository):
    made = repository.add("area", {"name": "Nà Mẫu", "level": "village"}).id
    field = Field("x", "reference", {}, to=("area",))
    # I and L for 1, O for 0: what Crockford's base32 is for.
    typed = made.replace("1", "l").replace("0", "o")
    assert repository.read_reference({})(field, typed) == made


def test_titles_follow_references_and_fall_back_to_the_id(repository):
    area = repository.add("area", {"name": "Nà Mẫu", "level": "village"}).id
    person = repository.add("person", {"name": "Lý Văn Sơn"}).id
    made = repository.add("assignment", {"person": person, "unit": area})
    assert repository.title(made.id) == "Lý Văn Sơn - Nà Mẫu"
    assert repository.title("AAAAAAAA-1") == "AAAAAAAA-1"
    assert repository.title("\x1b[31m") == "\x1b[31m"


def test_a_transaction_is_there_whole_or_not_at_all(repository):
    repository.add("household", {"head": "Có trước"})
    before = repository.generation

    def save_both() -> None:
        with repository.transaction():
            repository.add("household", {"head": "Một hai"})
            repository.add("household", {"head": "Ba", "persons": -1})

    with pytest.raises(RefusedError):
        save_both()
    assert repository.count("household") == 1
    assert repository.generation == before
    # The counters that were not committed are used again, and only once.
    made = repository.add("household", {"head": "Sau"})
    assert made.id == f"{repository.replica}-2"


def test_a_colleague_in_another_program_sees_what_was_saved_a_moment_ago(
    repository, programme, clock
):
    with Repository.open(repository.folder, programme, operator="Sơn", clock=clock) as other:
        made = repository.add("household", {"head": "A B"})
        assert other.refresh()
        assert other.row(made.id).values["head"] == "A B"
        other.edit(made.id, {"persons": 3})
        assert repository.refresh()
        assert not repository.refresh()
        assert repository.require(made.id).get("persons") == 3


def test_an_edit_is_made_on_what_a_colleague_saved_meanwhile(repository, programme, clock):
    made = repository.add("household", {"head": "A B", "persons": 1})
    with Repository.open(repository.folder, programme, operator="Sơn", clock=clock) as other:
        repository.edit(made.id, {"persons": 2})
        other.edit(made.id, {"note": "x"})
        assert other.require(made.id).values["persons"] == 2
        assert other.require(made.id).conflicts == {}


def test_closing_twice_is_closing_once(open_store):
    repository = open_store()
    repository.close()
    repository.close()


def test_a_store_opens_in_stock_tinydb(open_store):
    with open_store() as repository:
        repository.add("household", {"head": "Vi Thị Lan", "persons": 4})
    with TinyDB(repository.folder / "store.json") as stock:
        (found,) = stock.table("household").search(where("persons") == 4)
        assert found["head"] == "Vi Thị Lan"


def test_equal_records_make_equal_files(repository, tmp_path, programme):
    for n in range(5):
        repository.add("household", {"head": f"Vi Văn {n}"})
    records = list(repository.records("household"))
    write_store(tmp_path / "one", programme, records)
    write_store(tmp_path / "two", programme, reversed(records))
    one, two = ((tmp_path / name / "store.json").read_bytes() for name in ("one", "two"))
    assert one == two


def test_a_store_is_not_made_over_another(repository, programme):
    for make in (lambda: create_store(repository.folder, programme),
                 lambda: write_store(repository.folder, programme, [])):  # fmt: skip
        with pytest.raises(RefusedError) as refused:
            make()
        assert keys_of(refused) == {"storage.store_exists"}


def test_a_store_of_another_programme_is_refused(open_store, programme, clock):
    with open_store() as repository:
        pass
    settings = repository.folder / "settings.toml"
    settings.write_text(settings.read_text().replace("nq77", "other"), encoding="utf-8")
    with pytest.raises(RefusedError) as refused:
        Repository.open(repository.folder, programme, operator="x", clock=clock)
    assert keys_of(refused) == {"storage.other_programme"}
    with pytest.raises(RefusedError) as refused:
        read_source(repository.folder / "store.json", programme.id)
    assert keys_of(refused) == {"storage.other_programme"}


def test_a_read_only_store_is_read_and_not_written(open_store):
    with open_store() as repository:
        made = repository.add("household", {"head": "A B"})
    files = {file: file.read_bytes() for file in repository.folder.iterdir() if file.is_file()}
    with open_store(read_only=True) as opened:
        assert opened.row(made.id) is not None
        with pytest.raises(RefusedError) as refused:
            opened.add("household", {"head": "C D"})
        assert keys_of(refused) == {"storage.read_only"}
    assert {f: f.read_bytes() for f in repository.folder.iterdir() if f.is_file()} == files


# -- deciding ----------------------------------------------------------------------------------


@pytest.fixture
def conflicted(repository, key, hostile_file):
    document = {
        "head": "A B",
        "persons": 4,
        "zz": "x",
        "_": {
            "w": ["AAAAAAAA-1 0 An", "BBBBBBBB-1 1 Bình"],
            "f": {"persons": [0, 1], "zz": [0, 1]},
            "o": {"persons": [5], "zz": ["y"]},
        },
    }
    file = hostile_file({"household": {key("AAAAAAAA-1"): document}})
    take_in_sources(repository, [read_source(file, "nq77")])
    return "AAAAAAAA-1"


def test_typing_a_value_over_a_conflict_decides_it(repository, conflicted):
    repository.edit(conflicted, {"persons": 5})
    assert set(repository.require(conflicted).conflicts) == {"zz"}
    repository.resolve(conflicted, "zz", "x")
    assert repository.conflicted() == []


def test_a_field_without_a_conflict_cannot_be_decided(repository, conflicted):
    for field in ("head", "note", "nothing", ""):
        with pytest.raises(RefusedError) as refused:
            repository.resolve(conflicted, field, "x")
        assert keys_of(refused) == {"repository.no_conflict"}


@pytest.mark.parametrize("value", [0, "five", 2.5, True])
def test_a_decision_for_a_value_that_the_schema_refuses_is_refused(repository, conflicted, value):
    with pytest.raises(RefusedError):
        repository.resolve(conflicted, "persons", value)


def test_a_conflict_can_be_decided_for_nothing(repository, conflicted):
    assert repository.resolve(conflicted, "persons", None).get("persons") is None
    assert "persons" not in repository.require(conflicted).conflicts


# -- a store that something else has written to ------------------------------------------------


def test_a_check_names_what_is_wrong_with_every_record(repository, key, hostile_file):
    repository.add("household", {"head": "A B"})
    wrong = {"head": "C D", "persons": 0, "_": "AAAAAAAA-1 0 1 An"}
    file = hostile_file({"household": {key("AAAAAAAA-1"): wrong}})
    take_in_sources(repository, [read_source(file, "nq77")])
    report = check_store(repository)
    assert (report.records, report.conflicts) == (2, 0)
    (problem,) = report.problems
    assert problem.params["id"] == "AAAAAAAA-1"
    assert problem.params["problem"].params["field"] == "persons"


def test_rows_that_stock_tinydb_inserted_are_named_and_do_no_harm(open_store):
    with open_store() as repository:
        repository.add("household", {"head": "A B"})
    with TinyDB(repository.folder / "store.json") as stock:
        stock.table("household").insert({"head": "Bằng tay"})
    with open_store() as opened:
        assert [notice.key for notice in opened.notices] == ["storage.foreign_snapshot"]
        assert [row.values["head"] for row in opened.rows("household")] == ["A B"]
        report = check_store(opened)
        assert len(report.problems) == 1


def test_what_stock_tinydb_writes_while_the_store_is_open_is_taken_in_and_kept_aside(open_store):
    with open_store() as repository:
        first = repository.add("household", {"head": "A B", "persons": 3}).id
    with open_store() as opened:
        with TinyDB(opened.folder / "store.json") as stock:
            stock.table("household").update({"persons": 7})
        second = opened.add("household", {"head": "C D"}).id
    with open_store() as again:
        assert [notice.key for notice in again.notices] == ["storage.foreign_snapshot"]
        assert again.require(first).values["persons"] == 7
        assert again.require(second).values["head"] == "C D"
    with open_store() as later:
        assert later.notices == []
    assert len(list(later.folder.glob("store.json.foreign-*"))) == 1


def test_a_fold_while_the_store_is_open_takes_in_what_stock_tinydb_has_written(open_store):
    with open_store() as repository:
        first = repository.add("household", {"head": "A B", "persons": 3}).id
    with open_store() as opened:
        with TinyDB(opened.folder / "store.json") as stock:
            stock.table("household").update({"persons": 7})
        second = opened.add("household", {"head": "C D"}).id
        opened._storage.compact()
        assert [notice.key for notice in opened.notices] == ["storage.foreign_snapshot"]
        assert opened.require(first).values["persons"] == 7
        assert opened.require(second).values["head"] == "C D"


def test_a_field_that_stock_tinydb_has_changed_is_a_write_of_this_store(open_store):
    with open_store() as repository:
        first = repository.add("household", {"head": "A B", "persons": 3}).id
        untouched = repository.add("household", {"head": "C D", "persons": 7})
        before = repository.require(first)
    with open_store("other") as other:
        take_in_sources(other, [read_source(repository.folder / "store.json", "nq77")])
        other.edit(first, {"head": "A B C"})
    with TinyDB(repository.folder / "store.json") as stock:
        stock.table("household").update({"persons": 7}, doc_ids=[doc_id_of(first)])
    for _ in range(2):
        with open_store() as opened:
            after = opened.require(first)
            assert after.values == {"head": "A B", "persons": 7}
            assert after.written("head").dot == before.written("head").dot
            assert after.written("persons").dot == Dot(opened.replica, 3)
            assert opened.require(untouched.id) == untouched
    with open_store("other") as other:
        plan = take_in_sources(other, [read_source(opened.folder / "store.json", "nq77")])
        assert (plan.refused, plan.warnings, plan.conflicted) == ([], [], 0)
        assert other.require(first).values == {"head": "A B C", "persons": 7}


DAMAGED = {
    "a document that is a number": '{"household":{"%s":5}}',
    "a document that is null": '{"household":{"%s":null}}',
    "a row number that is a word": '{"household":{"abc":{"head":"x","_":"AAAAAAAA-1 0 1 A"}}}',
    "a row number of stock TinyDB": '{"household":{"2":{"head":"x","_":"AAAAAAAA-1 0 1 A"}}}',
    "half a character": '{"household":{"%s":{"head":"\\ud800","_":"AAAAAAAA-1 0 1 A"}}}',
    "a replica row without an id": '{"_replica":{"1":{"zz":1}}}',
    "a replica row that is a number": '{"_replica":{"1":5}}',
    "a history of garbage": '{"household":{"%s":{"head":"x","_":"garbage"}}}',
    "a history that is a number": '{"household":{"%s":{"head":"x","_":4}}}',
    "a deletion of garbage": '{"household":{"%s":{"head":"x","_":{"x":1}}}}',
    "a row without a history": '{"household":{"%s":{"head":"x"}}}',
}


@pytest.mark.parametrize("name", DAMAGED)
def test_one_damaged_row_is_named_by_check_and_the_rest_stays_in_use(
    tmp_path, nq77, store, key, name
):
    assert nq77("--store", store, "add", "person", "name=Lý Văn Sơn").status == 0
    shutil.copytree(store, tmp_path / "sound")
    content = DAMAGED[name].replace("%s", key("AAAAAAAA-1"))
    (store / "store.json").write_text(content, encoding="utf-8")
    (store / "journal").unlink()
    for command in (
        ["list", "household"], ["show", "AAAAAAAA-1"], ["conflicts"], ["check"],
        ["coverage", "--json"], ["add", "household", "head=Vi Văn A"], ["delete", "AAAAAAAA-1"],
        ["set", "AAAAAAAA-1", "head=Vi Văn A"], ["merge", tmp_path / "sound"],
        ["export", "all"],
    ):  # fmt: skip
        assert nq77("--store", store, *command).status in (0, 1)
    if "replica" not in name:
        assert nq77("--store", store, "check").status == 1


def test_an_area_is_found_by_the_code_and_the_name_that_it_had_on_the_day(open_store) -> None:
    """06541 was Yên Khoái in 2024 and is Mẫu Sơn since 01/07/2025; the old Mẫu Sơn was 06532."""
    with open_store() as repository:

        def commune(name: str, code: str, begins: str, ends: str | None = None) -> str:
            given = {"name": name, "level": "commune", "code": code, "valid_from": begins}
            return repository.add("area", {**given, "valid_to": ends} if ends else given).id

        old = commune("Mẫu Sơn", "06532", "2020-01-01", "2025-06-30")
        khoai = commune("Yên Khoái", "06541", "2020-01-01", "2025-06-30")
        new = commune("Mẫu Sơn", "06541", "2025-07-01")
        twin = commune("Lộc Bình", "06529", "2020-01-01")
        commune("lộc bình", "06530", "2020-01-01")

        assert repository.find_area("Mẫu Sơn", "2025-06-30") == old
        assert repository.find_area("mau son", "2025-07-01") == new
        assert repository.find_area("06541", "2025-06-30") == khoai
        assert repository.find_area("06541", "2025-07-01") == new
        # Alone, it is meant on every day: what became of it is what the tree says.
        assert repository.find_area("Yên Khoái", "2026-01-01") == khoai
        assert repository.find_area("Lộc Bình", "2026-01-01") == twin
        with pytest.raises(RefusedError) as refused:
            repository.find_area("loc binh", "2026-01-01")
        assert keys_of(refused) == {"value.area_unclear"}
        assert refused.value.problems[0].params["known"] == "06529, 06530"
        with pytest.raises(RefusedError) as refused:
            repository.find_area("09999")
        assert keys_of(refused) == {"value.no_such_record"}
