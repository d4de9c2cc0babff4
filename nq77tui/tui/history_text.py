"""A record's history as lines: who changed what, when, from what to what, the newest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from nq77tui.store.way_back import CREATED, Change
from nq77tui.tui.cells import fit, wrap
from nq77tui.tui.desk import Desk
from nq77tui.tui.moment import is_doubtful, shown_moment
from nq77tui.tui.theme import KEY, PLAIN, QUIET, WARNING
from nq77tui.tui.widgets.canvas import Line

_INDENT = 4


class HistoryText:
    """Makes the lines of the changes of one record."""

    def __init__(self, desk: Desk, record_type: str, changes: Sequence[Change]) -> None:
        self._desk = desk
        self._record_type = record_type
        fields = list(desk.programme.schemas[record_type].fields)
        self._place = {name: at for at, name in enumerate(fields)}
        self._changes = changes

    def lines(self, width: int) -> list[Line]:
        """One head a write, and below it a line a field."""
        writes = [
            list(changes) for _, changes in groupby(self._changes, key=lambda change: change.dot)
        ]
        found: list[Line] = []
        for changes in reversed(writes):
            kinds = [change.kind for change in changes if not change.field]
            kind = (kinds or [changes[0].kind])[0]
            found.append(self._head(changes[0], kind, width))
            found += self._field_lines(changes, width)
        return found or [((f" {self._desk.text('tui.history.none')}", QUIET),)]

    def _head(self, change: Change, kind: str, width: int) -> Line:
        desk, stamp, replica = self._desk, change.stamp, change.replica
        is_here = replica == desk.repository.replica
        machine = desk.text("tui.history.here" if is_here else "tui.history.machine", id=replica)
        kind = desk.text(f"history.{kind}")
        text = desk.text(
            "tui.history.write", at=shown_moment(stamp.at), by=stamp.by, machine=machine, kind=kind
        )
        if is_doubtful(stamp.at, desk.repository.today()):
            return ((fit(f" {text}; {desk.text('tui.conflicts.clock')}", width), WARNING),)
        return ((fit(f" {text}", width).rstrip(), KEY),)

    def _field_lines(self, changes: Sequence[Change], width: int) -> Iterator[Line]:
        named = [change for change in changes if change.field]
        named.sort(key=lambda change: self._place.get(change.field, len(self._place)))
        for change in named:
            for at, line in enumerate(wrap(self._sentence(change), width - _INDENT - 3)):
                yield ((" " * (_INDENT + (2 if at else 0)) + line, PLAIN),)

    def _sentence(self, change: Change) -> str:
        desk = self._desk
        label = desk.field_label(self._record_type, change.field)
        after = desk.shown(self._record_type, change.field, change.after)
        if change.kind == CREATED:
            return f"{label}: {after}"
        before = desk.shown(self._record_type, change.field, change.before)
        arrow = "->" if desk.settings.ascii_borders else "→"
        return f"{label}: {before} {arrow} {after}"
