"""Stores to import into and to export from; their rights to write stay in the test's folder."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from nq77tui.exchange.sample import build_district, build_excerpt
from nq77tui.programme import load_catalogue, load_programme, shipped_folder
from nq77tui.store import Repository, create_store, write_store

NOW = datetime(2025, 1, 15, 9, tzinfo=timezone(timedelta(hours=7)))


@pytest.fixture(autouse=True)
def own_state_folder(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture(scope="session")
def programme():
    return load_programme(shipped_folder())


@pytest.fixture(scope="session")
def excerpt(programme):
    return build_excerpt(build_district(programme))


@pytest.fixture
def open_store(tmp_path, programme):
    """Opens the store of a name; made empty, or of given records, the first time."""
    opened = []

    def open_named(name, records=None, *, language="vi", programme=programme):
        folder = tmp_path / name
        if not folder.exists() and records is None:
            create_store(folder, programme)
        elif not folder.exists():
            write_store(folder, programme, records)
        found = Repository.open(folder, programme, operator="Lan", clock=lambda: NOW)
        found.settings = found.settings.with_language(language)
        opened.append(found)
        return found

    yield open_named
    for found in opened:
        found.close()


@pytest.fixture
def repository(open_store):
    """A store with a commune, two villages of their own names, and one name that two share."""
    found = open_store("own")
    commune = found.add("area", commune_values("Yên Khoái", "06541"))
    other = found.add("area", commune_values("Tú Mịch", "06542"))
    for name, code, parent in (
        ("Chi Ma", "06541-01", commune),
        ("Nà Pá", "06541-02", commune),
        ("Bản Lải", "06541-03", commune),
        ("Nà Pá", "06542-01", other),
    ):
        values = {"name": name, "code": code, "parent": parent.id}
        found.add("area", {**values, "level": "village", "type": "thon"})
    return found


def commune_values(name, code):
    return {
        "name": name,
        "level": "commune",
        "type": "xa",
        "code": code,
        "valid_from": "2020-01-01",
    }


@pytest.fixture(params=["vi", "en"])
def catalogue(request):
    return load_catalogue(request.param)


@pytest.fixture
def write_file(tmp_path):
    """Writes a file to import: text, or bytes as they are."""

    def write(content, name="in.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    return write
