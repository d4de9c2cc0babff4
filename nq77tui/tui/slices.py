"""Long work between the keys: done a little at a time, so that no key waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from time import monotonic

from textual.dom import DOMNode
from textual.worker import Worker

_SLICE = 0.02
"""Seconds of work between two looks at the keyboard."""


async def in_slices(steps: Iterable[None], *, first: float = _SLICE) -> None:
    """Go through the steps of a work.

    Args:
        first: seconds before the first look: what is done by then is painted once, not twice.
    """
    began, most = monotonic(), first
    for _ in steps:
        if monotonic() - began > most:
            await asyncio.sleep(0)
            began, most = monotonic(), _SLICE


def run_behind(node: DOMNode, work: Callable[[], Coroutine[None, None, None]], group: str) -> None:
    """Run a work behind the keys; a newer one of its group calls it off."""
    # Handed over as a function: a coroutine that is called off before it begins would complain.
    _: Worker[None] = node.run_worker(work, exclusive=True, group=group, description=group)
