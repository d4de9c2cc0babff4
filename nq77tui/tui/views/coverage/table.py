"""How far every area is, from the district down to the records that are missing."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult

from nq77tui.core.area_tree import EVERYWHERE
from nq77tui.core.problem import Problem
from nq77tui.tui.actions import COVERAGE, bindings
from nq77tui.tui.cells import width_of
from nq77tui.tui.charges import Charges
from nq77tui.tui.desk import Desk
from nq77tui.tui.measure import Measure, bar
from nq77tui.tui.theme import PLAIN, WARNING
from nq77tui.tui.views.coverage.area_detail import AreaDetail
from nq77tui.tui.views.coverage.filling import go_to_fill, go_to_proposal
from nq77tui.tui.views.coverage.gaps import GapsView
from nq77tui.tui.views.coverage.options import CoverageOptions
from nq77tui.tui.widgets.area_panel import AreaPanel
from nq77tui.tui.widgets.area_table import AreaTable
from nq77tui.tui.widgets.canvas import Part
from nq77tui.tui.widgets.row_list import ListColumn, RowList

_NAME_WIDTH = 22
_BAR = 20
_STEP = " > "


class CoverageView(CoverageOptions):
    """A table of the areas below one, by the programme's metrics and figures."""

    ACTIONS = COVERAGE
    BINDINGS = bindings(ACTIONS)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.area_id: str | None = None
        assigning = desk.programme.assigning
        self._charges = Charges(desk, assigning) if assigning else None

    def body(self) -> ComposeResult:
        """The table, and the measure at hand in full."""
        yield AreaTable()
        yield AreaPanel()

    @property
    def current(self) -> str:
        """The area at hand."""
        return self.table.current or EVERYWHERE

    # Showing

    def relabel(self) -> None:
        """Show everything in the language of the moment."""
        super().relabel()
        self.show_coverage()

    def show_title(self) -> None:
        """The path down to the area, and the day."""
        if self.coverage is None or self.area_id is None:
            counting = self.desk.text("tui.coverage.counting")
            self.set_title(self.desk.text("tui.coverage.title", path=counting))
            return
        way = list(self.coverage.tree.upward(self.area_id))
        way = way[: way.index(self._top) + 1]
        path = _STEP.join(self.area_name(area_id) for area_id in reversed(way))
        self.set_title(self.desk.text("tui.coverage.title", path=path), self.day_shown)

    def show_coverage(self) -> None:
        """Show the table, as it was counted last."""
        self._show_area(self.area_id)

    def _show_area(self, area_id: str | None, *, at: str | None = None) -> None:
        """Show an area and those in it.

        Args:
            area_id: None, or one that is not there on the day, for the top.
            at: the area to stand on; the first row where another area is shown.
        """
        if self.coverage is None or not self.measures:
            return
        self._top = self.coverage.top
        if area_id is None or not (area_id in self.coverage.tree or area_id == self._top):
            area_id = self._top
        has_moved, self.area_id = area_id != self.area_id, area_id
        rows = [area_id, *self.below(area_id)]
        self.table.show_table(self._columns(rows), rows, self._parts, from_top=has_moved)
        if at is not None:
            self.table.go_to(at)
        self.show_title()
        self._show_panel()

    def _columns(self, rows: Sequence[str]) -> list[ListColumn]:
        area = self.desk.label(self.desk.programme.tree.label)
        columns = [ListColumn(area, _NAME_WIDTH)]
        for measure in self.measures:
            heading = self.desk.label(measure.column)
            shown = [self.cell(area_id, measure) for area_id in rows]
            width = max(map(width_of, [heading, *shown]))
            columns.append(ListColumn(heading, width, is_right=True))
        return columns

    def _parts(self, area_id: str) -> list[Part]:
        name = self.row_name(area_id)
        if area_id == self.area_id:
            name = self.desk.text("tui.coverage.total", area=self.area_name(area_id))
        parts: list[Part] = [(name, PLAIN)]
        for measure in self.measures:
            is_short = self.read(area_id, measure).is_short
            parts.append((self.cell(area_id, measure), WARNING if is_short else PLAIN))
        return parts

    def _show_panel(self) -> None:
        if self.coverage is None:
            return
        reading = self.read(self.current, self.measure)
        is_ascii, metric = self.desk.settings.ascii_borders, self.measure.metric
        rest, drawn = "", ""
        if metric is not None and reading.part is None:
            rest = self.desk.text("tui.coverage.nothing")
        elif metric is not None:
            drawn = bar(reading.part, _BAR, is_ascii=is_ascii)
            rest = self.desk.text("tui.coverage.target", target=metric.target)
            if reading.expected is not None:
                expected = self.number(reading.expected)
                rest = f"{rest}, {self.desk.text('coverage.expected', percent=expected)}"
            if reading.missing:
                missing = self.desk.text("tui.coverage.missing", count=reading.missing)
                rest = f"{rest}, {missing}"
        numbers = f"{reading.count}   {reading.percent}".rstrip()
        then = self.reading_before(self.current, self.measure)
        if then:
            numbers = f"{numbers} {self.change(self.current, self.measure)}  {then}"
            drawn = ""  # the line is as long as it may be
        label = self.desk.label(self.measure.label)
        name = self.area_name(self.current)
        self.query_one(AreaPanel).show(name, label, numbers, drawn, rest)

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        """Say more about the area at hand."""
        self._show_panel()

    def on_area_table_column_moved(self) -> None:
        """Say more about the measure at hand."""
        self.say()
        if self._only_short:
            self.show_coverage()
        self._show_panel()

    # Going

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Go down; in the lowest area, to what is missing; on the first row, to the details."""
        assert self.coverage
        if event.row_id == self.area_id:
            self.action_detail()
        elif self.coverage.tree.children.get(event.row_id):
            self.say()
            self._show_area(event.row_id)
            self.table.go_to(self.table.rows[1])
        else:
            self._open_gaps(self._measure_below(event.row_id), event.row_id)

    def _measure_below(self, area_id: str) -> Measure:
        """The measure at hand; where it counts nothing, the one that assigning fills."""
        if self.read(area_id, self.measure).part is not None or self._charges is None:
            return self.measure
        return next(m for m in self.measures if m.metric == self._charges.metric)

    def action_up(self) -> None:
        """Go up; from the top, go back."""
        if self.coverage is None or self.area_id in (None, self._top):
            self.dismiss()
            return
        assert self.area_id is not None
        self.say()
        self._show_area(self.coverage.tree.parents.get(self.area_id), at=self.area_id)

    def action_detail(self) -> None:
        """Show all measures of the area at hand."""
        if self.coverage is not None:
            detail = AreaDetail(self.desk, self.current, self.as_of, at=self.measure.name)
            self.app.push_screen(detail, self._take_measure)

    def _take_measure(self, name: str | None) -> None:
        names = [measure.name for measure in self.measures]
        if name in names:
            self.table.go_to_column(names.index(name))

    def action_gaps(self) -> None:
        """Show what is missing."""
        if self.coverage is not None:
            self._open_gaps(self.measure, self.current)

    def _open_gaps(self, measure: Measure, area_id: str) -> None:
        if measure.metric is None:
            self.say(self.desk.text("tui.coverage.no_figure"))
            return
        self.say()
        self.app.push_screen(GapsView(self.desk, measure.metric, area_id, self.as_of))

    def action_assign(self) -> None:
        """Fill what is missing by assigning."""
        if self.coverage is None:
            return
        self.say()
        metric = self.measure.metric
        if metric is None:
            self.say(self.desk.text("tui.coverage.no_figure"))
        elif not self.coverage.is_counted(metric.name):
            self.say(self.desk.text("tui.coverage.counting"))
        elif not go_to_fill(self, self._charges, self.coverage, metric, self.current):
            self._open_gaps(self.measure, self.current)

    def action_reorganise(self) -> None:
        """Reorganise the areas by a table."""
        if self.desk.programme.reorganising is None:
            self.say(self.desk.problem(Problem("reorganise.not_declared")))
            return
        from nq77tui.tui.views.reorganise import ReorganiseView

        self.say()
        self.app.push_screen(ReorganiseView(self.desk))

    def action_boards(self) -> None:
        """Go to the boards of the area at hand."""
        from nq77tui.tui.views.boards.menu import BoardsView

        self.app.push_screen(BoardsView(self.desk, self.current, self.as_of))

    def action_reports(self) -> None:
        """Make a report of the area at hand."""
        from nq77tui.tui.views.reports import ReportsView

        self.app.push_screen(ReportsView(self.desk, self.current, self.as_of))

    def action_propose(self) -> None:
        """Propose somebody for all that has nobody in the area at hand."""
        self.say()
        area_id = self.current if self.coverage is not None else EVERYWHERE
        go_to_proposal(self, self._charges, self.coverage, self.measure.metric, area_id)
