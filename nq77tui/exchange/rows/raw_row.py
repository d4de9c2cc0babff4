"""One row of a file, as it stands there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nq77tui.core.problem import Problem
from nq77tui.core.record import Json


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row.

    Attributes:
        number: as a spreadsheet shows it, the header being 1; of JSON lines, the line.
        cells: by field name. What is missing here was not given; an empty text was given empty.
        problem: set where the row cannot be taken apart.
    """

    number: int
    cells: Mapping[str, Json]
    problem: Problem | None = None
