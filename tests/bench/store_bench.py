"""What a save, an open and a search cost: this store beside others, in one run.

    python tests/bench/store_bench.py [--households 1000 21320 200000] [--rounds 5]

Engines: this store, stock TinyDB, TinyDB with CachingMiddleware (these two up to 50,000
households), sqlite3 (WAL, synchronous=FULL, one JSON column), and the physical limit (json.loads
of the file; append one JSON line, fdatasync). The engines take turns in every round; the tables
that are printed hold medians in milliseconds, with ratios below them. Every save changes another
document. Those that save in less than a millisecond do so in turns of ten saves, and a save's
figure is the median of single ones: a disk or a processor that others use as well disturbs all
of them alike. Numbers depend on the disk, ratios less so: quote ratios.

* first answer: from nothing to one document of one table;
* every table: from nothing to all documents in memory;
* memory: bytes taken for each byte of JSON, after the first answer and with every table, measured
  in processes of their own.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tinydb import TinyDB, where
from tinydb.middlewares import CachingMiddleware
from tinydb.storages import JSONStorage

from nq77tui.store import open_tinydb

VILLAGES = 201
TABLES = {"household": 1.0, "person": 0.3, "assignment": 1.3, "livestock_count": 1.4}
"""Documents of each table for one household: what belongs to a district."""


def documents(households: int) -> dict[str, dict[str, dict]]:
    """A seeded store of the district's shape, in TinyDB's form."""
    chance = random.Random(77)
    tables = {}
    for name, share in TABLES.items():
        tables[name] = {
            str(n): {
                "head": f"Vi Văn {chance.randrange(10**6)}",
                "area": f"1G4B26T0RT{n % VILLAGES:03}",
                "persons": chance.randrange(1, 9),
                "class": chance.choice(("NGHEO", "CAN_NGHEO", "KHONG_NGHEO")),
                "from": f"2024-0{chance.randrange(1, 7)}-1{chance.randrange(10)}",
                "note": "x" * chance.randrange(20, 90),
                "_": f"83695MSX-{n:X} 6FMAEA 1 lan",
            }
            for n in range(1, int(households * share) + 1)
        }
    return tables


class Engine:
    """One way to keep documents; every method is timed."""

    name = ""

    def __init__(self, folder: Path, tables: dict) -> None:
        self.folder = folder
        self.path = folder / "store.json"
        self.path.write_text(json.dumps(tables, ensure_ascii=False), encoding="utf-8")

    def open(self) -> None:
        """From nothing to the first answer."""

    def read_all(self) -> None:
        """The tables that the first answer left out."""

    def save(self, number: int) -> None:
        """One durable update of one document."""

    def batch(self, count: int) -> None:
        """Many new documents in one durable commit."""

    def get(self, number: int) -> object:
        """One document by its id."""

    def search(self, village: str) -> list:
        """The households of one village."""

    def close(self) -> None:
        """Let go."""


def changed(number: int) -> dict:
    return {"persons": number % 9 + 1, "note": f"sửa {number}"}


def fresh(number: int) -> dict:
    return {"head": f"Lý {number}", "area": "x", "persons": 4, "note": "y" * 40}


class Ours(Engine):
    name = "this store"

    def __init__(self, folder, tables):
        self.path = folder / "store.json"
        self.folder = folder
        with open_tinydb(self.path) as db:
            db.storage.replace_all(tables)

    def open(self):
        self.db = open_tinydb(self.path)
        self.table = self.db.table("household")
        self.table.get(doc_id=1)

    def read_all(self):
        assert self.db.storage.read()

    def save(self, number):
        self.table.update(changed(number), doc_ids=[number])

    def batch(self, count):
        self.table.insert_multiple(fresh(n) for n in range(count))

    def get(self, number):
        return self.table.get(doc_id=number)

    def search(self, village):
        self.table.clear_cache()
        return self.table.search(where("area") == village)

    def close(self):
        self.db.close()


class Stock(Engine):
    name = "stock TinyDB"

    def open(self):
        self.db = TinyDB(self.path, encoding="utf-8", ensure_ascii=False)
        self.table = self.db.table("household")
        self.table.get(doc_id=1)

    save, batch, get, search, close = Ours.save, Ours.batch, Ours.get, Ours.search, Ours.close


class Caching(Stock):
    name = "TinyDB + CachingMiddleware"

    def open(self):
        storage = CachingMiddleware(JSONStorage)
        self.db = TinyDB(self.path, storage=storage, encoding="utf-8", ensure_ascii=False)
        self.table = self.db.table("household")
        self.table.get(doc_id=1)

    def save(self, number):
        Ours.save(self, number)
        self.db.storage.flush()

    def batch(self, count):
        Ours.batch(self, count)
        self.db.storage.flush()


class Sqlite(Engine):
    name = "sqlite3 WAL FULL"

    def __init__(self, folder, tables):
        super().__init__(folder, tables)
        self.path = folder / "store.sqlite"
        db = sqlite3.connect(self.path)
        db.execute("pragma journal_mode=wal")
        for name, table in tables.items():
            db.execute(f"create table {name} (id integer primary key, area text, document text)")
            rows = (
                (int(k), d["area"], json.dumps(d, ensure_ascii=False)) for k, d in table.items()
            )
            db.executemany(f"insert into {name} values (?, ?, ?)", rows)
            db.execute(f"create index {name}_area on {name} (area)")
        db.commit()
        db.close()

    def open(self):
        self.db = sqlite3.connect(self.path)
        self.db.execute("pragma synchronous=full")
        self.get(1)

    def save(self, number):
        document = {**self.get(number), **changed(number)}
        text = json.dumps(document, ensure_ascii=False)
        self.db.execute("update household set document = ? where id = ?", (text, number))
        self.db.commit()

    def batch(self, count):
        rows = ((d["area"], json.dumps(d, ensure_ascii=False)) for d in map(fresh, range(count)))
        self.db.executemany("insert into household (area, document) values (?, ?)", rows)
        self.db.commit()

    def get(self, number):
        row = self.db.execute("select document from household where id = ?", (number,)).fetchone()
        return json.loads(row[0])

    def search(self, village):
        found = self.db.execute("select document from household where area = ?", (village,))
        return [json.loads(row[0]) for row in found]

    def close(self):
        self.db.close()


class Append(Engine):
    name = "append + fdatasync (limit)"

    def open(self):
        self.tables = json.loads(self.path.read_bytes())
        self.file = os.open(self.folder / "lines", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self.document = documents(1)["household"]["1"]

    def _append(self, lines: list[bytes]) -> None:
        os.write(self.file, b"".join(lines))
        os.fdatasync(self.file)

    def save(self, number):
        self._append([json.dumps({**self.document, **changed(number)}).encode() + b"\n"])

    def batch(self, count):
        self._append([json.dumps(fresh(n)).encode() + b"\n" for n in range(count)])

    def close(self):
        os.close(self.file)


FAST = (Ours, Sqlite, Append)
SAVES, TURN, BATCHES = 400, 10, 5
"""Saves and transactions of an engine in one round, and how many saves it makes in a row."""


def timed(action: Callable[[], object], times: int = 1) -> float:
    """Milliseconds for one call, the mean of ``times`` in a row."""
    begin = time.perf_counter()
    for _ in range(times):
        action()
    return (time.perf_counter() - begin) * 1000 / times


def measure(engine: Engine, households: int, *, is_slow: bool) -> dict[str, float]:
    """One round of one engine; what stock TinyDB repeats is repeated less often."""
    chance = random.Random(5)
    reads = 3 if is_slow else 500
    gc.collect()
    found = {"first answer": timed(engine.open)}
    found["every table"] = found["first answer"] + timed(engine.read_all)
    if is_slow:
        # Each another one: a save that changes nothing would cost nothing here.
        numbers = iter(chance.sample(range(1, households), 3))
        found["save"] = timed(lambda: engine.save(next(numbers)), 3)
        found["1,000 in one"] = timed(lambda: engine.batch(1000))
    if not isinstance(engine, Append):
        found["get"] = timed(lambda: engine.get(chance.randrange(1, households)), reads)
        engine.search("1G4B26T0RT007")
        engine.search("1G4B26T0RT008")
        villages = iter(range(9, 9 + reads))
        found["search"] = timed(
            lambda: engine.search(f"1G4B26T0RT{next(villages) % VILLAGES:03}"), min(reads, 50)
        )
    engine.close()
    return found


def measure_saves(tables: dict, households: int) -> dict[str, dict[str, float]]:
    """One round of saves of the fast engines, in turns."""
    chance = random.Random(7)
    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        engines = []
        for kind in FAST:
            place = Path(folder) / kind.__name__
            place.mkdir()
            engine = kind(place, tables)
            engine.open()
            vars(engine).pop("tables", None)  # of the limit, whose opening is measured elsewhere
            engines.append(engine)
        times: dict[str, list[float]] = {engine.name: [] for engine in engines}
        numbers = chance.sample(range(1, households), SAVES)
        for start in range(0, SAVES, TURN):
            for engine in engines:
                for number in numbers[start : start + TURN]:
                    times[engine.name].append(timed(lambda e=engine, n=number: e.save(n)))
        batches: dict[str, list[float]] = {engine.name: [] for engine in engines}
        for _ in range(BATCHES):
            for engine in engines:
                batches[engine.name].append(timed(lambda e=engine: e.batch(1000)))
        for engine in engines:
            found[engine.name] = {
                "save": statistics.median(times[engine.name]),
                "1,000 in one": statistics.median(batches[engine.name]),
            }
            engine.close()
    return found


_MEMORY = """
import json, sys
from pathlib import Path
from nq77tui.store import open_tinydb

def resident():
    found = Path("/proc/self/statm").read_text().split()[1]
    return int(found) * 4096

path = Path(sys.argv[2])
before = resident()
if sys.argv[1] == "plain":
    kept = json.loads(path.read_bytes())
else:
    kept = open_tinydb(path, read_only=True)
    kept.table("household").get(doc_id=1)
    if sys.argv[1] == "all":
        assert kept.storage.read()
print((resident() - before) / path.stat().st_size)
"""


def memory(tables: dict) -> str:
    """Bytes of memory for each byte of JSON: a plain parse, the first answer, every table."""
    with tempfile.TemporaryDirectory() as folder:
        path = Ours(Path(folder), tables).path
        plain, first, every = (
            float(
                subprocess.run(
                    [sys.executable, "-c", _MEMORY, what, path], capture_output=True, check=True
                ).stdout
            )
            for what in ("plain", "first", "all")
        )
    return (
        f"memory for a byte of JSON: {first:.2f} after the first answer, {every:.2f} with every "
        f"table; a plain parse takes {plain:.2f}"
    )


def run(tables: dict, households: int, rounds: int) -> dict[str, dict[str, float]]:
    """Medians by engine and figure, the engines taking turns."""
    found: dict[str, dict[str, list[float]]] = {}
    engines = (*FAST, Caching, Stock) if households < 50_000 else FAST
    for _ in range(rounds):
        for name, figures in measure_saves(tables, households).items():
            for figure, value in figures.items():
                found.setdefault(name, {}).setdefault(figure, []).append(value)
        for kind in engines:
            with tempfile.TemporaryDirectory() as folder:
                engine = kind(Path(folder), tables)
                is_slow = kind in (Caching, Stock)
                for figure, value in measure(engine, households, is_slow=is_slow).items():
                    found.setdefault(kind.name, {}).setdefault(figure, []).append(value)
    return {
        name: {figure: statistics.median(values) for figure, values in figures.items()}
        for name, figures in found.items()
    }


def _shown(milliseconds: float) -> str:
    return f"{milliseconds:,.0f}" if milliseconds >= 100 else f"{milliseconds:.2g}"


def main() -> None:
    """Print a table a size, and the ratios that the design asks for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--households", type=int, nargs="+", default=[1_000, 21_320, 200_000])
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    columns = ("first answer", "every table", "save", "1,000 in one", "get", "search")
    saves = {}
    for households in arguments.households:
        tables = documents(households)
        figures = run(tables, households, arguments.rounds)
        count = sum(map(len, tables.values()))
        print(
            f"\n{households:,} households ({count:,} documents), milliseconds "
            f"(medians of {arguments.rounds})\n"
        )
        print("| engine | " + " | ".join(columns) + " |")
        print("|---" * (len(columns) + 1) + "|")
        for name, values in figures.items():
            cells = (_shown(values[c]) if c in values else "" for c in columns)
            print(f"| {name} | " + " | ".join(cells) + " |")
        ours, limit = figures[Ours.name], figures[Append.name]
        sqlite = figures[Sqlite.name]
        saves[households] = ours["save"]
        print(
            f"\nsave: {ours['save'] / limit['save']:.2f} x append, "
            f"{ours['save'] / sqlite['save']:.2f} x sqlite",
            end="",
        )
        if Stock.name in figures:
            print(
                f", stock TinyDB takes {figures[Stock.name]['save'] / ours['save']:,.0f} x", end=""
            )
        print(
            f"; 1,000 in one: {ours['1,000 in one'] / sqlite['1,000 in one']:.2f} x sqlite"
            f"; json.loads: {ours['first answer'] / limit['first answer']:.2f} x for the first "
            f"answer, {ours['every table'] / limit['every table']:.2f} x for every table"
        )
        print(memory(tables))
    sizes = sorted(saves)
    if len(sizes) > 1:
        print(
            f"\nsave at {sizes[-1]:,} / at {sizes[0]:,}: {saves[sizes[-1]] / saves[sizes[0]]:.2f}"
        )


if __name__ == "__main__":
    main()
