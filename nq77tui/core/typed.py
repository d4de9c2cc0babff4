"""From what a person types to what a field stores, and back.

One door for the form, the command line and the import, so that all three read alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import lru_cache

from nq77tui.core.identity_number import parse_citizen_number, parse_phone, show_phone
from nq77tui.core.record import Json
from nq77tui.core.schema import MASK_SIGNS, Choice, Field
from nq77tui.core.text import normalise
from nq77tui.core.values import (
    ValueRefusedError,
    parse_date,
    parse_figure,
    parse_integer,
    parse_money,
    parse_number,
    parse_yes_no,
    show_date,
    show_figure,
    show_number,
)
from nq77tui.core.vietnamese.folding import fold

MAX_TEXT = 4_000
"""Characters in one text; longer ones are refused, so that no list or screen is flooded."""

ReferenceReader = Callable[[Field, str], str]
"""Finds the record that a person means, by id or by its title; raises ValueRefusedError."""

_MONEY_UNITS = {"dong": "đ", "nghin": "nghìn", "trieu": "triệu"}
_YES_NO = {"vi": ("có", "không"), "en": ("yes", "no")}


def read_typed(
    field: Field, typed: str, today: date, *, lookup: ReferenceReader | None = None
) -> Json:
    """The value that a typed text means for a field; None for an empty one.

    Raises:
        ValueRefusedError: it cannot be what the field needs, or could mean two things.
    """
    text = normalise(typed, keep_lines=field.multiline)
    if not text:
        return None
    if len(text) > MAX_TEXT:
        raise ValueRefusedError("too_long", text[:20] + "…", longest=MAX_TEXT)
    if field.type == "text":
        return text
    if field.type == "choice":
        return read_choice(field, text).code
    if field.type == "choices":
        return _read_choices(field, text)
    if field.type == "reference":
        return lookup(field, text) if lookup else text
    return _read_value(field, text, today)


def _read_value(field: Field, text: str, today: date) -> Json:
    match field.type:
        case "integer":
            return parse_integer(text)
        case "decimal":
            return parse_number(text)
        case "date":
            return parse_date(text, today, year_only=field.year_only)
        case "yes_no":
            return parse_yes_no(text)
        case "figure":
            return parse_figure(text)
        case "hectares":
            return _read_hectares(text)
        case "money":
            return parse_money(text)
        case "phone":
            return parse_phone(text)
        case "citizen_number":
            return parse_citizen_number(text)
        case "code":
            return _read_code(field, text)
        case _:
            raise AssertionError(field.type)


def _read_hectares(text: str) -> Json:
    figure = parse_figure(re.sub(r"\s*ha$", "", text, flags=re.IGNORECASE))
    for number in (figure["n"], figure.get("max", 0)):
        assert isinstance(number, int | float)
        if number < 0 or round(number, 2) != number:
            raise ValueRefusedError("hectares", text)
    return figure


def _read_code(field: Field, text: str) -> str:
    code = text.replace(" ", "")
    if field.mask and not fits_mask(code, field.mask):
        code = _spread(code, field.mask)
        if not fits_mask(code, field.mask):
            raise ValueRefusedError("code_mask", text, mask=field.mask)
    return code


def _spread(code: str, mask: str) -> str:
    """A code typed without the separators of its mask, with them."""
    letters = iter(code)
    spread = "".join(next(letters, "") if sign in MASK_SIGNS else sign for sign in mask)
    return spread + "".join(letters)


def fits_mask(code: str, mask: str) -> bool:
    """Whether a code has the form that a mask describes."""
    return _form_of(mask).fullmatch(code) is not None


@lru_cache(maxsize=64)
def _form_of(mask: str) -> re.Pattern[str]:
    return re.compile("".join(MASK_SIGNS.get(sign, re.escape(sign)) for sign in mask))


def read_choice(field: Field, text: str) -> Choice:
    """The choice meant: by code, label, place in the list, or the beginning of one label.

    Raises:
        ValueRefusedError: none, or several.
    """
    wanted = fold(text)
    for choice in field.choices:
        if wanted == fold(choice.code) or wanted in map(fold, choice.label.values()):
            return choice
    offered = [choice for choice in field.choices if not choice.retired]
    if text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= len(offered):
        return offered[int(text) - 1]
    matching = [
        choice
        for choice in offered
        if any(fold(label).startswith(wanted) for label in choice.label.values())
    ]
    if len(matching) == 1:
        return matching[0]
    name = "choice_unclear" if matching else "no_choice"
    known = ", ".join(choice.code for choice in (matching or offered)[:12])
    raise ValueRefusedError(name, text, known=known)


def _read_choices(field: Field, text: str) -> Json:
    parts = re.split(";" if ";" in text else ",", text)
    found = {read_choice(field, part.strip(" ,")).code for part in parts if part.strip(" ,")}
    if not found:
        return None
    # In the order of the list, so that the same set is the same value whoever ticked it first.
    return [choice.code for choice in field.choices if choice.code in found]


def show_value(
    field: Field, value: Json, lang: str = "vi", title_of: Callable[[str], str] = str
) -> str:
    """A value as people read it; what is shown may be typed again.

    Args:
        title_of: what a record is called, for references.
    """
    if value is None:
        return ""
    try:
        return _show(field, value, lang, title_of)
    except (TypeError, ValueError, KeyError, AssertionError, ArithmeticError):
        # Late or foreign data of another kind than the schema says is shown as it is.
        return str(value)


def _show(field: Field, value: Json, lang: str, title_of: Callable[[str], str]) -> str:
    if isinstance(value, str):
        match field.type:
            case "choice":
                return _choice_label(field, value, lang)
            case "reference":
                return title_of(value)
            case "date":
                return show_date(value)
            case "phone":
                return show_phone(value)
            case _:
                return value
    if isinstance(value, bool):
        return _YES_NO[lang][0 if value else 1]
    if isinstance(value, int | float):
        return show_number(value) if field.grouping else str(value)
    if isinstance(value, list):
        labels = [_choice_label(field, code, lang) for code in value]
        # Labels that hold a comma would come apart when they are read again.
        return "; ".join(labels) + ";" if any("," in one for one in labels) else ", ".join(labels)
    assert isinstance(value, dict)
    if field.type == "money":
        return _show_money(value)
    return show_figure(value)


def _choice_label(field: Field, code: Json, lang: str) -> str:
    choice = field.choice(code)
    return str(code) if choice is None else choice.label.get(lang, choice.code)


def _show_money(money: dict[str, Json]) -> str:
    number = money["n"]
    assert isinstance(number, int | float)
    return f"{show_number(number)} {_MONEY_UNITS[str(money['unit'])]}"


def write_plain(field: Field, value: Json, title_of: Callable[[str], str] | None = None) -> str:
    """A value for a table file: codes and ids, Vietnamese numbers; `read_typed` reads it back."""
    if value is None:
        return ""
    if field.type == "choice" or (field.type == "reference" and title_of is None):
        return str(value)
    if field.type == "choices" and isinstance(value, list):
        return ",".join(map(str, value))
    if type(value) is int:
        # Without thousands signs: a year is 2024, and spread sheets would take 2.024 for two.
        return str(value)
    if isinstance(value, float):
        return f"{Decimal(repr(value)):f}".replace(".", ",")
    return show_value(field, value, "vi", title_of or str)
