"""``screens/boards/*.toml``, read into `core.board`, and proved to name only what there is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, cast, get_args

from nq77tui.core.board import (
    AREA,
    Board,
    BoardClass,
    BoardKind,
    Finding,
    FindingKind,
    Path,
    Reach,
    Tally,
)
from nq77tui.core.period import PERIOD_KINDS, PeriodKind
from nq77tui.core.schema import Schema
from nq77tui.programme.table import Problems, Table, read_table
from nq77tui.programme.whole import NUMBERS, PERIODICAL, Check

if TYPE_CHECKING:
    from nq77tui.programme.programme import Programme

KINDS: tuple[str, ...] = get_args(BoardKind)
FINDINGS: tuple[str, ...] = get_args(FindingKind)
_NEEDS = {
    "classes": ("of", "class"),
    "answers": ("of", "answers"),
    "months": ("of",),
    "reached": ("of", "by"),
    "against": ("of", "done"),
    "load": ("of", "who", "unit"),
    "quality": ("finding",),
}
_AREA_WORD = "area_below"
"""The grouping by the areas right below the one at hand."""
_MONTHS = 12
_GROUPS = frozenset({"choice", "choices", "reference", "text", "integer", "yes_no"})


def read_boards(folder: FilePath, problems: Problems) -> dict[str, Board]:
    """The boards of a programme by name, in the order of their ``order``, then of their names."""
    found: list[tuple[int, str, Board]] = []
    for path in sorted(folder.glob("*.toml")):
        table = read_table(path, problems)
        if table is not None:
            order = table.integer("order", 0)
            found.append((order, path.stem, _board(path.stem, table)))
    return {name: board for _, name, board in sorted(found, key=lambda one: one[:2])}


def _board(name: str, table: Table) -> Board:
    kind = table.text("kind")
    if kind not in KINDS:
        table.wrong("not_one_of", "kind", found=kind, known=", ".join(KINDS))
    for key in _NEEDS.get(kind, ()):
        if not table.has(key):
            table.wrong("missing_key", key)
    rows = table.texts("rows") or (_AREA_WORD,)
    months = table.integer("months", _MONTHS) if kind == "months" else 0
    if kind == "months" and not 1 <= months <= 2 * _MONTHS:
        table.wrong("wrong_kind", "months", found=str(months), wanted=f"1-{2 * _MONTHS}")
        months = _MONTHS
    board = Board(
        name=name,
        label=table.label("label"),
        kind=cast("BoardKind", kind),
        note=table.label("note", required=False),
        of=_tally(table.table("of")) if table.has("of") else Tally(),
        rows=tuple(AREA if one == _AREA_WORD else _path(one) for one in rows),
        classes=tuple(_class(one) for one in table.array("class")),
        answers=table.text("answers"),
        months=months,
        reach=_reach(table.table("by")) if table.has("by") else None,
        done=_tally(table.table("done")) if table.has("done") else None,
        each=table.text("each"),
        second=table.text("second"),
        who=table.text("who"),
        unit=table.text("unit"),
        findings=tuple(_finding(one) for one in table.array("finding")),
    )
    table.done()
    return board


def _path(text: str) -> Path:
    return (".",) if text == "." else tuple(text.split("."))


def _window(table: Table) -> tuple[int, PeriodKind]:
    days, period = table.integer("days", 0), table.one_of("period", PERIOD_KINDS, "")
    if days < 0 or (days and period):
        table.wrong("wrong_kind", "days", found=str(days), wanted="days / period")
        days = 0
    return days, period


def _tally(table: Table) -> Tally:
    days, period = _window(table)
    tally = Tally(
        record=table.text("record"),
        where=table.expression("where"),
        sum=table.text("sum"),
        latest=table.texts("latest"),
        date=table.text("date"),
        days=days,
        period=period,
    )
    if bool(days or period) and not tally.date:
        table.wrong("missing_key", "date")
    table.done()
    return tally


def _class(table: Table) -> BoardClass:
    found = BoardClass(
        table.text("name"), table.label("label"), table.expression("where"), table.flag("bad")
    )
    if not found.name:
        table.wrong("missing_key", "name")
    table.done()
    return found


def _reach(table: Table) -> Reach:
    days, period = _window(table)
    if not days and not period:
        table.wrong("missing_key", "days")
    match = table.table("match")
    reach = Reach(
        record=table.text("record"),
        where=table.expression("where"),
        match={_path(name): _path(match.text(name)) for name in match.content},
        in_area=table.flag("in_area"),
        days=days,
        period=period,
    )
    if not reach.match and not reach.in_area:
        table.wrong("missing_key", "match")
    table.done()
    return reach


def _finding(table: Table) -> Finding:
    find = table.text("find")
    if find not in FINDINGS:
        table.wrong("not_one_of", "find", found=find, known=", ".join(FINDINGS))
    found = Finding(
        label=table.label("label"),
        find=cast("FindingKind", find),
        record=table.text("record"),
        where=table.expression("where"),
        nobody=table.text("nobody"),
        link=table.text("link"),
    )
    if find == "where" and not found.record:
        table.wrong("missing_key", "record")
    if find == "where" and found.where is None and not found.nobody:
        table.wrong("missing_key", "where")
    if bool(found.nobody) != bool(found.link):
        table.wrong("missing_key", "link" if found.nobody else "nobody")
    table.done()
    return found


def check_boards(programme: Programme, boards: Mapping[str, Board], problems: Problems) -> None:
    """Note everything in a board that the rest of the programme contradicts."""
    check = Check(programme, problems)
    for board in boards.values():
        _BoardCheck(programme, check, board).run()


class _BoardCheck:
    def __init__(self, programme: Programme, check: Check, board: Board) -> None:
        self._programme = programme
        self._check = check
        self._board = board
        self._file = f"boards/{board.name}.toml"

    def run(self) -> None:
        board = self._board
        for position, finding in enumerate(board.findings):
            self._finding(finding, f"finding[{position}]")
        if not board.of.record:
            return
        schema = self._tally(board.of, "of")
        if schema is None:
            return
        for path in board.rows:
            self._row(path, schema)
        for position, one in enumerate(board.classes):
            self._check.expression(one.where, schema, self._file, f"class[{position}]", "where")
        if board.kind == "answers":
            self._field(board.answers, frozenset({"choice"}), schema, "", "answers")
        if board.kind == "months":
            self._field(board.of.date or "", frozenset({"date"}), schema, "of", "date")
        if board.kind == "load":
            for key, name in (("who", board.who), ("unit", board.unit)):
                self._field(name, frozenset({"reference"}), schema, "", key)
        if board.reach is not None:
            self._reach(schema)
        if board.done is not None:
            self._against(schema)

    def _problem(self, name: str, table: str, key: str, **params: object) -> None:
        self._check.problems.add(name, self._file, table, key, **params)

    def _field(
        self, name: str, kinds: frozenset[str], schema: Schema, table: str, key: str
    ) -> None:
        """A field of one of some types, which has to be named."""
        if not name:
            self._problem("missing_key", table, key)
        self._check.names([name], schema, self._file, table, key)
        self._check.kind(name, kinds, schema, self._file, table, key)

    def _tally(self, tally: Tally, table: str) -> Schema | None:
        schema = self._check.record(tally.record, self._file, table, "record")
        if schema is None:
            return None
        self._check.expression(tally.where, schema, self._file, table, "where")
        self._check.names(tally.latest, schema, self._file, table, "latest")
        for key, name, kinds in (("sum", tally.sum, NUMBERS), ("date", tally.date, PERIODICAL)):
            self._check.names([name], schema, self._file, table, key)
            self._check.kind(name, kinds, schema, self._file, table, key)
        return schema

    def _path(self, path: Path, schema: Schema, table: str, key: str) -> None:
        if path != (".",) and (broken := self._check.path(path, [schema])):
            self._problem("unknown_field", table, key, found=broken, record=schema.record)

    def _row(self, path: Path, schema: Schema) -> None:
        if path and not (self._board.kind == "load" and path == (self._board.who,)):
            self._path(path, schema, "", "rows")
            if len(path) == 1:
                self._check.kind(path[0], _GROUPS, schema, self._file, "", "rows")

    def _reach(self, counted: Schema) -> None:
        reach = self._board.reach
        assert reach
        schema = self._check.record(reach.record, self._file, "by", "record")
        if schema is None:
            return
        self._check.expression(reach.where, schema, self._file, "by", "where")
        if not schema.begins:
            file = f"schemas/{schema.record}.toml"
            self._check.problems.add("missing_key", file, "", "begins")
        for theirs, own in reach.match.items():
            self._path(theirs, schema, "by.match", ".".join(theirs))
            self._path(own, counted, "by.match", ".".join(theirs))

    def _against(self, due: Schema) -> None:
        board = self._board
        assert board.done
        schema = self._tally(board.done, "done")
        if schema is None or not board.each:
            return
        choice = frozenset({"choice"})
        first = board.rows[0]
        name = first[0] if len(first) == 1 else ""
        for of, table in ((due, "of"), (schema, "done")):
            self._field(name, choice, of, table, "rows")
        self._field(board.second, choice, schema, "", "second")
        field = due.fields.get(name)
        if field and not any(board.each in one.columns for one in field.choices):
            self._problem("unknown_column", "", "each", found=board.each)

    def _finding(self, finding: Finding, table: str) -> None:
        if not finding.record:
            return
        schema = self._check.record(finding.record, self._file, table, "record")
        if schema is None:
            return
        self._check.expression(finding.where, schema, self._file, table, "where")
        if not finding.nobody:
            return
        other = self._check.record(finding.nobody, self._file, table, "nobody")
        link = other.fields.get(finding.link) if other else None
        if other is not None and (link is None or schema.record not in link.to):
            self._problem("link_not_here", table, "link", found=finding.link, record=schema.record)
