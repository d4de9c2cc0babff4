"""What a user chose about the screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace


def _forget(settings: Settings) -> None:
    """Keep a choice for this session only."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The choices that the screen follows.

    Attributes:
        language: ``vi`` or ``en``.
        ascii_borders: draw with ASCII signs only.
        typing: ``off``, ``telex`` or ``vni``.
        stick: the folder that bundles were sent to or received from last; may be empty.
        save: keeps the settings beyond the session.
    """

    language: str = "vi"
    ascii_borders: bool = False
    typing: str = "off"
    stick: str = ""
    save: Callable[[Settings], None] = _forget

    def kept(self, **changes: str) -> Settings:
        """The same with changes, saved."""
        changed = replace(self, **changes)  # type: ignore[arg-type]
        changed.save(changed)
        return changed
