"""What is wrong with a board beside the rest of its programme."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from nq77tui.core.board import Board, Finding, Path, Reach, Tally
from nq77tui.core.schema import NUMBER_TYPES
from nq77tui.programme.check.names import (
    CHOICE,
    DATE,
    PERIODICAL,
    REFERENCE,
    Names,
    Spot,
)
from nq77tui.programme.table import Problems

if TYPE_CHECKING:
    from nq77tui.programme.programme import Programme

_GROUPS = frozenset({"choice", "choices", "reference", "text", "integer", "yes_no"})


def check_boards(programme: Programme, boards: Mapping[str, Board], problems: Problems) -> None:
    """Note everything in a board that the rest of the programme contradicts."""
    names = Names(programme, problems)
    for board in boards.values():
        _BoardCheck(names, board).run()


class _BoardCheck:
    def __init__(self, names: Names, board: Board) -> None:
        self._names = names
        self._board = board
        self._file = f"boards/{board.name}.toml"

    def run(self) -> None:
        board = self._board
        for position, finding in enumerate(board.findings):
            self._finding(finding, f"finding[{position}]")
        if not board.of.record:
            return
        of = self._tally(board.of, "of")
        if of is None:
            return
        top = of.within("")
        for path in board.rows:
            self._row(path, top)
        for position, one in enumerate(board.classes):
            of.within(f"class[{position}]").expression(one.where, "where")
        if board.kind == "answers":
            _needed(top, board.answers, CHOICE, "answers")
        if board.kind == "months":
            _needed(of, board.of.date, DATE, "date")
        if board.kind == "load":
            _needed(top, board.who, REFERENCE, "who")
            _needed(top, board.unit, REFERENCE, "unit")
        if board.reach is not None:
            self._reach(board.reach, of.within("by.match"))
        if board.done is not None:
            self._against(board.done, of)

    def _tally(self, tally: Tally, table: str) -> Spot | None:
        spot = self._names.at(tally.record, self._file, table)
        if spot is not None:
            spot.expression(tally.where, "where")
            spot.fields(tally.latest, "latest")
            spot.field(tally.sum, NUMBER_TYPES, "sum")
            spot.field(tally.date, PERIODICAL, "date")
        return spot

    def _row(self, path: Path, top: Spot) -> None:
        if path and not (self._board.kind == "load" and path == (self._board.who,)):
            _path(top, path, "rows")
            if len(path) == 1:
                top.kind(path[0], _GROUPS, "rows")

    def _reach(self, reach: Reach, counted: Spot) -> None:
        by = self._names.at(reach.record, self._file, "by")
        if by is None:
            return
        by.expression(reach.where, "where")
        if not by.schema.begins:
            file = f"schemas/{by.schema.record}.toml"
            self._names.problems.add("missing_key", file, "", "begins")
        for theirs, own in reach.match.items():
            _path(by.within("by.match"), theirs, ".".join(theirs))
            _path(counted, own, ".".join(theirs))

    def _against(self, tally: Tally, due: Spot) -> None:
        board = self._board
        done = self._tally(tally, "done")
        if done is None or not board.each:
            return
        first = board.rows[0]
        name = first[0] if len(first) == 1 else ""
        _needed(due, name, CHOICE, "rows")
        _needed(done, name, CHOICE, "rows")
        _needed(done.within(""), board.second, CHOICE, "second")
        field = due.schema.fields.get(name)
        if field and not any(board.each in one.columns for one in field.choices):
            due.within("").wrong("unknown_column", "each", found=board.each)

    def _finding(self, finding: Finding, table: str) -> None:
        if not finding.record:
            return
        spot = self._names.at(finding.record, self._file, table)
        if spot is None:
            return
        spot.expression(finding.where, "where")
        if not finding.nobody:
            return
        other = self._names.at(finding.nobody, self._file, table, "nobody")
        if other is None:
            return
        link = other.schema.fields.get(finding.link)
        if link is None or spot.schema.record not in link.to:
            other.wrong("link_not_here", "link", found=finding.link, record=spot.schema.record)


def _needed(spot: Spot, name: str, kinds: frozenset[str], key: str) -> None:
    """Note a field that is of another type, or not named at all."""
    if not name:
        spot.wrong("missing_key", key)
    spot.field(name, kinds, key)


def _path(spot: Spot, path: Path, key: str) -> None:
    """Note where a path breaks; ``(".",)`` is the record itself."""
    if path != (".",):
        spot.path(path, key)
