"""What the operators and functions of the expression language do with JSON values.

Everything here is total: for any JSON value there is an answer, and where there is no sensible
one the answer is null. The kinds of values that are told apart:

* **empty**: null, the empty text and the empty list are all the same.
* **text**, dates included: ISO text (``1985``, ``1985-03``, ``1985-03-20``) sorts as text.
* **number**: also a figure ``{"is": …, "n": 70}``, which counts as its ``n``, and an amount
  ``{"n": 5, "unit": "trieu"}``, which counts as đồng. What a record could not hold (NaN,
  infinity, 2**63 and beyond) is no number.
* **yes or no**: equal to nothing but itself, and no number.
* **list**: of the codes of a choices field.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any, NamedTuple, TypeAlias

from nq77tui.core.document import MAX_INTEGER
from nq77tui.core.record import Json
from nq77tui.core.values import money_in_dong

Number: TypeAlias = int | float
# Of two texts or of two numbers, which no type can say.
Test: TypeAlias = Callable[[Any, Any], bool]

MAX_TEXT = 10_000
_MAX_DIGITS = 15
_UNITS = ("dong", "nghin", "trieu")
_NUMBER = re.compile(r"-?[0-9]{1,19}(\.[0-9]{1,30})?")
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
# Enough for every number below 2**63 with all the decimals that can be asked for.
_ROUNDING = Context(prec=60)


def is_empty(value: Json) -> bool:
    """Whether it is null, the empty text or the empty list."""
    return value is None or value == "" or value == []


def as_number(value: Json) -> Number | None:
    """The number that a number, a figure or an amount of money counts as; else None."""
    kind = type(value)
    if kind is int or kind is float:
        # NaN and infinity fail this comparison too.
        return value if -MAX_INTEGER < value < MAX_INTEGER else None  # type: ignore[operator,return-value]
    return _counts_as(value) if isinstance(value, dict) else None


def _counts_as(value: dict[str, Json]) -> Number | None:
    number = value.get("n")
    if not isinstance(number, int | float) or isinstance(number, bool):
        return None
    if value.get("unit") in _UNITS:
        return tidy(money_in_dong(value))
    return as_number(number) if isinstance(value.get("is"), str) else None


def truth(value: Json) -> bool:
    """Empty, 0 and no are false; all else is true."""
    if value is True or value is False:
        return value
    if value is None or isinstance(value, str | list):
        return bool(value)
    number = as_number(value)
    if number is None:
        return isinstance(value, dict) and bool(value)
    return number != 0


def same(left: Json, right: Json) -> bool:
    """Equal, and of the same kind; what is of no known kind equals nothing."""
    if is_empty(left) or is_empty(right):
        return is_empty(left) and is_empty(right)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_same_scalar, left, right))
    return _same_scalar(left, right)


def _same_scalar(left: Json, right: Json) -> bool:
    if isinstance(left, str):
        return left == right
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    number = as_number(left)
    return number is not None and number == as_number(right)


def ordered(test: Test, left: Json, right: Json) -> bool:
    """``test`` of two texts or two numbers; false for anything else, and for empty values."""
    if isinstance(left, str) and isinstance(right, str):
        return left != "" and right != "" and test(left, right)
    first, second = as_number(left), as_number(right)
    return first is not None and second is not None and test(first, second)


def text_of(value: Json) -> str:
    """How a value reads inside a text; a list is its codes with spaces between, as in XLSForm."""
    if isinstance(value, list):
        # Codes only: a list inside a list has no text, so that no depth can hurt.
        return " ".join(text_of(part) for part in value if not isinstance(part, list))
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    number = as_number(value)
    return "" if number is None else f"{Decimal(repr(tidy(number))):f}"


def tidy(number: Number) -> Number | None:
    """A result as a record can hold it: 3 and not 3.0, null for a runaway."""
    if not -MAX_INTEGER < number < MAX_INTEGER:
        return None
    return int(number) if isinstance(number, float) and number.is_integer() else number


def _divide(left: Number, right: Number) -> Number:
    return left / right if right else math.nan


def _modulo(left: Number, right: Number) -> Number:
    # As in XPath the remainder has the sign of the dividend; Python's has the divisor's.
    if not right:
        return math.nan
    remainder = abs(left) % abs(right)
    return -remainder if left < 0 else remainder


OPERATIONS: dict[str, Callable[[Number, Number], Number]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "div": _divide,
    "mod": _modulo,
}
ORDERINGS: dict[str, Test] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _number(value: Json) -> Number | None:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str):
        typed = value.strip()
        if not _NUMBER.fullmatch(typed):
            return None
        return tidy(float(typed) if "." in typed else int(typed))
    return as_number(value)


def _round(value: Json, digits: Json = 0) -> Number | None:
    number = as_number(value)
    if number is None or type(digits) is not int or abs(digits) > _MAX_DIGITS:
        return None
    # By the decimal digits that people see, and half away from zero: 2.675 becomes 2.68.
    step = Decimal(1).scaleb(-digits)
    rounded = Decimal(repr(number)).quantize(step, ROUND_HALF_UP, _ROUNDING)
    return tidy(float(rounded) if digits > 0 and isinstance(number, float) else int(rounded))


def _extreme(choose: Callable[[list[Json]], Json], values: tuple[Json, ...]) -> Json:
    found = [value for value in values if not is_empty(value)]
    if not found or all(isinstance(value, str) for value in found):
        return choose(found) if found else None
    numbers: list[Json] = [as_number(value) for value in found]
    return None if None in numbers else choose(numbers)


def _min(*values: Json) -> Json:
    return _extreme(min, values)  # type: ignore[arg-type]  # all texts or all numbers


def _max(*values: Json) -> Json:
    return _extreme(max, values)  # type: ignore[arg-type]  # all texts or all numbers


def _concat(*values: Json) -> str:
    joined = ""
    for value in values:
        joined = (joined + text_of(value))[:MAX_TEXT]
    return joined


def _selected(value: Json, code: Json) -> bool:
    if not isinstance(code, str) or not code:
        return False
    return code in value if isinstance(value, list) else value == code


def _count_selected(value: Json) -> int:
    if is_empty(value):
        return 0
    return len(value) if isinstance(value, list) else 1


def _date_parts(value: Json) -> tuple[int, int | None, int | None] | None:
    """Year, month and day as far as the date has them; None if it is not in the calendar."""
    match = _DATE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    year, month, day = match.groups()
    try:
        found = date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    return found.year, found.month if month else None, found.day if day else None


def _year(value: Json) -> int | None:
    parts = _date_parts(value)
    return parts[0] if parts else None


def _month(value: Json) -> int | None:
    parts = _date_parts(value)
    return parts[1] if parts else None


def _days_between(begin: Json, end: Json) -> int | None:
    first, last = _day_number(begin), _day_number(end)
    return None if first is None or last is None else last - first


def _day_number(value: Json) -> int | None:
    year, month, day = _date_parts(value) or (0, None, None)
    return date(year, month, day).toordinal() if month and day else None


class Function(NamedTuple):
    """A function that needs nothing but its arguments; ``most`` is None where any number may be."""

    least: int
    most: int | None
    call: Callable[..., Json]


FUNCTIONS: dict[str, Function] = {
    "true": Function(0, 0, lambda: True),
    "false": Function(0, 0, lambda: False),
    "not": Function(1, 1, lambda value: not truth(value)),
    "selected": Function(2, 2, _selected),
    "count-selected": Function(1, 1, _count_selected),
    "string-length": Function(1, 1, lambda value: len(text_of(value))),
    "starts-with": Function(2, 2, lambda text, head: text_of(text).startswith(text_of(head))),
    "contains": Function(2, 2, lambda text, part: text_of(part) in text_of(text)),
    "concat": Function(1, None, _concat),
    "year": Function(1, 1, _year),
    "month": Function(1, 1, _month),
    "days-between": Function(2, 2, _days_between),
    "number": Function(1, 1, _number),
    "min": Function(1, None, _min),
    "max": Function(1, None, _max),
    "round": Function(1, 2, _round),
}
