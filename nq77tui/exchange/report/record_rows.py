"""The rows of a report that lists records: their values, in the order of the form."""

from __future__ import annotations

from decimal import Decimal

from nq77tui.core.area_tree import EVERYWHERE, exists_on
from nq77tui.core.record import Json
from nq77tui.core.report import ReportColumn, ReportForm
from nq77tui.core.schema import Field, Schema
from nq77tui.core.scope import RecordScope, Row
from nq77tui.core.typed import show_value
from nq77tui.core.values import money_in_dong
from nq77tui.core.vietnamese.collation import name_sort_key, sort_key
from nq77tui.exchange.report.area_rows import AreaRows
from nq77tui.exchange.report.sheet import Cell, Kind, SheetColumn, SheetRow, is_number, tidy
from nq77tui.exchange.rows.cell import plain_cell
from nq77tui.programme import Catalogue
from nq77tui.store.progress import Watch, WatchedFacts, unwatched, watched
from nq77tui.store.reader import Reader


class RecordRows:
    """The records of an area that a form lists."""

    def __init__(
        self,
        reader: Reader,
        form: ReportForm,
        words: Catalogue,
        counted: AreaRows,
        as_of: str,
        watch: Watch = unwatched,
    ) -> None:
        self._watch = watch
        self._reader = reader
        self._form = form
        self._words = words
        self._tree = counted.tree
        self._as_of = as_of
        self._schema = reader.programme.schemas[form.record]

    def columns(self) -> tuple[SheetColumn, ...]:
        """The columns."""
        return tuple(self._column(column) for column in self._form.columns)

    def _column(self, column: ReportColumn) -> SheetColumn:
        path = column.fields[0] if len(column.fields) == 1 else ()
        field = self._schema.fields.get(path[0]) if len(path) == 1 else None
        return SheetColumn(
            self._words.label(column.label),
            self._kind(column),
            own_field=field.name if field else "",
            counts=column.content == "number",
        )

    def _kind(self, column: ReportColumn) -> Kind:
        if column.content == "number":
            return "ordinal"
        if len(column.fields) != 1:
            return "text"
        field = self._field(column.fields[0], self._schema)
        if field is None or not field.is_number:
            return "text"
        if not field.grouping:
            return "ordinal"
        is_amount = column.thousand or field.type in ("integer", "decimal")
        return "number" if is_amount else "text"

    def _field(self, path: tuple[str, ...], schema: Schema) -> Field | None:
        field = schema.fields.get(path[0])
        for name in path[1:]:
            schemas = [self._reader.programme.schemas[one] for one in (field.to if field else ())]
            field = next((one.fields[name] for one in schemas if name in one.fields), None)
        return field

    def rows(self, area_id: str) -> list[SheetRow]:
        """The records of an area that exist on the day, in the form's order."""
        inside = set(self._tree.downward(area_id)) if area_id != EVERYWHERE else None
        scope = RecordScope({}, self._reader, self._reader.today().isoformat(), self._as_of)
        found = []
        facts = WatchedFacts(self._reader, self._watch, "list")
        for row in facts.rows(self._form.record):
            if not exists_on(self._schema, row.values, self._as_of):
                continue
            if inside is not None and self._tree.locate(row) not in inside:
                continue
            scope.values = row.values
            if self._form.where is None or self._form.where.holds(scope):
                keys = [self._sort_key(path, scope.field(path)) for path in self._form.sort]
                found.append((keys, row.id, row))
        found.sort(key=lambda one: one[:2])
        ordered = watched((row for _, _, row in found), self._watch, "list", len(found))
        rows = [self._row(row, n) for n, row in enumerate(ordered, 1)]
        return self._leave_out_repeats(rows)

    def _sort_key(self, path: tuple[str, ...], value: Json) -> tuple[object, ...]:
        """Names of people sort as their list on the screen does."""
        text = str(value or "")
        screens = self._reader.programme.screens
        owners = self._owners(path)
        if any(name in screens and screens[name].by_given_name for name in owners):
            return name_sort_key(text)
        return sort_key(text)

    def _owners(self, path: tuple[str, ...]) -> list[str]:
        """The record types whose title a path leads to."""
        schemas = [self._schema]
        for name in path[:-1]:
            targets = {
                one for schema in schemas if name in schema.fields for one in schema.fields[name].to
            }
            schemas = [self._reader.programme.schemas[one] for one in sorted(targets)]
        return [schema.record for schema in schemas if schema.title[:1] == path[-1:]]

    def _row(self, row: Row, number: int) -> SheetRow:
        cells = tuple(self._cell(column, row, number) for column in self._form.columns)
        plain = tuple(
            plain_cell(self._schema.fields[path[0]], row.values.get(path[0]))
            if len(column.fields) == 1 and len(path := column.fields[0]) == 1
            else ""
            for column in self._form.columns
        )
        return SheetRow(row.id, cells, plain)

    def _leave_out_repeats(self, rows: list[SheetRow]) -> list[SheetRow]:
        once = [place for place, column in enumerate(self._form.columns) if column.once]
        shown: list[SheetRow] = []
        for position, row in enumerate(rows):
            cells = list(row.cells)
            before = rows[position - 1] if position else None
            if before and all(before.cells[place] == row.cells[place] for place in once):
                for place in once:
                    cells[place] = ""
            shown.append(SheetRow(row.id, tuple(cells), row.plain))
        return shown

    def _cell(self, column: ReportColumn, row: Row, number: int) -> Cell:
        if column.content == "number":
            return number
        if column.content == "ancestor":
            return self._ancestor(row, column.source)
        shown = [self._value(path, column, row) for path in column.fields]
        if len(shown) == 1:
            return shown[0]
        return " ".join(str(one) for one in shown if one not in (None, ""))

    def _value(self, path: tuple[str, ...], column: ReportColumn, row: Row) -> Cell:
        value = RecordScope(row.values, self._reader, self._as_of).field(path)
        field = self._field(path, self._schema)
        if field is None or value is None:
            return None
        if column.thousand and field.type == "money" and isinstance(value, dict):
            return tidy(float(Decimal(repr(money_in_dong(value))) / 1000))
        if field.type in ("integer", "decimal") and is_number(value):
            return value
        return show_value(field, value, self._words.lang, self._reader.title).rstrip(";")

    def _ancestor(self, row: Row, level: str) -> str:
        for area_id in self._tree.upward(self._tree.locate(row)):
            if self._tree.level(area_id) == level:
                return self._reader.title(area_id)
        return ""
