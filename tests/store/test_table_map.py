"""A table of the snapshot is parsed when it is asked for, and only then."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from tinydb import TinyDB

from nq77tui.store.database import open_tinydb
from nq77tui.store.snapshot import dump, dump_tables
from nq77tui.store.storage import JournalStorage
from nq77tui.store.table_map import SEARCHES, TableMap

TABLES = {
    "area": {"1": {"name": "Thôn Mẫu", "note": 'như "3": ở dưới'}, "2": {"name": "Bản Mới"}},
    "household": {"3": {"head": "Vi Văn A", "area": "1"}, "4": {"head": "Lý \ud800", "n": 1.0}},
    "visit": {"5": {"unit": "3"}},
}


@pytest.fixture
def path(tmp_path):
    found = tmp_path / "store.json"
    with JournalStorage(found) as storage:
        storage.replace_all(TABLES)
    return found


def unparsed(storage) -> list[str]:
    tables = storage.tables.by_name
    return [name for name in tables if tables.text(name) is not None]


def test_what_nobody_looks_at_stays_text_through_saves_folds_and_restarts(path) -> None:
    with open_tinydb(path) as db:
        assert unparsed(db.storage) == list(TABLES)
        assert db.table("area").get(doc_id=1) == TABLES["area"]["1"]
        assert db.storage.tables.by_name.table_with("1") == "area"
        assert db.storage.tables.by_name.table_with("9") is None
        assert unparsed(db.storage) == ["household", "visit"]
        db.table("visit").insert({"unit": "4"})
        db.table("plan").insert({"n": 1})
        db.storage.compact()
        assert unparsed(db.storage) == ["household"]
    expected = {**TABLES, "visit": {**TABLES["visit"], "6": {"unit": "4"}}, "plan": {"1": {"n": 1}}}
    assert json.loads(path.read_bytes()) == expected
    assert TinyDB(path).table("visit").get(doc_id=6) == {"unit": "4"}
    with open_tinydb(path) as db:
        assert unparsed(db.storage) == list(expected)
        assert db.storage.tables.by_name.table_with("4") == "household"
        assert db.table("visit").insert({"unit": "1"}) == 7
        db.drop_table("household")
    expected["visit"]["7"] = {"unit": "1"}
    del expected["household"]
    assert json.loads(path.read_bytes()) == expected


def test_a_commit_behind_the_snapshot_is_carried_out_on_its_table_alone(path) -> None:
    db = open_tinydb(path)
    db.table("visit").update({"kind": "home"}, doc_ids=[5])
    with open_tinydb(path) as colleague:
        assert unparsed(colleague.storage) == ["area", "household"]
        assert colleague.table("visit").get(doc_id=5) == {"unit": "3", "kind": "home"}
        colleague.storage.compact()
    assert db.table("household").get(doc_id=3) == TABLES["household"]["3"]
    db.close()


def test_a_file_of_another_program_is_read_whole_and_by_the_table_after_a_fold(path) -> None:
    path.write_text(json.dumps(TABLES, indent=1), "utf-8")
    with open_tinydb(path) as db:
        assert db.table("household").get(doc_id=3) == TABLES["household"]["3"]
        db.table("visit").insert({"unit": "1"})
    with open_tinydb(path) as db:
        assert unparsed(db.storage) == list(TABLES)
        assert db.table("visit").get(doc_id=6) == {"unit": "1"}


def test_threads_that_ask_at_once_get_the_same_table() -> None:
    table = {str(number): {"n": number} for number in range(20_000)}
    for _ in range(5):
        found = TableMap({"visit": dump(table)}, json.loads)
        with ThreadPoolExecutor(4) as pool:
            given = list(pool.map(lambda _, found=found: found["visit"], range(4)))
        assert all(one is given[0] for one in given)
        assert given[0] == table


def test_a_text_is_not_searched_again_and_again() -> None:
    found = TableMap({"area": dump(TABLES["area"]), "visit": {"5": {"unit": "3"}}}, json.loads)
    assert {found.table_with("5") for _ in range(2 * SEARCHES)} == {"visit"}
    assert {found.table_with("9") for _ in range(SEARCHES)} == {None}
    assert found.text("area") is not None
    assert found.table_with("9") is None
    assert found.text("area") is None


@pytest.mark.parametrize("tables", [{}, {"a": {}}, TABLES])
def test_a_snapshot_says_where_each_table_stands(tables) -> None:
    content, spans = dump_tables(TableMap(tables))
    assert json.loads(content) == tables
    assert {name: json.loads(content[slice(*spans[name])]) for name in tables} == tables
