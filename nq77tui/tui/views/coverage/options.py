"""How a coverage table is looked at: its order, its day, and the day it is compared with."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nq77tui.core.counting.coverage import Coverage
from nq77tui.core.values import parse_date, show_date
from nq77tui.tui.charges import in_order
from nq77tui.tui.desk import Desk
from nq77tui.tui.measure import Measure, Reading, difference, measures_of, read, worst_first
from nq77tui.tui.views.coverage.counted import CountedView
from nq77tui.tui.views.dialog.prompt import Prompt
from nq77tui.tui.widgets.area_table import AreaTable


class CoverageOptions(CountedView[None]):
    """What is shown of which areas, as of which day, beside which other day.

    Attributes:
        before: coverage as of the day it is compared with; None until it was counted.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.measures = measures_of(desk.programme)
        self.before: Coverage | None = None
        self._since: str | None = None
        self._is_percent = False
        self._only_short = False
        self._is_flat = False
        self._sorted_by: Measure | None = None

    @property
    def table(self) -> AreaTable:
        """The table."""
        return self.query_one(AreaTable)

    @property
    def measure(self) -> Measure:
        """The measure at hand."""
        return self.measures[self.table.column]

    # What is shown

    def read(self, area_id: str, measure: Measure) -> Reading:
        """What a measure says of an area."""
        assert self.coverage
        return read(self.coverage, area_id, measure, self.desk.catalogue.lang)

    def cell(self, area_id: str, measure: Measure) -> str:
        """The same as it stands in the table, with what has changed."""
        reading, change = self.read(area_id, measure), self.change(area_id, measure)
        shown = reading.percent or reading.count if self._is_percent else reading.count
        return f"{shown} {change}" if change else shown

    def change(self, area_id: str, measure: Measure) -> str:
        """How much more or less it is than on the day compared with; empty without one."""
        if self.coverage is None or self.before is None:
            return ""
        lang, in_percent = self.desk.catalogue.lang, self._is_percent
        return difference(self.coverage, self.before, area_id, measure, lang, in_percent=in_percent)

    def reading_before(self, area_id: str, measure: Measure) -> str:
        """The day compared with and what it was then, for the panel; empty without one."""
        if self.before is None or self._since is None:
            return ""
        then = read(self.before, area_id, measure, self.desk.catalogue.lang)
        day = show_date(self._since)
        return self.desk.text(
            "coverage.then", date=day, count=f"{then.count} {then.percent}".rstrip()
        )

    def below(self, area_id: str) -> Sequence[str]:
        """The areas in one, in the order and as few as is wanted."""
        assert self.coverage
        tree = self.coverage.tree
        if self._is_flat:
            lowest = [one for one in tree.downward(area_id) if not tree.children.get(one)]
            below = in_order(self.desk, lowest)
        else:
            below = in_order(self.desk, tree.children.get(area_id, ()))
        if self._only_short:
            below = [one for one in below if self.read(one, self.measure).is_short]
        return worst_first(self.coverage, below, self._sorted_by) if self._sorted_by else below

    def row_name(self, area_id: str) -> str:
        """What an area is called in the table: with the one above, where several may be alike."""
        name = self.area_name(area_id)
        above = self.coverage.tree.parents.get(area_id, "") if self.coverage else ""
        return f"{name}, {self.area_name(above)}" if self._is_flat and above else name

    @property
    def day_shown(self) -> str:
        """The day that the figures are of, and the one they are compared with."""
        if self._since is None:
            return super().day_shown
        key = "coverage.compared" if self.before else "coverage.comparing"
        return self.desk.text(key, date=show_date(self._since), now=super().day_shown)

    # Looking at it otherwise

    def action_worst(self) -> None:
        """Put the worst first; once more, sort by name."""
        self._sorted_by = None if self._sorted_by == self.measure else self.measure
        if self._sorted_by is None:
            self.say(self.desk.text("tui.coverage.by_name"))
        else:
            column = self.desk.label(self.measure.column)
            self.say(self.desk.text("tui.coverage.sorted", column=column))
        self._show_from_first()

    def action_short(self) -> None:
        """Show only the areas that fall short in the column at hand; once more, all."""
        self._only_short = not self._only_short
        key = "coverage.only_short" if self._only_short else "coverage.all_areas"
        self.say(self.desk.text(key, column=self.desk.label(self.measure.column)))
        self._show_from_first()

    def action_flat(self) -> None:
        """Show the lowest areas of all that lie below; once more, those right below."""
        self._is_flat = not self._is_flat
        self.say(self.desk.text("coverage.flat" if self._is_flat else "coverage.not_flat"))
        self._show_from_first()

    def _show_from_first(self) -> None:
        self.show_coverage()
        if len(self.table.rows) > 1:
            self.table.go_to(self.table.rows[1])

    def action_percent(self) -> None:
        """Go over to percent, and back."""
        self._is_percent = not self._is_percent
        self.show_coverage()

    def action_date(self) -> None:
        """Count for another day."""
        self._ask_day("tui.coverage.ask_date", self._take_date)

    def action_since(self) -> None:
        """Compare with another day; once more, not any more."""
        if self._since is None:
            self._ask_day("coverage.ask_since", self._take_since)
        else:
            self._take_since(None)
            self.show_coverage()

    def _ask_day(self, question: str, take: Callable[[str | None], None]) -> None:
        self.app.push_screen(Prompt(self.desk, self.desk.text(question), self._read_date), take)

    def _read_date(self, typed: str) -> str:
        return parse_date(typed, self.desk.repository.today())

    def _take_date(self, day: str | None) -> None:
        if day is None:
            return
        self.as_of = None if day == self.desk.repository.today().isoformat() else day
        self.coverage = None
        self.set_title(
            self.desk.text("tui.coverage.title", path=self.desk.text("tui.coverage.counting"))
        )
        self.recount()

    def _take_since(self, day: str | None) -> None:
        self._since, self.before = day, None
        if day is not None:
            self.show_title()
            self.run_worker(self._count_before, thread=True, exclusive=True, group="before")

    def _count_before(self) -> None:
        assert self._since
        counted = self.count(self._since, show=False)
        if counted is not None:
            self.app.call_from_thread(self._take_before, counted)

    def _take_before(self, counted: Coverage) -> None:
        if self.is_attached and counted.as_of == self._since:
            self.before = counted
            self.show_coverage()
