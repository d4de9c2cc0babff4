"""Taking one's last save back, from any view that has a key for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nq77tui.core.record import Record
from nq77tui.core.verification import VERIFICATION
from nq77tui.store.way_back import Undoable, last_undoable, undo_last
from nq77tui.tui.cells import cut
from nq77tui.tui.moment import shown_moment
from nq77tui.tui.theme import GOOD
from nq77tui.tui.verify_text import paper_name
from nq77tui.tui.views.base import BaseView
from nq77tui.tui.views.dialog.confirm import Confirm

_NAMED = 5
_TITLE = 40


def ask_undo(view: BaseView[Any]) -> None:
    """Say what an undo would take back, and take it back if that is wanted."""
    if view.refuse_if_read_only():
        return
    with view.refusals():
        undoable = last_undoable(view.desk.repository)
        question = "\n".join(_question(view, undoable))
        view.app.push_screen(
            Confirm(view.desk, question), lambda is_sure: _undo(view, undoable, is_sure)
        )


def _question(view: BaseView[Any], undoable: Undoable) -> Iterator[str]:
    text, stamp = view.desk.text, undoable.stamp
    yield text("tui.undo.ask", at=shown_moment(stamp.at), by=stamp.by)
    for record, kind in undoable.records[:_NAMED]:
        yield text(f"tui.undo.{kind}", title=_named(view, record))
    if (more := len(undoable.records) - _NAMED) > 0:
        yield text("tui.undo.more", count=more)


def _undo(view: BaseView[Any], undoable: Undoable, is_sure: bool | None) -> None:
    if not is_sure:
        return
    with view.refusals():
        title = _named(view, undoable.records[0][0]) if undoable.records else ""
        try:
            records = undo_last(view.desk.repository, undoable.sequence)
        finally:
            view.look_again()
        key = "tui.undo.done" if len(records) == 1 else "tui.undo.done_several"
        view.say(view.desk.text(key, count=len(records), title=title), GOOD)


def _named(view: BaseView[Any], record: Record) -> str:
    """``Household “Nông Văn An”``."""
    if record.type == VERIFICATION:
        kind = view.desk.text("tui.verify.record")
        title = cut(paper_name(view.desk, str(record.get("of"))), _TITLE)
        return view.desk.text("tui.undo.kind", kind=kind, title=title)
    schema = view.desk.programme.schemas.get(record.type)
    kind = view.desk.label(schema.label) if schema else record.type
    title = cut(view.desk.repository.title(record.id), _TITLE)
    return view.desk.text("tui.undo.kind", kind=kind, title=title)
