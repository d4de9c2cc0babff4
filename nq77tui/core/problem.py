"""What is wrong, said once: a key into the message catalogues and its parameters.

The core never writes sentences. It names the problem; the catalogue of the reader's language
holds the words. ``RefusedError`` is the one error that users get to see.
"""

from __future__ import annotations

import errno
import json
import re
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


_PART = re.compile(r"[A-Za-z]\w*( = .*)?")
_PLACE = re.compile(r"line (\d+), column (\d+)")  # as tomllib says it


_KNOWN = (
    "EACCES EAGAIN EBUSY EDQUOT EEXIST EFBIG EHOSTDOWN EILSEQ EINVAL EIO EISDIR ELOOP EMFILE"
    " EMLINK ENAMETOOLONG ENFILE ENODEV ENOENT ENOLCK ENOMEDIUM ENOMEM ENOSPC ENOTCONN ENOTDIR"
    " ENOTEMPTY ENXIO EOPNOTSUPP EPERM EPIPE EROFS ESPIPE ESTALE ETIMEDOUT ETXTBSY EUCLEAN EXDEV"
)
_MEANINGS = {
    getattr(errno, name): f"cause.system.{name.lower()}"
    for name in _KNOWN.split()
    if hasattr(errno, name)  # not every system knows every one
}


def system_cause(number: int, text: str = "") -> Problem:
    """What an error of the system means, by its number (``errno``).

    Args:
        text: what the system itself says, for the numbers that the catalogues do not know.
    """
    if number in _MEANINGS:
        return Problem(_MEANINGS[number])
    return Problem("cause.system.other", {"number": number, "text": text})


def cause_of(error: Exception) -> Problem:
    """Why a file could not be read, as a parameter of the problem that names the file.

    What the system or Python says is put into words of the catalogue.
    """
    if isinstance(error, OSError) and error.errno:
        return system_cause(error.errno, error.strerror or "")
    if isinstance(error, json.JSONDecodeError):
        return Problem("cause.syntax", {"line": error.lineno, "column": error.colno})
    if isinstance(error, UnicodeDecodeError):
        return Problem("cause.not_utf8", {"byte": error.start + 1})
    if found := _PLACE.search(str(error)):
        return Problem("cause.syntax", {"line": int(found[1]), "column": int(found[2])})
    if isinstance(error, EOFError):
        return Problem("cause.cut_off")
    if isinstance(error, RefusedError):
        return error.problems[0]
    if type(error) in (ValueError, KeyError) and _PART.fullmatch(str(error.args[0])):
        return Problem("cause.part", {"part": error.args[0]})  # raised with the name of the part
    return Problem("cause.form")


class RefusedError(Exception):
    """Something was refused; nothing was changed by it."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems
