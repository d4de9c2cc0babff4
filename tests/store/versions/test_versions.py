"""A programme in three versions on machines that update at different times."""

from __future__ import annotations

import pytest
from evolving import Machines, joined
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nq77tui.core.problem import RefusedError
from nq77tui.store.merge_undo import undo_merge
from nq77tui.store.merging import take_in_sources
from nq77tui.store.source import read_source
from nq77tui.store.way_back import changes_of, undo_last

NAMES = "abc"


STEP = st.tuples(
    st.sampled_from(NAMES),
    st.sampled_from(["edit"] * 4 + ["add", "delete", "update", "send", "send"] + ["receive"] * 3),
    st.integers(0, 11),
)
# By the version of the machine that writes: what people type into the form that it shows them.
HOUSEHOLD_EDITS = (
    ({"phone": "0912345678"}, {"class": "TRUNG_BINH"}, {"class": "PHAT_SINH"}, {"persons": 3}),
    ({"mobile": "0987654321"}, {"class": "NGHEO"}, {"mobile": None}, {"persons": 5}),
    (
        {"mobile": "0903"},
        {"persons": {"is": "about", "n": 4}},
        {"class": "CAN_NGHEO"},
        {"note": "x"},
    ),
)
CONCERN_EDITS = (
    ({"raised_by": "Vi Văn Páo"}, {"raised_by": "Páo"}, {"raised_by": None}),
    ({"reporter": "Nông Lan"}, {"reporter": "Lan"}, {"text": "đường lầy"}),
    ({"family": "Hoàng"}, {"given": "Hoa"}, {"family": "Lý", "given": "Vy"}),
)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(STEP, max_size=20))
def test_whoever_updates_when_everybody_ends_with_the_same_bytes_and_everything(
    tmp_path_factory, versions, steps
):
    machines = Machines(tmp_path_factory.mktemp("world"), versions, NAMES)
    with machines.open("a") as a:
        first = {"head": "Vi Thị Lan", "phone": "0911111111", "persons": 4, "class": "TRUNG_BINH"}
        house = a.add("household", first).id
        said = {"date": "2024-06-01", "text": "đường hỏng", "raised_by": "Vi Lan", "status": "open"}
        concern = a.add("concern", {**said, "unit": house}).id
    sent = [machines.send("a")]
    for name in NAMES:
        machines.receive(name, sent[0])
    for name, action, number in steps:
        version = machines.at[name]
        before = machines.total(machines.tables(name))
        if action == "update":
            machines.at[name] = min(version + 1, 3)
        elif action == "send":
            sent.append(machines.send(name))
        elif action == "receive":
            path = sent[number % len(sent)]
            machines.receive(name, path)
            source = read_source(path, versions[0].id)
            before = joined(before, machines.total(source.tables))
        else:
            with machines.open(name) as repository:
                record = repository.require(concern if number % 2 else house)
                is_concern = number % 2 and action != "add"
                edits = (CONCERN_EDITS if is_concern else HOUSEHOLD_EDITS)[version - 1]
                if action == "add":
                    repository.add(
                        "household", {"head": f"Vi {number}", **HOUSEHOLD_EDITS[version - 1][0]}
                    )
                elif action == "delete":
                    repository.delete(record.id)
                elif repository.is_newer(record):
                    with pytest.raises(RefusedError):
                        repository.edit(record.id, edits[number % len(edits)])
                else:
                    record = repository.overwrite(record.id, edits[number % len(edits)])
                    assert record.schema == repository.schema(record.type).form
            continue
        # Neither an update nor what came in, in whatever form, has lost or changed anything.
        assert machines.total(machines.tables(name)) == before
    everything = {}
    for name in NAMES:
        everything = joined(everything, machines.total(machines.tables(name)))
    for name in NAMES:
        machines.at[name] = 3
    machines.exchange()
    assert len({machines.bytes(name) for name in NAMES}) == 1
    assert machines.total(machines.tables("a")) == everything
    assert not any("@" in name for name in machines.tables("a"))


def test_a_story_of_three_versions(machines):
    with machines.open("a") as a:
        values = {"head": "Vi Thị Lan", "phone": "0912345678", "persons": 4, "class": "PHAT_SINH"}
        house = a.add("household", values).id
        said = {"date": "2024-06-01", "text": "đường hỏng", "unit": house, "status": "open"}
        whole = a.add("concern", {**said, "raised_by": "Vi Thị Lan"}).id
        short = a.add("concern", {**said, "raised_by": "Páo"}).id
        middle = a.add("household", {"head": "Nông Văn Hai", "class": "TRUNG_BINH"}).id
    machines.exchange()

    # b gets version 2: all is brought up in one commit, with a notice, and only once.
    machines.at["b"] = 2
    with machines.open("b") as b:
        notices = {one.params["label"]["en"]: one.params["count"] for one in b.notices}
        assert notices == {"Household": 2, "Concern": 2}
        record = b.require(house)
        assert record.values == {
            "head": "Vi Thị Lan",
            "mobile": "0912345678",
            "persons": 4,
            "class": "NGHEO",
        }
        # Who wrote what when is as it was, the names are today's.
        assert {change.field for change in changes_of(b, house)} == set(record.fields)
        assert {one.dot.replica for one in record.fields["mobile"]} != {b.replica}
        b.edit(house, {"mobile": "0987654321"})
        fresh = b.add("household", {"head": "Lý Thị Vy", "mobile": "0900000000"}).id
        (parked,) = b.parked()
        assert (parked.record_id, parked.field, parked.value) == (middle, "class", "TRUNG_BINH")
        assert (parked.problem.key, parked.into) == ("parked.no_choice", ("class",))
        sequence = b.generation
    with machines.open("b") as b:
        assert (b.notices, b.generation) == ([], sequence)

    # a, still at version 1, keeps its own copy editable and the newer one beside it, untouched.
    plan = machines.receive("a", machines.send("b"))
    assert [one.key for one in plan.warnings] == ["merge.newer_form"]
    assert plan.newer == 2  # what b only brought up says nothing new
    assert (plan.counts["new"], plan.counts["changed"], plan.counts["known"]) == (1, 1, 3)
    with machines.open("a") as a:
        assert {one.key for one in a.notices} == {"storage.newer_form"}
        a.edit(house, {"phone": "0911111111"})
        parked = {one.record_id for one in a.parked()}
        assert parked == {house, fresh}
        assert len([one for name in parked for one in a.parked_in(name)]) == len(a.parked())
        assert all(one.is_newer for one in a.parked())
        # What was born in version 2 shows what both know, and is not written to.
        assert a.title(fresh) == "Lý Thị Vy"
        with pytest.raises(RefusedError) as refused:
            a.edit(fresh, {"head": "Khác"})
        assert refused.value.problems[0].key == "repository.newer_form"
        with pytest.raises(RefusedError) as refused:
            a.settle_parked(a.parked()[0], {"head": "Khác"})
        assert refused.value.problems[0].key == "parked.newer"
    again = machines.receive("a", machines.send("b"))
    assert (again.changed, again.new, again.known) == (0, 0, 5)

    # c goes from 1 to 3 at once, and hears of b through a, who understands none of it.
    machines.at["c"] = 3
    machines.receive("c", machines.send("a"))
    with machines.open("c") as c:
        record = c.require(house)
        assert [one.value for one in record.conflicts["mobile"]] == ["0911111111", "0987654321"]
        assert (record.get("persons"), c.require(fresh).get("mobile")) == (
            {"is": "exact", "n": 4},
            "0900000000",
        )
        name = c.require(whole)
        assert (name.get("family"), name.get("given")) == ("Vi", "Thị Lan")
        reasons = {(one.record_id, one.problem.key, one.field) for one in c.parked()}
        assert reasons == {
            (middle, "parked.no_choice", "class"),
            (short, "parked.no_parts", "reporter@3"),
        }
        left = next(one for one in c.parked() if one.field == "reporter@3")
        c.settle_parked(left, {"family": "Lò", "given": "Páo"})
        (other,) = c.parked()
        c.settle_parked(other, {"class": "KHONG_NGHEO"})
        assert c.parked() == ()
        # Taken back, each waits for a person again.
        undo_last(c)
        assert c.parked() == (other,)
        undo_last(c)
        assert left in c.parked()
        c.settle_parked(left, {"family": "Lò", "given": "Páo"})
        c.settle_parked(other, {"class": "KHONG_NGHEO"})
        c.resolve(house, "mobile", "0911111111")

    # Everybody gets the last version: the same bytes, decided everywhere.
    machines.receive("b", machines.send("c"))
    machines.at.update(a=3, b=3)
    machines.exchange()
    assert len({machines.bytes(name) for name in NAMES}) == 1
    with machines.open("a") as a:
        assert (a.parked(), a.conflicted()) == ((), [])
        record = a.require(short)
        assert (record.get("family"), record.get("given")) == ("Lò", "Páo")
        assert a.require(house).get("mobile") == "0911111111"


def test_a_store_of_a_newer_version_opens_in_an_older_one_and_goes_on(machines):
    machines.at["a"] = 2
    with machines.open("a") as a:
        old = a.add("household", {"head": "Vi Lan", "mobile": "0912345678"}).id
    machines.at["a"] = 1
    with machines.open("a") as a:
        assert [one.key for one in a.notices] == ["storage.newer_form"]
        new = a.add("household", {"head": "Vi Hai", "phone": "0987654321"}).id
        with pytest.raises(RefusedError):
            a.edit(old, {"phone": "1"})
        a.delete(old)
        a.keep(old)
        undo_last(a)
        assert a.require(old).is_dead
        undo_last(a)
    machines.at["a"] = 2
    with machines.open("a") as a:
        assert a.require(old).get("mobile") == "0912345678"
        assert a.row(new).values["mobile"] == "0987654321"
        assert "phone" not in a.row(new).values


def test_an_edit_is_taken_back_after_the_programme_was_updated(machines):
    with machines.open("a") as a:
        house = a.add("household", {"head": "Vi Lan", "phone": "0912345678"}).id
        a.edit(house, {"phone": "0987654321"})
    machines.at["a"] = 3
    with machines.open("a") as a:
        undo_last(a)
        record = a.require(house)
        assert record.get("mobile") == "0912345678"
        assert set(record.fields) == {"head", "mobile"}


def test_copies_of_several_versions_lie_beside_each_other_until_each_is_known(machines):
    with machines.open("a") as a:
        values = {"head": "Vi Lan", "phone": "0911111111", "persons": 4}
        house = a.add("household", values).id
    machines.exchange()
    machines.at.update(b=2, c=2)
    sent = []
    for name, changes in (("b", {"mobile": "0922222222"}), ("c", {"class": "NGHEO"})):
        with machines.open(name) as repository:
            repository.edit(house, changes)
        sent.append(machines.send(name))
    machines.at["c"] = 3
    with machines.open("c") as c:
        c.edit(house, {"persons": {"is": "about", "n": 7}})
    sent.append(machines.send("c"))
    with machines.open("a") as a:
        a.edit(house, {"phone": "0933333333"})
    for path in sent:
        machines.receive("a", path)
    assert sorted(machines.tables("a")) == ["household", "household@2", "household@3"]

    def shown() -> dict[str, list[object]]:
        with machines.open("a") as a:
            fields = a.require(house).fields.items()
            return {name: [one.value for one in siblings] for name, siblings in fields}

    assert shown() == {"head": ["Vi Lan"], "phone": ["0933333333"], "persons": [4]}
    machines.at["a"] = 2
    assert shown() == {
        "head": ["Vi Lan"],
        "mobile": ["0933333333", "0922222222"],
        "persons": [4],
        "class": ["NGHEO"],
    }
    assert sorted(machines.tables("a")) == ["household", "household@3"]
    with machines.open("a") as a:
        a.edit(house, {"persons": 5})
    machines.at["a"] = 3
    assert shown() == {
        "head": ["Vi Lan"],
        "mobile": ["0933333333", "0922222222"],
        "persons": [{"is": "exact", "n": 5}, {"is": "about", "n": 7}],
        "class": ["NGHEO"],
    }
    assert sorted(machines.tables("a")) == ["household"]


def test_a_merge_is_taken_back_but_for_what_only_a_newer_programme_knows(machines):
    with machines.open("a") as a:
        first, second = (a.add("household", {"head": head}).id for head in ("Vi Lan", "Lý Mai"))
    machines.exchange()
    with machines.open("c") as c:
        c.edit(second, {"persons": 3})
    machines.at["b"] = 2
    with machines.open("b") as b:
        b.edit(first, {"mobile": "0922222222"})
    with machines.open("a") as a:
        sources = [read_source(machines.send(name), a.programme.id) for name in "bc"]
        take_in_sources(a, sources)
        assert a.require(second).get("persons") == 3

        undone = undo_merge(a)

        assert undone.counts == {"taken_back": 1, "left": 1}
        assert [one.id for one in undone.newer] == [first]
        assert a.require(second).get("persons") is None
    machines.at["a"] = 2
    with machines.open("a") as a:
        assert a.require(first).get("mobile") == "0922222222"


def test_taking_a_merge_back_deletes_nothing_that_made_room_for_an_older_copy(machines):
    with machines.open("a") as a:
        house = a.add("household", {"head": "Vi Lan"}).id
    machines.exchange()
    machines.at["b"] = 2
    with machines.open("b") as b:
        b.edit(house, {"mobile": "0922222222"})
    with machines.open("c") as c:
        c.edit(house, {"persons": 3})
    machines.at["b"] = 1  # the programme of before is put back
    machines.receive("b", machines.send("c"))
    assert sorted(machines.tables("b")) == ["household", "household@2"]

    with machines.open("b") as b:
        undone = undo_merge(b)
        assert undone.counts == {"taken_back": 0, "left": 1}
        assert not b.require(house).is_dead
    machines.at["b"] = 2
    with machines.open("b") as b:
        record = b.require(house)
        assert (record.get("mobile"), record.get("persons"), record.is_dead) == (
            "0922222222",
            3,
            False,
        )
