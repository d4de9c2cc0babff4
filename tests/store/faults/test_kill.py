"""kill -9 at random moments, and between any two steps of everything that takes several."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from pathlib import Path

import pytest
from disk_recorder import DiskRecorder
from hurt_store import KILLED, check_history, commit, fill, in_child, leave, numbers
from tinydb import TinyDB, where

from nq77tui.core.problem import RefusedError
from nq77tui.store import medium
from nq77tui.store.atomic_file import temporary_beside
from nq77tui.store.backup import restore_backup, write_backup
from nq77tui.store.database import open_tinydb
from nq77tui.store.repair import repair_store


def writer(path: Path, by: str, acknowledged: int, *, fold_every: int, compact_at: int) -> None:
    db = open_tinydb(path)
    db.storage.compact_at = db.storage._fold_at = compact_at
    for number in range(100_000):
        commit(db, by, number)
        os.write(acknowledged, b".")
        if fold_every and number % fold_every == fold_every - 1:
            db.storage.compact()


def start(path: Path, by: str, **options: int) -> tuple[int, int]:
    """A writer in a process of its own, and the pipe on which it acknowledges."""
    reader, pipe = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            writer(path, by, pipe, **options)
        finally:
            os._exit(1)
    os.close(pipe)
    return child, reader


def test_kill_at_random_moments_loses_no_acknowledged_commit(path, rounds, figures) -> None:
    chance = random.Random(77)
    count = rounds(40)
    acknowledged = in_fold = unacknowledged = with_colleague = total = 0
    fill(path)
    for number in range(count):
        # In two of three rounds folds go on; in one of those by themselves, at a size.
        fold_every = (0, 3, 0)[number % 3]
        compact_at = (8 << 20, 8 << 20, 2000)[number % 3]
        options = {"fold_every": fold_every, "compact_at": compact_at}
        by = [f"{number}a", f"{number}b"][: 2 if number % 4 == 0 else 1]
        running = {name: start(path, name, **options) for name in by}
        got = {name: len(os.read(reader, 1)) for name, (_, reader) in running.items()}
        time.sleep(chance.uniform(0, 0.04))
        for child, _ in running.values():
            os.kill(child, signal.SIGKILL)
        for name, (child, reader) in running.items():
            os.waitpid(child, 0)
            while chunk := os.read(reader, 1 << 16):
                got[name] += len(chunk)
            os.close(reader)
        in_fold += bool(list(path.parent.rglob("*.new")) or (path.parent / "journal.next").exists())
        with_colleague += len(by) > 1
        db = open_tinydb(path)
        for name in by:
            found = len(numbers_of(db, name))
            assert got[name] <= found <= got[name] + 1
            acknowledged += got[name]
            unacknowledged += found - got[name]
        total += sum(len(numbers_of(db, name)) for name in by)
        assert db.storage.sequence == 12 + total
        leave(db)
        assert not list(path.parent.rglob("*.new"))
    with open_tinydb(path) as db:
        assert len(numbers(db, "first")) == 12
        check_history(path, 12 + total)
    assert {doc["n"] for doc in TinyDB(path).table("household")} >= {0}
    figures(
        rounds=count,
        with_colleague=with_colleague,
        killed_in_a_fold=in_fold,
        acknowledged=acknowledged,
        there_but_not_acknowledged=unacknowledged,
        lost=0,
        twice=0,
        half=0,
    )
    assert acknowledged >= count
    assert count < 20 or in_fold > count // 20


def numbers_of(db, by: str) -> list[int]:
    found = [doc["n"] for doc in db.table("household").search(where("by") == by)]
    pairs = [doc["n"] for doc in db.table("assignment").search(where("by") == by)]
    assert found == list(range(len(found)))
    assert pairs == [number for number in found for _ in range(2)]
    return found


# -- between any two steps -----------------------------------------------------------------------


def killed_at(step: int, folder: Path, action) -> bool:
    """Whether the action came as far as that step, and so was killed there."""

    def run() -> None:
        seen = 0

        def die(_name: str) -> None:
            nonlocal seen
            seen += 1
            if seen == step:
                os.kill(os.getpid(), signal.SIGKILL)

        recorder = DiskRecorder(folder, before=die)
        with recorder.watching():
            action()

    status = in_child(run)
    assert status in (0, KILLED)
    return status == KILLED


@pytest.fixture(autouse=True)
def little(monkeypatch) -> None:
    monkeypatch.setattr(medium, "BALLAST_BYTES", 64)


@pytest.fixture
def filled(tmp_path) -> Path:
    folder = tmp_path / "filled"
    folder.mkdir()
    fill(folder / "store.json")
    return folder


def test_a_fold_killed_between_any_two_steps_loses_nothing(filled, tmp_path, figures) -> None:
    step = 0
    while True:
        step += 1
        place = tmp_path / f"at{step}"
        shutil.copytree(filled, place)
        path = place / "store.json"
        colleague, reader = open_tinydb(path), open_tinydb(path, read_only=True)

        def fold(path=path) -> None:
            open_tinydb(path).storage.compact()

        was_killed = killed_at(step, place, fold)
        found = {file: file.read_bytes() for file in place.rglob("*") if file.is_file()}
        with open_tinydb(path, read_only=True) as supervisor:
            assert len(numbers(supervisor, "first")) == 12
            assert supervisor.storage.sequence == 12
        assert found == {f: f.read_bytes() for f in place.rglob("*") if f.is_file()}
        commit(colleague, "colleague", 0)
        assert len(numbers(reader, "colleague")) == 1
        new = open_tinydb(path)
        assert {notice.key for notice in new.storage.notices} <= {"storage.low_room"}
        commit(new, "new", 0)
        for db in (colleague, reader, new):
            assert [len(numbers(db, by)) for by in ("first", "colleague", "new")] == [12, 1, 1]
        colleague.close()
        reader.close()
        new.close()
        check_history(path, 14)
        assert len(TinyDB(path).table("household")) == 14
        assert not list(place.rglob("*.new")) or was_killed
        if not was_killed:
            break
    figures(steps=step - 1)
    assert step > 12


def test_a_foreign_snapshot_taken_in_and_killed_at_any_step(filled, tmp_path, figures) -> None:
    with TinyDB(filled / "store.json") as stock:
        stock.table("household").insert({"by": "stock", "n": 0})
    step = 0
    while True:
        step += 1
        place = tmp_path / f"at{step}"
        shutil.copytree(filled, place)
        path = place / "store.json"
        was_killed = killed_at(step, place, lambda path=path: leave(open_tinydb(path)))
        with open_tinydb(path) as db:
            assert len(numbers(db, "first")) == 12
            assert len(db.table("household").search(where("by") == "stock")) == 1
            assert db.storage.sequence == 12
        check_history(path, 12)
        if not was_killed:
            break
    figures(steps=step - 1)
    assert step > 10


def test_a_repair_killed_at_any_step_can_be_run_again(tmp_path, figures) -> None:
    filled = tmp_path / "filled"
    filled.mkdir()
    db = open_tinydb(filled / "store.json")
    for number in range(12):
        db.table("_kept").insert({"n": number})
        if number in (4, 8):
            db.storage.compact()
    leave(db)
    journal = bytearray((filled / "journal").read_bytes())
    journal[journal.index(b"\n") + 40] ^= 0x20  # in the first of three commits
    (filled / "journal").write_bytes(journal)
    step = 0
    while True:
        step += 1
        place = tmp_path / f"at{step}"
        shutil.copytree(filled, place)
        path = place / "store.json"
        was_killed = killed_at(step, place, lambda path=path: repair_store(path))
        if was_killed:
            try:
                leave(open_tinydb(path))
            except RefusedError:
                repair_store(path)
        with open_tinydb(path) as db:
            assert [doc["n"] for doc in db.table("_kept")] == [*range(9), 10, 11]
            assert db.storage.sequence == 12
        if not was_killed:
            break
    figures(steps=step - 1)
    assert step > 8


def test_making_and_restoring_killed_at_any_step_can_be_done_again(
    filled, tmp_path, figures
) -> None:
    write_backup(filled, tmp_path / "backup")
    made = restored = 0
    for step in range(1, 100):
        place = tmp_path / f"made{step}"
        place.mkdir()
        path = place / "store.json"
        was_killed = killed_at(step, place, lambda path=path: leave(open_tinydb(path)))
        with open_tinydb(path) as db:
            commit(db, "new", 0)
        with open_tinydb(path) as db:
            assert numbers(db, "new") == [0]
        if not was_killed:
            break
        made += 1
    for step in range(1, 100):
        place = tmp_path / f"restored{step}"
        place.mkdir()
        was_killed = killed_at(
            step, place, lambda place=place: restore_backup(tmp_path / "backup", place)
        )
        if not (place / "store.json").exists():
            restore_backup(tmp_path / "backup", place)
        with open_tinydb(place / "store.json") as db:
            assert len(numbers(db, "first")) == 12
            check_history(place / "store.json", 12)
        if not was_killed:
            break
        restored += 1
    figures(steps_of_making=made, steps_of_restoring=restored)
    assert made > 5
    assert restored > 10


def test_what_a_killed_process_left_is_cleared_and_what_a_live_one_writes_is_not(path) -> None:
    fill(path)
    dead = path.with_name("store.json.999999999-1.new")
    live = temporary_beside(path)
    for file in (dead, live):
        file.write_bytes(b"{}")
    leave(open_tinydb(path))
    assert live.exists()
    assert not dead.exists()
