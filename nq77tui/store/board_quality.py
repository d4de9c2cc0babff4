"""What looks wrong in the records of an area: counted by rule, each with the very records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from nq77tui.core.board import Board, Finding, FindingKind
from nq77tui.core.board_table import BoardColumn, BoardLine, BoardTable, Cell
from nq77tui.core.confirmation import confirmed_by
from nq77tui.core.counting.lens import Lens
from nq77tui.core.problem import Problem
from nq77tui.core.record import CONFIRMED, Json
from nq77tui.core.schema import Field, Label, Schema
from nq77tui.core.scope import RecordScope, Row
from nq77tui.core.validation import check_field, fits
from nq77tui.store.progress import Watch, watched
from nq77tui.store.repository import Repository

_CHECKED: tuple[FindingKind, ...] = ("missing", "doubts", "numbers", "errors")
_NUMBER = "value.citizen_number"
"""How the names of doubts about a citizen number begin."""


class QualityCount:
    """One look through the records that exist on a day."""

    def __init__(
        self, repository: Repository, lens: Lens, scope: str, watch: Watch, *, is_whole: bool
    ) -> None:
        self._repository, self._lens, self._watch = repository, lens, watch
        self._scope, self._is_whole = scope, is_whole
        self._schemas = repository.programme.schemas

    def table(self, board: Board) -> BoardTable:
        """A line for each rule that anything is found by, the most first within a finding."""
        found = self._checked(board) if any(f.find in _CHECKED for f in board.findings) else {}
        lines: list[BoardLine] = []
        for position, finding in enumerate(board.findings):
            part = self._lines(finding, found)
            part.sort(key=lambda line: -len(line.cells[0].ids))
            for line in part:
                line.key = f"{position}:{line.key}"
            lines += part
        everything = [one for line in lines for one in line.cells[0].ids]
        total = BoardLine(self._scope, [Cell(len(everything))])
        return BoardTable((BoardColumn("total", is_bad=True),), total, lines)

    def _lines(
        self, finding: Finding, checked: dict[tuple[str, str], BoardLine]
    ) -> list[BoardLine]:
        if finding.find == "duplicates":
            return self._duplicates(finding)
        if finding.find == "where":
            ids = [row.id for row in self._passing(finding)]
            return [_line(finding.label, "", finding.record, "", ids)] if ids else []
        lines = []
        for (kind, _), line in checked.items():
            if kind == finding.find and finding.record in ("", line.about[0]):
                labels = (finding.label, *line.labels)
                lines.append(BoardLine(line.key, line.cells, labels, line.about))
        return lines

    def _inside(self, rows: Iterable[Row]) -> Iterator[Row]:
        tree, place = self._lens.tree, self._lens.place
        if self._is_whole:
            return iter(rows)
        return (row for row in rows if self._scope in tree.way(place(row)))

    def _passing(self, finding: Finding) -> Iterator[Row]:
        referred: set[str] = set()
        if finding.nobody:
            for row in self._lens.rows(finding.nobody):
                referred.add(str(self._lens.one_of(row, finding.link)))
        holds = self._lens.test(finding.where) if finding.where is not None else None
        for row in self._inside(self._lens.rows(finding.record)):
            if row.id not in referred and (holds is None or holds(row.values)):
                yield row

    def _duplicates(self, finding: Finding) -> list[BoardLine]:
        lines = []
        for name, schema in self._schemas.items():
            if schema.duplicates is None or finding.record not in ("", name):
                continue
            inside = {row.id for row in self._inside(self._lens.rows(name))}
            pairs = self._repository.lookalikes.pairs(name)
            both = [one for pair in watched(pairs, self._watch, "count", 1) for one in pair]
            ids = [one for one in dict.fromkeys(both) if one in inside]
            if ids:
                lines.append(_line(finding.label, name, name, "", ids, schema.label))
        return lines

    def _checked(self, board: Board) -> dict[tuple[str, str], BoardLine]:
        """By finding and rule, what validation says of the records and nobody has confirmed."""
        asked = [finding.record for finding in board.findings if finding.find in _CHECKED]
        names = list(self._schemas) if "" in asked else list(dict.fromkeys(asked))
        of = sum(len(self._lens.rows(name)) for name in names)
        found: dict[tuple[str, str], tuple[Problem, list[str]]] = {}
        scope = RecordScope({}, self._lens, self._lens.scope({}).today, self._lens.as_of)
        rules = {name: _Rules(self._schemas[name]) for name in names}
        rows = (row for name in names for row in self._inside(self._lens.rows(name)))
        for row in watched(rows, self._watch, "count", of):
            scope.values = values = row.values
            for problem in rules[row.type].problems(values, scope):
                if self._is_confirmed(problem, row):
                    continue
                field = str(problem.params.get("field", ""))
                rule = str(problem.params.get("rule", problem.key))
                key = _find(problem), f"{row.type}.{field}.{rule}"
                found.setdefault(key, (problem, []))[1].append(row.id)
        return {key: self._rule_line(key[1], *one) for key, one in found.items()}

    def _is_confirmed(self, problem: Problem, row: Row) -> bool:
        if f"{problem.params.get('field')}{CONFIRMED}" not in row.values:
            return False
        record = self._repository.get(row.id)
        return confirmed_by(problem, row.values, record) is not None

    def _rule_line(self, key: str, problem: Problem, ids: list[str]) -> BoardLine:
        record, field = str(problem.params["record"]), str(problem.params.get("field", ""))
        labels: list[Label] = [self._schemas[record].label]
        if field in self._schemas[record].fields:
            labels.append(self._schemas[record].fields[field].label)
        message = problem.params.get("message")
        if isinstance(message, dict):
            labels.append(message)
        return BoardLine(key, [Cell(len(ids), record, ids)], tuple(labels), (record, field))


class _Rules:
    """The rules of one record type; what they say of equal values is worked out once.

    They look at the value, at other fields of the record, and at what these refer to, and all
    records stay as they are during one look.
    """

    def __init__(self, schema: Schema) -> None:
        self._required = [_Rule(schema, field) for field in schema if field.required is not None]
        self._rules = {field.name: _Rule(schema, field) for field in schema}
        self._texts = {field.name for field in schema if _is_any_text(field)}

    def problems(self, values: Mapping[str, Json], scope: RecordScope) -> Iterator[Problem]:
        """What `core.validation.check_values` finds in the fields that the schema has."""
        for rule in self._required:
            if values.get(rule.name) in _EMPTY:
                yield from rule.found(None, values, scope)
        rules, texts = self._rules, self._texts
        for name, value in values.items():
            if name in texts and value.__class__ is str:
                continue
            of_value = rules.get(name)
            if of_value is None or (not value and value in _EMPTY):
                continue
            # Nearly nothing is wrong: not even an empty answer is worth going through.
            if found := of_value.found(value, values, scope):
                yield from found


class _Rule:
    """What is to be said of one field."""

    def __init__(self, schema: Schema, field: Field) -> None:
        self.name = field.name
        self._schema, self._field = schema, field
        self._beside = _looked_at_beside(schema, field)
        self._is_by_kind = _is_by_kind(field)
        self._known: dict[object, tuple[Problem, ...]] = {}

    def found(
        self, value: Json, values: Mapping[str, Json], scope: RecordScope
    ) -> tuple[Problem, ...]:
        """What is wrong with a value."""
        if self._is_by_kind and value is not None and fits(self._field, value):
            return ()
        key: object
        if self._beside:
            key = repr((value, *map(values.get, self._beside)))
        elif isinstance(value, list | dict):
            key = repr(value)
        else:
            key = value.__class__, value
        found = self._known.get(key)
        if found is None:
            field = self._field
            is_asked = field.relevant is None or field.relevant.holds(scope)
            found = check_field(self._schema, field, value, scope) if is_asked else ()
            self._known[key] = found
        return found


_EMPTY: tuple[Json, ...] = (None, "", [])


def _is_any_text(field: Field) -> bool:
    """Whether every text is fine there."""
    return not field.constraints and field.type in ("text", "reference")


def _is_by_kind(field: Field) -> bool:
    """Whether all that can be wrong is the kind of a value that few records share."""
    return not field.constraints and field.type in ("code", "phone")


def _looked_at_beside(schema: Schema, field: Field) -> tuple[str, ...]:
    """The other fields of a record at which the rules of a field look."""
    rules = [field.relevant, field.required, *(one.test for one in field.constraints)]
    if not field.is_reference:
        # The filter of a reference says what is offered; validation asks that of choices alone.
        rules.append(field.choice_filter)
    names = {path[0] for rule in rules if rule is not None for path in rule.fields}
    if field.type == "citizen_number":
        names |= {"birth", "gender"} & schema.fields.keys()
    return tuple(sorted(names - {field.name}))


def _line(
    label: Label, key: str, record: str, field: str, ids: list[str], *more: Label
) -> BoardLine:
    return BoardLine(key, [Cell(len(ids), record, ids)], (label, *more), (record, field))


def _find(problem: Problem) -> FindingKind:
    if problem.key.startswith(_NUMBER):
        return "numbers"
    if problem.key == "validation.required":
        return "missing"
    return "doubts" if problem.severity == "warning" else "errors"
