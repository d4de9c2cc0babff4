"""``inbox``, ``join``, ``different``: the old id leads on in every command."""

from __future__ import annotations

import shutil

import pytest


@pytest.fixture
def run(store, nq77):
    return lambda *command: nq77("--store", store, *command)


@pytest.fixture
def pair(run):
    """Two households that look like one, and a visit to each."""
    area = run("add", "area", "name=Bản Chu", "level=village").out.strip()
    ids = [
        run("add", "household", f"head={head}", f"area={area}").out.strip()
        for head in ("Vi Văn Hoà", "Vy Văn Hòa")
    ]
    for one in ids:
        run("add", "visit", f"unit={one}", "kind=household_visit", "date=1/5/2024")
    return sorted(ids)


def test_a_pair_is_listed_joined_and_known_by_its_old_id(run, pair):
    small, large = pair
    [entry] = run("inbox", "--json").json
    assert (entry["kind"], entry["id"], entry["other"]) == ("alike", small, large)
    assert [answer["n"] for answer in entry["answers"]] == [1, 2, 3]
    assert entry["about"] == large
    assert f"alike\t{small}\t{large}" in run("inbox").out

    joined = run("join", large, small)

    assert (joined.status, joined.out.strip()) == (0, small)
    assert run("inbox", "--json").json == []
    shown = run("show", large, "--json")
    assert shown.json["id"] == small
    assert shown.json["head"] == run("show", small, "--json").json["head"]
    assert large in run("show", large).err
    assert run("set", large, "persons=4").status == 0
    assert run("show", small, "--json").json["persons"] == 4
    assert run("history", large).out == run("history", small).out
    assert "\tgộp\t" in run("history", small).out
    assert len(run("list", "household", "--json").json) == 1
    visits = run("list", "visit", "--json").json
    assert [visit["unit"] for visit in visits] == [small, small]
    assert len(run("list", "visit", "--where", f"unit={large}", "--json").json) == 2

    run("undo")
    run("undo")
    assert len(run("list", "household", "--json").json) == 2
    assert [e["kind"] for e in run("inbox", "--json").json] == ["alike"]


def test_a_pair_that_is_two_is_not_asked_again(run, pair):
    assert run("different", *pair).status == 0
    assert run("inbox", "--json").json == []
    assert run("check").status == 0
    run("undo")
    assert len(run("inbox", "--json").json) == 1


def test_whatever_the_inbox_lists_resolve_decides(run, pair):
    run("resolve", pair[0], pair[1], "--take", "3")
    assert run("inbox", "--json").json == []
    run("delete", pair[1])
    [entry] = run("inbox", "--json").json
    assert (entry["kind"], entry["about"]) == ("dangling", "unit")
    assert run("resolve", entry["id"], "unit", "--take", "4").status == 1
    assert run("resolve", entry["id"], "phone", "--take", "1").status == 1
    assert run("resolve", entry["id"], "unit", "--take", "2").status == 0
    assert run("inbox", "--json").json == []
    assert len(run("list", "visit", "--json").json) == 1


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_what_cannot_be_joined_is_told(run, pair, lang):
    for other, word in [(pair[0], pair[0]), ("AAAAAAAA-1", "AAAAAAAA-1")]:
        ran = run("--lang", lang, "join", pair[0], other)
        assert (ran.status, ran.out) == (1, "")
        assert word in ran.err


def test_every_kind_of_question_has_its_answers_in_words(run, pair, store, tmp_path, nq77):
    other = lambda *command: nq77("--store", tmp_path / "other", *command)  # noqa: E731
    area = run("show", pair[0], "--json").json["area"]
    ids = [
        run("add", "household", f"head=Ma Văn {name}", f"area={area}").out.strip()
        for name in ("Ba", "Bốn", "Năm")
    ]
    shutil.copytree(store, tmp_path / "other")
    run("set", ids[0], "persons=3")
    other("set", ids[0], "persons=4")
    run("delete", ids[1])
    other("set", ids[1], "persons=4")
    run("join", ids[2], pair[0])
    other("set", max(ids[2], pair[0]), "persons=4")
    other("set", min(ids[2], pair[0]), "note=x")
    run("delete", area)
    run("merge", tmp_path / "other")
    found = run("inbox", "--json").json
    kinds = {entry["kind"] for entry in found}
    assert kinds == {"field", "deletion", "joined", "alike", "dangling"}
    assert all(len({answer["text"] for answer in e["answers"]}) > 1 for e in found)
    for lang in ("vi", "en"):
        assert run("--lang", lang, "inbox").status == 0
    for _ in found:
        left = [entry for entry in run("inbox", "--json").json if entry["kind"] != "dangling"]
        if not left:
            break
        taken = run("resolve", left[0]["id"], left[0]["about"], "--take", "1")
        assert taken.status == 0, taken.err
    assert {entry["kind"] for entry in run("inbox", "--json").json} <= {"dangling"}
