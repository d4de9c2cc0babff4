"""What coverage costs: after one save, from nothing, and opening its screen again.

    python tests/bench/coverage_bench.py [--households 21320 200000] [--rounds 5]

Beside each other in one run: ours over a store of the shipped programme (the full sample, its
people, households and assignments repeated until there are enough), and SQLite over the same
records in tables with a column for each field asked for and an index for each join, in memory,
asked by the SQL of coverage_sql.toml (one GROUP BY a metric or figure, summed up the tree). The
table is that of all areas and all metrics and figures. Medians, in milliseconds. Numbers depend
on the machine, ratios less so: quote ratios.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import sqlite3
import statistics
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from nq77tui.core.counting.coverage import Coverage
from nq77tui.core.document import doc_id_of, id_of_doc_id, to_document
from nq77tui.exchange.sample import build_district
from nq77tui.programme import load_catalogue, load_programme, shipped_folder
from nq77tui.store import Repository, create_store
from nq77tui.store.creation import SNAPSHOT
from nq77tui.store.live_coverage import LiveCoverage
from nq77tui.store.storage import JournalStorage
from nq77tui.tui.app import Nq77App
from nq77tui.tui.desk import Desk
from nq77tui.tui.settings import Settings
from nq77tui.tui.views.coverage.table import CoverageView

DAY = "2024-06-03"
NOW = datetime(2024, 6, 3, 8, tzinfo=UTC)
REPEATED = ("person", "household", "assignment")
INDEXES = (
    "assignment (unit, person)",
    "assignment (person, unit)",
    "household (area)",
    "person (area)",
    "person (party_org)",
    "party_org (area)",
    "directive (area)",
    "model (area)",
    "work (area)",
    "visit (unit)",
    "forest_event (area)",
    "livestock_count (area)",
)
SQL = tomllib.loads((Path(__file__).parent / "coverage_sql.toml").read_text(encoding="utf-8"))


def renamed(record_id: str, copy: int) -> str:
    """Another id of the same kind for a copy of a record."""
    doc_id = doc_id_of(record_id)
    return id_of_doc_id(doc_id + (copy << (40 if doc_id & 1 else 60)))


def repeated(tables: dict, households: int) -> dict:
    """The tables with their people, households and assignments repeated."""
    once = {name: tables[name] for name in REPEATED}
    known = {id_of_doc_id(int(key)) for name in REPEATED[:2] for key in once[name]}
    full = {**tables, **{name: dict(once[name]) for name in REPEATED}}
    copy = 0
    while len(full["household"]) < households:
        copy += 1
        names = {one: renamed(one, copy) for one in known}
        for name in REPEATED:
            for key, document in once[name].items():
                if name == "household" and len(full[name]) >= households:
                    break
                again = {
                    field: names.get(value, value) if isinstance(value, str) else value
                    for field, value in document.items()
                }
                full[name][str(doc_id_of(renamed(id_of_doc_id(int(key)), copy)))] = again
    return full


def stores(folder: Path, sizes: list[int]) -> Iterator[tuple[int, Path, dict]]:
    """The stores, with the tables in them."""
    programme = load_programme(shipped_folder())
    tables: dict[str, dict] = {}
    for record in build_district(programme):
        tables.setdefault(record.type, {})[str(doc_id_of(record.id))] = to_document(record)
    for size in sizes:
        path = folder / str(size)
        create_store(path, programme)
        full = repeated(tables, size)
        with JournalStorage(path / SNAPSHOT) as storage:
            storage.replace_all(full)
        yield size, path, full


def database(tables: dict, programme) -> sqlite3.Connection:
    """The same records as SQL tables."""
    opened = sqlite3.connect(":memory:")
    for record, schema in programme.schemas.items():
        names = list(schema.fields)
        columns = ", ".join(["id PRIMARY KEY", *(f'"{name}"' for name in names)])
        opened.execute(f'CREATE TABLE "{record}" ({columns})')
        marks = ", ".join("?" * (len(names) + 1))
        rows = (
            [id_of_doc_id(int(key)), *(column(document.get(name)) for name in names)]
            for key, document in tables.get(record, {}).items()
        )
        opened.executemany(f'INSERT INTO "{record}" VALUES ({marks})', rows)
    for number, index in enumerate(INDEXES):
        opened.execute(f"CREATE INDEX index_{number} ON {index}")
    opened.execute("ANALYZE")
    return opened


def column(value):
    if isinstance(value, dict):
        return value["n"]
    return str(value) if isinstance(value, list) else value


def by_sql(opened: sqlite3.Connection) -> dict[str, dict]:
    """The whole table, by SQL."""
    when = {"day": DAY, "month": DAY[:7], "year": DAY[:4]}
    for name in ("here", "at", "up"):
        opened.execute(f"DROP TABLE IF EXISTS temp.{name}")
    for statement in SQL["tree"].split(";"):
        opened.execute(statement, when)

    def ask(frame: str, **parts: str) -> list:
        question = SQL[frame].format(**parts).replace("{running}", SQL["running"])
        return opened.execute(question, when).fetchall()

    found = {name: ask("metric", **parts) for name, parts in SQL["metrics"].items()}
    for name, parts in SQL["figures"].items():
        found[name] = ask(parts.get("kind", "figure"), rows=parts["rows"])
    return {name: {row[0]: row[1:] for row in rows} for name, rows in found.items()}


def proved_equal(counted: Coverage, found: dict[str, dict]) -> None:
    """Both have counted the same, or the comparison means nothing."""
    for area_id in counted.tree.parents:
        for name in SQL["metrics"]:
            have, of = counted.share(area_id, name)
            assert found[name].get(area_id, (0, 0)) == (of, have), (name, area_id)
        for name in SQL["figures"]:
            [number] = found[name].get(area_id, (0,))
            assert abs(counted.figure(area_id, name) - number) < 0.001, (name, area_id)


def timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - begin)


def after_a_save(repository: Repository, rounds: int) -> tuple[float, float]:
    """One assignment more: what the figures cost, and what the save does."""
    live, follows, saves = repository.live_coverage, [], []
    people = [row.id for row in repository.rows("person")][: 20 * rounds]
    units = [row.id for row in repository.rows("household")][: 20 * rounds]
    live.now()
    for person, unit in zip(people, reversed(units), strict=True):
        values = {"person": person, "unit": unit, "duties": ["in_charge"], "from": DAY}
        saves.append(timed(lambda v=values: repository.add("assignment", v)))
        follows.append(timed(live.current))
    return statistics.median(follows), statistics.median(saves)


def first_shown(repository: Repository) -> float:
    """Until the first columns are there, when everything is counted from nothing."""
    shown: list[float] = []
    begin = time.perf_counter()

    def step(counted: Coverage) -> bool:
        shown.append(1000 * (time.perf_counter() - begin))
        return False

    LiveCoverage(repository, repository._storage).count(step)
    return shown[0]


async def opening_again(repository: Repository, rounds: int) -> float:
    """From the key to the table being there, the second time and later."""
    desk = Desk(repository, repository.programme, load_catalogue("vi"), Settings())
    app, times = Nq77App(desk), []
    async with app.run_test(size=(80, 24)) as pilot:
        await app.workers.wait_for_complete()
        for _ in range(rounds + 1):
            begin = time.perf_counter()
            view = CoverageView(desk)
            app.push_screen(view)
            while not (view.is_attached and view.query("AreaTable") and view.table.rows):
                await asyncio.sleep(0)
            times.append(1000 * (time.perf_counter() - begin))
            await pilot.pause()
            app.pop_screen()
            await pilot.pause()
    return statistics.median(times[1:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--households", type=int, nargs="+", default=[21_320, 200_000])
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    programme = load_programme(shipped_folder())
    print(f"{'households':>10} {'records':>9} {'after save':>10} {'the save':>9} {'table':>8} "
          f"{'SQLite':>8} {'ratio':>6} {'first':>7} {'again':>7}")  # fmt: skip
    with tempfile.TemporaryDirectory() as name:
        for size, path, tables in stores(Path(name), arguments.households):
            opened = database(tables, programme)
            records = sum(map(len, tables.values()))
            tables.clear()
            with Repository.open(path, programme, operator="x", clock=lambda: NOW,
                                 state_folder=Path(name) / "state") as repository:  # fmt: skip
                gc.collect()
                gc.freeze()
                proved_equal(repository.coverage(DAY), by_sql(opened))
                ours, sql = [], []
                for _ in range(arguments.rounds):
                    ours.append(timed(LiveCoverage(repository, repository._storage).count))
                    sql.append(timed(lambda db=opened: by_sql(db)))
                first = first_shown(repository)
                follow, save = after_a_save(repository, arguments.rounds)
                again = asyncio.run(opening_again(repository, arguments.rounds))
                table, other = statistics.median(ours), statistics.median(sql)
                print(f"{size:>10,} {records:>9,} {follow:>10.2f} {save:>9.2f} {table:>8.0f} "
                      f"{other:>8.0f} {table / other:>6.2f} {first:>7.0f} {again:>7.1f}",
                      flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
