"""What tests of the store share: a colleague who goes on working in a process of their own."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Iterator

import pytest

Step = Callable[[int], object]
"""Something a colleague does, of a number: 0 at first, then one more each time."""


@contextlib.contextmanager
def _at_work(open_up: Callable[[], Step]) -> Iterator[Callable[[], None]]:
    """A process that does a step over and over, until the block ends, and is never cut off in one.

    Args:
        open_up: opens there what belongs to that process alone, and gives the step.

    Yields:
        Waits until, from now on, one more step was begun and done.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            is_over: list[int] = []
            signal.signal(signal.SIGTERM, lambda number, _: is_over.append(number))
            os.close(reader)
            step, number = open_up(), 0
            while not is_over:
                step(number)
                os.write(writer, b".")
                number += 1
        finally:
            os._exit(0)
    os.close(writer)

    def once_more() -> None:
        os.set_blocking(reader, False)
        with contextlib.suppress(BlockingIOError):
            while os.read(reader, 1 << 16):
                pass
        os.set_blocking(reader, True)
        for _ in range(2):  # the first may have been begun before
            assert os.read(reader, 1), "the colleague has failed"

    try:
        yield once_more
    finally:
        os.kill(child, signal.SIGTERM)
        os.close(reader)
        os.waitpid(child, 0)


@pytest.fixture(scope="session")
def at_work() -> Callable[..., contextlib.AbstractContextManager[Callable[[], None]]]:
    """Has a colleague do something over and over, as long as a block lasts."""
    return _at_work
