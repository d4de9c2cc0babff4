"""Deciding, field by field, where two keyings of a record differ."""

from __future__ import annotations

from collections.abc import Iterator

from textual import events
from textual.app import ComposeResult

from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.record import Json
from nq77tui.core.typed import read_typed
from nq77tui.core.verification import FIRST, SECOND, THIRD, Difference, Verification
from nq77tui.store.verifying import Verifying
from nq77tui.tui.actions import DISCREPANCIES, bindings
from nq77tui.tui.cells import wrap
from nq77tui.tui.desk import Desk
from nq77tui.tui.moment import shown_moment
from nq77tui.tui.theme import KEY, PLAIN, WARNING
from nq77tui.tui.verify_text import paper_name, right_text
from nq77tui.tui.views.dialog.confirm import Confirm
from nq77tui.tui.views.dialog.prompt import Prompt
from nq77tui.tui.views.rows import ReadRowsView
from nq77tui.tui.widgets.canvas import Line
from nq77tui.tui.widgets.report import Panel
from nq77tui.tui.widgets.row_list import ListColumn, RowList

_WIDTHS = (19, 19, 19, 15)
_NARROW = (13, 12, 12, 12)
"""In a window of less than 80 cells; the panel shows the values in full."""
_HEADINGS = ("field", "first", "second", "right")
_NUMBERS = {"1": FIRST, "2": SECOND}


class DiscrepanciesView(ReadRowsView[str]):
    """The fields that differ; nothing is written before all that was decided is saved at once."""

    ACTIONS = DISCREPANCIES
    BINDINGS = bindings(ACTIONS)

    def __init__(self, desk: Desk, verification_id: str) -> None:
        super().__init__(desk)
        self._verification_id = verification_id
        self._decisions: dict[str, tuple[str, Json]] = {}

    def body(self) -> ComposeResult:
        """The fields, and below them the values of the one under the cursor in full."""
        yield RowList()
        yield Panel()

    @property
    def _verification(self) -> Verification | None:
        return Verifying(self.desk.repository).get(self._verification_id)

    @property
    def _record_type(self) -> str:
        found = self._verification
        row = self.desk.repository.row(found.of) if found else None
        return row.type if row else ""

    @property
    def _fields(self) -> list[str]:
        """What the programme knows of the record, in its order."""
        schema = self.desk.programme.schemas.get(self._record_type)
        return list(schema.fields) if schema else []

    def _differences(self) -> dict[str, Difference]:
        found = self._verification
        return {one.field: one for one in found.differences} if found else {}

    @property
    def current(self) -> Difference | None:
        """The field under the cursor."""
        return self._differences().get(self.row_list.current or "")

    # Showing

    def show_title(self) -> None:
        """Whose paper form."""
        found = self._verification
        name = paper_name(self.desk, found.of) if found else self._verification_id
        self.set_title(self.desk.text("tui.verify.differs", name=name))

    def store_changed(self) -> None:
        """Show what is open now."""
        text, found = self.desk.text, self._verification
        widths = _WIDTHS if self.app.size.width >= 80 else _NARROW
        columns = (
            ListColumn(text(f"tui.verify.{name}"), width)
            for name, width in zip(_HEADINGS, widths, strict=True)
        )
        opened = {one.field for one in found.open} if found else set()
        self._decisions = {name: one for name, one in self._decisions.items() if name in opened}
        order = self._fields
        differences = self._differences()
        # A field that the programme has no more stands last, and may be decided for the first.
        rows = [name for name in order if name in differences]
        rows += [name for name in differences if name not in order]
        rows.sort(key=lambda name: name not in opened)
        self.row_list.show(columns, rows, self._cells, empty=text("tui.verify.same"))
        self._show_values()

    def on_resize(self) -> None:
        """As many cells as there are."""
        self.store_changed()

    def _cells(self, name: str) -> tuple[str, ...]:
        one, shown = self._differences()[name], self.desk.shown
        record_type = self._record_type
        return (
            self.desk.field_label(record_type, name),
            shown(record_type, name, one.first),
            shown(record_type, name, one.second),
            self._right(one),
        )

    def _right(self, one: Difference) -> str:
        if (decision := self._decisions.get(one.field)) is None:
            return right_text(self.desk, self._record_type, one, self._now(one.field))
        result, value = decision
        if result == THIRD:
            return self.desk.shown(self._record_type, one.field, value)
        return self.desk.text(f"tui.verify.{result}")

    def _now(self, name: str) -> Json:
        found = self._verification
        record = self.desk.repository.get(found.of) if found else None
        return record.get(name) if record else None

    def _show_values(self) -> None:
        lines = list(self._value_parts())
        self.query_one(Panel).show(lambda width: [one for p in lines for one in _wrapped(p, width)])

    def _value_parts(self) -> Iterator[tuple[str, str]]:
        one, found, desk = self.current, self._verification, self.desk
        if one is None or found is None:
            return
        record_type, now = self._record_type, self._now(one.field)
        yield f"1  {self._head('first', one.by, one.at)}", self._shown(one.first)
        yield f"2  {self._head('second', *reversed(found.stamp))}", self._shown(one.second)
        if not one.result and now != one.first:
            label = desk.text("tui.verify.now")
            yield f"   {label}", desk.shown(record_type, one.field, now)

    def _shown(self, value: Json) -> str:
        one = self.current
        return self.desk.shown(self._record_type, one.field, value) if one else ""

    def _head(self, which: str, by: object, at: object) -> str:
        assert isinstance(at, int)
        which = self.desk.text(f"tui.verify.{which}")
        return self.desk.text("tui.verify.keyed_by", which=which, by=str(by), at=shown_moment(at))

    def on_row_list_moved(self) -> None:
        """Show the values of the one under the cursor."""
        self.say()
        self._show_values()

    # Deciding

    def on_key(self, event: events.Key) -> None:
        """1 or 2: that value is right."""
        if event.character in _NUMBERS:
            event.stop()
            self._decide(_NUMBERS[event.character], None)

    def _decide(self, result: str, value: Json) -> None:
        one = self.current
        if one is None:
            return
        if one.result:
            self.say(self.desk.text("verify.decided", field=self._label(one)), WARNING)
            return
        if result != FIRST and one.field not in self._fields:
            self.say(self.desk.text("tui.verify.no_field"), WARNING)
            return
        self._decisions[one.field] = (result, value)
        rows, at = self.row_list.rows, self.row_list.cursor
        self.store_changed()
        if at + 1 < len(rows):
            self.row_list.go_to(rows[at + 1])
        self.say(self.desk.text("tui.verify.save_key"))
        self._show_values()

    def _label(self, one: Difference) -> str:
        return self.desk.field_label(self._record_type, one.field)

    def action_third(self) -> None:
        """Neither is right: write what is."""
        one = self.current
        if one is None or one.result:
            return
        if one.field not in self._fields:
            self.say(self.desk.text("tui.verify.no_field"), WARNING)
            return
        kept: list[Json] = []

        def read(typed: str) -> str:
            kept[:] = [self._read(one.field, typed)]
            return typed

        def written(typed: str | None) -> None:
            if typed is not None:
                self._decide(THIRD, kept[0])

        question = self.desk.text("tui.verify.third", label=self._label(one))
        self.app.push_screen(Prompt(self.desk, question, read), written)

    def _read(self, name: str, typed: str) -> Json:
        repository, found = self.desk.repository, self._verification
        record = repository.get(found.of) if found else None
        if record is None:
            raise RefusedError(Problem("verify.gone", {"id": self._verification_id}))
        field = repository.schema(record.type).fields[name]
        lookup = repository.read_reference(record.values)
        return read_typed(field, typed, repository.today(), lookup=lookup)

    def action_save(self) -> None:
        """Write all that was decided, in one commit."""
        if not self._decisions:
            self.say(self.desk.text("tui.verify.nothing_decided"), WARNING)
            return
        if self.refuse_if_read_only():
            return
        with self.refusals():
            Verifying(self.desk.repository).decide(self._verification_id, self._decisions)
            self.dismiss(self.desk.text("tui.verify.saved", count=len(self._decisions)))

    def action_back(self) -> None:
        """Leave; asks only where something would be lost."""
        if self._decisions:
            question = self.desk.text("tui.verify.discard")
            self.app.push_screen(Confirm(self.desk, question), self._leave)
        else:
            self.dismiss(None)

    def _leave(self, is_sure: bool | None) -> None:
        if is_sure:
            self.dismiss(None)


def _wrapped(part: tuple[str, str], width: int) -> Iterator[Line]:
    head, value = part
    yield ((f" {head}", KEY),)
    for line in wrap(value, width - 6):
        yield ((f"    {line}", PLAIN),)
