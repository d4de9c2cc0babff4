"""What records are called, ready to be searched: for picking a reference by a few letters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from nq77tui.core.area_tree import exists_on
from nq77tui.core.record import Json
from nq77tui.core.scope import Row
from nq77tui.core.values import show_date
from nq77tui.core.vietnamese.collation import sort_key
from nq77tui.store import Repository
from nq77tui.tui.search import Search, searchable

_STEP = 250
_SORTED_AT_MOST = 400
"""Matches up to which they are put in order; of more only the first are shown anyway."""


@dataclass(frozen=True, slots=True)
class Titled:
    """One record by its name.

    Attributes:
        note: what tells records of one name apart: their codes, the place, the day they ended.
        prepared: name and note as queries are compared with them.
        has_ended: no longer counts today; offered last.
        values: what the entry was made from.
    """

    id: str
    title: str
    note: str
    prepared: str
    has_ended: bool
    values: Mapping[str, Json]

    def text(self) -> str:
        """What may be found."""
        return f"{self.title} {self.note}"


class Titles:
    """The names of all records of a type, made when first asked for."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._known: dict[str, dict[str, Titled]] = {}
        self._begun: dict[str, tuple[object, dict[str, Titled]]] = {}
        self._generations: dict[str, object] = {}
        self._places: dict[str, str] = {}

    def all(self, record_type: str) -> Mapping[str, Titled]:
        """Every live record of a type, by id."""
        for _ in self.warm(record_type):
            pass
        return self._known[record_type]

    def warm(self, record_type: str) -> Iterator[None]:
        """Make the names of a type, pausing now and then; whoever asks goes on where this is."""
        generation = self._repository.generation
        if self._generations.get(record_type) == generation:
            return
        begun = self._begun.get(record_type)
        if begun is None or begun[0] != generation:
            self._places.clear()
            begun = self._begun[record_type] = (generation, {})
        before, made = self._known.get(record_type, {}), begun[1]
        for count, row in enumerate(self._repository.rows(record_type)):
            if row.id not in made:
                made[row.id] = self._titled(row, before)
            if count % _STEP == 0:
                yield
        self._known[record_type] = made
        self._generations[record_type] = generation

    def one(self, record_id: str) -> Titled | None:
        """One live record."""
        row = self._repository.row(record_id)
        return self._titled(row, {}) if row else None

    def of(self, rows: Iterable[Row]) -> Iterator[Titled]:
        """Some records."""
        for row in rows:
            yield self.all(row.type)[row.id]

    def _titled(self, row: Row, before: Mapping[str, Titled]) -> Titled:
        known = before.get(row.id)
        place = self._place(row)
        if known is not None and known.values == row.values and known.note.endswith(place):
            return known
        schema = self._repository.schema(row.type)
        title = self._repository.title(row.id)
        codes = [row.values.get(field.name) for field in schema if field.type == "code"]
        ended = row.values.get(schema.ends) if schema.ends else None
        notes = [f"→ {show_date(str(ended))}" if ended else "", *codes, place]
        note = " ".join(str(part) for part in notes if part and part != title)
        today = self._repository.today().isoformat()
        has_ended = not exists_on(schema, {schema.ends: ended}, today)
        return Titled(row.id, title, note, searchable(f"{title} {note}"), has_ended, row.values)

    def _place(self, row: Row) -> str:
        schema = self._repository.schema(row.type)
        above = row.values.get(schema.tree.parent if schema.tree else schema.area)
        if not isinstance(above, str) or not above:
            return ""
        if above not in self._places:
            self._places[above] = self._place_name(above, with_upper=not schema.tree)
        return self._places[above]

    def _place_name(self, record_id: str, *, with_upper: bool) -> str:
        """``Bản Chu, Yên Khoái``: villages of one name stand in many communes."""
        name, row = self._repository.title(record_id), self._repository.row(record_id)
        upper = self._place(row) if row is not None and with_upper else ""
        return f"{name}, {upper}" if upper else name


def matching(titled: Iterable[Titled], query: str) -> list[Titled]:
    """The records that a query finds: living ones first, names that begin with it, the alphabet."""
    search = Search(query)
    found = [one for one in titled if search.accepts(one.prepared, one.text)]
    if len(found) > _SORTED_AT_MOST:
        found.sort(key=lambda one: (one.has_ended, not one.prepared.startswith(search.start)))
        return found
    return sorted(
        found,
        key=lambda one: (
            one.has_ended,
            not one.prepared.startswith(search.start),
            sort_key(one.title),
            one.note,
        ),
    )
