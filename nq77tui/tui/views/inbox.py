"""The inbox: everything a person has to decide, settled by one key each or many by two."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from textual import events
from textual.app import ComposeResult

from nq77tui.core.inbox import Bulk, Question
from nq77tui.core.problem import RefusedError
from nq77tui.store.inbox import Decided
from nq77tui.tui.actions import CONFLICTS, READING, bindings
from nq77tui.tui.desk import Desk
from nq77tui.tui.inbox_list import InboxList
from nq77tui.tui.inbox_text import InboxText
from nq77tui.tui.theme import GOOD, WARNING
from nq77tui.tui.views.base import BaseView
from nq77tui.tui.views.dialog.ask import Ask
from nq77tui.tui.views.entry.form import FormView
from nq77tui.tui.views.rows import RowsView
from nq77tui.tui.views.undoing import ask_undo
from nq77tui.tui.widgets.report import Panel, Report
from nq77tui.tui.widgets.row_list import ListColumn, RowList

_TITLE, _TYPE, _FIELD, _VALUES = 34, 14, 20, 7
_DIGITS = "123456789"


class InboxView(RowsView[None]):
    """The list of what is open, and below it the values of the one under the cursor."""

    ACTIONS = CONFLICTS
    BINDINGS = bindings(ACTIONS)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._listed = InboxList(desk)

    def body(self) -> ComposeResult:
        """The list, then the values."""
        yield RowList()
        yield Panel()

    @property
    def current(self) -> Question | None:
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
        self.set_title(self.desk.text("tui.conflicts.title"), self.number(len(self._listed)))

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
        listed, question = self._listed, self._listed[key]
        return (
            listed.title(question),
            listed.type_label(question),
            listed.label(question),
            str(question.count or "-"),
        )

    def _show_values(self) -> None:
        panel, question = self.query_one(Panel), self.current
        if question is None:
            panel.show(lambda width: ())
        else:
            short = InboxText(self.desk, self._listed, question).short
            panel.show(lambda width: short(width, panel.size.height))

    def on_row_list_moved(self) -> None:
        """Show the values of the one under the cursor."""
        self.say()
        self._show_values()

    # Deciding

    def on_key(self, event: events.Key) -> None:
        """A number gives the answer with that number."""
        if event.character and event.character in _DIGITS:
            event.stop()
            self._decide(self.current, int(event.character))

    def _decide(self, question: Question | None, number: int | None) -> None:
        if question is None or number is None:
            return
        if number > question.count:
            key = "conflicts.no_such" if question.count else "inbox.no_answer"
            self.say(self.desk.text(f"tui.{key}", count=question.count), WARNING)
            return
        told = self._decision(question, number)
        with self.refusals():
            decided = self._listed.decide([(question, number)])
            self._show()
            if decided.done:
                self.say(told(self.number(len(self._listed))), GOOD)
            else:
                self._say_undone(decided)

    def _say_undone(self, decided: Decided) -> None:
        if decided.refused:
            self.refuse(RefusedError(*decided.refused[:1]))
        else:
            self.say(self.desk.text("tui.conflicts.moved_on"), WARNING)

    def _decision(self, question: Question, number: int) -> Callable[[str], str]:
        """What will have been decided; made before, since a deleted record has no title."""
        listed = self._listed
        params: dict[str, object] = {"title": listed.title(question)}
        key = "inbox.decided"
        if question.kind == "deletion":
            key = "conflicts.kept" if number == 1 else "conflicts.deleted"
        elif question.kind == "field":
            key, value = "conflicts.taken", listed.shown_values(question)[number - 1]
            params |= {"label": listed.label(question), "value": value}
        else:
            label = self.desk.text(f"tui.inbox.{question.kind}_{number}_done")
            params |= {"label": label}
        return lambda count: self.desk.text(f"tui.{key}", **params, count=count)

    # Many at once

    def action_bulk(self) -> None:
        """Ask what to do with all that are like this one."""
        question = self.current
        if question is None:
            return
        choices = self._listed.bulks(question)
        if not choices:
            self.say(self.desk.text("tui.inbox.no_others"), WARNING)
            return
        answers = [self._bulk_text(question, one) for one in choices]
        asked = self.desk.text("tui.inbox.bulk", label=self._listed.label(question))
        way_back = self.desk.text("tui.inbox.bulk_back")
        self.app.push_screen(
            Ask(self.desk, asked, answers, way_back), partial(self._decide_all, choices)
        )

    def _bulk_text(self, question: Question, bulk: Bulk) -> str:
        text = self.desk.text
        which = "wide" if bulk.is_wide else question.kind
        what = text(
            f"tui.inbox.all_{which}",
            count=self.number(len(bulk.decisions)),
            type=self._listed.type_label(question),
            field=self._listed.field_label(question, question.field),
            other=self._listed.other_title(question) if question.other else "",
        )
        by = next((s.stamp.by for s in question.values if s.dot.replica == bulk.machine), "")
        done = text(f"tui.inbox.bulk_{bulk.name}", machine=bulk.machine, by=by)
        return f"{done}: {what}"

    def _decide_all(self, choices: Sequence[Bulk], number: int | None) -> None:
        if number is None:
            return
        with self.refusals():
            decided = self._listed.decide(choices[number - 1].decisions)
            self._show()
            left = len(decided.moved_on) + len(decided.refused)
            told = self.desk.text(
                "tui.inbox.decided_many",
                done=self.number(decided.done),
                left=self.number(left),
                count=self.number(len(self._listed)),
            )
            self.say(told, WARNING if left else GOOD)

    def action_undo(self) -> None:
        """Take my last decision back after asking."""
        ask_undo(self)

    def action_skip(self) -> None:
        """Leave it for later, and look at the next."""
        question = self.current
        if question is None:
            return
        self._listed.put_off(question.key)
        # Out of the list and in again: so the cursor stays where the next one comes up.
        self._show_rows([key for key in self._listed.keys if key != question.key])
        self._show()
        title, label = self._listed.title(question), self._listed.label(question)
        self.say(self.desk.text("tui.conflicts.skipped", title=title, label=label))

    # Reading everything

    def on_row_list_chosen(self) -> None:
        """Read the whole values."""
        if (question := self.current) is not None:
            reading = ReadingView(self.desk, self._listed, question)
            self.app.push_screen(reading, partial(self._decide, question))

    # Writing another value

    async def action_write(self) -> None:
        """Open the form at the field."""
        question = self.current
        if question is None:
            return
        screen = self.desk.programme.screens.get(question.record_type)
        asked = {one.name for one in screen.form_fields()} if screen else set()
        field = self._listed.field_to_write(question)
        if screen is None or (field and field not in asked):
            self.say(self.desk.text("tui.conflicts.not_in_form"), WARNING)
            return
        form = FormView(self.desk, question.record_type, question.record_id)
        await self.app.push_screen(form, partial(self._written, question))
        if field:
            form.pane.enter(field)

    def _written(self, question: Question, record_id: str | None) -> None:
        if record_id is None:
            return
        title, label = self._listed.title(question), self._listed.label(question)
        self._listed.refresh_record(question.record_id)
        self._show()
        is_open = self._listed.get(question.key) is not None
        key = "tui.conflicts.still_open" if is_open else "tui.conflicts.written_other"
        count = self.number(len(self._listed))
        told = self.desk.text(key, title=title, label=label, count=count)
        self.say(told, WARNING if is_open else GOOD)


class ReadingView(BaseView[int]):
    """One question, whole; answers with the number of the value to take."""

    ACTIONS = READING
    BINDINGS = bindings(ACTIONS)

    def __init__(self, desk: Desk, listed: InboxList, question: Question) -> None:
        super().__init__(desk)
        self._text = InboxText(desk, listed, question)
        self._listed = listed
        self._question = question

    def body(self) -> ComposeResult:
        """The values."""
        yield Report()

    def relabel(self) -> None:
        """Show everything in the language of the moment."""
        super().relabel()
        self.query_one(Report).show(self._text.whole)

    def show_title(self) -> None:
        """Which record this is."""
        kind, title = self._listed.type_label(self._question), self._listed.title(self._question)
        self.set_title(f"{kind}: {title}")

    def on_key(self, event: events.Key) -> None:
        """A number takes the value with that number."""
        if event.character and event.character in _DIGITS:
            event.stop()
            number = int(event.character)
            if number <= self._question.count:
                self.dismiss(number)
            else:
                count = self._question.count
                self.say(self.desk.text("tui.conflicts.no_such", count=count), WARNING)
