"""One question as lines: its answers with their numbers, who wrote what, when, on which machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.style import Style

from nq77tui.core.inbox import Question
from nq77tui.core.record import Dot, Json, Record, Sibling, Stamp
from nq77tui.tui.cells import fit, wrap, wrapped
from nq77tui.tui.desk import Desk
from nq77tui.tui.inbox_list import InboxList
from nq77tui.tui.moment import is_doubtful, shown_moment
from nq77tui.tui.theme import KEY, PLAIN, QUIET, SECTION
from nq77tui.tui.widgets.canvas import Line

_WHOLE = 10_000
"""Lines of one value: more than anybody reads."""


class InboxText:
    """Makes the lines of one question."""

    def __init__(self, desk: Desk, listed: InboxList, question: Question) -> None:
        self._desk = desk
        self._listed = listed
        self._question = question

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
        record = self._desk.repository.get(self._question.record_id)
        is_pair = self._question.kind == "alike"
        others = list(self._other_lines(record, width)) if record and not is_pair else []
        return [*self._lines(width, _WHOLE), *others]

    def _lines(self, width: int, share: int) -> Iterator[Line]:
        question, listed = self._question, self._listed
        rule = "-" if self._desk.settings.ascii_borders else "─"
        head = f"{rule}{rule} {listed.title(question)}: {listed.label(question)} "
        yield ((fit(head, width).rstrip(), SECTION),)
        if question.kind == "field":
            yield ((fit(f" {self._text('conflicts.choose')}", width), QUIET),)
            yield from self._value_lines(width, share)
        elif question.kind == "deletion":
            yield ((fit(f" {self._text('conflicts.choose_deletion')}", width), QUIET),)
            yield from self._deletion_lines(width)
        else:
            yield from self._answer_lines(width)

    def _value_lines(self, width: int, share: int) -> Iterator[Line]:
        values = self._listed.shown_values(self._question)
        for number, (text, sibling) in enumerate(
            zip(values, self._question.values, strict=True), start=1
        ):
            yield from _numbered(number, text, width, share)
            yield self._quiet(self._written(sibling), width)

    def _deletion_lines(self, width: int) -> Iterator[Line]:
        yield from _numbered(1, self._text("inbox.deletion_1"), width, 1)
        yield from self._edit_lines(width)
        yield from _numbered(2, self._text("inbox.deletion_2"), width, 1)
        yield from self._marker_lines("conflicts.deleted_by", width)

    def _edit_lines(self, width: int) -> Iterator[Line]:
        question = self._question
        for name, sibling in question.edits:
            if name:
                label = self._listed.field_label(question, name)
                value = self._desk.shown(question.record_type, name, sibling.value)
                what = self._text("conflicts.edited_after", label=label, value=value)
            else:
                what = self._text("conflicts.kept_by")
            yield ((fit(f"      {what} ({self._written(sibling)})", width).rstrip(), PLAIN),)

    def _marker_lines(self, key: str, width: int) -> Iterator[Line]:
        for sibling in self._question.values:
            what = f"      {self._text(key)} ({self._written(sibling)})"
            yield ((fit(what, width).rstrip(), PLAIN),)

    def _answer_lines(self, width: int) -> Iterator[Line]:
        question = self._question
        other = self._listed.other_title(question)
        label = self._listed.field_label(question, question.field) if question.field else ""
        for number in range(1, question.count + 1):
            key = f"inbox.{question.kind}_{number}"
            title = self._listed.title(question)
            text = self._text(key, title=title, other=other, field=label)
            yield from _numbered(number, text, width, 1)
        if question.kind == "alike":
            yield from self._pair_lines(width)
        elif question.kind == "dangling":
            yield from self._deleted_lines(width)
        elif question.reason is not None:
            for line in wrap(self._desk.problem(question.reason), width - 7):
                yield self._quiet(line, width)
        else:
            yield from self._marker_lines("inbox.joined_by", width)
            yield from self._edit_lines(width)

    def _deleted_lines(self, width: int) -> Iterator[Line]:
        deleted = self._desk.repository.get(self._question.other)
        for marker in deleted.deletions if deleted else ():
            what = f"{self._text('conflicts.deleted_by')} ({self._written(marker)})"
            yield self._quiet(what, width)

    def _pair_lines(self, width: int) -> Iterator[Line]:
        """Both records side by side, what differs first."""
        question, repository = self._question, self._desk.repository
        one, other = (repository.get(i) for i in (question.record_id, question.other))
        if one is None or other is None:
            return
        columns = (18, (width - 24) // 2, (width - 24) // 2)
        yield _columns(columns, ("", *map(self._last_written, (one, other))), QUIET)
        mine, theirs = one.values, other.values
        names = self._ordered_names({**mine, **theirs})
        for name in sorted(names, key=lambda n: mine.get(n) == theirs.get(n)):
            cells = [self._cell(name, values) for values in (mine, theirs)]
            label = self._listed.field_label(question, name)
            style = PLAIN if mine.get(name) == theirs.get(name) else KEY
            yield _columns(columns, (label, *cells), style)

    def _cell(self, name: str, values: Mapping[str, Json]) -> str:
        found = values.get(name)
        return self._desk.shown(self._question.record_type, name, found) if name in values else ""

    def _last_written(self, record: Record) -> str:
        found = [s for siblings in record.fields.values() for s in siblings[:1]]
        return self._who(*max(((s.stamp, s.dot) for s in found), default=(Stamp(0, ""), None)))

    def _quiet(self, text: str, width: int) -> Line:
        return ((fit(f"      {text}", width).rstrip(), QUIET),)

    def _written(self, sibling: Sibling) -> str:
        """Who wrote it, when, and on which machine."""
        return self._who(sibling.stamp, sibling.dot)

    def _who(self, stamp: Stamp, dot: Dot | None) -> str:
        replica, at = dot.replica if dot else "", stamp.at
        is_here = replica == self._desk.repository.replica
        key = "conflicts.written_here" if is_here else "conflicts.written"
        found = self._text(key, by=stamp.by, at=shown_moment(at), replica=replica)
        if is_doubtful(at, self._desk.repository.today()):
            found = f"{found}; {self._text('conflicts.clock')}"
        return found

    def _other_lines(self, record: Record, width: int) -> Iterator[Line]:
        question, listed = self._question, self._listed
        values = record.values
        yield ()
        yield ((fit(f" {self._text('conflicts.others')}", width).rstrip(), SECTION),)
        for name in self._ordered_names(values):
            if name != question.field:
                label = listed.field_label(question, name)
                shown = self._desk.shown(question.record_type, name, values[name])
                for at, line in enumerate(wrap(f"{label}: {shown}", width - 5)):
                    yield ((f"  {'' if at == 0 else '  '}{line}", PLAIN),)

    def _ordered_names(self, values: Mapping[str, Json]) -> list[str]:
        schema = self._desk.programme.schemas.get(self._question.record_type)
        names = dict.fromkeys([*(schema.fields if schema else ()), *sorted(values)])
        return [name for name in names if name in values]

    def _text(self, key: str, **params: object) -> str:
        return self._desk.text(f"tui.{key}", **params)


def _numbered(number: int, text: str, width: int, share: int) -> Iterator[Line]:
    for at, line in enumerate(wrapped(text, width - 7, share)):
        head = f"  {number}   " if at == 0 else "      "
        yield ((head, KEY), (line, KEY))


def _columns(widths: tuple[int, ...], texts: tuple[str, ...], style: Style) -> Line:
    cells = [fit(text, width) for text, width in zip(texts, widths, strict=True)]
    return ((f"  {'  '.join(cells)}".rstrip(), style),)
