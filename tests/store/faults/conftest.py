"""What the fault tests share: how often to try, what they tried in figures, a store to hurt."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for `disk_recorder` and `hurt_store`


@pytest.fixture
def rounds():
    """How many rounds: ``NQ77_FAULT_ROUNDS``, or the default that fits the normal suite."""

    def count(default: int) -> int:
        return int(os.environ.get("NQ77_FAULT_ROUNDS", default))

    return count


@pytest.fixture
def figures(request, record_property):
    """Prints and records what a test tried (seen with ``pytest -s`` or in the JUnit file)."""

    def tell(**found: object) -> None:
        for name, value in found.items():
            record_property(name, value)
        told = ", ".join(f"{name} {value}" for name, value in found.items())
        print(f"\n{request.node.name}: {told}")

    return tell


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "hurt"
    folder.mkdir()
    return folder / "store.json"
