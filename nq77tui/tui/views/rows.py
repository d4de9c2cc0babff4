"""A view that is a list of rows."""

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
