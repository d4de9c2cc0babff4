"""A board's headings, names and numbers in words, for the screen and for the command line."""

from __future__ import annotations

from nq77tui.core.area_tree import EVERYWHERE
from nq77tui.core.board import AREA, Board, Path
from nq77tui.core.board_table import BoardColumn, BoardLine, BoardTable, Cell
from nq77tui.core.values import show_number
from nq77tui.programme.catalogue import Catalogue
from nq77tui.store.repository import Repository

_NOTHING = "-"
_BETWEEN = " · "


class BoardText:
    """The words of one board in one language."""

    def __init__(self, repository: Repository, catalogue: Catalogue, board: Board) -> None:
        self._repository, self._catalogue, self._board = repository, catalogue, board

    def heading(self, column: BoardColumn) -> str:
        """What a column is called."""
        return self._catalogue.label(column.label) or self._catalogue.text(
            f"board.column.{column.name}"
        )

    def area(self, area_id: str) -> str:
        """What an area is called; also what is above all areas."""
        if area_id == EVERYWHERE:
            return self._catalogue.text("cli.everywhere")
        return self._repository.title(area_id)

    def name(self, table: BoardTable, line: BoardLine) -> str:
        """What a line is called."""
        text, key = self._catalogue.text, line.key
        if line.labels:
            return _BETWEEN.join(map(self._catalogue.label, line.labels))
        if table.grouping == AREA:
            if key == EVERYWHERE:
                return text("board.nowhere")
            return text("board.itself") if key == table.total.key else self.area(key)
        if not key:
            return text("board.unknown")
        if self._repository.row(key) is not None:
            return self._repository.title(key)
        field = self._repository.programme.schemas[self._board.of.record].fields.get(
            table.grouping[-1]
        )
        is_lost = field is not None and field.is_reference
        return text("board.gone", id=key) if is_lost else key

    def number(self, column: BoardColumn, cell: Cell) -> str:
        """A number; of a percentage with its sign."""
        if cell.number is None:
            return _NOTHING
        shown = show_number(cell.number, self._catalogue.lang)
        return f"{shown} %" if column.is_percent else shown

    def grouping(self, grouping: Path) -> str:
        """What the lines are: areas, or the answers of a field."""
        if self._board.kind == "quality":
            return self._catalogue.text("board.finding")
        if grouping == AREA:
            return self._catalogue.label(self._repository.programme.tree.label)
        schemas = self._repository.programme.schemas
        found = [schemas[self._board.of.record]]
        for name in grouping[:-1]:
            found = [
                schemas[to] for one in found if name in one.fields for to in one.fields[name].to
            ]
        labels = (one.fields[grouping[-1]].label for one in found if grouping[-1] in one.fields)
        return self._catalogue.label(next(labels, {}))
