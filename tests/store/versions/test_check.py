"""What ``nq77 check`` and ``nq77 programme check`` say of versions."""

from __future__ import annotations

import shutil

from evolving import CONCERN, CONCERN_SCREEN, swap

from nq77tui.store.storage import StorePaths


def test_a_field_that_vanished_without_a_word_is_named(machines, nq77, tmp_path):
    with machines.open("a") as a:
        values = {"date": "2024-06-01", "text": "đường", "status": "open", "raised_by": "Páo"}
        a.add("concern", values)
        a.add("household", {"head": "Vi Lan", "phone": "0912345678"})
    content = StorePaths.of(tmp_path / "a" / "store.json").snapshot.read_bytes()
    renamed = tmp_path / "without-a-word"
    shutil.copytree(machines.versions[0].folder, renamed)
    swap(renamed, CONCERN, "[fields.raised_by]", "[fields.reporter]")
    swap(renamed, CONCERN_SCREEN, '"raised_by"', '"reporter"')
    for lang in ("vi", "en"):
        ran = nq77("--lang", lang, "--store", tmp_path / "a", "programme", "check", renamed)
        (said,) = (line for line in ran.err.splitlines() if "raised_by" in line)
        assert ran.status == 0
        assert "schemas/concern.toml" in said
        assert " 1 " in said
    # With a word it is known what became of it, and the check has brought nothing up.
    ran = nq77("--store", tmp_path / "a", "programme", "check", machines.versions[2].folder)
    assert "raised_by" not in ran.err
    assert "phone" not in ran.err
    assert StorePaths.of(tmp_path / "a" / "store.json").snapshot.read_bytes() == content


def test_check_names_what_did_not_come_apart_and_what_is_newer(machines, nq77, tmp_path):
    with machines.open("a") as a:
        values = {"date": "2024-06-01", "text": "đường", "status": "open", "raised_by": "Páo"}
        concern = a.add("concern", values).id
    machines.exchange()
    machines.at["b"] = 3
    with machines.open("b") as b:
        b.edit(concern, {"text": "đường hỏng"})
    ran = nq77("--store", tmp_path / "b", "--programme", machines.versions[2].folder, "check")
    assert ran.status == 1
    (said,) = (line for line in ran.err.splitlines() if "Páo" in line)
    assert "family, given" in said
    machines.receive("a", machines.send("b"))
    ran = nq77("--lang", "en", "--store", tmp_path / "a", "check")
    assert ran.status == 0, ran.err
    assert "1 records of a newer version" in ran.err
