"""Bundles: written once, proved whole, taken in or refused with the reason."""

from __future__ import annotations

import bz2
import errno
import hashlib
import json
import os
import subprocess
import tracemalloc
from contextlib import contextmanager
from functools import cache

import pytest

from nq77tui.core.document import doc_id_of
from nq77tui.core.problem import RefusedError
from nq77tui.core.record import canonical_json
from nq77tui.store import write_once
from nq77tui.store.bundle import BUNDLE_FORMAT, END_MARK, pack_documents
from nq77tui.store.bundle_reading import decode_bundle, read_bundle
from nq77tui.store.bundle_writing import make_bundle, since_for, write_bundle
from nq77tui.store.merging import take_in_sources
from nq77tui.store.source import find_sources, read_source, read_sources

R = "AAAAAAAA"
WROTE = f"{R}-1 0 1 An"


@pytest.fixture
def stick(tmp_path):
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


@pytest.fixture
def filled(repository):
    area = repository.add("area", {"name": "Nà Mẫu", "level": "village"}).id
    repository.add("household", {"head": "Vi Thị Lan", "area": area, "persons": 4})
    gone = repository.add("household", {"head": "Hoàng Văn Đi", "area": area}).id
    repository.delete(gone)
    return repository


def key_of(error) -> str:
    return error.value.problems[0].key


def refusal(path, content) -> str:
    with pytest.raises(RefusedError) as refused:
        decode_bundle(path, content)
    return key_of(refused)


# -- writing ------------------------------------------------------------------------------------


def test_a_bundle_holds_everything_and_says_from_whom(filled, stick):
    filled.peer_book.tell_of_myself("Xã Nam Quan")
    written = write_bundle(filled, stick, {})
    found = read_bundle(written.path)
    assert found.manifest == written.manifest
    assert found.manifest.sender == filled.replica
    assert found.manifest.name == "Xã Nam Quan"
    assert found.manifest.up_to == filled.heard()
    assert found.manifest.counts == {"area": 1, "household": 2}
    assert found.tables == filled.canonical_tables()
    assert not [notice for notice in filled.notices if "replica" in notice.key]


def test_the_name_is_safe_on_fat_and_says_who_and_when(filled, stick):
    written = write_bundle(filled, stick, {})
    name = written.path.name
    assert len(name) <= 64
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789_-.")
    assert name.startswith(f"nq77-{filled.replica.lower()}-20240603-0800-all-")


def test_nothing_is_ever_overwritten(filled, stick):
    paths = [write_bundle(filled, stick, {}).path for _ in range(3)]
    assert len(set(paths)) == 3
    assert len({path.read_bytes() for path in paths}) == 1
    with pytest.raises(RefusedError) as refused:
        write_bundle(filled, paths[0], {})
    assert key_of(refused) == "bundle.exists"


def test_the_end_mark_is_written_last_and_after_a_sync(filled, stick, monkeypatch):
    steps = []
    write, sync = os.write, os.fsync
    monkeypatch.setattr(
        os, "write", lambda fd, data: steps.append(bytes(data[-9:])) or write(fd, data)
    )
    monkeypatch.setattr(os, "fsync", lambda fd: steps.append("sync") or sync(fd))
    content = make_bundle(filled, {})[1]
    steps.clear()
    write_once.put_new(stick, "x", ".nq77", content, last=len(END_MARK))
    assert steps[-4:] == ["sync", END_MARK, "sync", "sync"]
    assert END_MARK not in steps[:-3]


@pytest.mark.parametrize(
    ("error", "key"),
    [
        (errno.ENOSPC, "bundle.full"),
        (errno.EROFS, "bundle.read_only"),
        (errno.EACCES, "bundle.read_only"),
        (errno.EIO, "bundle.medium_gone"),
        (errno.ENODEV, "bundle.medium_gone"),
        (errno.EBUSY, "bundle.not_written"),
    ],
)
@pytest.mark.parametrize("call", ["open", "write", "fsync"])
def test_a_medium_that_fails_is_named_and_leaves_no_bundle(
    filled, stick, monkeypatch, error, key, call
):
    manifest, content = make_bundle(filled, {})
    real = getattr(os, call)

    def fail(what, *rest):
        is_ours = call != "open" or str(what).startswith(str(stick))
        if is_ours:
            raise OSError(error, os.strerror(error))
        return real(what, *rest)

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(RefusedError) as refused:
        write_once.put_new(stick, "x", ".nq77", content)
    assert key_of(refused) == key
    assert list(stick.iterdir()) == []


def test_what_reads_back_differently_is_not_called_done(filled, stick, monkeypatch):
    monkeypatch.setattr(write_once, "_read_back", lambda path, *_: path.read_bytes()[:-1])
    with pytest.raises(RefusedError) as refused:
        write_bundle(filled, stick, {})
    assert key_of(refused) == "bundle.medium_gone"
    assert list(stick.iterdir()) == []


def test_a_folder_that_is_not_there_is_refused(filled, tmp_path):
    with pytest.raises(RefusedError) as refused:
        write_bundle(filled, tmp_path / "no" / "stick", {})
    assert key_of(refused) == "bundle.no_folder"


@contextmanager
def mounted(place, options):
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_full_stick_is_named_and_holds_no_bundle(filled, tmp_path):
    for number in range(300):
        filled.add("household", {"head": f"Vi Văn {number}", "note": os.urandom(200).hex()})
    with mounted(tmp_path / "small", "size=16k") as small:
        with pytest.raises(RefusedError) as refused:
            write_bundle(filled, small, {})
        assert key_of(refused) == "bundle.full"
        assert list(small.iterdir()) == []


def test_a_locked_stick_is_named(filled, tmp_path):
    with mounted(tmp_path / "locked", "ro,size=1m") as locked:
        with pytest.raises(RefusedError) as refused:
            write_bundle(filled, locked, {})
        assert key_of(refused) == "bundle.read_only"


def test_damaged_records_of_the_sender_make_it_a_part(filled, stick, tmp_path, open_store):
    number = doc_id_of(next(filled.rows("household")).id)
    filled.close()
    snapshot = tmp_path / "own" / "store.json"
    tables = json.loads(snapshot.read_text(encoding="utf-8"))
    tables["household"][str(number)]["_"] = "garbage"
    snapshot.write_text(json.dumps(tables), encoding="utf-8")
    (tmp_path / "own" / "journal").unlink()
    with open_store() as again:
        told = write_bundle(again, stick, {}).manifest
    assert told.is_part
    assert told.counts["household"] == 1


def test_only_an_area_and_what_leads_to_it(repository, stick, open_store):
    commune = repository.add(
        "area",
        {"name": "Ái Quốc", "level": "commune", "code": "06610", "valid_from": "2024-01-01"},
    ).id
    here, there = (
        repository.add("area", {"name": name, "level": "village", "parent": commune}).id
        for name in ("Nà Mẫu", "Pò Có")
    )
    houses = [
        repository.add("household", {"head": "Vi Văn A", "area": area}).id for area in (here, there)
    ]
    written = write_bundle(repository, stick, {}, here)
    found = read_bundle(written.path)
    assert set(found.tables["area"]) == {str(doc_id_of(one)) for one in (commune, here)}
    assert set(found.tables["household"]) == {str(doc_id_of(houses[0]))}
    with open_store("other") as other:
        take_in_sources(other, [read_source(written.path, other.programme.id)])
        assert other.heard() == {}  # nothing follows from a part
        assert other.row(houses[0]) is not None


# -- reading ------------------------------------------------------------------------------------


@pytest.fixture
def small(repository):
    repository.add("household", {"head": "Vi Thị Lan"})
    return make_bundle(repository, {})[1]


def test_a_bundle_cut_at_any_byte_is_refused(small, tmp_path):
    keys = {refusal(tmp_path / "x.nq77", small[:length]) for length in range(len(small))}
    assert keys == {"bundle.cut_off"}


def test_a_bundle_with_zeros_from_any_byte_on_is_refused(small, tmp_path):
    for length in range(0, len(small), 3):
        torn = small[:length] + bytes(len(small) - length)
        assert refusal(tmp_path / "x.nq77", torn).startswith("bundle.")


@pytest.mark.parametrize("flip", [0x01, 0x20, 0x80, 0xFF])
def test_a_bundle_with_any_byte_changed_is_refused(small, tmp_path, flip):
    for position in range(len(small)):
        changed = bytearray(small)
        changed[position] ^= flip
        key = refusal(tmp_path / "x.nq77", bytes(changed))
        assert key.startswith("bundle."), position


def test_a_pipe_that_is_named_like_a_bundle_is_refused_and_not_waited_for(tmp_path):
    pipe = tmp_path / "x.nq77"
    os.mkfifo(pipe)

    with pytest.raises(RefusedError) as refused:
        read_bundle(pipe)

    assert key_of(refused) == "merge.unreadable"


def test_a_bundle_with_something_behind_it_is_refused(small, tmp_path):
    assert refusal(tmp_path / "x.nq77", small + b"\n") == "bundle.damaged"
    assert refusal(tmp_path / "x.nq77", small + small) == "bundle.damaged"


def test_a_newer_format_is_named(small, tmp_path):
    newer = small.replace(b"nq77-bundle 1 ", b"nq77-bundle 2 ", 1)
    assert refusal(tmp_path / "x.nq77", newer) == "bundle.newer_format"


@pytest.fixture
def forged(filled, stick):
    """Writes a bundle that proves itself, whatever stands in it."""
    honest = make_bundle(filled, {})[0].to_json()

    def forge(tables=None, *, raw=None, body=None, **changes):
        raw = pack_documents(tables or {}) if raw is None else raw
        body = bz2.compress(raw) if body is None else body
        counts = {name: len(table) for name, table in (tables or {}).items()}
        told = {**honest, "counts": counts, "size": len(raw),
                "digest": hashlib.sha256(raw).hexdigest(), **changes}  # fmt: skip
        head = canonical_json(told).encode("utf-8", "surrogatepass")
        digest = hashlib.sha256(head + body).hexdigest()
        line = f"nq77-bundle {BUNDLE_FORMAT} {len(head)} {len(body)} {digest}\n".encode()
        path = stick / "forged.nq77"
        path.write_bytes(line + head + body + END_MARK)
        return path

    return forge


def test_another_programme_is_refused(forged, repository):
    path = forged(programme={"id": "vaccines", "version": 1})
    with pytest.raises(RefusedError) as refused:
        read_source(path, repository.programme.id)
    assert key_of(refused) == "bundle.other_programme"


@pytest.mark.parametrize(
    "changes",
    [
        {"since": 5}, {"since": {"x": 1}}, {"since": {R: 10**30}}, {"since": {R: True}},
        {"since": {R: 5}, "up_to": {R: 4}}, {"sender": {"replica": "../../x"}}, {"sender": 5},
        {"counts": {"household": 7}}, {"counts": {"../x": 0}}, {"counts": []}, {"size": -1},
        {"size": "5"}, {"size": 1e300}, {"digest": "x"}, {"digest": "0" * 64}, {"programme": []},
        {"programme": {"id": 5, "version": 1}}, {"peers": {}}, {"at": None}, {"chains": {R: 5}},
        {"up_to": {str(n): 1 for n in range(5000)}}, {"at": 10**400}, {"peers": None},
    ],
)  # fmt: skip
def test_a_manifest_that_is_none_is_refused(forged, changes):
    path = forged(**changes)
    with pytest.raises(RefusedError) as refused:
        read_bundle(path)
    assert key_of(refused) in ("bundle.damaged", "bundle.bomb")


def test_peers_of_nonsense_and_names_that_steer_do_no_harm(forged):
    rows = [5, None, {}, {"id": "x"}, {"id": R, "heard": 5}, {"id": R, "heard": {R: -1}},
            {"id": R, "heard": {}, "edition": 10**40},
            {"id": R, "heard": {R: 5}, "name": "\x1b[31m../../etc\u202e" + "x" * 500}]  # fmt: skip
    (peer,) = read_bundle(forged(peers=rows)).manifest.peers
    assert peer.name.isprintable()
    assert len(peer.name) <= 60


@cache
def bomb():
    """Two hundred megabytes of nothing."""
    return bz2.compress(b'{"a":{' + b" " * (200 << 20) + b"}}")


@pytest.mark.parametrize("claimed", [1000, 300 << 20, 1 << 40])
def test_a_compression_bomb_is_refused_in_little_memory(forged, claimed):
    path = forged(body=bomb(), size=claimed)
    tracemalloc.start()
    try:
        with pytest.raises(RefusedError) as refused:
            read_bundle(path)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert key_of(refused) == "bundle.bomb"
    assert most < 100 << 20


def test_too_many_values_are_refused_before_they_cost_memory(forged):
    # Four million empty lists: 12 MB of text that would be a quarter of a gigabyte of objects.
    noise = os.urandom(200_000).hex().encode()
    raw = b'{"household":{"2":{"n":"' + noise + b'","x":[' + b"[]," * 4_000_000 + b"0]}}}"
    path = forged(raw=raw, counts={"household": 1})
    with pytest.raises(RefusedError) as refused:
        read_bundle(path)
    assert key_of(refused) == "bundle.bomb"


@pytest.mark.parametrize(
    "raw",
    [
        b"[]", b"5", b"null", b"{", b"\xff", b'{"a":5}', b"[" * 100_000 + b"]" * 100_000,
        b'{"household":{},"household":{}}', b'{"a":{"1":' + b"9" * 5000 + b"}}",
        b'{"../../etc":{"2":{}}}', b'{"a":{"2":1,"2":1}}',
    ],
)  # fmt: skip
def test_documents_that_are_no_tables_are_refused(forged, raw):
    with pytest.raises(RefusedError) as refused:
        read_bundle(forged(raw=raw))
    assert key_of(refused) == "bundle.damaged"


@pytest.mark.parametrize(
    "document",
    [
        {"_": WROTE, **{f"f{n}": n for n in range(100_000)}},
        {"head": 10**30, "_": WROTE},
        {"head": [[[[[[[[[[[[[[[[[[[[[[["x"]]]]]]]]]]]]]]]]]]]]]]], "_": WROTE},
        {"head": "x", "_": {"w": [f"{R}-1 0 An"] * 20_000}},
    ],
    ids=["a hundred thousand fields", "a huge number", "deep", "many writes"],
)
def test_a_hostile_record_is_refused_and_the_rest_taken_in(forged, filled, document, key):
    tables = {"household": {key(f"{R}-1"): document, key(f"{R}-2"): {"head": "y", "_":
              f"{R}-2 0 1 An"}}}  # fmt: skip
    path = forged(tables, since={}, up_to={R: 9}, chains={})
    plan = take_in_sources(filled, [read_source(path, filled.programme.id)])
    assert (plan.counts["refused"], plan.counts["new"]) == (1, 1)
    assert R not in filled.heard()  # what was refused has to be told again


def test_control_characters_are_contained(forged, filled, key, nq77):
    document = {"head": "\x1b[31mx\u202e", "_": f"{R}-1 0 1 \x1b]0;x\x07"}
    path = forged({"household": {key(f"{R}-1"): document}}, area="\x1b[2J", by="\x9b31m")
    told = read_bundle(path).manifest
    assert (told.area.isprintable(), told.by.isprintable()) == (True, True)
    ran = nq77("bundle", "--verify", path)
    assert not set(ran.out + ran.err) & {"\x1b", "\x9b", "\x07"}


# -- finding ------------------------------------------------------------------------------------


def test_bundles_are_found_on_a_stick_and_in_its_folders(filled, stick):
    (stick / "xã").mkdir()
    first = write_bundle(filled, stick, {}).path
    second = write_bundle(filled, stick / "xã", {}).path
    shouted = stick / "OLD.NQ77"
    shouted.write_bytes(first.read_bytes())
    (stick / "._x.nq77").write_bytes(b"\x00\x05\x16\x07")
    assert set(find_sources(stick)) == {first, second, shouted}


def test_a_half_bundle_on_a_stick_is_named_and_the_others_are_taken_in(filled, stick, open_store):
    whole = write_bundle(filled, stick, {}).path
    half = stick / "half.nq77"
    half.write_bytes(whole.read_bytes()[:-20])
    brought = read_sources([stick], filled.programme.id)
    assert [source.path for source in brought.sources] == [whole]
    assert [problem.key for problem in brought.refused] == ["bundle.cut_off"]
    with pytest.raises(RefusedError):
        read_sources([half], filled.programme.id)
    whole.unlink()
    with pytest.raises(RefusedError):
        read_sources([stick], filled.programme.id)


def test_a_bundle_is_for_whom_it_is_asked_for(filled, stick, open_store):
    assert since_for(filled, None, everything=False) == {}
    with open_store("b", state_folder=stick.parent / "rights b") as other:
        path = write_bundle(filled, stick, {}).path
        take_in_sources(other, [read_source(path, other.programme.id)])
        other.peer_book.tell_of_myself("Xã B")
        back = write_bundle(other, stick, {}).path
    take_in_sources(filled, [read_source(back, filled.programme.id)])
    assert since_for(filled, None, everything=False) == filled.heard()
    assert since_for(filled, "xã b", everything=True) == {}
    assert since_for(filled, "Xã B", everything=False) == filled.heard()
    with pytest.raises(RefusedError) as refused:
        since_for(filled, "Xã C", everything=False)
    assert key_of(refused) == "peers.no_such"
    filled.add("household", {"head": "Mới"})
    told = write_bundle(filled, stick, since_for(filled, None, everything=False)).manifest
    assert told.counts == {"household": 1}
