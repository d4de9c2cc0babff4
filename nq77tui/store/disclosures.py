"""Who took people's names, citizen numbers or telephones out of the store, and when.

``disclosures.jsonl`` in the store's folder, only ever added to: Law 91/2025/QH15 asks whoever
holds personal data to know who has had it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from nq77tui.core.problem import Problem, RefusedError, cause_of
from nq77tui.core.record import Json
from nq77tui.core.text import harmless_json

FILE_NAME = "disclosures.jsonl"
_MODE = 0o660


def note_disclosure(folder: Path, at: int, by: str, what: str, **about: Json) -> None:
    """Write one line down, durably, before anything is shown.

    Args:
        at: seconds since 1970.
        what: ``report``, ``shown`` or ``exported``.
        about: which form, record or area, and how many people.

    Raises:
        RefusedError: it cannot be written; then nothing may be shown.
    """
    path = folder / FILE_NAME
    line = json.dumps({"at": at, "by": by, "what": what, **about}, ensure_ascii=False)
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        descriptor = os.open(path, flags, _MODE)
        try:
            os.write(descriptor, harmless_json(line).encode("utf-8") + b"\n")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        params = {"file": str(path), "detail": cause_of(error)}
        raise RefusedError(Problem("report.cannot_note", params)) from None


def disclosures(folder: Path) -> list[dict[str, Json]]:
    """All lines that can be read, the earliest first."""
    try:
        text = (folder / FILE_NAME).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return []
    found = []
    for line in text.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict):
            found.append(entry)
    return found
