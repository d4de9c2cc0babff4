"""Verification in words."""

from __future__ import annotations

from rich.style import Style

from nq77tui.core.values import show_number
from nq77tui.core.verification import FIRST, SECOND, Difference
from nq77tui.store.verifying import DIFFERS, Item, Verifying
from nq77tui.tui.desk import Desk
from nq77tui.tui.theme import GOOD, WARNING


def paper_name(desk: Desk, record_id: str) -> str:
    """What is known of the paper form: the values of the fields that the screen names."""
    row = desk.repository.row(record_id)
    if row is None:
        return record_id
    names = [one for one in desk.programme.screens[row.type].verify if row.values.get(one)]
    shown = [desk.shown(row.type, name, row.values[name]) for name in names]
    return " · ".join(shown) or record_id


def outcome(desk: Desk, verification_id: str) -> tuple[str, Style]:
    """What a second keying has found."""
    found = Verifying(desk.repository).get(verification_id)
    count = len(found.open) if found else 0
    if not count:
        return desk.text("tui.verify.same"), GOOD
    return desk.text("tui.verify.found", count=show_number(count, desk.catalogue.lang)), WARNING


def state_text(desk: Desk, item: Item) -> str:
    """How far a record is."""
    text = desk.text(f"verify.state.{item.state}")
    return f"{text}: {item.open}" if item.state == DIFFERS else text


def right_text(desk: Desk, record_type: str, one: Difference, current: object) -> str:
    """Whose value was found right; of a third one, what the record holds now."""
    if one.result in (FIRST, SECOND):
        return desk.text(f"tui.verify.{one.result}")
    if not one.result:
        return ""
    return desk.shown(record_type, one.field, current)  # type: ignore[arg-type]
