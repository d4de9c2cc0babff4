"""A small programme, a store in a temporary folder, and the app over it, driven by keys."""

from __future__ import annotations

import asyncio
import shutil
import time
from contextlib import asynccontextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from nq77tui.programme import Programme, load_catalogue, load_programme
from nq77tui.store import Repository, create_store
from nq77tui.store.merging import take_in_sources
from nq77tui.store.source import read_source
from nq77tui.tui.app import Nq77App
from nq77tui.tui.desk import Desk
from nq77tui.tui.settings import Settings
from nq77tui.tui.widgets.canvas import Canvas
from nq77tui.tui.widgets.row_list import RowList

NOW = datetime(2024, 9, 5, 8, 30, tzinfo=timezone(timedelta(hours=7)))
THEIR_DAY = datetime(2024, 9, 4, 15, 5, tzinfo=timezone(timedelta(hours=7)))


@pytest.fixture(scope="session")
def programme() -> Programme:
    return load_programme(Path(__file__).parent / "programme")


@pytest.fixture
def open_as(tmp_path, programme):
    """Opens the one store of the test as an operator: one more process, as far as it can tell."""
    create_store(tmp_path / "store", programme)
    opened = []

    def open_store(operator, read_only=False):
        repository = Repository.open(
            tmp_path / "store",
            programme,
            operator=operator,
            clock=lambda: NOW,
            state_folder=tmp_path / "state",
            read_only=read_only,
        )
        opened.append(repository)
        return repository

    yield open_store
    for repository in opened:
        repository.close()


@pytest.fixture
def repository(open_as):
    """A store with two communes, three villages, four households and two cadres."""
    repository = open_as("Minh")
    with repository.transaction():
        communes = [
            repository.add("area", {"name": name, "level": "commune"}).id
            for name in ("Yên Khoái", "Đồng Bục")
        ]
        villages = [
            repository.add("area", {"name": name, "level": "village", "parent": parent}).id
            for name, parent in [
                ("Bản Chu", communes[0]),
                ("Nà Mò", communes[0]),
                ("Khòn Quanh", communes[1]),
            ]
        ]
        for head, village in [
            ("Hoàng Văn Đoàn", 0),
            ("Lý Thị Ân", 1),
            ("Nông Văn An", 0),
            ("Vi Văn Hòa", 2),
        ]:
            repository.add("household", {"head": head, "area": villages[village], "persons": 4})
        for name in ("Trần Thị Bình", "Lộc Văn Ánh"):
            repository.add("person", {"name": name, "area": villages[0]})
    return repository


@pytest.fixture
def desk(repository, programme, tmp_path):
    return Desk(repository, programme, load_catalogue("vi"), Settings(), root=tmp_path / "system")


@pytest.fixture
def plugged_in(tmp_path):
    """Plugs sticks in, as far as the program can tell."""
    mounts = tmp_path / "system" / "proc" / "self" / "mountinfo"

    def plug_in(*names):
        mounts.parent.mkdir(parents=True, exist_ok=True)
        folders = [tmp_path / "system" / "media" / "lan" / name for name in names]
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
        lines = [f"36 25 8:17 / /media/lan/{name} rw - vfat /dev/sdb1 rw" for name in names]
        mounts.write_text("\n".join([*lines, ""]))
        return folders[-1] if folders else None

    return plug_in


PATIENCE = 60
"""Seconds until a test gives up; on a busy machine too, only what fails waits as long."""


async def at_rest(*_):
    """Wait until no message is on its way, no handler is at work, and nothing is to be painted.

    Textual's own way is to sleep until the process takes little time, which a process on a busy
    machine does in the middle of its work. The loop knows: nothing is ready to run but this.
    """
    loop, calm = asyncio.get_running_loop(), 0
    while calm < 3:
        await asyncio.sleep(0)
        calm = 0 if loop._ready else calm + 1


@pytest.fixture(autouse=True)
def in_its_own_time(monkeypatch):
    """Keys are pressed when the app is at rest; it looks for what colleagues do when it is told to.

    Each look is `User.look`: none comes in between at a moment that the machine chooses. Hands
    that rest between two keys have rested long enough.
    """
    monkeypatch.setattr("textual.app.wait_for_idle", at_rest)
    monkeypatch.setattr("textual.pilot.wait_for_idle", at_rest)
    monkeypatch.setattr("nq77tui.tui.app._LOOK_EVERY", 3600)
    monkeypatch.setattr("nq77tui.tui.widgets.rest.LONG_ENOUGH", 0)
    monkeypatch.setattr("nq77tui.tui.views.sticks.lying._LOOK_EVERY", 3600)


class User:
    """Somebody at the keyboard of the app."""

    def __init__(self, pilot, repository):
        self.pilot = pilot
        self.app = pilot.app
        self.repository = repository

    async def press(self, *keys):
        """Press keys by name, each when all is done that went before; and wait for the last."""
        await self.settle()
        for key in keys:
            await self.pilot.press(key)
            await self.settle()

    async def type(self, text, *keys):
        """Type a text letter by letter, as a terminal sends it; then press keys."""
        await self.pilot.press(*("space" if letter == " " else letter for letter in text))
        await self.press(*keys)

    async def settle(self):
        """Wait until all that goes on behind the keys is done, and shown."""
        is_done = False
        while not is_done:
            await self.app.workers.wait_for_complete()
            await self.pilot.pause()
            await at_rest()
            is_done = not self.app.is_behind and all(
                worker.is_finished for worker in self.app.workers
            )

    async def look(self):
        """Let the app look for what colleagues have saved, as it does every second."""
        self.app._look()
        await self.settle()

    async def until(self, is_so):
        """Wait for what comes from outside or another thread; other work goes on meanwhile."""
        end = time.monotonic() + PATIENCE
        while not is_so():
            assert time.monotonic() < end, self.screen
            await asyncio.sleep(0.005)
            await self.pilot.pause()

    @property
    def view(self):
        return self.app.screen

    @property
    def screen(self):
        """What the view in front shows, as text."""
        return "\n".join(canvas.plain for canvas in self.view.query(Canvas))

    @property
    def title(self):
        return self.view.query_one("#title").plain.strip()

    @property
    def message(self):
        return self.view.query_one("#message").plain.strip()

    @property
    def rows(self):
        """The rows of the list in front that show, without their headings."""
        return self.view.query_one(RowList).plain.strip().splitlines()[1:]

    def line(self, label):
        """The line of the form that begins with a label."""
        lines = self.screen.splitlines()
        return next(line for line in lines if line[2:].startswith(label))

    def only(self, record_type, **values):
        """The one live record of a type with these values."""
        [found] = [
            self.repository.get(row.id)
            for row in self.repository.rows(record_type)
            if all(row.values.get(name) == value for name, value in values.items())
        ]
        return found

    def id_of(self, record_type, **values):
        return self.only(record_type, **values).id


@pytest.fixture
def start(desk):
    """Starts the app, as long as the block lasts; ``at`` is a desk other than the usual one."""

    @asynccontextmanager
    async def started(record_type=None, size=(80, 24), at=desk):
        app = Nq77App(at, start=record_type)
        async with app.run_test(size=size) as pilot:
            user = User(pilot, at.repository)
            await user.settle()
            yield user

    return started


@pytest.fixture
def apart(tmp_path, repository, programme):
    """Two machines work apart on copies of one store; then the other's is taken in here."""

    def worked(theirs_does, mine_does, name="ha", operator="Hà", at=THEIR_DAY):
        folder = tmp_path / name
        shutil.copytree(tmp_path / "store", folder, ignore=shutil.ignore_patterns("lock"))
        with Repository.open(
            folder,
            programme,
            operator=operator,
            clock=lambda: at,
            state_folder=tmp_path / f"state of {name}",
        ) as theirs:
            theirs_does(theirs)
            replica = theirs.replica
        mine_does(repository)
        take_in_sources(repository, [read_source(folder / "store.json", programme.id)])
        return replica

    return worked
