"""Older commits, compressed: each once, oldest first, whatever is folded, killed or damaged."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from pathlib import Path

import pytest
from tinydb import TinyDB

from nq77tui.core.problem import RefusedError
from nq77tui.store.database import open_tinydb
from nq77tui.store.history import SEGMENT_BYTES, commits, commits_back, newest_kept
from nq77tui.store.storage import JournalStorage


@pytest.fixture
def path(tmp_path):
    return tmp_path / "store.json"


def known(path: Path) -> list[int]:
    return [one.sequence for one in commits(path.parent / "history", path.parent / "journal")]


def known_back(path: Path) -> list[int]:
    found = commits_back(path.parent / "history", path.parent / "journal")
    return [one.sequence for one in found]


def segments(path: Path) -> list[Path]:
    return sorted((path.parent / "history").glob("*.gz"))


def fold_often(path: Path, folds: int, size: int = 10) -> None:
    for number in range(folds):
        with open_tinydb(path) as db:
            db.insert({"n": number, "noise": os.urandom(size).hex()})


def test_every_commit_is_known_once_and_in_order_across_folds_and_restarts(path) -> None:
    with open_tinydb(path) as db:
        with db.storage.transaction({"why": "first"}):
            db.insert({"n": 0})
        for number in range(1, 30):
            db.insert({"n": number})
            if number % 7 == 0:
                db.storage.compact()
    found = list(commits(path.parent / "history", path.parent / "journal"))
    assert [one.sequence for one in found] == list(range(1, 31))
    assert [one.operations[0][3]["n"] for one in found] == list(range(30))
    assert found[0].note == {"why": "first"}
    assert found[1].note == {}
    assert all(one.at > 1_700_000_000 for one in found)


def test_short_runs_share_a_segment_and_long_ones_do_not_grow_it_for_ever(path) -> None:
    fold_often(path, 12)
    assert len(segments(path)) == 1
    fold_often(path, 6, size=SEGMENT_BYTES // 2)
    assert 2 <= len(segments(path)) <= 5
    assert known(path) == list(range(1, 19))
    assert known_back(path) == list(range(18, 0, -1))


def test_newest_first_only_what_is_asked_for_is_read(path, monkeypatch) -> None:
    fold_often(path, 8, size=SEGMENT_BYTES // 2)
    folder, journal = path.parent / "history", path.parent / "journal"
    read: list[int] = []
    unpack = gzip.decompress
    monkeypatch.setattr(gzip, "decompress", lambda data: read.append(1) or unpack(data))
    found = commits_back(folder, journal)
    assert next(found).sequence == 8
    assert len(read) == 1 < len(segments(path))
    (one,) = commits_back(folder, journal, holding='"n":2,')
    assert (one.sequence, one.operations[0][3]["n"]) == (3, 2)


def test_above_the_limit_the_oldest_history_goes_and_no_data(path) -> None:
    for number in range(12):
        storage = JournalStorage(path, history_bytes=3 * SEGMENT_BYTES)
        with storage.transaction():
            storage.do(["i", "t", str(number), {"noise": os.urandom(SEGMENT_BYTES).hex()}])
        storage.close()
    assert sum(file.stat().st_size for file in segments(path)) <= 3 * SEGMENT_BYTES
    found = known(path)
    assert found == list(range(found[0], 13))
    assert found[0] > 1
    with open_tinydb(path) as db:
        assert len(db.table("t")) == 12


def test_the_settings_say_how_much_history_is_kept(open_store, tmp_path) -> None:
    sizes = {}
    for limit in (1, 64):
        with open_store(f"of {limit}") as repository:
            repository.keep_settings(history_mb=limit)
        for _ in range(12):
            with open_store(f"of {limit}") as repository, repository.transaction():
                repository.keep_aside("_noise", {"noise": os.urandom(SEGMENT_BYTES).hex()})
        sizes[limit] = sum(file.stat().st_size for file in segments(tmp_path / f"of {limit}" / "x"))
    assert sizes[1] < 1.3 * (1 << 20) < 2 * (1 << 20) < sizes[64]
    settings = tmp_path / "of 1" / "settings.toml"
    settings.write_text(settings.read_text("utf-8").replace("history_mb = 1", "history_mb = 0"))
    with pytest.raises(RefusedError) as caught:
        open_store("of 1")
    assert caught.value.problems[0].key == "storage.bad_settings"


def test_a_damaged_segment_ends_the_way_back_there_and_is_not_removed(path) -> None:
    fold_often(path, 3)
    (damaged,) = segments(path)
    content = bytearray(damaged.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    fold_often(path, 3)
    assert damaged.read_bytes() == bytes(content)
    assert known(path) == [4, 5, 6]
    assert known_back(path) == [6, 5, 4]
    with open_tinydb(path) as db:
        assert len(db) == 6


def test_a_history_that_is_read_while_others_fold_has_no_gaps(path, at_work) -> None:
    fold_often(path, 2)

    def folding():
        db = open_tinydb(path)

        def fold(_number) -> None:
            db.insert({})
            db.storage.compact()

        return fold

    lengths = []
    with at_work(folding) as once_more:
        for number in range(300):
            if number % 100 == 0:
                once_more()
            found = known(path) if number % 2 else known_back(path)[::-1]
            assert found == list(range(1, len(found) + 1))
            lengths.append(len(found))
    assert lengths == sorted(lengths)
    assert lengths[0] < lengths[100] < lengths[200]


def test_numbers_go_on_where_the_history_ends(path) -> None:
    fold_often(path, 3)
    older = path.with_name("older")
    older.mkdir()
    for name in ("store.json", "journal"):
        shutil.copyfile(path.with_name(name), older / name)
    fold_often(path, 2)
    # An older store beside the newer history, then one without any journal.
    for lost in (False, True):
        for name in ("store.json", "journal"):
            shutil.copyfile(older / name, path.with_name(name))
        if lost:
            path.with_name("journal").unlink()
        count = newest_kept(path.parent / "history")
        with open_tinydb(path) as db:
            assert len(db) == 3
            db.insert({"n": "after"})
        assert known(path) == list(range(1, count + 2))


def test_what_stock_tinydb_wrote_does_not_end_the_history(path) -> None:
    fold_often(path, 2)
    db = open_tinydb(path)
    db.insert({"n": "pending"})
    with TinyDB(path) as stock:
        stock.insert({"n": "stock"})
    with open_tinydb(path) as again:
        again.insert({"n": "last"})
    assert known(path) == [1, 2, 3, 4]
    assert len(json.loads(path.read_bytes())["_default"]) == 5
