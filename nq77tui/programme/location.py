"""Where the shipped programme and sample stand: in the wheel, or beside the package."""

from __future__ import annotations

from pathlib import Path


def data_folder() -> Path:
    """The folder that holds ``schemas/``, ``screens/`` and ``sample_db/``."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "_data"
    return inside if inside.is_dir() else package.parent


def shipped_folder() -> Path:
    """The folder of the shipped programme (its ``schemas/`` and ``screens/``)."""
    return data_folder()


def sample_folder() -> Path:
    """The shipped sample store; opened as a copy, never in place."""
    return data_folder() / "sample_db"
