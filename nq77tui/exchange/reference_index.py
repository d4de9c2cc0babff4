"""Records by what people call them: built once an import, not once a row.

A reference may be given as the record's id, as its exact title, as its code where its schema has
a field of that name, or as its title typed with fewer marks or in another case; marks that are
typed must be there. Names are tried in this order, among the records that the field may lead to
given the row's other values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nq77tui.core.base32 import as_typed
from nq77tui.core.record import Json
from nq77tui.core.schema import Field
from nq77tui.core.scope import Row
from nq77tui.core.values import ValueRefusedError
from nq77tui.core.vietnamese.folding import fold, matches
from nq77tui.store.repository import Repository

_CODE = "code"
_MOST_NAMED = 5


class _Names:
    """The names of all live records of one type."""

    def __init__(self, repository: Repository, record_type: str) -> None:
        self._repository = repository
        self._exact: dict[str, dict[str, None]] = {}
        self._folded: dict[str, dict[str, str]] = {}
        self._known: dict[str, tuple[str, ...]] = {}
        for row in repository.rows(record_type):
            self.note(row)

    def note(self, row: Row) -> None:
        """Take in a record that is new or has changed."""
        for name in self._known.pop(row.id, ()):
            self._exact.get(name, {}).pop(row.id, None)
            self._folded.get(fold(name), {}).pop(row.id, None)
        title, code = self._repository.title(row.id), row.values.get(_CODE)
        names = {title: None, code: None} if isinstance(code, str) and code else {title: None}
        for name in names:
            self._exact.setdefault(name, {})[row.id] = None
            self._folded.setdefault(fold(name), {})[row.id] = name
        self._known[row.id] = tuple(names)

    def exact(self, name: str) -> list[str]:
        return list(self._exact.get(name, ()))

    def folded(self, name: str) -> list[str]:
        found = self._folded.get(fold(name), {})
        return [record_id for record_id, full in found.items() if matches(name, full)]


class ReferenceIndex:
    """Reads the references of many rows."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._by_type: dict[str, _Names] = {}

    def note(self, row: Row) -> None:
        """Take in what the import has written, so that later rows can refer to it."""
        names = self._by_type.get(row.type)
        if names is not None:
            names.note(row)

    def read(self, field: Field, text: str, values: Mapping[str, Json], record_type: str) -> str:
        """The id of the record meant.

        Args:
            values: the row's other values.
            record_type: of the row.

        Raises:
            ValueRefusedError: none, or several.
        """
        row = self._repository.row(as_typed(text))
        if row is not None:
            return row.id
        scope = self._repository.scope(record_type, values)
        seen: list[str] = []
        for found in self._named(field, text):
            fitting = [
                record_id
                for record_id in found
                if field.choice_filter is None
                or field.choice_filter.holds(scope.with_candidate(self._values(record_id)))
            ]
            if len(fitting) == 1:
                return fitting[0]
            if fitting:
                raise self._unclear(text, fitting)
            seen = seen or found
        if len(seen) == 1:
            return seen[0]  # the check will say that it does not go with the other values
        if seen:
            raise self._unclear(text, seen)
        raise ValueRefusedError("no_such_record", text)

    def _named(self, field: Field, text: str) -> Iterator[list[str]]:
        names = [self._names(record_type) for record_type in field.to]
        yield [record_id for one in names for record_id in one.exact(text)]
        yield [record_id for one in names for record_id in one.folded(text)]

    def _names(self, record_type: str) -> _Names:
        if record_type not in self._by_type:
            self._by_type[record_type] = _Names(self._repository, record_type)
        return self._by_type[record_type]

    def _values(self, record_id: str) -> Mapping[str, Json]:
        row = self._repository.row(record_id)
        return row.values if row else {}

    def _unclear(self, text: str, found: list[str]) -> ValueRefusedError:
        known = "; ".join(self._described(record_id) for record_id in sorted(found)[:_MOST_NAMED])
        more = "…" if len(found) > _MOST_NAMED else ""
        return ValueRefusedError("record_unclear", text, known=known + more)

    def _described(self, record_id: str) -> str:
        """Title, where it belongs, id: enough to choose among namesakes."""
        row = self._repository.row(record_id)
        schema = self._repository.programme.schemas.get(row.type) if row else None
        if row is None or schema is None:
            return record_id
        above = row.values.get(schema.tree.parent if schema.tree else schema.area)
        place = self._repository.title(above) if isinstance(above, str) else ""
        parts = [part for part in (self._repository.title(record_id), place) if part]
        return f"{', '.join(parts)} = {record_id}"
