"""How far a long work is, told to whoever waits for it, who may stop it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from nq77tui.core.area_tree import Facts
from nq77tui.core.scope import Row

Item = TypeVar("Item")

Watch = Callable[[str, int, int], None]
"""Told the part of the work that goes on (``gather``, ``pack``, ``read`` and so on, the keys
``progress.part.*`` of the catalogues), and how much of it is done of how much.

Raises:
    StoppedError: somebody has asked to stop.
"""
_EVERY = 256


class StoppedError(Exception):
    """Somebody has asked to stop; everything is as it was before."""


def unwatched(part: str, done: int, of: int) -> None:
    """Nobody waits for it."""


def watched(items: Iterable[Item], watch: Watch, part: str, of: int) -> Iterator[Item]:
    """The items, telling now and then how many of them are done."""
    for done, item in enumerate(items):
        if done % _EVERY == 0:
            watch(part, done, of)
        yield item
    watch(part, of, of)


class WatchedFacts:
    """The same facts, for what walks them all: it tells which share of a type is done."""

    def __init__(self, facts: Facts, watch: Watch, part: str) -> None:
        self._facts, self._watch, self._part = facts, watch, part

    def rows(self, record_type: str) -> Iterable[Row]:
        """The rows of a type."""
        rows = list(self._facts.rows(record_type))
        return watched(rows, self._watch, self._part, len(rows))

    def row(self, record_id: str) -> Row | None:
        """One row."""
        return self._facts.row(record_id)
