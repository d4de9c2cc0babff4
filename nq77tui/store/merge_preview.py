"""What coverage would be after a merge: the merged records laid over the store, unwritten."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from nq77tui.core.counting.coverage import Coverage, Share
from nq77tui.core.record import Record
from nq77tui.core.scope import Row
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


def coverage_changes(
    repository: Repository, records: Mapping[str, Record], watch: Watch = unwatched
) -> list[CoverageChange]:
    """What the metrics of the whole would become; those that stay the same are left out.

    Raises:
        StoppedError: as `watch` said.
    """
    if not records:
        return []
    programme, today = repository.programme, repository.today().isoformat()
    before, after = (
        Coverage(
            programme.schemas,
            programme.metrics,
            programme.figures,
            _Overlay(repository, laid_over, watch),
            as_of=today,
            today=today,
        )
        for laid_over in ({}, records)
    )
    found = []
    for name in programme.metrics:
        gaps, coming = (set(one.gaps(one.tree.root, name)) for one in (before, after))
        shares = before.share(before.tree.root, name), after.share(after.tree.root, name)
        covered = sorted(one for one in gaps - coming if _is_alive(records.get(one)))
        change = CoverageChange(name, *shares, tuple(covered), tuple(sorted(coming - gaps)))
        if shares[0] != shares[1] or gaps != coming:
            found.append(change)
    return found


def _is_alive(record: Record | None) -> bool:
    return record is None or not record.is_dead


class _Overlay:
    """The live records as they would be."""

    def __init__(self, repository: Repository, records: Mapping[str, Record], watch: Watch) -> None:
        self._repository = repository
        self._records = records
        self._watch = watch

    def rows(self, record_type: str) -> Iterator[Row]:
        of = self._repository.count(record_type) + len(self._records)
        return watched(self._rows(record_type), self._watch, "cover", of)

    def _rows(self, record_type: str) -> Iterator[Row]:
        for row in self._repository.rows(record_type):
            if row.id not in self._records:
                yield row
        for record in self._records.values():
            if record.type == record_type and not record.is_dead:
                yield _row(record)

    def row(self, record_id: str) -> Row | None:
        record = self._records.get(record_id)
        if record is None:
            return self._repository.row(record_id)
        return None if record.is_dead else _row(record)


def _row(record: Record) -> Row:
    return Row(record.id, record.type, MappingProxyType(record.values))
