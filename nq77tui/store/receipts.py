"""Receipts of merges: what came in from where, and what became of it, in counts that add up.

Each is one small file of canonical JSON in ``receipts/`` of the store's folder, written once,
after the commit that it tells of.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nq77tui.core.problem import Problem
from nq77tui.core.record import Json, canonical_json
from nq77tui.core.text import printable
from nq77tui.store.atomic_file import make_folder, replace_file

FOLDER = "receipts"
MERGE_TABLE = "_merge"
"""Marks, in the history, the commit of a merge; no store ever holds such a table."""
_LISTED_AT_MOST = 1000


@dataclass(frozen=True, slots=True)
class Receipt:
    """One merge, or one that was taken back.

    Attributes:
        at: when, by this machine's clock.
        by: the operator.
        replica: under which this machine wrote then.
        counts: ``in`` is the sum of the rest.
        by_type: the same by record type.
        sources: what came in, with digest, sender and counts of each.
        refused: records that could not be taken in, one problem each.
        left_out: files that could not be taken in.
        warnings: what people were told.
        conflicts: records in which something is open, and the fields.
        undoes: the time of the merge that this took back; 0 for a merge.
    """

    at: int
    by: str
    replica: str
    counts: Mapping[str, int]
    by_type: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    sources: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, Json]] = field(default_factory=list)
    left_out: list[dict[str, Json]] = field(default_factory=list)
    warnings: list[dict[str, Json]] = field(default_factory=list)
    conflicts: list[dict[str, Any]] = field(default_factory=list)
    undoes: int = 0

    @property
    def summary(self) -> dict[str, Json]:
        """What the history keeps of it."""
        files: list[Json] = [source["file"] for source in self.sources]
        return {"at": self.at, "by": self.by, "files": files}


def as_json(problem: Problem) -> dict[str, Json]:
    """A problem as it is kept: its key, and its parameters as text."""
    params = {name: _kept(value) for name, value in problem.params.items()}
    return {"key": problem.key, "params": params}


def _kept(value: object) -> Json:
    if isinstance(value, Problem):
        return as_json(value)
    if isinstance(value, Mapping):
        return {"label": {str(lang): printable(str(text)) for lang, text in value.items()}}
    return value if isinstance(value, int) else printable(str(value))


def problem_of(found: Mapping[str, Any]) -> Problem:
    """The problem behind what `as_json` made."""
    params = {name: _param(value) for name, value in dict(found.get("params") or {}).items()}
    return Problem(str(found.get("key", "")), params)


def _param(value: object) -> object:
    if not isinstance(value, dict):
        return value
    label = value.get("label")
    return label if isinstance(label, dict) else problem_of(value)


def keep_receipt(store_folder: Path, receipt: Receipt) -> Path:
    """Write a receipt into a file of its own."""
    folder = store_folder / FOLDER
    make_folder(folder)
    content = canonical_json(asdict(receipt)).encode("utf-8", "replace") + b"\n"
    moment = datetime.fromtimestamp(receipt.at, UTC)
    digest = hashlib.sha256(content).hexdigest()[:8]
    name = f"{moment:%Y%m%d-%H%M%S}-{digest}"
    number, path = 1, folder / f"{name}.json"
    while path.exists():
        number += 1
        path = folder / f"{name}-{number}.json"
    replace_file(path, content)
    return path


def receipts(store_folder: Path) -> list[Receipt]:
    """The receipts that are kept, oldest first; the last thousand."""
    folder = store_folder / FOLDER
    if not folder.is_dir():
        return []
    files = sorted(file for file in folder.glob("*.json") if not file.name.startswith("."))
    found = (_read(file) for file in files[-_LISTED_AT_MOST:])
    return [receipt for receipt in found if receipt is not None]


def _read(file: Path) -> Receipt | None:
    try:
        content = json.loads(file.read_bytes())
        known = {one.name: content[one.name] for one in fields(Receipt) if one.name in content}
        receipt = Receipt(**known)
        whole = sum(number for name, number in receipt.counts.items() if name != "in")
        is_sound = receipt.counts["in"] == whole and isinstance(receipt.at, int)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return receipt if is_sound else None
