"""File systems that cannot hold a store, clocks that are years off, room that runs low."""

from __future__ import annotations

import shutil
import time

import pytest
from hurt_store import commit, fill, in_child, leave, numbers

from nq77tui.core.problem import RefusedError
from nq77tui.programme import load_catalogue
from nq77tui.store import create_store, medium
from nq77tui.store.backup import restore_backup, write_backup
from nq77tui.store.database import open_tinydb
from nq77tui.store.medium import file_system_of
from nq77tui.store.source import read_source
from nq77tui.store.storage import JournalStorage

UNSAFE = (
    *("nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse", "fuseblk", "fuse.sshfs", "fuse.rclone"),
    *("vfat", "msdos", "exfat", "9p", "afs"),
)
SAFE = ("ext4", "ext3", "xfs", "btrfs", "zfs", "f2fs", "tmpfs", "overlay", "ramfs", "bcachefs")


@pytest.fixture
def mounted(tmp_path, monkeypatch):
    """Pretends that file systems are mounted, in the system's own form."""

    def pretend(*mounts: tuple[str, str]) -> None:
        monkeypatch.delenv("NQ77_FORCE", raising=False)
        lines = [
            f"{20 + n} 1 8:{n} / {str(point).replace(' ', chr(92) + '040')} rw,relatime"
            f" shared:{n} master:2 - {kind} /dev/x rw\n"
            for n, (point, kind) in enumerate([("/", "ext4"), *mounts])
        ]
        (tmp_path / "mountinfo").write_text("".join(lines), "utf-8")
        monkeypatch.setattr(medium, "MOUNTS", tmp_path / "mountinfo")

    return pretend


@pytest.mark.parametrize("kind", UNSAFE)
def test_a_store_on_an_unsafe_file_system_is_refused_unless_forced(
    kind, mounted, tmp_path, monkeypatch, programme
) -> None:
    stick = tmp_path / "my stick"
    stick.mkdir()
    mounted((stick, kind))
    for action in (
        lambda: open_tinydb(stick / "store.json"),
        lambda: create_store(stick / "new" / "store", programme),
    ):
        with pytest.raises(RefusedError) as caught:
            action()
        problem = caught.value.problems[0]
        assert problem.key == "storage.unsafe_filesystem"
        for language in ("vi", "en"):
            assert kind in load_catalogue(language).problem(problem)
        assert list(stick.iterdir()) == []
    with open_tinydb(stick / "store.json", force=True) as db:
        db.insert({"n": 1})
    with pytest.raises(RefusedError):
        JournalStorage(stick / "store.json")
    with open_tinydb(stick / "store.json", read_only=True) as db:
        assert db.all() == [{"n": 1}]
    monkeypatch.setenv("NQ77_FORCE", "1")
    with open_tinydb(stick / "store.json") as db:
        assert db.all() == [{"n": 1}]


@pytest.mark.parametrize("kind", SAFE)
def test_a_store_on_a_disk_of_this_machine_is_not_refused(kind, mounted, tmp_path) -> None:
    (tmp_path / "disk").mkdir()
    mounted((tmp_path, "nfs4"), (tmp_path / "disk", "vfat"), (tmp_path / "disk", kind))
    open_tinydb(tmp_path / "disk" / "store.json").close()


def test_the_mount_that_holds_the_folder_decides(mounted, tmp_path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "ab").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "a" / "b")
    mounted((tmp_path / "a", "nfs4"), (tmp_path / "a" / "b", "ext4"))
    found = {name: file_system_of(tmp_path / name) for name in ("", "a", "a/b", "ab", "link")}
    assert found == {"": "ext4", "a": "nfs4", "a/b": "ext4", "ab": "ext4", "link": "ext4"}


def test_where_the_system_does_not_say_nothing_is_refused(tmp_path, monkeypatch) -> None:
    monkeypatch.delenv("NQ77_FORCE", raising=False)
    monkeypatch.setattr(medium, "MOUNTS", tmp_path / "none")
    open_tinydb(tmp_path / "store.json").close()
    (tmp_path / "broken").write_bytes(b"\xff\n - \n1 2 3 - ext4\n")
    monkeypatch.setattr(medium, "MOUNTS", tmp_path / "broken")
    open_tinydb(tmp_path / "store.json").close()


def test_a_stick_can_be_read_and_backed_up_from_but_not_restored_to(
    mounted, tmp_path, programme, repository
) -> None:
    repository.add("area", {"name": "Nà Mẫu", "level": "village"})
    stick = tmp_path / "stick"
    shutil.copytree(repository.folder, stick / "brought")
    mounted((stick, "vfat"))
    assert len(read_source(stick / "brought" / "store.json", programme.id)) == 1
    write_backup(repository.folder, stick / "backup")
    with pytest.raises(RefusedError):
        restore_backup(stick / "backup", stick / "restored")
    assert not (stick / "restored").exists()
    restore_backup(stick / "backup", tmp_path / "restored")


YEAR = 365 * 86_400


@pytest.mark.parametrize("years", [-60, -20, -1, 0, 1, 30, 5000])
def test_a_clock_that_is_off_is_said_and_harmless(path, monkeypatch, years) -> None:
    fill(path)

    def with_that_clock() -> None:
        real = time.time
        time.time = lambda: real() + years * YEAR
        db = open_tinydb(path)
        commit(db, "off", 0)
        told = [n.params for n in db.storage.notices if n.key == "storage.clock_differs"]
        assert len(told) == (years < 0)
        commit(db, "off", 1)
        if years % 2:
            db.close()
        else:
            leave(db)

    assert in_child(with_that_clock) == 0
    for expected in (years > 0, False):  # said until something was saved with the right clock
        with open_tinydb(path) as db:
            told = [n for n in db.storage.notices if n.key == "storage.clock_differs"]
            assert bool(told) == expected
            for language in ("vi", "en"):
                for notice in told:
                    assert "{" not in load_catalogue(language).problem(notice)
            assert numbers(db, "off") == [0, 1]
            commit(db, "now", len(numbers(db, "now")))
    with open_tinydb(path) as db:
        assert [len(numbers(db, by)) for by in ("first", "off", "now")] == [12, 2, 2]


def test_a_colleague_with_another_clock_is_noticed_at_the_next_save(path) -> None:
    fill(path)
    db = open_tinydb(path)

    def ahead() -> None:
        real = time.time
        time.time = lambda: real() + 2 * YEAR
        other = open_tinydb(path)
        commit(other, "ahead", 0)
        leave(other)

    assert in_child(ahead) == 0
    commit(db, "now", 0)
    commit(db, "now", 1)
    assert [n.key for n in db.storage.notices].count("storage.clock_differs") == 1
    db.close()


def test_little_room_is_said(path, monkeypatch) -> None:
    monkeypatch.setattr(medium, "LOW_BYTES", 1 << 60)
    with open_tinydb(path) as db:
        notice = next(n for n in db.storage.notices if n.key == "storage.low_room")
    assert notice.severity == "warning"
    monkeypatch.setattr(medium, "LOW_BYTES", 0)
    with open_tinydb(path) as db:
        assert db.storage.notices == []


def test_a_store_beside_other_files_gets_no_ballast(tmp_path) -> None:
    open_tinydb(tmp_path / "other.json").close()
    assert sorted(file.name for file in tmp_path.iterdir() if file.is_file()) == [
        "other.json",
        "other.json.journal",
        "other.json.lock",
    ]
