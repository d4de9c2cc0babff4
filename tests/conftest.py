"""A home of its own for every test, the shipped programme, a store, and ``nq77`` in process."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from nq77tui.cli import main
from nq77tui.core.document import doc_id_of
from nq77tui.core.problem import RefusedError
from nq77tui.programme import Programme, load_programme, shipped_folder
from nq77tui.store import Repository, create_store
from nq77tui.store.medium import refuse_unsafe

Run = Callable[..., "Ran"]

# Nothing in the suite asserts a time: a machine that is busy with something else passes too. Every
# run tries the same examples; `pytest --hypothesis-profile=search` looks for new ones.
settings.register_profile(
    "any machine",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
    database=None,
)
settings.register_profile("search", settings.get_profile("any machine"), derandomize=False)
settings.load_profile("any machine")

# A run that was started behind a shell (`pytest &`) ignores Ctrl+C, and so would all it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Where the users are: what the program shows is in the machine's time.
os.environ["TZ"] = "<+07>-7"
time.tzset()

STEERS = re.compile(
    "NO_COLOR|COLORTERM|FORCE_COLOR|LINE_COLORS|COLUMNS|LINES|ESCDELAY|SSH_.*|TEXTUAL.*"
    "|PYTHONIOENCODING|NQ77_(?!FAULT_ROUNDS|FORCE).*"
)
"""Variables of whoever runs the tests, by which the program or Python would do otherwise."""


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_safe_place: bool) -> None:
    for name in filter(STEERS.fullmatch, list(os.environ)):
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home" / "state"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home" / "data"))
    monkeypatch.setenv("NQ77_LANG", "vi")
    if not is_safe_place:
        monkeypatch.setenv("NQ77_FORCE", "1")


@pytest.fixture(scope="session")
def is_safe_place(tmp_path_factory: pytest.TempPathFactory) -> bool:
    """Whether stores may stand where the tests make theirs.

    In some containers the temporary folder is on 9p or FUSE, where a live store is refused. The
    suite is about the program and not about that file system, so it forces its way there; what
    refusing is about, `test_medium.py` proves with file systems of its own.
    """
    try:
        refuse_unsafe(tmp_path_factory.getbasetemp())
    except RefusedError:
        return False
    return True


class Clock:
    """A clock that stands still until a test sets ``now``."""

    def __init__(self) -> None:
        self.now = datetime(2024, 6, 3, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def programme() -> Programme:
    return load_programme(shipped_folder())


@pytest.fixture
def open_store(tmp_path: Path, programme: Programme, clock: Clock) -> Callable[..., Repository]:
    """Opens the store of a name, which is made where it is not there yet."""

    def open_named(name: str = "own", **options: Any) -> Repository:
        folder = tmp_path / name
        if not folder.exists():
            create_store(folder, programme)
        options = {
            "operator": "Lan",
            "clock": clock,
            "state_folder": tmp_path / "rights",
            **options,
        }
        return Repository.open(folder, programme, **options)

    return open_named


@pytest.fixture
def repository(open_store):
    with open_store() as opened:
        yield opened


@pytest.fixture
def copied_programme(tmp_path: Path) -> Path:
    folder = tmp_path / "programme"
    for name in ("schemas", "screens"):
        shutil.copytree(shipped_folder() / name, folder / name)
    return folder


@pytest.fixture
def with_water(copied_programme: Path) -> Path:
    """The shipped programme with one more record type: two TOML files and nothing else."""
    added = Path(__file__).parent / "clean_water"
    for name in ("schemas", "screens"):
        shutil.copy(added / name / "clean_water.toml", copied_programme / name)
    return copied_programme


@dataclass(frozen=True)
class Ran:
    """What a run of ``nq77`` gave."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def counts(self) -> dict[str, int]:
        pairs = (line.split("\t") for line in self.out.splitlines())
        return {name: int(number) for name, number in pairs}


def _run(*arguments: object) -> Ran:
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    err = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as ended:  # argparse: usage, --help
            status = int(ended.code or 0)
    return Ran(status, out.buffer.getvalue().decode("utf-8"), err.getvalue())


@pytest.fixture
def nq77() -> Run:
    """Runs ``nq77`` in this process."""
    return _run


@pytest.fixture
def store(tmp_path: Path, programme: Programme) -> Path:
    """The folder of a fresh store, for ``nq77 --store``."""
    create_store(tmp_path / "store", programme)
    return tmp_path / "store"


@pytest.fixture
def hostile_file(tmp_path: Path) -> Callable[[Any], Path]:
    """Writes what somebody with bad luck or bad intentions brings on a stick."""

    def write(tables: Any) -> Path:
        file = tmp_path / "brought.json"
        content = tables if isinstance(tables, str) else json.dumps(tables)
        file.write_text(content, encoding="utf-8")
        return file

    return write


@pytest.fixture
def key() -> Callable[[str], str]:
    """The TinyDB id, as text, of a record id."""
    return lambda record_id: str(doc_id_of(record_id))


@pytest.fixture
def like_a_disk() -> Callable[[Path], None]:
    """Gives the rights in a restored state folder the times that only the system can set.

    A file that is copied back has others; an image of the whole disk has them as they were.
    """

    def restamp(state_folder: Path) -> None:
        for right in (state_folder / "rights").iterdir():
            head, _ = right.read_text(encoding="ascii").rsplit(" ", 1)
            right.write_text(f"{head} {int(time.time()):012}\n", encoding="ascii")

    return restamp
