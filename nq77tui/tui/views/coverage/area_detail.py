"""All metrics and figures of one area, by their full names."""

from __future__ import annotations

from nq77tui.tui.actions import DETAIL, bindings
from nq77tui.tui.desk import Desk
from nq77tui.tui.measure import bar, measures_of, read
from nq77tui.tui.views.coverage.counted import CountedView
from nq77tui.tui.views.coverage.gaps import GapsView
from nq77tui.tui.views.rows import RowsView
from nq77tui.tui.widgets.row_list import ListColumn, RowList

_BAR = 5


class AreaDetail(RowsView[str], CountedView[str]):
    """Answers with the name of the measure chosen."""

    ACTIONS = DETAIL
    BINDINGS = bindings(ACTIONS)

    def __init__(self, desk: Desk, area_id: str, as_of: str | None, *, at: str) -> None:
        super().__init__(desk, as_of)
        self._area_id = area_id
        self._at: str | None = at
        self._measures = {measure.name: measure for measure in measures_of(desk.programme)}

    def relabel(self) -> None:
        """Show everything in the language of the moment."""
        super().relabel()
        self.show_coverage()

    def show_title(self) -> None:
        """The area and the day."""
        name = self.area_name(self._area_id)
        self.set_title(self.desk.text("tui.detail.title", area=name), self.day_shown)

    def show_coverage(self) -> None:
        """Show the measures, as they were counted last."""
        if self.coverage is None:
            return
        columns = [ListColumn(self.desk.text("tui.detail.measure"), self.app.size.width - 38)]
        columns += [
            ListColumn(self.desk.text(f"tui.detail.{name}"), width, is_right=True)
            for name, width in (("count", 13), ("percent", 7), ("target", 7))
        ]
        columns.append(ListColumn(self.desk.text("tui.detail.bar"), _BAR))
        row_list = self.row_list
        row_list.show(columns, list(self._measures), self._cells)
        if self._at is not None:
            row_list.go_to(self._at)
            self._at = None

    def _cells(self, name: str) -> tuple[str, ...]:
        assert self.coverage
        measure, lang = self._measures[name], self.desk.catalogue.lang
        reading = read(self.coverage, self._area_id, measure, lang)
        target = f"{measure.metric.target} %" if measure.metric else ""
        is_ascii = self.desk.settings.ascii_borders
        drawn = "" if reading.part is None else bar(reading.part, _BAR, is_ascii=is_ascii)
        return self.desk.label(measure.label), reading.count, reading.percent, target, drawn

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Go back to the table, to this measure."""
        self.dismiss(event.row_id)

    def action_gaps(self) -> None:
        """Show what is missing."""
        measure = self._measures[self.row_list.current or ""]
        if measure.metric is None:
            self.say(self.desk.text("tui.coverage.no_figure"))
        else:
            self.app.push_screen(GapsView(self.desk, measure.metric, self._area_id, self.as_of))

    def action_back(self) -> None:
        """Go back to the table as it was."""
        self.dismiss(None)
