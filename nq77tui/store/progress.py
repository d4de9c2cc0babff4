"""How far a long work is, told to whoever waits for it, who may stop it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")

Watch = Callable[[str, int, int], None]
"""Told the part of the work that goes on (``gather``, ``pack``, ``write``, ``compare``, ``read``,
``plan``, ``cover``, ``merge``, ``undo``), and how much of it is done of how much.

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
