"""The journal file under cuts, zeros, noise and flipped bytes: every place is tried."""

from __future__ import annotations

import errno
import os
import random

import pytest

from nq77tui.store.journal import (
    Journal,
    JournalDamagedError,
    StoreFullError,
    SyncFailedError,
    encode_line,
)

PAYLOADS = [b'{"header":1}', b'{"l":1,"o":[["household",1,{"head":"Vi"}]]}', b'{"l":2,"o":[]}']
LINES = [encode_line(payload) for payload in PAYLOADS]
WHOLE = b"".join(LINES)
ENDS = [len(b"".join(LINES[: n + 1])) for n in range(len(LINES))]


@pytest.fixture
def path(tmp_path):
    found = tmp_path / "journal"
    found.write_bytes(WHOLE)
    return found


def recover(path):
    """Open as a writer does; the payloads that are there, and what was moved aside."""
    journal = Journal(path)
    lines, rest = journal.read_new()
    aside = journal.cut_torn_tail(rest) if rest else None
    journal.append(b'{"l":99}')
    journal.close()
    again = Journal(path)
    assert [line.payload for line in again.read_new()[0]][-1] == b'{"l":99}'
    again.close()
    return [line.payload for line in lines], aside


def test_a_cut_at_every_byte_drops_only_the_unfinished_line(path) -> None:
    for cut in range(len(WHOLE)):
        path.write_bytes(WHOLE[:cut])
        payloads, aside = recover(path)
        whole_lines = sum(end <= cut for end in ENDS)
        assert payloads == PAYLOADS[:whole_lines]
        if cut in (0, *ENDS):
            assert aside is None
        else:
            start = ENDS[whole_lines - 1] if whole_lines else 0
            assert aside.read_bytes() == WHOLE[start:cut]


@pytest.mark.parametrize("size", [1, 17, 18, 19, 512, 4096])
def test_a_tail_of_zeros_or_noise_is_moved_aside(path, size) -> None:
    noise = random.Random(size)
    for tail in (bytes(size), noise.randbytes(size), LINES[2][:9] + bytes(size)):
        path.write_bytes(WHOLE + tail)
        payloads, aside = recover(path)
        assert payloads == PAYLOADS
        assert aside.read_bytes() == tail


def test_every_flipped_byte_is_moved_aside_at_the_end_and_an_error_before_it(path) -> None:
    refused = dropped = 0
    for position in range(len(WHOLE)):
        for bit in (0x01, 0x80, 0x2A):
            damaged = bytearray(WHOLE)
            damaged[position] ^= bit
            path.write_bytes(damaged)
            if position < ENDS[-2]:
                with pytest.raises(JournalDamagedError) as caught:
                    recover(path)
                assert caught.value.problems[0].params["byte"] in (0, ENDS[0])
                assert path.read_bytes() == bytes(damaged)
                refused += 1
            else:
                payloads, aside = recover(path)
                assert payloads == PAYLOADS[:-1]
                assert aside.read_bytes() == bytes(damaged)[ENDS[-2] :]
                dropped += 1
    assert (refused, dropped) == (3 * ENDS[-2], 3 * len(LINES[-1]))


def test_a_colleagues_lines_are_followed_from_where_one_stopped(path) -> None:
    mine, theirs = Journal(path), Journal(path)
    assert len(mine.read_new()[0]) == 3
    theirs.read_new()
    theirs.append(b'{"l":3}')
    assert [line.payload for line in mine.read_new()[0]] == [b'{"l":3}']
    assert mine.read_new() == ([], b"")
    mine.close()
    theirs.close()


def test_a_full_disk_leaves_the_journal_as_it_was(path, monkeypatch) -> None:
    journal = Journal(path)
    journal.read_new()
    real_write = os.write

    def half_write(file, data):
        return real_write(file, data[: len(data) // 2])

    def no_write(file, data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    for write in (half_write, no_write):
        monkeypatch.setattr(os, "write", write)
        with pytest.raises(StoreFullError):
            journal.append(b'{"l":3}')
        assert path.read_bytes() == WHOLE
    monkeypatch.setattr(os, "write", real_write)
    journal.append(b'{"l":3}')
    assert path.read_bytes() == WHOLE + encode_line(b'{"l":3}')
    journal.close()


def test_a_failed_sync_is_final_for_the_handle(path, monkeypatch) -> None:
    journal = Journal(path)
    journal.read_new()

    def fail(file):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fdatasync", fail)
    with pytest.raises(SyncFailedError):
        journal.append(b'{"l":3}')
    monkeypatch.undo()
    with pytest.raises(SyncFailedError):
        journal.append(b'{"l":4}')
    journal.close()
