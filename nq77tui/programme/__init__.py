"""Reads a programme: a folder of schemas/ and a folder of screens/, in TOML."""

from nq77tui.programme.catalogue import LANGUAGES, Catalogue, load_catalogue
from nq77tui.programme.location import sample_folder, shipped_folder
from nq77tui.programme.programme import Programme, load_programme
from nq77tui.programme.table import ProgrammeError

__all__ = [
    "LANGUAGES",
    "Catalogue",
    "Programme",
    "ProgrammeError",
    "load_catalogue",
    "load_programme",
    "sample_folder",
    "shipped_folder",
]
