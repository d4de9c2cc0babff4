"""What every key does in the view from which help was called."""

from __future__ import annotations

from collections.abc import Sequence

from nq77tui.tui.actions import HELP, Action, bindings, shown_key
from nq77tui.tui.cells import wrap
from nq77tui.tui.desk import Desk
from nq77tui.tui.views.rows import RowsView
from nq77tui.tui.widgets.row_list import ListColumn

_KEYS, _WORDS = 24, 52


class HelpView(RowsView[None]):
    """A list made from the actions themselves, so that it cannot lag behind."""

    ACTIONS = HELP
    BINDINGS = bindings(ACTIONS)

    def __init__(self, desk: Desk, actions: Sequence[Action]) -> None:
        super().__init__(desk)
        self._actions = actions

    def relabel(self) -> None:
        """Make the list."""
        super().relabel()
        columns = (
            ListColumn(self.desk.text("tui.help.keys"), _KEYS),
            ListColumn(self.desk.text("tui.help.does"), _WORDS),
        )
        lines = [line for action in self._actions for line in self._lines(action)]
        rows = [str(number) for number in range(len(lines))]
        self.row_list.show(columns, rows, lambda row_id: lines[int(row_id)])

    def show_title(self) -> None:
        """Help."""
        self.set_title(self.desk.text("tui.help.title"))

    def _lines(self, action: Action) -> list[tuple[str, str]]:
        keys = "  ".join(shown_key(key) for key in action.keys)
        words = list(wrap(self.desk.text(action.help), _WORDS))
        return [(keys if at == 0 else "", line) for at, line in enumerate(words)]
