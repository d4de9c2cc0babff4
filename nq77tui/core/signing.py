"""Signing figures off: an area submits them for a period, the one above returns or approves them.

An area comes after all areas below it, and nothing below one that stands is taken back under it.
Pure rules: what stands where is asked of the records by `store.signing`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from nq77tui.core.problem import Problem

Step = Literal["submit", "return", "approve"]
State = Literal["open", "submitted", "returned", "approved", "disputed"]
"""``disputed`` where two machines took different steps at once, and nobody has decided yet."""
_STANDS = ("submitted", "approved", "disputed")
_DAY = "as_of"


def why_not(
    step: Step, state: State, *, below: Mapping[str, State], above: State, comment: str = ""
) -> Problem | None:
    """Why a step cannot be taken; None where it can.

    Args:
        below: the state of each area right below, by its name.
        above: the state of the one right above; ``open`` where there is none.
    """
    if state == "disputed":
        return Problem("signing.disputed")
    if step == "return":
        return _why_not_return(state, above, comment)
    wanted = ("open", "returned") if step == "submit" else ("submitted",)
    if state not in wanted:
        return Problem(f"signing.not_to_{step}.{state}")
    waiting = [name for name, one in below.items() if one != "approved"]
    if waiting:
        params = {"count": len(waiting), "first": waiting[0]}
        return Problem("signing.below_waits", params)
    return None


def _why_not_return(state: State, above: State, comment: str) -> Problem | None:
    if state not in ("submitted", "approved"):
        return Problem(f"signing.not_to_return.{state}")
    if above in _STANDS:
        return Problem("signing.above_stands")
    return None if comment.strip() else Problem("signing.no_comment")


@dataclass(frozen=True, slots=True)
class Kept:
    """The figures of an area as they were approved.

    Attributes:
        day: the day they were counted for, as ISO text; empty where that cannot be read.
        numbers: by the name of a metric (``270/276``) or a figure (``276``).
    """

    day: str
    numbers: Mapping[str, str]


def write_kept(kept: Kept) -> str:
    """Figures as the text of a field: a line each, so that people can read it anywhere."""
    lines = [(_DAY, kept.day), *kept.numbers.items()]
    return "\n".join(f"{name} = {number}" for name, number in lines)


def read_kept(text: str) -> Kept:
    """The same back; lines that are none are passed over."""
    pairs = (line.partition(" = ") for line in text.splitlines())
    numbers = {name.strip(): number.strip() for name, sign, number in pairs if sign}
    return Kept(numbers.pop(_DAY, ""), numbers)


@dataclass(frozen=True, slots=True)
class Change:
    """A number that is another one now than when it was approved."""

    name: str
    then: str
    now: str


def changes(kept: Kept, now: Mapping[str, str]) -> list[Change]:
    """What has changed since the approval; what is not counted any more has not."""
    return [
        Change(name, then, now[name])
        for name, then in kept.numbers.items()
        if name in now and now[name] != then
    ]
