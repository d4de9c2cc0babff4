"""A full disk at every step: refused with a message, the store as before, fine once there is room.

As root on a small tmpfs of its own; elsewhere only the part with a limited file size runs.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hurt_store import check_history, in_child, leave

from nq77tui.core.problem import RefusedError
from nq77tui.programme import load_catalogue
from nq77tui.store import Repository, create_store, medium, write_store
from nq77tui.store.backup import restore_backup, write_backup
from nq77tui.store.database import open_tinydb
from nq77tui.store.failures import StoreFullError
from nq77tui.store.repair import repair_store
from nq77tui.store.settings import load_settings

PAGE = 4096


@dataclass
class SmallDisk:
    """A file system of its own, and a file that fills it."""

    place: Path

    @property
    def filler(self) -> Path:
        return self.place / "filler"

    def leave_room(self, pages: int) -> None:
        """Fill the disk but for some pages."""
        self.empty()
        found = os.statvfs(self.place)
        length = (found.f_bavail - pages) * found.f_frsize
        with self.filler.open("wb") as file:
            file.write(bytes(max(0, length)))

    def empty(self) -> None:
        self.filler.unlink(missing_ok=True)


@pytest.fixture
def disk(tmp_path) -> Iterator[SmallDisk]:
    place = tmp_path / "disk"
    place.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    size = "size=1m,nr_inodes=500"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(place)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip(f"no small disk here: {mounted.stderr.decode().strip()}")
    yield SmallDisk(place)
    subprocess.run(["umount", "-l", str(place)], check=True)


def big(number: int) -> dict[str, object]:
    return {"n": number, "text": f"{number} ".ljust(3000, "x")}


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and file.name != "filler"
    }


def outcome(action: Callable[[], object]) -> RefusedError | None:
    try:
        action()
    except RefusedError as error:
        return error
    return None


def refused(error: RefusedError) -> str:
    """The sentence that people get, in both languages."""
    said = [load_catalogue(language).problem(error.problems[0]) for language in ("vi", "en")]
    assert all("{" not in sentence for sentence in said)
    return said[1]


def test_saving_until_the_disk_is_full_and_on_once_there_is_room(disk, figures) -> None:
    path = disk.place / "store.json"
    db, colleague = open_tinydb(path), open_tinydb(path)
    disk.leave_room(60)
    saved = tries = 0
    for number in range(500):
        before = files(disk.place)
        error = outcome(lambda number=number: db.table("household").insert(big(number)))
        if error is None:
            saved += 1
        else:
            assert "full" in refused(error)
            tries += 1
            assert files(disk.place) == before
            assert [d["n"] for d in db.table("household")] == list(range(saved))
            assert [d["n"] for d in colleague.table("household")] == list(range(saved))
            if tries == 5:
                break
    disk.empty()
    for db_now in (db, colleague):
        db_now.table("household").insert(big(saved))
        saved += 1
    disk.leave_room(0)
    db.close()  # no room to fold: said, and nothing lost
    assert "storage.not_folded" in {notice.key for notice in db.storage.notices}
    disk.empty()
    colleague.close()
    with open_tinydb(path) as again:
        assert [d["n"] for d in again.table("household")] == list(range(saved))
        assert "storage.low_room" in {notice.key for notice in again.storage.notices}
    figures(saved=saved, refused=tries)
    assert saved > 20


def test_a_fold_with_every_amount_of_room(disk, figures) -> None:
    path = disk.place / "store.json"
    db = open_tinydb(path)
    for number in range(30):
        db.table("household").insert(big(number))
        if number == 20:
            db.storage.compact()
    leave(db)
    apart = disk.place.parent / "apart"
    shutil.copytree(disk.place, apart)
    outcomes = {"refused": 0, "folded": 0}
    for pages in range(60):
        disk.empty()
        for file in disk.place.iterdir():
            shutil.rmtree(file) if file.is_dir() else file.unlink()
        shutil.copytree(apart, disk.place, dirs_exist_ok=True)
        db = open_tinydb(path)
        disk.leave_room(pages)
        before = files(disk.place)
        error = outcome(db.storage.compact)
        outcomes["folded" if error is None else "refused"] += 1
        if error is not None:
            assert "full" in refused(error)
            after = files(disk.place)
            for name in ("store.json", "journal", "settings.toml"):
                assert after.get(name) == before.get(name)
            assert not [name for name in after if name.endswith(".new")]
        assert len(db.table("household")) == 30
        disk.empty()
        db.table("household").insert(big(30))
        db.storage.compact()
        leave(db)
        check_history(path, 31)
        with open_tinydb(path) as again:
            assert [d["n"] for d in again.table("household")] == list(range(31))
    figures(amounts_of_room=60, **outcomes)
    assert min(outcomes.values()) > 5


def test_a_commit_is_not_refused_because_the_fold_after_it_has_no_room(disk) -> None:
    path = disk.place / "store.json"
    db = open_tinydb(path)
    db.storage.compact_at = db.storage._fold_at = 40_000
    for number in range(12):
        db.table("household").insert(big(number))
    disk.leave_room(4)
    for number in range(12, 15):
        db.table("household").insert(big(number))
    assert [notice.key for notice in db.storage.notices].count("storage.not_folded") == 1
    disk.empty()
    for number in range(15, 40):
        db.table("household").insert(big(number))
    assert (disk.place / "journal").stat().st_size < 60_000  # folded after all
    db.close()
    with open_tinydb(path) as again:
        assert [d["n"] for d in again.table("household")] == list(range(40))


def test_an_unfinished_write_on_a_full_disk_does_not_keep_the_store_shut(disk) -> None:
    path = disk.place / "store.json"
    with open_tinydb(path) as db:
        db.insert({"n": 0})
    with (disk.place / "journal").open("ab") as journal:
        journal.write(b"01234567 00001388 {".ljust(5000, b"x"))
    disk.leave_room(0)
    db = open_tinydb(path)
    assert [doc["n"] for doc in db] == [0]
    with pytest.raises(StoreFullError):
        db.insert({"n": 1})
    disk.empty()
    db.insert({"n": 1})
    assert len(list(disk.place.glob("journal.torn-*"))) == 1
    db.close()
    with open_tinydb(path) as again:
        assert [doc["n"] for doc in again] == [0, 1]


def test_a_record_refused_for_want_of_room_is_saved_by_the_next_try(
    disk, programme, clock, tmp_path
) -> None:
    folder = disk.place / "own"
    create_store(folder, programme)
    with Repository.open(
        folder, programme, operator="Lan", clock=clock, state_folder=tmp_path / "rights"
    ) as repository:
        repository.add("area", {"name": "Nà Mẫu", "level": "village"})
        disk.leave_room(0)
        counters = repository.heard()
        refusals = 0
        for number in range(40):  # the last page of the journal has some room left
            values = {"name": f"Pò {number}".ljust(300, "x"), "level": "village"}
            error = outcome(lambda values=values: repository.add("area", values))
            if error is not None:
                assert "full" in refused(error)
                refusals += 1
                if refusals == 1:
                    counters = repository.heard()
        assert refusals > 10
        assert repository.heard() == counters
        repository.keep_settings(language="en")  # no room for that either
        assert load_settings(folder).language == "vi"
        assert [n.key for n in repository.notices][-1] == "storage.settings_not_kept"
        with pytest.raises(RefusedError) as caught:
            write_backup(folder, disk.place / "backup")
        assert "could not be written" in refused(caught.value)
        assert not (disk.place / "backup").exists()
        disk.empty()
        repository.keep_settings(language="en")
        assert load_settings(folder).language == "en"
        made = repository.add("area", {"name": "Bản Khiếng", "level": "village"})
        assert list(repository.heard().values()) == [max(counters.values()) + 1]
        assert repository.get(made.id) == made
        write_backup(folder, disk.place / "backup")


def test_making_restoring_and_repairing_with_every_amount_of_room(
    disk, programme, clock, tmp_path, figures
) -> None:
    source = tmp_path / "source"
    create_store(source, programme)
    with Repository.open(
        source, programme, operator="Lan", clock=clock, state_folder=tmp_path / "rights"
    ) as repository:
        for number in range(60):
            repository.add("area", {"name": f"Nà Mẫu {number}", "level": "village"})
        records = list(repository.records("area"))
    write_backup(source, tmp_path / "backup")
    tried = {"made": 0, "written": 0, "restored": 0, "repaired": 0, "refused": 0}

    def attempt(name: str, action, folder: Path) -> None:
        try:
            action()
            tried[name] += 1
        except RefusedError:
            tried["refused"] += 1
            if name != "repaired":
                assert not (folder / "store.json").exists()
            disk.empty()
            action()
        disk.empty()
        with open_tinydb(folder / "store.json") as db:
            assert len(db.table("area")) == (0 if name == "made" else 60)

    for pages in range(20):
        for name in ("made", "written", "restored", "repaired"):
            folder = disk.place / f"{name}{pages}"
            if name == "repaired":
                restore_backup(tmp_path / "backup", folder)
                leave(open_tinydb(folder / "store.json"))
            actions = {
                "made": lambda folder=folder: create_store(folder, programme),
                "written": lambda folder=folder: write_store(folder, programme, records),
                "restored": lambda folder=folder: restore_backup(tmp_path / "backup", folder),
                "repaired": lambda folder=folder: repair_store(folder / "store.json"),
            }
            disk.leave_room(pages)
            attempt(name, actions[name], folder)
            disk.empty()
            shutil.rmtree(folder)
    figures(amounts_of_room=20, **tried)
    assert tried["refused"] > 10
    assert min(tried.values()) > 0


def test_the_ballast_carries_the_last_saves_and_comes_back(disk, monkeypatch) -> None:
    monkeypatch.setattr(medium, "PLENTY_BYTES", 500_000)
    monkeypatch.setattr(medium, "BALLAST_BYTES", 10 * PAGE)
    path = disk.place / "store.json"
    db = open_tinydb(path)
    ballast = disk.place / "ballast"
    assert ballast.stat().st_blocks * 512 == 10 * PAGE
    disk.leave_room(10)
    saved = 0
    while ballast.exists():
        db.insert(big(saved))
        saved += 1
    released = [n for n in db.storage.notices if n.key == "storage.ballast_released"]
    assert len(released) == 1
    while outcome(lambda number=saved: db.insert(big(number))) is None:
        saved += 1
    assert saved > 15
    disk.empty()
    db.close()
    with open_tinydb(path) as again:
        assert len(again) == saved
        assert ballast.exists()


def test_a_file_size_limit_at_every_step(path, figures) -> None:
    """Works without root: the system refuses to let any file grow beyond the limit."""
    db = open_tinydb(path)
    for number in range(10):
        db.table("household").insert(big(number))
        if number == 6:
            db.storage.compact()
    leave(db)
    journal_size = (path.parent / "journal").stat().st_size
    whole = len(path.read_bytes())
    refusals = 0
    for limit in (journal_size + 10, journal_size + 2000, whole - 1, whole + 9000):

        def limited(limit=limit) -> None:
            db = open_tinydb(path)
            (path.parent / "ballast").unlink(missing_ok=True)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
            for step in (lambda: db.table("household").insert(big(99)), db.storage.compact):
                before = files(path.parent)
                count = len(db.table("household"))
                try:
                    step()
                except StoreFullError:
                    assert files(path.parent) == before
                    assert len(db.table("household")) == count
                else:
                    os._exit(7)
            db.close()
            os._exit(0)

        status = in_child(limited)
        assert status in (0, 7)
        refusals += status == 0
        with open_tinydb(path) as again:
            assert [d["n"] for d in again.table("household")][:10] == list(range(10))
            leave(again)
    figures(limits=4, where_both_steps_were_refused=refusals)
    assert refusals >= 2
    with open_tinydb(path) as again:
        again.table("household").insert(big(10))
    assert len(path.read_bytes()) > whole
