"""``screens/boards/*.toml``, read into `core.board`."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import cast, get_args

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
from nq77tui.programme.table import Problems, Table, read_table

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
        table.wrong_kind("days", days, "days_or_period")
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
