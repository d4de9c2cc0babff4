"""What lies on a stick, in words: a line for the place, a row for each bundle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.style import Style

from nq77tui.core.values import show_number
from nq77tui.store.removable import room_in
from nq77tui.store.source import STORE_NAME
from nq77tui.store.stick import Lying
from nq77tui.tui.cells import cut_start, width_of
from nq77tui.tui.desk import Desk
from nq77tui.tui.moment import shown_moment
from nq77tui.tui.place import shown_size
from nq77tui.tui.theme import PLAIN, WARNING
from nq77tui.tui.widgets.row_list import ListColumn

HALF = "bundle.cut_off"
"""Why a bundle is refused that was not written to its end."""
_FROM, _AT, _WHAT, _COUNT, _STATE = 21, 16, 12, 8, 17


class StickText:
    """The words of the stick view, in the language of the moment."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def place(self, folder: Path, width: int, *, is_stick: bool) -> str:
        """Where it is, and how much room there is."""
        text, room = self._desk.text, room_in(folder)
        key = "gone" if room is None else "read_only" if room.is_read_only else "free"
        free = shown_size(room.free if room else 0, self._desk.catalogue.lang)
        told = text(f"stick.room.{key}", free=free)
        kind = text("stick.kind.stick" if is_stick else "stick.kind.folder")
        left = width - width_of(f" {kind}:  ({told}) ")
        return f" {kind}: {cut_start(str(folder), left)} ({told})"

    def found(self, lying: Sequence[Lying]) -> tuple[str, Style]:
        """What there is to do, in a sentence."""
        states = Counter(one.state for one in lying)
        new, refused = states["new"], states["refused"]
        if refused:
            return self._desk.text("stick.found_refused", new=new, count=refused), WARNING
        if new:
            return self._desk.text("stick.found_new", count=new), PLAIN
        if gaps := states["gap"]:
            return self._desk.text("stick.found_gap", count=gaps), WARNING
        return self._desk.text("stick.found_nothing"), PLAIN

    def columns(self) -> Sequence[ListColumn]:
        """What stands in the columns."""
        text = self._desk.text
        return (
            ListColumn(text("stick.from"), _FROM),
            ListColumn(text("stick.at"), _AT),
            ListColumn(text("stick.what"), _WHAT),
            ListColumn(text("stick.count"), _COUNT, is_right=True),
            ListColumn(text("stick.state"), _STATE),
        )

    def cells(self, one: Lying) -> Sequence[str]:
        """What a row shows."""
        told, text = one.manifest, self._desk.text
        at = shown_moment(one.at)
        if told is None:
            name = one.path.parent.name if one.path.name == STORE_NAME else one.path.name
            is_store = one.path.name == STORE_NAME
            return name, at, text("stick.what.store") if is_store else "", "", self._state(one)
        known = {peer.id: peer.shown for peer in self._desk.repository.peer_book.all()}
        who = known.get(told.sender) or told.name or told.sender
        what = text("stick.what.new" if told.since else "stick.what.all")
        if told.area:
            row = self._desk.repository.row(told.area)
            what = self._desk.repository.title(told.area) if row else text("stick.what.area")
        records = sum(told.counts.values())
        if not records:
            what = text("stick.what.word")
        count = show_number(records, self._desk.catalogue.lang) if records else "-"
        return f"{who} ({told.by})" if told.by else who, at, what, count, self._state(one)

    def _state(self, one: Lying) -> str:
        state: str = one.state
        if one.problem is not None:
            state = "half" if one.problem.key == HALF else "refused"
        elif one.manifest is None:
            state = "store"
        return self._desk.text(f"stick.state.{state}")
