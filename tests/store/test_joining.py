"""Joining two records, on one machine and on several: nothing vanishes, all agree."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nq77tui.core.document import DocumentError, doc_id_of, from_document, to_document
from nq77tui.core.problem import RefusedError
from nq77tui.store import Repository, create_store
from nq77tui.store.joining import join_records, set_apart, set_apart_pairs
from nq77tui.store.merging import take_in_sources
from nq77tui.store.source import find_sources, read_source
from nq77tui.store.way_back import changes_of, undo_last

VILLAGE = {"name": "Bản Chu", "level": "village"}
KIND = "household_visit"


@pytest.fixture
def twins(repository):
    """A village, and one household typed twice; each has a visit and an assignment."""
    area = repository.add("area", VILLAGE).id
    person = repository.add("person", {"name": "Lộc Văn Ánh", "area": area}).id
    made = []
    for head, more in [("Vi Văn Hoà", {"persons": 4}), ("Vy Văn Hòa", {"phone": "0912345678"})]:
        house = repository.add("household", {"head": head, "area": area, **more}).id
        repository.add(
            "assignment",
            {"person": person, "unit": house, "duties": ["monitor"], "from": "2024-01-05"},
        )
        made.append(house)
    return sorted(made)


def live(repository, record_type):
    return {row.id: dict(row.values) for row in repository.rows(record_type)}


def test_two_are_one_and_whatever_referred_to_the_other_refers_to_it(repository, twins) -> None:
    small, large = twins
    heads = {one: repository.get(one).get("head") for one in twins}

    joined = join_records(repository, large, small)

    assert (joined.stays, joined.gone) == (small, large)
    assert list(live(repository, "household")) == [small]
    now = repository.get(small)
    # The values of the one named first; what it did not have, from the other.
    assert now.get("head") == heads[large]
    assert (now.get("persons"), now.get("phone")) == (4, "0912345678")
    # The old id leads there, everywhere.
    assert repository.resolve_id(large) == small
    assert repository.row(large).id == small
    assert repository.title(large) == heads[large]
    assert (
        repository.read_reference({})(repository.schema("assignment").fields["unit"], large)
        == small
    )
    # Two assignments of one person to one household with the same duties are one now.
    [(_, assignment)] = live(repository, "assignment").items()
    assert assignment["unit"] == small
    assert "joined" in [change.kind for change in changes_of(repository, large)]
    assert changes_of(repository, large) == changes_of(repository, small)


def test_a_join_is_taken_back_like_any_write(repository, twins) -> None:
    before = {t: live(repository, t) for t in ("household", "assignment")}
    join_records(repository, *twins)

    undo_last(repository)

    after = {t: live(repository, t) for t in ("household", "assignment")}
    strip = lambda rows: {  # noqa: E731
        i: {n: v for n, v in r.items() if n != "_" and v is not None} for i, r in rows.items()
    }
    assert {t: strip(rows) for t, rows in after.items()} == {
        t: strip(rows) for t, rows in before.items()
    }
    assert repository.conflicted() == []


def test_what_cannot_be_joined_is_refused_with_a_reason(repository, twins) -> None:
    area = repository.rows("area").__next__().id
    join_records(repository, *twins)
    for ids, reason in [
        (twins, "joining.same"),
        ((twins[0], area), "joining.types"),
        ((twins[0], "AAAAAAAA-1"), "repository.no_record"),
    ]:
        with pytest.raises(RefusedError) as refused:
            join_records(repository, *ids)
        assert refused.value.problems[0].key == reason
    third = repository.add("household", {"head": "Ma Văn Ba", "area": area}).id
    repository.delete(third)
    with pytest.raises(RefusedError) as refused:
        join_records(repository, twins[0], third)
    assert refused.value.problems[0].key == "joining.deleted"


def test_two_that_are_two_are_remembered_once(repository, twins) -> None:
    one = set_apart(repository, *twins)
    assert set_apart(repository, *reversed(twins)) == one
    assert set_apart_pairs(repository) == {tuple(twins): one.id}


@pytest.mark.parametrize("into", ["AAAAAAAA-2", 7, "", "no id", ["A"]])
def test_an_alias_that_leads_nowhere_or_to_itself_is_no_document(into) -> None:
    document = {
        "head": "x",
        "_": {"w": ["AAAAAAAA-2 0 An", "BBBBBBBB-1 0 An"], "x": [[1, {"AAAAAAAA": 2}, into]]},
    }
    with pytest.raises(DocumentError):
        from_document("household", doc_id_of("AAAAAAAA-2"), document)
    document["_"]["x"] = [[1, {"AAAAAAAA": 2}, "AAAAAAAA-1"]]
    record = from_document("household", doc_id_of("AAAAAAAA-2"), document)
    assert record.joined_into == "AAAAAAAA-1"
    assert to_document(record) == document


# -- several machines ------------------------------------------------------------------------


class Machines:
    def __init__(self, place, programme) -> None:
        self.place, self.programme = place, programme
        self.now = datetime(2024, 6, 3, 8, tzinfo=UTC)

    def open(self, name) -> Repository:
        self.now += timedelta(minutes=1)
        return Repository.open(
            self.place / name,
            self.programme,
            operator=f"người {name}",
            clock=lambda: self.now,
            state_folder=self.place / f"rights {name}",
        )

    def start(self, *names):
        """One store with three doubles and a visit to each, copied to several machines."""
        create_store(self.place / names[0], self.programme)
        with self.open(names[0]) as repository, repository.transaction():
            area = repository.add("area", VILLAGE).id
            houses = [
                repository.add("household", {"head": "Vi Văn Hòa", "area": area}).id
                for _ in range(3)
            ]
            visits = [
                repository.add("visit", {"unit": one, "kind": KIND, "date": "2024-05-01"}).id
                for one in houses
            ]
        for name in names[1:]:
            shutil.copytree(self.place / names[0], self.place / name)
        return sorted(houses), visits

    def merge(self, into, *others):
        with self.open(into) as repository:
            for other in others:
                sources = [
                    read_source(file, self.programme.id)
                    for file in find_sources(self.place / other)
                ]
                take_in_sources(repository, sources)

    def everywhere(self, *names):
        """Everything to the first, and from there to all."""
        self.merge(names[0], *names[1:])
        for name in names[1:]:
            self.merge(name, names[0])

    def tables(self, name) -> bytes:
        with self.open(name) as repository:
            return json.dumps(repository.canonical_tables(), sort_keys=True).encode()


@pytest.fixture
def machines(tmp_path, programme):
    return Machines(tmp_path, programme)


def test_machines_that_join_the_same_two_either_way_round_agree(machines) -> None:
    houses, _ = machines.start("a", "b", "c")
    with machines.open("a") as a, machines.open("b") as b:
        join_records(a, houses[0], houses[1])
        join_records(b, houses[1], houses[0])
    machines.everywhere("a", "b", "c")

    assert machines.tables("a") == machines.tables("b") == machines.tables("c")
    with machines.open("c") as c:
        assert c.resolve_id(houses[1]) == houses[0]
        assert set(live(c, "household")) == {houses[0], houses[2]}
        assert c.conflicted() == []


def test_chains_joined_on_different_machines_lead_to_one(machines) -> None:
    houses, _ = machines.start("a", "b")
    with machines.open("a") as a, machines.open("b") as b:
        join_records(a, houses[1], houses[2])
        join_records(b, houses[0], houses[1])
    machines.everywhere("a", "b")

    with machines.open("a") as a:
        # One machine gave the middle one more to hold, the other joined it away: a question.
        assert [record.id for record in a.conflicted()] == [houses[1]]
        join_records(a, houses[0], houses[1])
    machines.everywhere("a", "b")

    with machines.open("b") as a:
        assert a.conflicted() == []
        assert [a.resolve_id(one) for one in houses] == [houses[0]] * 3
        assert sorted(a.aliases(houses[0])) == houses[1:]
    assert machines.tables("a") == machines.tables("b")


def test_what_refers_to_the_old_id_later_is_led_on(machines) -> None:
    houses, visits = machines.start("a", "b")
    with machines.open("a") as a, machines.open("b") as b:
        join_records(a, houses[0], houses[1])
        late = b.add("visit", {"unit": houses[1], "kind": KIND, "date": "2024-05-20"}).id
    machines.everywhere("a", "b")

    with machines.open("a") as a:
        assert late in {row.id for row in a.referring(houses[0])}
        assert not [p for p in a.check("visit", a.get(late).values, late) if p.severity == "error"]
        assert a.get(late).get("unit") == houses[1]  # as it was written
        assert a.row(late).values["unit"] == houses[0]  # as it is read
        assert {row.values["unit"] for row in a.rows("visit")} == {houses[0], houses[2]}
        undo_last(a)
        assert a.row(late).values["unit"] == houses[1]


def test_an_edit_of_the_one_that_went_is_asked_about(machines) -> None:
    houses, _ = machines.start("a", "b")
    with machines.open("a") as a, machines.open("b") as b:
        join_records(a, houses[0], houses[1])
        b.edit(houses[1], {"phone": "0912345678"})
    machines.everywhere("a", "b")

    for name in "ab":
        with machines.open(name) as repository:
            [record] = repository.conflicted()
            assert (record.id, record.is_contested, record.joins) == (
                houses[1],
                True,
                (houses[0],),
            )
            assert record.get("phone") == "0912345678"


def test_who_deletes_the_one_that_stays_without_knowing_of_the_join_is_asked(machines) -> None:
    houses, _ = machines.start("a", "b")
    with machines.open("a") as a, machines.open("b") as b:
        join_records(a, houses[0], houses[1])
        b.delete(houses[0])
    machines.everywhere("a", "b")

    with machines.open("b") as b:
        assert [record.id for record in b.conflicted()] == [houses[0]]


acts = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.sampled_from(["join", "join", "edit", "delete", "undo", "apart", "merge", "merge"]),
        st.integers(0, 2),
        st.integers(0, 2),
    ),
    max_size=12,
)


@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts)
def test_whatever_three_machines_do_they_agree_and_no_edit_vanishes(
    tmp_path_factory, programme, history
) -> None:
    machines = Machines(tmp_path_factory.mktemp("worlds"), programme)
    houses, _ = machines.start("a", "b", "c")
    known: dict[str, set[str]] = {name: set() for name in "abc"}
    may_be_gone: set[str] = set()
    """Notes over which somebody wrote who had seen them."""
    for number, (name, act, one, other) in enumerate(history):
        if act == "merge":
            machines.merge(name, "abc"[other])
            known[name] |= known["abc"[other]]
            continue
        with machines.open(name) as repository:
            try:
                if act == "join":
                    join_records(repository, houses[one], houses[other])
                elif act == "apart":
                    set_apart(repository, houses[one], houses[other])
                elif act == "undo":
                    undo_last(repository)
                elif act == "delete":
                    repository.delete(houses[one])
                else:
                    repository.edit(houses[one], {"note": f"lần {number}"})
            except RefusedError:
                continue
        if act in ("join", "undo", "edit"):
            may_be_gone |= known[name]
        if act == "edit":
            known[name].add(f"lần {number}")
    machines.everywhere("a", "b", "c")

    assert machines.tables("a") == machines.tables("b") == machines.tables("c")
    with machines.open("a") as repository:
        for house in houses:
            now = repository.row(house)
            assert now is None or now.id == repository.resolve_id(house)
        kept = {s.value for house in houses for s in repository.get(house).siblings("note")}
    assert set().union(*known.values()) - may_be_gone <= kept
