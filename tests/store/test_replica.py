"""A replica id is never used in two places: what happens when stores are copied and restored."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from nq77tui.core.merge import create
from nq77tui.core.record import REPLICA_LENGTH, Dot, Stamp
from nq77tui.store import Repository, create_store, write_store
from nq77tui.store.bundle_writing import since_for, write_bundle
from nq77tui.store.merging import plan_merge, take_in_sources
from nq77tui.store.source import read_source


class Place:
    """One machine: a store, and the state folder that never travels with it."""

    def __init__(self, folder: Path, programme, clock, like_a_disk=None) -> None:
        self.store = folder / "store"
        self.state = folder / "state"
        self.programme = programme
        self.clock = clock
        self.like_a_disk = like_a_disk

    def open(self, **options) -> Repository:
        options = {"operator": "Lan", "clock": self.clock, "state_folder": self.state, **options}
        return Repository.open(self.store, self.programme, **options)

    def save(self, head: str) -> tuple[str, list[str]]:
        """Write one household; the replica id it was written under, and the notices."""
        with self.open() as repository:
            repository.add("household", {"head": head})
            return repository.replica, [notice.key for notice in repository.notices]

    def take_in(self, other: Place):
        with self.open() as repository:
            source = read_source(other.store / "store.json", self.programme.id)
            return take_in_sources(repository, [source])

    def heads(self) -> list[str]:
        with self.open(read_only=True) as repository:
            return sorted(str(row.values.get("head")) for row in repository.rows("household"))

    def image(self, folder: Path, *, with_state: bool = False) -> None:
        """A backup: the data, and perhaps the user's state as well."""
        folder.mkdir()
        for name in ("store.json", "journal"):
            shutil.copyfile(self.store / name, folder / name)
        if with_state:
            shutil.copytree(self.state, folder / "state")

    def restore(self, folder: Path, *, is_whole_disk: bool = False) -> None:
        """The backup over the same place.

        Args:
            is_whole_disk: the file system as it was, with the times that only it can set.
        """
        for name in ("store.json", "journal"):
            shutil.copyfile(folder / name, self.store / name)
        if (folder / "state").exists():
            shutil.rmtree(self.state)
            shutil.copytree(folder / "state", self.state)
        if is_whole_disk:
            self.like_a_disk(self.state)


@pytest.fixture
def place(tmp_path, programme, clock, like_a_disk):
    def make(name: str) -> Place:
        made = Place(tmp_path / name, programme, clock, like_a_disk)
        create_store(made.store, programme)
        return made

    return make


def test_the_first_write_mints_without_a_word_and_the_id_stays(place):
    mine = place("a")
    first, notices = mine.save("Vi Văn A")
    assert (len(first), notices) == (REPLICA_LENGTH, [])
    assert mine.save("Vi Văn B") == (first, [])
    assert mine.save("Vi Văn C") == (first, [])


def test_reading_mints_nothing(place):
    mine, foreign = place("a"), place("b")
    foreign.save("Vi Văn A")
    foreign.state = mine.state
    for options in ({}, {"read_only": True}):
        with foreign.open(**options) as repository:
            assert [row.values["head"] for row in repository.rows("household")] == ["Vi Văn A"]
            assert repository.coverage("2024-06-03").figure("", "households") == 1
            assert (repository.replica, repository.notices) == ("", [])
    assert not mine.state.exists()


def test_a_copied_folder_writes_under_a_new_id_and_says_so_once(place, tmp_path, programme, clock):
    mine = place("a")
    first, _ = mine.save("Vi Văn A")
    copy = Place(tmp_path / "copy", programme, clock)
    shutil.copytree(mine.store, copy.store)
    copy.state = mine.state
    second, notices = copy.save("Vi Văn B")
    assert second != first
    assert notices == ["replica.new_place"]
    assert copy.save("Vi Văn C") == (second, [])
    assert mine.save("Vi Văn D") == (first, [])
    mine.take_in(copy)
    copy.take_in(mine)
    assert mine.heads() == copy.heads() == ["Vi Văn A", "Vi Văn B", "Vi Văn C", "Vi Văn D"]


def test_a_store_that_was_filled_when_it_was_made_is_no_copy(place, programme):
    made = place("a")
    shutil.rmtree(made.store)
    born = create("household", {"head": "Vi Văn A"}, Dot("AAAAAAAA", 1), Stamp(1, "An"))
    write_store(made.store, programme, [born])
    assert made.save("Vi Văn B")[1] == []
    assert made.heads() == ["Vi Văn A", "Vi Văn B"]


def test_a_moved_folder_writes_under_a_new_id(place, tmp_path):
    mine = place("a")
    first, _ = mine.save("Vi Văn A")
    moved = tmp_path / "elsewhere"
    mine.store.rename(moved)
    mine.store = moved
    second, notices = mine.save("Vi Văn B")
    assert second != first
    assert notices == ["replica.new_place"]
    assert mine.heads() == ["Vi Văn A", "Vi Văn B"]


def test_a_folder_that_was_deleted_and_copied_back_writes_under_a_new_id(place, tmp_path):
    mine = place("a")
    first, _ = mine.save("Vi Văn A")
    shutil.copytree(mine.store, tmp_path / "backup")
    mine.save("Vi Văn B")
    shutil.rmtree(mine.store)
    shutil.copytree(tmp_path / "backup", mine.store)
    second, notices = mine.save("Vi Văn C")
    assert second != first
    assert len(notices) == 1


def test_another_user_of_the_same_store_writes_under_an_id_of_their_own(place, tmp_path):
    mine = place("a")
    first, _ = mine.save("Vi Văn A")
    mine.state = tmp_path / "state of somebody else"
    second, _ = mine.save("Vi Văn B")
    assert first != second
    assert mine.heads() == ["Vi Văn A", "Vi Văn B"]


def test_edits_after_a_restored_backup_survive_a_hub_that_saw_what_was_before(place, tmp_path):
    mine, hub = place("a"), place("hub")
    with mine.open() as repository:
        house = repository.add("household", {"head": "Vi Văn A", "persons": 1}).id
    mine.image(tmp_path / "backup")
    first, _ = mine.save("Vi Văn B")
    with mine.open() as repository:
        repository.edit(house, {"persons": 2})
    hub.take_in(mine)
    mine.restore(tmp_path / "backup")
    with mine.open() as repository:
        repository.add("household", {"head": "Sau khi khôi phục"})
        repository.edit(house, {"persons": 3})
        assert repository.replica != first
        assert [notice.key for notice in repository.notices] == ["replica.restored"]
    plan = hub.take_in(mine)
    assert (plan.new, plan.conflicted) == (1, 1)
    mine.take_in(hub)
    expected = ["Sau khi khôi phục", "Vi Văn A", "Vi Văn B"]
    assert hub.heads() == mine.heads() == expected
    for one in (hub, mine):
        with one.open() as repository:
            values = {s.value for s in repository.require(house).conflicts["persons"]}
            assert values == {2, 3}


def test_a_restored_backup_says_so_once(place, tmp_path):
    mine = place("a")
    mine.save("Vi Văn A")
    mine.image(tmp_path / "backup")
    mine.save("Vi Văn B")
    mine.restore(tmp_path / "backup")
    second, notices = mine.save("Vi Văn C")
    assert notices == ["replica.restored"]
    assert mine.save("Vi Văn D") == (second, [])


def test_a_backup_of_the_last_state_holds_the_right(place, tmp_path):
    mine = place("a")
    first, _ = mine.save("Vi Văn A")
    mine.image(tmp_path / "backup")
    mine.restore(tmp_path / "backup")
    assert mine.save("Vi Văn B") == (first, [])


def two_machines_from_one_disk(place, tmp_path, on_first: list[str], on_second: list[str]):
    """A cloned disk: store and state are the same on both, down to the last byte."""
    mine = place("a")
    mine.save("Vi Văn A")
    mine.image(tmp_path / "disk", with_state=True)
    for head in on_first:
        mine.save(head)
    clone = place("clone")
    for name in ("store.json", "journal"):
        shutil.copyfile(mine.store / name, clone.store / name)
    mine.restore(tmp_path / "disk", is_whole_disk=True)
    for head in on_second:
        mine.save(head)
    return mine, clone


def test_a_cloned_disk_that_wrote_more_is_noticed_at_the_merge(place, tmp_path):
    mine, clone = two_machines_from_one_disk(place, tmp_path, ["Một", "Hai"], ["Ba"])
    plan = mine.take_in(clone)
    assert [warning.key for warning in plan.warnings] == ["merge.replica_twice"]


def test_a_cloned_disk_that_wrote_as_much_is_noticed_at_the_merge(place, tmp_path):
    mine, clone = two_machines_from_one_disk(place, tmp_path, ["Một"], ["Hai"])
    plan = mine.take_in(clone)
    assert [warning.key for warning in plan.warnings] == ["merge.replica_twice"]


def test_a_cloned_disk_that_wrote_less_is_noticed_at_the_merge(place, tmp_path):
    mine, clone = two_machines_from_one_disk(place, tmp_path, ["Một"], ["Hai", "Ba"])
    plan = mine.take_in(clone)
    assert [warning.key for warning in plan.warnings] == ["merge.replica_twice"]


@pytest.mark.parametrize(
    ("first", "second"), [(["Một", "Hai"], ["Ba"]), (["Một"], ["Hai"]), (["Một"], ["Hai", "Ba"])]
)
def test_what_both_machines_of_a_cloned_disk_wrote_is_kept_or_refused(
    place, tmp_path, first, second
):
    mine, clone = two_machines_from_one_disk(place, tmp_path, first, second)
    plan = mine.take_in(clone)
    lost = {*first, *second} - set(mine.heads())
    assert not lost or plan.refused or plan.conflicted


@pytest.fixture
def start_machine(tmp_path, monkeypatch):
    """The machine is started anew: the system gives that start a name of its own."""

    def start(name: str) -> None:
        file = tmp_path / f"start {name}"
        file.write_text(f"{name}\n", encoding="ascii")
        monkeypatch.setattr("nq77tui.store.epochs._BOOT_ID", file)

    return start


@pytest.mark.parametrize("copying", [shutil.copy2, shutil.copyfile])
def test_edits_after_a_restored_home_folder_survive_a_hub_that_saw_what_was_before(
    place, tmp_path, copying
):
    """Restored with its times (tar, rsync, cp -a), or copied back plainly a while later."""
    mine, hub = place("a"), place("hub")
    with mine.open() as repository:
        house = repository.add("household", {"head": "Vi Văn A", "persons": 1}).id
        first = repository.replica
    mine.image(tmp_path / "backup", with_state=True)
    if copying is shutil.copyfile:
        (right,) = (tmp_path / "backup" / "state" / "rights").iterdir()
        head, _ = right.read_text(encoding="ascii").rsplit(" ", 1)
        right.write_text(f"{head} {int(time.time()) - 3600:012}\n", encoding="ascii")
    with mine.open() as repository:
        repository.edit(house, {"persons": 2})
        repository.edit(house, {"persons": 3})
    hub.take_in(mine)
    mine.restore(tmp_path / "backup")
    if copying is shutil.copyfile:
        (right,) = (mine.state / "rights").iterdir()
        copying(tmp_path / "backup" / "state" / "rights" / right.name, right)
    with mine.open() as repository:
        repository.edit(house, {"persons": 4})
        assert repository.replica != first
        assert [notice.key for notice in repository.notices] == ["replica.restored"]
    assert hub.take_in(mine).conflicted == 1
    with hub.open() as repository:
        assert {s.value for s in repository.require(house).conflicts["persons"]} == {3, 4}


def restored_disk(place, tmp_path, start_machine):
    """A disk image put back: two branches of one replica, and a hub that saw the first of them.

    Before: a house. Branch one: an edit of it, a second house and a visit to that. Branch two:
    another edit of it, another second house and another visit, under the same names.
    """
    mine, hub = place("a"), place("hub")
    with mine.open() as repository:
        house = repository.add("household", {"head": "Vi Văn A", "persons": 1}).id
        repository.add("household", {"head": "Vi Văn B"})
    mine.image(tmp_path / "disk", with_state=True)
    with mine.open() as repository:
        repository.edit(house, {"persons": 2})
        repository.edit(house, {"persons": 3})
        second = repository.add("household", {"head": "Nhánh một"})
        repository.add("visit", {"unit": second.id, "wish": "Vốn một", "date": "2024-06-01"})
    shutil.copytree(mine.store, tmp_path / "branch one")
    hub.take_in(mine)
    mine.restore(tmp_path / "disk", is_whole_disk=True)
    start_machine("again")
    with mine.open() as repository:
        repository.edit(house, {"persons": 4})
        repository.delete(repository.add("household", {"head": "Bỏ"}).id)
        second = repository.add("household", {"head": "Nhánh hai"})
        repository.add("visit", {"unit": second.id, "wish": "Vốn hai", "date": "2024-06-01"})
        assert repository.notices == []
    return mine, hub, house


def visits(place: Place) -> set[tuple[str, str]]:
    with place.open(read_only=True) as repository:
        return {
            (repository.title(str(row.values["unit"])), str(row.values["wish"]))
            for row in repository.rows("visit")
        }


BOTH = {("Nhánh một", "Vốn một"), ("Nhánh hai", "Vốn hai")}


def tables(place: Place) -> str:
    with place.open(read_only=True) as repository:
        return json.dumps(repository.canonical_tables())


def test_a_restored_disk_is_noticed_by_a_hub_and_both_branches_are_kept(
    place, tmp_path, start_machine
):
    mine, hub, house = restored_disk(place, tmp_path, start_machine)
    with hub.open() as repository:
        source = read_source(mine.store / "store.json", mine.programme.id)
        preview = plan_merge(repository, [source])
    plan = hub.take_in(mine)
    assert [warning.key for warning in plan.warnings] == ["merge.branch_theirs"]
    assert (plan.counts, plan.refused) == (preview.counts, [])
    assert plan.conflicted == 1
    with hub.open() as repository:
        assert {s.value for s in repository.require(house).conflicts["persons"]} == {3, 4}
    assert visits(hub) == BOTH
    # The machine itself learns of it from the hub, and names its writes as the hub does.
    back = mine.take_in(hub)
    assert [w.key for w in back.warnings] == ["merge.branch_mine"]
    assert tables(mine) == tables(hub)
    assert hub.take_in(mine).counts["known"] == plan.counts["in"] + 2
    assert mine.take_in(hub).warnings == []


def test_what_is_written_after_a_branch_was_found_travels_as_ever(
    place, tmp_path, start_machine, programme
):
    mine, hub, house = restored_disk(place, tmp_path, start_machine)
    hub.take_in(mine)
    mine.take_in(hub)
    with mine.open() as repository:
        old = set(repository.epochs())
        repository.resolve(house, "persons", 4)
        repository.add("household", {"head": "Sau đó"})
        assert repository.replica not in old
        written = write_bundle(repository, tmp_path, since_for(repository, None, everything=False))
    with hub.open() as repository:
        plan = take_in_sources(repository, [read_source(written.path, programme.id)])
        assert (plan.new, plan.changed, plan.conflicted, plan.warnings) == (1, 1, 0, [])
    assert tables(mine) == tables(hub)


def test_a_branch_that_is_told_of_again_and_in_parts_is_known(
    place, tmp_path, start_machine, programme
):
    mine, hub, house = restored_disk(place, tmp_path, start_machine)
    with mine.open() as repository:
        area = repository.add("area", {"code": "07015", "name": "Xã Một", "level": "commune"}).id
        repository.overwrite(house, {"area": area})
        bundle = write_bundle(repository, tmp_path, {}, area)
        part = read_source(bundle.path, programme.id)
    for _ in range(2):
        with hub.open() as repository:
            plan = take_in_sources(repository, [part])
            assert {warning.key for warning in plan.warnings} == {"merge.branch_theirs"}
    assert plan.known == plan.counts["in"] == 2
    mine.save("Sau gói")
    assert hub.take_in(mine).refused == []
    mine.take_in(hub)
    assert tables(mine) == tables(hub)


def test_branches_of_one_run_are_refused_where_a_write_would_be_lost(place, tmp_path):
    """A machine's snapshot, put back while it runs: nothing tells the two apart but the hash."""
    mine, hub = place("a"), place("hub")
    with mine.open() as repository:
        house = repository.add("household", {"head": "Vi Văn A", "persons": 1}).id
    mine.image(tmp_path / "disk", with_state=True)
    with mine.open() as repository:
        repository.edit(house, {"persons": 2})
        repository.edit(house, {"persons": 3})
    hub.take_in(mine)
    mine.restore(tmp_path / "disk", is_whole_disk=True)
    with mine.open() as repository:
        repository.edit(house, {"note": "4"})
        repository.add("household", {"head": "Vi Văn B"})
    plan = hub.take_in(mine)
    assert [problem.key for problem in plan.refused] == ["merge.written_twice"]
    assert plan.new == 1
    plan = mine.take_in(hub)
    assert [problem.key for problem in plan.refused] == ["merge.written_twice"]


def test_epochs_from_outside_are_read_as_data(repository, hostile_file):
    made = repository.add("household", {"head": "Vi Văn A"})
    mine = repository.replica
    sound = {"id": mine, "mark": "00000000", "first": 1}
    rows = [5, None, [], {}, {"id": mine}, {**sound, "first": True}, {**sound, "first": 2**70},
            {**sound, "mark": 4}, {**sound, "mark": "zz"}, {**sound, "id": mine + "0"}]  # fmt: skip
    table = {str(number): row for number, row in enumerate(rows)}
    plan = take_in_sources(repository, [read_source(hostile_file({"_epoch": table}), "nq77")])
    assert (plan.warnings, repository.replica) == ([], mine)
    # A sound claim that somebody else was here first costs a name, and no record.
    claim = {"_epoch": {"7": sound}, "_replica": {"1": {"id": mine, "counter": 1}}}
    plan = take_in_sources(repository, [read_source(hostile_file(claim), "nq77")])
    assert [warning.key for warning in plan.warnings] == ["merge.branch_mine"]
    assert [row.values["head"] for row in repository.rows("household")] == ["Vi Văn A"]
    assert repository.get(made.id) is None
    assert repository.add("household", {"head": "Vi Văn B"}).id.startswith(repository.replica)


@pytest.mark.parametrize("seed", range(6))
def test_branches_end_in_equal_bytes_in_whatever_order_stores_meet(
    place, tmp_path, start_machine, seed
):
    mine, hub, house = restored_disk(place, tmp_path, start_machine)
    one, two = (Place(tmp_path / name, mine.programme, mine.clock) for name in ("one", "two"))
    shutil.copytree(tmp_path / "branch one", one.store)
    shutil.copytree(mine.store, two.store)
    # The same image put back again: a third branch, and a hub that knows only that one.
    mine.restore(tmp_path / "disk", is_whole_disk=True)
    start_machine("a third time")
    with mine.open() as repository:
        repository.edit(house, {"persons": 5})
        repository.add("household", {"head": "Nhánh ba"})
        repository.edit(house, {"persons": 6})
    other_hub = place("other hub")
    other_hub.take_in(mine)
    stores = [mine, two, one, hub, other_hub]
    chance = random.Random(seed)
    for _ in range(4):
        pairs = [(a, b) for a in stores for b in stores if a is not b]
        chance.shuffle(pairs)
        for into, brought in pairs[:10]:
            assert into.take_in(brought).refused == []
    for _ in range(2):
        for into in stores:
            for brought in stores:
                if into is not brought:
                    into.take_in(brought)
    assert len({tables(store) for store in stores}) == 1
    assert visits(hub) == BOTH
    assert {"Nhánh một", "Nhánh hai", "Nhánh ba"} < set(hub.heads())
    with hub.open() as repository:
        values = {s.value for s in repository.require(house).conflicts["persons"]}
        assert values == {3, 4, 6}


def test_a_copied_folder_says_so_even_where_its_first_write_is_refused(place, tmp_path, nq77):
    mine = place("a")
    mine.save("Vi Văn A")
    shutil.copytree(mine.store, tmp_path / "copy")
    told = [
        nq77("--lang", "en", "--store", tmp_path / "copy", "add", "household", f"head={head}").err
        for head in ("", "Vi Văn B")
    ]
    assert sum("copied or moved here" in err for err in told) == 1


# -- several programs at once ------------------------------------------------------------------

WRITER = """
import sys
from datetime import datetime
from pathlib import Path
from nq77tui.programme import load_programme, shipped_folder
from nq77tui.store import Repository
store, state, name, count = sys.argv[1:]
with Repository.open(Path(store), load_programme(shipped_folder()), operator=name,
                     clock=lambda: datetime.now().astimezone(),
                     state_folder=Path(state)) as repository:
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(int(count)):
        repository.add("household", {"head": f"{name} {number}"})
    print(repository.replica, len(repository.notices))
"""


def test_two_programs_write_at_once_and_nothing_is_lost_or_written_twice(place):
    mine = place("a")
    mine.save("Vi Văn A")
    count = 40
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(mine.store), str(mine.state), name, str(count)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("An", "Bình", "Chi")
    ]
    for program in programs:
        assert program.stdout.readline() == "ready\n"
    for program in programs:
        program.stdin.write("go\n")
        program.stdin.flush()
    told = [program.communicate(timeout=300)[0].split() for program in programs]
    assert [program.returncode for program in programs] == [0, 0, 0]
    # One user, one store, one right: one id, and not a notice.
    assert len({replica for replica, _ in told}) == 1
    assert {notices for _, notices in told} == {"0"}
    with mine.open() as repository:
        found = Counter(str(row.values["head"]) for row in repository.rows("household"))
        assert len(found) == 3 * count + 1
        assert set(found.values()) == {1}
        assert repository.heard()[repository.replica] == 3 * count + 1
        assert repository.notices == []


def test_two_programs_that_open_a_fresh_store_share_one_right(place):
    mine = place("a")
    with mine.open() as one, mine.open() as other:
        for number in range(3):
            one.add("household", {"head": f"Một {number}"})
        other.add("household", {"head": "Hai"})
        one.add("household", {"head": "Ba"})
        assert one.replica == other.replica
    _, notices = mine.save("Bốn")
    assert notices == []


def test_an_id_that_is_in_use_elsewhere_is_left_by_every_open_program(place, hostile_file):
    mine = place("a")
    old, _ = mine.save("Vi Văn A")
    with mine.open() as one, mine.open() as other:
        assert one.replica == other.replica == old
        claim = hostile_file({"_replica": {"1": {"id": old, "counter": 50}}})
        take_in_sources(one, [read_source(claim, mine.programme.id)])
        made = other.add("household", {"head": "Vi Văn B"})
        assert not made.id.startswith(old)


def test_a_state_folder_that_cannot_be_written_is_named(place, tmp_path):
    mine = place("a")
    blocked = tmp_path / "blocked"
    blocked.write_text("", encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "nq77tui", "--store", mine.store, "add", "household", "head=Vi A"],
        env={**os.environ, "XDG_STATE_HOME": str(blocked)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert str(blocked) in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("content", ["", "x", "a b c", "AAAAAAAA x 5", "A" * 10_000, "\x00" * 60])
def test_a_damaged_right_is_no_right(place, content):
    mine = place("a")
    first, _ = mine.save("Vi Văn A")
    (right,) = (mine.state / "rights").iterdir()
    right.write_text(content, encoding="utf-8")
    second, notices = mine.save("Vi Văn B")
    assert second != first
    assert len(notices) == 1
    assert mine.heads() == ["Vi Văn A", "Vi Văn B"]


def test_a_right_of_bytes_that_are_no_text_is_no_right(place):
    mine = place("a")
    first, _ = mine.save("Vi Văn A")
    (right,) = (mine.state / "rights").iterdir()
    right.write_bytes(b"\xff" * 60)
    second, _ = mine.save("Vi Văn B")
    assert second != first


def test_a_counter_in_the_right_that_is_ahead_of_the_store_is_a_restored_backup(place):
    mine = place("a")
    first, _ = mine.save("Vi Văn A")
    (right,) = (mine.state / "rights").iterdir()
    replica, fingerprint, _, now = right.read_text(encoding="ascii").split()
    right.write_text(f"{replica} {fingerprint} {9:012} {now}\n", encoding="ascii")
    second, notices = mine.save("Vi Văn B")
    assert second != first
    assert notices == ["replica.restored"]
