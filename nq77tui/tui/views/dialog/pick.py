"""One out of a list, narrowed down by typing: a machine, an area."""

from __future__ import annotations

from collections.abc import Sequence

from nq77tui.tui.actions import PICK, SIFT, bindings
from nq77tui.tui.desk import Desk
from nq77tui.tui.views.sifted import SiftedView
from nq77tui.tui.widgets.row_list import ListColumn, RowList

_NAME, _NOTE = 38, 38


class PickView(SiftedView[str]):
    """Answers with the id of what was chosen, or None."""

    ACTIONS = PICK + SIFT
    BINDINGS = bindings(ACTIONS)

    def __init__(self, desk: Desk, title: str, rows: Sequence[tuple[str, str, str]]) -> None:
        """Offer rows.

        Args:
            title: the title's key in the catalogue.
            rows: id, name and note of each.
        """
        super().__init__(desk)
        self._title = title
        self._rows = {row_id: (name, note) for row_id, name, note in rows}

    def show_title(self) -> None:
        """What is to be chosen."""
        self.set_title(self.filtered_title(self.desk.text(self._title)))

    def show_rows(self, *, from_top: bool = False) -> None:
        """Show the rows that the filter finds."""
        found = self.sift(list(self._rows), lambda row_id: " ".join(self._rows[row_id]))
        columns = (
            ListColumn(self.desk.text("stick.name"), _NAME),
            ListColumn(self.desk.text("stick.note"), _NOTE),
        )
        empty = self.empty_text("stick.nothing_to_pick")
        self.row_list.show(columns, found, self._rows.__getitem__, empty=empty, from_top=from_top)

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Answer."""
        self.dismiss(event.row_id)
