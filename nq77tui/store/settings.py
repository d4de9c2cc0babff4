"""``settings.toml`` of a store: which programme it belongs to, and what its users chose."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nq77tui.core.problem import Problem, RefusedError, cause_of
from nq77tui.store.atomic_file import replace_file

STORE_FORMAT = 1
FILE_NAME = "settings.toml"


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """What is kept beside a store's data.

    Attributes:
        programme: the id of the programme the store belongs to.
        programme_version: the version that last wrote it.
        format: of the store itself.
        language: ``vi`` or ``en``.
        operator: the name written with every change; empty for the system's user name.
        ascii_borders: draw with ASCII signs only.
        typing: ``off``, ``telex`` or ``vni``.
        report_cutoff: the last day of a reporting month; 0 for the calendar's.
        verify_share: the percentage of records of each type that are to be keyed a second time.
        supervisors: operators who see the figures of all others.
        history_mb: the megabytes of compressed history above which the oldest goes.
        stick: the folder that bundles were sent to or received from last.
        report: what stands in the headings of reports, by name.
        rights: what each of the system's users may see and change; see `store.rights`.
        roles: what belongs to a role, by its name.
    """

    programme: str
    programme_version: int = 1
    format: int = STORE_FORMAT
    language: str = "vi"
    operator: str = ""
    ascii_borders: bool = False
    typing: str = "off"
    report_cutoff: int = 0
    verify_share: int = 0
    supervisors: list[str] = field(default_factory=list)
    history_mb: int = 64
    stick: str = ""
    report: Mapping[str, str] = field(default_factory=dict)
    rights: Mapping[str, Any] = field(default_factory=dict)
    roles: Mapping[str, Any] = field(default_factory=dict)

    def with_language(self, language: str) -> StoreSettings:
        """The same in another language."""
        return replace(self, language=language)


_EXAMPLE = StoreSettings("")


def load_settings(folder: Path) -> StoreSettings | None:
    """The settings of a store folder; None where there are none.

    Raises:
        RefusedError: unreadable, or written by a newer version.
    """
    path = folder / FILE_NAME
    if not path.exists():
        return None
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        known = {name: content[name] for name in StoreSettings.__slots__ if name in content}
        for name, value in known.items():
            if type(value) is not type(getattr(_EXAMPLE, name)):
                raise ValueError(name)
        if "programme" not in known:
            raise KeyError("programme")
        settings = StoreSettings(**known)
        if settings.history_mb < 1:
            raise ValueError(f"history_mb = {settings.history_mb}")
        if not 0 <= settings.verify_share <= 100:
            raise ValueError(f"verify_share = {settings.verify_share}")
        if not all(isinstance(name, str) for name in settings.supervisors):
            raise ValueError(f"supervisors = {list(settings.supervisors)}")
        too_new = settings.format > STORE_FORMAT
    except (OSError, ValueError, KeyError) as error:
        params = {"file": str(path), "detail": cause_of(error)}
        raise RefusedError(Problem("storage.bad_settings", params)) from error
    if too_new:
        raise RefusedError(Problem("storage.newer_store", {"file": str(path)}))
    return settings


def save_settings(folder: Path, settings: StoreSettings) -> None:
    """Write the settings, whole or not at all."""
    import tomli_w  # not needed to open a store

    content = {name: getattr(settings, name) for name in StoreSettings.__slots__}
    replace_file(folder / FILE_NAME, tomli_w.dumps(content).encode("utf-8"))
