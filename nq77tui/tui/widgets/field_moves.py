"""The half of a form's pane that knows the order of the fields, and where sections begin."""

from __future__ import annotations

from textual import events

from nq77tui.tui.form_drawing import FormRow
from nq77tui.tui.widgets.grid_moves import SAVE, GridMoves

SECTION_KEYS = {"ctrl+down", "ctrl+up", *(f"alt+{number}" for number in range(1, 10))}
_MAC_DIGITS = "¡™£¢∞§¶•ª"
"""What Textual makes of Alt and a digit: the signs that a Mac's keyboard has there."""


class FieldMoves(GridMoves):
    """Moves from field to field, and from section to section."""

    def _names(self) -> list[str]:
        """The fields that people fill in, in order."""
        return [
            name for row in self._rows for name in row.names if not self._is_calculated(row, name)
        ]

    def _is_calculated(self, row: FormRow, name: str) -> bool:
        model = row.row.model if row.row else self.model
        return model.field(name.rpartition("/")[2]).calculation is not None

    def _go_to_section(self, key: str) -> None:
        """Go to the first field of a section: of that number, the next, this or the one before."""
        names = [*self._names(), SAVE]
        firsts: dict[int, str] = {}
        for row in self._rows:
            for name in row.names:
                if name in names and not self.model.is_ready_choice(name):
                    firsts.setdefault(row.section, name)
        at = names.index(self.current)
        if key == "ctrl+down":
            later = [name for name in firsts.values() if names.index(name) > at]
            wanted = later[0] if later else SAVE
        elif key == "ctrl+up":
            earlier = [name for name in firsts.values() if names.index(name) < at]
            wanted = earlier[-1] if earlier else self.current
        else:
            wanted = firsts.get(int(key[-1]), self.current)
        self.go_to(wanted)


def alt_digit(event: events.Key) -> str:
    """The key Alt and a digit, if it is one."""
    at = _MAC_DIGITS.find(event.character) if event.character else -1
    return "" if at < 0 else f"alt+{at + 1}"
