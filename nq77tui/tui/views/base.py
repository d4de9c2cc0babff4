"""What all views have in common: a title, a body, a line for messages, a line of keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import ClassVar, TypeVar

from rich.style import Style
from textual.app import ComposeResult
from textual.screen import Screen

from nq77tui.core.problem import RefusedError
from nq77tui.core.values import show_number
from nq77tui.tui.actions import APP, Action, shown_key
from nq77tui.tui.desk import Desk
from nq77tui.tui.theme import ERROR, KEY, PLAIN, TITLE, WARNING
from nq77tui.tui.widgets.canvas import Part
from nq77tui.tui.widgets.text_line import KeyLine, TextLine

Result = TypeVar("Result")
_NEVER_LEFT_OUT = {"back", "up", "help"}
"""What the key line says in a window of any width."""


class BaseView(Screen[Result]):
    """A full screen with a fixed layout: 1 line of title, the body, 2 lines at the bottom."""

    ACTIONS: ClassVar[Sequence[Action]] = ()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._seen = desk.repository.generation
        self._tells_notices = False
        self._has_said = False

    def compose(self) -> ComposeResult:
        """Title, body, message, keys."""
        yield TextLine("title", fill=TITLE)
        yield from self.body()
        yield TextLine("message")
        yield KeyLine("keys")

    def body(self) -> ComposeResult:
        """What stands between title and message."""
        yield from ()

    def on_mount(self) -> None:
        """Write the lines that do not change."""
        self.relabel()

    def on_screen_resume(self) -> None:
        """Show what was saved, and read of the store's notices, while another view was in front."""
        self.look_again()
        self.show_title()  # the store may have become read-only, or be so no longer
        if self._tells_notices:
            self.say()

    # For the app

    def relabel(self) -> None:
        """Write every text anew, in the language of the moment."""
        self.show_title()
        if self.desk.notices.unread:
            self.say()
        self.query_one("#keys", KeyLine).show(list(self._key_parts()))

    def show_title(self) -> None:
        """Write the title line."""

    def look_again(self) -> None:
        """Show what has been saved since the last look, by whomever."""
        if self._seen != self.desk.repository.generation:
            self._seen = self.desk.repository.generation
            self.store_changed()

    def store_changed(self) -> None:
        """Show the records as they are now."""

    def keep_typed(self) -> None:
        """Keep what is half typed: the program is being ended."""

    def help_actions(self) -> Sequence[Action]:
        """Everything the keys do here, for the help."""
        inner = [getattr(widget, "ACTIONS", ()) for widget in self.query("*")]
        return [*self.ACTIONS, *(action for group in inner for action in group), *APP]

    # For the views

    def set_title(self, title: str, right: str = "") -> None:
        """Say where this is."""
        if self.desk.repository.why_read_only() is not None:
            right = f"{right}  {self.desk.text('notices.looking_on')}".strip()
        self.query_one("#title", TextLine).show((f" {title}", TITLE), right=f"{right} ")

    def say(self, text: str = "", style: Style = PLAIN) -> None:
        """Write on the message line; nothing to leave it to what the store has to tell, if any."""
        self._has_said = bool(text)
        unread = self.desk.notices.unread if not text else []
        self._tells_notices = bool(unread)
        if unread:
            first = self.desk.problem(unread[-1])
            text = self.desk.text("notices.unread", count=len(unread), first=first)
            style = WARNING
        self.query_one("#message", TextLine).show((f" {text}" if text else "", style))

    def tell_notices(self) -> None:
        """Say what the store has to tell, unless what was done just now still stands there."""
        if not self._has_said:
            self.say()

    def number(self, number: int | float) -> str:
        """A number as people read it."""
        return show_number(number, self.desk.catalogue.lang)

    def refuse_if_read_only(self) -> bool:
        """Say why nothing can be written, if so; answers whether it was."""
        why = self.desk.repository.why_read_only()
        if why is not None:
            self.refuse(RefusedError(why))
        return why is not None

    def reveal(self, record_id: str | None) -> None:
        """Say the personal numbers of a record until the next key; that is noted first."""
        if record_id is None:
            return
        with self.refusals():
            [record] = self.desk.repository.reveal([record_id])
            title = self.desk.repository.title(record_id)
            schema = self.desk.programme.schemas[record.type]
            numbers = [
                f"{self.desk.label(field.label)}: {self.desk.shown(record.type, field.name, value)}"
                for field in schema
                if field.sensitive and (value := record.get(field.name))
            ]
            key = "rights.shown" if numbers else "rights.nothing_hidden"
            self.say(self.desk.text(key, title=title, numbers="; ".join(numbers)))

    def refuse(self, error: RefusedError) -> None:
        """Say why something was not done."""
        sentences = [self.desk.problem(problem) for problem in error.problems]
        self.say(" ".join(sentences), ERROR)

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """What is refused inside is said, and the rest of the block left out."""
        try:
            yield
        except RefusedError as error:
            self.refuse(error)

    def action_back(self) -> None:
        """Go back to where this was opened from."""
        self.dismiss()

    def key_actions(self) -> Iterator[Action]:
        """What stands on the key line."""
        return (action for action in [*self.ACTIONS, *APP] if action.is_shown)

    def _key_parts(self) -> Iterator[tuple[int, tuple[Part, Part]]]:
        """The way back and the help matter most, then what comes first."""
        for place, action in enumerate(self.key_actions()):
            key, label = shown_key(action.keys[0]), self.desk.text(action.label)
            matters_most = action.call in _NEVER_LEFT_OUT
            yield (0 if matters_most else -1 - place), ((f" {key}", KEY), (f" {label} ", PLAIN))
