"""The forms that were not finished: go on with one, or drop it."""

from __future__ import annotations

from functools import partial

from nq77tui.core.problem import cause_of
from nq77tui.core.verification import VERIFICATION
from nq77tui.store.drafts import Draft
from nq77tui.tui.actions import DRAFTS, bindings
from nq77tui.tui.desk import Desk
from nq77tui.tui.drafting import title_of, waiting
from nq77tui.tui.moment import shown_moment
from nq77tui.tui.theme import GOOD, WARNING
from nq77tui.tui.verify_text import outcome
from nq77tui.tui.views.dialog.confirm import Confirm
from nq77tui.tui.views.entry.form import FormView
from nq77tui.tui.views.rows import ReadRowsView
from nq77tui.tui.views.verifying.blind_form import BlindFormView
from nq77tui.tui.widgets.row_list import ListColumn

_KIND, _TITLE, _WHEN, _FAR, _WHO = 17, 22, 16, 7, 12


class DraftsView(ReadRowsView[None]):
    """What was found, whose, when, how far; the operator's own come first."""

    ACTIONS = DRAFTS
    BINDINGS = bindings(ACTIONS)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._found: dict[str, Draft] = {}

    @property
    def current(self) -> Draft | None:
        """The draft under the cursor."""
        return self._found.get(self.row_list.current or "")

    def show_title(self) -> None:
        """What these are."""
        self.set_title(self.desk.text("tui.draft.title"), str(len(self._found)))

    def on_mount(self) -> None:
        """Say what may be done."""
        if waiting(self.desk):
            self.say(self.desk.text("tui.draft.found"), WARNING)

    def on_screen_resume(self) -> None:
        """Look again: a form may have been finished."""
        self.store_changed()

    def store_changed(self) -> None:
        """Look what there is."""
        drafts = waiting(self.desk)
        drafts.sort(key=lambda draft: draft.operator != self.desk.repository.operator)
        self._found = {draft.key: draft for draft in drafts}
        text = self.desk.text
        columns = (
            ListColumn(text("tui.draft.kind"), _KIND),
            ListColumn(text("tui.draft.record"), _TITLE),
            ListColumn(text("tui.draft.when"), _WHEN),
            ListColumn(text("tui.draft.far"), _FAR, is_right=True),
            ListColumn(text("tui.draft.who"), _WHO),
        )
        empty = text("tui.draft.none")
        self.row_list.show(columns, list(self._found), self._cells, empty=empty)
        self.show_title()

    def _cells(self, key: str) -> tuple[str, ...]:
        draft, desk = self._found[key], self.desk
        kind = desk.label(desk.programme.schemas[draft.record_type].label)
        return (
            desk.text("tui.verify.draft", kind=kind)
            if draft.verifies
            else kind
            if draft.record_id
            else desk.text("tui.draft.new", kind=kind),
            title_of(desk, draft),
            shown_moment(draft.at),
            f"{draft.filled}/{draft.asked}",
            draft.operator,
        )

    def _is_mine(self, draft: Draft) -> bool:
        if draft.operator == self.desk.repository.operator:
            return True
        self.say(self.desk.text("tui.draft.not_yours", who=draft.operator), WARNING)
        return False

    def on_row_list_chosen(self) -> None:
        """Go on with it."""
        draft = self.current
        if draft is None or not self._is_mine(draft):
            return
        try:
            taken = self.desk.repository.drafts.take(draft.key)
        except OSError as error:
            detail = cause_of(error)
            self.say(self.desk.text("tui.draft.not_kept", detail=detail), WARNING)
            return
        if taken is None:
            self.store_changed()
            self.say(self.desk.text("tui.draft.gone"), WARNING)
            return
        form = (
            BlindFormView(self.desk, taken.verifies, taken)
            if taken.verifies
            else FormView(self.desk, taken.record_type, taken.record_id or None, taken)
        )
        self.app.push_screen(form, self._finished)

    def _finished(self, record_id: str | None) -> None:
        self.store_changed()
        record = self.desk.repository.get(record_id) if record_id else None
        if record is not None and record.type == VERIFICATION:
            self.say(*outcome(self.desk, record.id))
        elif record_id is not None:
            title = self.desk.repository.title(record_id)
            self.say(self.desk.text("tui.saved", title=title), GOOD)

    def action_drop(self) -> None:
        """Drop it after asking."""
        draft = self.current
        if draft is not None and self._is_mine(draft):
            question = self.desk.text("tui.draft.ask_drop", title=title_of(self.desk, draft))
            self.app.push_screen(Confirm(self.desk, question), partial(self._drop, draft))

    def _drop(self, draft: Draft, is_sure: bool | None) -> None:
        if is_sure:
            title = title_of(self.desk, draft)
            self.desk.repository.drafts.drop(draft.key)
            self.store_changed()
            self.say(self.desk.text("tui.draft.dropped", title=title), GOOD)
