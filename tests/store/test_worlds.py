"""Three machines that exchange bundles by stick, in any order, with losses and repeats."""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nq77tui.core.inbox import Question
from nq77tui.core.problem import RefusedError
from nq77tui.store import Repository, create_store
from nq77tui.store.bundle_writing import since_for, write_bundle
from nq77tui.store.inbox import open_questions
from nq77tui.store.merge_undo import undo_merge
from nq77tui.store.merging import plan_merge, take_in_sources
from nq77tui.store.receipts import receipts
from nq77tui.store.source import read_source
from nq77tui.store.way_back import undo_last

NAMES = "abc"


class World:
    """Machines with a store, a clock and a state folder each, and the bundles on the way."""

    def __init__(self, place: Path, programme) -> None:
        self.place = place
        self.programme = programme
        self.now = datetime(2024, 6, 3, 8, tzinfo=UTC)
        self.skew = dict(zip(NAMES, (0, 400 * 365, -9000), strict=True))
        self.bundles: list[Path] = []
        (place / "stick").mkdir()

    def create(self, *names: str) -> None:
        for name in names:
            create_store(self.place / name, self.programme)

    def open(self, name: str) -> Repository:
        self.now += timedelta(minutes=1)
        now = self.now + timedelta(days=self.skew[name[0]])
        return Repository.open(
            self.place / name,
            self.programme,
            operator=f"người {name}",
            clock=lambda: now,
            state_folder=self.place / f"rights of {name}",
        )

    def send(self, name: str, **options) -> Path:
        with self.open(name) as repository:
            since = since_for(repository, None, everything=options.get("everything", False))
            path = write_bundle(repository, self.place / "stick", since).path
        self.bundles.append(path)
        return path

    def receive(self, name: str, *paths: Path):
        with self.open(name) as repository:
            sources = [read_source(path, self.programme.id) for path in paths]
            plan = take_in_sources(repository, sources)
        counts = dict(plan.counts)
        assert counts.pop("in") == sum(counts.values()) == sum(map(len, sources))
        assert plan.refused == []
        assert not plan.is_replica_twice
        return plan

    def tables(self, name: str) -> bytes:
        with self.open(name) as repository:
            tables = repository.canonical_tables()
        return json.dumps(tables, ensure_ascii=False, sort_keys=True).encode("utf-8")

    def questions(self, name: str) -> list[Question]:
        with self.open(name) as repository:
            return open_questions(repository)

    def until_all_have_all(self) -> None:
        for _ in range(3):
            for name in NAMES:
                path = self.send(name)
                for other in NAMES:
                    self.receive(other, path)


@pytest.fixture
def world(tmp_path, programme):
    (tmp_path / "world").mkdir()
    return World(tmp_path / "world", programme)


STEP = st.tuples(
    st.sampled_from(NAMES),
    st.sampled_from(
        [
            "edit",
            "edit",
            "edit",
            "add",
            "delete",
            "keep",
            "send",
            "send",
            "receive",
            "receive",
            "receive",
            "undo",
            "copy",
        ]
    ),  # fmt: skip
    st.integers(0, 9),
)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(STEP, max_size=22))
def test_any_world_settles_on_the_same_bytes_with_every_write_seen(
    tmp_path_factory, programme, steps
):
    world = World(tmp_path_factory.mktemp("world"), programme)
    world.create(*NAMES)
    with world.open("a") as a:
        house = a.add("household", {"head": "Vi Thị Lan", "persons": 4}).id
    begin = world.send("a")
    for name in NAMES:
        world.receive(name, begin)
    written = set()
    for name, action, number in steps:
        if action == "send":
            world.send(name)
        elif action == "receive":
            # Any one that was ever made: late, again, or one's own.
            world.receive(name, world.bundles[number % len(world.bundles)])
        elif action == "copy":
            # Somebody carries the whole folder: it writes under an id of its own from then on.
            if (other := NAMES[number % 3]) != name:
                shutil.rmtree(world.place / name)
                shutil.copytree(world.place / other, world.place / name)
        else:
            with world.open(name) as repository:
                if action == "edit":
                    record = repository.edit(house, {"persons": number + 1})
                    written.add(record.written("persons").dot)
                elif action == "add":
                    repository.add("household", {"head": f"Vi Văn {number}"})
                elif action == "undo":
                    with suppress(RefusedError):  # there may be none
                        undo_merge(repository)
                else:
                    getattr(repository, action)(house)
    world.until_all_have_all()
    assert len({world.tables(name) for name in NAMES}) == 1
    assert world.questions("a") == world.questions("b") == world.questions("c")
    # A copied folder may have been thrown away with what nobody had received; nothing else may.
    with world.open("a") as a:
        record = a.require(house)
        heard = a.heard()
        lost = {dot for dot in written if record.vector.get(dot[0], 0) < dot[1]}
        assert not lost or any(step[1] == "copy" for step in steps)
        assert not any(heard.get(replica, 0) >= counter for replica, counter in lost)


def test_a_bundle_carries_only_what_somebody_lacks(world):
    world.create(*NAMES)
    with world.open("a") as a:
        for number in range(5):
            a.add("household", {"head": f"Vi Văn {number}"})
    world.until_all_have_all()
    with world.open("a") as a:
        a.add("household", {"head": "Mới"})
    path = world.send("a")
    assert len(read_source(path, world.programme.id)) == 1
    world.receive("b", path)
    # c has not confirmed it yet, so b passes it on; once c has told, nobody does.
    assert len(read_source(world.send("b"), world.programme.id)) == 1
    world.receive("c", world.bundles[-1])
    for name in "ab":
        world.receive(name, world.send("c"))
    for name in "ab":
        world.receive("a" if name == "b" else "b", world.send(name))
        assert len(read_source(world.bundles[-1], world.programme.id)) == 0


def test_a_gap_is_named_merged_all_the_same_and_filled_later(world):
    world.create("a", "b")
    with world.open("a") as a:
        a.peer_book.tell_of_myself("Xã Nam Quan")
        house = a.add("household", {"head": "Vi Thị Lan"}).id
    first = world.send("a")
    with world.open("a") as a:
        since = a.heard()
        a.edit(house, {"persons": 2})
        between = write_bundle(a, world.place / "stick", since).path
        since = a.heard()
        other = a.add("household", {"head": "Nông Văn Hai"}).id
        replica = a.replica
        last = write_bundle(a, world.place / "stick", since).path
    plan = world.receive("b", last)
    (gap,) = plan.warnings
    assert (gap.key, gap.params["first"], gap.params["last"]) == ("merge.gap", 1, 2)
    assert (gap.params["name"], gap.params["replica"]) == ("Xã Nam Quan", replica)
    with world.open("b") as b:
        assert b.row(other) is not None
        assert replica not in b.heard()
    # The others in the wrong order, at once: together they close it.
    assert world.receive("b", last, between, first).warnings == []
    with world.open("b") as b:
        assert b.heard()[replica] == 3
    assert world.tables("a") == world.tables("b")


def test_a_machine_that_was_passed_on_is_known_and_waited_for(world):
    world.create(*NAMES)
    for name in NAMES:
        with world.open(name) as repository:
            repository.peer_book.tell_of_myself(f"Xã {name}")
            repository.add("household", {"head": f"Vi Văn {name}"})
    world.receive("b", world.send("c"))
    world.receive("a", world.send("b"))
    with world.open("a") as a:
        assert {peer.name for peer in a.peer_book.others()} == {"Xã b", "Xã c"}
        lowest = since_for(a, None, everything=False)
        assert a.replica not in lowest
        a.peer_book.forget("Xã c")
        a.peer_book.forget("Xã b")
        assert a.peer_book.others() == []
    with world.open("c") as c:
        c.add("household", {"head": "Nữa"})
    world.receive("a", world.send("c"))
    with world.open("a") as a:
        assert {peer.name for peer in a.peer_book.others()} == {"Xã c"}


def test_two_users_of_one_store_are_one_machine(world):
    world.create("a", "b")
    with world.open("a") as a:
        a.add("household", {"head": "Vi Văn A"})
        a.peer_book.tell_of_myself("Huyện")
    other = {"operator": "người khác", "clock": lambda: world.now}
    other["state_folder"] = world.place / "other"
    with Repository.open(world.place / "a", world.programme, **other) as second:
        second.add("household", {"head": "Vi Văn B"})
        assert second.peer_book.others() == []
        told = second.peer_book.tell_of_myself()
        assert told.name == "Huyện"
        assert len(second.peer_book.all()) == 2
    world.receive("b", world.send("a"))
    with world.open("b") as b:
        assert len(b.peer_book.others()) == 1


def test_a_store_read_whole_tells_what_its_machine_has_received(world):
    world.create("a", "b")
    with world.open("a") as a:
        a.add("household", {"head": "Vi Văn A"})
    world.receive("b", world.send("a"))
    whole = read_source(world.place / "b" / "store.json", world.programme.id)
    with world.open("a") as a:
        take_in_sources(a, [whole])
        (peer,) = a.peer_book.others()
        assert peer.heard[a.replica] == 1


def test_machines_stand_in_no_export(world):
    world.create("a")
    with world.open("a") as a:
        a.peer_book.tell_of_myself("Huyện")
        assert a.record_types() == []
        assert a.canonical_tables() == {}


def test_a_chain_belongs_to_its_counter(world):
    world.create("a")
    with world.open("a") as a:
        house = a.add("household", {"head": "Vi Văn A"}).id
        old = a.replica
    shutil.copytree(world.place / "a", world.place / "b")
    with world.open("a") as a:
        a.edit(house, {"persons": 2})
    world.receive("b", world.send("a"))
    world.receive("a", world.send("b"))
    with world.open("a") as a, world.open("b") as b:
        assert a.replica == old
        assert a.chains()[old] == b.chains()[old] == a.chain()


def test_a_clone_is_noticed_by_its_chain(world, like_a_disk):
    world.create("a", "b")
    with world.open("a") as a:
        a.add("household", {"head": "Vi Văn A"})
        old = a.replica
    rights = world.place / "rights of a"
    shutil.copytree(world.place / "a", world.place / "kept")
    shutil.copytree(rights, world.place / "kept rights")
    with world.open("a") as a:
        a.add("household", {"head": "Một"})
    sent = world.send("a")
    # The disk is put back to the image that was made before, its state folder included.
    for name in ("store.json", "journal"):
        (world.place / "a" / name).write_bytes((world.place / "kept" / name).read_bytes())
    shutil.rmtree(rights)
    shutil.copytree(world.place / "kept rights", rights)
    like_a_disk(rights)
    with world.open("a") as a:
        a.add("household", {"head": "Hai"})
        sources = [read_source(sent, world.programme.id)]
        plan = take_in_sources(a, sources)
        assert plan.is_replica_twice
        assert a.replica != old


# -- receipts and the way back ------------------------------------------------------------------


@pytest.fixture
def merged(world):
    """Machine a after taking b's work in; the ids of what was there."""
    world.create("a", "b")
    with world.open("a") as a:
        ids = {
            name: a.add("household", {"head": name, "persons": 4}).id
            for name in ("both", "theirs", "gone", "kept")
        }
    world.receive("b", world.send("a"))
    with world.open("a") as a:
        a.edit(ids["both"], {"persons": 5})
        a.delete(ids["kept"])
    with world.open("b") as b:
        b.edit(ids["both"], {"persons": 6, "phone": "0912345678"})
        b.edit(ids["theirs"], {"persons": 7, "note": "từ B"})
        b.delete(ids["gone"])
        b.edit(ids["kept"], {"persons": 9})
        ids["new"] = b.add("household", {"head": "new"}).id
        ids["used"] = b.add("household", {"head": "used"}).id
    world.before = {}
    with world.open("a") as a:
        world.before = {one: a.get(ids[one]) for one in ids}
    world.receive("a", world.send("b"))
    return ids


def test_a_receipt_adds_up_and_names_what_came_in(world, merged):
    (receipt,) = receipts(world.place / "a")
    counts = dict(receipt.counts)
    assert counts == {"in": 6, "new": 2, "changed": 2, "known": 0, "conflicted": 2, "refused": 0}
    assert counts.pop("in") == sum(counts.values())
    for name, number in counts.items():
        assert sum(kind[name] for kind in receipt.by_type.values()) == number
    (source,) = receipt.sources
    assert source["file"] == world.bundles[-1].name
    assert source["counts"]["in"] == 6
    assert len(source["digest"]) == 64
    assert {entry["id"] for entry in receipt.conflicts} == {merged["both"], merged["kept"]}
    assert receipt.by == "người a"


def test_a_merge_is_taken_back_by_new_writes(world, merged):
    with world.open("a") as a:
        undone = undo_merge(a)
        assert len(undone.taken_back) == 6
        assert undone.left == []
        assert a.require(merged["both"]).values == {"head": "both", "persons": 5}
        assert a.require(merged["theirs"]).values == {"head": "theirs", "persons": 4}
        assert a.row(merged["gone"]) is not None
        assert a.row(merged["kept"]) is None
        assert a.row(merged["new"]) is a.row(merged["used"]) is None
        assert a.conflicted() == []
        with pytest.raises(RefusedError):
            undo_merge(a)
    assert [receipt.undoes > 0 for receipt in receipts(world.place / "a")] == [False, True]
    # New writes travel like any other.
    world.receive("b", world.send("a"))
    assert world.tables("a") == world.tables("b")


def test_later_work_stays_when_a_merge_is_taken_back(world, merged):
    with world.open("a") as a:
        a.edit(merged["theirs"], {"note": "sửa sau"})
        a.edit(merged["both"], {"phone": "0987654321"})
        a.edit(merged["used"], {"persons": 3})
        later = a.add("household", {"head": "later"}).id
        undone = undo_merge(a)
        assert [record.id for record in undone.left] == [merged["used"]]
        assert a.require(merged["theirs"]).values["note"] == "sửa sau"
        assert a.require(merged["theirs"]).values["persons"] == 4
        assert a.require(merged["both"]).values["phone"] == "0987654321"
        assert a.require(merged["both"]).values["persons"] == 5
        assert a.require(merged["used"]).values == {"head": "used", "persons": 3}
        assert a.row(later) is not None


def test_my_last_save_is_not_the_merge_and_not_its_way_back(world, merged):
    with world.open("a") as a:
        mine = a.add("household", {"head": "của tôi"}).id
    world.receive("a", world.send("b"))
    with world.open("a") as a:
        undo_merge(a)
        (record,) = undo_last(a)
        assert record.id == mine


def test_merges_are_taken_back_one_after_the_other(world, merged):
    with world.open("b") as b:
        b.edit(merged["theirs"], {"persons": 8})
    world.receive("a", world.send("b"))
    with world.open("a") as a:
        undo_merge(a)
        assert a.require(merged["theirs"]).get("persons") == 7
        undo_merge(a)
        assert a.require(merged["theirs"]).get("persons") == 4


def test_a_merge_that_brought_nothing_has_a_receipt_and_no_way_back(world):
    world.create("a", "b")
    with world.open("a") as a:
        a.add("household", {"head": "Vi Văn A"})
    path = world.send("a")
    world.receive("a", path)
    with world.open("a") as a, pytest.raises(RefusedError):
        undo_merge(a)
    assert [receipt.counts["known"] for receipt in receipts(world.place / "a")] == [1]


def test_a_merge_that_does_not_come_to_the_disk_leaves_no_receipt(world):
    world.create("a", "b")
    with world.open("a") as a:
        a.add("household", {"head": "Vi Văn A"})
    source = read_source(world.send("a"), world.programme.id)
    with world.open("b") as b:

        def fail():
            with b.transaction():
                take_in_sources(b, [source])
                raise RuntimeError("power")

        with pytest.raises(RuntimeError):
            fail()
        assert receipts(world.place / "b") == []
        # and the next commit does not write it either
        b.add("household", {"head": "Vi Văn B"})
        assert receipts(world.place / "b") == []
        assert plan_merge(b, [source]).counts["new"] == 1


def test_a_receipt_that_cannot_be_written_is_said(world):
    world.create("a", "b")
    with world.open("a") as a:
        a.add("household", {"head": "Vi Văn A"})
    path = world.send("a")
    (world.place / "b" / "receipts").write_text("in the way", encoding="utf-8")
    plan = world.receive("b", path)
    assert [warning.key for warning in plan.warnings] == ["receipt.not_kept"]
