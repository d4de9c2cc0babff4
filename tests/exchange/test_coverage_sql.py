"""The shipped metrics and figures, computed again by SQL from what ``export all`` gives."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tomllib
from pathlib import Path

import pytest

from nq77tui.core.area_tree import EVERYWHERE
from nq77tui.core.document import id_of_doc_id
from nq77tui.programme import sample_folder

SQL = tomllib.loads(
    (Path(__file__).parents[1] / "bench" / "coverage_sql.toml").read_text(encoding="utf-8")
)


def column(value):
    if isinstance(value, dict):
        return value["n"]
    return json.dumps(value) if isinstance(value, list) else value


def database(tables, programme):
    """The exported records as SQL tables, a column a field."""
    opened = sqlite3.connect(":memory:")
    for record, schema in programme.schemas.items():
        names = ["id", *schema.fields]
        columns = ", ".join(f'"{name}"' for name in names)
        opened.execute(f'CREATE TABLE "{record}" ({columns})')
        rows = [
            [id_of_doc_id(int(key)), *(column(document.get(name)) for name in names[1:])]
            for key, document in tables.get(record, {}).items()
        ]
        marks = ", ".join("?" * len(names))
        opened.executemany(f'INSERT INTO "{record}" VALUES ({marks})', rows)
    return opened


def asked(opened, day):
    """Every metric and figure by area, as SQL has it."""
    when = {"day": day, "month": day[:7], "year": day[:4]}
    for statement in SQL["tree"].split(";"):
        opened.execute(statement, when)

    def ask(frame, **parts):
        question = SQL[frame].format(**parts).replace("{running}", SQL["running"])
        return opened.execute(question, when).fetchall()

    metrics = {
        name: {area: (have, of) for area, of, have in ask("metric", **parts)}
        for name, parts in SQL["metrics"].items()
    }
    figures = {
        name: {
            area: number
            for area, number in ask(parts.get("kind", "figure"), rows=parts["rows"])
            if number
        }
        for name, parts in SQL["figures"].items()
    }
    return metrics, figures


@pytest.fixture
def sample(tmp_path):
    return shutil.copytree(sample_folder(), tmp_path / "sample")


@pytest.mark.parametrize("day", ["2024-06-03", "2023-12-31"])
def test_sql_counts_the_same_from_what_is_exported(nq77, sample, programme, tmp_path, day):
    exported = tmp_path / "all.json"
    assert nq77("--store", sample, "export", "all", "-o", exported).status == 0
    opened = database(json.loads(exported.read_text(encoding="utf-8")), programme)
    metrics, figures = asked(opened, day)
    report = nq77("--store", sample, "coverage", "--as-of", day, "--json").json
    assert set(metrics) == set(programme.metrics)
    assert set(figures) == set(programme.figures)
    assert sum(of for _, of in metrics["households_assigned"].values()) > 1000
    assert (
        metrics["households_assigned"][EVERYWHERE]
        == metrics["households_assigned"][report["area"]["id"]]
    )
    for found in [{**report, "id": report["area"]["id"]}, *report["children"]]:
        for name, share in found["metrics"].items():
            assert (share["have"], share["of"]) == metrics[name].get(found["id"], (0, 0)), name
        for name, number in found["figures"].items():
            assert number == pytest.approx(figures[name].get(found["id"], 0)), name
