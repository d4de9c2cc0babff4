"""A row of a table as a record: sound or not, alive or not, joined with another or not."""

from __future__ import annotations

from types import MappingProxyType

from nq77tui.core.document import from_document, id_of_doc_id
from nq77tui.core.problem import RefusedError
from nq77tui.core.record import Record
from nq77tui.core.scope import Row
from nq77tui.store.tables import Document


def sound(record_type: str, key: str, document: Document) -> Record | None:
    """The record behind a row; None where something else wrote it or it is damaged."""
    try:
        return from_document(record_type, int(key), document)
    except (RefusedError, ValueError, AttributeError):
        return None


def is_alive(record_type: str, key: str, document: Document) -> bool:
    """Whether a row is a live record; most are proved so without being read whole."""
    if not isinstance(document, dict):
        return False
    causal = document.get("_")
    if type(causal) is str or (isinstance(causal, dict) and "x" not in causal):
        return True
    record = sound(record_type, key, document)
    return record is not None and not record.is_dead


def row_of(record_type: str, key: str, document: Document) -> Row | None:
    """A live record's row; None for one that is dead, damaged or was written by something else."""
    if not is_alive(record_type, key, document):
        return None
    try:
        return Row(id_of_doc_id(int(key)), record_type, MappingProxyType(document))
    except ValueError:
        return None


def joined_into(record_type: str, key: str, document: Document) -> str:
    """The id of the record that a dead one was joined into; empty for any other."""
    causal = document.get("_") if isinstance(document, dict) else None
    if not isinstance(causal, dict) or "x" not in causal:
        return ""
    record = sound(record_type, key, document)
    return record.joined_into if record is not None else ""
