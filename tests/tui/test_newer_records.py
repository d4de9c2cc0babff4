"""Records that a newer programme has written: what the operator of an older machine sees."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from nq77tui.programme import load_programme
from nq77tui.store import Repository, create_store
from nq77tui.store.merging import take_in_sources
from nq77tui.store.source import read_source
from nq77tui.tui.views.entry.form import FormView
from nq77tui.tui.views.inbox import InboxView


@pytest.fixture
def from_a_newer_machine(tmp_path: Path, repository, programme) -> None:
    """Takes in a household of a machine whose programme has moved on."""
    folder = tmp_path / "newer programme"
    shutil.copytree(Path(__file__).parent / "programme", folder)
    schema = folder / "schemas" / "household.toml"
    text = schema.read_text(encoding="utf-8").replace("version = 1\n", "version = 2\n", 1)
    change = '\n[[changes]]\nversion = 2\nrename = { householder = "head" }\n'
    schema.write_text(text + change, encoding="utf-8")
    newer = load_programme(folder)
    create_store(tmp_path / "theirs", newer)
    village = next(row.id for row in repository.rows("area") if row.values["level"] == "village")
    place = {"operator": "Hà", "state_folder": tmp_path / "state of Hà"}
    with Repository.open(
        tmp_path / "theirs", newer, clock=repository.local_time, **place
    ) as theirs:
        take_in_sources(theirs, [read_source(repository.folder / "store.json", newer.id)])
        theirs.add("household", {"head": "Vi Thị Mới", "area": village, "persons": 3})
    take_in_sources(repository, [read_source(tmp_path / "theirs" / "store.json", programme.id)])


async def test_what_waits_for_an_update_says_so_and_is_not_typed_into_in_vain(
    start, from_a_newer_machine
) -> None:
    async with start() as user:
        await user.press("f8")
        assert isinstance(user.view, InboxView)
        [row] = user.rows
        assert "Vi Thị Mới" in row
        assert "Chờ cập nhật máy này" in row
        assert row.endswith("-")
        assert "Cách xử lý: cập nhật chương trình" in " ".join(user.screen.split())

        await user.press("1")
        assert "không có gì để quyết định" in user.message

        await user.press("e")
        assert isinstance(user.view, FormView)
        assert "chỉ xem, không sửa" in user.message
        assert user.title.endswith(user.view.desk.text("notices.looking_on"))
        before = user.only("household", head="Vi Thị Mới")
        await user.press("f2")
        assert isinstance(user.view, FormView)
        assert "chỉ xem, không sửa" in user.message
        assert user.only("household", head="Vi Thị Mới") == before
        await user.press("escape", "escape", "f10")
        await user.press("f8")
        assert "Waits for an update" in user.rows[0]
