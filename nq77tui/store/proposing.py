"""A proposal for all that has nobody in an area: looked at, changed, then written as one commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from nq77tui.core.counting.coverage import Coverage
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.proposal import Carrier, Piece, propose
from nq77tui.core.record import Json, Record
from nq77tui.core.scope import Row
from nq77tui.core.task import Tie
from nq77tui.store.assigning import Assignments
from nq77tui.store.progress import Watch, unwatched


@dataclass(frozen=True, slots=True)
class Plan:
    """Who is to take what; nothing of it is written yet.

    Attributes:
        given: the person by the id of the unit, area by area.
        left: units of areas in which nobody lives who would count.
        loads: how many units of that kind each person has without the plan.
        places: the area of each unit.
    """

    given: Mapping[str, str]
    left: tuple[str, ...]
    loads: Mapping[str, int]
    places: Mapping[str, str]

    @property
    def unit_ids(self) -> list[str]:
        """All that has nobody, with and without a person."""
        return list(self.places)

    @property
    def shares(self) -> list[tuple[str, list[str]]]:
        """The units of each person."""
        found: dict[str, list[str]] = {}
        for unit_id, person_id in self.given.items():
            found.setdefault(person_id, []).append(unit_id)
        return list(found.items())

    def load(self, person_id: str) -> int:
        """How many a person will have."""
        more = sum(person == person_id for person in self.given.values())
        return self.loads.get(person_id, 0) + more

    def changed(self, unit_ids: Iterable[str], person_id: str) -> Plan:
        """The same with some units for another person."""
        given = {**self.given, **dict.fromkeys(unit_ids, person_id)}
        return replace(
            self,
            given={one: given[one] for one in self.places if one in given},
            left=tuple(one for one in self.left if one not in given),
        )


def propose_in(
    assignments: Assignments, counted: Coverage, area_id: str, watch: Watch = unwatched
) -> Plan:
    """Give every unit that has nobody to a member of the area it lies in.

    Args:
        counted: coverage as of the day of the assignments.

    Raises:
        StoppedError: as `watch` said.
    """
    found: list[Plan] = []
    loads = assignments.loads().get(assignments.assigning.units, {})
    areas = sum(1 for _ in counted.tree.downward(area_id))
    for done, _ in enumerate(proposing(assignments, counted, area_id, loads, found.append)):
        watch("propose", done, areas)
    return found[0]


def proposing(
    assignments: Assignments,
    counted: Coverage,
    area_id: str,
    before: Mapping[str, int],
    take: Callable[[Plan], None],
) -> Iterator[None]:
    """The same, an area at a time.

    Args:
        before: how many units each person has.
        take: called with the whole plan at the end.
    """
    repository, assigning = assignments.repository, assignments.assigning
    metric = repository.programme.metrics[assigning.metric]
    gaps: dict[str, list[Row]] = {}
    for row in filter(None, map(repository.row, counted.gaps(area_id, metric.name))):
        if row.type == assigning.units:
            gaps.setdefault(counted.tree.locate(row), []).append(row)
    living = _people_by_area(assignments, counted, gaps)
    loads, given, left = dict(before), dict[str, str](), list[str]()
    places: dict[str, str] = {}
    for place in counted.tree.downward(area_id):
        units = gaps.get(place, [])
        units.sort(key=lambda row: _order(assignments, row))
        places.update((row.id, place) for row in units)
        people = living.get(place, []) if units else []
        if people:
            counting = assignments.would_count(people, units[0].id, metric)
            people = [row for row in people if row.id in counting]
        near = _near(assignments, place) if people else {}
        found = propose(
            [Piece(row.id, _groups(assigning.ties, row)) for row in units],
            [
                Carrier(row.id, loads.get(row.id, 0), near.get(row.id, frozenset()))
                for row in people
            ],
        )
        for person_id in found.values():
            loads[person_id] = loads.get(person_id, 0) + 1
        given.update(found)
        left += [row.id for row in units if row.id not in found]
        yield
    take(Plan(given, tuple(left), before, places))


def spread(assignments: Assignments, rows: Sequence[Row], heirs: Sequence[str]) -> dict[str, str]:
    """Give what some assignments are to, to several people: the person by the unit's id."""
    repository, found = assignments.repository, dict[str, str]()
    kinds: dict[str, list[Row]] = {}
    for row in rows:
        unit = repository.row(str(row.values.get(assignments.assigning.unit)))
        if unit is not None:
            kinds.setdefault(unit.type, []).append(unit)
    loads = {heir: assignments.loads_of(heir) for heir in heirs}
    for kind, units in kinds.items():
        ties = assignments.assigning.ties if kind == assignments.assigning.units else ()
        # What lies in one area belongs together first.
        area = repository.schema(kind).area
        pieces = [
            Piece(one.id, (str(one.values.get(area) or ""), *_groups(ties, one))) for one in units
        ]
        carriers = [Carrier(heir, loads[heir].get(kind, 0)) for heir in heirs]
        found.update(propose(pieces, carriers))
    return found


def write_plan(
    assignments: Assignments,
    shares: Iterable[tuple[str, Sequence[str]]],
    values: Mapping[str, Json],
    watch: Watch = unwatched,
) -> list[Record]:
    """Write assignments as one commit.

    Args:
        shares: people, each with the units that they take.
        values: the fields that all of them have in common: duties, decision.

    Raises:
        RefusedError: a value is wrong, or there was nothing to write; nothing was written.
        StoppedError: as `watch` said; nothing was written.
    """
    written: list[Record] = []
    people = list(shares)
    with assignments.repository.transaction():
        for done, (person_id, unit_ids) in enumerate(people):
            watch("assign", done, len(people))
            written += assignments.assign(person_id, unit_ids, values)
    if not written:
        raise RefusedError(Problem("assigning.already"))
    return written


def _people_by_area(
    assignments: Assignments, counted: Coverage, wanted: Iterable[str]
) -> dict[str, list[Row]]:
    """The people of each area, in an order that is the same everywhere."""
    found: dict[str, list[Row]] = {area_id: [] for area_id in wanted}
    for record_type in assignments.schema.fields[assignments.assigning.who].to:
        for row in counted.rows(record_type):
            place = counted.tree.locate(row)
            if place in found:
                found[place].append(row)
    for people in found.values():
        people.sort(key=lambda row: row.id)
    return found


def _near(assignments: Assignments, area_id: str) -> dict[str, frozenset[str]]:
    """The closest groups of the units that people of an area have already."""
    ties, near = assignments.assigning.ties[:1], dict[str, set[str]]()
    for row in assignments.units_in(area_id) if ties else ():
        for group in filter(None, _groups(ties, row)):
            for person_id in assignments.people_of(row.id):
                near.setdefault(person_id, set()).add(group)
    return {person_id: frozenset(groups) for person_id, groups in near.items()}


def _groups(ties: Sequence[Tie], row: Row) -> tuple[str, ...]:
    return tuple(
        f"{at}:{_common(tie, row)}" if _common(tie, row) else "" for at, tie in enumerate(ties)
    )


def _common(tie: Tie, row: Row) -> str:
    text = str(row.values.get(tie.field) or "")
    return text.split(" ", 1)[0].casefold() if tie.first_word else text


def _order(assignments: Assignments, row: Row) -> tuple[str, str]:
    """Neighbours beside each other: by what names the unit, where that is a code."""
    schema = assignments.repository.schema(row.type)
    codes = (str(row.values.get(field.name) or "") for field in schema if field.type == "code")
    return next(codes, ""), row.id
