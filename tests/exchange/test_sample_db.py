"""The committed sample is what the generator makes, and opens."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime

from nq77tui.exchange.sample import build_district, build_excerpt
from nq77tui.programme import load_programme, sample_folder, shipped_folder
from nq77tui.store import Repository, write_store
from nq77tui.store.settings import load_settings


def test_the_committed_sample_is_what_the_generator_makes(tmp_path) -> None:
    programme = load_programme(shipped_folder())
    write_store(tmp_path / "made", programme, build_excerpt(build_district(programme)))
    made, committed = tmp_path / "made", sample_folder()
    assert (made / "store.json").read_bytes() == (committed / "store.json").read_bytes()
    assert load_settings(made) == load_settings(committed)


def test_the_sample_has_gaps_to_find_and_one_conflict_to_decide(tmp_path) -> None:
    programme = load_programme(shipped_folder())
    shutil.copytree(sample_folder(), tmp_path / "copy")
    with Repository.open(
        tmp_path / "copy",
        programme,
        operator="Lan",
        clock=lambda: datetime(2024, 7, 1, tzinfo=UTC),
        state_folder=tmp_path / "state",
    ) as repository:
        (conflicted,) = repository.conflicted()
        assert [s.value for s in conflicted.conflicts["persons"]] == [6, 5]
        counted = repository.coverage("2024-07-01")
        root = counted.tree.root
        assert counted.share(root, "households_assigned").of - 43 == (
            counted.share(root, "households_assigned").have
        )
        assert len(counted.gaps(root, "villages_led")) == 1
        assert len(counted.gaps(root, "villages_with_work")) == 1
