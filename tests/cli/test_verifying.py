"""``nq77 verify`` and ``nq77 operators``."""

from __future__ import annotations

import pytest


@pytest.fixture
def household(nq77, store):
    run = nq77("--store", store, "add", "area", "name=Bản Chu", "level=village")
    values = ("head=Lý Văn An", f"area={run.out.strip()}", "persons=4")
    return nq77("--store", store, "add", "household", *values).out.strip()


def put_setting(store, line):
    path = store / "settings.toml"
    path.write_text(line + "\n" + path.read_text("utf-8"), "utf-8")


def drop(store, *names):
    path = store / "settings.toml"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(one for one in lines if not one.startswith(names)), "utf-8")


def test_what_is_due(nq77, store, household) -> None:
    ran = nq77("--store", store, "verify")
    assert (ran.status, ran.out) == (0, "")
    assert "verify_share" in ran.err

    assert nq77("--store", store, "verify", "--ask", household).status == 0
    [found] = nq77("--store", store, "verify", "--json").json

    assert (found["id"], found["state"]) == (household, "due")
    assert found["title"] == "Lý Văn An"
    assert nq77("--store", store, "verify", "household", "--json").json == [found]
    assert nq77("--store", store, "verify", household, "--json").json == [found]
    assert nq77("--store", store, "verify", "--state", "done", "--json").json == []
    assert nq77("--store", store, "verify", "area").status == 1
    assert nq77("--store", store, "verify", "XXXX").status == 1


def test_the_share_stands_in_the_settings(nq77, store, household) -> None:
    drop(store, "verify_share")
    put_setting(store, "verify_share = 100")
    [found] = nq77("--store", store, "verify", "--json").json
    assert found["id"] == household

    drop(store, "verify_share")
    put_setting(store, "verify_share = 101")
    ran = nq77("--store", store, "verify")
    assert ran.status == 1
    assert "verify_share = 101" in ran.err


def test_operators(nq77, store, household) -> None:
    run = ("--store", store, "--operator", "Hà")
    nq77(*run, "set", household, "persons=5")
    [own] = nq77(*run, "operators", "--json").json

    assert own["operator"] == "Hà"
    assert (own["total"]["records"], own["total"]["fields"]) == (1, 1)
    [period] = nq77(*run, "operators", "--by", "month", "--json").json[0]["month"].values()
    assert period == own["total"]
    assert nq77(*run, "operators").out.count("\n") == 2
    assert "supervisors" in nq77(*run, "operators").err

    drop(store, "supervisors")
    put_setting(store, 'supervisors = ["Hà"]')
    assert len(nq77(*run, "operators", "--json").json) == 2
    assert nq77(*run, "operators", "--since", "h-1", "--json").json[0] == own
    assert nq77(*run, "operators", "--since", "31/2/2024").status == 1
