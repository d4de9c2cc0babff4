"""The JSON and text in which the command line gives records out."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from nq77tui.cli.session import Session
from nq77tui.core.record import Json, Record, Sibling
from nq77tui.core.schema import Schema
from nq77tui.core.text import harmless_json, printable
from nq77tui.core.typed import show_value
from nq77tui.store.repository import Repository

DELETION = "_deleted"
"""Stands for a field where a record was deleted on one side and edited on the other."""


def write_json(value: object) -> None:
    """JSON on stdout: readable, and the same for the same data."""
    text = json.dumps(value, ensure_ascii=False, indent=1)
    sys.stdout.write(harmless_json(text) + "\n")


def values_of(record: Record | Mapping[str, Json], schema: Schema | None) -> dict[str, Json]:
    """Displayed values in the order of the schema, unknown fields after them."""
    values = (
        record.values
        if isinstance(record, Record)
        else {name: value for name, value in record.items() if value is not None and name != "_"}
    )
    ordered = {
        name: values.pop(name) for name in (schema.fields if schema else ()) if name in values
    }
    return {**ordered, **values}


def flat_json(record_id: str, record_type: str, values: Mapping[str, Json]) -> dict[str, Any]:
    """Values with ``id`` and ``record`` before them, whatever foreign fields are called."""
    head = {"id": record_id, "record": record_type}
    return {**head, **{name: value for name, value in values.items() if name not in head}}


def moment(at: int) -> str:
    """Seconds since 1970 as ISO text in UTC; a clock far off gives the number itself."""
    try:
        return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")
    except (ValueError, OverflowError, OSError):
        return str(at)


def sibling_json(position: int, sibling: Sibling) -> dict[str, Any]:
    """One value of a field in conflict, with the number that ``--take`` wants."""
    return {
        "n": position,
        "value": sibling.value,
        "at": moment(sibling.stamp.at),
        "by": sibling.stamp.by,
        "replica": sibling.dot.replica,
    }


def record_json(record: Record, schema: Schema | None) -> dict[str, Any]:
    """A record as flat values with ``id`` and ``record``, and what is known of them in ``_``."""
    return {
        **flat_json(record.id, record.type, values_of(record, schema)),
        "_": {
            "deleted": record.is_dead,
            "written": {
                name: {
                    "at": moment(siblings[0].stamp.at),
                    "by": siblings[0].stamp.by,
                    "replica": siblings[0].dot.replica,
                }
                for name, siblings in sorted(record.fields.items())
            },
            "conflicts": {
                name: [sibling_json(n, sibling) for n, sibling in enumerate(siblings, 1)]
                for name, siblings in record.conflicts.items()
            },
        },
    }


def conflicts_json(record: Record, title: str) -> list[dict[str, Any]]:
    """One entry a field that somebody has to decide."""
    head = {"id": record.id, "record": record.type, "title": title}
    found = [
        {
            **head,
            "field": name,
            "values": [sibling_json(n, sibling) for n, sibling in enumerate(siblings, 1)],
        }
        for name, siblings in record.conflicts.items()
    ]
    if record.is_contested:
        found.append(
            {
                **head,
                "field": DELETION,
                "values": [
                    sibling_json(1, record.unseen_writes[0]) | {"value": False},
                    sibling_json(2, _deletion(record)) | {"value": True},
                ],
            }
        )
    return found


def _deletion(record: Record) -> Sibling:
    return next(marker for marker in record.deletions if marker.value is not None)


def type_name(session: Session, record_type: str) -> str:
    """A record type as people call it, harmless for a terminal."""
    return session.catalogue.type_name(record_type, session.programme.schemas)


def shown(repository: Repository, record_type: str, field: str, value: Json, lang: str) -> str:
    """A value as people read it, harmless for a terminal."""
    schema = repository.programme.schemas.get(record_type)
    if schema is None or field not in schema.fields:
        return printable(str(value))
    return printable(show_value(schema.fields[field], value, lang, repository.title))
