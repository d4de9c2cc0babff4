"""Every state that a power cut may leave the disk in opens to everything acknowledged.

The method is ALICE's (Pillai and others, OSDI 2014): a run of the store is recorded call by
call. At every point of it, whatever was not synced may be lost: each new, changed or removed name
for itself, and a file's data wholly, by half, or with zeros in its place. Each such state is put
on a real disk and opened. That the checker has teeth is proved by leaving out one sync at a time.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from disk_recorder import Disk, DiskRecorder, Killed, Step, put_on_disk, read_from_disk, whole
from hurt_store import check_history, leave

from nq77tui.core.problem import RefusedError
from nq77tui.store import medium
from nq77tui.store.backup import restore_backup, write_backup
from nq77tui.store.database import open_tinydb
from nq77tui.store.history import commits
from nq77tui.store.journal import encode_line
from nq77tui.store.settings import StoreSettings, load_settings, save_settings
from nq77tui.store.snapshot import dump

LIMIT = 200
"""States at one point of a run."""
HALF_A_LINE = b"01234567 000000ff {"
Workload = Callable[[DiskRecorder], None]


class Life:
    """A store in use; everything that it acknowledges is told to the recorder."""

    def __init__(self, recorder: DiskRecorder) -> None:
        self.recorder = recorder
        self.path = recorder.folder / "store.json"
        self.made = 0
        self.db = open_tinydb(self.path)

    def commit(self, db=None) -> None:
        """Two documents in two tables, and now and then the deletion of older ones."""
        db = self.db if db is None else db  # an empty TinyDB is false
        self.made += 1
        number = self.made
        with db.transaction():
            db.table("household").insert({"n": number, "head": "Vi Thị Lý"})
            db.table("assignment").insert({"n": number})
            if number % 4 == 0:
                for table in ("household", "assignment"):
                    db.table(table).remove(doc_ids=[number - 2])
        self.recorder.acknowledge(number)


def a_life(recorder: DiskRecorder) -> None:
    life = Life(recorder)
    for fold in (False, True, False, True, False):
        life.commit()
        life.commit()
        if fold:
            life.db.storage.compact()
    life.commit()
    life.db.close()


def settings(recorder: DiskRecorder) -> None:
    recorder.folder.mkdir(exist_ok=True)
    for number in range(1, 4):
        save_settings(recorder.folder, StoreSettings("p", number, operator="Lan" * number))
        recorder.acknowledge(("settings", number))


def an_unsynced_line_of_a_killed_colleague(recorder: DiskRecorder) -> None:
    life = Life(recorder)
    life.commit()
    life.commit()
    killed = open_tinydb(life.path)
    number = killed.storage.sequence + 1
    operations = [
        ["i", table, str(number), {"n": number, **extra}]
        for table, extra in (("household", {"head": "Vi Thị Lý"}), ("assignment", {}))
    ]
    payload = dump({"l": number, "at": 0, "o": operations})
    os.write(killed.storage._journal._file, encode_line(payload))
    leave(killed)
    life.made += 1
    life.db.storage.compact()
    leave(life.db)


def a_restored_backup(recorder: DiskRecorder) -> None:
    apart = recorder.folder.with_name(recorder.folder.name + "-apart")
    apart.mkdir()
    life = Life(DiskRecorder(apart))
    save_settings(apart, StoreSettings("p", 1))
    for _ in range(3):
        life.commit()
    life.db.close()
    write_backup(apart, apart / "backup")
    recorder.acknowledge(("all or nothing", 3))
    restore_backup(apart / "backup", recorder.folder)
    shutil.rmtree(apart)
    recorder.acknowledge(3)
    recorder.acknowledge(("settings", 1))


def half_a_line_of_a_killed_colleague(recorder: DiskRecorder) -> None:
    life = Life(recorder)
    life.commit()
    killed = open_tinydb(life.path)
    os.write(killed.storage._journal._file, HALF_A_LINE)
    leave(killed)
    life.commit()
    recorder.acknowledge(("aside", HALF_A_LINE))
    leave(life.db)
    life.db = open_tinydb(life.path)
    os.write(life.db.storage._journal._file, HALF_A_LINE[1:])
    leave(life.db)
    life.db = open_tinydb(life.path)
    recorder.acknowledge(("aside", HALF_A_LINE[1:]))
    life.commit()
    leave(life.db)


def a_fold_killed_at(point: int, *, goes_on_with_an_open_handle: bool) -> Workload:
    def run(recorder: DiskRecorder) -> None:
        life = Life(recorder)
        life.commit()
        life.commit()
        colleague = open_tinydb(life.path)
        # As after a while, so that the colleague knows the names in it by the folder's time.
        os.utime(recorder.folder, (1, 1))
        life.commit(colleague)
        assert colleague.storage._names_at == 10**9
        seen = 0

        def die(name: str) -> None:
            nonlocal seen
            if name in ("rename", "fsync", "fdatasync", "unlink", "ftruncate"):
                seen += 1
                if seen == point:
                    raise Killed

        recorder._before_hook = die
        with suppress(Killed):
            life.db.storage.compact()
        recorder._before_hook = lambda name: None
        recorder.is_dead = False
        leave(life.db)
        if goes_on_with_an_open_handle:
            life.commit(colleague)
            colleague.storage.compact()
            life.commit(colleague)
            leave(colleague)
        else:
            leave(colleague)
            life.db = open_tinydb(life.path)
            life.commit()
            life.db.storage.compact()
            life.commit()
            leave(life.db)

    return run


@dataclass
class Result:
    """What checking one workload gave."""

    points: int = 0
    states: int = 0
    violations: list[str] = field(default_factory=list)


def record(folder: Path, workload: Workload, leaves_out=lambda kind, name: False):
    """The steps of a run, and its syncs in order."""
    folder.mkdir(parents=True)
    recorder = DiskRecorder(folder, leaves_out=leaves_out)
    with recorder.watching():
        workload(recorder)
    return recorder.steps


def check(steps: list[Step], folder: Path, *, stop_early: bool = False) -> Result:
    """Open every state that a power cut may leave."""
    result = Result()
    disk, acknowledged, tried = Disk.empty(), [], set()
    for step in steps:
        disk.carry_out(step)
        if step.kind == "ack":
            acknowledged.append(step.value)
        result.points += 1
        for tree in disk.states(LIMIT):
            digest = hashlib.sha256(repr((sorted(tree.items()), acknowledged)).encode()).digest()
            if digest in tried:
                continue
            tried.add(digest)
            result.states += 1
            put_on_disk(tree, folder)
            try:
                verify(folder, acknowledged)
            except (AssertionError, RefusedError, OSError, ValueError, KeyError) as error:
                result.violations.append(f"{step.kind} {step.name}: {error!r}"[:300])
                if stop_early:
                    return result
            finally:
                shutil.rmtree(folder)
    return result


def verify(folder: Path, acknowledged: list[object]) -> None:
    kept = [value for value in acknowledged if isinstance(value, int)]
    told = [value for value in acknowledged if isinstance(value, tuple)]
    saved = [value for value in told if value[0] == "settings"]
    aside = {value[1] for value in told if value[0] == "aside"}
    assert aside <= {file.read_bytes() for file in folder.glob("journal.torn-*")}
    if ("all or nothing", 3) in told and (folder / "store.json").exists():
        kept, saved = [3], [("settings", 1)]
    if saved:
        found = load_settings(folder)
        assert found is not None
        assert found.programme_version >= saved[-1][1]
    if kept:
        verify_store(folder / "store.json", max(kept))
    elif (folder / "store.json").exists():
        verify_store(folder / "store.json", 0)


def verify_store(path: Path, acknowledged: int) -> None:
    db = open_tinydb(path)
    try:
        assert path.exists()
        told = {notice.key for notice in db.storage.notices}
        assert told <= {"storage.torn_tail", "storage.low_room"}, told
        last = db.storage.sequence
        assert acknowledged <= last <= acknowledged + 1
        assert_holds(db, last)
        check_history(path, last)
        assert {
            operation[3]["n"]
            for one in commits(path.parent / "history", path.parent / "journal")
            for operation in one.operations
            if operation[0] == "i"
        } == set(range(1, last + 1))
        db.table("household").insert({"n": "after"})
    finally:
        leave(db)
    with open_tinydb(path, read_only=True) as again:
        assert again.table("household").all()[-1] == {"n": "after"}
        assert_holds(again, last)


def assert_holds(db, last: int) -> None:
    deleted = {number - 2 for number in range(4, last + 1, 4)}
    wanted = [number for number in range(1, last + 1) if number not in deleted]
    assert [d["n"] for d in db.table("household") if d["n"] != "after"] == wanted
    assert [d["n"] for d in db.table("assignment")] == wanted


@pytest.fixture(autouse=True)
def little(monkeypatch) -> None:
    monkeypatch.setattr(medium, "BALLAST_BYTES", 64)  # it stands in every state


WORKLOADS: dict[str, Workload] = {
    "a life": a_life,
    "settings": settings,
    "an unsynced line of a killed colleague": an_unsynced_line_of_a_killed_colleague,
    "half a line of a killed colleague": half_a_line_of_a_killed_colleague,
    "a restored backup": a_restored_backup,
}
KILLS: dict[str, Workload] = {
    f"fold killed at {point}, {'open' if is_open else 'new'} handle": a_fold_killed_at(
        point, goes_on_with_an_open_handle=is_open
    )
    for point in range(1, 17)
    for is_open in (True, False)
}
EVERYTHING = {**WORKLOADS, **KILLS}


def test_the_recorder_misses_nothing(tmp_path) -> None:
    for number, workload in enumerate(EVERYTHING.values()):
        folder = tmp_path / str(number)
        steps = record(folder, workload)
        assert whole(steps) == read_from_disk(folder)


@pytest.mark.parametrize("name", WORKLOADS)
def test_every_state_after_a_power_cut_opens_to_everything_acknowledged(
    name, tmp_path, figures
) -> None:
    result = check(record(tmp_path / "run", WORKLOADS[name]), tmp_path / "state")
    figures(points=result.points, states=result.states, violations=len(result.violations))
    assert result.violations == []
    assert result.states > 15


def test_a_power_cut_after_a_killed_fold_loses_nothing(tmp_path, figures, rounds) -> None:
    tried = points = states = 0
    step = max(1, len(KILLS) // rounds(4))
    for number, workload in enumerate(list(KILLS.values())[::step]):
        result = check(record(tmp_path / f"run{number}", workload), tmp_path / "state")
        assert result.violations == []
        tried += 1
        points += result.points
        states += result.states
    figures(kills=tried, points=points, states=states, violations=0)


def test_the_checker_catches_the_code_with_any_one_sync_taken_out(tmp_path, figures) -> None:
    places = _places_of_syncs(tmp_path)
    assert len(places) >= 15
    survived = [place for place, names in places.items() if not _is_caught(place, names, tmp_path)]
    figures(syncs=len(places), caught=len(places) - len(survived))
    assert survived == []


def _is_caught(place: tuple[str, int], names: list[str], tmp_path: Path) -> bool:
    for name in names:
        run = tmp_path / "run"
        steps = record(run, EVERYTHING[name], lambda kind, path: _place_of_sync() == place)
        shutil.rmtree(run)
        if check(steps, tmp_path / "state", stop_early=True).violations:
            return True
    return False


def _places_of_syncs(tmp_path: Path) -> dict[tuple[str, int], list[str]]:
    """Where the store's code asks for a sync, and in which runs it does."""
    places: dict[tuple[str, int], list[str]] = {}

    for name, workload in EVERYTHING.items():
        seen: set[tuple[str, int]] = set()

        def see(kind: str, path: str, seen: set[tuple[str, int]] = seen) -> bool:
            seen.add(_place_of_sync())
            return False

        record(tmp_path / "run", workload, see)
        shutil.rmtree(tmp_path / "run")
        for place in seen:
            places.setdefault(place, []).append(name)
    return places


def _place_of_sync() -> tuple[str, int]:
    """The line that wants something synced, behind the helpers that do it."""
    for frame in reversed(traceback.extract_stack()):
        module = Path(frame.filename)
        if "nq77tui" in module.parts[-3:] and module.stem != "atomic_file" and frame.name != "sync":
            return module.name, frame.lineno or 0
    raise AssertionError
