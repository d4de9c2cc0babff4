"""A record that is keyed a second time: a form that knows nothing of the first but its paper."""

from __future__ import annotations

from nq77tui.core.record import Record
from nq77tui.core.scope import Row
from nq77tui.core.verification import blind_screen
from nq77tui.store.verifying import Verifying
from nq77tui.tui.desk import Desk
from nq77tui.tui.form_model import FormModel


class BlindModel(FormModel):
    """Holds what names the paper form; is saved as a verification beside the record."""

    def __init__(self, desk: Desk, record_id: str) -> None:
        """Key a record again.

        Raises:
            RefusedError: no such record, or its type is not keyed again.
        """
        verifying = Verifying(desk.repository)
        identifying = verifying.identifying(record_id)
        record = desk.repository.require(desk.repository.resolve_id(record_id))
        screen = desk.programme.screens[record.type]
        self.verifies = record.id
        super().__init__(desk, record.type, values=identifying, form=blind_screen(screen))

    def save(self) -> Record | None:
        """Keep what was keyed; the record stays as it is."""
        repository = self.desk.repository
        found = Verifying(repository).key_again(self.verifies, self.values)
        return repository.require(found.id)

    def doubles(self) -> list[Row]:
        """None: the one that it looks like is the one that it is."""
        return []

    def take_last(self, name: str) -> bool:
        """Nothing: the record before may be this very one."""
        return False

    def copy_last(self) -> list[str] | None:
        """Nothing, for the same reason."""
        return None
