"""Where one can be in a form: its sections, fields, and the cells of its grids, by their names.

A field has its own name; a cell is called ``grid/row/field``.
"""

from __future__ import annotations

from abc import ABC
from typing import TYPE_CHECKING, cast

from nq77tui.core.expression import Scope
from nq77tui.core.problem import Problem
from nq77tui.core.record import Json
from nq77tui.core.schema import Schema
from nq77tui.core.screen import FormField, RecordScreen, Repeat, Section
from nq77tui.core.validation import relevant_fields
from nq77tui.tui.desk import Desk
from nq77tui.tui.row_grid import GridRow, RowGrid

if TYPE_CHECKING:
    from nq77tui.tui.form_model import FormModel


class FormPlaces(ABC):
    """What of a form is asked now, and which record each place belongs to."""

    desk: Desk
    record_type: str
    schema: Schema
    form: RecordScreen
    values: dict[str, Json]
    problems: dict[str, tuple[Problem, ...]]
    grids: list[RowGrid]

    def sections(self) -> list[tuple[Section, list[FormField]]]:
        """The sections with the fields that are asked now; empty ones left out, grids kept."""
        scope = self.desk.repository.scope(self.record_type, self.values)
        relevant = relevant_fields(self.schema, scope)
        found = [
            (section, [asked for asked in section.fields if asked.name in relevant])
            for section in self.form.sections
        ]
        return [
            (section, asked)
            for section, asked in found
            if asked or (section.repeat is not None and _is_relevant(section.repeat, scope))
        ]

    def asked_names(self) -> list[str]:
        """The fields that are asked now, in order."""
        return [one.name for _, asked in self.sections() for one in asked]

    def places(self) -> list[str]:
        """The fields and the cells of grids that are asked now, in order."""
        found = []
        for section, asked in self.sections():
            found += [one.name for one in asked]
            if (grid := self.grid(section)) is not None:
                found += [name for row in grid.rows for name in grid.names(row)]
        return found

    def grid(self, section: Section) -> RowGrid | None:
        """The grid of a section."""
        if section.repeat is None:
            return None
        return next(grid for grid in self.grids if grid.repeat == section.repeat)

    def cell(self, name: str) -> tuple[RowGrid, GridRow] | None:
        """The grid and the row of a cell; None for a field, or where there is no such row."""
        key, _, rest = name.partition("/")
        number = rest.partition("/")[0]
        for grid in self.grids:
            if grid.key == key and (row := grid.row(int(number))) is not None:
                return grid, row
        return None

    def at(self, name: str) -> tuple[FormModel, str]:
        """The form that a field or a cell belongs to, this one or a row's, and its name there."""
        cell = self.cell(name)
        return (
            (cast("FormModel", self), name)
            if cell is None
            else (cell[1].model, name.rpartition("/")[2])
        )

    def has(self, name: str) -> bool:
        """Whether a name is that of a field or a cell."""
        owner, field = self.at(name)
        return field in owner.schema.fields

    def is_empty(self, name: str) -> bool:
        """Whether a field or a cell holds nothing."""
        owner, field = self.at(name)
        return field not in owner.values

    def is_ready_choice(self, name: str) -> bool:
        """Whether it is the cell whose choice a row stands ready for."""
        cell = self.cell(name)
        if cell is None:
            return False
        grid, row = cell
        field = name.rpartition("/")[2]
        return field == grid.repeat.each and bool(row.model.start.get(field)) and row.is_blank

    def resumed_at(self, name: str) -> str:
        """Where to go on: of a cell whose row is not there any more, the last row of its grid."""
        for grid in self.grids:
            if name.startswith(f"{grid.key}/") and self.cell(name) is None:
                return grid.names(grid.rows[-1])[0]
        return name

    def tidy(self) -> None:
        """Have blank rows stand ready as the values are now."""
        for grid in self.grids:
            grid.tidy()

    def problems_at(self, name: str) -> tuple[Problem, ...]:
        """What is wrong with a field or a cell."""
        owner, field = self.at(name)
        return owner.problems.get(field, ())

    def state(self) -> list[dict[str, Json]]:
        """Every value as it is now, those of the rows behind."""
        rows = [dict(row.model.values) for grid in self.grids for row in grid.filled()]
        return [dict(self.values), *rows]


def _is_relevant(repeat: Repeat, scope: Scope) -> bool:
    return repeat.relevant is None or repeat.relevant.holds(scope)
