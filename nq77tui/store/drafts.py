"""Forms that were not finished, kept outside the store: one file a form, there whole or not at all.

``drafts/<place of the store>/<operator>-<record or new>.json`` in the user's state folder. A draft
names the process that has its form open; while that runs, the draft is nobody else's to find.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from nq77tui.core.record import Json
from nq77tui.store.atomic_file import replace_file

FORMAT = 1
_NEW = "new"
_NAME_LENGTH = 80
_ENDED = {"Z", "X"}
"""States of a process that was killed, but that nobody has asked about yet (proc(5))."""
_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Draft:
    """One unfinished form.

    Attributes:
        record_type: the schema's name.
        record_id: empty for a record that was not saved yet.
        schema: the version of the schema that the form had.
        operator: who was filling it in.
        at: seconds since 1970, when the last field was left.
        resume_at: the field where to go on.
        values: of a new record everything; of an old one what was changed, null where emptied.
        seen: of an old record, what the changed fields held before.
        typed: by field, texts that are no value yet.
        rows: by grid, the rows that were filled in, changed or removed.
        filled: how many of the fields that are asked hold something.
        asked: how many fields are asked.
        verifies: the record that is keyed a second time, blind; empty for any other form.
        key: the name of its file; empty until it is kept.
        process: whose form it is.
    """

    record_type: str
    record_id: str
    schema: int
    operator: str
    at: int
    resume_at: str
    values: Mapping[str, Json]
    seen: Mapping[str, Json] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, list[dict[str, Json]]] = field(default_factory=dict)
    filled: int = 0
    asked: int = 0
    verifies: str = ""
    key: str = ""
    process: str = ""


class Drafts:
    """The drafts of one store on this machine, of all operators who use this account."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process = process_name(os.getpid())

    def left_behind(self) -> list[Draft]:
        """The drafts whose form is open nowhere, the latest first."""
        files = self.folder.glob("*.json") if self.folder.is_dir() else ()
        found = [draft for file in files if (draft := _read(file)) and not _is_running(draft)]
        return sorted(found, key=lambda draft: (-draft.at, draft.key))

    def take(self, key: str) -> Draft | None:
        """Make a draft this process's own; None where it is gone or open elsewhere.

        Raises:
            OSError: it cannot be written.
        """
        draft = _read(self.folder / key)
        return None if draft is None or _is_running(draft) else self.keep(draft)

    def keep(self, draft: Draft) -> Draft:
        """Write a draft down, durably; one without a key gets a file of its own.

        Raises:
            OSError: it cannot be written.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept = replace(draft, key=draft.key or self._new_key(draft), process=self._process)
        content = {"format": FORMAT, **asdict(kept)}
        del content["key"]
        data = json.dumps(content, ensure_ascii=False, indent=1).encode("utf-8")
        replace_file(self.folder / kept.key, data, 0o600)
        return kept

    def drop(self, key: str) -> None:
        """Forget a draft: it was saved, or is not wanted."""
        with suppress(OSError):
            (self.folder / key).unlink()

    def _new_key(self, draft: Draft) -> str:
        """A name that no other form has, reserved by an empty file."""
        start = f"{_safe(draft.operator)}-{draft.record_id or _NEW}"
        number = 1
        while True:
            key = f"{start}.json" if number == 1 else f"{start}-{number}.json"
            try:
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
                os.close(os.open(self.folder / key, flags, 0o600))
            except FileExistsError:
                number += 1
            else:
                return key


def process_name(process_id: int) -> str:
    """A process by a name that is used only once; empty where it has ended.

    The machine's start, the number, and when it began.
    """
    try:
        stat = Path(f"/proc/{process_id}/stat").read_text(encoding="utf-8", errors="replace")
        state, *fields = stat.rpartition(")")[2].split()
        if state in _ENDED:
            return ""
        started = fields[18]
        return f"{_BOOT.read_text(encoding='ascii').strip()} {process_id} {started}"
    except (OSError, IndexError):
        return ""


def _is_running(draft: Draft) -> bool:
    parts = draft.process.split()
    if len(parts) != 3 or not parts[1].isdigit():
        return False
    return process_name(int(parts[1])) == draft.process


def _safe(operator: str) -> str:
    return quote(operator, safe="")[:_NAME_LENGTH].replace(".", "%2E")


def _read(file: Path) -> Draft | None:
    """A draft; None where the file holds none that this version can read."""
    try:
        content = json.loads(file.read_bytes())
        return _checked(content, file.name) if content.pop("format") == FORMAT else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _checked(content: dict[str, Any], key: str) -> Draft:
    draft = Draft(**content, key=key)
    texts = (draft.record_type, draft.record_id, draft.verifies, draft.operator, draft.resume_at)
    numbers = (draft.schema, draft.at, draft.filled, draft.asked)
    tables = (draft.values, draft.seen, draft.typed, draft.rows)
    if not all(isinstance(text, str) for text in (*texts, draft.process, *draft.typed.values())):
        raise TypeError(key)
    if not all(type(number) is int for number in numbers):
        raise TypeError(key)
    if not all(isinstance(table, dict) for table in tables):
        raise TypeError(key)
    if not all(isinstance(rows, list) for rows in draft.rows.values()):
        raise TypeError(key)
    if not all(isinstance(row, dict) for rows in draft.rows.values() for row in rows):
        raise TypeError(key)
    return draft
