"""The figures of an area and a period: as they were approved, and as they are now."""

from __future__ import annotations

import json
from functools import partial

from textual.worker import get_current_worker

from nq77tui.core.counting.coverage import Coverage
from nq77tui.core.signing import Change
from nq77tui.core.values import show_date, show_number
from nq77tui.store.signing import SignOffs
from nq77tui.tui.actions import SIFT, bindings
from nq77tui.tui.desk import Desk
from nq77tui.tui.theme import WARNING
from nq77tui.tui.views.sifted import SiftedView
from nq77tui.tui.widgets.row_list import ListColumn

_THEN, _NOW = 14, 14


class SignedView(SiftedView[None]):
    """The figures of an area and a period: as approved, and as they are now."""

    ACTIONS = SIFT
    BINDINGS = bindings(ACTIONS)

    def __init__(
        self, desk: Desk, signoffs: SignOffs, area_id: str, counted: Coverage | None
    ) -> None:
        super().__init__(desk)
        self._signoffs, self._area_id = signoffs, area_id
        self._standing = signoffs.standing(area_id)
        self._now: dict[str, str] = {}
        if counted is not None:
            self._now = signoffs.numbers(area_id, counted)

    def on_mount(self) -> None:
        """Count, if that has not been done."""
        if not self._now:
            self.run_worker(self._count, thread=True, exclusive=True, group="signed")
        if self._standing.comment:
            comment = self.desk.text("signing.comment", comment=self._standing.comment)
            self.call_later(self.say, comment, WARNING)

    @property
    def _day(self) -> str:
        kept = self._standing.kept
        return kept.day if kept and kept.day else self._signoffs.day

    def _count(self) -> None:
        worker = get_current_worker()
        counted = self.desk.live.count_on(self._day, lambda _: not worker.is_cancelled)
        if counted is not None:
            self.app.call_from_thread(self._take, counted)

    def _take(self, counted: Coverage) -> None:
        if self.is_attached:
            self._now = self._signoffs.numbers(self._area_id, counted)
            self.show_rows()

    def show_title(self) -> None:
        """The area, the period, where it stands."""
        names = {
            "area": self.desk.repository.title(self._area_id),
            "period": self._signoffs.period.name,
            "date": show_date(self._day),
        }
        title = self.desk.text("signing.figures", **names)
        state = self.desk.text(f"signing.state.{self._standing.state}")
        self.set_title(self.filtered_title(title), state)

    def show_rows(self, *, from_top: bool = False) -> None:
        """Show every figure that is kept or would be."""
        text = self.desk.text
        left = self.app.size.width - 2 - _THEN - _NOW - 2
        rows = list(dict.fromkeys([*self._then, *self._now]))
        self.row_list.show(
            [
                ListColumn(text("signing.what"), left),
                ListColumn(text("signing.then"), _THEN, is_right=True),
                ListColumn(text("signing.now"), _NOW, is_right=True),
            ],
            self.sift(rows, partial(label_of, self.desk)),
            self._cells,
            empty=self.empty_text("tui.coverage.counting"),
            from_top=from_top,
        )

    @property
    def _then(self) -> dict[str, str]:
        kept = self._standing.kept
        return dict(kept.numbers) if kept else {}

    def _cells(self, name: str) -> tuple[str, ...]:
        then, now = self._then.get(name, ""), self._now.get(name, "")
        sign = "! " if then and now and then != now else ""
        shown = shown_number(self.desk, now) if now else "…"
        then = shown_number(self.desk, then) if then else ""
        return label_of(self.desk, name), then, f"{sign}{shown}"


def label_of(desk: Desk, name: str) -> str:
    """What a metric or figure is called; its name where this programme has it no more."""
    programme = desk.programme
    counted = programme.metrics.get(name) or programme.figures.get(name)
    return desk.label(counted.label) if counted else name


def shown_number(desk: Desk, number: str) -> str:
    """A number as it is kept, ``1240/1240`` or ``8.07``, as people read it."""
    try:
        parts = [show_number(json.loads(one), desk.catalogue.lang) for one in number.split("/")]
    except (ValueError, TypeError, ArithmeticError):
        return number  # what somebody wrote there by hand
    return "/".join(parts)


def change_text(desk: Desk, change: Change) -> str:
    """``changed since approval: 276 -> 275 households``."""
    then, now = shown_number(desk, change.then), shown_number(desk, change.now)
    return desk.text("signing.change", label=label_of(desk, change.name), then=then, now=now)
