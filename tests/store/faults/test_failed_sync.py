"""An fsync that fails is final: nothing is tried again, what is shown is what the disk holds."""

from __future__ import annotations

import errno
import os

import pytest
from hurt_store import check_history, commit, fill, in_child, leave, numbers

from nq77tui.core.problem import RefusedError
from nq77tui.store.database import open_tinydb
from nq77tui.store.failures import SyncFailedError


def fail(_file: int) -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


def test_a_failed_sync_turns_the_store_read_only_until_it_is_opened_again(path) -> None:
    fill(path)
    colleague = open_tinydb(path)

    def in_a_process() -> None:
        db = open_tinydb(path)
        commit(db, "a", 0)
        real = os.fdatasync
        os.fdatasync = fail
        with pytest.raises(SyncFailedError):
            commit(db, "a", 1)
        os.fdatasync = real  # the disk is fine again, as it would claim after the first failure
        for _ in range(3):
            with pytest.raises(SyncFailedError):
                commit(db, "a", 1)
        assert numbers(db, "a") == [0]
        assert [n.key for n in db.storage.notices if n.key.startswith("journal")] == [
            "journal.sync_failed"
        ]
        before = path.read_bytes()
        db.close()
        assert path.read_bytes() == before  # nothing is folded any more
        with open_tinydb(path) as again:
            assert numbers(again, "a") == [0]
            commit(again, "a", 1)

    assert in_child(in_a_process) == 0
    assert numbers(colleague, "a") == [0, 1]
    commit(colleague, "b", 0)
    colleague.close()
    with open_tinydb(path) as db:
        assert [len(numbers(db, by)) for by in ("first", "a", "b")] == [12, 2, 1]
    check_history(path, 15)


def test_a_colleague_who_saw_the_line_before_it_was_taken_back_forgets_it(
    path, monkeypatch
) -> None:
    fill(path)
    for goes_on_writing in (True, False):
        db, colleague = open_tinydb(path), open_tinydb(path)
        reader = open_tinydb(path, read_only=True)
        count = len(numbers(db, "first"))

        def fail_behind_their_eyes(file, colleague=colleague, reader=reader, count=count) -> None:
            for other in (colleague, reader):
                assert len(other.table("household")) == count + 1
            fail(file)

        monkeypatch.setattr(os, "fdatasync", fail_behind_their_eyes)
        with pytest.raises(SyncFailedError):
            commit(db, "first", count)
        monkeypatch.undo()
        leave(db)
        if goes_on_writing:
            commit(colleague, "first", count)
        else:
            # The same length at the same place: only the content tells.
            with open_tinydb(path) as third:
                commit(third, "first", count)
        for other in (colleague, reader):
            assert numbers(other, "first") == list(range(count + 1))
        commit(colleague, "first", count + 1)
        assert numbers(reader, "first") == list(range(count + 2))
        colleague.close()
        reader.close()
    with open_tinydb(path) as again:
        assert numbers(again, "first") == list(range(16))
    check_history(path, 16)


def test_a_sync_that_fails_anywhere_in_a_fold(path, monkeypatch, figures) -> None:
    fill(path)
    syncs = read_only = 0
    for position in range(1, 30):
        db = open_tinydb(path)
        count = len(numbers(db, "first"))
        commit(db, "first", count)
        seen = 0

        def fail_once(file: int, real, position=position) -> None:
            nonlocal seen
            seen += 1
            if seen == position:
                fail(file)
            real(file)

        for name in ("fsync", "fdatasync"):
            real = getattr(os, name)
            monkeypatch.setattr(os, name, lambda file, real=real: fail_once(file, real))
        try:
            db.storage.compact()
        except RefusedError:
            syncs += 1
        finally:
            monkeypatch.undo()
        assert numbers(db, "first") == list(range(count + 1))
        try:
            commit(db, "first", count + 1)
        except SyncFailedError:
            read_only += 1
        leave(db)
        with open_tinydb(path) as again:
            count = len(numbers(again, "first"))
            commit(again, "first", count)
        check_history(path, count + 1)
        if seen < position:
            break
    figures(syncs_failed=syncs, read_only_after_it=read_only)
    assert syncs >= 7
    assert read_only == syncs
