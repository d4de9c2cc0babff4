"""Views that are a list of rows."""

from __future__ import annotations

from textual.app import ComposeResult

from nq77tui.tui.views.base import BaseView, Result
from nq77tui.tui.widgets.row_list import RowList


class RowsView(BaseView[Result]):
    """The body is one list; a view that puts more beside it brings its own body."""

    def body(self) -> ComposeResult:
        """The rows."""
        yield RowList()

    @property
    def row_list(self) -> RowList:
        """The rows."""
        return self.query_one(RowList)


class ReadRowsView(RowsView[Result]):
    """Rows that `store_changed` reads and shows, in another language as well."""

    def relabel(self) -> None:
        """Show everything in the language of the moment."""
        super().relabel()
        self.store_changed()
