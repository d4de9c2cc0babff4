"""What people type for numbers, dates, phones and citizen numbers, and how it is shown.

Vietnamese writing throughout: 1.234.567,89 and day/month/year. What could mean two things is
refused with both readings, never guessed.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.record import Json

_NUMBER = re.compile(r"-?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?")
_AMBIGUOUS = re.compile(r"-?\d+(,\d{3})*\.\d+|-?\d{1,3}(,\d{3})+")
MAX_DIGITS = 15
"""What a floating-point number keeps exactly."""
FIRST_YEAR = 1000
_QUALIFIERS = {
    "more_than": (">", "hơn", "trên", "more than", "over"),
    "about": ("~", "≈", "khoảng", "about"),
}
_SIGNS = {"exact": "", "more_than": ">", "about": "~"}
_UNITS = {
    "dong": ("đ", "đồng", "dong", "vnd", "vnđ"),
    "nghin": ("n", "k", "nghìn", "nghin", "ngàn", "nghìn đồng"),
    "trieu": ("tr", "triệu", "trieu", "triệu đồng"),
}
_UNIT_FACTOR = {"dong": 1, "nghin": 1_000, "trieu": 1_000_000}
_YES = {"1", "c", "có", "co", "y", "yes", "x", "true", "đúng"}
_NO = {"0", "2", "k", "không", "khong", "n", "no", "-", "false", "sai"}


class ValueRefusedError(RefusedError):
    """A typed value cannot be what the field needs; nothing was changed."""

    def __init__(self, name: str, typed: str, **params: object) -> None:
        super().__init__(Problem(f"value.{name}", {"value": typed, **params}))


def parse_number(typed: str) -> int | float:
    """Read ``1.234.567,89``; ``70.5`` and ``1,200`` could be English and are asked about.

    Raises:
        ValueRefusedError: no number, or one that could mean two things.
    """
    text = typed.replace(" ", "").replace("\u2212", "-")
    if not text.isascii():
        raise ValueRefusedError("no_number", typed)
    # 1,200 as 1,2 with zeros or as twelve hundred; 70.5 as an English decimal point.
    if _AMBIGUOUS.fullmatch(text) and not re.fullmatch(r"-?\d{1,3}(\.\d{3})+", text):
        reading = text.replace(",", "")
        other = text.replace(".", ",") if "." in text else text.rstrip("0").rstrip(",")
        raise ValueRefusedError("ambiguous_number", typed, english=reading, vietnamese=other)
    whole, _, decimals = text.replace(".", "").partition(",")
    if not _NUMBER.fullmatch(text) or len(whole + decimals) > MAX_DIGITS:
        raise ValueRefusedError("no_number", typed)
    if not decimals.strip("0"):
        return int(whole)
    return float(f"{whole}.{decimals}")


def parse_integer(typed: str) -> int:
    """Read a whole number.

    Raises:
        ValueRefusedError: no number, or one with decimals.
    """
    number = parse_number(typed)
    if not isinstance(number, int):
        raise ValueRefusedError("no_integer", typed)
    return number


def parse_date(typed: str, today: date, *, year_only: bool = False) -> str:
    """Read a date as people type it, day before month always.

    ``25/5/2022``, ``5-2-24``, ``05.02.2024``, ``050224``, ``05022024``, ``5/9`` (this year),
    ``h`` (today), ``h-1`` (yesterday). A two-digit year is the nearest one not later than next
    year. Where ``year_only`` is allowed also ``1985`` and ``3/1985``.

    Returns:
        ISO text: ``2024-02-05``, or ``1985`` or ``1985-03``.

    Raises:
        ValueRefusedError: no date, or one that is not in the calendar.
    """
    text = typed.strip().lower()
    if not text.isascii():
        raise ValueRefusedError("no_date", typed)
    if match := re.fullmatch(r"h(?:-(\d{1,3}))?", text):
        return (today - timedelta(days=int(match[1] or 0))).isoformat()
    if match := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", text):
        return _calendar(int(match[1]), int(match[2]), int(match[3]), typed)
    if year_only and (match := re.fullmatch(r"(?:(\d{1,2})[/.-])?(\d{4})", text)):
        return _year_or_month(match[1], match[2], typed)
    if year_only and (match := re.fullmatch(r"(\d{4})-(\d{2})", text)):
        return _year_or_month(match[2], match[1], typed)
    if match := re.fullmatch(r"(\d{2})(\d{2})(\d{2}|\d{4})", text):
        day, month, year = match[1], match[2], match[3]
    elif match := re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}|\d{2}))?", text):
        day, month, year = match[1], match[2], match[3] or str(today.year)
    else:
        raise ValueRefusedError("no_date", typed)
    return _calendar(_full_year(year, today), int(month), int(day), typed)


def _year_or_month(month: str | None, year: str, typed: str) -> str:
    if int(year) < FIRST_YEAR or not 1 <= int(month or 1) <= 12:
        raise ValueRefusedError("impossible_date", typed)
    if month is None:
        return year
    return f"{year}-{int(month):02}"


def _full_year(year: str, today: date) -> int:
    number = int(year)
    if len(year) == 4:
        return number
    century = today.year // 100 * 100
    return century + number if century + number <= today.year + 1 else century - 100 + number


def _calendar(year: int, month: int, day: int, typed: str) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        raise ValueRefusedError("impossible_date", typed) from None


def parse_figure(typed: str) -> dict[str, Json]:
    """Read a figure with its certainty: ``70``, ``>70`` or ``hơn 70``, ``~45``, ``1-2``.

    Returns:
        ``{"is": "exact" | "more_than" | "about" | "range", "n": number}``, with ``max`` for a
        range.

    Raises:
        ValueRefusedError: no number, one that could mean two things, or a range that goes down.
    """
    text = typed.strip().lower()
    for qualifier, words in _QUALIFIERS.items():
        for word in words:
            if text.startswith(word):
                return {"is": qualifier, "n": parse_number(text.removeprefix(word))}
    if match := re.fullmatch(r"([\d.,]+)\s*[-\u2013]\s*([\d.,]+)", text):
        low, high = parse_number(match[1]), parse_number(match[2])
        if high < low:
            raise ValueRefusedError("range_reversed", typed)
        return {"is": "range", "n": low, "max": high}
    return {"is": "exact", "n": parse_number(text)}


def parse_money(typed: str) -> dict[str, Json]:
    """Read an amount with its unit: ``500 nghìn``, ``2,5 triệu``, ``300000``.

    Returns:
        ``{"n": number, "unit": "dong" | "nghin" | "trieu"}``.

    Raises:
        ValueRefusedError: no number, one that could mean two things, or an unknown unit.
    """
    match = re.fullmatch(r"([-\d.,\s]+?)\s*([^\d.,\s][^\d]*)?", typed.strip().lower())
    if not match:
        raise ValueRefusedError("no_money", typed)
    word = (match[2] or "đ").strip()
    for unit, words in _UNITS.items():
        if word in words:
            return {"n": parse_number(match[1]), "unit": unit}
    raise ValueRefusedError("no_money", typed)


def money_in_dong(money: dict[str, Json]) -> float:
    """An amount of money in đồng."""
    number, unit = money["n"], money["unit"]
    assert isinstance(number, int | float)
    return number * _UNIT_FACTOR[str(unit)]


def parse_yes_no(typed: str) -> bool:
    """Read yes or no, in Vietnamese or English, as a word, a letter or a number.

    Raises:
        ValueRefusedError: neither.
    """
    text = typed.strip().lower()
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise ValueRefusedError("no_yes_no", typed)


def show_number(number: int | float, lang: str = "vi") -> str:
    """``1.234.567,89`` in Vietnamese, ``1,234,567.89`` in English."""
    # Through the shortest decimal text of a float, so that 1234567.89 is not shown as ...88999.
    text = f"{Decimal(repr(number)):,f}"
    return text if lang == "en" else text.translate(str.maketrans(",.", ".,"))


def is_date(text: str) -> bool:
    """Whether a text is a stored date: a day of the calendar, a month, or a year."""
    match = re.fullmatch(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", text, flags=re.ASCII)
    if not match:
        return False
    try:
        date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except ValueError:
        return False
    return True


def show_date(iso: str) -> str:
    """``2024-02-05`` as ``05/02/2024``; a year alone stays one."""
    return "/".join(reversed(iso.split("-")))


def show_figure(figure: dict[str, Json], lang: str = "vi") -> str:
    """``>70``, ``~45``, ``1-2``, ``63``: as it may be typed again."""
    number, highest = figure["n"], figure.get("max")
    assert isinstance(number, int | float)
    if isinstance(highest, int | float):
        return f"{show_number(number, lang)}-{show_number(highest, lang)}"
    return _SIGNS[str(figure["is"])] + show_number(number, lang)
