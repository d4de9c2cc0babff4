"""What the system says of files, in the language of the reader, met for real."""

from __future__ import annotations

import errno
import os
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import nq77tui
from nq77tui.core.problem import cause_of, system_cause
from nq77tui.programme import LANGUAGES, load_catalogue, sample_folder


def meaning(lang: str, number: int) -> str:
    return load_catalogue(lang).problem(system_cause(number))


def test_every_error_of_files_has_its_meaning_and_others_their_number() -> None:
    for lang in LANGUAGES:
        words = load_catalogue(lang)
        known = {one for one in errno.errorcode if meaning(lang, one) != ""
                 and system_cause(one).key != "cause.system.other"}  # fmt: skip
        keys = {key for key in words.keys() if key.startswith("cause.system.")}  # noqa: SIM118
        assert {system_cause(one).key for one in known} | {"cause.system.other"} == keys
        assert len({meaning(lang, one) for one in known}) == len(keys) - 1
    error = OSError(9999, "Something new")
    assert load_catalogue("vi").problem(cause_of(error)).endswith("9999: Something new")


def test_no_sentence_is_made_of_what_the_system_says() -> None:
    folder = Path(nq77tui.__file__).parent
    found = {
        file.relative_to(folder).as_posix()
        for file in folder.rglob("*.py")
        if re.search(r"\w\.strerror\b(?!\()", file.read_text(encoding="utf-8"))
    }
    assert found == {"core/problem.py"}


@pytest.fixture
def places(tmp_path: Path) -> dict[str, Path]:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    shutil.copytree(sample_folder(), tmp_path / "store")
    return {name: tmp_path / name for name in ("file", "folder", "circle", "store", "missing")}


def test_errors_that_paths_lead_to(places: dict[str, Path], nq77) -> None:
    cases: list[tuple[int, tuple[object, ...]]] = [
        (errno.ENOENT, ("import", places["missing"], "--as", "area")),
        (errno.ENOENT, ("export", "area", "-o", places["missing"] / "area.csv")),
        (errno.ENOENT, ("restore", places["missing"], places["missing"])),
        (errno.EISDIR, ("import", places["folder"], "--as", "area")),
        (errno.EISDIR, ("report", "b2", "-o", places["folder"])),
        (errno.ENOTDIR, ("export", "area", "-o", places["file"] / "area.csv")),
        (errno.ENOTDIR, ("backup", places["file"] / "backup")),
        (errno.EEXIST, ("init", places["file"] / "store")),
        (errno.ENAMETOOLONG, ("export", "area", "-o", places["folder"] / ("x" * 300))),
        (errno.ELOOP, ("import", places["circle"], "--as", "area")),
        (errno.ENOTDIR, ("init", places["file"])),
    ]
    for number, command in cases:
        for lang in LANGUAGES:
            ran = nq77("--lang", lang, "--store", places["store"], *command)
            assert ran.status == 1, (command, ran.err)
            assert meaning(lang, number) in ran.err, (command, ran.err)
            assert os.strerror(number) not in ran.err


@contextmanager
def limited(what: int, soft: int) -> Iterator[None]:
    before = resource.getrlimit(what)
    resource.setrlimit(what, (soft, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(what, before)


def test_errors_of_limits_and_of_the_output(places: dict[str, Path], nq77: Callable) -> None:
    with limited(resource.RLIMIT_FSIZE, 1000):
        ran = nq77("--store", places["store"], "export", "area", "-o", places["folder"] / "a.csv")
    assert ran.status == 1
    assert meaning("vi", errno.EFBIG) in ran.err
    assert list(places["folder"].iterdir()) == []

    # A command that may open nothing at all cannot read its own words either: only the cause.
    free = os.dup(0)
    os.close(free)
    with limited(resource.RLIMIT_NOFILE, free), pytest.raises(OSError) as caught:  # noqa: PT011
        places["file"].read_text(encoding="utf-8")
    assert cause_of(caught.value) == system_cause(errno.EMFILE)

    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "nq77tui", "--store", places["store"], "list", "area"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 1
    assert meaning("vi", errno.ENOSPC) in done.stderr.decode()
