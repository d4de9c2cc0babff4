"""The rows of a grid in a draft: kept, put back, and known again in the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nq77tui.core.record import Json
from nq77tui.tui.row_grid import GridRow, RowGrid


def rows_of(grid: RowGrid) -> list[dict[str, Json]]:
    """The rows that would be lost."""
    return [_drafted(row) for row in grid.rows if grid.is_work(row)]


def restore(grid: RowGrid, drafted: Sequence[Mapping[str, Json]]) -> None:
    """Put rows as a draft has them; what it cannot be read of is left out."""
    for one in drafted:
        record_id = one.get("id")
        row = next((r for r in grid.rows if record_id and r.model.record_id == record_id), None)
        if row is None:
            row = grid.begin()
        _fill(row, one)
    grid.tidy()


def are_saved(grid: RowGrid, drafted: Sequence[Mapping[str, Json]], parent_id: str) -> bool:
    """Whether the store holds what a draft has."""
    repository, repeat = grid.repository, grid.repeat
    stored = repository.find(repeat.record, repeat.link, parent_id)
    by_id = {row.id: row.values for row in stored}
    for one in drafted:
        wanted, record_id = _table(one.get("values")), one.get("id")
        if one.get("typed"):
            return False
        if one.get("removed"):
            if record_id in by_id:
                return False
            continue
        places = [by_id.get(str(record_id), {})] if record_id else list(by_id.values())
        names = [column.name for column in repeat.columns if not record_id]
        if not any(
            all(held.get(name) == wanted.get(name) for name in names or wanted) for held in places
        ):
            return False
    return True


def _drafted(row: GridRow) -> dict[str, Json]:
    model = row.model
    is_new = model.record_id is None
    values = dict(model.values) if is_new else model.changes()
    return {
        "id": model.record_id or "",
        "values": values,
        "seen": {} if is_new else {name: model.start.get(name) for name in values},
        "typed": dict(model.unread),
        "removed": row.is_removed,
    }


def _fill(row: GridRow, drafted: Mapping[str, Json]) -> None:
    model, values = row.model, _table(drafted.get("values"))
    known = {name: value for name, value in values.items() if name in model.schema.fields}
    if model.record is not None:
        seen = _table(drafted.get("seen"))
        theirs = {name: model.record.get(name) for name in known}
        changed = [n for n, held in theirs.items() if held not in (seen.get(n), known[n])]
        model.disputes.note(model.record, changed)
    for name, value in known.items():
        model.put(name, value)
    for name, typed in _table(drafted.get("typed")).items():
        if name in model.schema.fields and isinstance(typed, str):
            model.read(name, typed)
    row.is_removed = drafted.get("removed") is True


def _table(found: Json | None) -> dict[str, Json]:
    return found if isinstance(found, dict) else {}
