"""Which of the store's notices nobody has read yet."""

from __future__ import annotations

from nq77tui.core.problem import Problem
from nq77tui.store import Repository


class Notices:
    """Keeps count; the store keeps the notices."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._read: list[Problem] = []
        self._shown: list[Problem] = []

    @property
    def unread(self) -> list[Problem]:
        """What was told since the notices were read last."""
        return [notice for notice in self._repository.notices if notice not in self._read]

    def fresh(self) -> list[Problem]:
        """What was told since this was asked last."""
        told = self._repository.notices
        found = [notice for notice in told if notice not in self._shown]
        self._shown = told
        return found

    def read(self) -> None:
        """Somebody has read them all."""
        self._read = self._shown = self._repository.notices
