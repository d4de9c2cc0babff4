"""Merging by keys: choosing a file, looking at it in counts, taking it in or leaving it."""

from __future__ import annotations

import json
import shutil
import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from textual import events

from nq77tui.programme import LANGUAGES, load_catalogue
from nq77tui.store import Repository, create_store, source
from nq77tui.tui import actions, place
from nq77tui.tui.actions import shown_key
from nq77tui.tui.cells import width_of
from nq77tui.tui.views.dialog.file_chooser import FileChooser
from nq77tui.tui.views.home import HomeView
from nq77tui.tui.views.inbox import InboxView
from nq77tui.tui.views.sticks.merge import MergeView

from .conftest import PATIENCE

THEIR_DAY = datetime(2024, 9, 4, 15, 5, tzinfo=timezone(timedelta(hours=7)))


@pytest.fixture(autouse=True)
def own_people(monkeypatch, tmp_path):
    """A home without anything in it."""
    (tmp_path / "people").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "people"))


@pytest.fixture
def usb(tmp_path):
    folder = tmp_path / "usb"
    folder.mkdir()
    return folder


@pytest.fixture
def bring(tmp_path, repository, programme, usb):
    """A second machine's store on the stick: a copy of this one with some more work in it."""

    def brought(work=lambda theirs: None, name="ha"):
        folder = usb / name
        shutil.copytree(tmp_path / "store", folder, ignore=shutil.ignore_patterns("lock"))
        with Repository.open(
            folder,
            programme,
            operator="Hà",
            clock=lambda: THEIR_DAY,
            state_folder=tmp_path / f"state of {name}",
        ) as theirs:
            work(theirs)
        return folder

    return brought


def id_of(repository, head):
    return next(r.id for r in repository.rows("household") if r.values["head"] == head)


def some_work(theirs):
    """One new household, one changed, one changed that is also changed here."""
    theirs.add("household", {"head": "Lương Văn Mới", "persons": 2})
    theirs.edit(id_of(theirs, "Lý Thị Ân"), {"class": "NGHEO"})
    theirs.edit(id_of(theirs, "Vi Văn Hòa"), {"persons": 6})


def counts(user):
    """The counts that show, by the first word of their line."""
    lines = [line.split() for line in user.screen.splitlines() if len(line.split()) > 6]
    rows = {" ".join(line[:-6]): line[-6:] for line in lines}
    return {name: [int(n) for n in row] for name, row in rows.items() if row[0].isdigit()}


async def go_to(user, path, *keys):
    """From the first screen: F7, then the path as a terminal sends a paste, then keys."""
    await user.press("f7")
    user.app.post_message(events.Paste(str(path)))
    await user.press(*keys)


async def choose(user, path, *keys):
    await go_to(user, path, "enter", *keys)


async def test_a_merge_is_looked_at_first_and_writes_nothing(start, bring, repository) -> None:
    folder = bring(some_work)
    repository.edit(id_of(repository, "Vi Văn Hòa"), {"persons": 5})
    before = repository.generation
    async with start() as user:
        await choose(user, folder)

        assert isinstance(user.view, MergeView)
        found = counts(user)
        assert found["Tất cả"] == [12, 1, 1, 9, 1, 0]
        assert found["Hộ"] == [5, 1, 1, 2, 1, 0]
        assert all(row[0] == sum(row[1:]) for row in found.values())
        assert "- Hộ Vi Văn Hòa: Nhân khẩu" in user.screen
        assert "Chưa ghi gì" in user.message

        await user.press("escape")

        assert isinstance(user.view, FileChooser)
        assert repository.generation == before

        await user.press("escape")

        assert isinstance(user.view, HomeView)
        assert repository.generation == before


@pytest.mark.parametrize("key", ["f2", "ctrl+s"])
async def test_one_key_takes_it_in_as_one_commit(start, bring, repository, key) -> None:
    folder = bring(some_work)
    repository.edit(id_of(repository, "Vi Văn Hòa"), {"persons": 5})
    before = repository.generation
    async with start() as user:
        await choose(user, folder, key)

        assert counts(user)["Tất cả"] == [12, 1, 1, 9, 1, 0]
        assert "Đã thay đổi như sau" in user.screen
        assert "1 bản ghi có mâu thuẫn: F8" in user.message
        assert repository.generation == before + 1
        assert user.only("household", head="Lương Văn Mới").values["persons"] == 2
        assert user.only("household", head="Lý Thị Ân").values["class"] == "NGHEO"
        [conflicted] = repository.conflicted()
        assert {s.value for s in conflicted.conflicts["persons"]} == {5, 6}

        await user.press("f8")

        assert isinstance(user.view, InboxView)

        await user.press("escape", "escape")

        assert isinstance(user.view, HomeView)
        assert "1 mục cần quyết định" in user.message


async def test_a_merge_for_the_second_time_says_that_all_is_known(start, bring) -> None:
    folder = bring(some_work)
    async with start() as user:
        await choose(user, folder, "f2", "escape")
        await choose(user, folder)

        assert counts(user)["Tất cả"] == [12, 0, 0, 12, 0, 0]
        assert "Không có gì mới" in user.message


async def test_what_a_colleague_saves_meanwhile_is_counted(start, bring, open_as) -> None:
    folder = bring(some_work)
    async with start() as user:
        await choose(user, folder)

        assert counts(user)["Tất cả"] == [12, 1, 2, 9, 0, 0]

        open_as("Tám").edit(user.id_of("household", head="Vi Văn Hòa"), {"persons": 7})
        await user.press("f2")

        assert counts(user)["Tất cả"] == [12, 1, 1, 9, 1, 0]


async def test_refused_rows_are_told_with_their_reasons(start, bring, usb) -> None:
    folder = bring(some_work)
    tables = json.loads((folder / "store.json").read_text())
    tables["household"]["5"] = {"head": "x"}
    tables["Bad\x1b[31m"] = {"1": {}}
    file = usb / "rows.json"
    file.write_text(json.dumps(tables))
    async with start() as user:
        await choose(user, file)

        assert counts(user)["Tất cả"] == [14, 1, 2, 9, 0, 2]
        assert "Từ chối (2), vì:" in user.screen
        assert "không hợp lệ" in user.screen
        assert "\x1b" not in user.screen

        await user.press("f2")

        assert user.only("household", head="Lương Văn Mới")


BAD_FILES = {
    "damaged": ('{"household": {', "bị hỏng hoặc chưa chép xong"),
    "no store": ("[1, 2]", "không phải kho dữ liệu"),
    "not text": ("\udcff\udcfe", "bị hỏng hoặc chưa chép xong"),
}


@pytest.mark.parametrize("name", BAD_FILES)
async def test_a_bad_file_is_refused_in_a_sentence(start, usb, repository, name) -> None:
    content, sentence = BAD_FILES[name]
    file = usb / "tệp.json"
    file.write_text(content, "utf-8", errors="surrogateescape")
    before = repository.generation
    async with start() as user:
        await choose(user, file)

        assert sentence in " ".join(user.screen.split())
        assert "Esc: chọn tệp khác" in user.message

        await user.press("f2", "f8")

        assert isinstance(user.view, MergeView)
        assert repository.generation == before

        await user.press("escape")

        assert isinstance(user.view, FileChooser)
        assert "tệp.json" in user.screen


async def test_a_store_of_another_programme_is_refused(start, bring) -> None:
    folder = bring()
    settings = folder / "settings.toml"
    settings.write_text(settings.read_text().replace("trial", "other"))
    async with start() as user:
        await choose(user, folder)

        assert "thuộc chương trình “other”" in " ".join(user.screen.split())


async def test_a_file_that_is_too_large_is_refused_unread(start, bring, monkeypatch) -> None:
    folder = bring()
    monkeypatch.setattr("nq77tui.store.source.MAX_BYTES", 10)
    async with start() as user:
        await choose(user, folder)

        assert "quá lớn" in user.screen


async def test_a_stick_that_is_pulled_out_is_told(start, usb, monkeypatch) -> None:
    file = usb / "store of Ha.json"
    file.write_text("{}")

    def gone(path, programme_id):
        raise OSError(5, "Input/output error", str(path))

    monkeypatch.setattr(source, "read_source", gone)
    async with start() as user:
        await choose(user, file)

        assert "Không đọc được" in user.screen
        assert "ổ đĩa đọc, ghi bị lỗi" in " ".join(user.screen.split())


async def test_escape_stops_the_reading(start, bring, monkeypatch, repository) -> None:
    folder, read = bring(some_work), source.read_source
    begun, go_on = threading.Event(), threading.Event()

    def slow(path, programme_id):
        begun.set()
        go_on.wait(PATIENCE)
        return read(path, programme_id)

    monkeypatch.setattr(source, "read_source", slow)
    before = repository.generation
    async with start() as user:
        await go_to(user, folder)
        await user.pilot.press("enter")
        await user.until(begun.is_set)
        assert "Đang đọc" in user.message

        await user.pilot.press("escape")

        assert "Đang dừng" in user.message

        go_on.set()
        await user.settle()

        assert isinstance(user.view, FileChooser)
        assert repository.generation == before

        monkeypatch.setattr(source, "read_source", read)
        await user.press("enter")

        assert counts(user)["Tất cả"] == [12, 1, 2, 9, 0, 0]


async def test_a_whole_stick_of_stores_is_taken_in_at_once(start, bring, usb) -> None:
    bring(lambda theirs: theirs.add("household", {"head": "Một"}), "a")
    bring(lambda theirs: theirs.add("household", {"head": "Hai"}), "b")
    async with start() as user:
        await go_to(user, f"{usb}/", "home", "down")

        assert "Tất cả trong thư mục này (2)" in user.rows[1]

        await user.press("enter")

        assert counts(user)["Tất cả"] == [24, 2, 0, 22, 0, 0]

        await user.press("f2")

        assert user.only("household", head="Một")
        assert user.only("household", head="Hai")


async def test_the_language_changes_under_a_preview(start, bring) -> None:
    folder = bring(some_work)
    async with start() as user:
        await choose(user, folder, "f10")

        assert "What would change" in user.screen
        assert counts(user)["All"] == [12, 1, 2, 9, 0, 0]
        assert user.title.startswith("Merge:")
        assert "Nothing is written yet" in user.message


# Choosing


async def test_sticks_stand_first_and_the_last_folder_before_them(start, bring, plugged_in) -> None:
    folder, usb = bring(some_work), plugged_in("KINGSTON")
    shutil.move(folder, usb / "ha")
    async with start() as user:
        await user.press("f7")

        assert [row.split()[0][-9:] for row in user.rows[:2]] == [
            f"{usb}"[-9:],
            f"{Path.home()}"[-9:],
        ]
        assert "USB" in user.rows[0]

        await user.press("enter")

        assert user.rows[1].startswith("  ha ")
        assert "kho dữ liệu" in user.rows[1]

        await user.press("enter", "f2", "escape", "f7")

        assert "lần trước" in user.rows[0]


async def test_the_list_completes_what_is_typed(start, usb) -> None:
    for name in ("Thôn Nà Mò", "Thôn Bản Chu", "khác"):
        (usb / name).mkdir()
    (usb / "Thôn Nà Mò" / "xuất.json").write_text("{}")
    (usb / "Thôn Nà Mò" / "ghi chú.txt").write_text("")
    async with start() as user:
        await go_to(user, usb)
        await user.type("/na")

        assert [row.split("  ")[1] for row in user.rows if row] == ["Thôn Nà Mò"]

        await user.press("tab")

        assert "/usb/Thôn Nà Mò/" in user.screen
        assert [row.split("  ")[1] for row in user.rows if row] == ["..", "xuất.json"]
        assert "2 B" in user.rows[1]

        await user.press("backspace")

        assert user.view.row_list.current == str(usb / "Thôn Nà Mò")

        await user.type("zzz")

        assert "Không có gì khớp" in user.screen

        await user.press("enter")

        assert "Không tìm thấy" in user.message

        await user.press("ctrl+u")

        assert "khác" in user.screen

        await user.press("escape")

        assert isinstance(user.view, HomeView)


async def test_names_from_a_stick_cannot_steer_the_terminal(start, usb) -> None:
    (usb / "a\x1b[2J.json").write_text("{}")
    (usb / "b\udcff.json").write_text("{}")
    (usb / "\u202etxt.json").write_text("{}")
    async with start() as user:
        await go_to(user, f"{usb}/")

        assert "a\ufffd[2J.json" in user.screen
        assert "b\ufffd.json" in user.screen
        assert "\x1b" not in user.screen
        assert "\u202e" not in user.screen

        await user.press("down", "down", "down", "enter")

        assert isinstance(user.view, MergeView)
        assert "\x1b" not in user.screen


async def test_a_folder_that_cannot_be_read_is_told(start, usb, monkeypatch) -> None:
    (usb / "locked").mkdir()

    def locked(folder):
        if folder.name == "locked":
            raise PermissionError(13, "Permission denied", str(folder))
        return place.read_folder(folder)

    monkeypatch.setattr("nq77tui.tui.views.dialog.file_chooser.read_folder", locked)
    async with start() as user:
        await go_to(user, f"{usb}/", "enter")

        assert "Không đọc được" in user.message
        assert "locked" in user.rows[1]


@pytest.mark.parametrize(
    ("size", "shown"), [(-1, ""), (0, "0 B"), (999, "999 B"), (2048, "2 KB"), (3_565_158, "3,4 MB")]
)
def test_sizes_are_short(size, shown) -> None:
    assert place.shown_size(size, "vi") == shown


async def test_an_empty_store_made_by_nobody_is_nothing_new(start, usb, programme) -> None:
    create_store(usb / "new", programme)
    async with start() as user:
        await choose(user, usb / "new")

        assert counts(user)["Tất cả"] == [0, 0, 0, 0, 0, 0]
        assert "Không có gì mới" in user.message


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    "name", ["HOME", "FILES", "MERGE", "STICK", "PEERS", "RECEIPTS", "CONFLICTS", "READING"]
)
def test_the_keys_of_a_view_fit_the_line(name, lang) -> None:
    words = load_catalogue(lang)
    shown = [one for one in (*getattr(actions, name), *actions.APP) if one.is_shown]
    line = "".join(f" {shown_key(one.keys[0])} {words.text(one.label)} " for one in shown)

    assert width_of(line) <= 80
