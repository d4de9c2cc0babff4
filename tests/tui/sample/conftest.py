"""The app over a copy of the shipped sample."""

from __future__ import annotations

import shutil

import pytest

from nq77tui.programme import load_catalogue, load_programme, sample_folder, shipped_folder
from nq77tui.store import Repository
from nq77tui.tui.desk import Desk
from nq77tui.tui.settings import Settings


@pytest.fixture(scope="module")
def programme():
    return load_programme(shipped_folder())


@pytest.fixture
def open_as(tmp_path, programme, clock):
    """Opens the one copy of the sample as an operator."""
    shutil.copytree(sample_folder(), tmp_path / "sample")
    opened = []

    def open_store(operator):
        repository = Repository.open(
            tmp_path / "sample",
            programme,
            operator=operator,
            clock=clock,
            state_folder=tmp_path / "state",
        )
        opened.append(repository)
        return repository

    yield open_store
    for repository in opened:
        repository.close()


@pytest.fixture
def repository(open_as):
    return open_as("Minh")


@pytest.fixture
def desk(repository, programme):
    """A desk whose user has read that the store is a copy, so that no message makes way for it."""
    for row in list(repository.rows("directive"))[:1]:
        repository.edit(row.id, {"note": "x"})
    made = Desk(repository, programme, load_catalogue("vi"), Settings())
    made.notices.read()
    return made
