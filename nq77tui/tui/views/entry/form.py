"""Filling in one record."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import chain
from typing import ClassVar

from textual.app import ComposeResult

from nq77tui.core.record import Record
from nq77tui.store.drafts import Draft
from nq77tui.tui.actions import FORM, Action, bindings
from nq77tui.tui.desk import Desk
from nq77tui.tui.slices import in_slices, run_behind
from nq77tui.tui.theme import GOOD, WARNING
from nq77tui.tui.views.entry.drafting import DraftingView
from nq77tui.tui.widgets.form_pane import FormPane


class FormView(DraftingView):
    """A form, new or of a record; answers with the id of what was saved last."""

    ACTIONS: ClassVar[Sequence[Action]] = FORM
    BINDINGS = bindings(ACTIONS)

    def __init__(
        self,
        desk: Desk,
        record_type: str,
        record_id: str | None = None,
        draft: Draft | None = None,
    ) -> None:
        super().__init__(desk, record_type, record_id, draft)
        self._saved: str | None = None

    def body(self) -> ComposeResult:
        """The form."""
        yield FormPane(self.model)

    @property
    def pane(self) -> FormPane:
        """The form."""
        return self.query_one(FormPane)

    def on_mount(self) -> None:
        """Begin with the first field, or where a draft was left."""
        self.pane.show(self.model)
        self.go_on_with_draft()
        if self.model.is_newer:
            self.say(self.desk.text("tui.form.newer"), WARNING)
        lookalikes = self.desk.repository.lookalikes
        if self.model.record_id is None and not lookalikes.is_ready(self.model.record_type):
            self.run_worker(partial(lookalikes.prepare, self.model.record_type), thread=True)

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
        right = "" if typing == "off" else self.desk.text(f"tui.typing.{typing}")
        if self.model.is_newer:
            right = self.desk.text("notices.looking_on")
        self.set_title(title, right)

    def store_changed(self) -> None:
        """Show what a colleague has saved in this very record."""
        typing = self.pane.current if self.pane.is_touched else ""
        if self.model.take_in(typing) and not typing:
            self.pane.enter(self.pane.current)
        self.pane.redraw()
        self.show_title()
        disputed = [*self.model.disputed(), *self._disputed_while_typing(typing)]
        if self.model.deletion is not None:
            self.say(self.desk.text("tui.form.deleted"), WARNING)
        elif disputed:
            labels = [self.desk.label(self.model.field(name).label) for name in disputed]
            self.say(self.desk.text("tui.form.disputed", fields=", ".join(labels)), WARNING)

    def _disputed_while_typing(self, typing: str) -> list[str]:
        is_known = not typing or typing in self.model.disputed()
        return [] if is_known or self.model.disputes.theirs(typing) is None else [typing]

    def on_form_pane_entered(self, event: FormPane.Entered) -> None:
        """Keep the draft, say what is wrong with the field, have the names to be picked ready."""
        problems = self.model.problems_at(event.field_name)
        if event.is_by_key and problems:
            self.say_problem(problems[0])
        elif event.is_by_key and event.field_name:
            self._say_double()
        self.keep_draft(event.field_name)
        if not event.field_name:
            return
        owner, name = self.model.at(event.field_name)
        if (field := owner.field(name)).is_reference:
            names = chain.from_iterable(map(self.desk.titles.warm, field.to))
            run_behind(self, partial(in_slices, names), "titles")

    def _say_double(self) -> None:
        """While a new record is typed: name the one that it looks like."""
        found = self.model.doubles()
        if not found:
            self.say()
            return
        titled = self.desk.titles.one(found[0].id)
        title = f"{titled.title}, {titled.note}" if titled and titled.note else found[0].id
        key = "tui.form.double" if len(found) == 1 else "tui.form.doubles"
        self.say(self.desk.text(key, title=title, count=len(found) - 1), WARNING)

    def on_form_pane_finished(self) -> None:
        """Say that saving needs its own key."""
        self.say(self.desk.text("tui.form.finished"))

    # Saving

    def action_save(self) -> None:
        """Save, and go back."""
        self.save(self._go_back)

    def _go_back(self, record: Record) -> None:
        self.finish_draft()
        self.dismiss(record.id)

    def action_save_new(self) -> None:
        """Save, and go on with an empty form."""
        self.save(self._go_on)

    def _go_on(self, record: Record) -> None:
        self.finish_draft()
        self.begin_draft()
        self._saved = record.id
        self.model = self.model.carried()
        self.pane.show(self.model)
        self.show_title()
        self.say(self.desk.text("tui.saved", title=self.desk.repository.title(record.id)), GOOD)

    # Leaving

    def action_back(self) -> None:
        """Leave; asks only where something would be lost."""
        if self.model.is_changed or self.pane.is_touched:
            from nq77tui.tui.views.dialog.confirm import Confirm

            question = self.desk.text("tui.form.discard")
            self.app.push_screen(Confirm(self.desk, question), self._leave)
        else:
            self._leave(True)

    def _leave(self, is_sure: bool | None) -> None:
        if is_sure:
            self.give_up()

    def give_up(self) -> None:
        """Leave without saving; answers with what was saved before."""
        self.finish_draft()
        self.dismiss(self._saved)

    # As in the record before

    def action_ditto(self) -> None:
        """This field as in the last record, and on to the next field."""
        name = self.pane.current
        if not self.model.has(name):
            return
        if not self.model.take_last(name):
            is_cell = self.model.cell(name) is not None
            self.say(self.desk.text("tui.rows.first" if is_cell else "tui.form.no_last"), WARNING)
            return
        self.pane.enter(name)
        self.pane.go_on()

    def action_copy(self) -> None:
        """All fields that are still empty as in the last record."""
        if self.model.record_id is not None:
            self.say(self.desk.text("tui.form.copy_only_new"), WARNING)
            return
        self.pane.commit()
        filled = self.model.copy_last()
        if filled is None:
            self.say(self.desk.text("tui.form.no_last"), WARNING)
            return
        self.pane.enter(filled[0] if filled else self.pane.current)
        self.say(self.desk.text("tui.form.copied", count=len(filled)), GOOD)

    # Typing

    def action_typing(self) -> None:
        """Go over to the next way of typing marks, and keep the choice."""
        self.pane.commit()
        self.desk.switch_typing()
        self.pane.enter(self.pane.current)
        self.show_title()

    def action_reveal(self) -> None:
        """Show the personal numbers of the record."""
        self.reveal(self.model.record_id)

    def action_history(self) -> None:
        """Who changed what in this record; of a new one, the record that it looks like."""
        if self.model.record_id is None:
            self._open_double()
            return
        from nq77tui.tui.views.history import HistoryView

        view = HistoryView(self.desk, self.model.record_type, self.model.record_id)
        self.app.push_screen(view)

    def _open_double(self) -> None:
        found = self.model.doubles()
        if found:
            self.app.push_screen(FormView(self.desk, found[0].type, found[0].id))
        else:
            self.say(self.desk.text("tui.history.new"))

    # Long texts

    def action_editor(self) -> None:
        """Write a text of several lines."""
        name = self.pane.current
        owner, field_name = self.model.at(name)
        field = owner.schema.fields.get(field_name)
        if field is None or not field.multiline:
            self.say(self.desk.text("tui.form.one_line"))
            return
        from nq77tui.tui.views.entry.text_editor import TextEditor

        self.pane.commit()
        label, text = self.desk.label(field.label), owner.text_of(field_name)
        editor = TextEditor(self.desk, label, text, self._keep_text)
        self.app.push_screen(editor, self._take_text)

    def _keep_text(self, text: str) -> None:
        """What is being written in the editor belongs to the draft."""
        owner, name = self.model.at(self.pane.current)
        owner.read(name, text)
        self.keep_draft(self.pane.current)

    def _take_text(self, text: str | None) -> None:
        if text is not None:
            owner, name = self.model.at(self.pane.current)
            owner.read(name, text)
        self.pane.enter(self.pane.current)
        self.show_title()
