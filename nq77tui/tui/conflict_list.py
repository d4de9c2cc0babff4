"""What merges could not decide: one entry for each field, or for each deletion, of a record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nq77tui.core.collation import sort_key
from nq77tui.core.record import Json, Record, Sibling, canonical_json, covers
from nq77tui.core.schema import Field, Schema
from nq77tui.core.typed import show_value
from nq77tui.tui.desk import Desk


@dataclass(frozen=True)
class Conflict:
    """One thing to decide.

    Attributes:
        field: the field's name; empty where it is about deleting the record or keeping it.
        values: between which to decide, the displayed one first; for a deletion the deletion
            markers.
        edits: for a deletion, by field what was written without having seen it (an empty name
            for somebody's decision to keep the record).
    """

    record_id: str
    record_type: str
    field: str
    values: tuple[Sibling, ...]
    edits: tuple[tuple[str, Sibling], ...] = ()

    @property
    def key(self) -> str:
        """The id of its row."""
        return f"{self.record_id} {self.field}"

    @property
    def is_deletion(self) -> bool:
        """Whether it is about deleting the record or keeping it."""
        return not self.field

    @property
    def count(self) -> int:
        """How many numbers there are to press."""
        return 2 if self.is_deletion else len(self.values)


def conflicts_of(record: Record) -> Iterator[Conflict]:
    """Everything open in one record; the deletion first, since it may settle the rest."""
    if record.is_dead:
        return
    if record.is_contested:
        markers = tuple(m for m in record.deletions if m.value is not None)
        yield Conflict(record.id, record.type, "", markers, tuple(_unseen(record, markers)))
    for name, siblings in record.conflicts.items():
        yield Conflict(record.id, record.type, name, siblings)


def _unseen(record: Record, markers: tuple[Sibling, ...]) -> Iterator[tuple[str, Sibling]]:
    """What was written without having seen any of the deletions."""
    live = [(name, s) for name, siblings in sorted(record.fields.items()) for s in siblings]
    live += [("", marker) for marker in record.deletions if marker.value is None]
    vectors = [m.value for m in markers if isinstance(m.value, dict)]
    for name, sibling in live:
        if not any(covers(vector, sibling.dot) for vector in vectors):  # type: ignore[arg-type]
            yield name, sibling


class ConflictList:
    """The open conflicts in the order in which they come up; knows nothing of the screen."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._open: dict[str, Conflict] = {}
        self._later: dict[str, None] = {}

    def refresh(self) -> None:
        """Read all of them anew; what was put off stays at the end."""
        repository = self._desk.repository
        titled = [(r.type, sort_key(repository.title(r.id)), r) for r in repository.conflicted()]
        records = [r for *_, r in sorted(titled, key=lambda one: (*one[:2], one[2].id))]
        self._open = {c.key: c for record in records for c in conflicts_of(record)}

    def refresh_record(self, record_id: str) -> None:
        """Read those of one record anew, in their places."""
        record = self._desk.repository.get(record_id)
        fresh = {c.key: c for c in conflicts_of(record)} if record else {}
        kept = {key: c for key, c in self._open.items() if c.record_id != record_id or key in fresh}
        self._open = {**kept, **fresh}

    @property
    def keys(self) -> list[str]:
        """The rows' ids, those put off last."""
        later = [key for key in self._later if key in self._open]
        return [*(key for key in self._open if key not in self._later), *later]

    def __len__(self) -> int:
        return len(self._open)

    def __getitem__(self, key: str) -> Conflict:
        return self._open[key]

    def get(self, key: str | None) -> Conflict | None:
        """One conflict, if it is still open."""
        return self._open.get(key) if key else None

    def put_off(self, key: str) -> None:
        """Put one at the end."""
        self._later.pop(key, None)
        self._later[key] = None

    # Deciding

    def decide(self, conflict: Conflict, number: int) -> bool:
        """Take the value with a number, counted from 1; for a deletion 1 keeps, 2 deletes.

        Returns:
            Whether it was decided; False where the record has changed since it was shown.

        Raises:
            RefusedError: it could not be saved.
        """
        repository = self._desk.repository
        with repository.transaction():
            record = repository.get(conflict.record_id)
            if record is None or conflict not in conflicts_of(record):
                return False
            if not conflict.is_deletion:
                value = conflict.values[number - 1].value
                repository.resolve(conflict.record_id, conflict.field, value)
            elif number == 1:
                repository.keep(conflict.record_id)
            else:
                repository.delete(conflict.record_id)
        return True

    # In words

    def schema(self, conflict: Conflict) -> Schema | None:
        """The schema of its record; None for a type of another programme version."""
        return self._desk.programme.schemas.get(conflict.record_type)

    def title(self, conflict: Conflict) -> str:
        """What the record is called."""
        return self._desk.repository.title(conflict.record_id)

    def type_label(self, conflict: Conflict) -> str:
        """The record's type."""
        schema = self.schema(conflict)
        return self._desk.label(schema.label) if schema else conflict.record_type

    def label(self, conflict: Conflict) -> str:
        """What is to be decided about the record."""
        if conflict.is_deletion:
            return self._desk.text("tui.conflicts.deletion")
        return self.field_label(conflict, conflict.field)

    def field_label(self, conflict: Conflict, name: str) -> str:
        """The label of a field of the record."""
        field = self._field(conflict, name)
        return self._desk.label(field.label) if field else name

    def shown_values(self, conflict: Conflict) -> list[str]:
        """Its values as people read them; what reads the same is told apart by what is stored."""
        shown = [self.shown(conflict, conflict.field, s.value) for s in conflict.values]
        return [
            f"{text} [{canonical_json(sibling.value)}]" if shown.count(text) > 1 else text
            for text, sibling in zip(shown, conflict.values, strict=True)
        ]

    def shown(self, conflict: Conflict, name: str, value: Json) -> str:
        """A field's value as people read it."""
        if value is None or value in ("", []):
            return self._desk.text("tui.conflicts.empty_value")
        field = self._field(conflict, name)
        if field is None:
            return value if isinstance(value, str) else canonical_json(value)
        lang, title = self._desk.catalogue.lang, self._desk.repository.title
        return show_value(field, value, lang, title)

    def _field(self, conflict: Conflict, name: str) -> Field | None:
        schema = self.schema(conflict)
        return schema.fields.get(name) if schema else None
