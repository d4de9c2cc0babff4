"""Keeping a form as a draft while it is filled in, and going on with one that was left behind.

Knows nothing of the screen. Drafts are written behind the keys: nobody waits for the disk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from threading import Lock, Thread

from nq77tui.core.problem import Problem, cause_of
from nq77tui.core.record import Json
from nq77tui.store.drafts import Draft
from nq77tui.tui.desk import Desk
from nq77tui.tui.form_model import FormModel
from nq77tui.tui.grid_drafts import are_saved, restore, rows_of


class DraftKeeper:
    """Keeps the draft of one form, until the form is finished."""

    def __init__(self, desk: Desk, key: str = "") -> None:
        self._drafts = desk.repository.drafts
        self._key = key
        self._lock = Lock()
        self._waiting: Draft | None = None
        self._last: Draft | None = None
        self._thread: Thread | None = None
        self._is_finished = False
        self.problem: Problem | None = None
        """Why the draft could not be kept, once it could not."""

    def keep(self, draft: Draft) -> None:
        """Have a state of the form written; of several only the latest."""
        if self._is_finished or draft == self._last:
            return
        self._last = draft
        with self._lock:
            self._waiting = draft
            if self._thread is None:
                self._thread = Thread(target=self._write, name="draft")
                self._thread.start()

    def drop(self) -> None:
        """The form is as at the start again: when this returns, there is no draft."""
        with self._lock:
            self._waiting = self._last = None
        self.flush()
        if self._key:
            self._drafts.drop(self._key)
            self._key = ""

    def finish(self) -> None:
        """The form was saved, or is not wanted."""
        self._is_finished = True
        self.drop()

    def flush(self) -> None:
        """Wait until everything is written."""
        while (thread := self._thread) is not None:
            thread.join()

    def _write(self) -> None:
        while True:
            with self._lock:
                draft, self._waiting = self._waiting, None
                if draft is None:
                    self._thread = None
                    return
            try:
                self._key = self._drafts.keep(replace(draft, key=self._key)).key
                self.problem = None
            except OSError as error:
                detail = cause_of(error)
                self.problem = Problem("tui.draft.not_kept", {"detail": detail}, "warning")


def draft_of(model: FormModel, name: str) -> Draft:
    """The form as it is, to go on at a field."""
    desk, is_new = model.desk, model.record_id is None
    asked = model.asked_names()
    values: Mapping[str, Json] = dict(model.values) if is_new else model.changes()
    return Draft(
        record_type=model.record_type,
        record_id=model.record_id or "",
        schema=model.schema.version,
        operator=desk.repository.operator,
        at=desk.repository.now(),
        resume_at=name,
        values=values,
        seen={} if is_new else {field: model.start.get(field) for field in values},
        typed=dict(model.unread),
        rows={grid.key: rows for grid in model.grids if (rows := rows_of(grid))},
        filled=sum(1 for field in asked if model.values.get(field) is not None),
        asked=len(asked),
        verifies=model.verifies,
    )


def resumed(desk: Desk, draft: Draft) -> FormModel:
    """A form as a draft left it; what colleagues wrote since is asked about on saving.

    Fields that this version of the programme has no more are left out. Where the record itself
    is gone, it becomes a new one.
    """
    record = desk.repository.get(draft.record_id) if draft.record_id else None
    if draft.verifies:
        from nq77tui.tui.blind_model import BlindModel

        model: FormModel = BlindModel(desk, draft.verifies)
    else:
        model = FormModel(desk, draft.record_type, record.id if record else None)
    known = {name: value for name, value in draft.values.items() if name in model.schema.fields}
    if record is not None:
        changed = [
            name
            for name, value in known.items()
            if record.get(name) != draft.seen.get(name) and record.get(name) != value
        ]
        model.disputes.note(record, changed)
    for name, value in known.items():
        model.put(name, value)
    for name, typed in draft.typed.items():
        if name in model.schema.fields:
            model.read(name, typed)
    for grid in model.grids:
        restore(grid, draft.rows.get(grid.key, ()))
    return model


def waiting(desk: Desk) -> list[Draft]:
    """The drafts that were left behind; one whose form was saved after all is dropped."""
    found = []
    for draft in desk.repository.drafts.left_behind():
        if draft.record_type not in desk.programme.schemas:
            continue
        if _is_saved(desk, draft) or _is_in_vain(desk, draft):
            desk.repository.drafts.drop(draft.key)
        else:
            found.append(draft)
    return found


def _is_in_vain(desk: Desk, draft: Draft) -> bool:
    """Whether it keys a record again that is not there any more."""
    if not draft.verifies:
        return False
    from nq77tui.store.verifying import Verifying

    return Verifying(desk.repository).item(draft.verifies) is None


def own(desk: Desk) -> list[Draft]:
    """The drafts that this operator may go on with."""
    return [draft for draft in waiting(desk) if draft.operator == desk.repository.operator]


def _is_saved(desk: Desk, draft: Draft) -> bool:
    """Whether the power went between the saving and the forgetting."""
    if draft.typed:
        return False
    if draft.verifies:
        from nq77tui.store.verifying import Verifying

        again = Verifying(desk.repository).of(draft.verifies)
        return any(
            one.stamp.by == draft.operator
            and one.keyed.items() <= draft.values.items()
            and one.stamp.at >= draft.at
            for one in again
        )
    if draft.record_id:
        record = desk.repository.get(draft.record_id)
        return (
            record is not None
            and all(record.get(name) == value for name, value in draft.values.items())
            and _are_rows_saved(desk, draft, draft.record_id)
        )
    names = desk.programme.schemas[draft.record_type].fields
    return any(
        all(row.values.get(name) == draft.values.get(name) for name in names)
        and _are_rows_saved(desk, draft, row.id)
        for row in desk.repository.rows(draft.record_type)
    )


def _are_rows_saved(desk: Desk, draft: Draft, record_id: str) -> bool:
    if not draft.rows:
        return True
    grids = FormModel(desk, draft.record_type, record_id).grids
    return all(are_saved(grid, draft.rows.get(grid.key, ()), record_id) for grid in grids)


def title_of(desk: Desk, draft: Draft) -> str:
    """What the record of a draft is called."""
    if draft.record_id:
        return desk.repository.title(draft.record_id)
    schema = desk.programme.schemas[draft.record_type]
    named = [name for name in schema.title if draft.values.get(name) is not None]
    shown = [desk.shown(draft.record_type, name, draft.values[name]) for name in named]
    return " - ".join(shown) or desk.text("tui.draft.nameless")
