"""The app over a copy of the shipped sample."""

from __future__ import annotations

import shutil

import pytest

from nq77tui.programme import load_programme, sample_folder, shipped_folder
from nq77tui.store import Repository


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
