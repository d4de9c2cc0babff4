"""Two district replicas with 5,000 edits each since they parted, merged: this store and others.

    python tests/bench/merge_bench.py [--edits 5000] [--automerge FOLDER] [--cpu]

Others: pycrdt (``pip install pycrdt``), SQLite doing last-writer-wins by ATTACH, a git three-way
merge of sorted JSON lines, and @automerge/automerge from a folder where ``npm install
@automerge/automerge`` was run; each is left out, and said to be, where it is missing. Every engine
runs in a process of its own on the same edits, the rounds one after the other: of each the
fastest, since other work on the machine only ever adds.

What each time holds:

* **read**: what came in, from the file into the program, verified. This store: its digests, its
  sizes, bz2, JSON without a key twice. The others verify nothing; what they do not do apart from
  merging is left empty.
* **merge**: with the receiving side open and whole in memory (as in the app), up to the moment
  when a power cut loses nothing: written and fsynced. This store: every record checked and
  compared, one journal line with the records and with what an undo needs, the receipt. pycrdt
  checks nothing of the values; twice, with the update appended to a log as its stores do, and with
  the whole state written anew; by itself in memory it takes what stands in brackets. SQLite: a
  transaction with synchronous=FULL. git: `git merge` of a working tree, which does not fsync;
  automerge: in memory alone.
* **cold**: read and merge, from a side that is closed to one that is closed again: what a command
  costs besides starting Python. pycrdt has to load its whole state first. SQLite and git always
  begin from closed files.

Printed besides: growth of memory (VmHWM) of the warm merge, bytes that travel, and how many values
were lost without a word: an edit that nobody has seen and replaced, and that is neither in the
result nor shown as a conflict.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from merge_edits import DELETED, Edits, make_edits

from nq77tui.exchange.sample import build_district
from nq77tui.programme import load_programme, shipped_folder
from nq77tui.store import Repository
from nq77tui.store.bundle_writing import write_bundle
from nq77tui.store.creation import write_store
from nq77tui.store.merging import take_in_sources
from nq77tui.store.source import read_source

Row = dict[str, Any]
TIMES = ("read", "merge", "alone", "cold")
clocks: dict[str, Callable[[], float]] = {"now": time.perf_counter}
PROGRAMME = load_programme(shipped_folder())


def peak() -> float:
    """The most memory this process has used, MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


def now() -> float:
    return clocks["now"]()


class Clock:
    def __call__(self) -> datetime:
        return datetime(2024, 8, 1, tzinfo=UTC)


# -- this store ------------------------------------------------------------------------------------


def prepare(place: Path, edits: int) -> Edits:
    """The district as a store, and its two copies with their edits; slow, not measured."""
    write_store(place / "start", PROGRAMME, build_district(PROGRAMME))
    for side in "ab":
        shutil.copytree(place / "start", place / side)
    with opened(place, "a") as repository:
        made = make_edits([row.id for row in repository.rows("household")], edits)
        since = repository.heard()
    for side in "ab":
        with opened(place, side) as repository, repository.transaction():
            for record, change in made.sides[side].items():
                if change is DELETED:
                    repository.delete(record)
                else:
                    repository.overwrite(record, change)  # type: ignore[arg-type]
    (place / "since.json").write_text(json.dumps(since))
    return made


def opened(place: Path, side: str) -> Repository:
    return Repository.open(
        place / side,
        PROGRAMME,
        operator=side,
        clock=Clock(),
        state_folder=place / f"rights-{side}",
    )


def ours(place: Path, made: Edits, *, whole: bool) -> Row:
    since = json.loads((place / "since.json").read_text())
    (place / "stick").mkdir(exist_ok=True)
    with opened(place, "b") as sender:
        start = now()
        written = write_bundle(sender, place / "stick", since)
        bundling = now() - start
    incoming = place / "b" / "store.json" if whole else written.path
    target = place / ("a-whole" if whole else "a-bundle")
    shutil.copytree(place / "a", target)
    with opened(place, target.name) as repository:
        for name in repository.record_types():
            repository.count(name)  # a table that nobody has looked at is not parsed yet
        before = peak()
        start = now()
        source = read_source(incoming, repository.programme.id)
        parsed = now()
        take_in_sources(repository, [source])
        merged = now()
        after = peak()
        kept = set()
        for record, name, _ in made.must_survive:
            found = repository.get(record)
            if found is not None:
                kept |= {(record, name, one.value) for one in found.fields.get(name, ())}
        conflicts = len(repository.conflicted())
    return {
        "engine": "this store, whole store" if whole else "this store, bundle",
        "read": parsed - start,
        "merge": merged - parsed,
        "cold": cold(place, incoming),
        "bundling": bundling,
        "memory": after - before,
        "bytes": incoming.stat().st_size,
        "lost": len(made.must_survive - kept),
        "conflicts": conflicts,
    }


def cold(place: Path, incoming: Path) -> float:
    """Seconds from a closed store to a closed store; the programme is loaded."""
    shutil.rmtree(place / "a-cold", ignore_errors=True)
    shutil.copytree(place / "a", place / "a-cold")
    start = now()
    repository = opened(place, "a-cold")
    take_in_sources(repository, [read_source(incoming, repository.programme.id)])
    repository.close(fold=False)
    return now() - start


def causal_data(place: Path) -> tuple[float, float]:
    """Bytes of causal data a never-edited record, and its share of the store."""
    tables = json.loads((place / "start" / "store.json").read_text("utf-8"))
    count = total = 0
    for name, table in tables.items():
        for document in () if name.startswith("_") else table.values():
            causal = json.dumps(document["_"], ensure_ascii=False)
            total += len(causal.encode("utf-8")) + len(b',"_":')
            count += 1
    return total / count, total / (place / "start" / "store.json").stat().st_size


# -- others ----------------------------------------------------------------------------------------


def plain(place: Path) -> dict[str, Row]:
    """The district's records without causal data, by record id."""
    with opened(place, "start") as repository:
        return {
            row.id: {k: v for k, v in row.values.items() if k != "_" and v is not None}
            for name in repository.programme.schemas
            for row in repository.rows(name)
        }


def keep(path: Path, content: bytes) -> None:
    """Write a state down durably."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def pycrdt_rival(place: Path, made: Edits, *, is_log: bool) -> Row:
    from pycrdt import Doc, Map

    records = plain(place)
    start_doc = Doc()
    root = start_doc.get("records", type=Map)
    with start_doc.transaction():
        for key, values in records.items():
            texts = {k: json.dumps(v, ensure_ascii=False) for k, v in values.items()}
            root[key] = Map(texts)
    state = start_doc.get_update()
    docs = {}
    for side in "ab":
        doc = Doc()
        doc.apply_update(state)
        table = doc.get("records", type=Map)
        with doc.transaction():
            for key, change in made.sides[side].items():
                if change is DELETED:
                    del table[key]
                else:
                    for name, value in change.items():  # type: ignore[attr-defined]
                        table[key][name] = json.dumps(value, ensure_ascii=False)
        docs[side] = doc
    delta = docs["b"].get_update(docs["a"].get_state())
    path = place / "pycrdt"
    keep(path, docs["a"].get_update())

    def merge(doc: Doc) -> float:
        start = now()
        doc.apply_update(delta)
        alone = now() - start
        keep(place / "pycrdt.log" if is_log else path, delta if is_log else doc.get_update())
        return alone

    start = now()
    closed = Doc()
    closed.apply_update(path.read_bytes())
    merge(closed)
    cold_time = now() - start
    before, start = peak(), now()
    alone = merge(docs["a"])
    merged = now() - start
    table = docs["a"].get("records", type=Map)
    kept = set()
    for key, name, _ in made.must_survive:
        if key in table and name in table[key]:
            kept.add((key, name, json.loads(table[key][name])))
    return {
        "engine": f"pycrdt, record = Map, {'update logged' if is_log else 'state written'}",
        "merge": merged,
        "alone": alone,
        "cold": cold_time,
        "memory": peak() - before,
        "bytes": len(delta),
        "lost": len(made.must_survive - kept),
        "conflicts": 0,
    }


def sqlite_rival(place: Path, made: Edits) -> Row:
    records = plain(place)
    for side in "ab":
        path = place / f"{side}.db"
        base = sqlite3.connect(path)
        base.execute(
            "create table r (id text, name text, value text, at int, gone int, "
            "primary key (id, name)) without rowid"
        )
        with base:
            base.executemany(
                "insert into r values (?, ?, ?, 0, 0)",
                (
                    (key, name, json.dumps(value, ensure_ascii=False))
                    for key, values in records.items()
                    for name, value in values.items()
                ),
            )
            for number, (key, change) in enumerate(made.sides[side].items(), 1):
                at = 2 * number + (side == "b")
                if change is DELETED:
                    base.execute("update r set gone = 1, at = ? where id = ?", (at, key))
                else:
                    for name, value in change.items():  # type: ignore[attr-defined]
                        base.execute(
                            "insert or replace into r values (?, ?, ?, ?, 0)",
                            (key, name, json.dumps(value, ensure_ascii=False), at),
                        )
        base.close()
    base = sqlite3.connect(place / "a.db", isolation_level=None)
    base.execute("pragma synchronous = full")
    before, start = peak(), now()
    base.execute("attach ? as other", (str(place / "b.db"),))
    base.execute(
        "insert into main.r select * from other.r where true on conflict (id, name) do update "
        "set value = excluded.value, at = excluded.at, gone = excluded.gone where excluded.at > at"
    )
    merged = now() - start
    kept = {
        (key, name, json.loads(value))
        for key, name, value in base.execute("select id, name, value from r where gone = 0")
        if isinstance(json.loads(value), str | int)
    }
    return {
        "engine": "SQLite, last writer wins (ATTACH)",
        "merge": merged,
        "memory": peak() - before,
        "bytes": (place / "b.db").stat().st_size,
        "lost": len(made.must_survive - kept),
        "conflicts": 0,
    }


def git_rival(place: Path, made: Edits) -> Row:
    records = plain(place)
    repo = place / "git"
    repo.mkdir()

    def git(*words: str) -> subprocess.CompletedProcess[bytes]:
        names = ("-c", "user.name=b", "-c", "user.email=b@b", "-c", "merge.renames=false")
        return subprocess.run(["git", *names, *words], cwd=repo, capture_output=True)

    def write(side: str) -> None:
        lines = []
        for key in sorted(records):
            values = dict(records[key])
            change = made.sides[side].get(key, {}) if side else {}
            if change is DELETED:
                continue
            values.update(change)  # type: ignore[arg-type]
            lines.append(json.dumps({"id": key, **values}, ensure_ascii=False, sort_keys=True))
        (repo / "records.jsonl").write_text("\n".join(lines) + "\n", "utf-8")

    git("init", "-q", "-b", "start")
    write("")
    git("add", ".")
    git("commit", "-qm", "start")
    for side in "ab":
        git("checkout", "-q", "-b", side, "start")
        write(side)
        git("commit", "-qam", side)
    git("bundle", "create", str(place / "b.bundle"), "start..b")
    git("checkout", "-q", "a")
    start = now()
    git("merge", "-q", "b")
    merged = now() - start
    kept, hunks, inside = set(), 0, False
    for line in (repo / "records.jsonl").read_text("utf-8").splitlines():
        if line.startswith(("<<<<<<<", ">>>>>>>", "=======")):
            hunks += line.startswith("<<<<<<<")
            inside = line.startswith("<<<<<<<") or (inside and line.startswith("======="))
        else:
            values = json.loads(line)
            kept |= {
                (values["id"], name, one)
                for name, one in values.items()
                if isinstance(one, str | int)
            }
    return {
        "engine": "git, a record a line",
        "merge": merged,
        "memory": 0.0,
        "bytes": (place / "b.bundle").stat().st_size,
        "lost": len(made.must_survive - kept),
        "conflicts": hunks,
    }


def automerge_rival(place: Path, made: Edits, modules: Path) -> Row:
    work = {
        "records": {
            key: {k: json.dumps(v, ensure_ascii=False) for k, v in values.items()}
            for key, values in plain(place).items()
        },
        "sides": {
            side: [
                [
                    key,
                    None
                    if change is DELETED
                    else {n: json.dumps(v, ensure_ascii=False) for n, v in change.items()},
                ]  # type: ignore[attr-defined]
                for key, change in changes.items()
            ]
            for side, changes in made.sides.items()
        },
    }
    (place / "automerge.json").write_text(json.dumps(work, ensure_ascii=False), "utf-8")
    script = modules / "merge_automerge.mjs"
    shutil.copy(Path(__file__).with_name("merge_automerge.mjs"), script)
    done = subprocess.run(
        ["node", "--max-old-space-size=12000", str(script), str(place / "automerge.json")],
        capture_output=True,
        check=True,
    )
    found = json.loads(done.stdout)
    kept = {(key, name, json.loads(value)) for key, name, value in found.pop("kept")}
    return {**found, "lost": len(made.must_survive - kept)}


def run(work: Callable[..., Row], *arguments: Any, **options: Any) -> Row | None:
    """In a process of its own, so that memory is its own."""
    context = multiprocessing.get_context("fork")
    results = context.Queue()

    def child() -> None:
        try:
            results.put(work(*arguments, **options))
        except ImportError as error:
            results.put({"missing": str(error)})

    process = context.Process(target=child)
    process.start()
    found = results.get()
    process.join()
    if "missing" in found:
        print(f"left out: {found['missing']}", file=sys.stderr)
        return None
    return found


def fastest(rounds: list[Row]) -> Row:
    """One row of several rounds, with the least of each time."""
    least = {name: min(row[name] for row in rounds) for name in TIMES if name in rounds[0]}
    return {**rounds[0], **least}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--edits", type=int, default=5000)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--automerge", type=Path, help="a folder with node_modules")
    options.add_argument(
        "--cpu",
        action="store_true",
        help="seconds of the processor, for a machine with other work; no disk, no git",
    )
    chosen = options.parse_args()
    if chosen.cpu:
        clocks["now"] = time.process_time
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        made = prepare(place, chosen.edits)
        each, share = causal_data(place)
        engines: list[tuple[Callable[..., Row], dict[str, Any]]] = [
            (ours, {"whole": False}),
            (ours, {"whole": True}),
            (pycrdt_rival, {"is_log": True}),
            (pycrdt_rival, {"is_log": False}),
            (sqlite_rival, {}),
        ]
        if shutil.which("git") and not chosen.cpu:
            engines.append((git_rival, {}))
        if chosen.automerge:
            engines.append((automerge_rival, {"modules": chosen.automerge}))
        found: list[list[Row]] = [[] for _ in engines]
        for number in range(chosen.rounds):
            for position, (engine, more) in enumerate(engines):
                if engine is automerge_rival and number:
                    continue
                for name in ("a-bundle", "a-whole", "a-cold", "git"):
                    shutil.rmtree(place / name, ignore_errors=True)
                for name in ("a.db", "b.db", "b.bundle"):
                    (place / name).unlink(missing_ok=True)
                if (row := run(engine, place, made, **more)) is not None:
                    found[position].append(row)
        rows = [fastest(one) for one in found if one]
    print(f"causal data: {each:.1f} bytes a never-edited record, {100 * share:.1f} % of the store")
    print(
        "| engine | read ms | merge ms | cold ms | memory MB | bytes that travel "
        "| lost without a word | shown as conflicts |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for row in rows:
        ms = {name: f"{1000 * row[name]:.0f}" if name in row else "" for name in TIMES}
        alone = f" ({ms['alone']})" if ms["alone"] else ""
        print(
            f"| {row['engine']} | {ms['read']} | {ms['merge']}{alone} | {ms['cold']} "
            f"| {row['memory']:.0f} | {row['bytes']:,} | {row['lost']} | {row['conflicts']} |"
        )


if __name__ == "__main__":
    os.environ.setdefault("NQ77_LANG", "vi")
    main()
