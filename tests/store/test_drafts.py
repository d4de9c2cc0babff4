"""Drafts as files: whole or not at all, apart by operator, nobody else's while open."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from nq77tui.store.drafts import Draft, Drafts, process_name

DRAFT = Draft(
    record_type="household",
    record_id="",
    schema=3,
    operator="Lan",
    at=1725499800,
    resume_at="persons",
    values={"head": "Bế Văn Hùng", "class": None},
    seen={"head": "Bế Văn Hung"},
    typed={"persons": "bốn"},
    filled=2,
    asked=9,
)


@pytest.fixture
def drafts(tmp_path):
    return Drafts(tmp_path / "state" / "drafts" / "place")


def left(drafts, draft):
    """Keep a draft as a process that has ended since did."""
    kept = drafts.keep(draft)
    file = drafts.folder / kept.key
    content = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps({**content, "process": "boot 1 1"}), "utf-8")
    return kept


def test_a_draft_comes_back_as_it_was(drafts) -> None:
    left(drafts, DRAFT)

    [found] = drafts.left_behind()

    assert replace(found, key="", process="") == DRAFT
    assert found.key == "Lan-new.json"


def test_of_one_form_only_the_last_state_is_kept(drafts) -> None:
    kept = drafts.keep(DRAFT)
    left(drafts, replace(kept, resume_at="note"))

    [found] = drafts.left_behind()

    assert found.resume_at == "note"


def test_what_this_process_has_open_is_not_left_behind(drafts) -> None:
    drafts.keep(DRAFT)

    assert drafts.left_behind() == []


def test_what_a_killed_process_had_open_is_left_behind(drafts) -> None:
    code = (
        "import sys; from pathlib import Path; from nq77tui.store.drafts import *;"
        "Drafts(Path(sys.argv[1])).keep(Draft('visit', '', 1, 'Lan', 5, '', {'a': 1}));"
        "print('kept', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(drafts.folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"kept\n"
        assert drafts.left_behind() == []
        [key] = [file.name for file in drafts.folder.iterdir()]
        assert drafts.take(key) is None
        process.kill()
        until = time.monotonic() + 120
        while not drafts.left_behind():  # before anybody has waited for the process
            assert time.monotonic() < until

    assert [draft.values for draft in drafts.left_behind()] == [{"a": 1}]
    assert drafts.take(key).process == process_name(os.getpid())
    assert drafts.left_behind() == []


def test_drafts_stay_apart(drafts) -> None:
    for operator in ("Lan", "Minh", "Lan", "../Lan", "Nguyễn Thị Minh Nguyệt " * 9):
        left(drafts, replace(DRAFT, operator=operator, record_id="AB-1"))

    assert len(drafts.left_behind()) == 5
    assert all(file.parent == drafts.folder for file in drafts.folder.rglob("*"))


def test_a_dropped_draft_is_gone(drafts) -> None:
    kept = left(drafts, DRAFT)
    drafts.drop(kept.key)
    drafts.drop(kept.key)

    assert drafts.left_behind() == []
    assert drafts.take(kept.key) is None


def test_drafts_are_for_their_owner_alone(drafts) -> None:
    kept = drafts.keep(DRAFT)

    assert (drafts.folder / kept.key).stat().st_mode & 0o777 == 0o600
    assert drafts.folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff",
        b"[" * 100_000,
        b'{"format": 2}',
        b'{"format": 1}',
        json.dumps({"format": 1, "more": 1}).encode(),
        json.dumps(
            {
                "format": 1,
                "record_type": "visit",
                "record_id": "",
                "schema": "x",
                "operator": [],
                "at": None,
                "resume_at": 1,
                "values": [],
            }
        ).encode(),
    ],
)
def test_what_is_no_draft_is_passed_over(drafts, content) -> None:
    left(drafts, DRAFT)
    (drafts.folder / "broken.json").write_bytes(content)

    assert [draft.key for draft in drafts.left_behind()] == ["Lan-new.json"]


def test_a_failed_write_leaves_the_draft_before(drafts, monkeypatch) -> None:
    kept = left(drafts, DRAFT)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        drafts.keep(replace(kept, resume_at="note"))

    assert [draft.resume_at for draft in drafts.left_behind()] == ["persons"]
