"""Putting people in charge: assigning, ending, handing over, each as one commit.

Which records are written, and between what, the programme says (`core.screen.Assigning`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from nq77tui.core.area_tree import exists_on
from nq77tui.core.record import Json, Record
from nq77tui.core.scope import Row
from nq77tui.core.screen import Assigning
from nq77tui.store.repository import Repository


class Assignments:
    """The assignments of a store as they stand on a day."""

    def __init__(self, repository: Repository, assigning: Assigning, day: date) -> None:
        self._repository = repository
        self._assigning = assigning
        self._schema = repository.schema(assigning.record)
        self._day = day

    # -- reading -------------------------------------------------------------------------------

    def of_person(self, person_id: str) -> list[Row]:
        """The assignments that a person holds."""
        return self._running(self._assigning.who, person_id)

    def of_unit(self, unit_id: str) -> list[Row]:
        """The assignments to an area or a household."""
        return self._running(self._assigning.unit, unit_id)

    def _running(self, field: str, value: str) -> list[Row]:
        found = self._repository.find(self._assigning.record, field, value)
        return [row for row in found if self._runs(row)]

    def _runs(self, row: Row) -> bool:
        return exists_on(self._schema, row.values, self._day.isoformat())

    def people_of(self, unit_id: str) -> list[str]:
        """The ids of the people in charge of a unit."""
        return [str(row.values[self._assigning.who]) for row in self.of_unit(unit_id)]

    def units_in(self, area_id: str) -> list[Row]:
        """What can be marked in an area: for households, those of the village."""
        units = self._repository.schema(self._assigning.units)
        day = self._day.isoformat()
        found = self._repository.find(units.record, units.area, area_id)
        return [row for row in found if exists_on(units, row.values, day)]

    def loads(self) -> dict[str, int]:
        """How many units of the kind that is marked here each person has."""
        counts: dict[str, int] = {}
        kind = self._assigning.units
        for row in self._repository.rows(self._assigning.record):
            unit_id, person_id = row.values[self._assigning.unit], row.values[self._assigning.who]
            unit = self._repository.row(unit_id) if isinstance(unit_id, str) else None
            if unit and unit.type == kind and isinstance(person_id, str) and self._runs(row):
                counts[person_id] = counts.get(person_id, 0) + 1
        return counts

    # -- writing -------------------------------------------------------------------------------

    def assign(
        self, person_id: str, unit_ids: Iterable[str], values: Mapping[str, Json]
    ) -> list[Record]:
        """Put a person in charge of units; one who is already is left alone.

        Args:
            values: the other fields of the assignments: duties, decision.

        Raises:
            RefusedError: a value is wrong; nothing was written.
        """
        written = []
        with self._repository.transaction():
            for unit_id in unit_ids:
                if person_id in self.people_of(unit_id):
                    continue
                written.append(self._add(person_id, unit_id, values))
        return written

    def _add(self, person_id: str, unit_id: str, values: Mapping[str, Json]) -> Record:
        assigning = self._assigning
        filled: dict[str, Json] = {
            **values,
            assigning.who: person_id,
            assigning.unit: unit_id,
            self._schema.begins: self._day.isoformat(),
        }
        return self._repository.add(assigning.record, filled)

    def end(self, assignment_ids: Iterable[str]) -> int:
        """End assignments: yesterday was their last day. One that began today never was.

        Returns:
            How many were ended.
        """
        last_day = (self._day - timedelta(days=1)).isoformat()
        count = 0
        with self._repository.transaction():
            for record_id in assignment_ids:
                begins = self._repository.require(record_id).get(self._schema.begins)
                if isinstance(begins, str) and begins >= self._day.isoformat():
                    self._repository.delete(record_id)
                else:
                    self._repository.edit(record_id, {self._schema.ends: last_day})
                count += 1
        return count

    def hand_over(self, from_person: str, to_person: str) -> int:
        """End everything that one person holds and give it to another.

        Returns:
            How many assignments went over.
        """
        held = self.of_person(from_person)
        with self._repository.transaction():
            for row in held:
                kept = {
                    name: value
                    for name, value in self._repository.require(row.id).values.items()
                    if name not in (self._schema.begins, self._schema.ends)
                }
                if to_person not in self.people_of(str(row.values[self._assigning.unit])):
                    self._add(to_person, str(row.values[self._assigning.unit]), kept)
            self.end([row.id for row in held])
        return len(held)
