"""A table of a reorganisation beside the areas of the day before: what its cells mean."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from pathlib import Path

from nq77tui.core.area_tree import exists_on
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.record import Json
from nq77tui.core.scope import Row
from nq77tui.core.task import Reorganising
from nq77tui.exchange.reorganisation.table import UnitRow, at_row, read_units, twice
from nq77tui.exchange.rows.cell import read_value
from nq77tui.store.repository import Repository


class CheckedTable:
    """The rows of a table, and the areas that their codes mean."""

    def __init__(
        self, repository: Repository, declared: Reorganising, path: Path, day: date
    ) -> None:
        self._repository = repository
        self._declared = declared
        self._path = path
        self._schema = repository.programme.tree
        assert self._schema.tree
        self._tree = self._schema.tree
        self._day, self._eve = day.isoformat(), (day - timedelta(days=1)).isoformat()
        self._rows, self._passed_over = read_units(path, declared, self._schema)
        self._then: dict[str, Row] = {}
        """Areas of the day before by code: what a table's codes mean."""
        for row in repository.rows(self._schema.record):
            code = row.values.get(declared.code)
            if isinstance(code, str) and exists_on(self._schema, row.values, self._eve):
                self._then[code] = row

    def check(self, without: Collection[str], hanging: Collection[str]) -> None:
        """Look at everything before anything is made.

        Args:
            without: levels of areas that end on the day.
            hanging: record types to be ended or carried over, or ``all``.

        Raises:
            RefusedError: with every problem at once, each naming its row and column.
        """
        problems = [*self._row_problems(), *self._name_problems(without, hanging)]
        if problems:
            raise RefusedError(*problems)

    def _row_problems(self) -> list[Problem]:
        if not self._rows:
            return [Problem("exchange.empty_file", {"file": self._path.name})]
        repeated = twice(self._rows)
        return [one for row in self._rows for one in self._problems_of(row, repeated)]

    def _problems_of(self, row: UnitRow, repeated: dict[str, int]) -> list[Problem]:
        found = []
        for name, column in self._declared.columns.items():
            try:
                self._value(name, row.cells.get(column, ""))
            except RefusedError as error:
                found += [at_row(self._path, row, column, one) for one in error.problems]
        if not row.cells.get(self._code_column):
            reason = Problem("reorganise.no_code", {})
            found.append(at_row(self._path, row, self._code_column, reason))
        found += self._wrong_day(row)
        reasons = [] if row.merged_from else [Problem("reorganise.of_nothing", {})]
        for code in row.merged_from:
            params = {"code": code, "date": self._eve}
            if code not in self._then:
                reasons.append(Problem("reorganise.no_unit", params))
            elif repeated.get(code) == row.number:
                reasons.append(Problem("reorganise.twice", params))
        levels = {self._level(self._then[one]) for one in row.merged_from if one in self._then}
        if len(levels) > 1 and not found and self._absorbing(row) is None:
            reasons.append(Problem("reorganise.levels", {"levels": ", ".join(sorted(levels))}))
        made_of = self._declared.merged_from
        return [*found, *(at_row(self._path, row, made_of, reason) for reason in reasons)]

    def _wrong_day(self, row: UnitRow) -> list[Problem]:
        column = self._declared.begins
        given = row.cells.get(column, "") if column else ""
        if not given:
            return []
        try:
            found = read_value(
                self._schema.fields[self._schema.begins], given, self._repository.today()
            )
        except RefusedError as error:
            return [at_row(self._path, row, column, one) for one in error.problems]
        if found == self._day:
            return []
        reason = Problem("reorganise.other_day", {"found": given, "date": self._day})
        return [at_row(self._path, row, column, reason)]

    def _name_problems(self, without: Collection[str], hanging: Collection[str]) -> list[Problem]:
        levels = [choice.code for choice in self._schema.fields[self._tree.level].choices]
        records = [one.record for one in self._declared.hanging]
        wrong = [(name, levels) for name in sorted(without) if name not in levels]
        wrong += [(name, records) for name in sorted(hanging) if name not in (*records, "all")]
        return [
            Problem("reorganise.unknown", {"found": name, "known": ", ".join(dict.fromkeys(known))})
            for name, known in wrong
        ]

    def _value(self, name: str, cell: str) -> Json:
        field_found = self._schema.fields[name]
        return read_value(field_found, cell, self._repository.today()) if cell else None

    def _level(self, row: Row) -> str:
        return str(row.values.get(self._tree.level) or "")

    def _code(self, row: UnitRow) -> str:
        return str(self._value(self._declared.code, row.cells[self._code_column]) or "")

    @property
    def _code_column(self) -> str:
        return self._declared.columns[self._declared.code]

    def _absorbing(self, row: UnitRow) -> Row | None:
        """The unit that stays as it is and takes others in; None where a row makes a new one."""
        code = self._code(row) if row.cells.get(self._code_column) else ""
        found = self._then.get(code) if code not in row.merged_from else None
        stays = found and exists_on(self._schema, found.values, self._day)
        return found if stays else None
