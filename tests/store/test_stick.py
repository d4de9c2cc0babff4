"""Sticks: where they are plugged in, what lies on them, and media that fail in the middle."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from tinydb import TinyDB, where

from nq77tui.core.problem import RefusedError
from nq77tui.store import create_store
from nq77tui.store.bundle_reading import read_bundle
from nq77tui.store.bundle_writing import since_for, write_bundle
from nq77tui.store.merge_undo import undo_merge
from nq77tui.store.merging import apply_merge, plan_merge, take_in_sources
from nq77tui.store.progress import StoppedError
from nq77tui.store.removable import is_usual_place, mounted_sticks, room_in
from nq77tui.store.source import read_files, read_source, read_sources
from nq77tui.store.stick import Stick, is_told_already

FAT = "vfat", "exfat"


@pytest.fixture
def stick(tmp_path):
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


@pytest.fixture
def filled(repository):
    area = repository.add("area", {"name": "Nà Mẫu", "level": "village"}).id
    for number in range(40):
        head = {"head": f"Vi Văn {number}", "area": area, "note": os.urandom(3000).hex()}
        repository.add("household", head)
    return repository


def key_of(error) -> str:
    return error.value.problems[0].key


# -- where ----------------------------------------------------------------------------------------


@pytest.fixture
def system(tmp_path):
    """A root folder with what Linux tells of mounts and devices."""
    root = tmp_path / "root"
    numbers = root / "sys" / "dev" / "block"
    numbers.mkdir(parents=True)

    def device(number, path, removable):
        folder = root / "sys" / "devices" / path
        folder.mkdir(parents=True)
        (folder.parent / "removable").write_text(f"{removable}\n")
        (numbers / number).symlink_to(os.path.relpath(folder, numbers))

    device("8:1", "pci0000:00/ata1/block/sda/sda1", 0)
    device("8:17", "pci0000:00/usb1/1-2/block/sdb/sdb1", 1)
    device("8:33", "pci0000:00/usb2/2-1/block/sdc/sdc1", 0)
    device("179:1", "platform/mmc0/block/mmcblk0/mmcblk0p1", 1)
    for folder in ("home", "srv/stick", "data/disk", "media/lan/USB Cñ", "mnt", "card", "media/cd"):
        (root / folder).mkdir(parents=True)
    lines = [
        "22 1 8:1 / / rw - ext4 /dev/sda1 rw",
        "23 22 0:21 / /proc rw shared:1 - proc proc rw",
        "24 22 8:1 / /home rw - ext4 /dev/sda1 rw",
        "25 22 8:17 / /srv/stick rw shared:2 - vfat /dev/sdb1 rw",
        "26 22 8:33 / /data/disk rw - exfat /dev/sdc1 rw",
        "27 22 0:44 / /media/lan/USB\\040C\\303\\261 rw - fuseblk /dev/sdd1 rw",
        "28 22 0:45 / /media/gone rw - vfat /dev/sde1 rw",
        "29 22 0:46 / /mnt/a/b/c/d rw - overlay overlay rw",
        "30 22 179:1 / /card ro - vfat /dev/mmcblk0p1 ro",
        "31 22 11:0 / /media/cd ro - iso9660 /dev/sr0 ro",
        "short",
    ]
    (root / "proc" / "self").mkdir(parents=True)
    (root / "proc" / "self" / "mountinfo").write_text("\n".join(lines))
    return root


def test_mounted_sticks_are_found_the_last_one_first(system):
    found = [str(folder.relative_to(system)) for folder in mounted_sticks(system)]
    assert found == ["card", "media/lan/USB Cñ", "data/disk", "srv/stick"]
    assert is_usual_place(system, system / "media" / "gone" / "x")
    assert not is_usual_place(system, system / "home")


def test_where_the_system_tells_nothing_there_are_no_sticks(tmp_path):
    assert mounted_sticks(tmp_path) == []
    assert room_in(tmp_path / "gone") is None
    room = room_in(tmp_path)
    assert room is not None
    assert room.free > 0
    assert not room.is_read_only


# -- what lies there ------------------------------------------------------------------------------


@pytest.fixture
def pair(filled, open_store, tmp_path):
    """Two machines."""
    with open_store("b", state_folder=tmp_path / "rights b", operator="Hà") as other:
        other.peer_book.tell_of_myself("Xã B")
        yield filled, other


def states(repository, folder):
    return {one.path.name: one.state for one in Stick(repository, folder).look()}


def receive(repository, folder):
    new = [one.path for one in Stick(repository, folder).look() if one.state == "new"]
    return take_in_sources(repository, read_files(new, repository.programme.id).sources)


def test_a_bundle_is_new_until_it_is_taken_in_and_ones_own_stays_so(pair, stick):
    a, b = pair
    first = write_bundle(a, stick, {}).path
    assert states(a, stick) == {first.name: "own"}
    assert states(b, stick) == {first.name: "new"}
    receive(b, stick)
    assert states(b, stick) == {first.name: "known"}
    word = write_bundle(b, stick, since_for(b, None, everything=False)).path
    # No record in it, but word of what B has received: worth taking in, once.
    assert read_bundle(word).manifest.counts == {}
    assert states(a, stick)[word.name] == "new"
    receive(a, stick)
    assert states(a, stick)[word.name] == "known"
    assert since_for(a, "Xã B", everything=False) == a.heard()


def test_a_bundle_of_an_area_is_known_by_its_digest(pair, stick):
    a, b = pair
    area = next(a.rows("area")).id
    part = write_bundle(a, stick, {}, area).path
    receive(b, stick)
    assert states(b, stick) == {part.name: "known"}


def test_what_cannot_be_used_is_named_and_keeps_nothing_else_out(pair, stick, programme):
    a, b = pair
    whole = write_bundle(a, stick, {}).path
    (stick / "half.nq77").write_bytes(whole.read_bytes()[:-20])
    changed = bytearray(whole.read_bytes())
    changed[500] ^= 1
    (stick / "changed.nq77").write_bytes(changed)
    (stick / "holiday.json").write_text('["pictures"]')
    create_store(stick / "their store", programme)
    found = {one.path.name: one for one in Stick(b, stick).look()}
    assert found["half.nq77"].problem.key == "bundle.cut_off"
    assert found["changed.nq77"].problem.key == "bundle.damaged"
    assert (found[whole.name].state, found["store.json"].state) == ("new", "new")
    assert "holiday.json" not in found
    brought = read_sources([stick], programme.id)
    assert {problem.key for problem in brought.refused} == {
        "bundle.cut_off", "bundle.damaged", "merge.no_store",
    }  # fmt: skip
    assert whole in {source.path for source in brought.sources}


def test_a_second_look_reads_only_what_has_changed(pair, stick, monkeypatch):
    a, b = pair
    write_bundle(a, stick, {})
    looker, read = Stick(b, stick), []
    real = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read.append(path.name) or real(path))
    looker.look()
    assert len([name for name in read if name.endswith(".nq77")]) == 1
    looker.look()
    assert len([name for name in read if name.endswith(".nq77")]) == 1


def test_what_lies_there_already_is_not_sent_again(pair, stick):
    a, _ = pair
    assert is_told_already(a, Stick(a, stick).look(), {}) is None
    write_bundle(a, stick, {})
    assert is_told_already(a, Stick(a, stick).look(), {})
    a.add("household", {"head": "Mới"})
    assert is_told_already(a, Stick(a, stick).look(), {}) is None


def test_a_gap_is_told_in_the_numbers_of_the_missing_changes(pair, stick, open_store, tmp_path):
    a, b = pair
    a.peer_book.tell_of_myself("Xã A")
    write_bundle(a, stick, {})
    receive(b, stick)
    write_bundle(b, stick, {})
    receive(a, stick)
    upto = a.heard()[a.replica]
    a.add("household", {"head": "Sau"})
    late = write_bundle(a, tmp_path, since_for(a, None, everything=False)).path
    with open_store("c", state_folder=tmp_path / "rights c") as third:
        plan = take_in_sources(third, [read_source(late, third.programme.id)])
    (gap,) = [problem for problem in plan.warnings if problem.key == "merge.gap"]
    told = {name: gap.params[name] for name in ("replica", "name", "first", "last")}
    assert told == {"replica": a.replica, "name": "Xã A", "first": 1, "last": upto}


# -- stopping -------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["gather", "pack", "write", "compare"])
def test_sending_can_be_stopped_in_every_part_and_leaves_nothing(filled, stick, part):
    parts = []

    def stop(now, done, of):
        assert 0 <= done <= of
        parts.append(now)
        if now == part:
            raise StoppedError

    before = filled.canonical_tables()
    with pytest.raises(StoppedError):
        write_bundle(filled, stick, {}, watch=stop)
    assert parts[-1] == part
    assert list(stick.iterdir()) == []
    assert filled.canonical_tables() == before


def test_a_merge_can_be_stopped_and_leaves_no_half_commit(pair, stick):
    a, b = pair
    write_bundle(a, stick, {})
    brought = read_sources([stick], b.programme.id)
    plan = plan_merge(b, brought.sources)
    before, heard = b.generation, b.heard()
    calls = []

    def stop(part, done, of):
        calls.append((part, done, of))
        if part == "merge" and done == of:
            raise StoppedError  # with every record in place, just before the commit

    with pytest.raises(StoppedError):
        apply_merge(b, plan, stop)
    assert calls[-1] == ("merge", 41, 41)
    assert (b.generation, b.heard(), list(b.rows("household"))) == (before, heard, [])
    assert list((b.folder / "receipts").glob("*")) == []


def test_a_merge_that_was_stopped_can_be_done_afterwards(pair, stick):
    a, b = pair
    write_bundle(a, stick, {})
    plan = plan_merge(b, read_sources([stick], b.programme.id).sources)

    def stop(part, done, of):
        raise StoppedError

    with pytest.raises(StoppedError):
        apply_merge(b, plan, stop)
    apply_merge(b, plan)
    assert b.canonical_tables() == a.canonical_tables()


def test_taking_a_merge_back_can_be_stopped_too(pair, stick):
    a, b = pair
    write_bundle(a, stick, {})
    receive(b, stick)
    before = b.generation

    def stop(part, done, of):
        if part == "undo" and done == of:
            raise StoppedError

    with pytest.raises(StoppedError):
        undo_merge(b, stop)
    assert b.generation == before
    assert b.canonical_tables() == a.canonical_tables()
    assert len(undo_merge(b).taken_back) == 41


# -- media that fail ------------------------------------------------------------------------------


def ran(*command):
    return subprocess.run([str(word) for word in command], capture_output=True, check=False)


@contextmanager
def tmpfs(place, options):
    place.mkdir()
    if os.geteuid() or ran("mount", "-t", "tmpfs", "-o", options, "tmpfs", place).returncode:
        pytest.skip("needs the right to mount a tmpfs")
    try:
        yield place
    finally:
        ran("umount", place)


def test_a_stick_that_is_pulled_out_in_the_middle_is_told(filled, tmp_path):
    with tmpfs(tmp_path / "usb", "size=4m") as usb:

        def pull(part, done, of):
            if part == "write" and done:
                ran("umount", "-l", usb)

        with pytest.raises(RefusedError) as refused:
            write_bundle(filled, usb, {}, watch=pull)
        assert key_of(refused) == "bundle.medium_gone"
        # What stands there now is a folder of the machine's own disk: nothing went there.
        assert list(usb.iterdir()) == []


def test_a_stick_that_fills_up_in_the_middle_is_told_and_keeps_no_half_file(filled, tmp_path):
    with tmpfs(tmp_path / "usb", "size=100k") as usb:
        (usb / "other.txt").write_bytes(b"x" * 9000)
        with pytest.raises(RefusedError) as refused:
            write_bundle(filled, usb, {})
        assert key_of(refused) == "bundle.full"
        assert [file.name for file in usb.iterdir()] == ["other.txt"]


@contextmanager
def fat(tmp_path, kind):
    image, place = tmp_path / "image", tmp_path / "fat"
    tool = shutil.which(f"mkfs.{kind}")
    if tool is None:
        pytest.skip(f"needs mkfs.{kind}")
    with image.open("wb") as file:
        file.truncate(8 << 20)
    place.mkdir()
    assert ran(tool, image).returncode == 0
    if os.geteuid() or ran("mount", "-o", "loop", "-t", kind, image, place).returncode:
        pytest.skip(f"needs the right to mount, and {kind} in the kernel")
    try:
        yield place
    finally:
        ran("umount", place)


@pytest.mark.parametrize("kind", FAT)
def test_bundles_go_onto_fat_by_their_own_names_and_come_back(pair, tmp_path, kind):
    a, b = pair
    with fat(tmp_path, kind) as place:
        paths = [write_bundle(a, place, {}).path for _ in range(2)]
        assert sorted(file.name for file in place.iterdir()) == sorted(p.name for p in paths)
        assert set(states(b, place).values()) == {"new"}
        receive(b, place)
        assert b.canonical_tables() == a.canonical_tables()
        (place / "fill").write_bytes(b"x" * (room_in(place).free - (64 << 10)))
        with pytest.raises(RefusedError) as refused:
            write_bundle(a, place, {})
        assert key_of(refused) == "bundle.full"
        assert len(list(place.glob("*.nq77"))) == 2


KILLED = """
import os, signal, sys
from pathlib import Path
from nq77tui.store.write_once import put_new
def watch(part, done, of):
    if part == "write" and done:
        os.kill(os.getpid(), signal.SIGKILL)
put_new(Path(sys.argv[1]), "nq77-killed", ".nq77", Path(sys.argv[2]).read_bytes(), last=9,
        watch=watch)
"""


def test_what_a_killed_program_leaves_is_known_for_a_half_bundle(pair, stick, tmp_path):
    a, b = pair
    whole = write_bundle(a, tmp_path, {}).path
    done = subprocess.run([sys.executable, "-c", KILLED, str(stick), str(whole)], check=False)
    assert done.returncode == -9
    (half,) = stick.iterdir()
    assert 0 < half.stat().st_size < whole.stat().st_size
    (lying,) = Stick(b, stick).look()
    assert (lying.state, lying.problem.key) == ("refused", "bundle.cut_off")
    send_again = write_bundle(a, stick, {}).path
    receive(b, stick)
    assert b.canonical_tables() == a.canonical_tables()
    assert half.exists()
    assert send_again.exists()


def test_the_documents_of_a_bundle_open_in_stock_tinydb(filled, stick, tmp_path):
    found = read_bundle(write_bundle(filled, stick, {}).path)
    (tmp_path / "plain.json").write_text(json.dumps(found.tables), encoding="utf-8")
    with TinyDB(tmp_path / "plain.json") as stock:
        assert stock.tables() == {"area", "household"}
        assert len(stock.table("household")) == 40
        assert stock.table("household").get(where("head") == "Vi Văn 7")["area"]


WATCHED = """
import sys
from pathlib import Path
calls = []
def hook(event, arguments):
    if event in ("os.rename", "os.link", "os.symlink", "os.remove", "os.truncate", "open"):
        calls.append((event, *map(str, arguments[:2 if event != "open" else 3])))
from nq77tui.store.write_once import put_new
stick = Path(sys.argv[1])
sys.addaudithook(hook)
put_new(stick, "nq77-a-new", ".nq77", b"x" * 200_000 + b"end", last=3)
put_new(stick, "nq77-a-new", ".nq77", b"y" * 200_000 + b"end", last=3)
mine = [call for call in calls if str(stick) in str(call)]
print({call[0] for call in mine})
"""


def test_nothing_on_the_stick_is_ever_renamed_or_removed_or_written_twice(stick):
    # CPython itself reports every call that could do so: FAT has no atomic rename.
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, str(stick)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "{'open'}"
    assert sorted(file.name for file in stick.iterdir()) == ["nq77-a-new-2.nq77", "nq77-a-new.nq77"]
    assert (stick / "nq77-a-new.nq77").read_bytes() == b"x" * 200_000 + b"end"


def test_what_came_behind_a_gap_is_offered_again_when_the_gap_is_closed(
    pair, stick, tmp_path, open_store
):
    a, b = pair
    paths = []
    for name in ("một", "hai", "ba"):
        a.add("household", {"head": name})
        paths.append(write_bundle(a, tmp_path, since_for(a, None, everything=False)).path)
        receive(b, tmp_path)
        write_bundle(b, tmp_path, since_for(b, None, everything=False))
        receive(a, tmp_path)
    with open_store("c", state_folder=tmp_path / "rights c") as third:
        for path in (paths[0], paths[2]):
            shutil.copy(path, stick)
        receive(third, stick)
        assert states(third, stick) == {paths[0].name: "known", paths[2].name: "gap"}
        shutil.copy(paths[1], stick)
        assert states(third, stick)[paths[1].name] == "new"
        take_in_sources(third, [read_source(stick / paths[1].name, third.programme.id)])
        assert states(third, stick)[paths[2].name] == "new"
        receive(third, stick)
        assert set(states(third, stick).values()) == {"known"}
