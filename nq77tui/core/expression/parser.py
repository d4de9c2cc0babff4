"""From the text of an expression to its closures: recursive descent, one pass."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from nq77tui.core.expression import closure
from nq77tui.core.expression.closure import Part, Run, Scope
from nq77tui.core.expression.functions import ORDERINGS, as_number, tidy, truth
from nq77tui.core.expression.token import KEYWORDS, ExpressionError, Token, shorten, tokenize
from nq77tui.core.record import Json

MAX_LENGTH = 2_000
MAX_NESTING = 40


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression. Two are equal if their texts are.

    Attributes:
        text: the source.
        fields: every path used as ``${path}``.
        candidates: every path used as a bare name.
    """

    text: str
    fields: frozenset[tuple[str, ...]] = field(compare=False)
    candidates: frozenset[tuple[str, ...]] = field(compare=False)
    _run: Run = field(compare=False, repr=False)

    def evaluate(self, scope: Scope) -> Json:
        """The value for what the scope holds; never raises unless the scope does."""
        value = self._run(scope)
        # What a field holds comes through as it is, except for what no record could hold.
        return as_number(value) if type(value) is float or type(value) is int else value

    def holds(self, scope: Scope) -> bool:
        """Whether the value counts as true."""
        return truth(self._run(scope))


@lru_cache(maxsize=1024)
def parse(text: str) -> Expression:
    """Read an expression; many fields of a programme have the same.

    Raises:
        ExpressionError: it is none; the problem names the place.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError("too_long", shorten(text), MAX_LENGTH, "", most=MAX_LENGTH)
    return _Parser(text).expression()


class _Parser:
    """Recursive descent, one method for each level of operators."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokenize(text, closure.FUNCTION_NAMES)
        self._token = next(self._tokens)
        self._nesting = 0
        self._fields: set[tuple[str, ...]] = set()
        self._candidates: set[tuple[str, ...]] = set()

    def expression(self) -> Expression:
        if self._at_end():
            raise self._error("empty", self._token)
        part = self._disjunction()
        if not self._at_end():
            raise self._error("unexpected_text", self._token)
        return Expression(
            self._text,
            frozenset(self._fields),
            frozenset(self._candidates),
            part.run,
        )

    def _disjunction(self) -> Part:
        parts = [self._conjunction()]
        while self._accept("or"):
            parts.append(self._conjunction())
        return parts[0] if len(parts) == 1 else Part(closure.any_of(parts))

    def _conjunction(self) -> Part:
        parts = [self._comparison()]
        while self._accept("and"):
            parts.append(self._comparison())
        return parts[0] if len(parts) == 1 else Part(closure.all_of(parts))

    def _comparison(self) -> Part:
        left = self._sum()
        sign = self._accept("=", "!=", *ORDERINGS)
        if not sign:
            return left
        right = self._sum()
        if self._is_at("=", "!=", *ORDERINGS):
            raise self._error("chained_comparison", self._token)
        return Part(closure.comparison(sign, left, right))

    def _sum(self) -> Part:
        first, steps = self._product(), []
        while sign := self._accept("+", "-"):
            steps.append((sign, self._product()))
        return Part(closure.arithmetic(first, steps)) if steps else first

    def _product(self) -> Part:
        first, steps = self._unary(), []
        while sign := self._accept("*", "div", "mod"):
            steps.append((sign, self._unary()))
        return Part(closure.arithmetic(first, steps)) if steps else first

    def _unary(self) -> Part:
        # Counted and not nested: a row of signs must not be a way around the limit.
        signs = 0
        while self._accept("-"):
            signs += 1
        part = self._value()
        return Part(closure.signed(part, -1 if signs % 2 else 1)) if signs else part

    def _value(self) -> Part:
        token = self._advance()
        match token.kind:
            case "number":
                return self._number(token)
            case "text":
                return Part(closure.constant(token.content), text=token.content)
            case "field":
                self._fields.add(token.path)
                return Part(closure.field_value(token.path), path=token.path)
            case "name" if token.content not in KEYWORDS:
                self._candidates.add(token.path)
                return Part(closure.candidate_value(token.path))
            case "this":
                return Part(closure.this_value)
            case "call":
                return self._call(token)
            case "sign" if token.text == "(":
                return self._in_parentheses(token)
            case "end":
                raise self._error("ended_early", token)
        raise self._error("value_expected", token)

    def _number(self, token: Token) -> Part:
        number = tidy(float(token.text) if "." in token.text else int(token.text))
        if number is None:
            raise self._error("number_too_large", token)
        return Part(closure.constant(number))

    def _in_parentheses(self, opening: Token) -> Part:
        self._enter(opening)
        part = self._disjunction()
        self._leave(opening)
        return part

    def _call(self, name: Token) -> Part:
        if name.content not in closure.FUNCTION_NAMES:
            raise self._error("unknown_function", name)
        opening = self._advance()
        self._enter(opening)
        arguments: list[Part] = []
        if not self._is_at(")"):
            arguments.append(self._disjunction())
            while self._accept(","):
                arguments.append(self._disjunction())
        self._leave(opening)
        least, most = closure.arity(name.content)
        if len(arguments) < least or (most is not None and len(arguments) > most):
            wanted = f"≥ {least}" if most is None else "-".join(map(str, sorted({least, most})))
            raise self._error("argument_count", name, wanted=wanted, given=len(arguments))
        if name.content == "record-type" and not arguments[0].path:
            raise self._error("field_expected", name)
        return Part(closure.call(name.content, arguments))

    def _enter(self, opening: Token) -> None:
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            raise self._error("too_deep", opening, most=MAX_NESTING)

    def _leave(self, opening: Token) -> None:
        if self._at_end():
            raise self._error("unclosed_parenthesis", opening)
        if not self._accept(")"):
            raise self._error("unexpected_text", self._token)
        self._nesting -= 1

    def _advance(self) -> Token:
        token = self._token
        self._token = next(self._tokens, token)
        return token

    def _at_end(self) -> bool:
        return self._token.kind == "end"

    def _is_at(self, *words: str) -> bool:
        return self._token.kind in ("sign", "name") and self._token.text in words

    def _accept(self, *words: str) -> str:
        """Step over one of the signs or keywords, and say which."""
        return self._advance().text if self._is_at(*words) else ""

    def _error(self, reason: str, token: Token, **params: object) -> ExpressionError:
        return ExpressionError(reason, self._text, token.position, token.text, **params)
