"""A proposal over records, and handing over: what is written, and what is left alone."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from nq77tui.core.problem import RefusedError
from nq77tui.store.assigning import Assignments
from nq77tui.store.handover import hand_over, plan_handover
from nq77tui.store.proposing import propose_in, write_plan
from nq77tui.store.way_back import undo_last

DUTIES = {"duties": ["in_charge"]}


@pytest.fixture
def add(repository):
    return lambda record, **values: repository.add(record, values).id


@pytest.fixture
def place(add):
    """A commune with two villages; in one nobody lives."""
    commune = add("area", name="Tĩnh Bắc", level="commune")
    full, empty = (
        add("area", name=name, level="village", parent=commune) for name in ("Nà Mẫu", "Nà Vắng")
    )
    groups = [add("group", name=f"Tổ {n}", area=full) for n in range(2)]
    units = [
        add("household", head=f"{['Vi', 'Lý'][n % 2]} Văn {n}", area=full, group=groups[n // 4])
        for n in range(8)
    ]
    alone = add("household", head="Hoàng Văn Xa", area=empty)
    people = [add("person", name=f"Lộc Thị {n}", party_member=True, area=full) for n in range(2)]
    add("person", name="Lộc Thị Ngoài", party_member=False, area=full)
    return commune, full, units, alone, people


def on(repository, day=None):
    return Assignments(repository, repository.programme.assigning, day or repository.today())


def proposed(repository, area, day=None):
    assignments = on(repository, day)
    counted = repository.coverage(assignments.day.isoformat())
    return assignments, propose_in(assignments, counted, area)


def test_members_get_their_villages_households_and_groups_stay_whole(repository, place) -> None:
    commune, full, units, alone, people = place
    before = repository.generation
    assignments, plan = proposed(repository, commune)

    assert repository.generation == before
    assert set(plan.given) == set(units)
    assert plan.left == (alone,)
    assert Counter(plan.given.values()) == Counter(dict.fromkeys(people, 4))
    assert len({plan.given[one] for one in units[:4]}) == 1

    moved = plan.changed([alone, units[0]], people[0])

    assert moved.left == ()
    assert moved.given[units[0]] == moved.given[alone] == people[0]

    write_plan(assignments, moved.shares, DUTIES)

    assert repository.generation == before + 1
    assert proposed(repository, commune)[1].unit_ids == []

    undo_last(repository)

    assert list(repository.rows("assignment")) == []


def test_what_is_assigned_stays_and_counts_as_a_load(repository, place) -> None:
    commune, _, units, _, (one, other) = place
    on(repository).assign(one, units[:3], DUTIES)
    kept = {row.id for row in repository.rows("assignment")}
    assignments, plan = proposed(repository, commune)

    assert set(plan.given) == set(units[3:])
    assert (plan.load(one), plan.load(other)) == (4, 4)
    assert plan.given[units[3]] == one  # of the group of which they have the others

    write_plan(assignments, plan.shares, DUTIES)

    assert kept <= {row.id for row in repository.rows("assignment")}
    assert max(Counter(on(repository).people_of(u)[0] for u in units).values()) == 4


def test_a_proposal_for_another_day_goes_by_who_is_there_then(repository, place) -> None:
    commune, _, units, _, (one, other) = place
    repository.edit(other, {"to": "2024-06-10"})
    day = date(2024, 6, 11)
    assignments, plan = proposed(repository, commune, day)

    assert set(plan.given.values()) == {one}

    written = write_plan(assignments, plan.shares, DUTIES)

    assert {record.get("from") for record in written} == {"2024-06-11"}
    assert on(repository).people_of(units[0]) == []


def handed(repository, person, heirs, last_day, values=(), **options):
    assigning = repository.programme.assigning
    plan = plan_handover(repository, assigning, person, heirs, last_day, **options)
    return plan, hand_over(repository, assigning, plan, dict(values))


def test_handing_over_moves_everything_in_one_commit(repository, place, clock, add) -> None:
    _, full, units, _, (one, other) = place
    decision = add("directive", number="12-QĐ/ĐU", date="2024-06-01", kind="decision", issuer="ĐU")
    on(repository).assign(one, [*units, full], {"duties": ["in_charge", "support"]})
    on(repository).assign(other, units[:1], DUTIES)
    clock.now += timedelta(days=30)
    before = repository.generation
    plan, done = handed(repository, one, [other], repository.today(), {"decision": decision})

    assert repository.generation == before + 1
    assert (done.ended, done.given, done.had) == (9, 8, 1)
    assert len(plan.rows) == 9
    assert repository.get(one).get("to") == "2024-07-03"
    assert len(on(repository).of_person(one)) == 9
    next_day = on(repository, date(2024, 7, 4))
    assert next_day.of_person(one) == []
    assert len(next_day.of_person(other)) == 9
    given = next_day.of_unit(units[2])[0].values
    assert (given["duties"], given["from"]) == (["in_charge", "support"], "2024-07-04")
    assert given["decision"] == decision

    undo_last(repository)

    assert repository.get(one).get("to") is None
    assert len(on(repository, date(2024, 7, 4)).of_person(one)) == 9


def test_several_share_evenly_and_what_has_not_begun_goes_over_as_it_is(
    repository, place, add
) -> None:
    _, full, units, _, (one, other) = place
    third = add("person", name="Lộc Thị Ba", party_member=True, area=full)
    on(repository, date(2024, 6, 1)).assign(one, units[:7], DUTIES)
    on(repository, date(2024, 9, 1)).assign(one, units[7:], DUTIES)
    handed(repository, one, [other, third], repository.today(), is_leaving=False)
    later = on(repository, date(2024, 9, 1))

    assert sorted(len(later.of_person(two)) for two in (other, third)) == [4, 4]
    assert later.of_unit(units[7])[0].values["from"] == "2024-09-01"
    assert later.ever_of_person(one) == on(repository).of_person(one)
    assert repository.get(one).get("to") is None


def test_nobody_takes_over_from_themselves_or_after_they_left(repository, place) -> None:
    *_, (one, other) = place
    repository.edit(other, {"to": "2024-06-01"})
    assigning, today = repository.programme.assigning, repository.today()
    for heirs, key in (([one], "no_heir"), ([], "no_heir"), ([other], "heir_gone")):
        with pytest.raises(RefusedError) as refused:
            plan_handover(repository, assigning, one, heirs, today)
        assert refused.value.problems[0].key == f"assigning.{key}"
