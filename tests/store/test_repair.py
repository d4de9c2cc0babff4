"""A repair keeps all that is whole, moves the rest aside, and guesses nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from nq77tui.core.problem import RefusedError
from nq77tui.programme import load_catalogue
from nq77tui.store import Repository
from nq77tui.store.bundle_writing import since_for, write_bundle
from nq77tui.store.checking import check_store
from nq77tui.store.journal import encode_line
from nq77tui.store.merging import take_in_sources
from nq77tui.store.repair import RepairReport, repair_store
from nq77tui.store.snapshot import Header
from nq77tui.store.source import read_source
from nq77tui.store.storage import JournalStorage
from nq77tui.store.way_back import undo_last

HEADS = [f"Vi Văn {number}" for number in range(20)]


@pytest.fixture
def broken(repository):
    """A store of 20 households, 15 of them folded, let go as by a killed process."""
    for number, head in enumerate(HEADS):
        repository.add("household", {"head": head})
        if number == 14:
            repository._storage.compact()
    repository._storage._let_go()
    repository._storage._is_closed = True
    return repository.folder / "store.json"


@pytest.fixture
def opened(repository, tmp_path):
    def open_again() -> Repository:
        return Repository.open(
            repository.folder,
            repository.programme,
            operator="Lan",
            clock=repository._clock,
            state_folder=tmp_path / "rights",
        )

    return open_again


def heads(repository: Repository) -> list[str]:
    return sorted(str(row.values["head"]) for row in repository.rows("household"))


def aside(path: Path) -> dict[str, dict[str, object]]:
    (file,) = path.parent.glob("set-aside.json-*")
    found: dict[str, dict[str, object]] = json.loads(file.read_text("utf-8"))
    return found


def test_a_sound_store_comes_out_as_it_went_in(broken, opened) -> None:
    snapshot, journal = broken.read_bytes(), broken.with_name("journal").read_bytes()
    report = repair_store(broken)
    assert (report.kept, report.commits, report.set_aside) == (20, 5, 0)
    kept = {file.read_bytes() for file in broken.parent.glob("*.before-repair-*")}
    assert kept == {snapshot, journal}
    assert len(report.files) == 2
    with opened() as repository:
        assert heads(repository) == sorted(HEADS)
        assert repository.notices == []
        assert not check_store(repository).problems
        assert [one.sequence for one in repository.commits()] == list(range(1, 21))


def test_work_goes_on_after_a_repair_and_the_way_back_too(broken, opened) -> None:
    journal = bytearray(broken.with_name("journal").read_bytes())
    first = journal.index(b"Vi V\xc4\x83n 15")
    journal[first] ^= 1
    broken.with_name("journal").write_bytes(journal)
    with pytest.raises(RefusedError):
        opened()
    assert repair_store(broken).kept == 19
    with opened() as repository:
        assert heads(repository) == sorted(HEADS[:15] + HEADS[16:])
        made = repository.add("household", {"head": "Vi Văn Mới"})
        assert undo_last(repository)[0].is_dead
        assert repository.get(made.id).is_dead
        assert repository.commits()


def test_rows_that_are_no_records_are_moved_aside(broken, opened) -> None:
    tables = json.loads(broken.read_bytes())
    rows = tables["household"]
    key = next(iter(rows))
    no_records = {key: {"head": "no causal data"}, "x": {}, "8": [], "9": None}
    rows.update(no_records)
    broken.write_text(json.dumps(tables), "utf-8")
    report = repair_store(broken)
    assert aside(broken) == {"household": no_records}
    assert (report.kept, report.set_aside) == (19, 4)
    with opened() as repository:
        assert heads(repository) == sorted(set(HEADS) - {"Vi Văn 0"})


@pytest.mark.parametrize("has_history", [True, False])
def test_a_snapshot_cut_anywhere_loses_only_what_was_cut(broken, opened, has_history) -> None:
    content = broken.read_bytes()
    history = {f: f.read_bytes() for f in broken.with_name("history").iterdir()}
    journal = broken.with_name("journal").read_bytes()
    for cut in range(1, len(content), 97):
        broken.write_bytes(content[:cut])
        broken.with_name("journal").write_bytes(journal)
        for file in broken.with_name("history").iterdir():
            file.unlink()
        for file, kept in history.items() if has_history else ():
            file.write_bytes(kept)
        with pytest.raises(RefusedError):
            JournalStorage(broken)
        report = repair_store(broken)
        with opened() as repository:
            found = heads(repository)
        whole = content[:cut].count(b'"}')  # a document ends so, and nothing else does
        assert report.kept == len(found)
        assert set(HEADS[15:]) <= set(found) <= set(HEADS)
        assert len(found) == (20 if has_history else 5 + min(15, whole))


@pytest.mark.parametrize("content", [None, b"", b"\0" * 5000, b"not a store", b"[1, 2]", b'"x"'])
def test_without_a_snapshot_the_journal_and_the_history_are_the_store(
    broken, opened, content, nq77
) -> None:
    if content is None:
        broken.unlink()
    else:
        broken.write_bytes(content)
    with pytest.raises(RefusedError) as caught:
        opened()
    assert "check --repair" in load_catalogue("en").problem(caught.value.problems[0])
    ran = nq77("--lang", "en", "--store", broken.parent, "check", "--repair")
    assert ran.status == 0
    assert "20 records kept" in ran.err
    assert "Nothing is left" not in ran.err
    with opened() as repository:
        assert heads(repository) == sorted(HEADS)
        assert [one.sequence for one in repository.commits()] == list(range(1, 21))


def test_a_snapshot_under_another_name_is_found(broken, opened) -> None:
    broken.rename(broken.with_name("store.json.bak"))
    shutil.rmtree(broken.with_name("history"))
    report = repair_store(broken)
    assert (report.kept, report.missing) == (20, [])


def test_what_is_missing_is_said_and_comes_back_from_another_machine(
    broken, opened, open_store, nq77
) -> None:
    with open_store("hub", state_folder=broken.parent.parent / "hub rights") as hub:
        take_in_sources(hub, [read_source(broken, "nq77")])
        broken.unlink()
        shutil.rmtree(broken.with_name("history"))
        ran = nq77("--lang", "en", "--store", broken.parent, "check", "--repair")
        assert "5 records kept" in ran.err
        assert "commits 1-15;" in ran.err
        # What is not here any more is not claimed, so that the other machine sends it.
        with opened() as repository:
            assert repository.heard() == {}
            told = write_bundle(repository, broken.parent, {}).path
        take_in_sources(hub, [read_source(told, "nq77")])
        back = write_bundle(hub, broken.parent, since_for(hub, None, everything=False)).path
    with opened() as repository:
        take_in_sources(repository, [read_source(back, "nq77")])
        assert heads(repository) == sorted(HEADS)
        assert not repository.add("household", {"head": "Mới"}).id.startswith(
            next(iter(repository.heard()))
        )


def test_without_snapshot_and_journal_the_history_is_what_is_left(broken, opened, nq77) -> None:
    broken.unlink()
    broken.with_name("journal").unlink()
    ran = nq77("--lang", "en", "--store", broken.parent, "check", "--repair")
    assert "15 records kept" in ran.err
    assert "commits 16-?;" in ran.err
    with opened() as repository:
        assert heads(repository) == sorted(HEADS[:15])


def test_a_folder_with_nothing_of_a_store_is_no_store(tmp_path, nq77) -> None:
    ran = nq77("--lang", "en", "--store", tmp_path, "check", "--repair")
    assert ran.status == 1
    assert "nq77 init" in ran.err
    assert not (tmp_path / "store.json").exists()


def test_what_another_program_removed_does_not_come_back(broken, opened) -> None:
    tables = json.loads(broken.read_bytes())
    removed = next(iter(tables["household"]))
    del tables["household"][removed]
    broken.write_text(json.dumps(tables), "utf-8")
    assert repair_store(broken).kept == 19
    with opened() as repository:
        assert "Vi Văn 0" not in heads(repository)


def test_a_journal_of_a_newer_version_is_left_alone(broken) -> None:
    journal = broken.with_name("journal")
    newer = Header.naming(broken.read_bytes(), 15, {}, 0).line().replace(b'"j":1', b'"j":9')
    content = encode_line(newer[18:-1]) + b"whatever it means there"
    journal.write_bytes(content)
    with pytest.raises(RefusedError) as caught:
        repair_store(broken)
    assert caught.value.problems[0].key == "storage.newer_journal"
    assert journal.read_bytes() == content


def test_nothing_at_all_becomes_an_empty_store(tmp_path) -> None:
    path = tmp_path / "store.json"
    path.write_bytes(b"no store at all")
    report = repair_store(path)
    assert report == RepairReport(0, 0, 0, report.files)
    assert len(report.files) == 1
    storage = JournalStorage(path)
    assert storage.read() is None
    storage.close()
