"""Reorganising areas: new units from a day on, old ones ended and leading on, in one commit.

Nothing is moved and nothing is overwritten: an area that has ended leads on to its successor
(`core.area_tree`), so that everything in it belongs to the new unit from that day and to the old
one before it. A code that is used again is another unit, as its key holds the day it began.
Running it again finds everything done.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from nq77tui.core.area_tree import EVERYWHERE, AreaTree, exists_on
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.record import Json
from nq77tui.core.scope import Row
from nq77tui.core.task import Reorganising
from nq77tui.exchange.reorganisation.check import CheckedTable
from nq77tui.exchange.reorganisation.hanging import Found, Settled, find_hanging, settle
from nq77tui.exchange.reorganisation.table import UnitRow, at_row
from nq77tui.store.progress import Watch, unwatched, watched
from nq77tui.store.repository import Repository
from nq77tui.store.way_back import BEFORE_TABLE


@dataclass
class Reorganised:
    """The receipt; with ``is_preview`` that of the same for good.

    Attributes:
        day: the first day of the new units, as ISO text.
        rows_in: rows of the table, each of which made, found or enlarged a unit.
        created: ids of new units.
        ended: ids of old units with the one each became part of.
        known: units, new and old, that were so already.
        moved: areas that lie elsewhere from the day on, with where they lay and lie.
        left: ids of units of the same level that the table does not name.
        levels: how many areas of each level there are on the day before, and on the day.
        units: what is counted in the areas (households): on both days, and of them in no area.
        hanging: what led to the old units, with what became of it.
        notices: what is doubtful, and columns that were passed over.
    """

    day: str
    is_preview: bool
    rows_in: int = 0
    created: list[str] = field(default_factory=list)
    ended: dict[str, str] = field(default_factory=dict)
    known: list[str] = field(default_factory=list)
    moved: dict[str, tuple[str, str]] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    levels: dict[str, tuple[int, int]] = field(default_factory=dict)
    units: tuple[tuple[int, int], tuple[int, int]] = ((0, 0), (0, 0))
    hanging: list[tuple[Found, Settled]] = field(default_factory=list)
    notices: list[Problem] = field(default_factory=list)
    titles: dict[str, str] = field(default_factory=dict)
    """Of everything named above, as a preview's new units are gone afterwards."""


class _NotForGoodError(Exception):
    """Ends the transaction of a preview, so that it is taken back."""


def reorganise(
    repository: Repository,
    path: Path,
    day: date,
    *,
    without: Collection[str] = (),
    end: Collection[str] = (),
    carry: Collection[str] = (),
    preview: bool = False,
    watch: Watch = unwatched,
) -> Reorganised:
    """Carry out a table of new units.

    Args:
        day: their first day.
        without: levels that end on it; what lies below them belongs to what lies above.
        end: record types of what then hangs in the air that are ended, or ``all``.
        carry: record types that are carried over, or ``all``.
        preview: take everything back again.

    Raises:
        RefusedError: the table or a row of it is wrong; it names file, row and column, and
            nothing was written.
        StoppedError: as `watch` said; nothing was written.
    """
    repository.rights.refuse_unless_whole("reorganise")
    declared = repository.programme.reorganising
    if declared is None:
        raise RefusedError(Problem("reorganise.not_declared", {}))
    run = _Run(repository, declared, path, day, watch)
    run.check(without, {*end, *carry})
    run.result.is_preview = preview
    try:
        with repository.transaction({"reorganised": path.name}):
            run.carry_out(without)
            run.settle(end, carry)
            if preview:
                raise _NotForGoodError
    except _NotForGoodError:
        pass
    return run.result


class _Run(CheckedTable):
    def __init__(
        self,
        repository: Repository,
        declared: Reorganising,
        path: Path,
        day: date,
        watch: Watch,
    ) -> None:
        super().__init__(repository, declared, path, day)
        self._watch = watch
        self._before = AreaTree(repository.programme.schemas, repository, self._eve)
        self.result = Reorganised(self._day, is_preview=False, rows_in=len(self._rows))
        if self._passed_over:
            params = {"file": path.name, "columns": ", ".join(self._passed_over)}
            self.result.notices.append(Problem("reorganise.passed_over", params, "warning"))
        self._replaced: dict[str, Json] = {}
        self._handled: set[str] = set()

    # -- doing ---------------------------------------------------------------------------------

    def carry_out(self, without: Collection[str]) -> None:
        """Make the new units, end the old ones, and look at the two trees."""
        repository = self._repository
        going = {
            row.id: self._parent_of(row)
            for row in self._then.values()
            if self._level(row) in without and self._parent_of(row)
        }
        made: dict[str, str] = {}
        for row in watched(self._rows, self._watch, "reorganise", len(self._rows)):
            unit_id = self._unit(row, going, made)
            made[self._code(row)] = unit_id
            for code in (*row.merged_from, *self._asides(row)):
                if self._then[code].id != unit_id:
                    self._end(self._then[code], unit_id)
        for area_id, above in going.items():
            if area_id not in self._handled:
                self._end(repository.row(area_id), above)  # type: ignore[arg-type]
        self._compare()

    def _asides(self, row: UnitRow) -> list[str]:
        """Codes in brackets of units that are still there: named, and taken along."""
        for text in row.remarks:
            params = {"file": self._path.name, "row": row.number, "text": text}
            self.result.notices.append(Problem("reorganise.remark", params, "warning"))
        named = {code for other in self._rows for code in other.merged_from}
        found = []
        for word in dict.fromkeys(row.asides):
            if word in self._then and word not in named:
                params = {"file": self._path.name, "row": row.number, "code": word}
                self.result.notices.append(Problem("reorganise.aside", params, "warning"))
                found.append(word)
        return found

    def _parent_of(self, row: Row) -> str:
        return self._before.parents.get(row.id, EVERYWHERE)

    def _unit(self, row: UnitRow, going: Mapping[str, str], made: Mapping[str, str]) -> str:
        """The id of the unit that a row is about."""
        stays = self._absorbing(row)
        if stays is not None:
            return stays.id
        old = [self._then[code] for code in row.merged_from]
        values: dict[str, Json] = {
            name: self._value(name, row.cells.get(column, ""))
            for name, column in self._declared.columns.items()
        }
        values[self._tree.level] = self._level(old[0])
        values[self._schema.begins] = self._day
        for name in self._declared.inherit:
            agreed = [one.values.get(name) for one in old]
            values[name] = agreed[0] if all(one == agreed[0] for one in agreed) else None
        values[self._tree.parent] = self._above(row, old, going, made) or None
        unit_id = self._repository.key_id(self._schema, values)
        known = self._repository.row(unit_id) if unit_id else None
        if known is not None:
            self._note(known.id, self.result.known)
            return known.id
        try:
            added = self._repository.add(self._schema.record, values)
        except RefusedError as error:
            raise RefusedError(
                *(at_row(self._path, row, self._code_column, one) for one in error.problems)
            ) from error
        self._note(added.id, self.result.created)
        return added.id

    def _above(
        self, row: UnitRow, old: list[Row], going: Mapping[str, str], made: Mapping[str, str]
    ) -> str:
        """The area above a new unit."""
        column = self._declared.parent
        code = row.cells.get(column, "") if column else ""
        if code:
            found = made.get(code) or (self._then[code].id if code in self._then else "")
            if found:
                return found
            reason = Problem("reorganise.no_unit", {"code": code, "date": self._day})
            raise RefusedError(at_row(self._path, row, column, reason))
        above = set()
        for one in old:
            parent = self._parent_of(one)
            while parent in going:
                parent = going[parent]
            above.add(parent)
        if len(above) > 1:
            titles = ", ".join(sorted(self._repository.title(one) for one in above if one))
            reason = Problem("reorganise.parents", {"parents": titles})
            raise RefusedError(at_row(self._path, row, self._declared.merged_from, reason))
        return above.pop()

    def _end(self, old: Row, successor: str) -> None:
        self._handled.add(old.id)
        values, ends = old.values, self._schema.ends
        if values.get(ends) == self._eve and values.get(self._tree.successor) == successor:
            self._note(old.id, self.result.known)
            return
        self._replace(old, {ends: self._eve, self._tree.successor: successor})
        self.result.ended[old.id] = successor
        for one in (old.id, successor):
            self.result.titles[one] = self._repository.title(one)

    def _replace(self, row: Row, changes: Mapping[str, Json]) -> None:
        """Edit a record, and keep what it was for the way back."""
        self._replaced.setdefault(row.id, dict(row.values))
        self._repository.edit(row.id, changes)

    def _note(self, record_id: str, where: list[str]) -> None:
        if record_id not in where:
            where.append(record_id)
        self.result.titles[record_id] = self._repository.title(record_id)

    # -- looking -------------------------------------------------------------------------------

    def _compare(self) -> None:
        repository, result, before = self._repository, self.result, self._before
        after = AreaTree(repository.programme.schemas, repository, self._day)
        levels = [choice.code for choice in self._schema.fields[self._tree.level].choices]
        for level in levels:
            counts = [sum(1 for one in tree.parents if tree.level(one) == level)
                      for tree in (before, after)]  # fmt: skip
            result.levels[level] = counts[0], counts[1]
        for area_id, parent in after.parents.items():
            was = before.parents.get(area_id)
            if was is not None and was != parent:
                result.moved[area_id] = was, parent
        ended_levels = {before.level(one) for one in result.ended}
        new = {*result.created, *result.known, *result.ended.values()}
        result.left = [
            one
            for one in after.parents
            if after.level(one) in ended_levels and one in before.parents and one not in new
        ]
        for one in [*result.moved, *result.left]:
            result.titles[one] = repository.title(one)
        assigning = repository.programme.assigning
        if assigning is not None:
            kind = repository.schema(assigning.units)
            result.units = tuple(  # type: ignore[assignment]
                self._located(tree, [row for row in repository.rows(kind.record)
                                     if exists_on(kind, row.values, day)])
                for tree, day in ((before, self._eve), (after, self._day))
            )  # fmt: skip

    @staticmethod
    def _located(tree: AreaTree, rows: list[Row]) -> tuple[int, int]:
        return len(rows), sum(1 for row in rows if tree.locate(row) == EVERYWHERE)

    def settle(self, end: Collection[str], carry: Collection[str]) -> None:
        """End or carry over what hangs in the air, as far as that is wanted."""
        after = AreaTree(self._repository.programme.schemas, self._repository, self._day)
        ended = self._handled
        kinds = self._declared.hanging
        for found in find_hanging(self._repository, kinds, ended, self._day, self._watch):
            self._watch("reorganise", len(self.result.hanging), len(kinds))
            how = "end" if _wants(found, end) else "carry" if _wants(found, carry) else ""
            done = settle(self._repository, found, how, after, self._day, self._replace)
            self.result.hanging.append((found, done))
            for row in found.rows:
                self.result.titles[row.id] = self._repository.title(row.id)
        if self._replaced:
            self._repository.keep_aside(BEFORE_TABLE, self._replaced)


def _wants(found: Found, names: Collection[str]) -> bool:
    return "all" in names or found.hanging.record in names
