"""One value asked for in a small box: read when Enter is pressed, with what is wrong said there."""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.geometry import Offset
from textual.screen import ModalScreen

from nq77tui.core.problem import RefusedError
from nq77tui.tui.actions import PROMPT
from nq77tui.tui.cells import wrapped
from nq77tui.tui.desk import Desk
from nq77tui.tui.field_entry import ERASURES, MOVES
from nq77tui.tui.line_editor import LineEditor
from nq77tui.tui.theme import ERROR, FIELD, PLAIN, border_class
from nq77tui.tui.widgets.canvas import Canvas, Line

_PROBLEM = 2


class PromptLines(Canvas, can_focus=True):
    """Question, line, what is wrong, keys."""

    DEFAULT_CSS = f"PromptLines {{ height: {3 + _PROBLEM}; width: 1fr; }}"
    ACTIONS = PROMPT

    def __init__(self, question: str, keys: str, given: str = "") -> None:
        super().__init__()
        self._question, self._keys = question, keys
        self.editor = LineEditor.of(given)
        self.is_given = bool(given)
        """What stands there was not typed: the first letter takes its place."""
        self.problem = ""

    def lines(self, width: int, height: int) -> list[Line]:
        """All of them."""
        shown, cell = self.editor.window(width)
        problem: list[Line] = [((text, ERROR),) for text in wrapped(self.problem, width, _PROBLEM)]
        problem += [()] * (_PROBLEM - len(problem))
        self.app.cursor_position = self.region.offset + Offset(cell, 1)
        return [
            ((self._question, PLAIN),),
            ((shown.ljust(width), FIELD),),
            *problem,
            ((self._keys, PLAIN),),
        ]


class Prompt(ModalScreen[str]):
    """Answers with the value that was read, or None."""

    def __init__(
        self, desk: Desk, question: str, read: Callable[[str], str], given: str = ""
    ) -> None:
        """Ask.

        Args:
            read: makes the value of what was typed, or refuses it.
            given: what stands there at first.
        """
        super().__init__()
        self._given = given
        self._desk = desk
        self._question = question
        self._read = read

    def compose(self) -> ComposeResult:
        """The box."""
        with Vertical(classes=f"box {border_class(self._desk.settings.ascii_borders)}"):
            yield PromptLines(self._question, self._desk.text("tui.prompt.keys"), self._given)

    def on_key(self, event: events.Key) -> None:
        """Write, take, or leave."""
        event.stop()
        line = self.query_one(PromptLines)
        if event.key == "escape":
            self.dismiss(None)
        elif event.key == "enter":
            self._take(line)
        elif event.key in MOVES:
            self._edit(line, MOVES[event.key](line.editor))
        elif event.key in ERASURES:
            self._edit(line, ERASURES[event.key](line.editor))
        elif event.character and event.is_printable:
            editor = LineEditor() if line.is_given else line.editor
            self._edit(line, editor.insert(event.character))

    def on_paste(self, event: events.Paste) -> None:
        """Put in what was pasted."""
        event.stop()
        line = self.query_one(PromptLines)
        editor = LineEditor() if line.is_given else line.editor
        self._edit(line, editor.paste(event.text))

    def _edit(self, line: PromptLines, editor: LineEditor) -> None:
        line.editor, line.problem, line.is_given = editor, "", False
        line.repaint()

    def _take(self, line: PromptLines) -> None:
        try:
            self.dismiss(self._read(line.editor.text))
        except RefusedError as error:
            line.problem = " ".join(map(self._desk.problem, error.problems))
            line.repaint()
