"""The index of look-alikes: right after any change, whoever made it."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nq77tui.core.lookalike import are_told_apart, blocking_keys
from nq77tui.store.joining import join_records
from nq77tui.store.lookalikes import Lookalikes

HEADS = ("Vi Văn Hòa", "Vy Văn Hoà", "Lý Thị Ân", "Nông Văn An")


def by_comparing_all(repository) -> set[tuple[str, str]]:
    schema = repository.schema("household")
    resolve = repository.resolve_id
    rows = sorted(repository.rows("household"))
    return {
        (one.id, other.id)
        for at, one in enumerate(rows)
        for other in rows[at + 1 :]
        if set(blocking_keys(schema, one.values, resolve))
        & set(blocking_keys(schema, other.values, resolve))
        and not are_told_apart(schema, one.values, other.values, resolve)
    }


def of_index(repository) -> set[tuple[str, str]]:
    return set(repository.lookalikes.pairs("household"))


def test_what_a_colleague_saves_and_what_is_taken_back_is_in_the_index(
    repository, open_store
) -> None:
    area = repository.add("area", {"name": "Bản Chu", "level": "village"}).id
    one = repository.add("household", {"head": "Vi Văn Hòa", "area": area}).id
    assert of_index(repository) == set()
    with open_store(operator="Sơn") as colleague:
        other = colleague.add("household", {"head": "Vy Văn Hoà", "area": area}).id
    repository.refresh()
    [pair] = of_index(repository)
    assert pair == tuple(sorted((one, other)))
    [found] = repository.lookalikes.like("household", {"head": "vi van hoa", "area": area}, one)
    assert found.id == other
    assert repository.lookalikes.is_ready("household")

    try:
        with repository.transaction():
            repository.edit(other, {"head": "Ma Thị Bé"})
            assert of_index(repository) == set()
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass
    assert of_index(repository) == {pair}

    join_records(repository, one, other)
    assert of_index(repository) == set()


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["add", "add", "edit", "delete", "keep", "join"]),
            st.integers(0, 9),
            st.sampled_from(HEADS),
            st.sampled_from([None, "1950", "1951", "1980"]),
        ),
        max_size=25,
    )
)
def test_the_index_finds_what_comparing_everybody_finds(repository, steps) -> None:
    areas = [row.id for row in repository.rows("area")]
    if not areas:
        areas = [repository.add("area", {"name": "Nà Mò", "level": "village"}).id]
    ids = [row.id for row in repository.rows("household")]
    of_index(repository)
    for act, number, head, birth in steps:
        values = {"head": head, "head_birth": birth, "area": areas[0]}
        if act == "add" or not ids:
            ids.append(repository.add("household", values).id)
            continue
        record = repository.get(ids[number % len(ids)])
        other = repository.get(ids[(number + 1) % len(ids)])
        if act == "keep":
            repository.keep(record.id)
        elif record.is_dead:
            continue
        elif act == "edit":
            repository.edit(record.id, values)
        elif act == "delete":
            repository.delete(record.id)
        elif not other.is_dead and other.id != record.id:
            join_records(repository, record.id, other.id)
    assert of_index(repository) == by_comparing_all(repository)
    # A new index, of all of them at once, says the same.
    anew = Lookalikes(
        repository._storage.tables, repository.programme.schemas, repository.resolve_id
    )
    assert set(anew.pairs("household")) == of_index(repository)
