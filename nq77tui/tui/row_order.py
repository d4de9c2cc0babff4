"""Thousands of rows in order, of which only those that somebody looks at are ever sorted."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import TypeAlias, overload

from nq77tui.core.document import doc_id_of, id_of_doc_id
from nq77tui.core.record import Json

Row: TypeAlias = tuple[str, Mapping[str, Json]]
"""TinyDB id and values."""
PutInOrder: TypeAlias = Callable[[list[Row]], list[Row]]


class Bucket:
    """Rows that stand together; in order once somebody has looked at one of them."""

    __slots__ = ("_put_in_order", "_rows")

    def __init__(self, rows: list[Row], put_in_order: PutInOrder | None) -> None:
        """Take rows over; without a way to put them in order they are."""
        self._rows = rows
        self._put_in_order = put_in_order

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def rows(self) -> list[Row]:
        """In order or not."""
        return self._rows

    @property
    def ordered(self) -> list[Row]:
        """In order."""
        if self._put_in_order is not None:
            self._rows = self._put_in_order(self._rows)
            self._put_in_order = None
        return self._rows

    def only(self, accepts: Callable[[Row], bool]) -> Bucket:
        """The rows that are wanted, as far in order as these."""
        return Bucket([row for row in self._rows if accepts(row)], self._put_in_order)


class RowOrder(Sequence[str]):
    """The record ids of all rows, in order."""

    def __init__(self, buckets: Iterable[Bucket] = ()) -> None:
        """Take buckets over, in their order."""
        self._buckets = [bucket for bucket in buckets if len(bucket)]
        self._ends = list(accumulate(map(len, self._buckets)))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [self[at] for at in range(*place.indices(len(self)))]
        place += len(self) if place < 0 else 0
        if not 0 <= place < len(self):
            raise IndexError(place)
        at = bisect(self._ends, place)
        return _id(self._buckets[at].ordered[place - (self._ends[at - 1] if at else 0)])

    def __iter__(self) -> Iterator[str]:
        for bucket in self._buckets:
            yield from map(_id, bucket.ordered)

    def index(self, row_id: str, start: int = 0, stop: int | None = None) -> int:
        """Where a row stands.

        Raises:
            ValueError: nowhere between start and stop.
        """
        key, before = str(doc_id_of(row_id)), 0
        for bucket in self._buckets:
            if any(key == other for other, _ in bucket.rows):
                place = before + next(at for at, row in enumerate(bucket.ordered) if row[0] == key)
                if start <= place < (len(self) if stop is None else stop):
                    return place
            before += len(bucket)
        raise ValueError(row_id)

    def only(self, accepts: Callable[[Row], bool]) -> RowOrder:
        """The rows that are wanted, in the same order."""
        return RowOrder(bucket.only(accepts) for bucket in self._buckets)

    def rows(self) -> Iterator[Row]:
        """All rows, in no order that anything may rely on."""
        for bucket in self._buckets:
            yield from bucket.rows


def _id(row: Row) -> str:
    return id_of_doc_id(int(row[0]))
