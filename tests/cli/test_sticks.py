"""``bundle``, ``peers``, ``receipts`` and what ``merge`` says: machines and a stick."""

from __future__ import annotations

import json
import os
import shutil

import pytest

from nq77tui.store import create_store
from nq77tui.store.bundle import SUFFIX


@pytest.fixture
def machine(tmp_path, nq77, monkeypatch, programme):
    """``nq77`` on one of several machines: its own store, state folder and operator."""

    def run(name: str, *command: object):
        if not (tmp_path / name).exists():
            create_store(tmp_path / name, programme)
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state" / name))
        return nq77("--store", tmp_path / name, "--operator", f"người {name}", *command)

    return run


@pytest.fixture
def stick(tmp_path):
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def export(machine, name: str) -> str:
    return machine(name, "export", "all", "--format", "json").out


def add(machine, name: str, head: str) -> str:
    return machine(name, "add", "household", f"head={head}", "persons=4").out.strip()


def test_a_bundle_goes_by_stick_and_comes_back(machine, stick):
    house = add(machine, "a", "Vi Thị Lan")
    sent = machine("a", "bundle", stick)
    assert sent.status == 0
    path = sent.out.strip()
    assert path.startswith(str(stick))
    assert path.endswith(SUFFIX)
    assert machine("b", "merge", stick).counts["new"] == 1
    machine("b", "set", house, "persons=6")
    add(machine, "b", "Nông Văn Hai")
    machine("b", "bundle", stick)
    counts = machine("a", "merge", stick).counts
    assert (counts["new"], counts["changed"], counts["known"]) == (1, 1, 1)
    assert export(machine, "a") == export(machine, "b")


def test_what_is_known_already_is_said_by_file(machine, stick):
    add(machine, "a", "Vi Thị Lan")
    path = machine("a", "bundle", stick).out.strip()
    machine("b", "merge", stick)
    ran = machine("b", "merge", stick)
    assert ran.status == 0
    assert path in ran.err
    assert ran.counts["known"] == ran.counts["in"] == 1


def test_verify_tells_what_is_in_it_and_refuses_what_is_damaged(machine, stick, tmp_path):
    machine("a", "peers", "--name", "Xã Nam Quan")
    add(machine, "a", "Vi Thị Lan")
    path = machine("a", "bundle", stick / "mine.nq77").out.strip()
    ran = machine("a", "bundle", "--verify", path)
    assert ran.status == 0
    assert "Xã Nam Quan" in ran.out
    assert "records\tHộ gia đình\t1" in ran.out
    content = (stick / "mine.nq77").read_bytes()
    half = tmp_path / "half.nq77"
    half.write_bytes(content[:-3])
    ran = machine("a", "bundle", "--verify", half)
    assert (ran.status, ran.out) == (1, "")


@pytest.mark.parametrize(
    "line", ["bundle", "bundle x --verify y", "bundle x --for A --all", "merge --undo x"]
)
def test_a_line_of_no_form_is_a_usage_error(machine, line):
    assert machine("a", *line.split()).status == 2


def test_a_half_bundle_changes_nothing_and_is_named(machine, stick):
    add(machine, "a", "Vi Thị Lan")
    path = machine("a", "bundle", stick / "x.nq77").out.strip()
    (stick / "x.nq77").write_bytes((stick / "x.nq77").read_bytes()[:-1])
    before = export(machine, "b")
    for given in (path, stick):
        ran = machine("b", "merge", given)
        assert ran.status == 1
        assert "x.nq77" in ran.err
    assert export(machine, "b") == before
    assert machine("b", "receipts", "--json").json == []
    machine("a", "bundle", stick)
    ran = machine("b", "merge", "--json", stick)
    assert ran.status == 1
    assert (ran.json["new"], len(ran.json["left_out"])) == (1, 1)
    assert len(machine("b", "receipts", "--json").json[0]["left_out"]) == 1


def test_a_gap_is_said_with_the_name_of_the_machine(machine, stick):
    machine("a", "peers", "--name", "Xã Nam Quan")
    add(machine, "a", "một")
    first = machine("a", "bundle", stick / "1.nq77").out.strip()
    machine("b", "merge", first)
    machine("b", "bundle", stick / "b.nq77")
    machine("a", "merge", stick / "b.nq77")
    add(machine, "a", "hai")
    last = machine("a", "bundle", stick / "2.nq77").out.strip()
    ran = machine("c", "merge", last)
    assert ran.status == 0
    assert ran.counts["new"] == 1
    assert "Xã Nam Quan" in ran.err
    assert "1" in ran.err
    assert machine("c", "merge", first).err.count("Xã Nam Quan") == 0


def test_peers_are_a_matrix_with_names_and_times(machine, stick):
    for name in "ab":
        machine(name, "peers", "--name", f"Xã {name.upper()}")
        add(machine, name, f"của {name}")
    machine("b", "bundle", stick / "b1.nq77")
    machine("a", "merge", stick / "b1.nq77")
    me, other = machine("a", "peers", "--json").json
    assert (me["me"], me["name"], me["complete"]) == (True, "Xã A", True)
    assert (other["me"], other["name"], other["complete"]) == (False, "Xã B", False)
    assert other["last_heard"].endswith("Z")
    received = {one["name"]: (one["up_to"], one["of"]) for one in other["received"]}
    assert received == {"Xã A": (0, 1), "Xã B": (1, 1)}
    machine("a", "bundle", stick / "a1.nq77")
    machine("b", "merge", stick / "a1.nq77")
    machine("b", "bundle", stick / "b2.nq77")
    machine("a", "merge", stick / "b2.nq77")
    me, other = machine("a", "peers", "--json").json
    assert other["complete"]
    assert "Xã B" in machine("a", "peers").out


def test_a_bundle_for_one_machine_by_its_name_and_a_forgotten_one(machine, stick):
    machine("b", "peers", "--name", "Xã B")
    add(machine, "a", "một")
    machine("a", "bundle", stick / "1.nq77")
    machine("b", "merge", stick / "1.nq77")
    machine("b", "bundle", stick / "2.nq77")
    machine("a", "merge", stick / "2.nq77")
    add(machine, "a", "hai")

    def records(*options):
        path = machine("a", "bundle", stick, *options).out.strip()
        return sum(
            int(line.split("\t")[2])
            for line in machine("a", "bundle", "--verify", path).out.splitlines()
            if line.startswith("records")
        )

    assert records("--for", "Xã B") == 1
    assert records() == 1
    assert records("--all") == 2
    assert machine("a", "bundle", stick, "--for", "Xã C").status == 1
    assert machine("a", "peers", "--forget", "Xã B").status == 0
    assert records() == 2


def test_a_receipt_is_listed_and_printed(machine, stick):
    add(machine, "a", "một")
    machine("a", "bundle", stick)
    machine("b", "merge", stick)
    (receipt,) = machine("b", "receipts", "--json").json
    counts = receipt["counts"]
    assert counts.pop("in") == sum(counts.values()) == 1
    assert receipt["by"] == "người b"
    assert receipt["by_type"]["household"]["new"] == 1
    out = machine("b", "receipts").out
    assert receipt["sources"][0]["digest"] in out
    # People read what they call things; what scripts read keeps the names.
    assert "\ttype\tHộ gia đình\tmới 1\n" in out
    assert "household" not in out
    assert "\ttype\tHousehold\tnew 1\n" in machine("b", "--lang", "en", "receipts").out
    assert machine("b", "merge", "--undo").counts == {"taken_back": 1, "left": 0}
    assert machine("b", "list", "household").out == ""
    assert len(machine("b", "receipts", "--json").json) == 2
    assert machine("b", "merge", "--undo").status == 1


def test_a_preview_says_what_would_become_covered(machine, stick):
    area = machine("a", "add", "area", "name=Nà Mẫu", "level=village").out.strip()
    machine("a", "bundle", stick)
    machine("b", "merge", stick)
    person = machine("b", "add", "person", "name=Lý Văn Sơn", "level=district").out.strip()
    machine("b", "add", "household", "head=Vi Văn A", f"area={area}")
    given = (f"person={person}", f"unit={area}", "from=1/6/2023")
    assert machine("b", "add", "assignment", *given).status == 0
    machine("b", "bundle", stick)
    told = machine("a", "merge", "--preview", "--json", stick).json["coverage"]
    assert told["households_assigned"]["before"] == {"have": 0, "of": 0}
    assert told["households_assigned"]["after"] == {"have": 0, "of": 1}
    assert len(told["households_assigned"]["uncovered"]) == 1
    assert told["villages_led"]["covered"] == [area]
    assert told["villages_led"]["uncovered"] == []
    machine("a", "merge", stick)
    assert machine("a", "merge", "--preview", "--json", stick).json["coverage"] == {}


def test_a_bundle_of_an_area_by_its_name(machine, stick):
    area = machine("a", "add", "area", "name=Nà Mẫu", "level=village").out.strip()
    machine("a", "add", "household", "head=Trong", f"area={area}")
    add(machine, "a", "Ngoài")
    path = machine("a", "bundle", stick, "--of", "Nà Mẫu").out.strip()
    assert machine("b", "merge", path).counts["new"] == 2
    assert json.loads(export(machine, "b")).keys() == {"area", "household"}


def test_a_stick_full_of_other_things_says_what_it_skipped_and_why(machine, stick):
    add(machine, "a", "Vi Thị Lan")
    known = machine("a", "bundle", stick).out.strip()
    machine("b", "merge", stick)
    add(machine, "a", "Nông Văn Hai")
    machine("a", "bundle", stick)
    (stick / "holiday.json").write_text('["pictures"]', encoding="utf-8")
    (stick / "half.nq77").write_bytes(b"nq77-bundle 1 ")
    (stick / "letter.doc").write_bytes(b"x")
    (stick / "System Volume Information").mkdir()
    ran = machine("b", "merge", stick)
    assert (ran.counts["in"], ran.counts["new"], ran.counts["known"]) == (3, 1, 2)
    assert f"{known}: mọi thứ trong đó đã có sẵn" in ran.err
    skipped = [line for line in ran.err.splitlines() if "holiday" in line or "half" in line]
    assert len(skipped) == 2
    assert all("Cách xử lý" in line for line in skipped)
    assert "letter" not in ran.err
    kept = machine("b", "receipts", "--json").json
    assert sorted(len(receipt["left_out"]) for receipt in kept) == [0, 2]
    # What was named itself is another matter: it has to be sound.
    assert machine("b", "merge", stick / "holiday.json").status == 1
    assert machine("b", "merge", stick / "holiday.json").out == ""


def test_missing_changes_are_said_by_their_numbers(machine, stick):
    machine("a", "peers", "--name", "Xã Nam Quan")
    for number in range(30):
        add(machine, "a", f"Một {number}")
    first = machine("a", "bundle", stick / "1.nq77").out.strip()
    machine("b", "merge", first)
    machine("b", "bundle", stick / "b1.nq77")
    machine("a", "merge", stick / "b1.nq77")
    for number in range(10):
        add(machine, "a", f"Hai {number}")
    second = machine("a", "bundle", stick / "2.nq77").out.strip()
    machine("b", "merge", second)
    machine("b", "bundle", stick / "b2.nq77")
    machine("a", "merge", stick / "b2.nq77")
    add(machine, "a", "Ba")
    third = machine("a", "bundle", stick / "3.nq77").out.strip()
    machine("c", "merge", first)
    ran = machine("c", "merge", third)
    assert ran.counts["new"] == 1
    assert "thiếu các thay đổi từ 31 đến 40 của máy Xã Nam Quan" in ran.err
    assert "xin gói đầy đủ hơn" in ran.err
    # Others have them: the matrix says so. What came behind the gap is not confirmed either.
    me = machine("c", "peers", "--json").json[0]
    assert (me["me"], me["complete"], me["missing"]) == (True, False, 11)
    assert machine("c", "merge", second).err.count("thiếu") == 0
    machine("c", "merge", third)
    assert machine("c", "peers", "--json").json[0]["complete"]


def test_what_another_machine_is_called_here_stays_here(machine, stick):
    for name in "ab":
        add(machine, name, f"của {name}")
        machine(name, "peers", "--name", f"Xã {name.upper()}")
        machine(name, "bundle", stick)
    machine("a", "merge", stick)
    replica = machine("a", "peers", "--json").json[1]["replica"]
    assert machine("a", "peers", "--call", replica, "Máy chị Hà").status == 0
    assert machine("a", "peers", "--json").json[1]["name"] == "Máy chị Hà"
    assert machine("a", "bundle", stick, "--for", "Máy chị Hà").status == 0
    # Later word of itself does not undo what people call it here.
    add(machine, "b", "mới")
    machine("b", "bundle", stick)
    machine("a", "merge", stick)
    assert machine("a", "peers", "--json").json[1]["name"] == "Máy chị Hà"
    machine("a", "bundle", stick)
    machine("b", "merge", stick)
    assert [one["name"] for one in machine("b", "peers", "--json").json] == ["Xã B", "Xã A"]
    assert machine("a", "peers", "--call", replica, "").status == 0
    assert machine("a", "peers", "--json").json[1]["name"] == "Xã B"
    assert machine("a", "peers", "--call", "Xã Z", "x").status == 1


def test_a_stick_with_bundles_folders_and_a_whole_store_is_taken_in_at_once(
    machine, stick, tmp_path
):
    for name in "abcd":
        add(machine, name, f"của {name}")
    machine("a", "bundle", stick)
    (stick / "xã b").mkdir()
    machine("b", "bundle", stick / "xã b")
    shutil.copytree(tmp_path / "c", stick / "kho c", ignore=shutil.ignore_patterns("lock"))
    before = {file: file.read_bytes() for file in stick.rglob("*") if file.is_file()}
    ran = machine("d", "merge", stick)
    assert (ran.status, ran.counts["new"]) == (0, 3)
    # A stick that is read is left as it is, down to the last byte.
    assert {file: file.read_bytes() for file in stick.rglob("*") if file.is_file()} == before
    (receipt,) = machine("d", "receipts", "--json").json
    assert [source["counts"]["new"] for source in receipt["sources"]] == [1, 1, 1]
    for name in "abc":
        machine("d", "bundle", stick / f"{name}.nq77", "--all")
        machine(name, "merge", stick / f"{name}.nq77")
    assert len({export(machine, name) for name in "abcd"}) == 1


def test_what_is_refused_names_the_record_type_as_people_do(machine, hostile_file):
    file = hostile_file({"household": {"8": []}, "unheard_of": {"9": []}})
    for lang, label in (("vi", "Hộ gia đình"), ("en", "Household")):
        ran = machine("a", "--lang", lang, "merge", "--preview", file)
        assert f"{label}: " in ran.err
        assert "unheard_of: " in ran.err
        assert "household" not in ran.err
    machine("a", "merge", file)
    for lang, label in (("vi", "Hộ gia đình"), ("en", "Household")):
        (receipt,) = machine("a", "--lang", lang, "receipts", "--json").json
        assert receipt["by_type"]["household"]["refused"] == 1
        assert receipt["refused"][0].startswith(f"{label}: ")
        assert f"{label}: " in machine("a", "--lang", lang, "receipts").out


def test_a_pipe_named_like_a_bundle_is_refused_at_once(machine, stick):
    os.mkfifo(stick / f"pipe{SUFFIX}")

    asked = machine("a", "bundle", "--verify", stick / f"pipe{SUFFIX}")

    assert asked.status == 1
    assert f"pipe{SUFFIX}" in asked.err
