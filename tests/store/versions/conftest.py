"""The shipped programme in three versions, and machines that update at different times."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for `evolving`

from evolving import Machines, make_versions


@pytest.fixture(scope="session")
def versions(tmp_path_factory):
    return make_versions(tmp_path_factory.mktemp("versions"))


@pytest.fixture
def machines(tmp_path, versions):
    return Machines(tmp_path, versions, "abc")
