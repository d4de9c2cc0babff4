"""Whether a user may write: asked once for every record, by the one place that writes records."""

from __future__ import annotations

from collections.abc import Callable

from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.record import Record
from nq77tui.core.verification import VERIFICATION
from nq77tui.programme import Programme
from nq77tui.store.reader import Reader
from nq77tui.store.rights import Rights
from nq77tui.store.sight import Sight


class LimitedRule:
    """The rule for a user who may not do everything."""

    def __init__(
        self, rights: Rights, programme: Programme, every: Reader, sight: Callable[[], Sight]
    ) -> None:
        self._rights = rights
        self._programme = programme
        self._every = every
        self._sight = sight

    def may_begin(self) -> None:
        """A viewer begins nothing."""
        if self._rights.is_viewer:
            raise RefusedError(Problem("rights.viewer", self._rights.params()))

    def may_write(self, after: Record) -> None:
        """What was there and what is to be both lie in the user's areas; nothing is decided."""
        before = self._every.get(after.id)
        self.may_begin()
        if self._rights.role != "supervisor":
            self._refuse_types(before, after)
            self._refuse_decisions(before, after)
        for record in (before, after):
            if record is not None and not self._lies_inside(record):
                raise RefusedError(self.not_yours(record))

    def not_yours(self, record: Record) -> Problem:
        """Says that a record lies in none of the user's areas."""
        areas = ", ".join(map(self._every.title, self._rights.areas))
        params = {**self._rights.params(), "id": record.id, "areas": areas}
        return Problem("rights.other_area", params)

    def _lies_inside(self, record: Record) -> bool:
        if not self._rights.areas:
            return True
        schema = self._programme.schemas.get(record.type)
        if schema is None:
            return self._sight().sees_all_of(record.values)
        if not (schema.area or schema.tree):
            return False  # it belongs to all
        if schema.tree:
            return self._sight().is_own_area(record.id)
        return self._sight().is_inside(schema, record.values)

    def _refuse_types(self, before: Record | None, record: Record) -> None:
        schema = self._programme.schemas.get(record.type)
        if schema is None:
            # What the engine itself keeps: a second keying is a save, the rest are decisions.
            if record.type != VERIFICATION or before is not None or record.get("keyed") is None:
                self._refuse("decide")
        elif schema.tree or not schema.area or schema.written_by == "supervisor":
            raise RefusedError(
                Problem("rights.supervisors_type", {**self._rights.params(), "label": schema.label})
            )

    def _refuse_decisions(self, before: Record | None, after: Record) -> None:
        if after.joined_into:
            self._refuse("join")
        if before is None:
            return
        was_open = before.conflicts.keys() - after.conflicts.keys()
        if was_open or before.is_contested != after.is_contested:
            self._refuse("decide")

    def _refuse(self, what: str) -> None:
        raise RefusedError(Problem(f"rights.no_{what}", self._rights.params()))
