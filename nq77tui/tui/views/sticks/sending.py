"""What is to be sent, where that is not all that some machine lacks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nq77tui.store.peer_matrix import peer_matrix
from nq77tui.tui.desk import Desk
from nq77tui.tui.titles import matching
from nq77tui.tui.views.base import BaseView
from nq77tui.tui.views.dialog.ask import Ask
from nq77tui.tui.views.dialog.pick import PickView

Send = Callable[[str | None, str, bool], None]
"""Sends: for which machine, by its id; of which area, by its id; whether everything."""


def choose_what_to_send(view: BaseView[Any], send: Send) -> None:
    """Ask for one machine, one area, or everything; then send."""
    desk = view.desk

    def answered(answer: int | None) -> None:
        if answer == 1:
            _pick(view, "stick.send.machine", _machines(desk), lambda one: send(one, "", False))
        elif answer == 2:
            _pick(view, "stick.send.area", _areas(desk), lambda one: send(None, one, False))
        elif answer == 3:
            send(None, "", True)

    answers = [desk.text(f"stick.send.{name}") for name in ("machine", "area", "all")]
    question, way_back = desk.text("stick.send.ask"), desk.text("stick.way_back")
    view.app.push_screen(Ask(desk, question, answers, way_back), answered)


def _pick(
    view: BaseView[Any],
    title: str,
    rows: list[tuple[str, str, str]],
    then: Callable[[str], None],
) -> None:
    view.app.push_screen(
        PickView(view.desk, title, rows), lambda one: then(one) if one is not None else None
    )


def _machines(desk: Desk) -> list[tuple[str, str, str]]:
    return [
        (row.peer.id, row.label, desk.text("peers.behind", count=row.missing))
        for row in peer_matrix(desk.repository)
        if not row.is_me and not row.peer.is_forgotten
    ]


def _areas(desk: Desk) -> list[tuple[str, str, str]]:
    titled = matching(desk.titles.all(desk.programme.tree.record).values(), "")
    return [(one.id, one.title, one.note) for one in titled]
