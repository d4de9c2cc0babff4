"""``board``: a supervisor's boards."""

from __future__ import annotations

from functools import partial
from typing import Any

from nq77tui.cli.session import Session
from nq77tui.cli.shape import write_json
from nq77tui.core.area_tree import EVERYWHERE
from nq77tui.core.board import AREA, Board, Path
from nq77tui.core.board_table import BoardLine, BoardTable
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.text import printable
from nq77tui.core.values import parse_date
from nq77tui.store.board_text import BoardText
from nq77tui.store.boards import count_board, groupings

_NAME, _NUMBER = 40, 11
_AREA_WORD = "area_below"


def board(session: Session) -> int:
    """Print one board, or name the boards there are."""
    arguments = session.arguments
    boards = session.programme.boards
    if not arguments.name:
        for one in boards.values():
            rows = " ".join(".".join(path) or _AREA_WORD for path in groupings(one))
            print(f"{one.name}\t{session.catalogue.label(one.label)}\t{rows}")
        return 0
    chosen = boards.get(arguments.name)
    if chosen is None:
        known = ", ".join(boards)
        raise RefusedError(Problem("board.unknown_name", {"name": arguments.name, "known": known}))
    with session.repository() as repository:
        day = repository.today().isoformat()
        if arguments.as_of:
            day = parse_date(arguments.as_of, repository.today())
        with session.waiting() as watch:
            table = count_board(
                repository,
                chosen,
                area=repository.find_area(arguments.of, day) if arguments.of else EVERYWHERE,
                as_of=day,
                grouping=_grouping(chosen, arguments.by),
                watch=watch,
            )
        words = BoardText(repository, session.catalogue, chosen)
        if arguments.json:
            write_json({"board": chosen.name, "as_of": day, **_report(words, table)})
        else:
            label = session.catalogue.label(chosen.label)
            area = words.area(table.total.key)
            session.say("board.of", label=label, area=area, date=day)
            _print_table(words, table)
    return 0


def _grouping(board: Board, given: str | None) -> Path | None:
    if given is None:
        return None
    wanted = AREA if given == _AREA_WORD else tuple(given.split("."))
    if wanted not in groupings(board):
        known = ", ".join(".".join(path) or _AREA_WORD for path in groupings(board))
        raise RefusedError(Problem("board.unknown_grouping", {"name": given, "known": known}))
    return wanted


def _report(words: BoardText, table: BoardTable) -> dict[str, Any]:
    def shape(line: BoardLine, name: str) -> dict[str, Any]:
        numbers = {
            column.name: cell.number for column, cell in zip(table.columns, line.cells, strict=True)
        }
        return {"key": line.key, "name": name, "numbers": numbers, "series": list(line.series)}

    return {
        "grouping": ".".join(table.grouping) or _AREA_WORD,
        "columns": [{"name": one.name, "label": words.heading(one)} for one in table.columns],
        "total": shape(table.total, words.area(table.total.key)),
        "lines": [shape(line, words.name(table, line)) for line in _lines(words, table)],
    }


def _lines(words: BoardText, table: BoardTable) -> list[BoardLine]:
    return table.in_order(table.worst(), partial(words.name, table))


def _print_table(words: BoardText, table: BoardTable) -> None:
    headings = [words.heading(one) for one in table.columns]
    widths = [max(len(heading), _NUMBER) for heading in headings]

    def show(name: str, cells: list[str]) -> None:
        shown = " ".join(map(str.rjust, cells, widths))
        print(f"{printable(name)[:_NAME]:<{_NAME}} {shown}")

    show(words.grouping(table.grouping), headings)
    lines = [(words.area(table.total.key), table.total)]
    lines += [(words.name(table, one), one) for one in _lines(words, table)]
    for name, line in lines:
        cells = zip(table.columns, line.cells, strict=True)
        show(name, [words.number(*one) for one in cells])
