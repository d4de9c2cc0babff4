"""Who may be put in charge of something, the most fitting first. Knows nothing of the screen."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from nq77tui.core.area_tree import exists_on
from nq77tui.core.metric import Metric
from nq77tui.core.record import Json
from nq77tui.core.scope import Row
from nq77tui.core.vietnamese.collation import name_sort_key
from nq77tui.tui.charges import Charges

_ELSEWHERE, _ANYWHERE, _HIGHEST = 2, 99, 20


@dataclass(frozen=True, slots=True)
class Purpose:
    """What people are looked at for.

    Attributes:
        unit_ids: what they are to be put in charge of.
        metric: what that is to be counted by.
        only: their ids, if not everybody is offered.
        without: one who is not offered.
    """

    unit_ids: Sequence[str] = ()
    metric: Metric | None = None
    only: Collection[str] = ()
    without: str = ""

    @property
    def unit_id(self) -> str:
        """The first of the units; empty where nothing is to be given."""
        return self.unit_ids[0] if self.unit_ids else ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may be chosen.

    Attributes:
        counts: whether the metric would count them.
        is_in_charge: whether they have the one thing to be given already.
        distance: how far they are from it, as `Nearness` says.
        load: how many units of that kind they have.
    """

    id: str
    counts: bool
    is_in_charge: bool
    distance: int
    load: int


def candidates(charges: Charges, purpose: Purpose) -> list[Candidate]:
    """Who may be chosen: those who would help first, then the near, then those with little.

    Where nothing is to be given, by their names.
    """
    loads, unit_id = charges.loads(charges.kind(purpose.unit_ids)), purpose.unit_id
    is_single = len(purpose.unit_ids) == 1
    in_charge = charges.current.people_of(unit_id) if is_single else []
    nearness, offered = Nearness(charges, unit_id), list(_offered(charges, purpose))
    counted = {row.id for row in offered}
    if purpose.metric is not None:
        counted = charges.current.would_count(offered, unit_id, purpose.metric)
    found = [
        Candidate(
            row.id,
            row.id in counted,
            row.id in in_charge,
            nearness.of(row),
            loads.get(row.id, 0),
        )
        for row in offered
    ]
    return _sorted(charges, found, by_name=not purpose.unit_ids)


def _sorted(charges: Charges, found: list[Candidate], *, by_name: bool) -> list[Candidate]:
    title = charges.desk.repository.title
    if by_name:
        return sorted(found, key=lambda one: name_sort_key(title(one.id)))

    def place(one: Candidate) -> tuple[object, ...]:
        # Of the thousands who live far away nobody asks for the order of their names.
        is_near = one.distance < _ANYWHERE
        name = name_sort_key(title(one.id)) if is_near else ()
        return not one.counts, one.is_in_charge, one.distance, one.load, name

    return sorted(found, key=place)


def _offered(charges: Charges, purpose: Purpose) -> Iterator[Row]:
    desk = charges.desk
    if purpose.only:
        yield from filter(None, map(desk.repository.row, purpose.only))
        return
    values: dict[str, Json] = {}
    if purpose.unit_ids:
        values[charges.assigning.unit] = purpose.unit_id
    day = charges.day.isoformat()
    for row in desk.repository.candidates(charges.who, values):
        schema = desk.programme.schemas[row.type]
        if row.id != purpose.without and exists_on(schema, row.values, day):
            yield row


class Nearness:
    """How far people are from something in the tree of areas: 0 in the very same area."""

    def __init__(self, charges: Charges, unit_id: str) -> None:
        self._repository = charges.desk.repository
        self._schemas = charges.desk.programme.schemas
        self._known: dict[str, int] = {}
        self._way = list(self._upward(unit_id))

    def of(self, person: Row) -> int:
        """The same area, the one above it, elsewhere in that, farther above, anywhere."""
        area_id = person.values.get(self._schemas[person.type].area)
        if not isinstance(area_id, str) or not self._way:
            return _ANYWHERE
        if area_id not in self._known:
            self._known[area_id] = self._measure(area_id)
        return self._known[area_id]

    def _measure(self, area_id: str) -> int:
        if area_id in self._way:
            steps = self._way.index(area_id)
            return steps if steps < _ELSEWHERE else steps + 1
        above = list(self._upward(area_id))[1:2]
        return _ELSEWHERE if above and above == self._way[1:2] else _ANYWHERE

    def _upward(self, record_id: str) -> Iterator[str]:
        """The areas above a record, the nearest first; itself if it is one."""
        row, steps = self._repository.row(record_id) if record_id else None, 0
        while row is not None and steps < _HIGHEST:
            schema = self._schemas[row.type]
            if schema.tree:
                yield row.id
            above = row.values.get(schema.tree.parent if schema.tree else schema.area)
            row, steps = self._repository.row(above) if isinstance(above, str) else None, steps + 1
