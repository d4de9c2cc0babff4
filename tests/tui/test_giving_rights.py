"""Saying on the screen who may see and change what."""

from __future__ import annotations

import tomllib

import pytest

from nq77tui.programme import load_catalogue
from nq77tui.store.rights import system_user
from nq77tui.tui.desk import Desk
from nq77tui.tui.settings import Settings
from nq77tui.tui.views.home import HomeView
from nq77tui.tui.views.rights import RightsView

ME = system_user()


@pytest.fixture
def tables(repository):
    def read():
        content = (repository.folder / "settings.toml").read_text(encoding="utf-8")
        return tomllib.loads(content).get("rights", {})

    return read


async def test_a_supervisor_gives_changes_and_takes_rights_away(start, repository, tables) -> None:
    village = next(r.id for r in repository.rows("area") if r.values["name"] == "Nà Mò")
    commune = next(r.id for r in repository.rows("area") if r.values["name"] == "Đồng Bục")
    async with start() as user:
        await user.press("ctrl+t")
        assert isinstance(user.view, RightsView)
        assert "ai mở được kho cũng là người phụ trách" in user.screen

        await user.press("insert")
        await user.type("hai bà", "enter")  # no name of a user
        assert tables() == {}
        await user.press(*["backspace"] * 3, "enter", "2")
        await user.type("Nà", "enter")  # no area is called that
        assert tables() == {}
        await user.type(" Mò; Đồng Bục", "enter")
        assert tables() == {
            "hai": {"role": "operator", "areas": [village, commune]},
            ME: {"role": "supervisor"},
        }
        [hai, me] = user.rows
        assert hai.split() == ["hai", "người", "nhập", "liệu", "Nà", "Mò;", "Đồng", "Bục"]
        assert "mọi địa bàn" in me
        assert "không có người dùng đó" in user.message

        await user.press("enter", "1", "enter")  # the areas stay as they stand there
        assert tables()["hai"] == {"role": "viewer", "areas": [village, commune]}
        await user.press("f10")
        assert "viewer" in user.rows[0]
        await user.press("f10")

        await user.press("delete", "k")
        assert "hai" in tables()
        await user.press("delete", "c")
        assert tables() == {ME: {"role": "supervisor"}}

        await user.press("insert", "asterisk", "enter", "1", "enter")
        assert tables()["*"] == {"role": "viewer"}
        assert "* (mọi người khác)" in user.screen


async def test_the_last_supervisor_stays(start, tables) -> None:
    async with start() as user:
        await user.press("ctrl+t", "insert")
        await user.type(ME, "enter", "3", "enter")
        assert tables() == {ME: {"role": "supervisor"}}
        await user.press("enter", "1", "enter")
        assert "không còn ai phụ trách" in user.message
        assert tables() == {ME: {"role": "supervisor"}}
        await user.press("delete", "c")
        # Nobody is named then: whoever opens the store is a supervisor again.
        assert tables() == {}


async def test_whoever_is_no_supervisor_of_everything_is_told_so(
    start, repository, open_as, programme, tmp_path
) -> None:
    village = next(r.id for r in repository.rows("area") if r.values["name"] == "Nà Mò")
    of_one_village = {"role": "supervisor", "areas": [village]}
    repository.keep_settings(rights={ME: of_one_village, "khac": {"role": "supervisor"}})
    theirs = Desk(open_as("Minh"), programme, load_catalogue("vi"), Settings(), root=tmp_path)
    async with start(at=theirs) as user:
        await user.press("ctrl+t")
        assert isinstance(user.view, HomeView)
        assert "Phân quyền là việc của người phụ trách mọi địa bàn" in user.message
