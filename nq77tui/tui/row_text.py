"""One record as a line of a list: its cells, what it is found by, and its place in the order."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any

from nq77tui.core.collation import name_sort_key, sort_key
from nq77tui.core.record import Json
from nq77tui.core.schema import Field
from nq77tui.core.screen import RecordScreen
from nq77tui.core.typed import show_value
from nq77tui.core.values import money_in_dong
from nq77tui.store import Repository

Key = tuple[tuple[int, Any], ...]
_TextKey = tuple[str, str, str]
_STEP = 500
_DEEPEST = 8
_PERSONAL = {"citizen_number", "phone"}
_LEFT_OPEN = 4


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

    def cells(self, values: Mapping[str, Json]) -> tuple[str, ...]:
        """What the record shows, a text a column; personal numbers but for their last digits."""
        names = (column.field for column in self._screen.columns)
        return tuple(self._masked(name, self._shown(name, values)) for name in names)

    def found_by(self, values: Mapping[str, Json]) -> str:
        """What a query may find: the cells, the title, and the area above the record's own."""
        names = dict.fromkeys([*(c.field for c in self._screen.columns), *self._schema.title])
        texts = [self._shown(name, values) for name in names]
        own = values.get(self._schema.area) if self._schema.area else None
        above = self._above(own) if isinstance(own, str) else ""
        return " ".join([*texts, self._title(above) if above else ""])

    def key(self, values: Mapping[str, Json], sort: Sequence[str]) -> Key:
        """The record's place when sorted by some fields."""
        by_name = self._schema.title if self._screen.by_given_name else ()
        return tuple(
            self._part(self._schema.fields[name], values.get(name), name in by_name)
            for name in sort
        )

    def check_titles(self) -> Generator[None, None, bool]:
        """Whether what rows refer to has another name or place now; forgets all then."""
        for count, (record_id, title) in enumerate(list(self._titles.items())):
            upper = self._uppers.get(record_id)
            has_moved = upper is not None and upper != self._find_upper(record_id)
            if has_moved or self._repository.title(record_id) != title:
                for memory in (self._titles, self._paths, self._uppers):
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
        if self._schema.fields[name].type not in _PERSONAL:
            return shown
        last = [at for at, letter in enumerate(shown) if letter.isalnum()][-_LEFT_OPEN:]
        return "".join(
            "*" if letter.isalnum() and at not in last else letter
            for at, letter in enumerate(shown)
        )

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

    def _part(self, field: Field, value: Json, is_name: bool) -> tuple[int, Any]:
        """One field's place in the order: kinds never meet, and empty ones come last."""
        if value is None or value == "":
            return 9, 0
        if isinstance(value, bool | int | float):
            return 1, value
        if isinstance(value, dict):
            return _number_part(value)
        if field.type == "choice" and (choice := field.choice(value)) is not None:
            return 2, field.choices.index(choice)
        text = str(value)
        if field.is_reference:
            return 5, self._path(text)
        return (4, name_sort_key(text)) if is_name and field.type == "text" else (3, sort_key(text))

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
