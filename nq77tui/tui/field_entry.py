"""The field that is being filled in: what its keys do, before anything is drawn.

A field is either written (`Writing`: texts, numbers, dates, several choices) or picked
(`Picking`: one choice, yes or no, a reference).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.schema import Field
from nq77tui.core.screen import OWN_LENGTH, FormField
from nq77tui.core.typed import read_typed
from nq77tui.tui.form_model import FormModel
from nq77tui.tui.line_editor import LineEditor
from nq77tui.tui.picker import Option, References, choice_options, narrowed, yes_no_options

if TYPE_CHECKING:
    from nq77tui.core.vietnamese.composition import Composition
    from nq77tui.core.vietnamese.keystroke import Method

MOVES = {
    "left": LineEditor.left,
    "right": LineEditor.right,
    "home": LineEditor.home,
    "end": LineEditor.end,
    "ctrl+left": LineEditor.word_left,
    "ctrl+right": LineEditor.word_right,
    "ctrl+a": LineEditor.home,
}
ERASURES = {
    "backspace": LineEditor.erased_back,
    "delete": LineEditor.erased_forward,
    "ctrl+w": LineEditor.erased_word,
    "ctrl+u": LineEditor.erased_to_start,
    "ctrl+k": LineEditor.erased_to_end,
}
PICKED_TYPES = {"choice", "yes_no", "reference"}


class Writing:
    """A field into which a text is written."""

    is_open = False
    highlight = -1

    def __init__(self, model: FormModel, field: Field, *, advance: int = 0) -> None:
        """Begin with what the field holds.

        Args:
            advance: after how many letters it is full, as `FormField.advance`.
        """
        self._model = model
        self._field = field
        self._advance = advance
        self.is_done = False
        """Whether what was typed fills the field: on to the next one."""
        self._before = model.text_of(field.name)
        self.editor = LineEditor.of(self._before.replace("\n", " "))
        self.is_touched = False
        value, given = model.values.get(field.name), model.start.get(field.name)
        is_given_text = field.type == "text" and model.record_id is None and value == given
        # A date, a number, a code is typed anew, not added to; so is a text that nobody typed.
        self._is_replaced = is_given_text or field.type not in ("text", "choices")
        """Whether a letter takes the place of all that stands there: until a key edits it."""
        method = model.desk.settings.typing if field.type == "text" else "off"
        self._word = None if method == "off" else _composition(method)

    @property
    def options(self) -> Sequence[Option]:
        """The list to choose several from."""
        return choice_options(self._model, self._field) if self._field.type == "choices" else ()

    def key(self, key: str, character: str | None) -> bool:
        """Change the text, or the place in it.

        Returns:
            Whether the key was for this field.
        """
        is_letter = bool(character) and str(character).isprintable()
        if self._is_replaced and is_letter:
            self.editor = LineEditor()
        self._is_replaced = False
        if self._word is not None and self._compose(key, character if is_letter else None):
            return True
        if key in MOVES:
            self.editor = MOVES[key](self.editor)
        elif key in ERASURES:
            self._set(ERASURES[key](self.editor))
        elif key == "ctrl+z":
            self.editor, self.is_touched = LineEditor.of(self._before), False
        elif character and is_letter:
            self._set(self.editor.insert(character))
            self.is_done = self._is_full()
        else:
            return False
        return True

    def _is_full(self) -> bool:
        """Whether the last letter is typed; what cannot be a value stays to be corrected."""
        text = self.editor.text
        if not self._advance or self.editor.cursor < len(text):
            return False
        if self._advance == OWN_LENGTH:
            is_full = sum(map(str.isalnum, text)) == self._field.fixed_length
        else:
            is_full = len(text) == self._advance
        if not is_full:
            return False
        try:
            read_typed(self._field, text, self._model.desk.repository.today())
        except RefusedError:
            return False
        return True

    def _compose(self, key: str, character: str | None) -> bool:
        """Go on with the word being typed; any key that is not for it ends it."""
        word = self._word
        assert word is not None
        longer = word.pressed(key, character)
        if longer is None:
            self._word = word.ended()
            return False
        self._set(self.editor.replaced_before(len(word.text), longer.text))
        self._word = longer
        return True

    def paste(self, text: str) -> None:
        """Put in what was pasted."""
        self._word = self._word.ended() if self._word else None
        if self._is_replaced:
            self.editor, self._is_replaced = LineEditor(), False
        self._set(self.editor.paste(text))

    def _set(self, editor: LineEditor) -> None:
        self.is_touched = self.is_touched or editor.text != self.editor.text
        self.editor = editor

    @property
    def is_at_end(self) -> bool:
        """Whether Right would lead out of the text: nothing was changed, or it is at its end."""
        return self.editor.cursor == len(self.editor.text)

    @property
    def is_at_start(self) -> bool:
        """Whether Left would lead out of the text."""
        return self.editor.cursor == 0 or (self.is_at_end and not self.is_touched)

    def commit(self) -> bool:
        """Hand the text to the record; False where it cannot be a value."""
        if not self.is_touched:
            return self._field.name not in self._model.unread
        return self._model.read(self._field.name, self.editor.text)


class Picking:
    """A field whose value is picked from a list."""

    def __init__(self, model: FormModel, field: Field, *, is_quick: bool) -> None:
        self._model = model
        self._field = field
        self._is_quick = is_quick
        self._references = References(model, field) if field.is_reference else None
        self._before = model.values.get(field.name)
        self.editor = LineEditor()
        self.options: Sequence[Option] = ()
        self.highlight = -1
        self.is_open = False
        self.is_done = False
        """Whether the pick itself says to go on to the next field."""
        self._narrow()

    @property
    def is_touched(self) -> bool:
        """Whether something is typed that is not picked yet."""
        return self.editor.text != ""

    @property
    def is_at_end(self) -> bool:
        """Whether Right would lead out: nothing is being picked."""
        return not self.is_touched and not self.is_open

    is_at_start = is_at_end

    def key(self, key: str, character: str | None) -> bool:
        """Narrow the list down, move in it, or empty the field.

        Returns:
            Whether the key was for this field.
        """
        if key in ("up", "down") and (self.is_touched or self.is_open):
            self._step(1 if key == "down" else -1)
        elif key in ("left", "right") and not self.is_touched and self._references is None:
            self._cycle(1 if key == "right" else -1)
        elif key in ERASURES:
            self._erase(ERASURES[key](self.editor))
        elif key == "ctrl+z":
            self._put(self._before)
        elif key == "space" and not self.is_touched:
            self._open()
        elif character and character.isprintable():
            self._type(character)
        else:
            return False
        return True

    def paste(self, text: str) -> None:
        """Look for what was pasted."""
        self.editor = self.editor.paste(text)
        self._narrow()

    def commit(self) -> bool:
        """Take the highlighted answer; False where nothing fits what was typed."""
        if not self.is_touched and not self.is_open:
            return True
        if self.highlight < 0:
            params = {"label": self._field.label, "value": self.editor.text}
            self._model.problems[self._field.name] = (Problem("tui.no_match", params),)
            return not self.is_touched
        self._put(self.options[self.highlight].value)
        return True

    def _type(self, character: str) -> None:
        self.editor = self.editor.insert(character)
        self._narrow()
        is_number = self.editor.text.isdigit() and self._references is None
        if is_number and len(self.options) == 1:
            self._put(self.options[0].value)
            self.is_done = self._is_quick

    def _erase(self, editor: LineEditor) -> None:
        if self.is_touched:
            self.editor = editor
            self._narrow()
        else:
            self._put(None)

    def _step(self, step: int) -> None:
        last = len(self.options) - 1
        self.highlight = min(max(self.highlight + step, min(0, last)), last)

    def _cycle(self, step: int) -> None:
        if not self.options:
            return
        values = [option.value for option in self.options]
        value = self._model.values.get(self._field.name)
        at = values.index(value) + step if value in values else (0 if step > 0 else -1)
        self._put(values[at % len(values)])

    def _open(self) -> None:
        self.is_open = True
        self._narrow()

    def _put(self, value: object) -> None:
        self._model.put(self._field.name, value)  # type: ignore[arg-type]
        self.editor, self.is_open = LineEditor(), False
        self._narrow()

    def _narrow(self) -> None:
        """Find the answers that fit; the first is highlighted while one is choosing."""
        query = self.editor.text
        if self._references is None:
            is_choice = self._field.type == "choice"
            make = choice_options if is_choice else yes_no_options
            self.options = narrowed(make(self._model, self._field), query)
        else:
            self.options = self._references.find(query) if query or self.is_open else ()
        is_choosing = bool(self.options) and (self.is_touched or self.is_open)
        self.highlight = self._current() if is_choosing else -1

    def _current(self) -> int:
        """Where the field's own value stands in an opened list; else at the top."""
        if self.is_touched:
            return 0
        value = self._model.values.get(self._field.name)
        places = [at for at, option in enumerate(self.options) if option.value == value]
        return places[0] if places else 0


def entry_of(model: FormModel, asked: FormField) -> Writing | Picking:
    """What a field of this kind is filled in with."""
    field = model.field(asked.name)
    if field.type in PICKED_TYPES:
        return Picking(model, field, is_quick=asked.appearance == "quick")
    return Writing(model, field, advance=asked.advance)


def _composition(method: str) -> Composition:
    """A word to be composed; what composes is imported when somebody types so."""
    from nq77tui.core.vietnamese.composition import Composition

    return Composition(method=cast("Method", method))
