"""One conflict as lines: the values with their numbers, who wrote them, when, on which machine."""

from __future__ import annotations

from collections.abc import Iterator

from nq77tui.core.record import Record, Sibling
from nq77tui.tui.cells import fit, wrap, wrapped
from nq77tui.tui.conflict_list import Conflict, ConflictList
from nq77tui.tui.desk import Desk
from nq77tui.tui.moment import is_doubtful, shown_moment
from nq77tui.tui.theme import KEY, PLAIN, QUIET, SECTION
from nq77tui.tui.widgets.canvas import Line

_WHOLE = 10_000
"""Lines of one value: more than anybody reads."""


class ConflictText:
    """Makes the lines of one conflict."""

    def __init__(self, desk: Desk, listed: ConflictList, conflict: Conflict) -> None:
        self._desk = desk
        self._listed = listed
        self._conflict = conflict

    def short(self, width: int, height: int) -> list[Line]:
        """What fits below the list: of long values the beginning."""
        room = height - 2
        for share in range(max(room, 1), 0, -1):
            lines = list(self._lines(width, share))
            if len(lines) <= height:
                return lines
        more = ((fit(f" {self._desk.text('tui.conflicts.more')}", width), KEY),)
        return [*lines[: height - 1], more]

    def whole(self, width: int) -> list[Line]:
        """The whole values, and what else the record holds."""
        record = self._desk.repository.get(self._conflict.record_id)
        others = list(self._other_lines(record, width)) if record else []
        return [*self._lines(width, _WHOLE), *others]

    def _lines(self, width: int, share: int) -> Iterator[Line]:
        conflict, listed = self._conflict, self._listed
        rule = "-" if self._desk.settings.ascii_borders else "─"
        head = f"{rule}{rule} {listed.title(conflict)}: {listed.label(conflict)} "
        yield ((fit(head, width).rstrip(), SECTION),)
        key = "choose_deletion" if conflict.is_deletion else "choose"
        yield ((fit(f" {self._desk.text(f'tui.conflicts.{key}')}", width), QUIET),)
        yield from (
            self._deletion_lines(width) if conflict.is_deletion else self._value_lines(width, share)
        )

    def _value_lines(self, width: int, share: int) -> Iterator[Line]:
        values = self._listed.shown_values(self._conflict)
        for number, (text, sibling) in enumerate(
            zip(values, self._conflict.values, strict=True), start=1
        ):
            yield from _numbered(number, text, width, share)
            yield self._written_line(sibling, width)

    def _deletion_lines(self, width: int) -> Iterator[Line]:
        conflict, text = self._conflict, self._desk.text
        yield from _numbered(1, text("tui.conflicts.keep"), width, 1)
        for name, sibling in conflict.edits:
            if name:
                label = self._listed.field_label(conflict, name)
                value = self._listed.shown(conflict, name, sibling.value)
                what = text("tui.conflicts.edited_after", label=label, value=value)
            else:
                what = text("tui.conflicts.kept_by")
            yield ((fit(f"      {what} ({self._written(sibling)})", width).rstrip(), PLAIN),)
        yield from _numbered(2, text("tui.conflicts.delete"), width, 1)
        for sibling in conflict.values:
            what = text("tui.conflicts.deleted_by")
            yield ((fit(f"      {what} ({self._written(sibling)})", width).rstrip(), PLAIN),)

    def _written_line(self, sibling: Sibling, width: int) -> Line:
        return ((fit(f"      {self._written(sibling)}", width).rstrip(), QUIET),)

    def _written(self, sibling: Sibling) -> str:
        """Who wrote it, when, and on which machine."""
        replica, at = sibling.dot.replica, sibling.stamp.at
        is_here = replica == self._desk.repository.replica
        key = "tui.conflicts.written_here" if is_here else "tui.conflicts.written"
        found = self._desk.text(key, by=sibling.stamp.by, at=shown_moment(at), replica=replica)
        if is_doubtful(at, self._desk.repository.today()):
            found = f"{found}; {self._desk.text('tui.conflicts.clock')}"
        return found

    def _other_lines(self, record: Record, width: int) -> Iterator[Line]:
        conflict, listed = self._conflict, self._listed
        values = record.values
        schema = listed.schema(conflict)
        names = [*(schema.fields if schema else ()), *sorted(values)]
        yield ()
        yield ((fit(f" {self._desk.text('tui.conflicts.others')}", width).rstrip(), SECTION),)
        for name in dict.fromkeys(names):
            if name != conflict.field and name in values:
                label = listed.field_label(conflict, name)
                text = f"{label}: {listed.shown(conflict, name, values[name])}"
                for at, line in enumerate(wrap(text, width - 5)):
                    yield ((f"  {'' if at == 0 else '  '}{line}", PLAIN),)


def _numbered(number: int, text: str, width: int, share: int) -> Iterator[Line]:
    for at, line in enumerate(wrapped(text, width - 7, share)):
        head = f"  {number}   " if at == 0 else "      "
        yield ((head, KEY), (line, KEY))
