"""The drafting half of a form: kept as each field is left, gone on with, forgotten."""

from __future__ import annotations

from functools import partial

from nq77tui.core.problem import cause_of
from nq77tui.store.drafts import Draft
from nq77tui.tui.desk import Desk
from nq77tui.tui.drafting import DraftKeeper, draft_of, resumed, waiting
from nq77tui.tui.field_entry import Writing
from nq77tui.tui.form_model import FormModel
from nq77tui.tui.moment import shown_moment
from nq77tui.tui.theme import WARNING
from nq77tui.tui.views.dialog.confirm import Confirm
from nq77tui.tui.views.entry.saving import SavingView


class DraftingView(SavingView):
    """A form that outlives a cut line."""

    def __init__(
        self,
        desk: Desk,
        record_type: str,
        record_id: str | None = None,
        draft: Draft | None = None,
    ) -> None:
        super().__init__(desk)
        self._draft = draft
        self._keeper = DraftKeeper(desk, draft.key if draft else "")
        if draft is None:
            self.model = FormModel(desk, record_type, record_id)
        else:
            self.model = resumed(desk, draft)

    # Keeping

    def keep_draft(self, name: str) -> None:
        """Keep the form as it is, to go on at a field."""
        if not self.model.keeps_draft:
            return
        if not self.model.is_changed:
            self._keeper.drop()
            return
        self._keeper.keep(draft_of(self.model, name))
        if (problem := self._keeper.problem) is not None:
            self.say_problem(problem)

    def keep_typed(self) -> None:
        """The program is being ended: keep even what is half typed."""
        if isinstance(self.pane.entry, Writing):
            self.pane.entry.commit()
        self.keep_draft(self.pane.current)
        self._keeper.flush()

    def finish_draft(self) -> None:
        """The form was saved, or is not wanted."""
        self._keeper.finish()

    def begin_draft(self) -> None:
        """Another record is filled in from here on."""
        self._keeper = DraftKeeper(self.desk)

    # Going on

    def go_on_with_draft(self) -> None:
        """Stand where a draft was left; or offer the draft that there is of this record."""
        if self._draft is not None:
            self._stand_where_left(self._draft)
        elif self.model.record_id is not None and self.model.keeps_draft:
            mine = (self.model.record_id, self.desk.repository.operator)
            for draft in self.desk.repository.drafts.left_behind():
                if (draft.record_id, draft.operator) == mine:
                    self._offer(draft)
                    return

    def _stand_where_left(self, draft: Draft) -> None:
        resume_at = self.model.resumed_at(draft.resume_at)
        if resume_at in self.model.places() or not resume_at:
            self.pane.enter(resume_at)
        is_same = draft.schema == self.model.schema.version
        key = "tui.draft.going_on" if is_same else "tui.draft.other_schema"
        self.say(self.desk.text(key, at=shown_moment(draft.at)))

    def _offer(self, draft: Draft) -> None:
        if draft not in waiting(self.desk):
            return
        question = self.desk.text(
            "tui.draft.offer", at=shown_moment(draft.at), filled=draft.filled, asked=draft.asked
        )
        self.app.push_screen(Confirm(self.desk, question), partial(self._take_up, draft))

    def _take_up(self, draft: Draft, is_wanted: bool | None) -> None:
        if not is_wanted:
            return
        try:
            taken = self.desk.repository.drafts.take(draft.key)
        except OSError as error:
            self.say(self.desk.text("tui.draft.not_kept", detail=cause_of(error)), WARNING)
            return
        if taken is None:
            self.say(self.desk.text("tui.draft.gone"), WARNING)
            return
        self._keeper = DraftKeeper(self.desk, taken.key)
        self.model = resumed(self.desk, taken)
        self.pane.show(self.model)
        self.show_title()
        self._stand_where_left(taken)
