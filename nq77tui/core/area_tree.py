"""The tree of areas as it stood on a day, and where a record lies in it.

An area that has ended leads on by its successor, so that what belonged to an abolished commune
belongs to the commune it became part of from that day, and to the old one before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from nq77tui.core.record import Json
from nq77tui.core.schema import Schema
from nq77tui.core.scope import Lookup, Row

EVERYWHERE = ""
"""The id of the node above all areas; what lies in no area hangs there."""
_MAX_STEPS = 20


class Facts(Protocol):
    """The live records of a store."""

    def rows(self, record_type: str) -> Iterable[Row]:
        """All of a type."""

    def row(self, record_id: str) -> Row | None:
        """One, or None."""


def exists_on(schema: Schema, values: Mapping[str, Json], day: str) -> bool:
    """Whether a record counts on a day (ISO text), by the lifetime its schema declares."""
    begins = values.get(schema.begins) if schema.begins else None
    if isinstance(begins, str) and begins > day:
        return False
    ends = values.get(schema.ends) if schema.ends else None
    # An end given as a year alone is the end of that year.
    return not (isinstance(ends, str) and ends and ends < day[: len(ends)])


class Locator:
    """Where records lie, by following the references that their schemas name.

    A place follows from the record that the first reference leads to, so it is worked out once
    for each of those: a village's households are located together.
    """

    def __init__(self, schemas: Mapping[str, Schema], tree: AreaTree, lookup: Lookup) -> None:
        self._fields = {name: schema.area for name, schema in schemas.items()}
        self._tree = tree
        self._lookup = lookup
        self._places: dict[str, str] = {}

    def place(self, row: Row) -> str:
        """The area that a record lies in; `EVERYWHERE` where its references lead to none."""
        if row.type == self._tree.record:
            return self._tree.resolve(row.id)
        value = row.values.get(self._fields.get(row.type, ""))
        if not isinstance(value, str):
            return EVERYWHERE
        place = self._places.get(value)
        return self._find(value) if place is None else place

    def knows(self, record_id: str) -> bool:
        """Whether something was located by the record, or by its not being there."""
        return record_id in self._places

    def _find(self, value: Json) -> str:
        trail, place = [], EVERYWHERE
        while isinstance(value, str):
            if value in self._places:
                place = self._places[value]
                break
            # Whoever comes by here again has walked in a circle, and lies nowhere.
            self._places[value] = EVERYWHERE
            trail.append(value)
            row = self._lookup.row(value)
            if row is None:
                break
            if row.type == self._tree.record:
                place = self._tree.resolve(row.id)
                break
            value = row.values.get(self._fields.get(row.type, ""))
        for name in trail:
            self._places[name] = place
        return place


class AreaTree:
    """Areas by id, with the parent each had on the day."""

    def __init__(self, schemas: Mapping[str, Schema], facts: Facts, day: str) -> None:
        self._schemas = schemas
        self._facts: Lookup = facts
        schema = next(found for found in schemas.values() if found.tree)
        assert schema.tree
        self._schema, self._tree = schema, schema.tree
        self._areas = {
            row.id: row for row in facts.rows(schema.record) if exists_on(schema, row.values, day)
        }
        self.parents: dict[str, str] = {}
        """Parent by id, of every area that exists; `EVERYWHERE` above the topmost."""
        self.children: dict[str, list[str]] = {EVERYWHERE: []}
        # In one order everywhere: where areas lie in a circle, the same one hangs at the top.
        for area_id in sorted(self._areas):
            self._hang(area_id)
        self._ways: dict[str, tuple[str, ...]] = {}
        self._locator = Locator(schemas, self, facts)

    @property
    def record(self) -> str:
        """The record type of the areas."""
        return self._schema.record

    def look_in(self, lookup: Lookup) -> None:
        """Locate by other records from now on: the areas are the same, what lies in them is not."""
        self._facts = lookup
        self._locator = Locator(self._schemas, self, lookup)

    def _hang(self, area_id: str) -> None:
        above = self._areas[area_id].values.get(self._tree.parent)
        parent = self.resolve(above) if isinstance(above, str) else EVERYWHERE
        if self._is_below(parent, area_id):
            parent = EVERYWHERE  # a circle made by two machines; `nq77 check` names it
        self.parents[area_id] = parent
        self.children.setdefault(parent, []).append(area_id)

    def _is_below(self, candidate: str, area_id: str) -> bool:
        while candidate != EVERYWHERE:
            if candidate == area_id:
                return True
            candidate = self.parents.get(candidate, EVERYWHERE)
        return False

    def __contains__(self, area_id: str) -> bool:
        return area_id in self._areas

    def level(self, area_id: str) -> str:
        """The code of an area's level; empty above all areas."""
        row = self._areas.get(area_id)
        level = row.values.get(self._tree.level) if row else ""
        return level if isinstance(level, str) else ""

    def resolve(self, area_id: str) -> str:
        """The area that stands for another on the day: itself, or what it became part of."""
        for _ in range(_MAX_STEPS):
            if area_id in self._areas:
                return area_id
            row = self._facts.row(area_id)
            if row is not None and row.id in self._areas:
                return row.id  # joined with another area
            if row is None or row.type != self._schema.record or not self._tree.successor:
                break
            # An area that has not begun yet, or ended without a successor, hangs nowhere.
            successor = row.values.get(self._tree.successor)
            if not isinstance(successor, str):
                break
            area_id = successor
        return EVERYWHERE

    def locate(self, row: Row) -> str:
        """The area that a record lies in, by following the references its schema names."""
        return self._locator.place(row)

    def located_by(self, record_id: str) -> bool:
        """Whether something was located by the record, or by its not being there."""
        return self._locator.knows(record_id)

    def way(self, area_id: str) -> tuple[str, ...]:
        """An area and everything above it, `EVERYWHERE` last."""
        way = self._ways.get(area_id)
        if way is None:
            way = self._ways[area_id] = tuple(self.upward(area_id))
        return way

    def upward(self, area_id: str) -> Iterator[str]:
        """An area and everything above it, `EVERYWHERE` last."""
        while area_id != EVERYWHERE:
            yield area_id
            area_id = self.parents.get(area_id, EVERYWHERE)
        yield EVERYWHERE

    def downward(self, area_id: str) -> Iterator[str]:
        """An area and everything below it."""
        waiting = [area_id]
        while waiting:
            here = waiting.pop()
            yield here
            waiting += reversed(self.children.get(here, ()))

    @property
    def root(self) -> str:
        """Where a report begins: the lowest area that everything lies in."""
        here = EVERYWHERE
        while len(self.children.get(here, ())) == 1:
            here = self.children[here][0]
        return here
