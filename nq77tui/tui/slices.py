"""Long work between the keys: done a little at a time, so that no key waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from time import monotonic

_SLICE = 0.02
"""Seconds of work between two looks at the keyboard."""


async def in_slices(steps: Iterable[None]) -> None:
    """Go through the steps of a work."""
    began = monotonic()
    for _ in steps:
        if monotonic() - began > _SLICE:
            await asyncio.sleep(0)
            began = monotonic()
