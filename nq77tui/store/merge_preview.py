"""What coverage would be after a merge: the merged records laid over the store, unwritten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from nq77tui.core.counting.coverage import Coverage, Share
from nq77tui.core.scope import Row
from nq77tui.store.merged_records import MergedRecords
from nq77tui.store.progress import Watch, unwatched, watched
from nq77tui.store.repository import Repository


@dataclass(frozen=True, slots=True)
class CoverageChange:
    """One metric of the whole, before and after.

    Attributes:
        covered: ids of what is a gap now and would be covered.
        uncovered: ids of what would be a gap and is none now, new records included.
    """

    metric: str
    before: Share
    after: Share
    covered: tuple[str, ...]
    uncovered: tuple[str, ...]


class _Counted(NamedTuple):
    """What is compared of one metric of the whole."""

    share: Share
    gaps: set[str]


def coverage_changes(
    repository: Repository, records: MergedRecords, watch: Watch = unwatched
) -> list[CoverageChange]:
    """What the metrics of the whole would become; those that stay the same are left out.

    What they are is asked of `live_coverage` where that has been counted and nothing has happened
    since.

    Raises:
        StoppedError: as `watch` said.
    """
    if not records:
        return []
    before = repository.live_coverage.read(_counted)
    if before is None:
        before = _counted(_count(repository, MergedRecords(), watch))
    after = _counted(_count(repository, records, watch))
    ids = set(records)
    found = []
    for name, (share, gaps) in before.items():
        coming = after[name]
        gone = {one for one in gaps - coming.gaps if one in ids and records.row(one) is None}
        covered, uncovered = sorted(gaps - coming.gaps - gone), sorted(coming.gaps - gaps)
        if share != coming.share or gaps != coming.gaps:
            shares = share, coming.share
            found.append(CoverageChange(name, *shares, tuple(covered), tuple(uncovered)))
    return found


def _count(repository: Repository, records: MergedRecords, watch: Watch) -> Coverage:
    programme, today = repository.programme, repository.today().isoformat()
    facts = _Overlay(repository, records, watch)
    # The figures are not asked for.
    return Coverage(programme.schemas, programme.metrics, {}, facts, as_of=today, today=today)


def _counted(coverage: Coverage) -> dict[str, _Counted]:
    root = coverage.tree.root
    return {
        name: _Counted(coverage.share(root, name), set(coverage.gaps(root, name)))
        for name in coverage.metrics
    }


class _Overlay:
    """The live records as they would be."""

    def __init__(self, repository: Repository, records: MergedRecords, watch: Watch) -> None:
        self._repository = repository
        self._records = records
        self._ids = set(records)
        self._watch = watch

    def rows(self, record_type: str) -> Iterator[Row]:
        of = self._repository.count(record_type) + len(self._records)
        return watched(self._rows(record_type), self._watch, "cover", of)

    def _rows(self, record_type: str) -> Iterator[Row]:
        for row in self._repository.rows(record_type):
            if row.id not in self._ids:
                yield row
        yield from self._records.rows(record_type)

    def row(self, record_id: str) -> Row | None:
        if record_id in self._ids:
            return self._records.row(record_id)
        return self._repository.row(record_id)
