"""Expressions: the conditions and calculations that stand in a programme's TOML files.

A small language in XLSForm's words. An expression is parsed once into closures and then evaluated
as often as wanted; nothing of it is ever run as Python.

Values
    ``'text'``, ``"text"``, ``12``, ``0.5``, ``true()``, ``false()``
    ``${field}``, ``${person.level}``: a field of the record at hand, through references by path
    ``.``: the value of the field that is being checked
    ``level``, ``area.level``: of the candidate in a ``choice_filter``

Operators, the loosest first
    ``or`` · ``and`` · ``= != < <= > >=`` · ``+ -`` · ``* div mod`` · unary ``-`` · ``( )``

    ``a < b < c`` is refused: it never means what it looks like.

Functions
    ``if(c, a, b)`` · ``coalesce(a, b, …)``: the first that is not empty · ``not(x)``
    ``in(x, a, b, …)`` · ``selected(choices, 'code')`` · ``count-selected(choices)``
    ``string-length(x)`` · ``starts-with(x, head)`` · ``contains(x, part)`` · ``concat(a, …)``
    ``today()`` · ``as-of()`` · ``year(d)`` · ``month(d)`` · ``days-between(begin, end)``
    ``number(text)`` · ``min(a, …)`` and ``max(a, …)``, of what is not empty · ``round(x, digits)``
    ``record-type(${reference})``: the name of the type it leads to, or ``''``

Empty fields and odd values
    * An empty field is null; null, ``''`` and the empty list are the same for ``=`` and ``!=``.
    * ``<``, ``<=``, ``>``, ``>=`` with something empty are false.
    * Arithmetic with something empty, or with what is no number, gives null; so do division by
      zero and numbers that a record could not hold.
    * ``and``, ``or``, ``not``, ``if``: empty, 0 and no are false, all else is true.
    * Values of different kinds are never equal: the text ``'3'`` is not the number 3, and
      ``number()`` makes it one. A figure counts as its number, money as đồng. Dates are ISO text
      and compare as text; ``year`` of a date that is none gives null.
    * A text made by ``concat`` ends after 10,000 characters.

Evaluation never raises, whatever JSON the fields hold.

    token       the text cut into words
    parser      the words read by precedence
    closure     what each part does, settled while parsing
    functions   what operators and functions do with JSON values
"""

from nq77tui.core.expression.closure import Scope
from nq77tui.core.expression.parser import MAX_LENGTH, MAX_NESTING, Expression, parse
from nq77tui.core.expression.token import ExpressionError

__all__ = ["MAX_LENGTH", "MAX_NESTING", "Expression", "ExpressionError", "Scope", "parse"]
