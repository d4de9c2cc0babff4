"""Boards counted over a store: of the records of one moment, whatever is committed meanwhile."""

from __future__ import annotations

from functools import partial

from nq77tui.core.area_tree import EVERYWHERE, AreaTree
from nq77tui.core.board import AREA, Board, Path
from nq77tui.core.board_count import BoardCount
from nq77tui.core.board_table import BoardTable
from nq77tui.core.counting.lens import Lens
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.store.board_quality import QualityCount
from nq77tui.store.progress import Watch, unwatched
from nq77tui.store.repository import Repository


def count_board(
    repository: Repository,
    board: Board,
    *,
    area: str = EVERYWHERE,
    as_of: str | None = None,
    grouping: Path | None = None,
    watch: Watch = unwatched,
) -> BoardTable:
    """Count a board; any thread may.

    Args:
        area: an area's id; `EVERYWHERE` for all.
        as_of: the day, ISO text; None for today.
        grouping: one of the board's ``rows``; None for the first.
        watch: told now and then how far it is.

    Raises:
        StoppedError: ``watch`` says that nobody waits for it any more.
        RefusedError: the area does not exist on that day.
    """
    schemas, today = repository.programme.schemas, repository.today().isoformat()
    day = as_of or today
    facts = repository.seen_facts(repository.live_coverage.facts(schemas))
    tree = AreaTree(schemas, facts, day)
    scope = tree.resolve(area) if area != EVERYWHERE else tree.root
    if area != EVERYWHERE and scope == EVERYWHERE:
        raise RefusedError(Problem("cli.area_not_then", {"id": area, "date": day}))
    is_whole = area == EVERYWHERE
    lens = Lens(schemas, facts, tree, as_of=day, today=today)
    if board.kind == "quality":
        return QualityCount(repository, lens, scope, watch, is_whole=is_whole).table(board)
    step = partial(watch, "count", 0, 1)
    rows = board.rows[0] if grouping is None else grouping
    return BoardCount(board, schemas, lens, scope, rows, step, is_whole=is_whole).table()


def groupings(board: Board) -> tuple[Path, ...]:
    """What a board's lines can be."""
    return (AREA,) if board.kind == "quality" else board.rows
