"""What is to be keyed a second time, what differs, what is done."""

from __future__ import annotations

from functools import partial

from textual.worker import get_current_worker

from nq77tui.core.values import show_number
from nq77tui.store.verifying import DONE, DUE, STATES, Item, Verifying
from nq77tui.tui.actions import VERIFY, bindings
from nq77tui.tui.desk import Desk
from nq77tui.tui.moment import shown_moment
from nq77tui.tui.theme import GOOD
from nq77tui.tui.verify_text import outcome, paper_name, state_text
from nq77tui.tui.views.base import BaseView
from nq77tui.tui.views.rows import ReadRowsView
from nq77tui.tui.views.verifying.blind_form import BlindFormView
from nq77tui.tui.views.verifying.discrepancies import DiscrepanciesView
from nq77tui.tui.widgets.row_list import ListColumn

_STATE, _KIND, _PAPER, _WHO = 13, 13, 36, 12
_ORDER = ("", *STATES)


class VerifyView(ReadRowsView[None]):
    """The records that are drawn, chosen, or keyed again; Enter does what is next with one."""

    ACTIONS = VERIFY
    BINDINGS = bindings(ACTIONS)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._items: dict[str, Item] | None = None
        self._only = ""

    @property
    def current(self) -> Item | None:
        """The record under the cursor."""
        return (self._items or {}).get(self.row_list.current or "")

    # Showing

    def store_changed(self) -> None:
        """Look what is due, behind the keys."""
        self._show()
        self.run_worker(self._look, thread=True, exclusive=True, group="verify")

    def _look(self) -> None:
        worker = get_current_worker()
        items = Verifying(self.desk.repository).items()
        if not worker.is_cancelled:
            self.app.call_from_thread(self._take, items)

    def _take(self, items: list[Item]) -> None:
        self._items = {item.record_id: item for item in items}
        self._show()

    def _show(self) -> None:
        text, items = self.desk.text, self._items or {}
        columns = (
            ListColumn(text("tui.verify.state"), _STATE),
            ListColumn(text("tui.verify.kind"), _KIND),
            ListColumn(text("tui.verify.paper"), _PAPER),
            ListColumn(text("tui.verify.again_by"), _WHO),
        )
        shown = [one.record_id for one in items.values() if self._only in ("", one.state)]
        self.row_list.show(columns, shown, self._cells, empty=self._empty())
        self.show_title()

    def _empty(self) -> str:
        if self._items is None:
            return self.desk.text("tui.verify.looking")
        if self._only or self.desk.repository.settings.verify_share:
            return self.desk.text("tui.verify.none")
        return self.desk.text("tui.verify.no_share")

    def show_title(self) -> None:
        """How many of which state."""
        title = self.desk.text("tui.verify.title")
        if self._only:
            title = f"{title}: {self.desk.text(f'verify.state.{self._only}')}"
        states = [one.state for one in (self._items or {}).values()]
        counts = {state: self.number(states.count(state)) for state in STATES}
        self.set_title(title, self.desk.text("tui.verify.counts", **counts))

    def _cells(self, record_id: str) -> tuple[str, ...]:
        item, desk = (self._items or {})[record_id], self.desk
        kind = desk.label(desk.programme.schemas[item.record_type].label)
        who = ", ".join(dict.fromkeys(one.stamp.by for one in item.verifications))
        return state_text(desk, item), kind, paper_name(desk, record_id), who

    def on_row_list_moved(self) -> None:
        """Say who keyed it first: somebody else had better key it again."""
        item = self.current
        record = self.desk.repository.get(item.record_id) if item else None
        if record is not None:
            at, by = record.last_written
            self.say(self.desk.text("tui.verify.first_by", by=by, at=shown_moment(at)))

    # Doing

    def on_row_list_chosen(self) -> None:
        """Key it again, decide what differs, or look at what was found."""
        # As it is now: the list may be behind by what was saved a moment ago.
        record_id = self.row_list.current
        item = Verifying(self.desk.repository).item(record_id) if record_id else None
        if item is None:
            return
        if item.state == DUE:
            self._key_again(item)
            return
        verifications = [one for one in item.verifications if one.open] or item.verifications
        if item.state == DONE and not verifications[-1].differences:
            self.say(self.desk.text("tui.verify.same"), GOOD)
            return
        view = DiscrepanciesView(self.desk, verifications[-1].id)
        self.app.push_screen(view, self._decided)

    def action_again(self) -> None:
        """Key it once more, whatever its state."""
        if self.current is not None:
            self._key_again(self.current)

    def _key_again(self, item: Item) -> None:
        if self.refuse_if_read_only():
            return
        rows = list(self.row_list.rows)
        following = rows[self.row_list.cursor + 1 :]
        with self.refusals():
            view = BlindFormView(self.desk, item.record_id, following=following)
            self.app.push_screen(view, self._keyed)

    def _keyed(self, verification_id: str | None) -> None:
        self.look_again()
        if verification_id is not None:
            self.say(*outcome(self.desk, verification_id))

    def _decided(self, told: str | None) -> None:
        self.look_again()
        if told is not None:
            self.say(told, GOOD)

    def action_sift(self) -> None:
        """Show only what differs, what is due, what is done, all again."""
        self._only = _ORDER[(_ORDER.index(self._only) + 1) % len(_ORDER)]
        self.say()
        self._show()

    def action_operators(self) -> None:
        """Go to the figures of operators."""
        from nq77tui.tui.views.verifying.operators import OperatorsView

        self.app.push_screen(OperatorsView(self.desk))

    def action_undo(self) -> None:
        """Take my last save back after asking."""
        from nq77tui.tui.views.undoing import ask_undo

        ask_undo(self)


def ask_to_verify(
    view: BaseView[None], record_type: str, current: str | None, shown: list[str]
) -> None:
    """From a list: key the record at hand again, or have it or all that are shown keyed again."""
    from nq77tui.tui.views.dialog.ask import Ask

    desk = view.desk
    if current is None or view.refuse_if_read_only():
        return
    with view.refusals():
        Verifying(desk.repository).identifying(current)
        answers = [
            desk.text("tui.verify.ask_now", title=paper_name(desk, current)),
            desk.text("tui.verify.ask_one"),
            desk.text("tui.verify.ask_shown", count=show_number(len(shown), desk.catalogue.lang)),
        ]
        kind = desk.label(desk.programme.schemas[record_type].label)
        question = desk.text("tui.verify.ask", kind=kind)
        way_back = desk.text("tui.verify.ask_back")
        told = partial(_answered, view, current, shown)
        view.app.push_screen(Ask(desk, question, answers, way_back), told)


def _answered(view: BaseView[None], current: str, shown: list[str], number: int | None) -> None:
    desk = view.desk
    if number is None:
        return
    with view.refusals():
        if number == 1:
            form = BlindFormView(desk, current)
            view.app.push_screen(form, partial(_told, view))
            return
        ids = [current] if number == 2 else shown
        count = Verifying(desk.repository).ask_for(ids)
        view.say(desk.text("verify.asked", count=count, known=len(ids) - count), GOOD)


def _told(view: BaseView[None], verification_id: str | None) -> None:
    if verification_id is not None:
        view.say(*outcome(view.desk, verification_id))
