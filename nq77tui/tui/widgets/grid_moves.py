"""The half of a form's pane that knows the rows and cells of grids."""

from __future__ import annotations

from abc import abstractmethod

from nq77tui.tui.field_entry import Picking, Writing
from nq77tui.tui.form_drawing import FormRow, form_rows, place_of
from nq77tui.tui.form_model import FormModel
from nq77tui.tui.widgets.canvas import Canvas

SAVE = ""
"""Stands for the line below the last field."""
_REMOVE_ROW = "ctrl+y"


class GridMoves(Canvas):
    """Moves through the cells of grids, and takes rows away."""

    model: FormModel
    current: str
    entry: Writing | Picking | None
    _rows: list[FormRow]

    @abstractmethod
    def enter(self, name: str, *, is_by_key: bool = False) -> None:
        """Go to a field or cell."""

    @abstractmethod
    def go_to(self, name: str) -> None:
        """Go to a field or cell, taking along what is typed in this one."""

    @abstractmethod
    def _names(self) -> list[str]:
        """The fields and cells that people fill in, in order."""

    def _leave_cell(self) -> bool:
        """Have the rows of grids tidied; whether nothing is written in the row that is left."""
        cell = self.model.cell(self.current)
        was_blank = cell is not None and cell[1].is_blank and not cell[1].is_removed
        self.model.tidy()
        self._rows = form_rows(self.model)
        return was_blank

    def _is_passed(self, name: str) -> bool:
        """Whether Enter and Tab stop there: not in rows that are taken away."""
        cell = self.model.cell(name)
        return cell is None or not cell[1].is_removed or name == self.current

    def _row_names(self) -> list[str]:
        """The cells of the row that is being filled in."""
        cell = self.model.cell(self.current)
        return [] if cell is None else cell[0].names(cell[1])

    def _move_in_grid(self, key: str) -> bool:
        """The arrows lead through cells, and a row can be taken away."""
        cell, entry = self.model.cell(self.current), self.entry
        if cell is None or entry is None:
            return False
        grid, row = cell
        if key == _REMOVE_ROW:
            entry.commit()
            grid.remove(row)
            self.enter(self.current, is_by_key=True)
        elif key == "right" and entry.is_at_end:
            self._step_in_row(1)
        elif key == "left" and entry.is_at_start:
            self._step_in_row(-1)
        elif key in ("up", "down") and not (isinstance(entry, Picking) and not entry.is_at_end):
            self._step_in_column(1 if key == "down" else -1)
        else:
            return False
        return True

    def _step_in_row(self, step: int) -> None:
        names = self._row_names()
        at = min(max(names.index(self.current) + step, 0), len(names) - 1)
        if names[at] != self.current:
            self.go_to(names[at])

    def _step_in_column(self, step: int) -> None:
        """The same column in the line above or below; what is there where that is no row."""
        if self.entry is not None:
            self.entry.commit()
        self._leave_cell()
        place = place_of(self._rows, self.current)
        column = self.current.rpartition("/")[2]
        others = self._rows[place + 1 :] if step > 0 else self._rows[:place][::-1]
        line = next((row for row in others if set(row.names) & set(self._names())), None)
        if line is None:
            self.enter(SAVE if step > 0 else self.current, is_by_key=True)
            return
        same = [name for name in line.names if name.rpartition("/")[2] == column]
        self.enter([*same, *line.names][0], is_by_key=True)
