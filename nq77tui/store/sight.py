"""What one user sees of a store: the records of their areas, personal numbers masked or not.

A record is seen by where it lies today, as the tree stands, so that whoever had a commune that
was merged has what it became part of: areas that have ended lead on by their successors. Records
of a type that lies in no area are seen by everybody, and so are the areas above one's own, by
their names. A record that is to lie in an area and lies in none is seen only by those who see all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from nq77tui.core.area_tree import AreaTree, Facts
from nq77tui.core.document import id_of_doc_id
from nq77tui.core.masking import MaskedValues, masked_field
from nq77tui.core.record import CONFIRMED, Json, Record
from nq77tui.core.schema import Schema
from nq77tui.core.scope import Row
from nq77tui.core.upgrade import ASIDE
from nq77tui.core.verification import RESULT, VERIFICATION
from nq77tui.store.lookalikes import Lookalikes, Pair
from nq77tui.store.rights import Rights
from nq77tui.store.tables import Document, Tables


class Sight:
    """Tells what a user sees; follows the store, and is asked about one value once."""

    def __init__(
        self, rights: Rights, schemas: Mapping[str, Schema], facts: Facts, today: Callable[[], str]
    ) -> None:
        """Look with the eyes of a user.

        Args:
            facts: all records, as they are.
            today: the day, as ISO text.
        """
        self.rights = rights
        self._schemas = schemas
        self._facts = facts
        self._today = today
        self._through = _led_through(schemas)
        self._sensitive = {name: one.sensitive for name, one in schemas.items() if one.sensitive}
        self._concerned = {
            name: schemas[name].sensitive.union(f"{one}{CONFIRMED}" for one in schemas[name].fields)
            for name in self._sensitive
        }
        every = frozenset().union(*self._sensitive.values())
        if every:
            self._sensitive[VERIFICATION] = every
            self._concerned[VERIFICATION] = every.union(f"{one}{RESULT}" for one in every) | {
                "keyed",
                "differs",
            }
        self._tables: Tables | None = None
        self._day = ""
        self.version = 0
        """Goes up when a record may have come into sight or gone out of it with another."""
        self._forget()

    def _forget(self) -> None:
        self.version += 1
        self._places: dict[str, bool] = {}
        self._own: frozenset[str] | None = None
        self._tree: AreaTree | None = None

    def look_at(self, tables: Tables) -> None:
        """Forget what is not true any more; costs nothing where that is nothing."""
        today = self._today()
        if self._tables is not tables:
            self._tables = tables
            tables.watchers.append(self._changed)
        elif self._day == today:
            return
        self._day = today
        self._forget()

    def _changed(self, table: str, key: str, old: Document | None, new: Document | None) -> None:
        field = self._through.get(table)
        if field is None:
            return
        if field and isinstance(old, dict) and isinstance(new, dict):
            if old.get(field) == new.get(field) and not (_is_marked(old) or _is_marked(new)):
                return
        elif field and old is None and not (self._tree and self._tree.located_by(_id(key))):
            return  # nobody has asked about it yet
        self._forget()

    # -- areas ---------------------------------------------------------------------------------

    @property
    def tree(self) -> AreaTree:
        """All areas as they stand today."""
        if self._tree is None:
            self._tree = AreaTree(self._schemas, self._facts, self._day or self._today())
        return self._tree

    @property
    def own(self) -> frozenset[str]:
        """The user's areas and everything below, as they stand today."""
        if self._own is None:
            tops = (self.tree.resolve(area) for area in self.rights.areas)
            self._own = frozenset(one for top in tops if top for one in self.tree.downward(top))
        return self._own

    def is_own_area(self, area_id: str) -> bool:
        """Whether an area of any day is, or became part of, one of the user's."""
        return not self.rights.areas or self.tree.resolve(area_id) in self.own

    def sees_area(self, area_id: str) -> bool:
        """Whether an area is the user's, or lies above one that is."""
        if self.is_own_area(area_id):
            return True
        here = self.tree.resolve(area_id)
        return bool(here) and any(
            here in self.tree.way(self.tree.resolve(top)) for top in self.rights.areas
        )

    # -- records -------------------------------------------------------------------------------

    def sees(self, record_type: str, record_id: str, values: Mapping[str, Any]) -> bool:
        """Whether the user sees a record."""
        if not self.rights.areas:
            return True
        schema = self._schemas.get(record_type.partition(ASIDE)[0])
        if schema is None:
            return self.sees_all_of(values)
        if schema.tree:
            return self.sees_area(record_id)
        if not schema.area:
            return True
        return self.is_inside(schema, values)

    def sees_all_of(self, values: Mapping[str, Any]) -> bool:
        """Whether the user sees the records that one of the engine's own is about."""
        about = (values[name] for name in _ABOUT if isinstance(values.get(name), str))
        rows = map(self._facts.row, about)
        return all(row is not None and self.sees(row.type, row.id, row.values) for row in rows)

    def is_inside(self, schema: Schema, values: Mapping[str, Any]) -> bool:
        """Whether a record with these values lies in one of the user's areas."""
        if not self.rights.areas:
            return True
        value = values.get(schema.area)
        if not isinstance(value, str):
            return False
        known = self._places.get(value)
        if known is None:
            place = self.tree.locate(Row("", schema.record, values))
            known = self._places[value] = place in self.own
        return known

    def sensitive(self, record_type: str) -> Collection[str]:
        """The fields that this user sees masked."""
        if not self.rights.is_viewer:
            return ()
        return self._sensitive.get(record_type.partition(ASIDE)[0], ())

    def mask(self, record_type: str) -> Callable[[Mapping[str, Json]], Mapping[str, Json]] | None:
        """Lays a mask over the values of records of a type; None where nothing is masked."""
        sensitive = self.sensitive(record_type)
        if not sensitive:
            return None
        concerned = self._concerned[record_type.partition(ASIDE)[0]]
        return lambda values: MaskedValues(values, sensitive, concerned)

    def values(self, record_type: str, values: Mapping[str, Json]) -> Mapping[str, Json]:
        """Values as the user sees them."""
        mask = self.mask(record_type)
        return mask(values) if mask else values

    def row(self, row: Row | None) -> Row | None:
        """A row as the user sees it."""
        if row is None or not self.sees(row.type, row.id, row.values):
            return None
        return row._replace(values=self.values(row.type, row.values))

    def record(self, record: Record | None) -> Record | None:
        """A record as the user sees it."""
        if record is None or not self.sees(record.type, record.id, _displayed(record)):
            return None
        sensitive = self.sensitive(record.type)
        if not sensitive:
            return record
        fields = {
            name: tuple(
                one._replace(value=masked_field(name, one.value, sensitive)) for one in siblings
            )
            for name, siblings in record.fields.items()
        }
        return replace(record, fields=fields)

    def records(self, records: Iterable[Record]) -> Iterator[Record]:
        """Those of some records that the user sees, as they see them."""
        return (seen for one in records if (seen := self.record(one)) is not None)

    def operations(self, operations: Iterable[list[Any]]) -> Iterator[list[Any]]:
        """What a commit did, as far as the user sees it."""
        for operation in operations:
            kind, table, *rest = operation
            if table in _COPIES:
                continue
            if table.startswith("_") or len(rest) < 2 or not isinstance(rest[1], dict):
                yield operation
            elif self.sees(table, _id(rest[0]), rest[1]):
                yield [kind, table, rest[0], self._document(table, rest[1])]

    def _document(self, table: str, document: dict[str, Any]) -> dict[str, Any]:
        sensitive = self.sensitive(table)
        if not sensitive:
            return document
        # The values of siblings stand beside the displayed ones, in the same order as the fields.
        found = dict(self.values(table, document))
        causal = document.get("_")
        if isinstance(causal, dict) and isinstance(causal.get("o"), dict):
            others = {
                name: masked_field(name, value, sensitive) for name, value in causal["o"].items()
            }
            found["_"] = {**causal, "o": others}
        return found


_ABOUT = ("of", "one", "other")
"""The fields by which the engine's own records name others: keyed again, and not the same."""
_COPIES = frozenset({"_before", "_merge"})
"""Hold copies of records, in the history only."""


class SeenFacts:
    """Records that coverage is counted from: those in the user's areas, and none of the rest."""

    def __init__(self, facts: Facts, sight: Sight, tree_type: str) -> None:
        self._facts = facts
        self._sight = sight
        self._tree_type = tree_type

    def rows(self, record_type: str) -> Iterator[Row]:
        """All of a type; areas above the user's do not count."""
        is_tree = record_type == self._tree_type
        for row in self._facts.rows(record_type):
            sees = self._sight.is_own_area(row.id) if is_tree else self._sight.sees(*_asked(row))
            if sees:
                yield row

    def row(self, record_id: str) -> Row | None:
        """One, wherever it lies: what a record is counted as depends on what it refers to."""
        return self._facts.row(record_id)


class SeenLookalikes(Lookalikes):
    """The look-alikes that a user sees, from the index of all."""

    def __init__(self, every: Lookalikes, row: Callable[[str], Row | None]) -> None:
        self._every = every
        self._seen = row

    def is_ready(self, record_type: str) -> bool:
        """Whether asking about a type costs a look-up and no more."""
        return self._every.is_ready(record_type)

    def prepare(self, record_type: str) -> None:
        """Build the index of a type."""
        self._every.prepare(record_type)

    def like(
        self, record_type: str, values: Mapping[str, Json], but: str | None = None
    ) -> list[Row]:
        """The live records that look like one with these values."""
        found = self._every.like(record_type, values, but)
        return [row for one in found if (row := self._seen(one.id)) is not None]

    def pairs(self, record_type: str) -> Iterator[Pair]:
        """Every two live records of a type that look like one, both of which the user sees."""
        return (
            pair for pair in self._every.pairs(record_type) if all(self._seen(one) for one in pair)
        )


def _led_through(schemas: Mapping[str, Schema]) -> dict[str, str]:
    """The record types by which others lie where they do, with their area field."""
    found = {}
    for schema in schemas.values():
        if schema.tree:
            found[schema.record] = ""
        elif schema.area:
            for name in schema.fields[schema.area].to:
                if name in schemas:
                    found.setdefault(name, schemas[name].area)
    return found


def _asked(row: Row) -> tuple[str, str, Mapping[str, Json]]:
    return row.type, row.id, row.values


def _displayed(record: Record) -> Mapping[str, Json]:
    return {name: siblings[0].value for name, siblings in record.fields.items() if siblings}


def _id(key: str) -> str:
    try:
        return id_of_doc_id(int(key))
    except ValueError:
        return ""


def _is_marked(document: Document) -> bool:
    causal = document.get("_")
    return isinstance(causal, dict) and "x" in causal
