"""The shipped programme in three versions, and machines that are at one of them each."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from nq77tui.core.document import from_document
from nq77tui.core.merge import merge
from nq77tui.core.record import Record, canonical_json
from nq77tui.core.upgrade import upgraded
from nq77tui.programme import Programme, load_programme, shipped_folder
from nq77tui.store import Repository, create_store
from nq77tui.store.bundle_writing import write_bundle
from nq77tui.store.merge_plan import MergePlan
from nq77tui.store.merging import take_in_sources
from nq77tui.store.source import read_source
from nq77tui.store.strata import type_of_table

HOUSEHOLD, CONCERN = "schemas/household.toml", "schemas/concern.toml"
HOUSEHOLD_SCREEN, CONCERN_SCREEN = "screens/household.toml", "screens/concern.toml"
VERSION = "\nversion = 1\n"


def swap(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text, (file, old)
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def put(folder: Path, file: str, text: str) -> None:
    with (folder / file).open("a", encoding="utf-8") as out:
        out.write(f"\n{text}\n")


def second(folder: Path) -> None:
    """The telephone is a mobile; two classes of households are gone, one without a successor."""
    swap(folder, "schemas/programme.toml", VERSION, "\nversion = 2\n")
    swap(folder, HOUSEHOLD, VERSION, "\nversion = 2\n")
    swap(folder, HOUSEHOLD, "[fields.phone]", "[fields.mobile]")
    swap(folder, HOUSEHOLD_SCREEN, 'name = "phone"', 'name = "mobile"')
    for code in ("TRUNG_BINH", "PHAT_SINH"):
        head = f'[[household_class]]\ncode = "{code}"'
        path = folder / "schemas/choices.toml"
        before, after = path.read_text(encoding="utf-8").split(head)
        path.write_text(before + after[after.index("[[") :], encoding="utf-8")
    put(
        folder,
        HOUSEHOLD,
        '[[changes]]\nversion = 2\nrename = { phone = "mobile" }\n'
        'choices.class = { TRUNG_BINH = "", PHAT_SINH = "NGHEO" }',
    )
    swap(folder, CONCERN, VERSION, "\nversion = 2\n")
    swap(folder, CONCERN, "[fields.raised_by]", "[fields.reporter]")
    swap(folder, CONCERN_SCREEN, '"raised_by"', '"reporter"')
    put(folder, CONCERN, '[[changes]]\nversion = 2\nrename = { raised_by = "reporter" }')


def third(folder: Path) -> None:
    """Names come apart, and the number of persons may be uncertain."""
    swap(folder, "schemas/programme.toml", "\nversion = 2\n", "\nversion = 3\n")
    swap(folder, HOUSEHOLD, "\nversion = 2\n", "\nversion = 3\n")
    swap(
        folder, HOUSEHOLD, '[fields.persons]\ntype = "integer"', '[fields.persons]\ntype = "figure"'
    )
    put(folder, HOUSEHOLD, '[[changes]]\nversion = 3\ntype = { persons = "figure" }')
    swap(folder, CONCERN, "\nversion = 2\n", "\nversion = 3\n")
    swap(
        folder,
        CONCERN,
        "[fields.reporter]",
        '[fields.family]\ntype = "text"\nlabel = { vi = "Họ", en = "Family name" }\n\n'
        "[fields.given]",
    )
    swap(folder, CONCERN_SCREEN, '"reporter"', '"family", "given"')
    put(
        folder,
        CONCERN,
        '[[changes]]\nversion = 3\n[changes.split.reporter]\ninto = ["family", "given"]',
    )


def make_versions(place: Path) -> tuple[Programme, Programme, Programme]:
    """Three folders of TOML, each made from the one before."""
    before = shipped_folder()
    found = []
    for number, change in enumerate((lambda _: None, second, third), start=1):
        folder = place / f"programme-{number}"
        for name in ("schemas", "screens"):
            shutil.copytree(before / name, folder / name)
        change(folder)
        found.append(load_programme(folder))
        before = folder
    return found[0], found[1], found[2]


Total = dict[str, Record]


class Machines:
    """Stores of several machines, each with the version of the programme that it has now."""

    def __init__(self, place: Path, versions: tuple[Programme, ...], names: str) -> None:
        self.place = place
        self.versions = versions
        self.at = dict.fromkeys(names, 1)
        self.now = datetime(2024, 6, 3, 8, tzinfo=UTC)
        (place / "stick").mkdir()
        for name in names:
            create_store(place / name, versions[0])

    def programme(self, name: str) -> Programme:
        return self.versions[self.at[name] - 1]

    def open(self, name: str) -> Repository:
        self.now += timedelta(minutes=1)
        now = self.now
        return Repository.open(
            self.place / name,
            self.programme(name),
            operator=f"người {name}",
            clock=lambda: now,
            state_folder=self.place / f"rights of {name}",
        )

    def send(self, name: str, since: dict[str, int] | None = None) -> Path:
        with self.open(name) as repository:
            return write_bundle(repository, self.place / "stick", since or {}).path

    def receive(self, name: str, path: Path) -> MergePlan:
        with self.open(name) as repository:
            source = read_source(path, self.versions[0].id)
            plan = take_in_sources(repository, [source])
        counts = dict(plan.counts)
        assert counts.pop("in") == sum(counts.values()) == len(source)
        assert plan.refused == []
        return plan

    def exchange(self) -> None:
        """Everybody hears from everybody."""
        for _ in range(2):
            for name in self.at:
                path = self.send(name)
                for other in self.at:
                    self.receive(other, path)

    def tables(self, name: str) -> dict[str, dict[str, dict]]:
        with self.open(name) as repository:
            return json.loads(json.dumps(repository.canonical_tables()))

    def total(self, tables: dict[str, dict[str, dict]]) -> Total:
        """What tables hold, each record brought up to the last version and merged with itself."""
        schemas = self.versions[-1].schemas
        found: Total = {}
        for name, table in tables.items():
            for key, document in table.items():
                record = from_document(type_of_table(name), int(key), document)
                record = upgraded(record, schemas[record.type])
                found[record.id] = merge(found.get(record.id, record), record)
        return found

    def bytes(self, name: str) -> str:
        return canonical_json(self.tables(name))


def joined(one: Total, other: Total) -> Total:
    """Both, merged record by record."""
    return {
        key: merge(one.get(key) or other[key], other.get(key) or one[key])
        for key in one.keys() | other.keys()
    }
