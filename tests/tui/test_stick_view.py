"""The stick by keys: found, received from, sent to, and what is known of the machines."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from datetime import timedelta

import pytest
from textual import events

from nq77tui.store import Repository, create_store, write_once
from nq77tui.store.bundle_reading import read_bundle
from nq77tui.store.bundle_writing import since_for, write_bundle
from nq77tui.store.merging import take_in_sources
from nq77tui.store.source import read_sources
from nq77tui.tui.moment import shown_moment
from nq77tui.tui.views.dialog.file_chooser import FileChooser
from nq77tui.tui.views.dialog.prompt import Prompt
from nq77tui.tui.views.home import HomeView
from nq77tui.tui.views.sticks.merge import MergeView
from nq77tui.tui.views.sticks.stick import StickView

from .conftest import NOW, PATIENCE


@pytest.fixture(autouse=True)
def own_people(monkeypatch, tmp_path):
    (tmp_path / "people").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "people"))


@pytest.fixture
def usb(plugged_in):
    return plugged_in("KINGSTON")


@pytest.fixture
def theirs(tmp_path, programme):
    """Another machine, called Tú Đoạn."""
    create_store(tmp_path / "theirs", programme)
    with Repository.open(
        tmp_path / "theirs",
        programme,
        operator="Hà",
        clock=lambda: NOW + timedelta(hours=1),
        state_folder=tmp_path / "their state",
    ) as opened:
        opened.peer_book.tell_of_myself("Tú Đoạn")
        yield opened


def send(repository, folder):
    return write_bundle(repository, folder, since_for(repository, None, everything=False)).path


def receive(repository, folder):
    brought = read_sources([folder], repository.programme.id)
    return take_in_sources(repository, brought.sources, brought.refused)


def named(repository, name):
    repository.peer_book.tell_of_myself(name)


async def test_five_round_trips_with_another_machine(start, usb, theirs, repository) -> None:
    named(repository, "Khuất Xá")
    theirs.add("household", {"head": "Của họ"})
    async with start() as user:
        await user.press("q")

        assert isinstance(user.view, StickView)
        assert "USB:" in user.screen
        assert "KINGSTON (còn trống" in user.screen
        assert "chưa có gói dữ liệu nào" in user.screen
        assert "máy này: Khuất Xá" in user.title

        for turn in range(5):
            repository.add("household", {"head": f"Lượt {turn}"})
            await user.press("g")

            assert "đọc lại và đối chiếu đúng. Có thể rút USB ra." in user.message
            assert any("của máy này" in row for row in user.rows)

            receive(theirs, usb)
            theirs.add("household", {"head": f"Đáp {turn}"})
            send(theirs, usb)
            await user.press("escape", "q")

            assert "1 gói mới" in user.message
            assert "Tú Đoạn (Hà)" in user.rows[0]
            assert "MỚI" in user.rows[0]

            await user.press("n")

            assert isinstance(user.view, MergeView)
            assert "Chưa ghi gì" in user.message

            await user.press("f2")

            assert "Đã nhận và lưu xong" in user.message
            assert "Có thể rút USB ra" in user.message

            await user.press("escape")

            assert isinstance(user.view, StickView)
            assert "Có thể rút USB ra" in user.message
            assert "MỚI" not in user.screen

        assert user.only("household", head="Đáp 4")
        await user.press("g")
        receive(theirs, usb)

    assert theirs.canonical_tables() == repository.canonical_tables()
    sizes = [
        sum(read_bundle(path).manifest.counts.values())
        for path in sorted(usb.glob(f"nq77-{repository.replica.lower()}-*-new-*"))
    ]
    assert sizes
    assert max(sizes) <= 3  # only what the other one had not confirmed


async def test_the_first_time_a_name_is_asked_for_and_nothing_is_sent_twice(
    start, usb, repository
) -> None:
    async with start() as user:
        await user.press("q", "g")

        assert isinstance(user.view, Prompt)

        await user.type("Xã A", "enter")

        assert "Có thể rút USB ra" in user.message
        assert "máy này: Xã A" in user.title

        await user.press("g")

        assert "không ghi thêm" in user.message
        assert len(list(usb.glob("*.nq77"))) == 1
        assert read_bundle(next(usb.glob("*.nq77"))).manifest.name == "Xã A"


async def test_sticks_come_and_go(start, plugged_in, tmp_path, theirs) -> None:
    plugged_in()
    async with start() as user:
        await user.press("q")

        assert "Chưa thấy USB" in user.screen

        await user.press("g", "n", "tab", "t")

        assert isinstance(user.view, StickView)

        usb = plugged_in("KINGSTON")
        send(theirs, usb)
        user.view._look_for_sticks()
        await user.settle()

        assert "KINGSTON" in user.screen
        assert "MỚI" in user.rows[0]

        second = plugged_in("KINGSTON", "SANDISK")
        user.view._look_for_sticks()
        await user.settle()

        assert "SANDISK" in user.screen
        assert "(1/2)" in user.screen or "(2/2)" in user.screen

        await user.press("tab")

        assert "KINGSTON" in user.screen

        plugged_in()
        user.view._look_for_sticks()
        await user.settle()

        assert "Chưa có nơi trao đổi" in user.screen
        assert "rút ra" in user.message
        # The empty folder that is left of it takes no bundle.
        assert second.is_dir()
        await user.press("g")
        assert list(second.iterdir()) == []


async def test_any_folder_works_as_well_and_is_remembered(
    start, plugged_in, tmp_path, desk, theirs
) -> None:
    plugged_in()
    named(desk.repository, "A")
    folder, kept = tmp_path / "trao đổi", []
    (folder / "xã").mkdir(parents=True)
    desk.settings = desk.settings.kept()
    object.__setattr__(desk.settings, "save", kept.append)
    async with start() as user:
        await user.press("q", "d")

        assert isinstance(user.view, FileChooser)

        user.app.post_message(events.Paste(f"{folder}/"))
        await user.settle()

        assert "Dùng thư mục này" in user.rows[0]

        await user.press("home", "enter")

        assert isinstance(user.view, StickView)
        assert "Thư mục:" in user.screen

        await user.press("g")

        assert "đối chiếu đúng" in user.message
        assert "rút USB" not in user.message
        assert kept[-1].stick == str(folder)

        await user.press("escape", "q")

        assert "của máy này" in user.rows[0]
    assert receive(theirs, folder).new > 0


async def test_what_cannot_be_used_is_said_and_the_rest_received(
    start, usb, theirs, repository
) -> None:
    theirs.add("household", {"head": "Của họ"})
    whole = send(theirs, usb)
    (usb / "half.nq77").write_bytes(whole.read_bytes()[:-9])
    async with start() as user:
        await user.press("q")

        assert "1 gói mới; 1 gói không dùng được" in user.message
        row = next(row for row in user.rows if "half" in row)
        assert "GHI DỞ" in row

        await user.press("home", *["down"] * user.rows.index(row), "enter")

        assert "bị cụt" in user.message

        await user.press("n")

        assert "bị cụt" in " ".join(user.screen.split())

        await user.press("f2", "escape", "b")

        assert "Tú Đoạn" in user.rows[0]

        await user.press("enter")

        assert "Không nhận được (1 tệp)" in user.screen
        assert "1 = 1 mới" in user.screen

        await user.press("escape", "escape", "end", "delete")

        assert "Chỉ xóa được gói ghi dở" in user.message

        await user.press("home", "delete", "c")

        assert [file.name for file in usb.iterdir()] == [whole.name]
        assert "half" not in user.screen
    assert user.only("household", head="Của họ")


async def test_a_stick_that_fails_is_told_and_holds_no_half_file(
    start, usb, repository, monkeypatch, plugged_in
) -> None:
    named(repository, "A")
    async with start() as user:
        await user.press("q")
        shutil.rmtree(usb)
        usb.write_text("")  # the mount point has become something else
        await user.press("g")

        assert "rút ra" in user.message or "Không có thư mục" in user.message

    usb.unlink()
    usb.mkdir()
    if (
        os.geteuid()
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", usb],
            capture_output=True,
            check=False,
        ).returncode
    ):
        pytest.skip("the rest needs the right to mount a tmpfs")
    try:
        repository.add("household", {"head": "To", "note": os.urandom(30_000).hex()})
        async with start() as user:
            await user.press("q", "g")

            assert "Không đủ chỗ" in user.message
            assert list(usb.iterdir()) == []

        subprocess.run(["mount", "-o", "remount,ro", usb], check=True)
        async with start() as user:
            await user.press("q")

            assert "chỉ đọc được" in user.screen

            await user.press("g")

            assert "Không ghi được" in user.message
    finally:
        subprocess.run(["umount", usb], check=True)


async def test_a_stick_pulled_out_between_two_looks_is_not_written_to(
    start, usb, plugged_in, repository
) -> None:
    named(repository, "A")
    async with start() as user:
        await user.press("q")
        plugged_in()
        await user.press("g")

        assert "USB bị rút ra" in user.message
        assert list(usb.iterdir()) == []


async def test_escape_stops_the_sending_and_the_keys_stay_alive(
    start, usb, repository, monkeypatch
) -> None:
    named(repository, "A")
    begun, go_on = threading.Event(), threading.Event()
    real = write_once._write_all

    def slow(descriptor, data, watch=None):
        real(descriptor, data[:100])
        begun.set()
        go_on.wait(PATIENCE)
        real(descriptor, data[100:], watch)

    monkeypatch.setattr(write_once, "_write_all", slow)
    async with start() as user:
        await user.press("q")
        await user.pilot.press("g")
        await user.until(begun.is_set)
        assert "Đang gửi" in user.message
        assert len(list(usb.iterdir())) == 1

        await user.pilot.press("f10", "f10", "n", "down", "escape")

        assert "Đang dừng" in user.message

        go_on.set()
        await user.settle()

        assert "Không có gì ghi dở" in user.message
        assert list(usb.iterdir()) == []
        assert isinstance(user.view, StickView)

        monkeypatch.setattr(write_once, "_write_all", real)
        await user.press("g")

        assert "Có thể rút USB ra" in user.message


async def test_sending_for_one_machine_or_of_one_area(start, usb, theirs, repository) -> None:
    named(repository, "A")
    send(theirs, usb)
    async with start() as user:
        await user.press("q", "n", "f2", "escape", "t", "1")

        assert "Tú Đoạn" in user.rows[0]
        assert "thiếu" in user.rows[0]

        await user.press("enter")

        assert "Đã gửi" in user.message

        await user.press("t", "2")
        await user.type("khon")

        assert [row.split("  ")[1] for row in user.rows if row] == ["Khòn Quanh"]

        await user.press("enter")

        assert any("Khòn Quanh" in row for row in user.rows)

        await user.press("t", "3")

        assert "Đã gửi" in user.message or "không ghi thêm" in user.message
    told = [read_bundle(path).manifest for path in usb.glob("*.nq77")]
    areas = [one for one in told if one.area]
    assert [dict(one.counts) for one in areas] == [{"area": 2, "household": 1}]


async def test_who_has_received_what_is_said_in_words(start, usb, theirs, repository) -> None:
    async with start() as user:
        await user.press("q", "m")

        assert "chưa đặt tên (máy này)" in user.rows[0]
        assert "Chưa biết máy nào khác" in user.message

        await user.press("e")
        await user.type("Khuất Xá", "enter")

        assert "Khuất Xá (máy này)" in user.rows[0]

        theirs.add("household", {"head": "Của họ"})
        send(theirs, usb)
        await user.press("escape", "n", "f2", "escape", "m")
        mine = repository.heard()[repository.replica]

        assert f"thiếu {mine} thay đổi" in user.rows[1]
        assert shown_moment(NOW.timestamp()) in user.rows[1]

        await user.press("down", "enter")

        assert f"Khuất Xá: có 0/{mine}, thiếu {mine} thay đổi" in user.screen
        assert "Tú Đoạn: đủ 1 thay đổi" in user.screen
        assert "xin ở máy đã có đủ: Khuất Xá" in user.screen

        await user.press("escape", "e")
        await user.type("Máy chị Hà", "enter")

        assert "Máy chị Hà" in user.rows[1]

        await user.press("delete", "c")

        assert "không chờ nữa" in user.rows[1]
    # What people here call it does not travel.
    assert "Máy chị Hà" not in send(repository, usb).read_bytes().decode("latin-1")


async def test_a_receipt_is_read_saved_and_the_merge_taken_back(
    start, usb, theirs, repository, tmp_path
) -> None:
    theirs.add("household", {"head": "Của họ"})
    send(theirs, usb)
    async with start() as user:
        await user.press("q", "n", "f2", "escape", "b")

        assert "Tú Đoạn" in user.rows[0]
        assert user.rows[0].split()[-6:] == ["1", "1", "0", "0", "0", "0"]

        await user.press("enter", "f2", "enter")

        assert "Đã ghi" in user.message
        (file,) = usb.glob("*.txt")
        text = file.read_text(encoding="utf-8")
        assert "1 = 1 mới" in text
        assert max(map(len, text.splitlines())) <= 76

        await user.press("f2")
        user.app.screen.post_message(events.Paste(str(tmp_path / "no such" / "x.txt")))
        await user.press("enter")

        assert isinstance(user.view, Prompt)

        await user.press("escape", "escape", "f9")

        assert "Rút lại lần gộp" in "".join(str(w.render()) for w in user.view.query("Static"))

        await user.press("c")

        assert "Đã rút lại 1 bản ghi" in user.message
        assert any("rút lại lần gộp" in row for row in user.rows)

        await user.press("f9")

        assert "không còn lần gộp nào" in user.message
    assert all(row.values["head"] != "Của họ" for row in repository.rows("household"))


async def test_a_merge_that_is_stopped_while_it_writes_changes_nothing(
    start, usb, theirs, repository, monkeypatch
) -> None:
    theirs.add("household", {"head": "Của họ"})
    send(theirs, usb)
    begun, go_on = threading.Event(), threading.Event()
    real = repository._writer.put_documents

    def slow(documents):
        real(documents)
        begun.set()
        go_on.wait(PATIENCE)

    monkeypatch.setattr(repository._writer, "put_documents", slow)
    before = repository.generation
    async with start() as user:
        await user.press("q", "n")
        await user.pilot.press("f2")
        await user.until(begun.is_set)

        await user.pilot.press("f10", "f10", "escape")
        go_on.set()
        await user.settle()

        assert "Không có gì ghi dở" in user.message
        assert repository.generation == before
        assert all(row.values["head"] != "Của họ" for row in repository.rows("household"))

        monkeypatch.setattr(repository._writer, "put_documents", real)
        await user.press("f2")

        assert user.only("household", head="Của họ")
        await user.press("escape", "escape")
        assert isinstance(user.view, HomeView)


async def test_a_bundle_changed_after_the_look_is_refused_and_nothing_taken_in(
    start, usb, theirs, repository
) -> None:
    theirs.add("household", {"head": "Của họ"})
    path = send(theirs, usb)
    before = repository.generation
    async with start() as user:
        await user.press("q")
        path.write_bytes(path.read_bytes()[:-3])
        await user.press("n")

        assert "bị cụt" in " ".join(user.screen.split())
        assert "Không nhận được" in user.message

        await user.press("escape")

        assert isinstance(user.view, StickView)
    assert repository.generation == before


async def test_who_only_looks_on_sees_everything_and_writes_nothing(
    start, usb, theirs, repository, open_as, desk
) -> None:
    theirs.add("household", {"head": "Của họ"})
    send(theirs, usb)
    repository.close()
    desk.repository = open_as("Khách", read_only=True)
    files = sorted(usb.iterdir())
    async with start() as user:
        await user.press("q")

        assert "MỚI" in user.rows[0]

        await user.press("n")

        assert "Chưa ghi gì" in user.message

        await user.press("f2")

        assert "chỉ" in user.message

        await user.press("escape", "g")

        assert isinstance(user.view, StickView)
        assert "chỉ" in user.message

        await user.press("m", "e")

        assert not isinstance(user.view, Prompt)
    assert sorted(usb.iterdir()) == files


async def test_leaving_the_program_stops_the_sending(start, usb, repository, monkeypatch) -> None:
    named(repository, "A")
    begun, go_on = threading.Event(), threading.Event()
    real = write_once._write_all

    def slow(descriptor, data, watch=None):
        real(descriptor, data[:100])
        begun.set()
        go_on.wait(PATIENCE)
        real(descriptor, data[100:], watch)

    over, whole = threading.Event(), write_once._write_new

    def told(*given):
        try:
            whole(*given)
        finally:
            over.set()

    monkeypatch.setattr(write_once, "_write_all", slow)
    monkeypatch.setattr(write_once, "_write_new", told)
    async with start() as user:
        await user.press("q")
        await user.pilot.press("g")
        await user.until(begun.is_set)
        user.app.exit(0)
        go_on.set()
    assert over.wait(PATIENCE)
    assert list(usb.iterdir()) == []
