"""Figures and amounts in the form in which fields hold them."""

from __future__ import annotations

from nq77tui.core.record import Json


def exact(number: int | float) -> dict[str, Json]:
    """A figure without doubt."""
    return {"is": "exact", "n": number}


def more_than(number: int | float) -> dict[str, Json]:
    """A lower bound: "hơn", "trên"."""
    return {"is": "more_than", "n": number}


def about(number: int | float) -> dict[str, Json]:
    """A rounded or derived figure: "khoảng"."""
    return {"is": "about", "n": number}


def between(least: int | float, most: int | float) -> dict[str, Json]:
    """A range such as 1-2."""
    return {"is": "range", "n": least, "max": most}


def thousands(number: int) -> dict[str, Json]:
    """An amount in thousands of đồng."""
    return {"n": number, "unit": "nghin"}
