"""Nothing outside a user's areas is handed out or changed, whatever happens to the tree."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nq77tui.core.masking import masked
from nq77tui.core.problem import RefusedError
from nq77tui.core.scope import Row
from nq77tui.exchange.exporting import write_export
from nq77tui.store.assigning import Assignments
from nq77tui.store.bundle_writing import write_bundle
from nq77tui.store.creation import create_store
from nq77tui.store.disclosures import disclosures
from nq77tui.store.joining import join_records
from nq77tui.store.live_coverage import LiveCoverage
from nq77tui.store.merging import plan_merge, take_in_sources
from nq77tui.store.repository import Repository
from nq77tui.store.rights import Rights, all_rights, rights_of, with_rights
from nq77tui.store.source import read_source
from nq77tui.store.verifying import Verifying
from nq77tui.store.way_back import changes_of, undo_last

NUMBERS = ("020085000011", "020085000022", "0912345678", "0987654321")


class World:
    """A store with two communes of two villages, and the same store as others open it."""

    def __init__(self, folder, programme, clock):
        self.folder, self.programme, self.clock = folder, programme, clock
        create_store(folder, programme)
        self.opened = []
        self.every = self.open("boss")
        add = self.every.add
        with self.every.transaction():
            self.communes = [
                add("area", {"name": f"Xã {n}", "level": "commune"}).id for n in range(2)
            ]
            self.villages = [
                add("area", {"name": f"Thôn {n}", "level": "village", "parent": above}).id
                for n, above in enumerate([*self.communes, *self.communes])
            ]
            self.households = [
                add("household", {"head": f"Hộ {n}", "area": self.villages[n % 4]}).id
                for n in range(8)
            ]
            self.members = [
                add("member", {"name": f"Người {n}", "household": household}).id
                for n, household in enumerate(self.households)
            ]
            self.people = [
                add(
                    "person",
                    {
                        "name": f"Cán bộ {n}",
                        "area": self.villages[n],
                        "citizen_number": NUMBERS[n],
                        "phone": NUMBERS[2 + n],
                        "party_member": True,
                    },
                ).id
                for n in range(2)
            ]

    def give(self, **rights):
        """Say who may what; a role, or a role and areas."""
        tables = {"boss": {"role": "supervisor"}}
        for user, (role, *areas) in rights.items():
            tables[user] = {"role": role, "areas": areas}
        self.every.keep_settings(rights=tables)

    def open(self, user, **options):
        repository = Repository.open(
            self.folder,
            self.programme,
            operator=user,
            clock=self.clock,
            state_folder=self.folder.parent / f"state of {self.folder.name} {user}",
            user=user,
            **options,
        )
        self.opened.append(repository)
        return repository

    def close(self):
        for repository in reversed(self.opened):
            repository.close()


@pytest.fixture
def world(tmp_path, programme, clock):
    made = World(tmp_path / "world", programme, clock)
    yield made
    made.close()


def refused(call, *given, **named):
    with pytest.raises(RefusedError) as caught:
        call(*given, **named)
    return caught.value.problems[0].key


def lying_in(every, tops):
    """The ids of all records that lie in some areas, by a walk that knows nothing of rights."""
    tree = every.area_tree()
    below = {one for top in tops if tree.resolve(top) for one in tree.downward(tree.resolve(top))}
    return {
        record.id
        for record_type in every.record_types()
        for record in every.records(record_type)
        if record.type != "area"
        and tree.locate(Row(record.id, record.type, record.values)) in below
    }


def handed_out(seen):
    """Every id that any way of reading hands out, the areas themselves apart."""
    found = set()
    for record_type in seen.record_types():
        if record_type == "area":
            continue
        found |= {record.id for record in seen.records(record_type)}
        found |= {row.id for row in seen.rows(record_type)}
        assert seen.count(record_type) == sum(1 for _ in seen.rows(record_type))
        assert len(list(seen.documents(record_type))) == sum(1 for _ in seen.records(record_type))
    found |= {record.id for record in [*seen.conflicted(), *seen.deleted()]}
    found |= {
        one for kind in ("household", "person") for p in seen.lookalikes.pairs(kind) for one in p
    }
    return found


MOVES = st.one_of(
    st.tuples(st.just("household"), st.integers(0, 7), st.integers(0, 3)),
    st.tuples(st.just("village"), st.integers(0, 3), st.integers(0, 1)),
    st.tuples(st.just("member"), st.integers(0, 7), st.integers(0, 7)),
    st.tuples(st.just("delete"), st.integers(0, 7), st.just(0)),
    st.tuples(st.just("join"), st.integers(0, 7), st.integers(0, 7)),
    st.tuples(st.just("follow"), st.integers(0, 3), st.integers(0, 3)),
    st.tuples(st.just("new"), st.integers(0, 3), st.just(0)),
)


def carry_out(world, move):
    every, (kind, one, other) = world.every, move
    try:
        if kind == "household":
            every.edit(world.households[one], {"area": world.villages[other]})
        elif kind == "village":
            every.edit(world.villages[one], {"parent": world.communes[other]})
        elif kind == "member":
            every.edit(world.members[one], {"household": world.households[other]})
        elif kind == "delete":
            every.delete(world.households[one])
        elif kind == "join" and one != other:
            join_records(every, world.households[one], world.households[other])
        elif kind == "follow" and one != other:
            changes = {"successor": world.villages[other], "valid_to": "2024-01-01"}
            every.edit(world.villages[one], changes)
        elif kind == "new":
            every.add("household", {"head": "Hộ mới", "area": world.villages[one]})
    except RefusedError:
        pass  # a circle of successors, a joined record: not what this is about


@settings(max_examples=25)
@given(moves=st.lists(MOVES, max_size=8), tops=st.sets(st.integers(0, 5), min_size=1, max_size=2))
def test_a_user_sees_what_lies_in_their_areas_and_nothing_else(
    moves, tops, tmp_path_factory, programme
) -> None:
    now = datetime(2024, 6, 3, 8, tzinfo=UTC)
    world = World(tmp_path_factory.mktemp("world") / "store", programme, lambda: now)
    try:
        areas = [[*world.communes, *world.villages][top] for top in sorted(tops)]
        world.give(lan=("operator", *areas))
        lan = world.open("lan")
        for move in [None, *moves]:
            if move:
                carry_out(world, move)
            lan.refresh()
            mine = lying_in(world.every, areas)
            assert handed_out(lan) == mine
            every = {r.id for t in world.every.record_types() for r in world.every.records(t)}
            for record_id in every - mine - set(world.communes) - set(world.villages):
                assert lan.get(record_id) is None
                found = lan.row(record_id)  # a joined one may lead to one of mine
                assert found is None or found.id in mine
        day = lan.today().isoformat()
        mine, whole = lan.coverage(day), world.every.coverage(day)
        for area in mine.tree.parents:
            for metric in programme.metrics:
                assert mine.share(area, metric) == whole.share(area, metric)
                assert mine.gaps(area, metric) == whole.gaps(area, metric)
            for figure in programme.figures:
                assert mine.figure(area, figure) == whole.figure(area, figure)
        assert set(mine.tree.parents) == {
            one for a in areas if (t := whole.tree.resolve(a)) for one in whole.tree.downward(t)
        }
    finally:
        world.close()


def test_an_operator_changes_their_own_areas_and_no_others(world) -> None:
    world.give(lan=("operator", world.villages[0]))
    lan = world.open("lan")
    mine, theirs = world.households[0], world.households[1]
    before = world.every.require(theirs)
    assert refused(lan.edit, theirs, {"persons": 9}) == "rights.other_area"
    assert lan.replica == ""  # nothing is begun for what is refused

    assert lan.edit(mine, {"persons": 5}).values["persons"] == 5
    made = lan.add("household", {"head": "Hộ thêm", "area": world.villages[0]})
    lan.delete(made.id)
    undo_last(lan)
    assert not lan.require(made.id).is_dead
    assert {change.stamp.by for change in changes_of(lan, mine)} == {"boss", "lan"}

    for call in (
        lambda: lan.require(theirs),
        lambda: lan.edit(theirs, {"persons": 9}),
        lambda: lan.overwrite(theirs, {"persons": 9}),
        lambda: lan.delete(theirs),
        lambda: lan.edit(mine, {"area": world.villages[1]}),
        lambda: lan.add("household", {"head": "X", "area": world.villages[1]}),
        lambda: lan.add("member", {"name": "X", "household": theirs}),
        lambda: lan.reveal([world.people[1]]),
        lambda: changes_of(lan, theirs),
    ):
        assert refused(call) == "rights.other_area"
    world.every.refresh()
    assert world.every.require(theirs) == before
    assert world.every.require(mine).values["area"] == world.villages[0]


def test_what_a_record_of_mine_refers_to_has_its_name_and_is_checked(world) -> None:
    world.give(lan=("operator", world.villages[0]))
    world.every.add(
        "assignment",
        {
            "person": world.people[1],
            "unit": world.households[0],
            "duties": ["in_charge"],
            "from": "2024-01-01",
        },
    )
    lan = world.open("lan")
    [assignment] = lan.rows("assignment")
    assert lan.get(world.people[1]) is None
    assert lan.title(assignment.id).startswith("Cán bộ 1")
    assert not any(
        problem.key == "validation.no_such_record"
        for problem in lan.check("assignment", assignment.values, assignment.id)
    )
    assert lan.row(world.communes[0])  # the areas above have their names
    assert lan.row(world.communes[1]) is None
    assert lan.row(world.villages[1]) is None


def test_supervising_is_not_an_operators_work(world, tmp_path) -> None:
    world.give(lan=("operator",), minh=("supervisor", world.villages[0]))
    twins = [
        world.every.add("household", {"head": "Một tên", "area": world.villages[0]}).id
        for _ in range(2)
    ]
    lan = world.open("lan")
    unit, day = world.households[0], lan.today()
    assigning = Assignments(lan, world.programme.assigning, day)
    duties = {"duties": ["in_charge"]}
    assert refused(assigning.assign, world.people[0], [unit], duties) == "rights.supervisors_type"
    assert refused(lan.edit, world.villages[0], {"name": "Khác"}) == "rights.supervisors_type"
    assert refused(join_records, lan, *twins) == "rights.no_join"
    assert refused(lan.keep_settings, rights={}) == "rights.no_rights"
    assert refused(plan_merge, lan, []) == "rights.no_merge"
    assert refused(lan.take_in, [], {}) == "rights.no_merge"
    assert refused(lan.canonical_tables) == "rights.no_export_all"

    minh = world.open("minh")
    assert (
        len(
            Assignments(minh, world.programme.assigning, day).assign(
                world.people[0], [unit], duties
            )
        )
        == 1
    )
    assert refused(minh.edit, world.households[1], {"persons": 3}) == "rights.other_area"
    assert refused(plan_merge, minh, []) == "rights.no_merge"
    join_records(minh, *twins)
    world.every.refresh()
    assert world.every.require(twins[1]).joined_into == twins[0]


def test_a_conflict_is_left_to_the_supervisor(world, programme, clock, tmp_path) -> None:
    household = world.households[0]
    world.every.edit(household, {"persons": 4})
    out = tmp_path / "copy.json"
    with out.open("wb") as stream:
        write_export(world.every, "all", "json", stream)
    create_store(tmp_path / "other", programme)
    with Repository.open(
        tmp_path / "other", programme, operator="Hà", clock=clock, state_folder=tmp_path / "s"
    ) as other:
        take_in_sources(other, [read_source(out, programme.id)])
        other.edit(household, {"persons": 6})
        world.every.edit(household, {"persons": 5})
    take_in_sources(world.every, [read_source(tmp_path / "other" / "store.json", programme.id)])
    world.give(lan=("operator", world.villages[0]))
    lan = world.open("lan")
    [contested] = lan.conflicted()
    assert contested.id == household
    assert refused(lan.resolve, household, "persons", 5) == "rights.no_decide"
    assert refused(lan.edit, household, {"persons": 7}) == "rights.no_decide"
    lan.edit(household, {"note": "đã gặp chủ hộ"})  # other fields are keyed all the same
    assert set(lan.require(household).conflicts) == {"persons"}


def test_a_bundle_of_an_operator_holds_their_part_and_says_so(world, programme, tmp_path) -> None:
    world.give(lan=("operator", world.villages[0]))
    lan = world.open("lan")
    lan.edit(world.households[0], {"persons": 3})
    written = write_bundle(lan, tmp_path, {})
    assert written.manifest.is_part
    assert b"\xe1\xbb\x99 1" not in written.path.read_bytes()
    create_store(tmp_path / "other", programme)
    with Repository.open(
        tmp_path / "other", programme, operator="Hà", clock=world.clock, state_folder=tmp_path / "s"
    ) as other:
        take_in_sources(other, [read_source(written.path, programme.id)])
        assert {row.id for row in other.rows("household")} == {
            row.id for row in lan.rows("household")
        }
        assert {row.id for row in other.rows("area")} == {world.communes[0], world.villages[0]}


def everything(seen):
    """All that any way of reading shows, as one text."""
    shown = []
    for record_type in seen.record_types():
        shown += [record.values for record in seen.records(record_type)]
        shown += [s.value for r in seen.records(record_type) for f in r.fields.values() for s in f]
        shown += [dict(row.values) for row in seen.rows(record_type)]
        shown += [dict(seen.row(row.id).values) for row in seen.rows(record_type)]
        shown += [dict(document) for _, document in seen.documents(record_type)]
        shown += [
            (change.before, change.after)
            for row in seen.rows(record_type)
            for change in changes_of(seen, row.id)
        ]
        shown += [
            str(p)
            for row in seen.rows(record_type)
            if record_type in seen.programme.schemas
            for p in seen.check(record_type, row.values, row.id)
        ]
    shown += [commit.operations for commit in [*seen.commits(), *seen.commits_back()]]
    return json.dumps(shown, ensure_ascii=False, default=str)


def test_a_viewer_changes_nothing_and_sees_no_number_unasked(world, tmp_path) -> None:
    lan = world.people[0]
    world.every.edit(lan, {"phone": "0911222333", "birth": "1999"})  # the number says 1985
    doubts = world.every.check("person", world.every.require(lan).values, lan)
    world.every.edit(lan, {"note": "x"}, doubts)
    world.give(hoa=("viewer",))
    assert "citizen_number.confirmed" in world.every.require(lan).values
    numbers = [*NUMBERS, "0911222333"]
    assert all(number in everything(world.every) for number in numbers)
    hoa = world.open("hoa")
    assert not [number for number in numbers if number in everything(hoa)]
    assert hoa.require(lan).values["citizen_number"] == "********0011"
    assert hoa.find("person", "phone", "0911222333") == []
    for form in ("csv", "json"):
        out = tmp_path / form
        with out.open("wb") as stream:
            write_export(hoa, "person", form, stream)
        digits = out.read_bytes().replace(b" ", b"")
        assert b"******2333" in digits
        assert b"1222333" not in digits
    assert refused(hoa.canonical_tables) == "rights.no_export_all"

    for call in (
        lambda: hoa.edit(lan, {"note": "y"}),
        lambda: hoa.add("area", {"name": "X", "level": "village"}),
        lambda: hoa.delete(lan),
        lambda: hoa.transaction(),
        lambda: hoa.put_keyed("_x", {"a": "b"}),
    ):
        assert refused(call) == "rights.viewer"
    assert hoa.why_read_only().key == "rights.viewer"

    assert disclosures(world.folder) == []
    [record] = hoa.reveal([lan])
    assert record.values["citizen_number"] == NUMBERS[0]
    [entry] = disclosures(world.folder)
    assert (entry["what"], entry["user"], entry["ids"]) == ("shown", "hoa", [lan])
    hoa.reveal([world.households[0]])  # holds no number: nothing to note
    assert len(disclosures(world.folder)) == 1


def test_nothing_is_shown_that_cannot_be_noted(world) -> None:
    world.give(hoa=("viewer",))
    hoa = world.open("hoa")
    (world.folder / "disclosures.jsonl").mkdir()
    assert refused(hoa.reveal, [world.people[0]]) == "report.cannot_note"


def test_whole_numbers_can_be_kept_from_a_role(world) -> None:
    world.give(hoa=("viewer",))
    world.every.keep_settings(roles={"viewer": {"reveal": False}})
    assert refused(world.open("hoa").reveal, [world.people[0]]) == "rights.no_reveal"


def test_live_coverage_of_an_area_follows_what_is_saved(world) -> None:
    world.give(lan=("operator", world.villages[0]))
    lan = world.open("lan")
    live = LiveCoverage(lan, lan._storage)
    before = live.now().share(world.villages[0], "households_assigned")
    assert (before.have, before.of, live.now().tree.root) == (0, 2, world.villages[0])
    unit = {"duties": ["in_charge"], "from": "2024-01-01", "person": world.people[0]}
    for household in world.households[:2]:
        world.every.add("assignment", {**unit, "unit": household})
    world.every.edit(world.households[4], {"area": world.villages[1]})
    lan.refresh()
    assert tuple(live.now().share(world.villages[0], "households_assigned")) == (1, 1)


# -- settings ----------------------------------------------------------------------------------


def test_without_a_table_everybody_is_a_supervisor_and_then_only_who_is_named() -> None:
    assert rights_of("lan", {}).is_whole
    rights = {"lan": {"role": "operator", "areas": ["A"]}}
    assert rights_of("lan", rights) == Rights("lan", "operator", ("A",))
    assert rights_of("hoa", rights) == Rights("hoa", "viewer")
    rights["*"] = {"role": "operator"}
    assert rights_of("hoa", rights) == Rights("hoa", "operator")


@pytest.mark.parametrize(
    "text",
    [
        '[rights.lan]\nrole = "boss"',
        "[rights.lan]",
        '[rights.lan]\nrole = "operator"\nareas = "A"',
        '[rights.lan]\nrole = "operator"\nareas = [1]',
        '[rights.lan]\nrole = "operator"\narea = ["A"]',
        '[rights]\nlan = "operator"',
        '[rights.lan]\nrole = "viewer"\n[roles.boss]\nreveal = true',
        '[rights.lan]\nrole = "viewer"\n[roles.viewer]\nreveal = "no"',
    ],
)
def test_what_means_nothing_opens_nothing(world, text) -> None:
    tables = tomllib.loads(text)
    with pytest.raises(RefusedError) as caught:
        all_rights(tables["rights"], tables.get("roles"))
    assert caught.value.problems[0].params["table"].startswith(("rights.", "roles."))
    path = world.folder / "settings.toml"
    kept = path.read_text(encoding="utf-8").split("[rights]")[0].split("[report]")[0]
    path.write_text(f"{kept}\n{text}\n", encoding="utf-8")
    assert refused(world.open, "lan") == "rights.bad_table"


def test_a_record_is_keyed_again_by_an_operator_and_decided_by_a_supervisor(world) -> None:
    world.every.edit(world.people[0], {"phone": "0911222333"})
    Verifying(world.every).key_again(world.people[1], {"phone": "0977888999"})
    world.give(lan=("operator", world.villages[0]), hoa=("viewer",))
    lan = world.open("lan")
    assert list(Verifying(lan).all()) == []  # the other village's
    done = Verifying(lan).key_again(world.people[0], {"phone": "0911222334"})
    [difference] = [one for one in done.differences if one.field == "phone"]
    assert difference.first == "0911222333"
    decisions = {"phone": ("second", None)}
    assert refused(Verifying(lan).decide, done.id, decisions) == "rights.no_decide"
    assert refused(Verifying(lan).ask_for, [world.people[0]]) == "rights.no_decide"
    hoa = world.open("hoa")
    assert len(list(Verifying(hoa).all())) == 2
    world.every.refresh()
    shown = everything(world.every)
    for number in ("0911222333", "0911222334", "0977888999"):
        assert number in shown
        assert number not in everything(hoa)


def test_an_area_that_is_none_is_named(world) -> None:
    world.give(lan=("operator", "0000"))
    assert refused(world.open, "lan") == "rights.unknown_area"


def test_somebody_is_always_left_who_may_say_who_may_what() -> None:
    first = with_rights({}, Rights("lan", "operator", ("A",)), "lan", "boss")
    assert first == {
        "boss": {"role": "supervisor"},
        "lan": {"role": "operator", "areas": ["A"]},
    }
    assert refused(with_rights, first, Rights("boss", "viewer"), "boss", "boss") == (
        "rights.nobody_left"
    )
    assert refused(with_rights, first, None, "boss", "boss") == "rights.nobody_left"
    two = with_rights(first, Rights("hoa", "supervisor"), "hoa", "boss")
    assert "boss" not in with_rights(two, None, "boss", "boss")


def test_a_choice_of_somebody_else_does_not_bring_old_rights_back(world) -> None:
    world.give(lan=("operator",))
    lan = world.open("lan")
    world.give(lan=("viewer",))
    lan.keep_settings(language="en")
    assert world.open("lan").rights.is_viewer


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("020085000001", "********0001"),
        ("0912 345 678", "**** **5 678"),
        ("1234567", "*******"),
        ("", ""),
    ],
)
def test_a_number_is_masked_but_for_its_last_signs(number, shown) -> None:
    assert masked(number) == shown
