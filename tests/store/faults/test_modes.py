"""Who may read and write a store: its group, and nobody else; whatever the umask says."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hurt_store import commit, fill, in_child, leave, numbers

from nq77tui.core.problem import RefusedError
from nq77tui.store import create_store, write_store
from nq77tui.store.backup import restore_backup, write_backup
from nq77tui.store.database import open_tinydb
from nq77tui.store.history import commits
from nq77tui.store.medium import may_write
from nq77tui.store.paths import StorePaths
from nq77tui.store.repair import repair_store

TEAM = 50_001
LAN, MINH, STRANGER = 40_001, 40_002, 40_003
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


def as_user(user: int, action: Callable[[], None], *, in_team: bool = True, umask=0o022) -> None:
    """Run an action as another user, whose first group is a group of their own."""

    def run() -> None:
        os.umask(umask)
        os.setgroups([TEAM] if in_team else [])
        os.setgid(user)
        os.setuid(user)
        action()

    assert in_child(run) == 0


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that everybody can reach, as the tests' own ones are not."""
    folder = Path(tempfile.mkdtemp(prefix="modes-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def modes(folder: Path) -> set[str]:
    return {
        f"{stat.S_IMODE(file.stat().st_mode):o}" for file in folder.rglob("*") if file.is_file()
    }


def everything_that_writes(folder: Path, programme) -> None:
    create_store(folder, programme)
    fill(folder / "store.json")
    with (folder / "journal").open("ab") as journal:
        journal.write(b"half a line")
    leave(open_tinydb(folder / "store.json"))
    write_backup(folder, folder / "a.backup")
    restore_backup(folder / "a.backup", folder / "restored")
    leave(open_tinydb(folder / "restored" / "store.json"))
    write_store(folder / "sample", programme, [])
    repair_store(folder / "store.json")


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o027, 0o077])
def test_a_store_of_ones_own_is_for_oneself(umask, tmp_path, programme) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own").chmod(0o755)
    old = os.umask(umask)
    try:
        everything_that_writes(tmp_path / "own", programme)
    finally:
        os.umask(old)
    assert modes(tmp_path / "own") == {"600"}
    assert len(list((tmp_path / "own").rglob("*"))) > 20


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_a_store_in_a_group_writable_folder_is_for_the_group(umask, tmp_path, programme) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o770)
    old = os.umask(umask)
    try:
        create_store(shared, programme)
        fill(shared / "store.json")
        (shared / "journal").open("ab").write(b"half a line")
        leave(open_tinydb(shared / "store.json"))
        repair_store(shared / "store.json")
    finally:
        os.umask(old)
    assert modes(shared) == {"660"}
    assert stat.S_IMODE((shared / "history").stat().st_mode) == 0o770


def test_what_replaces_a_file_keeps_its_mode_and_new_files_take_it(path) -> None:
    fill(path)
    path.chmod(0o640)
    with open_tinydb(path) as db:
        commit(db, "more", 0)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert stat.S_IMODE((path.parent / "journal").stat().st_mode) == 0o640
    assert len(modes(path.parent / "history")) <= 2


@as_root
@pytest.mark.parametrize("setgid", [0, stat.S_ISGID])
def test_a_group_shares_a_store_and_nobody_else_reads_it(setgid, place, programme) -> None:
    folder = place / "shared"
    folder.mkdir()
    os.chown(folder, LAN, TEAM)
    folder.chmod(0o775 | setgid)  # others may look into the folder, and still not read a file
    path = folder / "store.json"

    def begin() -> None:
        create_store(folder, programme)
        fill(path)

    def go_on(by: str) -> Callable[[], None]:
        def run() -> None:
            with open_tinydb(path) as db:
                commit(db, by, len(numbers(db, by)))
                db.storage.compact()
                commit(db, by, len(numbers(db, by)))
            assert len(list(commits(folder / "history", folder / "journal"))) > 12

        return run

    def look() -> None:
        for read_only in (True, False):
            with pytest.raises(RefusedError) as caught:
                open_tinydb(path, read_only=read_only)
            assert caught.value.problems[0].key == "storage.cannot_open"
        for file in folder.rglob("*"):
            assert file.is_dir() or not os.access(file, os.R_OK)

    as_user(LAN, begin, umask=0o077)
    for _ in range(2):
        as_user(MINH, go_on("minh"), umask=0o077)
        as_user(LAN, go_on("lan"), umask=0o000)
    as_user(STRANGER, look, in_team=False)
    assert modes(folder) == {"660"}
    assert {file.stat().st_gid for file in folder.rglob("*")} == {TEAM}
    with open_tinydb(path, read_only=True) as db:
        assert [len(numbers(db, by)) for by in ("first", "lan", "minh")] == [12, 4, 4]


@as_root
def test_a_supervisor_without_write_permission_reads_and_writes_nothing(place, programme) -> None:
    folder = place / "read"
    folder.mkdir()
    os.chown(folder, LAN, TEAM)
    folder.chmod(0o750)
    path = folder / "store.json"

    def begin() -> None:
        create_store(folder, programme)
        path.chmod(0o640)
        os.chown(path, -1, TEAM)
        fill(path)
        assert may_write(StorePaths.of(path))

    as_user(LAN, begin)
    wanted = {"first": 12}

    def supervise() -> None:
        with pytest.raises(RefusedError):
            open_tinydb(path)
        with pytest.raises(PermissionError):
            (folder / "anything").touch()
        assert not may_write(StorePaths.of(path))
        with open_tinydb(path, read_only=True) as db:
            assert {by: len(numbers(db, by)) for by in wanted} == wanted
            with pytest.raises(RefusedError) as caught:
                db.insert({"n": 1})
            assert caught.value.problems[0].key == "storage.read_only"

    def unchanged(action: Callable[[], None]) -> None:
        before = {file: (file.stat().st_mtime_ns, file.stat().st_ino) for file in folder.rglob("*")}
        action()
        assert before == {f: (f.stat().st_mtime_ns, f.stat().st_ino) for f in folder.rglob("*")}

    unchanged(lambda: as_user(MINH, supervise))
    for name in ("lock", "ballast"):  # as in a copy, or on a read-only medium
        (folder / name).unlink(missing_ok=True)
        unchanged(lambda: as_user(MINH, supervise))
    stock = folder / "journal"
    journal = stock.read_bytes()
    stock.write_bytes(journal + b"half a line")
    unchanged(lambda: as_user(MINH, supervise))
    stock.write_bytes(journal)

    # What a colleague saves and folds meanwhile is seen.
    ask, answer = os.pipe(), os.pipe()

    def watch() -> None:
        with open_tinydb(path, read_only=True) as db:
            for expected in range(6):
                os.read(ask[0], 1)
                assert len(numbers(db, "lan")) == expected
                os.write(answer[1], b".")

    child = os.fork()
    if child == 0:
        status = 1
        try:
            as_user(MINH, watch)
            status = 0
        finally:
            os._exit(status)
    with open_tinydb(path) as db:
        for number in range(6):
            os.write(ask[1], b".")
            os.read(answer[0], 1)
            commit(db, "lan", number)
            if number in (1, 2, 4):
                db.storage.compact()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_reader_without_a_lock_file_keeps_up_with_folds(path, at_work) -> None:
    """No lock to wait for: the snapshot and the journal may be exchanged between two reads."""
    fill(path)

    def folding():
        db = open_tinydb(path)

        def fold(number: int) -> None:
            commit(db, "busy", number)
            db.storage.compact()

        return fold

    seen = []
    with at_work(folding) as once_more:
        for number in range(60):
            if number % 20 == 0:
                once_more()
            path.with_name("lock").rename(path.with_name("hidden"))
            try:
                db = open_tinydb(path, read_only=True)
            finally:
                path.with_name("hidden").rename(path.with_name("lock"))
            # What was read at one moment: a search would look for news first.
            tables = db.storage.tables
            found = [d["n"] for d in tables.table("household").values() if d["by"] == "busy"]
            pairs = [d["n"] for d in tables.table("assignment").values() if d["by"] == "busy"]
            assert found == list(range(len(found)))
            assert pairs == [number for number in found for _ in range(2)]
            assert {notice.key for notice in db.storage.notices} <= {"storage.low_room"}
            seen.append(len(found))
            leave(db)
    assert seen == sorted(seen)
    assert 0 < seen[0] < seen[20] < seen[40]
