"""TinyDB's own tests, run against `open_tinydb` with nothing but the `db` fixture exchanged.

    python tests/store/tinydb_suite.py [SDIST]

Takes the source archive of the installed TinyDB version from the package index, or the one given,
since the tests are not in the wheel. Prints figures; the exit status is 0 if nothing fails but
what is listed here, 77 if the archive cannot be had.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
import xml.etree.ElementTree as ElementTree
from importlib.metadata import version
from pathlib import Path

EXPECTED = {
    "test_tables.py::test_table_repr": "wants the class name `Table` in repr()",
}
"""Tests that fail, with the reason: they ask for names, not for behaviour."""

SKIPPED = 77
VARIANTS = {
    "plain": "a store in use",
    "reopened": "closed and opened again before each test",
    "second": "a second handle, opened before, sees the same after each test",
    "folding": "a fold at each commit",
}

CONFTEST = """
import pytest

from nq77tui.store.database import JournalDB
from tinydb.middlewares import CachingMiddleware
from tinydb.storages import MemoryStorage

VARIANT = {variant!r}


@pytest.fixture
def db(tmp_path):
    path = tmp_path / "test.json"
    options = {{"compact_at": 0}} if VARIANT == "folding" else {{}}
    other = JournalDB(path) if VARIANT == "second" else None
    found = JournalDB(path, **options)
    found.drop_tables()
    found.insert_multiple({{"int": 1, "char": c}} for c in "abc")
    if VARIANT == "reopened":
        found.close()
        found = JournalDB(path)
    yield found
    if other is not None and found._opened:
        assert other.storage.read() == found.storage.read()
        assert other.tables() == found.tables()
        other.close()


@pytest.fixture
def storage():
    return CachingMiddleware(MemoryStorage)()
"""


def fetch(folder: Path) -> Path | None:
    """The source archive of the installed version."""
    wanted = f"tinydb=={version('tinydb')}"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--no-binary", ":all:", "--dest", str(folder), wanted]
    done = subprocess.run(command, capture_output=True, text=True)
    found = list(folder.glob("tinydb-*.tar.gz"))
    if not found:
        print(f"skipped: {wanted} cannot be had as source ({done.stderr.strip()[-200:]})")
    return found[0] if found else None


def run(tests: Path, variant: str) -> tuple[int, set[str]]:
    """Run all tests in one variant; how many passed, and which did not."""
    (tests / "conftest.py").write_text(CONFTEST.format(variant=variant), encoding="utf-8")
    report = tests / f"{variant}.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir"]
    command += [str(tests), f"--junitxml={report}", "-o", "junit_family=xunit1", str(tests)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tests)
    if not report.exists():
        print(done.stdout[-2000:], done.stderr[-2000:])
        return 0, {"the run itself"}
    passed, failed = 0, set()
    for case in ElementTree.parse(report).iter("testcase"):
        name = f"{Path(case.get('file', '')).name}::{case.get('name')}"
        if case.find("failure") is not None or case.find("error") is not None:
            failed.add(name)
        elif case.find("skipped") is None:
            passed += 1
    return passed, failed


def main(arguments: list[str]) -> int:
    """Run every variant and say what came out."""
    with tempfile.TemporaryDirectory(prefix="tinydb-suite-") as place:
        archive = Path(arguments[0]) if arguments else fetch(Path(place))
        if archive is None:
            return SKIPPED
        with tarfile.open(archive) as sources:
            sources.extractall(place, filter="data")
        tests = next(Path(place).glob("tinydb-*/tests"))
        status = 0
        for variant, words in VARIANTS.items():
            passed, failed = run(tests, variant)
            unexpected = sorted(failed - set(EXPECTED))
            print(f"{variant} ({words}): {passed} passed, {len(failed)} failed")
            for name in sorted(failed):
                print(f"    {name}: {EXPECTED.get(name, 'NOT EXPECTED')}")
            status |= bool(unexpected) or not passed
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
