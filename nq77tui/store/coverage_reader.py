"""The areas of a store, and its coverage."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from nq77tui.core.area_tree import AreaTree, Facts
from nq77tui.store.progress import Watch, WatchedFacts, unwatched
from nq77tui.store.reader import Reader

if TYPE_CHECKING:
    from nq77tui.core.counting.coverage import Coverage
    from nq77tui.store.live_coverage import LiveCoverage


class CoverageReader(Reader):
    """A reader that counts what it reads, area by area."""

    def area_tree(self) -> AreaTree:
        """The areas as they stand today."""
        return self.area_tree_on(self.today().isoformat())

    def area_tree_on(self, day: str) -> AreaTree:
        """The areas as they stood on a day (ISO text)."""
        return AreaTree(self.programme.schemas, self, day)

    def coverage(self, as_of: str, watch: Watch = unwatched) -> Coverage:
        """All metrics and figures of all areas on a day (ISO text), counted from nothing.

        Raises:
            StoppedError: as `watch` said.
        """
        return self.coverage_of(WatchedFacts(self, watch, "cover"), as_of)

    def coverage_of(self, facts: Facts, as_of: str, *, counts_now: bool = True) -> Coverage:
        """Coverage of some records, which stay as they are while they are counted.

        Args:
            counts_now: count everything here, not step by step by `Coverage.counting`.
        """
        from nq77tui.core.counting.coverage import Coverage  # many starts count nothing

        programme = self.programme
        return Coverage(
            programme.schemas,
            programme.metrics,
            programme.figures,
            facts,
            as_of=as_of,
            today=self.today().isoformat(),
            counts_now=counts_now,
        )

    def seen_facts(self, facts: Facts) -> Facts:
        """Of some records those that this user may count."""
        return facts

    @cached_property
    def live_coverage(self) -> LiveCoverage:
        """Coverage as of today, kept up to date by what is committed."""
        from nq77tui.store.live_coverage import LiveCoverage

        return LiveCoverage(self, self._storage)
