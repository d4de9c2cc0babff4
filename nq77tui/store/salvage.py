"""Reading every document that is whole out of a snapshot that is damaged anywhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from nq77tui.store.tables import Document

_TABLE = re.compile(r'"([A-Za-z_][A-Za-z0-9_]*)"\s*:\s*\{\s*(?="\d+"\s*:\s*\{)')
_ENTRY = re.compile(r'\s*,?\s*"(\d+)"\s*:\s*')

Placed = tuple[str, str]
"""A table and the TinyDB id of a document in it."""


def salvage_snapshot(
    content: bytes, damaged: Sequence[range]
) -> tuple[dict[str, dict[str, Document]], set[Placed]]:
    """Every whole document, and which of them touch a damaged block."""
    if not damaged:
        try:
            tables = json.loads(content) if content.strip() else {}
        except (ValueError, RecursionError):
            pass
        else:
            sound = tables.items() if isinstance(tables, dict) else ()
            return {name: table for name, table in sound if isinstance(table, dict)}, set()
    return _salvage_text(content, damaged)


def _salvage_text(
    content: bytes, damaged: Sequence[range]
) -> tuple[dict[str, dict[str, Document]], set[Placed]]:
    # One character a byte, so that a place in the text is a place in the file.
    text = content.decode("latin-1")
    found: dict[str, dict[str, Document]] = {}
    doubtful: set[Placed] = set()
    starts = list(_TABLE.finditer(text))
    for position, start in enumerate(starts):
        end = starts[position + 1].start() if position + 1 < len(starts) else len(text)
        table = found.setdefault(start[1], {})
        for key, document, place in _salvage_entries(text, start.end(), end):
            table[key] = document
            if any(place.start < block.stop and block.start < place.stop for block in damaged):
                doubtful.add((start[1], key))
    return found, doubtful


def _salvage_entries(text: str, begin: int, end: int) -> Iterator[tuple[str, Document, range]]:
    decoder = json.JSONDecoder()
    entry = _ENTRY.search(text, begin, end)
    while entry:
        try:
            _, position = decoder.raw_decode(text, entry.end())
            document = json.loads(text[entry.end() : position].encode("latin-1"))
        except (ValueError, RecursionError):
            position = entry.end()
        else:
            if isinstance(document, dict):
                yield entry[1], document, range(entry.start(), position)
        entry = _ENTRY.search(text, position, end)
