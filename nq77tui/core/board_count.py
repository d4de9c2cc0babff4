"""Counts a board of one area on one day; nothing here knows a store or a screen.

What quality boards look for lies in more than the values of records, and is counted in
`store.board_quality`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction
from statistics import median

from nq77tui.core.area_tree import EVERYWHERE
from nq77tui.core.board import AREA, Board, Path, Reach, Tally
from nq77tui.core.board_table import (
    BoardColumn,
    BoardLine,
    BoardTable,
    Cell,
    Gathering,
    percent_of,
)
from nq77tui.core.counting.count import passing
from nq77tui.core.counting.lens import Lens
from nq77tui.core.expression.functions import as_number
from nq77tui.core.metric import Counted
from nq77tui.core.period import Period
from nq77tui.core.record import Json
from nq77tui.core.schema import Choice, Field, Label, Schema
from nq77tui.core.scope import Row

ALL = ""
"""The group of everything."""
TOTAL, PERCENT, REST = "total", "percent", "rest"
_OVER, _NEVER, _REACHED = "not_reached", "never", "reached"
_DUE, _DONE = "due", "done"
_PEOPLE, _NOTHING, _LEFT, _MEDIAN, _MOST = "people", "nothing", "left", "median", "most"
SPREAD = 10
"""Into how many equal steps a spread is divided."""
_MONTHS = 12
_MANY = 5_000


class BoardCount:
    """One board being counted."""

    def __init__(
        self,
        board: Board,
        schemas: Mapping[str, Schema],
        lens: Lens,
        scope: str,
        grouping: Path = AREA,
        step: Callable[[], None] = lambda: None,
        *,
        is_whole: bool = False,
    ) -> None:
        """Prepare.

        Args:
            lens: records that stay as they are meanwhile.
            scope: the area; `EVERYWHERE` for all.
            grouping: one of the board's ``rows``.
            step: called now and then; may raise to stop.
            is_whole: count also what does not lie in the area.
        """
        self._board, self._schemas, self._lens = board, schemas, lens
        self._scope, self._grouping, self._step = scope, grouping, step
        self._is_whole = is_whole

    def table(self) -> BoardTable:
        """Count."""
        count = {
            "classes": self._classes,
            "answers": self._answers,
            "months": self._months,
            "reached": self._reached,
            "against": self._against,
            "load": self._load,
        }[self._board.kind]
        return count()

    # -- what is counted -----------------------------------------------------------------------

    def _tallied(self, tally: Tally) -> Iterator[tuple[Row, int | Fraction]]:
        """The records that count, each with its number."""
        self._have_at_hand(tally.record)
        rows: Iterable[Row] = passing(self._lens, Counted(tally.record, tally.where))
        if tally.latest:
            rows = self._latest(rows, tally)
        holds = window(tally.days, tally.period, self._lens.as_of)
        for place, row in enumerate(rows):
            if place % 500 == 0:
                self._step()
            if tally.date and not holds(row.values.get(tally.date)):
                continue
            if not tally.sum:
                yield row, 1
                continue
            number = as_number(row.values.get(tally.sum))
            if number is not None:
                # Exact, so that sums do not depend on the order.
                yield row, Fraction(number) if isinstance(number, float) else number

    def _have_at_hand(self, record: str) -> None:
        """Look up what many records refer to all at once, not one by one."""
        if len(self._lens.rows(record)) < _MANY:
            return
        for field in self._schemas[record].references:
            for target in field.to:
                self._lens.rows(target)

    def _latest(self, rows: Iterable[Row], tally: Tally) -> Iterable[Row]:
        begins = self._schemas[tally.record].begins
        found: dict[tuple[object, ...], tuple[str, str, Row]] = {}
        for row in rows:
            key = tuple(str(row.values.get(name)) for name in tally.latest)
            age = str(row.values.get(begins) or ""), row.id, row
            if key not in found or found[key][:2] < age[:2]:
                found[key] = age
        return [row for _, _, row in found.values()]

    def _part(self, place: str) -> str | None:
        """The area right below the one at hand in which a place lies; None outside it.

        Where everything is counted, what lies outside, or nobody knows where, is one group.
        """
        way = self._lens.tree.way(place)
        if self._scope not in way:
            return EVERYWHERE if self._is_whole else None
        at = way.index(self._scope)
        return way[at - 1] if at else self._scope

    def _grouped(
        self, rows: Iterable[tuple[Row, int | Fraction]], grouping: Path
    ) -> Iterator[tuple[str, Row, int | Fraction]]:
        """What lies in the area at hand, with its group; one of several answers each."""
        place = self._lens.place
        follow = self._lens.follow(grouping) if grouping else None
        for row, number in rows:
            part = self._part(place(row))
            if part is None:
                continue
            if follow is None:
                yield part, row, number
                continue
            value = follow(row.values)
            for one in value if isinstance(value, list) else [value]:
                yield self._resolved(one), row, number

    def _resolved(self, value: Json) -> str:
        """A value as one text; of a record, the id under which it stands now."""
        if not isinstance(value, str):
            return "" if value is None else str(value)
        row = self._lens.row(value) if "-" in value else None
        return row.id if row else value

    def _labels(self, grouping: Path, record: str) -> dict[str, Label]:
        """What the answers of a choice field are called; of references nothing."""
        field = self._field_at(record, grouping) if grouping else None
        return {one.code: one.label for one in field.choices} if field else {}

    def _field_at(self, record: str, path: Path) -> Field | None:
        schemas = [self._schemas[record]]
        for name in path[:-1]:
            fields = [one.fields[name] for one in schemas if name in one.fields]
            schemas = [self._schemas[to] for field in fields for to in field.to]
        found = (one.fields.get(path[-1]) for one in schemas)
        return next((field for field in found if field is not None), None)

    def _lines(
        self, gathered: Gathering, cells: Callable[[str], list[Cell]], record: str
    ) -> list[BoardLine]:
        groups = gathered.groups
        if self._grouping == AREA:
            below = self._lens.tree.children.get(self._scope, [])
            groups = list(dict.fromkeys([*below, *groups]))
        labels = self._labels(self._grouping, record)
        return [
            BoardLine(one, cells(one), (labels[one],) if one in labels else ()) for one in groups
        ]

    def _gathered_table(
        self, columns: Iterable[BoardColumn], rows: Iterable[tuple[str, str, Row, int | Fraction]]
    ) -> BoardTable:
        """A table of records, each in one column of one group, with a total before them."""
        columns = (BoardColumn(TOTAL), *columns)
        record = self._board.of.record
        names = [column.name for column in columns]
        groups, whole = Gathering(names, record), Gathering(names, record)
        for group, column, row, number in rows:
            for name in (TOTAL, column):
                groups.add(group, name, number, row.id)
                whole.add(ALL, name, number, row.id)
        total = BoardLine(self._scope, whole.cells(ALL))
        return BoardTable(columns, total, self._lines(groups, groups.cells, record), self._grouping)

    # -- kinds ---------------------------------------------------------------------------------

    def _classes(self) -> BoardTable:
        classes = self._board.classes
        tests = [
            (one.name, None if one.where is None else self._lens.test(one.where)) for one in classes
        ]

        def class_of(row: Row) -> str:
            return next((name for name, test in tests if test is None or test(row.values)), REST)

        rows = (
            (group, class_of(row), row, number)
            for group, row, number in self._grouped(self._tallied(self._board.of), self._grouping)
        )
        columns = [BoardColumn(one.name, one.label, one.bad) for one in classes]
        return self._gathered_table(columns, rows)

    def _answers(self) -> BoardTable:
        name = self._board.answers
        field = self._schemas[self._board.of.record].fields[name]
        rows = (
            (group, str(row.values.get(name) or REST), row, number)
            for group, row, number in self._grouped(self._tallied(self._board.of), self._grouping)
        )
        table = self._gathered_table([BoardColumn(c.code, c.label) for c in field.choices], rows)
        return without_empty(table)

    def _months(self) -> BoardTable:
        months = last_months(self._lens.as_of, self._board.months)
        known, name = set(months), self._board.of.date
        rows = (
            (group, month, row, number)
            for group, row, number in self._grouped(self._tallied(self._board.of), self._grouping)
            if (month := str(row.values.get(name))[:7]) in known
        )
        newest_first = months[::-1]
        table = self._gathered_table([_month_column(one) for one in newest_first], rows)
        for line in (table.total, *table.lines):
            line.series = [cell.number or 0 for cell in line.cells[:0:-1]]
        return table

    def _reached(self) -> BoardTable:
        reach = self._board.reach
        assert reach
        last = self._last_reached(reach)
        holds = window(reach.days, reach.period, self._lens.as_of)
        key_of = self._keys(tuple(reach.match.values()), in_area=reach.in_area)
        names = (TOTAL, _OVER, _NEVER, _REACHED)
        record = self._board.of.record
        groups, whole = Gathering(names, record), Gathering(names, record)
        for group, row, number in self._grouped(self._tallied(self._board.of), self._grouping):
            day = last.get(key_of(row))
            columns = [TOTAL, _REACHED if holds(day) else _OVER]
            if day is None:
                columns.append(_NEVER)
            for column in columns:
                groups.add(group, column, number, row.id)
                whole.add(ALL, column, number, row.id)

        def cells(gathered: Gathering, group: str) -> list[Cell]:
            found = gathered.cells(group)
            return [
                *found,
                Cell(percent_of(found[3].number, found[0].number), record, found[3].ids),
            ]

        shown = (
            BoardColumn(TOTAL),
            BoardColumn(_OVER, is_bad=True),
            BoardColumn(_NEVER, is_bad=True),
            BoardColumn(_REACHED),
            BoardColumn(PERCENT, is_percent=True),
        )
        lines = self._lines(groups, lambda group: cells(groups, group), record)
        return BoardTable(shown, BoardLine(self._scope, cells(whole, ALL)), lines, self._grouping)

    def _last_reached(self, reach: Reach) -> Mapping[tuple[str, ...], str]:
        """The last day on which each was reached."""
        begins = self._schemas[reach.record].begins
        key_of = self._keys(tuple(reach.match), in_area=reach.in_area)
        last: dict[tuple[str, ...], str] = {}
        for row, _ in self._tallied(Tally(reach.record, reach.where)):
            day = row.values.get(begins)
            if isinstance(day, str) and day:
                key = key_of(row)
                last[key] = max(last.get(key, ""), day)
        return last

    def _keys(self, paths: tuple[Path, ...], *, in_area: bool) -> Callable[[Row], tuple[str, ...]]:
        itself: Path = (".",)
        follows = [None if path == itself else self._lens.follow(path) for path in paths]

        def key(row: Row) -> tuple[str, ...]:
            parts = [
                row.id if follow is None else self._resolved(follow(row.values))
                for follow in follows
            ]
            return (*parts, self._lens.place(row)) if in_area else tuple(parts)

        return key

    def _against(self) -> BoardTable:
        board, due, done = self._board, self._board.of, self._board.done
        assert done
        needed = self._needed()
        names = (_DUE, _DONE)
        owed, given = Gathering(names, due.record), Gathering(names, done.record)
        whole_owed, whole_given = Gathering(names, due.record), Gathering(names, done.record)
        first = board.rows[0]
        code_of = self._lens.follow(first) if board.each else None
        for group, row, number in self._grouped(self._tallied(due), self._grouping):
            codes = needed.get(str(code_of(row.values)), ()) if code_of else (ALL,)
            for code in codes:
                key = _joined(group, code) if self._grouping != AREA else group
                owed.add(key, _DUE, number, row.id)
                whole_owed.add(ALL, _DUE, number, row.id)
        for group, row, number in self._grouped(self._tallied(done), self._grouping):
            code = str(row.values.get(board.second)) if code_of else ALL
            if code_of and code not in needed.get(str(code_of(row.values)), ()):
                continue
            key = _joined(group, code) if self._grouping != AREA else group
            given.add(key, _DONE, number, row.id)
            whole_given.add(ALL, _DONE, number, row.id)

        def cells(of: Gathering, have: Gathering, group: str) -> list[Cell]:
            asked, got = of.cell(group, _DUE), have.cell(group, _DONE)
            short = max((asked.number or 0) - (got.number or 0), 0)
            percent = percent_of(got.number, asked.number)
            return [
                asked,
                got,
                Cell(round(short, 4), due.record, asked.ids),
                Cell(percent, due.record, asked.ids),
            ]

        groups = list(dict.fromkeys([*owed.groups, *given.groups]))
        if self._grouping == AREA:
            below = self._lens.tree.children.get(self._scope, [])
            groups = list(dict.fromkeys([*below, *groups]))
        lines = [BoardLine(one, cells(owed, given, one), self._pair_labels(one)) for one in groups]
        columns = (
            BoardColumn(_DUE),
            BoardColumn(_DONE),
            BoardColumn("short", is_bad=True),
            BoardColumn(PERCENT, is_percent=True),
        )
        total = BoardLine(self._scope, cells(whole_owed, whole_given, ALL))
        return BoardTable(columns, total, lines, self._grouping)

    def _needed(self) -> Mapping[str, tuple[str, ...]]:
        """What is due for each answer of the first grouping."""
        board = self._board
        if not board.each:
            return {}
        field = self._field_at(board.of.record, board.rows[0])
        choices: tuple[Choice, ...] = field.choices if field else ()
        return {one.code: tuple(one.columns.get(board.each, "").split()) for one in choices}

    def _pair_labels(self, group: str) -> tuple[Label, ...]:
        if self._grouping == AREA:
            return ()
        code, _, second = group.partition(_JOINT)
        found = [self._labels(self._grouping, self._board.of.record).get(code)]
        if second and self._board.done:
            found.append(self._labels((self._board.second,), self._board.done.record).get(second))
        return tuple(one for one in found if one is not None)

    def _load(self) -> BoardTable:
        """How much each has: by person, or the spread by area."""
        of, who = self._board.of, self._board.who
        held: dict[str, dict[str, list[str]]] = {}
        gone: dict[str, list[str]] = {}
        kinds = self._schemas[of.record].fields[self._board.unit].to
        people_of: dict[str, dict[str, list[str]]] = {}
        for group, row, _ in self._grouped(self._tallied(of), AREA):
            person = self._resolved(row.values.get(who))
            unit = self._lens.row(str(row.values.get(self._board.unit)))
            kind = unit.type if unit else ""
            held.setdefault(person, {}).setdefault(kind, []).append(row.id)
            people_of.setdefault(group, {}).setdefault(person, []).append(row.id)
            if not self._is_there(person):
                gone.setdefault(group, []).append(row.id)
        if self._grouping == AREA:
            return self._spread(people_of, gone)
        columns = [
            BoardColumn(TOTAL),
            *(BoardColumn(kind, self._schemas[kind].label) for kind in kinds),
            BoardColumn(_LEFT, is_bad=True),
        ]

        def cells(of_person: Mapping[str, list[str]], *, is_gone: bool) -> list[Cell]:
            ids = [one for some in of_person.values() for one in some]
            parts = [of_person.get(kind, []) for kind in kinds]
            left = ids if is_gone else []
            return [Cell(len(some), of.record, some) for some in (ids, *parts, left)]

        lines = [
            BoardLine(person, cells(of_person, is_gone=not self._is_there(person)))
            for person, of_person in held.items()
        ]
        summed = [
            [one for line in lines for one in line.cells[at].ids] for at in range(len(columns))
        ]
        total = BoardLine(self._scope, [Cell(len(ids), of.record, ids) for ids in summed])
        total.series = spread([len(line.cells[0].ids) for line in lines])
        return BoardTable(tuple(columns), total, lines, self._grouping)

    def _spread(
        self, people_of: Mapping[str, Mapping[str, list[str]]], gone: Mapping[str, list[str]]
    ) -> BoardTable:
        of = self._board.of
        [people_type] = self._schemas[of.record].fields[self._board.who].to[:1]
        idle: dict[str, list[str]] = {}
        busy = {person for people in people_of.values() for person in people}
        for group, row, _ in self._grouped(self._tallied(Tally(people_type)), AREA):
            if row.id not in busy:
                idle.setdefault(group, []).append(row.id)
        most = max((len(ids) for some in people_of.values() for ids in some.values()), default=0)

        def line(key: str, people: Mapping[str, list[str]], left: list[str], none: list[str]):  # type: ignore[no-untyped-def]
            loads = {person: len(ids) for person, ids in people.items()}
            ids = [one for some in people.values() for one in some]
            top = max(loads.values(), default=0)
            cells = [
                Cell(len(ids), of.record, ids),
                Cell(len(loads), people_type, list(loads)),
                Cell(_half(loads.values()), people_type, list(loads)),
                Cell(top, people_type, [one for one in loads if loads[one] == top]),
                Cell(len(none), people_type, none),
                Cell(len(left), of.record, left),
            ]
            return BoardLine(key, cells, series=spread(list(loads.values()), most))

        columns = (
            BoardColumn(TOTAL),
            BoardColumn(_PEOPLE),
            BoardColumn(_MEDIAN),
            BoardColumn(_MOST, is_bad=True),
            BoardColumn(_NOTHING),
            BoardColumn(_LEFT, is_bad=True),
        )
        below = self._lens.tree.children.get(self._scope, [])
        lines = [
            line(key, people_of.get(key, {}), gone.get(key, []), idle.get(key, []))
            for key in dict.fromkeys([*below, *people_of, *idle])
        ]
        whole: dict[str, list[str]] = {}
        for people in people_of.values():
            for person, ids in people.items():
                whole.setdefault(person, []).extend(ids)
        total = line(
            self._scope,
            whole,
            [one for some in gone.values() for one in some],
            [one for some in idle.values() for one in some],
        )
        total.series = spread([len(ids) for ids in whole.values()])
        return BoardTable(columns, total, lines, self._grouping)

    def _is_there(self, person: str) -> bool:
        row = self._lens.row(person)
        return row is not None and self._lens.there(row.type, person) is not None


_JOINT = "\n"


def _joined(first: str, second: str) -> str:
    return f"{first}{_JOINT}{second}"


def _half(numbers: Iterable[int]) -> int | float | None:
    found = list(numbers)
    if not found:
        return None
    middle = median(found)
    return int(middle) if middle == int(middle) else middle


def spread(numbers: list[int], most: int = 0) -> list[int]:
    """How many lie in each of `SPREAD` equal steps from 1 up to the most."""
    most = most or max(numbers, default=0)
    found = [0] * min(SPREAD, most)
    for number in numbers:
        found[(number - 1) * len(found) // most] += 1
    return found


def without_empty(table: BoardTable) -> BoardTable:
    """Without the columns in which nothing at all is counted."""
    kept = [at for at, cell in enumerate(table.total.cells) if at == 0 or cell.ids]
    for line in (table.total, *table.lines):
        line.cells = [line.cells[at] for at in kept]
    table.columns = tuple(table.columns[at] for at in kept)
    return table


def window(days: int, period: str, as_of: str) -> Callable[[Json], bool]:
    """Whether a date lies in the window that ends on a day; every date does where there is none."""
    if period:
        return Period.of(period, as_of).holds
    if not days:
        return lambda value: True
    first = (date.fromisoformat(as_of) - timedelta(days=days - 1)).isoformat()
    return lambda value: isinstance(value, str) and first <= value <= as_of


def last_months(as_of: str, count: int) -> list[str]:
    """The last months up to a day's, as ``2024-09``."""
    at = int(as_of[:4]) * _MONTHS + int(as_of[5:7]) - 1
    return [f"{one // _MONTHS:04}-{one % _MONTHS + 1:02}" for one in range(at - count + 1, at + 1)]


def _month_column(month: str) -> BoardColumn:
    text = f"{int(month[5:])}/{month[2:4]}"
    return BoardColumn(month, {"vi": text, "en": text})
