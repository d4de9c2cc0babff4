"""Choosing by weight, and dividing a total exactly."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


class Wheel(Generic[T]):
    """Values that come up as often as their weights say."""

    def __init__(self, weighted: Iterable[tuple[T, float]]) -> None:
        pairs = [(value, weight) for value, weight in weighted if weight > 0]
        self._values = [value for value, _ in pairs]
        self._weights = list(accumulate(weight for _, weight in pairs))

    def spin(self, rng: Random) -> T:
        """One value."""
        return rng.choices(self._values, cum_weights=self._weights)[0]


def apportion(total: int, weights: Sequence[float], least: int = 0) -> list[int]:
    """Divide a total by weights into whole parts that add up to it (largest remainders)."""
    free, whole = total - least * len(weights), sum(weights)
    exact = [free * weight / whole for weight in weights]
    parts = [int(part) for part in exact]
    by_remainder = sorted(range(len(parts)), key=lambda index: parts[index] - exact[index])
    for index in by_remainder[: free - sum(parts)]:
        parts[index] += 1
    return [part + least for part in parts]


def deal(items: Sequence[T], sizes: Sequence[int]) -> list[Sequence[T]]:
    """Consecutive pieces of the given sizes."""
    ends = list(accumulate(sizes))
    return [items[end - size : end] for size, end in zip(sizes, ends, strict=True)]
