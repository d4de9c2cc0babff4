"""A backup holds what was committed at one moment; a restored store is a new replica."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from nq77tui.core.problem import RefusedError
from nq77tui.store import Repository, backup
from nq77tui.store.backup import restore_backup, write_backup
from nq77tui.store.database import open_tinydb
from nq77tui.store.history import commits
from nq77tui.store.settings import load_settings


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "a.backup"


def fill(repository: Repository, count: int = 12) -> None:
    for number in range(count):
        repository.add("household", {"head": f"Vi Văn {number}"})
        if number == count // 2:
            repository._storage.compact()


def open_restored(folder: Path, repository: Repository, tmp_path: Path) -> Repository:
    return Repository.open(
        folder,
        repository.programme,
        operator="Sơn",
        clock=repository._clock,
        state_folder=tmp_path / "other rights",
    )


def test_a_restored_store_holds_everything_and_writes_under_a_new_id(
    repository, file, tmp_path
) -> None:
    fill(repository)
    repository.keep_settings(language="en", typing="telex")
    assert write_backup(repository.folder, file) == file.stat().st_size
    restore_backup(file, tmp_path / "restored")
    assert load_settings(tmp_path / "restored") == load_settings(repository.folder)
    with open_restored(tmp_path / "restored", repository, tmp_path) as restored:
        assert restored.canonical_tables() == repository.canonical_tables()
        assert [one.operations for one in restored.commits()] == [
            one.operations for one in repository.commits()
        ]
        restored.add("household", {"head": "Vi Văn Mới"})
        assert restored.replica != repository.replica
        assert [notice.key for notice in restored.notices] == ["replica.new_place"]
        assert len(list(restored.commits())) == len(list(repository.commits())) + 1


def test_a_backup_changes_nothing_and_needs_nobody_to_stop(repository, file) -> None:
    fill(repository)
    before = {f: f.read_bytes() for f in repository.folder.rglob("*") if f.is_file()}
    write_backup(repository.folder, file)
    assert before == {f: f.read_bytes() for f in repository.folder.rglob("*") if f.is_file()}
    repository.add("household", {"head": "Vi Văn Sau"})


def test_a_backup_that_is_written_while_others_save_and_fold_is_of_one_moment(
    tmp_path, at_work
) -> None:
    path = tmp_path / "busy" / "store.json"
    path.parent.mkdir()
    with open_tinydb(path) as db:
        db.insert({"n": 0})

    def saving():
        db = open_tinydb(path)

        def save(number) -> None:
            with db.transaction():
                db.insert({"n": number + 1})
                db.table("same").insert({"n": number + 1})
            if number % 3 == 2:
                db.storage.compact()

        return save

    counts = []
    with at_work(saving) as once_more:
        for number in range(25):
            if number % 6 == 0:
                once_more()
            folder = tmp_path / f"restored{number}"
            write_backup(path.parent, tmp_path / f"{number}.backup")
            restore_backup(tmp_path / f"{number}.backup", folder)
            with open_tinydb(folder / "store.json") as restored:
                found = [doc["n"] for doc in restored]
                assert found == list(range(len(found)))
                assert [doc["n"] for doc in restored.table("same")] == found[1:]
                assert restored.storage.sequence == len(found)
            known = [c.sequence for c in commits(folder / "history", folder / "journal")]
            assert known == list(range(1, len(found) + 1))
            counts.append(len(found))
    assert 1 < counts[0] < counts[6] < counts[12] < counts[18] < counts[24]


def test_a_backup_is_never_written_over_a_file_nor_a_store_restored_over_one(
    repository, file, tmp_path
) -> None:
    file.write_text("mine", encoding="utf-8")
    with pytest.raises(RefusedError) as caught:
        write_backup(repository.folder, file)
    assert caught.value.problems[0].key == "backup.exists"
    assert file.read_text(encoding="utf-8") == "mine"
    write_backup(repository.folder, tmp_path / "b.backup")
    with pytest.raises(RefusedError) as caught:
        restore_backup(tmp_path / "b.backup", repository.folder)
    assert caught.value.problems[0].key == "storage.store_exists"
    with pytest.raises(RefusedError) as caught:
        write_backup(repository.folder, tmp_path / "none" / "c.backup")
    assert caught.value.problems[0].key == "backup.not_written"


def test_a_damaged_backup_writes_nothing(repository, file, tmp_path) -> None:
    fill(repository, 4)
    write_backup(repository.folder, file)
    content = file.read_bytes()
    refused = 0
    for cut in range(0, len(content) - 8, 37):
        flipped = bytearray(content)
        flipped[cut] ^= 0x55
        for damaged in (content[:cut], bytes(flipped)):
            file.write_bytes(damaged)
            try:
                restore_backup(file, tmp_path / "restored")
            except RefusedError:
                refused += 1
                assert not (tmp_path / "restored").exists()
            else:  # a byte of the gzip header that means nothing, like its time
                with open_tinydb(tmp_path / "restored" / "store.json") as db:
                    assert len(db.table("household")) == 4
                (tmp_path / "restored").rename(tmp_path / f"whole{cut}")
    assert refused > 2 * (len(content) - 8) // 37 - 4


def archive(**members: bytes | tarfile.TarInfo) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as made:
        for name, content in members.items():
            if isinstance(content, tarfile.TarInfo):
                made.addfile(content)
            else:
                info = tarfile.TarInfo(name)
                info.size = len(content)
                made.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no archive",
        archive(),
        archive(**{"settings.toml": b""}),
        archive(**{"store.json": b"{}", "../outside": b"x"}),
        archive(**{"store.json": b"{}", "/tmp/outside": b"x"}),
        archive(**{"store.json": b"{}", "history/../../outside.gz": b"x"}),
        archive(**{"store.json": b"{}", "history/1.gz/2.gz": b"x"}),
        archive(**{"store.json": b"{}", "lock": b""}),
        archive(**{"store.json": b"{}", "journal": b"{}"}),
        archive(link=special("store.json", tarfile.SYMTYPE, "/etc/passwd")),
        archive(link=special("store.json", tarfile.LNKTYPE, "/etc/passwd")),
        archive(device=special("store.json", tarfile.CHRTYPE)),
        archive(folder=special("store.json", tarfile.DIRTYPE)),
    ],
    ids=range(14),  # an archive holds the time at which it was made
)
def test_a_hostile_archive_is_refused_and_nothing_is_written(content, file, tmp_path) -> None:
    file.write_bytes(content)
    with pytest.raises(RefusedError):
        restore_backup(file, tmp_path / "restored")
    assert {f.name for f in tmp_path.iterdir()} <= {"a.backup", "home"}


def test_an_archive_that_would_fill_the_memory_is_refused(file, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(backup, "MAX_BYTES", 100)
    file.write_bytes(archive(**{"store.json": bytes(1000)}))
    with pytest.raises(RefusedError):
        restore_backup(file, tmp_path / "restored")


def test_the_way_back_by_commands(nq77, store, tmp_path) -> None:
    def run(*command: object):
        return nq77("--lang", "en", "--store", store, *command)

    made = run("add", "household", "head=Vi Văn A").out.strip()
    assert run("set", made, "persons=5").status == 0
    lines = [line.split("\t") for line in run("history", made).out.splitlines()]
    assert [(line[3:]) for line in lines] == [
        ["created", "head", "", "Vi Văn A"],
        ["changed", "persons", "", "5"],
    ]
    assert run("backup", tmp_path / "b").status == 0
    assert run("backup", tmp_path / "b").status == 1  # never over another file
    assert "Vi Văn A" in run("undo").err
    assert run("show", made, "--json").json.get("persons") is None
    there = tmp_path / "there"
    assert run("restore", tmp_path / "b", there).status == 0
    again = nq77("--store", there, "show", made, "--json")
    assert again.json["persons"] == 5
    assert nq77("--store", there, "check").status == 0
    assert nq77("--store", there, "history", made).out.count("\n") == 2
