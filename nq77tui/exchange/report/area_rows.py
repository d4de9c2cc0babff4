"""The rows of a report about areas: their figures, and those of the whole above them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nq77tui.core.area_tree import Facts
from nq77tui.core.counting.coverage import Coverage
from nq77tui.core.metric import Figure
from nq77tui.core.period import Period
from nq77tui.core.report import Answers, ReportColumn, ReportForm
from nq77tui.core.schema import Schema
from nq77tui.core.scope import RecordScope, Row
from nq77tui.core.vietnamese.collation import sort_key
from nq77tui.exchange.report.sheet import Cell, Kind, SheetColumn, SheetRow, is_number, ratio, tidy
from nq77tui.exchange.rows.cell import plain_cell
from nq77tui.programme import Catalogue
from nq77tui.store.progress import Watch, WatchedFacts, unwatched
from nq77tui.store.reader import Reader


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
        words: Catalogue,
        as_of: str,
        period: Period,
        watch: Watch = unwatched,
    ) -> None:
        programme = reader.programme
        facts = WatchedFacts(reader, watch, "count")
        self._reader = reader
        self._form = form
        self._words = words
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
        text = self._words.label(column.label)
        text = text.replace("{level}", level if text.startswith("{level}") else level.lower())
        kind: Kind = "percent" if column.percent else "number"
        if column.content in ("area", "blank", "answers"):
            kind = "text"
        elif column.content == "number":
            kind = "ordinal"
        figure = self._figures[column.source] if column.content == "figure" else None
        is_whole = figure is not None and (bool(figure.distinct) or figure.own)
        return SheetColumn(
            text,
            kind,
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
                return self._words.label(choice.label)
        return self._words.label(schema.label)

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
                below = sum(number for row in found if is_number(number := row.cells[place]))
                rest[place] = tidy((whole if is_number(whole := total[place]) else 0) - below)
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
        own, row = self._title_field(), self._reader.row(area_id)
        plain = ""
        if own and row is not None:
            plain = plain_cell(self._reader.programme.tree.fields[own], row.values.get(own))
        of_columns = tuple(plain if column.own_field else "" for column in columns)
        return SheetRow(area_id, cells, of_columns)

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
        return ", ".join(self._words.label(choice.label) for choice in known)

    def spoken(self, area_id: str) -> list[tuple[str, int, int]]:
        """The metrics of the form as label, have, of."""
        names = dict.fromkeys(one.source for one in self._form.columns if one.content == "have")
        metrics = self._reader.programme.metrics
        return [
            (self._words.label(metrics[name].label), *self._counted.share(area_id, name))
            for name in names
        ]
