"""What the store has to tell while the app runs: a full disk, a failed one, no right to write."""

from __future__ import annotations

import errno
import os
import resource
import time

import pytest

from nq77tui.programme import load_catalogue
from nq77tui.store import medium
from nq77tui.store.settings import load_settings
from nq77tui.tui.desk import Desk
from nq77tui.tui.settings import Settings


@pytest.fixture
def no_room(repository):
    """While it lasts, no file of this process grows beyond what the journal has now."""
    journal = repository.folder / "journal"
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def limit(room):
        resource.setrlimit(resource.RLIMIT_FSIZE, (journal.stat().st_size + room, hard))

    yield limit
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))


async def test_a_full_disk_keeps_the_form_and_the_next_save_works(start, no_room):
    async with start("household") as user:
        await user.type("ban chu", "enter")
        await user.type("Triệu Văn Mới")
        no_room(20)
        await user.press("f2")
        assert "Ổ đĩa đã đầy" in user.message
        assert "Triệu Văn Mới" in user.screen
        no_room(1 << 20)
        await user.press("f2")
        assert user.only("household", head="Triệu Văn Mới")


async def test_a_failed_disk_turns_the_app_read_only_and_a_key_opens_the_store_again(
    start, monkeypatch
):
    def fail(_file):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    async with start("household") as user:
        await user.type("ban chu", "enter")
        await user.type("Triệu Văn Mới")
        monkeypatch.setattr(os, "fdatasync", fail)
        await user.press("f2")
        monkeypatch.undo()
        assert "Ổ đĩa không xác nhận" in user.message
        # The disk claims to be fine again; nothing is written before the store is opened anew.
        await user.press("f2")
        assert "Ổ đĩa không xác nhận" in user.message
        user.app._look()
        await user.settle()
        assert "F12" in user.message  # what was refused just now says the same, and stays
        assert user.title.endswith("CHỈ ĐỌC")
        await user.press("f12")
        assert "không xác nhận" in user.screen
        assert "Enter: mở lại" in user.message
        await user.press("enter")
        assert "Đã mở lại kho" in user.message
        await user.press("escape")
        assert "Triệu Văn Mới" in user.screen
        assert not user.title.endswith("CHỈ ĐỌC")
        await user.press("f2")
        assert user.only("household", head="Triệu Văn Mới")
        assert user.message == ""


async def test_somebody_without_the_right_to_write_looks_on_and_is_told_why(
    start, repository, open_as, programme
):
    reader = open_as("Giám sát", read_only=True)
    desk = Desk(reader, programme, load_catalogue("vi"), Settings())
    before = repository.generation
    async with start(at=desk) as user:
        assert user.title.endswith("CHỈ ĐỌC")
        await user.press("f9")
        assert "Kho chỉ để đọc" in user.message
        await user.press("h", "insert")
        assert "Kho chỉ để đọc" in user.message
        await user.press("delete")
        assert "Kho chỉ để đọc" in user.message
        await user.press("enter")
        assert "Nông Văn An" in user.title
        await user.press("enter")
        await user.type("Khác", "f2")
        await user.press("f2")
        assert "Kho chỉ để đọc" in user.message
        await user.press("escape", "c", "f12")
        assert "Bạn không có quyền ghi" in user.message
        assert "Mở lại" not in user.screen
        await user.press("enter")
        assert user.title.endswith("CHỈ ĐỌC")
        # A colleague's work shows all the same.
        repository.add("household", {"head": "Hà Văn Mới"})
        user.app._look()
        await user.press("escape")
        assert "Hà Văn Mới" in user.screen
    assert repository.generation == before + 1


async def test_what_arises_while_the_app_runs_is_said_and_can_be_read_whole(
    start, repository, monkeypatch
):
    async with start() as user:
        assert not user.message.startswith("F12")
        monkeypatch.setattr(medium, "LOW_BYTES", 1 << 62)  # the disk has filled up meanwhile
        monkeypatch.setattr(time, "time", lambda: 1_000_000_000)  # and the clock jumped back
        repository.add("person", {"name": "Lộc Văn Ánh"})
        user.app._looks = 0
        user.app._look()
        await user.settle()
        assert user.message.startswith("F12: ")
        await user.press("f12")
        monkeypatch.undo()
        assert "sắp đầy" in user.screen
        assert "Đồng hồ máy này" in user.screen
        await user.press("escape")
        user.app._look()
        assert not user.message.startswith("F12")


async def test_settings_that_cannot_be_kept_are_said(start, desk, repository, no_room, nq77):
    desk.settings = Settings(save=lambda chosen: repository.keep_settings(typing=chosen.typing))
    async with start("household") as user:
        resource.setrlimit(resource.RLIMIT_FSIZE, (5, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
        await user.press("f9")
        no_room(1 << 20)
        user.app._look()
        await user.settle()
        assert "settings.toml" in user.message
        assert desk.settings.typing == "telex"  # it holds until the end
        await user.press("f9")
        assert load_settings(repository.folder).typing == "vni"
