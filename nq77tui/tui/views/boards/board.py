"""One board: from a number down to the records behind it."""

from __future__ import annotations

from functools import partial

from textual.app import ComposeResult

from nq77tui.core.area_tree import EVERYWHERE
from nq77tui.core.board import AREA, Board
from nq77tui.core.board_table import BoardLine, BoardTable, Cell
from nq77tui.core.values import parse_date, show_date
from nq77tui.core.vietnamese.collation import sort_key
from nq77tui.store.board_text import BoardText
from nq77tui.store.boards import groupings
from nq77tui.tui.actions import BOARD, bindings
from nq77tui.tui.cells import fit, width_of
from nq77tui.tui.charges import Charges
from nq77tui.tui.desk import Desk
from nq77tui.tui.measure import bar, sparkline
from nq77tui.tui.theme import PLAIN, WARNING
from nq77tui.tui.views.assigning.person_load import PersonView
from nq77tui.tui.views.boards.counted import CountedBoard
from nq77tui.tui.views.boards.records import BoardRecords
from nq77tui.tui.views.dialog.prompt import Prompt
from nq77tui.tui.widgets.area_panel import AreaPanel
from nq77tui.tui.widgets.area_table import AreaTable
from nq77tui.tui.widgets.canvas import Part
from nq77tui.tui.widgets.row_list import ListColumn, RowList

_NAME, _WIDE_NAME, _BAR = 24, 62, 8
_LEAST = 5
_TOTAL = "total"


class BoardView(CountedBoard):
    """A table; its first row is the area itself, as in coverage.

    Answers with the day that it was counted for, None for today.
    """

    ACTIONS = BOARD
    BINDINGS = bindings(ACTIONS)

    def __init__(
        self, desk: Desk, board: Board, area_id: str = EVERYWHERE, as_of: str | None = None
    ) -> None:
        super().__init__(desk, board, area_id, as_of)
        self._lines: dict[str, BoardLine] = {}
        self._sorted_by: str | None = ""
        """A column's name; empty for the worst first, None for by name."""
        self._only = False

    def body(self) -> ComposeResult:
        """The table, and the number at hand in full."""
        yield AreaTable()
        yield AreaPanel()

    @property
    def table(self) -> AreaTable:
        """The rows."""
        return self.query_one(AreaTable)

    @property
    def words(self) -> BoardText:
        """The board's words in the language of the moment."""
        return BoardText(self.desk.repository, self.desk.catalogue, self.board)

    # Showing

    def take(self, counted: BoardTable) -> None:
        """Begin at the column that matters most; go on in it where the columns stay the same."""
        known = self.counted
        is_new = known is None or (
            (known.total.key, known.grouping) != (counted.total.key, counted.grouping)
        )
        has_columns = known is not None and known.columns == counted.columns
        self.counted = counted
        self.say()
        if not has_columns:
            self.table.column = counted.worst()
        self._show(from_top=is_new)

    def relabel(self) -> None:
        """Show everything in the language of the moment."""
        super().relabel()
        self._show()

    def show_title(self) -> None:
        """The board, the area, the day."""
        label = self.desk.label(self.board.label)
        if self.counted is None:
            self.set_title(label)
            return
        area = self.words.area(self.counted.total.key)
        title = self.desk.text("tui.board.table", label=label, area=area)
        self.set_title(title, show_date(self.day))

    def _show(self, *, from_top: bool = False) -> None:
        counted = self.counted
        if counted is None:
            return
        words, lang_width = self.words, self.app.size.width
        lines = self._in_order(counted)
        self._lines = {_TOTAL: counted.total, **{f"={line.key}": line for line in lines}}
        name = _WIDE_NAME if len(counted.columns) == 1 else _NAME
        drawn = max(width_of(self._drawing(line)) for line in self._lines.values())
        columns = [
            ListColumn(words.grouping(self.grouping), min(name + bool(drawn) + drawn, lang_width))
        ]
        for at, column in enumerate(counted.columns):
            heading = words.heading(column)
            shown = [words.number(column, line.cells[at]) for line in self._lines.values()]
            width = max(_LEAST, *map(width_of, [heading, *shown]))
            columns.append(ListColumn(heading, width, is_right=True))

        def parts(row_id: str) -> list[Part]:
            line = self._lines[row_id]
            title = self._named(row_id)
            if drawn:
                title = f"{fit(title, name)} {self._drawing(line)}"
            found: list[Part] = [(title, PLAIN)]
            for column, cell in zip(counted.columns, line.cells, strict=True):
                style = WARNING if column.is_bad and cell.number else PLAIN
                found.append((words.number(column, cell), style))
            return found

        self.table.show_table(columns, list(self._lines), parts, from_top=from_top)
        self.show_title()
        self._show_panel()

    def _in_order(self, counted: BoardTable) -> list[BoardLine]:
        names = [column.name for column in counted.columns]
        name = partial(self.words.name, counted)
        if self._sorted_by is None:
            lines = sorted(counted.lines, key=lambda one: sort_key(name(one)))
        elif self._sorted_by in names:
            lines = counted.in_order(names.index(self._sorted_by), name)
        elif self.board.kind == "quality":
            lines = counted.lines  # by finding, as declared
        else:
            lines = counted.in_order(counted.worst(), name)
        if self._only:
            column = min(self.table.column, len(names) - 1)
            lines = [one for one in lines if one.cells[column].number]
        return lines

    def _named(self, row_id: str) -> str:
        assert self.counted
        if row_id == _TOTAL:
            area = self.words.area(self.counted.total.key)
            return self.desk.text("tui.board.total", area=area)
        return self.words.name(self.counted, self._lines[row_id])

    def _drawing(self, line: BoardLine) -> str:
        """A sparkline, or a bar of the percentage or of the load."""
        assert self.counted
        is_ascii = self.desk.settings.ascii_borders
        if line.series:
            return sparkline(line.series, is_ascii=is_ascii)
        for column, cell in zip(self.counted.columns, line.cells, strict=True):
            if column.is_percent and cell.number is not None:
                return bar(min(cell.number / 100, 1), _BAR, is_ascii=is_ascii)
        if self.board.kind == "load" and line is not self.counted.total:
            most = max((one.cells[0].number or 0 for one in self.counted.lines), default=0) or 1
            return bar((line.cells[0].number or 0) / most, _BAR, is_ascii=is_ascii)
        return ""

    def _show_panel(self) -> None:
        counted, row_id = self.counted, self.table.current
        if counted is None or row_id not in self._lines:
            return
        line, at = self._lines[row_id], min(self.table.column, len(counted.columns) - 1)
        column, cell = counted.columns[at], line.cells[at]
        note = self.desk.label(self.board.note)
        heading = self.words.heading(column)
        number = self.words.number(column, cell)
        self.query_one(AreaPanel).show(self._named(row_id), f"{heading} {number}", note, "", "")

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        """Say more about the row at hand."""
        self._show_panel()

    def on_area_table_column_moved(self) -> None:
        """Say more about the number at hand."""
        self.say()
        if self._only:
            self._show()
        self._show_panel()

    # Going

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Go down into an area; to what a person has; else to the records."""
        assert self.counted
        line = self._lines[event.row_id]
        is_area = self.grouping == AREA and self.board.kind != "quality"
        if is_area and line.key != self.counted.total.key and self._has_more(line.key):
            self.way.append(line.key)
            self.say()
            self.recount()
        elif self._is_person(line):
            assigning = self.desk.programme.assigning
            assert assigning
            self.app.push_screen(PersonView(Charges(self.desk, assigning), line.key))
        else:
            self.action_records()

    def _has_more(self, area_id: str) -> bool:
        """Whether an area has areas below it that the board can show."""
        tree = self.desk.repository.area_tree_on(self.day)
        return bool(tree.children.get(area_id))

    def _is_person(self, line: BoardLine) -> bool:
        """Whether a row is somebody who is in charge of something."""
        assigning, board = self.desk.programme.assigning, self.board
        return (
            assigning is not None
            and board.kind == "load"
            and (board.of.record, board.who) == (assigning.record, assigning.who)
            and self.grouping == (board.who,)
            and self._lines.get(f"={line.key}") is line
        )

    def action_up(self) -> None:
        """Go up; from where it began, go back."""
        if len(self.way) == 1:
            self.dismiss(self.as_of)
            return
        self.way.pop()
        self.say()
        self.recount()

    def action_records(self) -> None:
        """Show the very records behind the number at hand."""
        counted, row_id = self.counted, self.table.current
        if counted is None or row_id not in self._lines:
            return
        at = min(self.table.column, len(counted.columns) - 1)
        cell: Cell = self._lines[row_id].cells[at]
        if not cell.ids:
            self.say(self.desk.text("tui.board.no_records"))
            return
        self.say()
        name, column = self._named(row_id), self.words.heading(counted.columns[at])
        title = self.desk.text("tui.board.records", name=name, column=column)
        ids = list(dict.fromkeys(cell.ids))
        self.app.push_screen(BoardRecords(self.desk, self.board, cell.record, ids, title))

    # Looking at it otherwise

    def action_rows(self) -> None:
        """Go over to the next grouping."""
        known = groupings(self.board)
        if len(known) == 1:
            grouping = self.words.grouping(known[0])
            self.say(self.desk.text("tui.board.one_grouping", grouping=grouping))
            return
        self.grouping = known[(known.index(self.grouping) + 1) % len(known)]
        self._sorted_by = ""
        self.say()
        self.recount()

    def action_sort(self) -> None:
        """Sort by the column at hand; once more, by name."""
        if self.counted is None:
            return
        column = self.counted.columns[min(self.table.column, len(self.counted.columns) - 1)]
        is_again = self._sorted_by == column.name
        self._sorted_by = None if is_again else column.name
        heading = self.words.heading(column)
        key = "tui.board.by_name" if is_again else "tui.board.sorted"
        self.say(self.desk.text(key, column=heading))
        self._show(from_top=True)

    def action_only(self) -> None:
        """Show only rows with a number in the column at hand; once more, all."""
        if self.counted is None:
            return
        self._only = not self._only
        column = self.counted.columns[min(self.table.column, len(self.counted.columns) - 1)]
        key = "tui.board.only" if self._only else "tui.board.all"
        self.say(self.desk.text(key, column=self.words.heading(column)))
        self._show(from_top=True)

    def action_date(self) -> None:
        """Count for another day."""
        today = self.desk.repository.today()

        def take(day: str | None) -> None:
            if day is not None:
                self.as_of = None if day == today.isoformat() else day
                self.recount()

        question = self.desk.text("tui.coverage.ask_date")
        self.app.push_screen(
            Prompt(self.desk, question, lambda typed: parse_date(typed, today)), take
        )
