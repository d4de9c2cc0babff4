"""The rows of a report form: areas with their figures, or records with their values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TypeGuard

from nq77tui.core.area_tree import EVERYWHERE, Facts, exists_on
from nq77tui.core.counting.coverage import Coverage
from nq77tui.core.metric import Figure
from nq77tui.core.period import Period
from nq77tui.core.record import Json
from nq77tui.core.report import Answers, ReportColumn, ReportForm
from nq77tui.core.schema import Field, Schema
from nq77tui.core.scope import RecordScope, Row
from nq77tui.core.typed import show_value
from nq77tui.core.values import money_in_dong
from nq77tui.core.vietnamese.collation import name_sort_key, sort_key
from nq77tui.exchange.report.sheet import Cell, SheetColumn, SheetRow, ratio
from nq77tui.exchange.rows.cell import guard, plain_text
from nq77tui.store.progress import Watch, WatchedFacts, unwatched, watched
from nq77tui.store.reader import Reader

_NUMBERS = frozenset({"integer", "decimal", "figure", "hectares", "money"})


class _InPeriod:
    """Facts that leave out the records that do not begin within a period."""

    def __init__(self, facts: Facts, schemas: Mapping[str, Schema], period: Period) -> None:
        self._facts = facts
        self._schemas = schemas
        self._period = period

    def rows(self, record_type: str) -> Iterable[Row]:
        schema = self._schemas[record_type]
        if schema.tree or not schema.begins:
            return self._facts.rows(record_type)
        found = self._facts.rows(record_type)
        return [row for row in found if self._period.may_hold(row.values.get(schema.begins))]

    def row(self, record_id: str) -> Row | None:
        return self._facts.row(record_id)


class AreaRows:
    """The figures of an area and of the areas right below it."""

    def __init__(
        self,
        reader: Reader,
        form: ReportForm,
        lang: str,
        as_of: str,
        period: Period,
        watch: Watch = unwatched,
    ) -> None:
        programme = reader.programme
        facts = WatchedFacts(reader, watch, "count")
        self._reader = reader
        self._form = form
        self._lang = lang
        needed = {column.source for column in form.columns}
        shared = {name: one for name, one in programme.figures.items() if name in needed}
        metrics = {name: one for name, one in programme.metrics.items() if name in needed}
        self._figures: Mapping[str, Figure] = {**shared, **form.figures, **form.in_period}
        today = reader.today().isoformat()
        self._counted = Coverage(
            programme.schemas,
            metrics,
            {**shared, **form.figures},
            facts,
            as_of=as_of,
            today=today,
        )
        self.tree = self._counted.tree
        self._in_period = (
            Coverage(
                programme.schemas,
                {},
                form.in_period,
                _InPeriod(facts, programme.schemas, period),
                as_of=as_of,
                today=today,
            )
            if form.in_period
            else self._counted
        )

    def columns(self, area_id: str) -> tuple[SheetColumn, ...]:
        """The columns, with the level of the rows in their headers."""
        places = {column.name: n for n, column in enumerate(self._form.columns) if column.name}
        level = self._level_below(area_id)
        return tuple(self._column(column, places, level) for column in self._form.columns)

    def _column(self, column: ReportColumn, places: Mapping[str, int], level: str) -> SheetColumn:
        text = _label(column.label, self._lang)
        text = text.replace("{level}", level if text.startswith("{level}") else level.lower())
        is_text = column.content in ("area", "blank", "answers")
        figure = self._figures[column.source] if column.content == "figure" else None
        is_whole = figure is not None and (bool(figure.distinct) or figure.own)
        return SheetColumn(
            text,
            "percent" if column.percent else "text" if is_text else "number",
            column.content in ("have", "of", "figure") and not is_whole,
            tuple(places[name] for name in column.over),
            tuple(places[name] for name in column.under),
            own_field=self._title_field() if column.content == "area" else "",
            counts=column.content == "number",
        )

    def _title_field(self) -> str:
        title = self._reader.programme.tree.title
        return title[0] if len(title) == 1 else ""

    def _level_below(self, area_id: str) -> str:
        schema = self._reader.programme.tree
        assert schema.tree
        for child in self.tree.children.get(area_id, ()) or [area_id]:
            choice = schema.fields[schema.tree.level].choice(self.tree.level(child))
            if choice is not None:
                return _label(choice.label, self._lang)
        return _label(schema.label, self._lang)

    def rows(
        self, area_id: str, columns: tuple[SheetColumn, ...], elsewhere: str
    ) -> list[SheetRow]:
        """One row an area below, and one for what lies in none of them, where there is any.

        Args:
            elsewhere: what that row is called.
        """
        children = sorted(
            self.tree.children.get(area_id, ()) or [area_id],
            key=lambda child: sort_key(self._reader.title(child)),
        )
        found = [self._row(child, columns, n) for n, child in enumerate(children, 1)]
        total = self.total(area_id, columns, "")
        rest = list(total)
        for place, column in enumerate(columns):
            if column.added:
                below = sum(number for row in found if _is_number(number := row.cells[place]))
                rest[place] = _tidy(_number(total[place]) - below)
            elif not column.over:
                rest[place] = None
        if any(rest[place] for place, column in enumerate(columns) if column.added):
            for place, column in enumerate(columns):
                if column.over:
                    rest[place] = ratio(tuple(rest), column)
                elif self._form.columns[place].content == "area":
                    rest[place] = elsewhere
            found.append(SheetRow("", tuple(rest)))
        return found

    def _row(self, area_id: str, columns: tuple[SheetColumn, ...], number: int) -> SheetRow:
        title = self._reader.title(area_id)
        cells = self._cells(area_id, columns, title, number)
        field = self._title_field()
        row = self._reader.row(area_id)
        schema = self._reader.programme.tree
        plain = tuple(
            _plain(schema.fields[field], row) if column.own_field else "" for column in columns
        )
        return SheetRow(area_id, cells, plain)

    def total(self, area_id: str, columns: tuple[SheetColumn, ...], label: str) -> tuple[Cell, ...]:
        """The figures of the whole area."""
        return self._cells(area_id, columns, label, None)

    def _cells(
        self, area_id: str, columns: tuple[SheetColumn, ...], title: str, number: int | None
    ) -> tuple[Cell, ...]:
        cells: list[Cell] = []
        for column in self._form.columns:
            match column.content:
                case "number":
                    cells.append(number)
                case "area":
                    cells.append(title)
                case "have":
                    cells.append(self._counted.share(area_id, column.source).have)
                case "of":
                    cells.append(self._counted.share(area_id, column.source).of)
                case "figure":
                    is_dated = column.source in self._form.in_period
                    counted = self._in_period if is_dated else self._counted
                    cells.append(counted.figure(area_id, column.source))
                case "answers":
                    assert column.answers
                    cells.append(self._answers(area_id, column.answers))
                case _:
                    cells.append(None)
        for place, one in enumerate(columns):
            if one.over:
                cells[place] = ratio(tuple(cells), one)
        return tuple(cells)

    def _answers(self, area_id: str, asked: Answers) -> str:
        schema = self._reader.programme.schemas[asked.record]
        field = schema.fields[asked.field]
        inside = set(self.tree.downward(area_id))
        found: set[str] = set()
        for row in self._counted.rows(asked.record):
            value = row.values.get(asked.field)
            if not value or self.tree.locate(row) not in inside:
                continue
            scope = RecordScope(row.values, self._reader, self._counted.as_of)
            if asked.where is None or asked.where.holds(scope):
                found |= {str(one) for one in (value if isinstance(value, list) else [value])}
        known = [choice for choice in field.choices if choice.code in found]
        return ", ".join(_label(choice.label, self._lang) for choice in known)

    def spoken(self, area_id: str) -> list[tuple[str, int, int]]:
        """The metrics of the form as label, have, of."""
        names = dict.fromkeys(one.source for one in self._form.columns if one.content == "have")
        metrics = self._reader.programme.metrics
        return [
            (_label(metrics[name].label, self._lang), *self._counted.share(area_id, name))
            for name in names
        ]


class RecordRows:
    """The records of an area that a form lists."""

    def __init__(
        self,
        reader: Reader,
        form: ReportForm,
        lang: str,
        counted: AreaRows,
        as_of: str,
        watch: Watch = unwatched,
    ) -> None:
        self._watch = watch
        self._reader = reader
        self._form = form
        self._lang = lang
        self._tree = counted.tree
        self._as_of = as_of
        self._schema = reader.programme.schemas[form.record]

    def columns(self) -> tuple[SheetColumn, ...]:
        """The columns."""
        return tuple(self._column(column) for column in self._form.columns)

    def _column(self, column: ReportColumn) -> SheetColumn:
        path = column.fields[0] if len(column.fields) == 1 else ()
        field = self._schema.fields.get(path[0]) if len(path) == 1 else None
        is_number = column.content == "number" or self._is_number(column)
        return SheetColumn(
            _label(column.label, self._lang),
            "number" if is_number else "text",
            own_field=field.name if field else "",
            counts=column.content == "number",
        )

    def _is_number(self, column: ReportColumn) -> bool:
        if len(column.fields) != 1:
            return False
        field = self._field(column.fields[0], self._schema)
        return (
            field is not None
            and field.type in _NUMBERS
            and (column.thousand or field.type in ("integer", "decimal"))
        )

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
            _plain(self._schema.fields[path[0]], row)
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
            return _tidy(float(Decimal(repr(money_in_dong(value))) / 1000))
        if field.type in ("integer", "decimal") and _is_number(value):
            return value
        return show_value(field, value, self._lang, self._reader.title).rstrip(";")

    def _ancestor(self, row: Row, level: str) -> str:
        for area_id in self._tree.upward(self._tree.locate(row)):
            if self._tree.level(area_id) == level:
                return self._reader.title(area_id)
        return ""


def _plain(field: Field, row: Row | None) -> str:
    return guard(plain_text(field, row.values.get(field.name))) if row else ""


def _label(label: Mapping[str, str], lang: str) -> str:
    return label.get(lang) or next(iter(label.values()), "")


def _is_number(value: Json) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(cell: Cell) -> int | float:
    return cell if isinstance(cell, int | float) else 0


def _tidy(number: int | float) -> int | float:
    number = round(number, 4)
    return int(number) if number == int(number) else number
