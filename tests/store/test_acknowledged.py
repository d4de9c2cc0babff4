"""Nothing that was acknowledged vanishes, on three machines on which everything goes wrong.

Random edits, deletions and decisions; bundles that are full, new, of one village, repeated, late,
lost; clocks years off; folders put back from a backup, with their right to write and without.
Every value is written once, so that it can be followed: in the end it shows on every machine, or a
later write that had seen it stands in its place.
"""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nq77tui.store import Repository, create_store
from nq77tui.store.backup import restore_backup, write_backup
from nq77tui.store.bundle_writing import since_for, write_bundle
from nq77tui.store.merging import take_in_sources
from nq77tui.store.source import read_source

NAMES = "abc"
DAYS_OFF = {"a": 0, "b": 4000, "c": -9000}
ACTIONS = ["edit"] * 6 + ["decide", "delete", "send", "send", "send all", "part"]
ACTIONS += ["receive"] * 5 + ["back up", "put back", "put back with its right"]

steps = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(ACTIONS), st.integers(0, 11)), max_size=30
)


class Machine:
    """One store, and which writes its people have been told of."""

    def __init__(self, world: World, name: str) -> None:
        self.world, self.name = world, name
        self.folder = world.place / name
        self.rights = world.place / f"rights of {name}"
        self.knows: set[str] = set()
        self.kept: tuple[Path, Path, set[str]] | None = None

    def open(self) -> Repository:
        self.world.now += timedelta(minutes=1)
        now = self.world.now + timedelta(days=DAYS_OFF[self.name])
        return Repository.open(
            self.folder,
            self.world.programme,
            operator=f"người {self.name}",
            clock=lambda: now,
            state_folder=self.rights,
        )

    def write(self, house: str, *, decide: bool) -> None:
        value = f"ghi {next(self.world.numbers)}"
        with self.open() as repository:
            record = repository.require(house)
            if record.is_dead:
                return
            if decide and "note" not in record.conflicts:
                return
            seen = {str(one.value) for one in record.siblings("note")}
            if decide:
                repository.resolve(house, "note", value)
            else:
                repository.edit(house, {"note": value})
        self._wrote(value, seen)

    def delete(self, house: str) -> None:
        token = f"xóa {next(self.world.numbers)}"
        with self.open() as repository:
            record = repository.require(house)
            if record.is_dead:
                return
            seen = {str(one.value) for one in record.siblings("note")}
            repository.delete(house)
        self._wrote(token, seen)

    def _wrote(self, value: str, seen: set[str]) -> None:
        self.knows.add(value)
        for one in seen:
            self.world.seen_by[one].add(value)

    def send(self, *, everything: bool = False, area: str = "") -> None:
        with self.open() as repository:
            since = since_for(repository, None, everything=everything)
            path = write_bundle(repository, self.world.stick, since, area).path
        # What a bundle leaves out because everybody has confirmed it is known to its receivers.
        self.world.bundles.append((path, set() if area else set(self.knows)))

    def receive(self, path: Path, told: set[str]) -> None:
        with self.open() as repository:
            source = read_source(path, self.world.programme.id)
            plan = take_in_sources(repository, [source])
        counts = plan.counts
        assert counts.pop("in") == sum(counts.values())
        assert not plan.refused
        if not any(warning.key == "merge.gap" for warning in plan.warnings):
            self.knows |= told

    def back_up(self) -> None:
        place = self.world.place / f"kept {next(self.world.numbers)}"
        place.mkdir()
        with self.open():
            pass
        write_backup(self.folder, place / "backup")
        if self.rights.exists():
            shutil.copytree(self.rights, place / "rights")
        self.kept = place / "backup", place / "rights", set(self.knows)

    def put_back(self, *, with_right: bool) -> None:
        if self.kept is None:
            return
        backup, rights, knows = self.kept
        shutil.rmtree(self.folder)
        restore_backup(backup, self.folder)
        if with_right and rights.exists():
            shutil.rmtree(self.rights, ignore_errors=True)
            shutil.copytree(rights, self.rights)
            self.world.like_a_disk(self.rights)
        self.knows = set(knows)

    def tables(self) -> bytes:
        with self.open() as repository:
            return json.dumps(
                repository.canonical_tables(), ensure_ascii=False, sort_keys=True
            ).encode("utf-8")


class World:
    def __init__(self, place: Path, programme, like_a_disk) -> None:
        self.place, self.programme, self.like_a_disk = place, programme, like_a_disk
        self.stick = place / "stick"
        self.stick.mkdir()
        self.now = datetime(2024, 6, 3, 8, tzinfo=UTC)
        self.numbers = iter(range(10**6))
        self.bundles: list[tuple[Path, set[str]]] = []
        self.seen_by: dict[str, set[str]] = defaultdict(set)
        self.machines = {name: Machine(self, name) for name in NAMES}
        for machine in self.machines.values():
            create_store(machine.folder, programme)
        with self.machines["a"].open() as a:
            self.village = a.add("area", {"name": "Thôn Một", "level": "village"}).id
            places = (self.village, self.village, None)
            self.houses = [
                a.add("household", {"head": f"Vi Văn {n}", "area": place, "note": f"đầu {n}"}).id
                for n, place in enumerate(places)
            ]
        self.machines["a"].knows |= {f"đầu {n}" for n in range(3)}
        self.until_all_have_all()

    def until_all_have_all(self) -> None:
        for _ in range(2):
            for machine in self.machines.values():
                machine.send(everything=True)
                bundle = self.bundles[-1]
                for other in self.machines.values():
                    other.receive(*bundle)

    def step(self, name: str, action: str, number: int) -> None:
        machine = self.machines[name]
        house = self.houses[number % len(self.houses)]
        match action:
            case "edit" | "decide":
                machine.write(house, decide=action == "decide")
            case "delete":
                machine.delete(house)
            case "send" | "send all":
                machine.send(everything=action == "send all")
            case "part":
                machine.send(everything=True, area=self.village)
            case "receive":
                machine.receive(*self.bundles[-1 - number % len(self.bundles)])
            case "back up":
                machine.back_up()
            case _:
                machine.put_back(with_right=action.endswith("right"))

    def vanished(self) -> set[str]:
        """Values that a machine knew, and that neither show nor were replaced knowingly."""
        known = set().union(*(machine.knows for machine in self.machines.values()))
        with self.machines["a"].open() as a:
            records = [a.require(house) for house in self.houses]
            shown = {str(one.value) for record in records for one in record.siblings("note")}
            dead = any(record.is_dead for record in records)
        return {
            value
            for value in known
            if value not in shown
            and not self.seen_by[value] & known
            and not (dead and value.startswith("xóa"))
            and not value.startswith("xóa")
        }


@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(steps)
def test_nothing_acknowledged_vanishes_and_all_machines_agree(
    tmp_path_factory, programme, like_a_disk, steps
) -> None:
    world = World(tmp_path_factory.mktemp("world"), programme, like_a_disk)
    for step in steps:
        world.step(*step)
    world.until_all_have_all()

    assert len({machine.tables() for machine in world.machines.values()}) == 1
    assert world.vanished() == set()
    open_conflicts = set()
    for machine in world.machines.values():
        with machine.open() as repository:
            open_conflicts.add(
                tuple(sorted((r.id, *sorted(r.conflicts)) for r in repository.conflicted()))
            )
    assert len(open_conflicts) == 1
