"""A store cut, overwritten and flipped byte by byte: what is lost is named, the rest is kept."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from nq77tui.core.problem import RefusedError
from nq77tui.programme import Programme
from nq77tui.store import Repository, create_store, medium
from nq77tui.store.database import open_tinydb
from nq77tui.store.journal import JournalDamagedError, read_lines
from nq77tui.store.repair import repair_store
from nq77tui.store.snapshot import BLOCK_BYTES
from nq77tui.store.storage import JournalStorage

FOLDED, UNFOLDED = 130, 4


@pytest.fixture(scope="module")
def sound(tmp_path_factory, programme: Programme) -> Path:
    """A store of 134 areas, one a commit: 130 in the snapshot and the history, 4 in the journal."""
    from datetime import UTC, datetime

    folder = tmp_path_factory.mktemp("sound") / "store"
    old, medium.BALLAST_BYTES = medium.BALLAST_BYTES, 64
    create_store(folder, programme)
    repository = Repository.open(
        folder,
        programme,
        operator="Lan",
        clock=lambda: datetime(2024, 6, 3, 8, tzinfo=UTC),
        state_folder=folder.parent / "rights",
    )
    for number in range(FOLDED):
        repository.add("area", {"name": f"Nà Mẫu {number}", "level": "village"})
    repository._storage.compact()
    for number in range(FOLDED, FOLDED + UNFOLDED):
        repository.add("area", {"name": f"Nà Mẫu {number}", "level": "village"})
    repository._storage._let_go()
    medium.BALLAST_BYTES = old
    return folder


@pytest.fixture
def hurt(sound, tmp_path):
    """Makes a copy of the store anew for every try; its files, by name."""

    def copy(journal: bytes | None = None, snapshot: bytes | None = None) -> Path:
        folder = tmp_path / "hurt"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(sound, folder)
        if journal is not None:
            (folder / "journal").write_bytes(journal)
        if snapshot is not None:
            (folder / "store.json").write_bytes(snapshot)
        return folder / "store.json"

    return copy


def ends(journal: bytes) -> list[int]:
    return [line.end for line in read_lines(journal)]


def names(path: Path) -> list[str]:
    storage = JournalStorage(path)
    found = [area["name"] for area in storage.tables.table("area").values()]
    storage._let_go()
    return found


def wanted(count: int) -> list[str]:
    return [f"Nà Mẫu {number}" for number in range(count)]


def torn(path: Path) -> list[bytes]:
    return [file.read_bytes() for file in path.parent.glob("journal.torn-*")]


def test_the_journal_cut_at_every_byte(sound, hurt, figures) -> None:
    journal = (sound / "journal").read_bytes()
    header_end, *commit_ends = ends(journal)
    refused = whole = cut = 0
    path = hurt()
    for length in range(len(journal)):
        for file in path.parent.glob("journal.torn-*"):
            file.unlink()
        (path.parent / "journal").write_bytes(journal[:length])
        if length < header_end:
            with pytest.raises(JournalDamagedError) as caught:
                names(path)
            assert caught.value.problems[0].params["byte"] == 0
            assert (path.parent / "journal").read_bytes() == journal[:length]
            refused += 1
            continue
        kept = [header_end, *(end for end in commit_ends if end <= length)]
        assert names(path) == wanted(FOLDED + len(kept) - 1)
        if length == kept[-1]:
            assert torn(path) == []
            whole += 1
        else:
            assert torn(path) == [journal[kept[-1] : length]]
            cut += 1
    figures(cuts=length + 1, refused_in_the_header=refused, unfinished_moved_aside=cut, whole=whole)


def test_a_tail_of_zeros_or_noise_or_half_a_line(sound, hurt, figures) -> None:
    journal = (sound / "journal").read_bytes()
    chance = random.Random(5)
    last_line = journal[ends(journal)[-2] :]
    tails = [bytes(size) for size in (1, 17, 18, 512, 4096, 70_000)]
    tails += [chance.randbytes(size) for size in (1, 17, 18, 512, 4096, 70_000)]
    tails += [last_line[:size] + bytes(4096 - size) for size in (1, 9, 18, 60)]
    tails += [last_line[:60] + chance.randbytes(500), last_line[:60] + b"\n" * 50]
    for tail in tails:
        path = hurt(journal + tail)
        with open_tinydb(path, read_only=True) as reader:
            assert len(reader.table("area")) == FOLDED + UNFOLDED
        assert torn(path) == []
        assert names(path) == wanted(FOLDED + UNFOLDED)
        assert torn(path) == [tail]
        with open_tinydb(path) as db:
            db.insert({"after": 1})
        with open_tinydb(path) as db:
            assert db.all() == [{"after": 1}]
    figures(tails=len(tails), bytes=sum(map(len, tails)))


def test_every_third_byte_of_the_journal_flipped_and_repaired(sound, hurt, figures) -> None:
    journal = (sound / "journal").read_bytes()
    starts = [0, *ends(journal)]
    refused = dropped = kept_by_repair = 0
    for position in range(0, len(journal), 3):
        flipped = bytearray(journal)
        flipped[position] ^= 1 << position % 8
        path = hurt(bytes(flipped))
        line = sum(start <= position for start in starts) - 1
        if line == UNFOLDED:
            assert names(path) == wanted(FOLDED + UNFOLDED - 1)
            assert torn(path) == [bytes(flipped[starts[line] :])]
            dropped += 1
            continue
        before = {file: file.read_bytes() for file in path.parent.rglob("*") if file.is_file()}
        with pytest.raises(JournalDamagedError) as caught:
            names(path)
        assert caught.value.problems[0].params["byte"] == starts[line]
        assert before == {f: f.read_bytes() for f in path.parent.rglob("*") if f.is_file()}
        refused += 1
        report = repair_store(path)
        is_break = position + 1 == starts[line + 1]
        lost = [] if line == 0 or is_break else [f"Nà Mẫu {FOLDED + line - 1}"]
        assert names(path) == [name for name in wanted(FOLDED + UNFOLDED) if name not in lost]
        assert report.kept == FOLDED + UNFOLDED - len(lost)
        assert any(name.startswith("journal.before-repair") for name in report.files)
        kept_by_repair += report.kept
    figures(
        flips=refused + dropped,
        refused_with_the_place=refused,
        last_commit_moved_aside=dropped,
        repaired=refused,
        records_kept=kept_by_repair,
    )
    assert refused > 5 * dropped / 2


@pytest.mark.parametrize("has_history", [True, False])
def test_flipped_bytes_of_the_snapshot(sound, hurt, figures, rounds, has_history) -> None:
    snapshot = (sound / "store.json").read_bytes()
    assert len(snapshot) > 2 * BLOCK_BYTES
    kept = aside = flips = 0
    for position in range(0, len(snapshot), max(1, len(snapshot) // rounds(30))):
        flipped = bytearray(snapshot)
        flipped[position] ^= 1 << position % 8
        path = hurt(snapshot=bytes(flipped))
        if not has_history:
            shutil.rmtree(path.parent / "history")
        with pytest.raises(RefusedError) as caught:
            names(path)
        problem = caught.value.problems[0]
        assert problem.key == "storage.snapshot_damaged"
        assert problem.params["first"] <= position < problem.params["last"]
        assert problem.params["last"] - problem.params["first"] <= BLOCK_BYTES
        with pytest.raises(RefusedError):
            open_tinydb(path, read_only=True)
        report = repair_store(path)
        found = names(path)
        if not _hits_a_name_of_a_table(snapshot, position):
            assert set(found) <= set(wanted(FOLDED + UNFOLDED))
        assert len(found) + report.set_aside >= FOLDED + UNFOLDED - 1
        assert not has_history or sorted(found) == sorted(wanted(FOLDED + UNFOLDED))
        flips += 1
        kept += len(found)
        aside += report.set_aside
    figures(
        history=has_history,
        flips=flips,
        refused_with_the_place=flips,
        kept_on_average=round(kept / flips, 1),
        of=FOLDED + UNFOLDED,
        set_aside_on_average=round(aside / flips, 1),
    )


def _hits_a_name_of_a_table(snapshot: bytes, position: int) -> bool:
    start = snapshot.index(b'"area"')
    return start <= position < start + 8


@pytest.mark.parametrize("has_history", [True, False])
@pytest.mark.parametrize("content", [None, b"", b" \n"])
def test_a_snapshot_that_is_gone_or_empty_is_not_taken_for_an_empty_store(
    hurt, content, has_history
) -> None:
    path = hurt(snapshot=content)
    if content is None:
        path.unlink()
    with pytest.raises(RefusedError) as caught:
        open_tinydb(path)
    assert caught.value.problems[0].key == "storage.snapshot_gone"
    if has_history:
        assert repair_store(path).kept == FOLDED + UNFOLDED
        assert names(path) == wanted(FOLDED + UNFOLDED)
    else:
        shutil.rmtree(path.parent / "history")
        assert repair_store(path).kept == UNFOLDED
        assert names(path) == wanted(FOLDED + UNFOLDED)[FOLDED:]


def test_the_journal_of_another_store_is_noticed(sound, hurt, tmp_path) -> None:
    with open_tinydb(tmp_path / "store.json") as other:
        other.table("area").insert({"name": "elsewhere"})
    path = hurt(journal=(tmp_path / "journal").read_bytes())
    storage = JournalStorage(path)
    assert [notice.key for notice in storage.notices] == ["storage.foreign_snapshot"]
    assert len(storage.tables.table("area")) == FOLDED
    storage.close()
