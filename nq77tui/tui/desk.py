"""What every view is handed: the store, the programme, the words, the settings."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from nq77tui.core.confirmation import confirmed_value, is_confirmation
from nq77tui.core.problem import Problem
from nq77tui.core.record import Json, canonical_json
from nq77tui.core.schema import Label
from nq77tui.core.text import printable
from nq77tui.core.typed import show_value
from nq77tui.programme import Catalogue, Programme
from nq77tui.store import Repository
from nq77tui.tui.notices import Notices
from nq77tui.tui.settings import Settings
from nq77tui.tui.titles import Titles

if TYPE_CHECKING:
    from nq77tui.core.board_table import BoardTable
    from nq77tui.core.counting.coverage import Coverage
    from nq77tui.store.live_coverage import LiveCoverage
    from nq77tui.tui.listing import Listing


@dataclass
class Desk:
    """The parts of a session; the catalogue is exchanged when the language is.

    Attributes:
        listings: the list of each record type, kept so that it opens at once the second time.
        titles: what records are called, for picking references.
        notices: which of the store's notices are not read yet.
        root: in which the system's mounts are looked up; for tests.
        boards: what was counted last of each board, by what was asked, and of which generation.
        is_busy: a work behind the keys holds the store.
        last_saved: by type the values of the record that was saved last in this session.
    """

    repository: Repository
    programme: Programme
    catalogue: Catalogue
    settings: Settings
    listings: dict[str, Listing] = field(default_factory=dict)
    last_saved: dict[str, Mapping[str, Json]] = field(default_factory=dict)
    boards: dict[Hashable, tuple[Hashable, BoardTable]] = field(default_factory=dict)
    root: Path = Path("/")
    is_busy: bool = False

    def __post_init__(self) -> None:
        self.titles = Titles(self.repository)
        self.notices = Notices(self.repository)

    def text(self, key: str, **params: object) -> str:
        """A sentence of the program."""
        return self.catalogue.text(key, **params)

    def label(self, label: Label) -> str:
        """A label of the programme."""
        return self.catalogue.label(label)

    def type_label(self, record_type: str) -> str:
        """What a type of record is called; its name where this programme does not know it."""
        return self.catalogue.type_name(record_type, self.programme.schemas)

    def problem(self, problem: Problem) -> str:
        """What is wrong, in words."""
        return self.catalogue.problem(problem)

    def field_label(self, record_type: str, name: str) -> str:
        """The label of a field; its name where this version of the programme has none."""
        if is_confirmation(name):
            label = self.field_label(record_type, confirmed_value(name, None)[0])
            return self.text("tui.confirmed.label", label=label)
        schema = self.programme.schemas.get(record_type)
        field = schema.fields.get(name) if schema else None
        return self.label(field.label) if field else name

    def shown(self, record_type: str, name: str, value: Json) -> str:
        """A field's value as people read it, emptiness included."""
        if value is None or value in ("", []):
            return self.text("tui.empty_value")
        if is_confirmation(name):
            about, values = confirmed_value(name, value)
            return "; ".join(self.shown(record_type, about, one) for one in values)
        schema = self.programme.schemas.get(record_type)
        field = schema.fields.get(name) if schema else None
        if field is None:
            return printable(value if isinstance(value, str) else canonical_json(value))
        return printable(show_value(field, value, self.catalogue.lang, self.repository.title))

    def listing(self, record_type: str) -> Listing:
        """The list of a record type, in the language of the moment."""
        from nq77tui.tui.listing import Listing

        known = self.listings.get(record_type)
        if known is None or known.lang != self.catalogue.lang:
            screen = self.programme.screens[record_type]
            known = Listing(self.repository, screen, self.catalogue.lang)
            self.listings[record_type] = known
        return known

    @property
    def live(self) -> LiveCoverage:
        """Coverage as of today, kept up to date by what is saved."""
        return self.repository.live_coverage

    def coverage(self) -> Coverage:
        """Coverage as it is now; the first time it is counted here."""
        return self.live.now()

    def switch_typing(self) -> None:
        """Go over to the next way of typing Vietnamese marks, and keep the choice."""
        following = {"off": "telex", "telex": "vni", "vni": "off"}
        self.settings = self.settings.kept(typing=following.get(self.settings.typing, "off"))

    def forget(self) -> None:
        """Let go of what was only kept to be quick: what comes now needs the memory."""
        self.listings.clear()
        self.titles = Titles(self.repository)
        self._coverage = None

    @property
    def last_coverage(self) -> Coverage | None:
        """Coverage as it is now, or what was counted last until it is counted again."""
        return self.live.current() or self.live.last

    def switch_language(self) -> None:
        """Go over to the other language, and keep the choice."""
        self.catalogue = self.catalogue.other()
        self.settings = self.settings.kept(language=self.catalogue.lang)
