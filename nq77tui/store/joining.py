"""Two records that are one: joined, or remembered as two. Both are writes like any other.

The record with the smaller id stays, whoever joins them and in whatever order they are named, so
that machines that join the same two without knowing of each other agree. The other one is deleted
with a marker that names the one that stays (`core.record`): its id leads there from then on, its
own values stay with it, and an edit of it that comes in later brings it into the inbox.

That two are not one is a record of the engine's own type `DISTINCT`, with an id computed from the
two ids: two machines that say it make the same record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nq77tui.core.document import RESERVED
from nq77tui.core.lookalike import DISTINCT
from nq77tui.core.merge import keyed_id
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.record import Json, Record
from nq77tui.core.validation import calculated
from nq77tui.store.lookalikes import Pair
from nq77tui.store.repository import Repository

_EMPTY: tuple[Json, ...] = (None, "", [])


@dataclass(frozen=True, slots=True)
class Joined:
    """What a join did.

    Attributes:
        stays: the id of the record that both are now.
        gone: the id that leads to it.
        moved: how many records that referred to the one that went refer to the other now.
    """

    stays: str
    gone: str
    moved: int


def join_records(
    repository: Repository, one_id: str, other_id: str, *, takes_values: bool = True
) -> Joined:
    """Make one of two live records of a type.

    Where both have a value, that of the first one named is taken; empty fields are filled from
    the other.

    Args:
        takes_values: False leaves the values of the record that stays as they are.

    Raises:
        RefusedError: they are the same one, of two types, or one of them is not there.
    """
    with repository.transaction():
        one, other = _two(repository, one_id, other_id)
        small, large = (one, other) if one.id < other.id else (other, one)
        joined = _united(repository, one, other, small) if takes_values else {}
        # Something is written to the record that stays in any case, so that a colleague who
        # deletes it without having seen the join is asked.
        if joined:
            repository.overwrite(small.id, joined)
        else:
            repository.keep(small.id)
        referring = [row for row in repository.referring(large.id) if row.id != large.id]
        repository.join_into(large.id, small.id)
        for row in referring:
            _move_reference(repository, row.id, large.id, small.id)
        return Joined(small.id, large.id, len(referring))


def set_apart(repository: Repository, one_id: str, other_id: str) -> Record:
    """Remember, on every machine, that two records that look like one are two.

    Raises:
        RefusedError: they are the same one, of two types, or one of them is not there.
    """
    with repository.transaction():
        one, other = _two(repository, one_id, other_id)
        small, large = sorted((one.id, other.id))
        return repository.put_keyed(DISTINCT, {"one": small, "other": large})


def contradictions(repository: Repository, one_id: str, other_id: str) -> int:
    """In how many fields two live records have different values; an empty one is none."""
    one, other = repository.row(one_id), repository.row(other_id)
    if one is None or other is None:
        return 0
    mine, theirs = one.values, other.values
    names = (mine.keys() & theirs.keys()) - {RESERVED}
    values = [(mine[name], theirs[name]) for name in names]
    return sum(1 for a, b in values if a not in _EMPTY and b not in _EMPTY and a != b)


def is_set_apart(repository: Repository, one_id: str, other_id: str) -> bool:
    """Whether two records, by these ids, were said to be two."""
    small, large = sorted((one_id, other_id))
    return repository.row(keyed_id(DISTINCT, [small, large])) is not None


def set_apart_pairs(repository: Repository) -> dict[Pair, str]:
    """The pairs that were said to be two, by their ids of now; with the id of who says so."""
    found: dict[Pair, str] = {}
    for row in repository.rows(DISTINCT):
        pair = [row.values.get(name) for name in ("one", "other")]
        ids = sorted(repository.resolve_id(one) for one in pair if isinstance(one, str))
        if len(ids) == 2:
            found[ids[0], ids[1]] = row.id
    return found


def _two(repository: Repository, one_id: str, other_id: str) -> tuple[Record, Record]:
    one, other = (repository.require(repository.resolve_id(i)) for i in (one_id, other_id))
    for record in (one, other):
        if record.is_dead:
            raise RefusedError(Problem("joining.deleted", {"id": record.id}))
    params = {"id": one.id, "other": other.id}
    if one.id == other.id:
        raise RefusedError(Problem("joining.same", {**params, "given": other_id}))
    if one.type != other.type:
        raise RefusedError(Problem("joining.types", params))
    return one, other


def _united(
    repository: Repository, first: Record, second: Record, stays: Record
) -> Mapping[str, Json]:
    """What the record that stays has to hold other than it does."""
    wanted = {**second.values, **{n: v for n, v in first.values.items() if v not in _EMPTY}}
    schema = repository.programme.schemas.get(stays.type)
    if schema is not None:
        for field in schema.references:
            if wanted.get(field.name) in (first.id, second.id):
                wanted.pop(field.name)  # it referred to its double
        wanted.update(calculated(schema, repository.scope(stays.type, wanted)))
    names = wanted.keys() | stays.values.keys()
    return {n: wanted.get(n) for n in sorted(names) if wanted.get(n) != stays.get(n)}


def _move_reference(repository: Repository, record_id: str, old: str, new: str) -> None:
    record = repository.require(record_id)
    schema = repository.schema(record.type)
    changes: dict[str, Json] = {
        field.name: None if record_id == new else new
        for field in schema.references
        if record.get(field.name) == old
    }
    if not changes:
        return
    record = repository.overwrite(record_id, changes)
    if not any(name in schema.key for name in changes):
        return
    # Two with one real-world key, such as two assignments of one person to one village: one.
    first = record.get(schema.key[0])
    for row in repository.find(schema.record, schema.key[0], first) if first else []:  # type: ignore[arg-type]
        if row.id != record_id and all(row.values.get(n) == record.get(n) for n in schema.key):
            join_records(repository, row.id, record_id)
            return
