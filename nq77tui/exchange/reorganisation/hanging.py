"""What hangs in the air when areas end: found by the references that the programme names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from nq77tui.core.area_tree import EVERYWHERE, AreaTree, exists_on
from nq77tui.core.record import Json
from nq77tui.core.scope import Row
from nq77tui.core.task import Hanging
from nq77tui.store.progress import Watch, WatchedFacts, unwatched
from nq77tui.store.repository import Repository


@dataclass(frozen=True, slots=True)
class Found:
    """The records of one kind that hang.

    Attributes:
        rows: as they were found; each stands under the first kind that names it.
        can_end: whether such records have a last day.
    """

    hanging: Hanging
    rows: tuple[Row, ...]
    can_end: bool


@dataclass
class Settled:
    """What became of them: together as many as were found.

    Attributes:
        renewed: of those carried over, ids of new records.
        left: nothing was done; they follow their unit to its successor.
    """

    ended: int = 0
    carried: int = 0
    left: int = 0
    renewed: int = 0


def find_hanging(
    repository: Repository,
    kinds: Sequence[Hanging],
    ended: Collection[str],
    day: str,
    watch: Watch = unwatched,
) -> Iterator[Found]:
    """The records that still count on a day and lead to an area that has ended by then."""
    facts = WatchedFacts(repository, watch, "reorganise")
    seen: set[str] = set()
    for hanging in kinds:
        schema = repository.schema(hanging.record)
        rows = []
        for row in facts.rows(hanging.record):
            scope = repository.scope(hanging.record, row.values)
            target = scope.field(hanging.link)
            if target not in ended or row.id in seen or not exists_on(schema, row.values, day):
                continue
            if hanging.where is None or hanging.where.holds(scope):
                rows.append(row)
                seen.add(row.id)
        yield Found(hanging, tuple(rows), bool(schema.ends))


def settle(
    repository: Repository,
    found: Found,
    how: str,
    after: AreaTree,
    day: str,
    replace: Callable[[Row, Mapping[str, Json]], None],
) -> Settled:
    """End what was found, or carry it over.

    Args:
        how: ``end``, ``carry``, or nothing.
        after: the areas of the day.
        day: the first one of what begins; what ends has its last the day before.
        replace: edits a record.

    Raises:
        RefusedError: a record that would be written is wrong.
    """
    done = Settled()
    schema = repository.schema(found.hanging.record)
    eve = (date.fromisoformat(day) - timedelta(days=1)).isoformat()
    for row in found.rows:
        begins = row.values.get(schema.begins) if schema.begins else None
        # What begins later than that would end before it began.
        is_to_come = isinstance(begins, str) and begins > eve
        if how == "end" and found.can_end and not is_to_come:
            replace(row, {schema.ends: eve})
            done.ended += 1
        elif how == "carry":
            done.carried += 1
            if found.hanging.renew and not is_to_come:
                done.renewed += _renew(repository, found.hanging, row, after, day)
                replace(row, {schema.ends: eve})
        else:
            done.left += 1
    return done


def _renew(repository: Repository, hanging: Hanging, row: Row, after: AreaTree, day: str) -> bool:
    """Write a record like one that ends, for the area that follows; False where it is there."""
    schema = repository.schema(hanging.record)
    [name] = hanging.link
    successor = after.resolve(str(row.values[name]))
    if successor == EVERYWHERE:
        return False
    values: dict[str, Json] = {
        **repository.require(row.id).values,
        name: successor,
        schema.begins: day,
    }
    values.pop(schema.ends, None)
    record_id = repository.key_id(schema, values)
    if record_id is not None and repository.row(record_id) is not None:
        return False  # two old units of one person have become one
    repository.add(schema.record, values)
    return True
