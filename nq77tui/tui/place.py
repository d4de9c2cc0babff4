"""Where files lie: what stands in a folder.

Only looks; nothing is opened and nothing is written.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from nq77tui.core.values import show_number
from nq77tui.core.vietnamese.collation import sort_key
from nq77tui.store.bundle import SUFFIX
from nq77tui.store.source import STORE_NAME
from nq77tui.tui.search import Search, searchable

_FILES = (".json", SUFFIX)
_JOURNAL = "journal"


@dataclass(frozen=True, slots=True)
class Place:
    """A file or a folder that may be gone into or chosen.

    Attributes:
        kind: ``store`` (a folder with a store), ``folder`` or ``file``.
        title: what it is called in the list.
    """

    path: Path
    kind: str
    title: str

    def size_and_date(self) -> tuple[int, float] | None:
        """Bytes and the moment of the last change; None where there is nothing to read."""
        try:
            if self.kind != "store":
                found = self.path.stat()
                return (found.st_size if self.kind == "file" else -1), found.st_mtime
            files = [(self.path / name) for name in (STORE_NAME, _JOURNAL)]
            stats = [file.stat() for file in files if file.exists()]
            return sum(s.st_size for s in stats), max(s.st_mtime for s in stats)
        except (OSError, ValueError):
            return None


def shown_size(size: int, lang: str) -> str:
    """Bytes in the unit that keeps the number short; nothing for what has no size."""
    if size < 0:
        return ""
    number, unit = float(size), "B"
    for larger in ("KB", "MB", "GB"):
        if number < 1000:
            break
        number, unit = number / 1024, larger
    rounded = round(number, 1) if number < 10 else round(number)
    whole = round(rounded)
    return f"{show_number(whole if whole == rounded else rounded, lang)} {unit}"


def places_of(paths: Iterable[Path]) -> list[Place]:
    """Folders by their whole paths, each once."""
    return [Place(path, _kind_of_folder(path), str(path)) for path in dict.fromkeys(paths)]


def read_folder(folder: Path) -> list[Place]:
    """The folders, bundles and exports in a folder: stores first, then folders, then files.

    Raises:
        OSError: it cannot be read.
    """
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            kind = _kind_of(entry)
            if kind and not entry.name.startswith("."):
                found.append(Place(folder / entry.name, kind, entry.name))
    kinds = ("store", "folder", "file")
    return sorted(found, key=lambda place: (kinds.index(place.kind), sort_key(place.title)))


def _kind_of(entry: os.DirEntry[str]) -> str:
    try:
        if entry.is_dir():
            return _kind_of_folder(Path(entry.path))
        return "file" if entry.is_file() and entry.name.lower().endswith(_FILES) else ""
    except OSError:
        return ""


def _kind_of_folder(folder: Path) -> str:
    try:
        return "store" if (folder / STORE_NAME).is_file() else "folder"
    except OSError:
        return "folder"


def found_places(places: Iterable[Place], typed: str) -> list[Place]:
    """The places that begin with what is typed, then those in which it is found."""
    if not typed:
        return list(places)
    search = Search(typed)
    found = [place for place in places if search.finds(place.title)]
    found.sort(key=_rank(typed, search.start))
    return found


def _rank(typed: str, start: str) -> Callable[[Place], tuple[bool, bool]]:
    return lambda p: (p.title != typed, not searchable(p.title).startswith(start))


def path_typed(base: Path | None, typed: str) -> Path | None:
    """The path that a typed text means, seen from a folder; None where it means none."""
    text = typed.strip()
    if text == "~" or text.startswith("~/"):
        return Path.home() / text[2:]
    if text.startswith("/"):
        return Path(text)
    return base / text if base is not None and text else base
