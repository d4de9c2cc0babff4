"""What counting sees of the records on one day; everything is worked out once.

An expression whose fields all begin at one reference, such as ``${person.level} = 'district'``,
is asked once for each person and not once for each of the person's assignments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from nq77tui.core.area_tree import AreaTree, Facts, Locator, exists_on
from nq77tui.core.expression import Expression
from nq77tui.core.record import Json
from nq77tui.core.schema import Schema
from nq77tui.core.scope import RecordScope, Row

Values: TypeAlias = Mapping[str, Json]
Mark: TypeAlias = str | int | float
Test: TypeAlias = Callable[[Values], bool]


class Lens:
    """Records that do not change while it is in use."""

    def __init__(
        self,
        schemas: Mapping[str, Schema],
        facts: Facts,
        tree: AreaTree,
        *,
        as_of: str,
        today: str,
    ) -> None:
        self.tree = tree
        self.as_of = as_of
        self._schemas = schemas
        self._facts = facts
        self._today = today
        self._by_id: dict[str, Row | None] = {}
        self._by_type: dict[str, list[Row]] = {}
        self._tests: dict[str, Test] = {}
        self._locator = Locator(schemas, tree, self)
        self.place = self._locator.place

    def row(self, record_id: str) -> Row | None:
        """A live record, whether it exists on the day or not."""
        try:
            return self._by_id[record_id]
        except KeyError:
            return self._by_id.setdefault(record_id, self._facts.row(record_id))

    def there(self, record_type: str, record_id: str) -> Row | None:
        """A record of a type that exists on the day."""
        row = self.row(record_id)
        if row is None or row.type != record_type:
            return None
        return row if exists_on(self._schemas[record_type], row.values, self.as_of) else None

    def rows(self, record_type: str) -> list[Row]:
        """The live records of a type that exist on the day."""
        found = self._by_type.get(record_type)
        if found is None:
            found = self._by_type[record_type] = list(self._existing(record_type))
        return found

    def _existing(self, record_type: str) -> Iterator[Row]:
        schema, day, by_id = self._schemas[record_type], self.as_of, self._by_id
        is_open = not schema.begins and not schema.ends
        for row in self._facts.rows(record_type):
            by_id[row.id] = row
            if is_open or exists_on(schema, row.values, day):
                yield row

    def one_of(self, row: Row, name: str) -> Mark | None:
        """A value whose differing ones are counted; a record counts once under all its ids."""
        value = row.values.get(name)
        field = self._schemas[row.type].fields.get(name)
        if field is not None and field.is_reference and isinstance(value, str):
            found = self.row(value)
            return found.id if found else value
        return value if isinstance(value, str | int | float) else None

    def scope(self, values: Values) -> RecordScope:
        """What the expressions of a record can see."""
        return RecordScope(values, self, self._today, self.as_of)

    def test(self, where: Expression) -> Test:
        """A test on the values of a record."""
        test = self._tests.get(where.text)
        if test is None:
            test = self._tests[where.text] = self._made_test(where)
        return test

    def _made_test(self, where: Expression) -> Test:
        scope = self.scope({})

        def holds(values: Values) -> bool:
            scope.values = values
            return where.holds(scope)

        roots = {path[0] for path in where.fields}
        if len(roots) != 1:
            return holds
        root, known = roots.pop(), dict[str, bool]()

        def holds_of_root(values: Values) -> bool:
            value = values.get(root)
            if type(value) is not str:  # 1 and True are one key, and two values
                return holds(values)
            result = known.get(value)
            if result is None:
                result = known[value] = holds(values)
            return result

        return holds_of_root

    def follow(self, path: tuple[str, ...]) -> Callable[[Values], Json]:
        """Reads the field at the end of a path of references."""
        first = path[0]
        if len(path) == 1:
            return lambda values: values.get(first)
        scope, known = self.scope({}), dict[str, Json]()

        def read(values: Values) -> Json:
            value = values.get(first)
            if type(value) is not str:
                return None
            if value not in known:
                scope.values = values
                known[value] = scope.field(path)
            return known[value]

        return read
