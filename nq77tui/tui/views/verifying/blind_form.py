"""Keying a record a second time."""

from __future__ import annotations

from collections.abc import Sequence

from nq77tui.core.problem import RefusedError
from nq77tui.core.record import Record
from nq77tui.store.drafts import Draft
from nq77tui.store.verifying import DUE, Verifying
from nq77tui.tui.actions import BLIND, bindings
from nq77tui.tui.blind_model import BlindModel
from nq77tui.tui.desk import Desk
from nq77tui.tui.theme import WARNING
from nq77tui.tui.verify_text import outcome, paper_name
from nq77tui.tui.views.entry.form import FormView
from nq77tui.tui.views.entry.saving import Then


class BlindFormView(FormView, inherit_bindings=False):
    """The form without the first keying; answers with the id of the verification saved last."""

    ACTIONS = BLIND
    BINDINGS = bindings(ACTIONS)

    def __init__(
        self,
        desk: Desk,
        record_id: str,
        draft: Draft | None = None,
        following: Sequence[str] = (),
    ) -> None:
        """Open a record, which has to be one that can be keyed again.

        Args:
            following: the records that are keyed after it.
        """
        record_type = desk.repository.require(desk.repository.resolve_id(record_id)).type
        super().__init__(desk, record_type, None, draft)
        self._following = list(following)
        self._asked_about_empty = ""
        if draft is None:
            self.model = BlindModel(desk, record_id)

    def show_title(self) -> None:
        """Which paper form."""
        name = paper_name(self.desk, self.model.verifies)
        typing = self.desk.settings.typing
        right = "" if typing == "off" else self.desk.text(f"tui.typing.{typing}")
        self.set_title(self.desk.text("tui.verify.form", name=name), right)

    def save(self, then: Then) -> None:
        """Save; where nothing was keyed at all, only if the key is pressed again."""
        is_empty = self.pane.commit() and not self.model.is_changed
        if is_empty and self._asked_about_empty != self.model.verifies:
            self._asked_about_empty = self.model.verifies
            self.say(self.desk.text("tui.verify.empty"), WARNING)
            return
        super().save(then)

    def _go_on(self, record: Record) -> None:
        """Go on with the next record that is due."""
        verifying = Verifying(self.desk.repository)
        while self._following:
            item = verifying.item(self._following.pop(0))
            if item is None or item.state != DUE:
                continue
            try:
                model = BlindModel(self.desk, item.record_id)
            except RefusedError:
                continue  # deleted just now
            self.finish_draft()
            self.begin_draft()
            self._saved, self.model = record.id, model
            self.pane.show(model)
            self.show_title()
            self.say(*outcome(self.desk, record.id))
            return
        self._go_back(record)

    def action_ditto(self) -> None:
        """Say why not."""
        self.say(self.desk.text("tui.verify.blind"), WARNING)

    action_copy = action_history = action_ditto
