"""A whole form as one widget: a key repaints the field it changes and nothing else."""

from __future__ import annotations

from textual import events
from textual.geometry import Offset, Region
from textual.message import Message

from nq77tui.tui.actions import FIELDS
from nq77tui.tui.field_entry import Picking, Writing, entry_of
from nq77tui.tui.form_drawing import (
    FormRow,
    active_line,
    field_line,
    form_rows,
    heading_line,
    label_width,
    panel_lines,
    place_of,
    save_line,
    wanted,
)
from nq77tui.tui.form_model import FormModel
from nq77tui.tui.grid_drawing import head_line, row_line
from nq77tui.tui.theme import CURSOR, FIELD, PLAIN
from nq77tui.tui.widgets.canvas import Line
from nq77tui.tui.widgets.field_moves import SECTION_KEYS, FieldMoves, alt_digit
from nq77tui.tui.widgets.grid_moves import SAVE
from nq77tui.tui.widgets.rest import Rest

_CHOOSING_KEYS = {"left", "right", "up", "down", "space"}
_STRICT = {"enter", "tab"}
"""Keys that do not leave a field whose text cannot be read."""


class FormPane(FieldMoves, can_focus=True):
    """The fields of a record, one a line, above a panel that helps with the one being filled in.

    The help comes when the hands rest: whoever goes on at once is not sent what nobody reads.
    """

    ACTIONS = FIELDS

    class Entered(Message):
        """A field is being filled in: by a key, or because the view wanted it."""

        def __init__(self, name: str, *, is_by_key: bool) -> None:
            super().__init__()
            self.field_name = name
            self.is_by_key = is_by_key

    class Finished(Message):
        """Enter was pressed below the last field: saving needs its own key."""

    def __init__(self, model: FormModel) -> None:
        super().__init__(classes="body")
        self.model = model
        self.current = SAVE
        self.entry: Writing | Picking | None = None
        self._is_helping = True
        self._rest = Rest(self)
        self._rows: list[FormRow] = []
        self._top = 0
        self._cursor = Offset(0, 0)

    # For the view

    def show(self, model: FormModel) -> None:
        """Fill in another record, from its first field that is still empty."""
        self.model = model
        self._top = 0
        self._rows = form_rows(model)
        names = self._names()
        is_new = model.record_id is None
        empty = [n for n in names if model.is_empty(n)] if is_new else []
        self.enter([*empty, *names, SAVE][0])

    def enter(self, name: str, *, is_by_key: bool = False) -> None:
        """Go to a field."""
        if name != self.current or not is_by_key:
            self._help(is_now=not is_by_key)
        self.current = name
        self.entry = self._entry_of(name)
        self.redraw()
        self.post_message(self.Entered(name, is_by_key=is_by_key))

    def commit(self) -> bool:
        """Hand over what is typed in the current field; False where it cannot be a value."""
        is_taken = self.entry is None or self.entry.commit()
        if is_taken:
            self.entry = self._entry_of(self.current)
        self.redraw()
        return is_taken

    def redraw(self) -> None:
        """Show the model as it is now."""
        self._rows = form_rows(self.model)
        self.repaint()

    @property
    def is_touched(self) -> bool:
        """Whether something is typed that the model does not know yet."""
        return self.entry is not None and self.entry.is_touched

    # Help

    def _help(self, *, is_now: bool) -> None:
        """Show the panel: now, or when no key comes for a moment."""
        self._is_helping = is_now
        if is_now:
            self._rest.cancel()
        else:
            self._rest.await_next()

    def on_rest_begun(self) -> None:
        """Help with the field."""
        if not self._is_helping:
            self._help(is_now=True)
            self.redraw()

    def on_unmount(self) -> None:
        """Nobody is to be helped any more."""
        self._rest.cancel()

    # Keys

    def on_key(self, event: events.Key) -> None:
        """Fill in, or go to another field."""
        key = alt_digit(event) or event.key
        is_letter = event.is_printable and not key.startswith("alt+")
        character = event.character if is_letter else None
        if self._move_in_grid(key):
            event.stop()
            event.prevent_default()
            return
        if self.entry is not None and self.entry.key(key, character):
            event.stop()
            if (cell := self.model.cell(self.current)) is not None:
                cell[1].is_removed = False  # Who fills a row in wants it.
            if self.entry.is_done:
                self._go(1, is_strict=True)
            else:
                # What Enter would take has to be seen.
                is_choosing = isinstance(self.entry, Picking) and (
                    self.entry.highlight >= 0 or key in _CHOOSING_KEYS
                )
                self._help(is_now=self._is_helping or is_choosing)
                self.redraw()
            return
        steps = {
            "enter": 1,
            "tab": 1,
            "down": 1,
            "up": -1,
            "shift+tab": -1,
            "pagedown": self._page,
            "pageup": -self._page,
            "ctrl+end": len(self._rows),
            "ctrl+home": -len(self._rows),
        }
        if event.key in steps:
            event.stop()
            event.prevent_default()
            self._go(steps[event.key], is_strict=event.key in _STRICT)
        elif key in SECTION_KEYS:
            event.stop()
            self._go_to_section(key)

    def on_paste(self, event: events.Paste) -> None:
        """Put in what was pasted."""
        event.stop()
        if self.entry is not None:
            self.entry.paste(event.text)
            self.redraw()

    def _go(self, step: int, *, is_strict: bool) -> None:
        if self.entry is None and step > 0:
            self.post_message(self.Finished())
            return
        if self.entry is not None and not self.entry.commit() and is_strict:
            self._help(is_now=True)
            self.app.bell()  # Who looks at the paper has to hear it.
            self.redraw()
            self.post_message(self.Entered(self.current, is_by_key=True))
            return
        was_blank = self._leave_cell()
        names = [*filter(self._is_passed, self._names()), SAVE]
        at = names.index(self.current) if self.current in names else 0
        if was_blank and step == 1:
            at = max(names.index(name) for name in self._row_names())
        at = min(max(at + step, 0), len(names) - 1)
        # A row that stands ready for a choice begins behind it.
        if step == 1 and self.model.is_ready_choice(names[at]):
            at += 1
        self.enter(names[at], is_by_key=True)

    def go_on(self) -> None:
        """Go to the next field."""
        self._go(1, is_strict=False)

    def go_to(self, name: str) -> None:
        """Go to a field, taking along what is typed in this one."""
        if self.entry is not None:
            self.entry.commit()
        self._rows = form_rows(self.model)
        self.enter(name, is_by_key=True)

    @property
    def _page(self) -> int:
        return max(self.size.height - self._panel - 1, 1)

    @property
    def _panel(self) -> int:
        return max(6, self.size.height // 4 + 1)

    def _entry_of(self, name: str) -> Writing | Picking | None:
        place = place_of(self._rows, name)
        if name == SAVE or place == len(self._rows):
            return None
        asked = wanted(self._rows[place], name)
        return None if asked is None else entry_of(self.model.at(name)[0], asked)

    # Drawing

    def repaint(self) -> bool:
        """Send what differs, or the cursor where that is all that does."""
        before = self._cursor
        has_changed = super().repaint()
        if not has_changed and self._cursor != before:
            self.refresh(Region(*self._cursor, 1, 1))
        return has_changed

    @property
    def cursor_screen_offset(self) -> Offset | None:
        """Where the next letter goes; nowhere on the line for saving."""
        return None if self.entry is None else self.region.offset + self._cursor

    def draw(self) -> None:
        """Draw, and have the terminal's cursor stand where the next letter goes."""
        super().draw()
        self.app.cursor_position = self.region.offset + self._cursor

    def lines(self, width: int, height: int) -> list[Line]:
        """The page of the form with the current field, and the panel."""
        body = height - self._panel
        place = place_of(self._rows, self.current)
        self._turn_to(place, body)
        labels = label_width(self.model)
        lines = [self._line(at, labels, width) for at in range(self._top, self._top + body)]
        asked = wanted(self._rows[place], self.current) if place < len(self._rows) else None
        if not self._is_helping:
            asked = None
        model = self.model.at(self.current)[0]
        row = self._row_names()
        column = row.index(self.current) if self.current in row else None
        panel = panel_lines(model, asked, self.entry, (width, self._panel), column)
        return [*lines, *panel]

    def _turn_to(self, place: int, body: int) -> None:
        """Turn the page, never scroll by a line; the heading above a first field comes along."""
        if not self._top <= place < self._top + body:
            self._top = place if place > self._top else place - body + 1
        while self._top and place == self._first_below(self._top - 1):
            self._top -= 1
        self._top = max(min(self._top, len(self._rows) + 1 - body), 0)

    def _first_below(self, at: int) -> int:
        """The first line with a field from a heading on; the line itself if it is none."""
        while at < len(self._rows) and not self._rows[at].names:
            at += 1
        return at

    def _line(self, at: int, labels: int, width: int) -> Line:
        if at > len(self._rows):
            return ()
        if at == len(self._rows):
            is_active = self.current == SAVE
            self._cursor = Offset(0, at - self._top) if is_active else self._cursor
            return save_line(self.model, width, is_active=is_active)
        row = self._rows[at]
        # The terminal's own cursor says enough, and an underline costs 50 bytes a field.
        looks = (
            (PLAIN, PLAIN) if getattr(self.app, "has_terminal_cursor", False) else (FIELD, CURSOR)
        )
        if row.grid is not None and row.row is None:
            return head_line(row.grid, self.model, width)
        if row.grid is not None and row.row is not None:
            line, cell = row_line(row.grid, row.row, self.current, self.entry, looks)
            if self.current in row.names:
                self._cursor = Offset(cell, at - self._top)
            return line
        if row.asked is None:
            return heading_line(row, width)
        name = row.asked.name
        if name != self.current or self.entry is None:
            return field_line(self.model, name, labels, width)
        line, cell = active_line(self.model, name, self.entry, labels, width, looks)
        self._cursor = Offset(cell, at - self._top)
        return line
