"""Filling in one record."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import chain
from typing import ClassVar

from textual.app import ComposeResult

from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.record import Json, Record
from nq77tui.tui.actions import FORM, Action, bindings
from nq77tui.tui.desk import Desk
from nq77tui.tui.form_model import FormModel
from nq77tui.tui.slices import in_slices, run_behind
from nq77tui.tui.theme import ERROR, GOOD, WARNING
from nq77tui.tui.views.base import BaseView
from nq77tui.tui.views.confirm import Confirm
from nq77tui.tui.views.text_editor import TextEditor
from nq77tui.tui.widgets.form_pane import FormPane


class FormView(BaseView[str]):
    """A form, new or of a record; answers with the id of what was saved last."""

    ACTIONS: ClassVar[Sequence[Action]] = FORM
    BINDINGS = bindings(ACTIONS)

    def __init__(self, desk: Desk, record_type: str, record_id: str | None = None) -> None:
        super().__init__(desk)
        self.model = FormModel(desk, record_type, record_id)
        self._saved: str | None = None
        self._confirmed: tuple[dict[str, Json], list[str]] | None = None

    def body(self) -> ComposeResult:
        """The form."""
        yield FormPane(self.model)

    @property
    def pane(self) -> FormPane:
        """The form."""
        return self.query_one(FormPane)

    def on_mount(self) -> None:
        """Begin with the first field."""
        self.pane.show(self.model)

    def relabel(self) -> None:
        """Show everything in the language of the moment."""
        super().relabel()
        if self.pane.is_touched:
            self.pane.redraw()
        else:
            self.pane.enter(self.pane.current)

    def show_title(self) -> None:
        """What is being filled in, and how letters get their marks."""
        title = kind = self.desk.label(self.model.schema.label)
        if self.model.record_id is None:
            title = self.desk.text("tui.form.new", kind=kind)
        else:
            title = f"{kind}: {self.desk.repository.title(self.model.record_id)}"
        typing = self.desk.settings.typing
        self.set_title(title, "" if typing == "off" else self.desk.text(f"tui.typing.{typing}"))

    def store_changed(self) -> None:
        """Show what a colleague has saved in this very record."""
        disputed = self.model.take_in()
        self.pane.redraw()
        self.show_title()
        if self.model.record is not None and self.model.record.is_dead:
            self.say(self.desk.text("tui.form.deleted"), WARNING)
        elif disputed:
            labels = [self.desk.label(self.model.field(name).label) for name in disputed]
            self.say(self.desk.text("tui.form.disputed", fields=", ".join(labels)), WARNING)

    def on_form_pane_entered(self, event: FormPane.Entered) -> None:
        """Say what is wrong with the field, and have the names ready that may be picked."""
        problems = self.model.problems.get(event.field_name, ())
        if event.is_by_key and problems:
            self._say_problem(problems[0])
        elif event.is_by_key and event.field_name:
            self.say()
        if event.field_name and (field := self.model.field(event.field_name)).is_reference:
            names = chain.from_iterable(map(self.desk.titles.warm, field.to))
            run_behind(self, partial(in_slices, names), "titles")

    def on_form_pane_finished(self) -> None:
        """Say that saving needs its own key."""
        self.say(self.desk.text("tui.form.finished"))

    def _say_problem(self, problem: Problem) -> None:
        style = ERROR if problem.severity == "error" else WARNING
        self.say(self.desk.problem(problem), style)

    # Saving

    def action_save(self) -> None:
        """Save, and go back."""
        record = self._save()
        if record is not None:
            self.dismiss(record.id)

    def action_save_new(self) -> None:
        """Save, and go on with an empty form."""
        record = self._save()
        if record is None:
            return
        self._saved = record.id
        self.model = self.model.carried()
        self.pane.show(self.model)
        self.show_title()
        self.say(self.desk.text("tui.saved", title=self.desk.repository.title(record.id)), GOOD)

    def _save(self) -> Record | None:
        """Save unless something is wrong, or doubtful and not confirmed yet."""
        if not self.pane.commit():
            self._say_problem(self.model.problems[self.pane.current][0])
            return None
        problems = self.model.check()
        errors = [problem for problem in problems if problem.severity == "error"]
        if errors:
            self._show_problems(errors, "tui.form.errors", is_error=True)
            return None
        if problems and not self._is_confirmed(problems):
            self._show_problems(problems, "tui.form.warnings", is_error=False)
            return None
        try:
            return self.model.save()
        except RefusedError as error:
            self.refuse(error)
            return None

    def _is_confirmed(self, problems: Sequence[Problem]) -> bool:
        """Whether the same doubts about the same values were shown before."""
        state = dict(self.model.values), sorted(map(str, problems))
        is_confirmed = self._confirmed == state
        self._confirmed = state
        return is_confirmed

    def _show_problems(self, problems: Sequence[Problem], key: str, *, is_error: bool) -> None:
        first = str(problems[0].params.get("field", ""))
        if first in self.model.schema.fields:
            self.pane.enter(first)
        text = self.desk.text(key, count=len(problems), first=self.desk.problem(problems[0]))
        self.say(text, ERROR if is_error else WARNING)

    # Leaving

    def action_back(self) -> None:
        """Leave; asks only where something would be lost."""
        if self.model.is_changed or self.pane.is_touched:
            question = self.desk.text("tui.form.discard")
            self.app.push_screen(Confirm(self.desk, question), self._leave)
        else:
            self._leave(True)

    def _leave(self, is_sure: bool | None) -> None:
        if is_sure:
            self.dismiss(self._saved)

    # Typing

    def action_typing(self) -> None:
        """Go over to the next way of typing marks, and keep the choice."""
        self.pane.commit()
        self.desk.switch_typing()
        self.pane.enter(self.pane.current)
        self.show_title()

    # Long texts

    def action_editor(self) -> None:
        """Write a text of several lines."""
        name = self.pane.current
        if name not in self.model.schema.fields or not self.model.field(name).multiline:
            return
        self.pane.commit()
        label = self.desk.label(self.model.field(name).label)
        text = self.model.text_of(name)
        self.app.push_screen(TextEditor(self.desk, label, text), self._take_text)

    def _take_text(self, text: str | None) -> None:
        if text is not None:
            self.model.read(self.pane.current, text)
            self.pane.enter(self.pane.current)
