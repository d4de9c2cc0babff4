"""The answers a person may pick from while filling in a field, narrowed down by what is typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nq77tui.core.problem import RefusedError
from nq77tui.core.record import Json
from nq77tui.core.schema import Field
from nq77tui.core.typed import show_value
from nq77tui.core.validation import allowed_choices
from nq77tui.core.values import parse_yes_no
from nq77tui.core.vietnamese.folding import fold
from nq77tui.tui.form_model import FormModel
from nq77tui.tui.search import Search
from nq77tui.tui.titles import Titled, matching


@dataclass(frozen=True, slots=True)
class Option:
    """One answer.

    Attributes:
        value: what would be stored.
        label: what people read.
        note: what tells equal labels apart.
        number: its place in the list, to be typed; empty where there are no numbers.
    """

    value: Json
    label: str
    note: str = ""
    number: str = ""


def choice_options(model: FormModel, field: Field) -> list[Option]:
    """The choices that may be taken now, numbered."""
    scope = model.desk.repository.scope(model.record_type, model.values)
    allowed = allowed_choices(field, scope)
    # Where several are typed at once, `read_typed` counts through the whole list.
    whole = [choice for choice in field.choices if not choice.retired]
    numbered = whole if field.type == "choices" else allowed
    return [
        Option(choice.code, model.desk.label(choice.label), number=str(number))
        for number, choice in enumerate(numbered, start=1)
        if choice in allowed
    ]


def yes_no_options(model: FormModel, field: Field) -> list[Option]:
    """Yes and no."""
    lang = model.desk.catalogue.lang
    return [
        Option(value, show_value(field, value, lang), number=number)
        for value, number in ((True, "1"), (False, "2"))
    ]


def narrowed(options: Sequence[Option], query: str) -> list[Option]:
    """The options that a query finds, the likeliest first."""
    text = query.strip()
    if not text:
        return list(options)
    if text.isascii() and text.isdigit():
        by_number = [option for option in options if option.number.startswith(text)]
        return sorted(by_number, key=lambda option: option.number != text)
    search = Search(text)
    found = [option for option in options if search.finds(option.label)]
    found.sort(key=lambda option: not fold(option.label).startswith(search.start))
    return found or _meaning(options, text)


def _meaning(options: Sequence[Option], text: str) -> list[Option]:
    """Yes and no by any of the words that stand for them (y, n, x, -)."""
    try:
        value = parse_yes_no(text)
    except RefusedError:
        return []
    return [option for option in options if option.value is value]


class References:
    """The records that one reference field may lead to, looked up once for each visit."""

    def __init__(self, model: FormModel, field: Field) -> None:
        self._model = model
        self._field = field
        self._titled: list[Titled] | None = None

    def find(self, query: str) -> list[Option]:
        """The records that a query finds."""
        found = matching(self._candidates(), query)
        return [Option(one.id, one.title, one.note) for one in found]

    def _candidates(self) -> list[Titled]:
        if self._titled is None:
            desk, field = self._model.desk, self._field
            if field.choice_filter is None:
                groups = [desk.titles.all(record_type).values() for record_type in field.to]
                self._titled = [one for group in groups for one in group]
            else:
                rows = desk.repository.candidates(field, self._model.values)
                self._titled = list(desk.titles.of(rows))
        return self._titled
