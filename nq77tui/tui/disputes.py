"""What a colleague changed in a record while a form of it was open, where it was changed here too.

Knows nothing of the screen. A decision is about the very write that was seen: a later one of the
colleague's is asked about again.
"""

from __future__ import annotations

from collections.abc import Iterable

from nq77tui.core.record import Dot, Record, Sibling


class Disputes:
    """By field, the colleague's write that meets one of ours; and the deletion of the record."""

    def __init__(self) -> None:
        self._theirs: dict[str, Sibling] = {}
        self._settled: set[tuple[str, Dot]] = set()

    def note(self, record: Record, names: Iterable[str]) -> None:
        """Fields that a colleague wrote and that are changed here as well."""
        for name in names:
            if (written := record.written(name)) is not None:
                self._theirs[name] = written

    def theirs(self, name: str) -> Sibling | None:
        """The colleague's write; None where there is none, or it is decided already."""
        written = self._theirs.get(name)
        return None if written is None or (name, written.dot) in self._settled else written

    def deletion(self, record: Record | None) -> Sibling | None:
        """Who deleted the record, if that is not decided already."""
        if record is None or not record.is_dead:
            return None
        marker = record.deletions[0]
        return None if ("", marker.dot) in self._settled else marker

    def settle(self, name: str, written: Sibling) -> None:
        """A person has decided; an empty name for the deletion."""
        self._settled.add((name, written.dot))
