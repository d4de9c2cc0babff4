"""The inbox: what merges could not decide, settled by one key each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from textual import events
from textual.app import ComposeResult

from nq77tui.core.values import show_number
from nq77tui.tui.actions import CONFLICTS, READING, bindings
from nq77tui.tui.conflict_list import Conflict, ConflictList
from nq77tui.tui.conflict_text import ConflictText
from nq77tui.tui.desk import Desk
from nq77tui.tui.theme import GOOD, WARNING
from nq77tui.tui.views.base import BaseView
from nq77tui.tui.views.form import FormView
from nq77tui.tui.widgets.report import Panel, Report
from nq77tui.tui.widgets.row_list import ListColumn, RowList

_TITLE, _TYPE, _FIELD, _VALUES = 34, 14, 20, 7
_DIGITS = "123456789"


class ConflictsView(BaseView[None]):
    """The list of what is open, and below it the values of the one under the cursor."""

    ACTIONS = CONFLICTS
    BINDINGS = bindings(ACTIONS)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._listed = ConflictList(desk)

    def body(self) -> ComposeResult:
        """The list, then the values."""
        yield RowList()
        yield Panel()

    @property
    def row_list(self) -> RowList:
        """The list."""
        return self.query_one(RowList)

    @property
    def current(self) -> Conflict | None:
        """What a number decides now."""
        return self._listed.get(self.row_list.current)

    # Showing

    def relabel(self) -> None:
        """Show everything in the language of the moment."""
        self.store_changed()
        super().relabel()

    def store_changed(self) -> None:
        """Show what is open now."""
        self._listed.refresh()
        self._show()

    def show_title(self) -> None:
        """How many there are."""
        self.set_title(self.desk.text("tui.conflicts.title"), self._number(len(self._listed)))

    def _show(self) -> None:
        self._show_rows(self._listed.keys)
        self.show_title()
        self._show_values()

    def _show_rows(self, keys: list[str]) -> None:
        text = self.desk.text
        columns = (
            ListColumn(text("tui.conflicts.record"), _TITLE),
            ListColumn(text("tui.conflicts.type"), _TYPE),
            ListColumn(text("tui.conflicts.field"), _FIELD),
            ListColumn(text("tui.conflicts.values"), _VALUES, is_right=True),
        )
        self.row_list.show(columns, keys, self._cells, empty=text("tui.conflicts.none"))

    def _cells(self, key: str) -> tuple[str, ...]:
        listed, conflict = self._listed, self._listed[key]
        return (
            listed.title(conflict),
            listed.type_label(conflict),
            listed.label(conflict),
            str(conflict.count),
        )

    def _show_values(self) -> None:
        panel, conflict = self.query_one(Panel), self.current
        if conflict is None:
            panel.show(lambda width: ())
        else:
            short = ConflictText(self.desk, self._listed, conflict).short
            panel.show(lambda width: short(width, panel.size.height))

    def _number(self, number: int) -> str:
        return show_number(number, self.desk.catalogue.lang)

    def on_row_list_moved(self) -> None:
        """Show the values of the one under the cursor."""
        self.say()
        self._show_values()

    # Deciding

    def on_key(self, event: events.Key) -> None:
        """A number takes the value with that number."""
        if event.character and event.character in _DIGITS:
            event.stop()
            self._decide(self.current, int(event.character))

    def _decide(self, conflict: Conflict | None, number: int | None) -> None:
        if conflict is None or number is None:
            return
        if number > conflict.count:
            self.say(self.desk.text("tui.conflicts.no_such", count=conflict.count), WARNING)
            return
        told = self._decision(conflict, number)
        with self.refusals():
            is_decided = self._listed.decide(conflict, number)
            self._listed.refresh_record(conflict.record_id)
            self._show()
            if is_decided:
                self.say(told(self._number(len(self._listed))), GOOD)
            else:
                self.say(self.desk.text("tui.conflicts.moved_on"), WARNING)

    def _decision(self, conflict: Conflict, number: int) -> Callable[[str], str]:
        """What will have been decided; made before, since a deleted record has no title."""
        listed = self._listed
        params: dict[str, object] = {"title": listed.title(conflict)}
        key = "kept" if number == 1 else "deleted"
        if not conflict.is_deletion:
            key, value = "taken", listed.shown_values(conflict)[number - 1]
            params |= {"label": listed.label(conflict), "value": value}
        return lambda count: self.desk.text(f"tui.conflicts.{key}", **params, count=count)

    def action_skip(self) -> None:
        """Leave it for later, and look at the next."""
        conflict = self.current
        if conflict is None:
            return
        self._listed.put_off(conflict.key)
        # Out of the list and in again: so the cursor stays where the next one comes up.
        self._show_rows([key for key in self._listed.keys if key != conflict.key])
        self._show()
        title, label = self._listed.title(conflict), self._listed.label(conflict)
        self.say(self.desk.text("tui.conflicts.skipped", title=title, label=label))

    # Reading everything

    def on_row_list_chosen(self) -> None:
        """Read the whole values."""
        if (conflict := self.current) is not None:
            reading = ReadingView(self.desk, self._listed, conflict)
            self.app.push_screen(reading, partial(self._decide, conflict))

    # Writing another value

    async def action_write(self) -> None:
        """Open the form at the field."""
        conflict = self.current
        if conflict is None:
            return
        screen = self.desk.programme.screens.get(conflict.record_type)
        asked = {one.name for one in screen.form_fields()} if screen else set()
        if screen is None or (conflict.field and conflict.field not in asked):
            self.say(self.desk.text("tui.conflicts.not_in_form"), WARNING)
            return
        form = FormView(self.desk, conflict.record_type, conflict.record_id)
        await self.app.push_screen(form, partial(self._written, conflict))
        if conflict.field:
            form.pane.enter(conflict.field)

    def _written(self, conflict: Conflict, record_id: str | None) -> None:
        if record_id is None:
            return
        title, label = self._listed.title(conflict), self._listed.label(conflict)
        self._listed.refresh_record(conflict.record_id)
        self._show()
        is_open = self._listed.get(conflict.key) is not None
        key = "tui.conflicts.still_open" if is_open else "tui.conflicts.written_other"
        count = self._number(len(self._listed))
        told = self.desk.text(key, title=title, label=label, count=count)
        self.say(told, WARNING if is_open else GOOD)


class ReadingView(BaseView[int]):
    """One conflict, whole; answers with the number of the value to take."""

    ACTIONS = READING
    BINDINGS = bindings(ACTIONS)

    def __init__(self, desk: Desk, listed: ConflictList, conflict: Conflict) -> None:
        super().__init__(desk)
        self._text = ConflictText(desk, listed, conflict)
        self._listed = listed
        self._conflict = conflict

    def body(self) -> ComposeResult:
        """The values."""
        yield Report()

    def relabel(self) -> None:
        """Show everything in the language of the moment."""
        super().relabel()
        self.query_one(Report).show(self._text.whole)

    def show_title(self) -> None:
        """Which record this is."""
        kind, title = self._listed.type_label(self._conflict), self._listed.title(self._conflict)
        self.set_title(f"{kind}: {title}")

    def on_key(self, event: events.Key) -> None:
        """A number takes the value with that number."""
        if event.character and event.character in _DIGITS:
            event.stop()
            number = int(event.character)
            if number <= self._conflict.count:
                self.dismiss(number)
            else:
                count = self._conflict.count
                self.say(self.desk.text("tui.conflicts.no_such", count=count), WARNING)
