"""What is wrong, said once: a key into the message catalogues and its parameters.

The core never writes sentences. It names the problem; the catalogue of the reader's language
holds the words. ``RefusedError`` is the one error that users get to see.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, or doubtful.

    Attributes:
        key: ``area.name`` in the message catalogues.
        params: what the sentence names: file, row, field, value.
        severity: an error blocks, a warning may be confirmed.
    """

    key: str
    params: Mapping[str, object] = field(default_factory=dict)
    severity: Severity = "error"

    def __str__(self) -> str:
        details = ", ".join(f"{name}={value!r}" for name, value in self.params.items())
        return f"{self.key}({details})"


class RefusedError(Exception):
    """Something was refused; nothing was changed by it."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems
