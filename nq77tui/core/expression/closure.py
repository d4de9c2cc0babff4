"""The parts of an expression as closures: what is decided while parsing is not asked again.

Coverage evaluates one expression for tens of thousands of records, so every closure does as
little as it can.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol, TypeAlias

from nq77tui.core.expression.functions import (
    FUNCTIONS,
    OPERATIONS,
    ORDERINGS,
    Number,
    as_number,
    is_empty,
    ordered,
    same,
    tidy,
    truth,
)
from nq77tui.core.record import Json


class Scope(Protocol):
    """What an expression can see; the dates are ISO text."""

    @property
    def today(self) -> str:
        """The day on which it is asked."""

    @property
    def as_of(self) -> str:
        """The day for which it is asked."""

    def field(self, path: tuple[str, ...]) -> Json:
        """The value of ``${a.b}``, null where a reference leads nowhere."""

    def candidate(self, path: tuple[str, ...]) -> Json:
        """The value of the bare name ``a.b``."""

    def this(self) -> Json:
        """The value of ``.``."""

    def record_type(self, path: tuple[str, ...]) -> str:
        """The record type that the reference ``${a.b}`` leads to, or the empty text."""


Run: TypeAlias = Callable[[Scope], Json]


class Part(NamedTuple):
    """A part of an expression.

    Attributes:
        text: of a literal text.
        path: of a field.
    """

    run: Run
    text: str = ""
    path: tuple[str, ...] = ()


def constant(value: Json) -> Run:
    """A literal."""
    return lambda scope: value


def field_value(path: tuple[str, ...]) -> Run:
    """``${a.b}``."""
    return lambda scope: scope.field(path)


def candidate_value(path: tuple[str, ...]) -> Run:
    """``a.b``."""
    return lambda scope: scope.candidate(path)


def this_value(scope: Scope) -> Json:
    """``.``."""
    return scope.this()


def any_of(parts: Sequence[Part]) -> Run:
    """``a or b or …``."""
    runs = tuple(part.run for part in parts)

    def run(scope: Scope) -> bool:
        for part in runs:
            value = part(scope)
            if value is True or (value is not False and truth(value)):
                return True
        return False

    return run


def all_of(parts: Sequence[Part]) -> Run:
    """``a and b and …``."""
    runs = tuple(part.run for part in parts)

    def run(scope: Scope) -> bool:
        for part in runs:
            value = part(scope)
            if value is False or (value is not True and not truth(value)):
                return False
        return True

    return run


def comparison(sign: str, left: Part, right: Part) -> Run:
    """``a = b``, ``a != b``, ``a < b`` and so on."""
    if sign in ORDERINGS:
        test, first, second = ORDERINGS[sign], left.run, right.run
        return lambda scope: ordered(test, first(scope), second(scope))
    if left.text:
        left, right = right, left
    return _equal(left, right) if sign == "=" else _different(left, right)


def _equal(left: Part, right: Part) -> Run:
    first, second, text = left.run, right.run, right.text
    if text:
        # `${level} = 'village'`: what equals this text is text, so no kinds need comparing.
        return lambda scope: first(scope) == text
    return lambda scope: same(first(scope), second(scope))


def _different(left: Part, right: Part) -> Run:
    first, second, text = left.run, right.run, right.text
    if text:
        return lambda scope: first(scope) != text
    return lambda scope: not same(first(scope), second(scope))


def arithmetic(first: Part, steps: Sequence[tuple[str, Part]]) -> Run:
    """A sum or a product of any length, from left to right."""
    begin = first.run
    rest = tuple((OPERATIONS[sign], part.run) for sign, part in steps)

    def run(scope: Scope) -> Number | None:
        total = as_number(begin(scope))
        for operate, part in rest:
            number = as_number(part(scope))
            if total is None or number is None:
                return None
            total = tidy(operate(total, number))
        return total

    return run


def signed(part: Part, sign: int) -> Run:
    """``-a``."""
    inner = part.run

    def run(scope: Scope) -> Number | None:
        number = as_number(inner(scope))
        return None if number is None else tidy(sign * number)

    return run


def _if(arguments: Sequence[Part]) -> Run:
    condition, then, otherwise = (part.run for part in arguments)
    return lambda scope: then(scope) if truth(condition(scope)) else otherwise(scope)


def _coalesce(arguments: Sequence[Part]) -> Run:
    runs = tuple(part.run for part in arguments)

    def run(scope: Scope) -> Json:
        for part in runs:
            value = part(scope)
            if not is_empty(value):
                return value
        return None

    return run


def _in(arguments: Sequence[Part]) -> Run:
    first, *others = arguments
    value_of = first.run
    texts = frozenset(part.text for part in others)
    if "" not in texts:
        return lambda scope: isinstance(value := value_of(scope), str) and value in texts
    runs = tuple(part.run for part in others)

    def run(scope: Scope) -> bool:
        value = value_of(scope)
        return any(same(value, part(scope)) for part in runs)

    return run


def _today(arguments: Sequence[Part]) -> Run:
    return lambda scope: scope.today


def _as_of(arguments: Sequence[Part]) -> Run:
    return lambda scope: scope.as_of


def _record_type(arguments: Sequence[Part]) -> Run:
    path = arguments[0].path
    return lambda scope: scope.record_type(path)


class _Special(NamedTuple):
    """A function that looks at the scope, or does not need all its arguments."""

    least: int
    most: int | None
    build: Callable[[Sequence[Part]], Run]


_SPECIAL = {
    "if": _Special(3, 3, _if),
    "coalesce": _Special(1, None, _coalesce),
    "in": _Special(2, None, _in),
    "today": _Special(0, 0, _today),
    "as-of": _Special(0, 0, _as_of),
    "record-type": _Special(1, 1, _record_type),
}
FUNCTION_NAMES = frozenset(FUNCTIONS).union(_SPECIAL)


def arity(name: str) -> tuple[int, int | None]:
    """How many arguments a function takes: at least, and at most (None for any number)."""
    function = _SPECIAL.get(name) or FUNCTIONS[name]
    return function.least, function.most


def call(name: str, arguments: Sequence[Part]) -> Run:
    """``name(a, b, …)``."""
    if name in _SPECIAL:
        return _SPECIAL[name].build(arguments)
    function, runs = FUNCTIONS[name].call, tuple(part.run for part in arguments)
    return lambda scope: function(*[part(scope) for part in runs])
