"""One record as a line of a list: its cells, what it is found by, and its place in the order."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from functools import cached_property
from itertools import groupby, pairwise
from typing import Any

from nq77tui.core.masking import masked
from nq77tui.core.record import Json
from nq77tui.core.schema import Field
from nq77tui.core.screen import RecordScreen
from nq77tui.core.typed import show_value
from nq77tui.core.values import money_in_dong
from nq77tui.core.vietnamese.collation import name_sort_key, sort_key
from nq77tui.store import Repository
from nq77tui.tui.row_order import Row
from nq77tui.tui.search import searchable

_TextKey = tuple[str, str, str]
_STEP = 500
_DEEPEST = 8
_OWN_TEXTS = {"text", "code", "citizen_number", "phone"}
_NAME, _EMPTY = 4, (9, 0)


class RowText:
    """Makes the texts and the sort keys of records of one type, in one language.

    Remembers what the records they refer to are called, since many refer to the same few.
    """

    def __init__(self, repository: Repository, screen: RecordScreen, lang: str) -> None:
        self._repository = repository
        self._screen = screen
        self._lang = lang
        self._schema = repository.schema(screen.record)
        self._titles: dict[str, str] = {}
        self._paths: dict[str, tuple[_TextKey, ...]] = {}
        self._uppers: dict[str, str] = {}
        self._searchable: dict[tuple[str, Json], str] = {}

    def cells(self, values: Mapping[str, Json]) -> tuple[str, ...]:
        """What the record shows, a text a column; personal numbers but for their last digits."""
        names = (column.field for column in self._screen.columns)
        return tuple(self._masked(name, self._shown(name, values)) for name in names)

    def found_by(self, values: Mapping[str, Json]) -> str:
        """What a query may find: the cells, the title, and the area above the record's own."""
        texts = [self._shown(name, values) for name in self._names]
        return " ".join([*texts, self._area_above(values)])

    def prepared(self, values: Mapping[str, Json]) -> str:
        """What a query is compared with: each text of ``found_by`` as `searchable` makes it."""
        texts = [
            self._searchable_part(name, value)
            for name in self._names
            if (value := values.get(name)) is not None
        ]
        return "\n".join([*texts, self._searchable_title(self._area_above(values))])

    @cached_property
    def _names(self) -> list[str]:
        """The fields that a query may find."""
        columns = (column.field for column in self._screen.columns)
        return list(dict.fromkeys([*columns, *self._schema.title]))

    def _area_above(self, values: Mapping[str, Json]) -> str:
        own = values.get(self._schema.area) if self._schema.area else None
        above = self._above(own) if isinstance(own, str) else ""
        return self._title(above) if above else ""

    def _searchable_part(self, name: str, value: Json) -> str:
        """Kept for values that many records have; texts are mostly each record's own."""
        field = self._schema.fields[name]
        if field.type in _OWN_TEXTS or isinstance(value, dict | list):
            return searchable(show_value(field, value, self._lang, self._title))
        known = self._searchable.get((name, value))
        if known is None:
            known = searchable(show_value(field, value, self._lang, self._title))
            self._searchable[name, value] = known
        return known

    def _searchable_title(self, title: str) -> str:
        known = self._searchable.get(("", title))
        if known is None:
            known = self._searchable["", title] = searchable(title)
        return known

    def key(self, values: Mapping[str, Json], sort: Sequence[str]) -> tuple[tuple[int, Any], ...]:
        """The record's place when sorted by some fields."""
        return tuple(self._part(self._schema.fields[name], values.get(name)) for name in sort)

    def in_order(self, rows: list[Row], sort: Sequence[str]) -> list[Row]:
        """Rows sorted by some fields; a later one is read only where those before are equal."""
        if len(rows) < 2 or not sort:
            return rows
        field = self._schema.fields[sort[0]]
        parts = [self._part(field, values.get(field.name)) for _, values in rows]
        places = sorted(range(len(rows)), key=parts.__getitem__)
        if all(parts[one] != parts[other] for one, other in pairwise(places)):
            return [rows[place] for place in places]
        ordered: list[Row] = []
        for _, equal in groupby(places, key=parts.__getitem__):
            ordered += self.in_order([rows[place] for place in equal], sort[1:])
        return ordered

    @cached_property
    def _name_fields(self) -> frozenset[str]:
        """The fields by whose given names people are sorted."""
        names = self._schema.title if self._screen.by_given_name else ()
        return frozenset(name for name in names if self._schema.fields[name].type == "text")

    def rough_value(self, values: Mapping[str, Json], sort: Sequence[str]) -> Json:
        """What rows that stand together have in common: a value, of people the given name."""
        if not sort:
            return None
        value = values.get(sort[0])
        if isinstance(value, str) and sort[0] in self._name_fields:
            return value[value.rfind(" ") + 1 :]
        return value

    def rough_key(self, value: Json, sort: Sequence[str]) -> tuple[int, Any]:
        """Where rows with a rough value stand among those with others."""
        if not sort:
            return _EMPTY
        place, key = self._part(self._schema.fields[sort[0]], value)
        return (place, key[:1]) if place == _NAME else (place, key)

    def sort_inside(self, sort: Sequence[str]) -> Sequence[str]:
        """What rows with one rough key are still to be sorted by."""
        return sort if sort and sort[0] in self._name_fields else sort[1:]

    def check_titles(self) -> Generator[None, None, bool]:
        """Whether what rows refer to has another name or place now; forgets all then."""
        for count, (record_id, title) in enumerate(list(self._titles.items())):
            upper = self._uppers.get(record_id)
            has_moved = upper is not None and upper != self._find_upper(record_id)
            if has_moved or self._repository.title(record_id) != title:
                for memory in (self._titles, self._paths, self._uppers, self._searchable):
                    memory.clear()
                return True
            if count % _STEP == 0:
                yield
        return False

    def _shown(self, name: str, values: Mapping[str, Json]) -> str:
        value = values.get(name)
        if value is None:
            return ""
        return show_value(self._schema.fields[name], value, self._lang, self._title)

    def _masked(self, name: str, shown: str) -> str:
        """Whoever looks over a shoulder reads a list; the form shows the whole number."""
        return masked(shown) if self._schema.fields[name].sensitive else shown

    def _title(self, record_id: str) -> str:
        title = self._titles.get(record_id)
        if title is None:
            title = self._titles[record_id] = self._repository.title(record_id)
        return title

    def _above(self, record_id: str) -> str:
        """The area above an area; empty for anything else."""
        known = self._uppers.get(record_id)
        if known is None:
            known = self._uppers[record_id] = self._find_upper(record_id)
        return known

    def _find_upper(self, record_id: str) -> str:
        row = self._repository.row(record_id)
        tree = self._repository.schema(row.type).tree if row else None
        above = row.values.get(tree.parent) if row and tree else None
        return above if isinstance(above, str) else ""

    def _part(self, field: Field, value: Json) -> tuple[int, Any]:
        """One field's place in the order: kinds never meet, and empty ones come last."""
        if value is None or value == "":
            return _EMPTY
        if isinstance(value, bool | int | float):
            return 1, value
        if isinstance(value, dict):
            return _number_part(value)
        if field.type == "choice" and (choice := field.choice(value)) is not None:
            return 2, field.choices.index(choice)
        text = str(value)
        if field.is_reference:
            return 5, self._path(text)
        if field.name in self._name_fields:
            return _NAME, name_sort_key(text)
        return 3, sort_key(text)

    def _path(self, record_id: str, depth: int = _DEEPEST) -> tuple[_TextKey, ...]:
        """Areas sort by the areas above them first: villages of one name stay in their communes."""
        path = self._paths.get(record_id)
        if path is None:
            above = self._above(record_id)
            upper = self._path(above, depth - 1) if above and depth else ()
            path = self._paths[record_id] = (*upper, sort_key(self._title(record_id)))
        return path


def _number_part(value: dict[str, Json]) -> tuple[int, Any]:
    number = value.get("n")
    if not isinstance(number, int | float):
        return 8, str(value)
    return 1, money_in_dong(value) if "unit" in value else number
