"""Records out of a store, into files that others read and that `importing` takes back.

CSV is RFC 4180 with a byte order mark, without which spreadsheets garble Vietnamese: commas,
CRLF, a header of field names, values as `cell` writes them. JSON lines hold the stored values.
Both show the displayed value of a conflict, and no history; the whole store as one canonical
JSON document has everything: equal contents are equal bytes on every machine.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from nq77tui.core.document import RESERVED
from nq77tui.core.problem import Problem, RefusedError, cause_of
from nq77tui.core.record import Json, canonical_json
from nq77tui.core.schema import Schema
from nq77tui.core.scope import Row
from nq77tui.core.text import harmless_json
from nq77tui.exchange.rows.cell import plain_cell
from nq77tui.exchange.rows.column import ID
from nq77tui.store.atomic_file import save_file
from nq77tui.store.progress import Watch, unwatched, watched
from nq77tui.store.repository import Repository

ALL = "all"
"""Stands for every record of the store; no record type may be meant by it."""


@dataclass(frozen=True, slots=True)
class ExportResult:
    """What an export has written, and what it could not.

    Attributes:
        record_type: empty for a whole store.
        label: what people call it.
        rows: live records written; for a whole store all records, deleted ones included.
        left_out: fields that the schema does not know, carried along in the store, and how many
            records have a value there that CSV has no column for.
        conflicted: records of which only the displayed value of a conflict was written.
        unknown: records of a type that the programme does not have, and so not written.
    """

    record_type: str
    rows: int
    left_out: Mapping[str, int] = field(default_factory=dict)
    conflicted: int = 0
    unknown: int = 0
    label: Mapping[str, str] | str = ""

    @property
    def notices(self) -> tuple[Problem, ...]:
        """What people have to be told about what is not in the file."""
        record = {"record": self.label or self.record_type}
        found = [
            Problem("exchange.left_out", {**record, "field": name, "count": count}, "warning")
            for name, count in self.left_out.items()
        ]
        if self.conflicted:
            params = {**record, "count": self.conflicted}
            found.append(Problem("exchange.conflicted", params, "warning"))
        if self.unknown:
            params = {**record, "count": self.unknown}
            found.append(Problem("exchange.unknown_type", params, "warning"))
        return tuple(found)


def write_export(
    repository: Repository, record: str, form: str, stream: BinaryIO, watch: Watch = unwatched
) -> ExportResult:
    """Write one record type, or ``all``, as ``csv`` or ``json``.

    Raises:
        RefusedError: no such type; or ``all`` as CSV, which is a file for each type.
        StoppedError: as `watch` said; the stream holds a part.
    """
    if record != ALL:
        write = export_csv if form == "csv" else export_json_lines
        return write(repository, record, stream, watch)
    if form == "csv":
        raise RefusedError(Problem("exchange.all_csv"))
    return export_all_json(repository, stream, watch)


def export_csv(
    repository: Repository, record_type: str, stream: BinaryIO, watch: Watch = unwatched
) -> ExportResult:
    """Write the live records of a type as CSV.

    Raises:
        RefusedError: the programme has no such type.
    """
    schema = repository.schema(record_type)
    stream.write(codecs.BOM_UTF8)
    stream.write(_csv_line([ID, *schema.fields]))
    left_out: Counter[str] = Counter()
    rows = 0
    for row in _sorted_rows(repository, record_type, watch):
        cells = [plain_cell(one, row.values.get(one.name)) for one in schema]
        stream.write(_csv_line([row.id, *cells]))
        left_out.update(_carried(schema, row))
        rows += 1
    found = dict(sorted(left_out.items()))
    label = repository.programme.label_of(record_type)
    conflicted = _conflicted(repository, record_type)
    return ExportResult(record_type, rows, found, conflicted, label=label)


def _csv_line(cells: list[str]) -> bytes:
    line = io.StringIO(newline="")
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue().encode("utf-8")


def export_json_lines(
    repository: Repository, record_type: str, stream: BinaryIO, watch: Watch = unwatched
) -> ExportResult:
    """Write the live records of a type as JSON, one canonical object a line.

    Raises:
        RefusedError: the programme has no such type.
    """
    repository.schema(record_type)
    rows = 0
    for row in _sorted_rows(repository, record_type, watch):
        values = {n: v for n, v in row.values.items() if n != RESERVED and v is not None}
        stream.write(_json_line({ID: row.id, **values}))
        rows += 1
    label = repository.programme.label_of(record_type)
    conflicted = _conflicted(repository, record_type)
    return ExportResult(record_type, rows, {}, conflicted, label=label)


def export_all_json(
    repository: Repository, stream: BinaryIO, watch: Watch = unwatched
) -> ExportResult:
    """Write every record with its history as one canonical document in TinyDB's own form."""
    tables = repository.canonical_tables(watch)
    stream.write(_json_line(cast("Json", tables)))
    return ExportResult("", sum(map(len, tables.values())))


def _json_line(value: Json) -> bytes:
    return harmless_json(canonical_json(value)).encode("utf-8") + b"\n"


def export_all_csv(
    repository: Repository, folder: Path, watch: Watch = unwatched
) -> tuple[ExportResult, ...]:
    """Write one CSV file for each record type into a folder.

    Raises:
        RefusedError: the folder or a file cannot be written.
        StoppedError: as `watch` said; no file was written.
    """
    results = []
    contents: dict[Path, bytes] = {}
    for record_type in sorted(repository.programme.schemas):
        content = io.BytesIO()
        results.append(export_csv(repository, record_type, content, watch))
        contents[folder / f"{record_type}.csv"] = content.getvalue()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _cannot_write(folder, error) from None
    for path, whole in contents.items():
        _save(path, whole)
    for record_type in repository.record_types():
        if record_type not in repository.programme.schemas:
            count = repository.count(record_type)
            results.append(ExportResult(record_type, 0, unknown=count))
    return tuple(results)


def save_export(path: Path, write: Callable[[BinaryIO], ExportResult]) -> ExportResult:
    """Write an export into a file, which is then there whole, or as it was before.

    Raises:
        RefusedError: the file cannot be written.
    """
    content = io.BytesIO()
    result = write(content)
    _save(path, content.getvalue())
    return result


def _save(path: Path, content: bytes) -> None:
    try:
        save_file(path, content)
    except OSError as error:
        raise _cannot_write(path, error) from None


def _cannot_write(path: Path, error: OSError) -> RefusedError:
    params = {"file": str(path), "detail": cause_of(error)}
    return RefusedError(Problem("exchange.cannot_write", params))


def _sorted_rows(repository: Repository, record_type: str, watch: Watch) -> Iterator[Row]:
    rows = sorted(repository.rows(record_type), key=lambda row: row.id)
    return watched(rows, watch, "export", len(rows))


def _carried(schema: Schema, row: Row) -> list[str]:
    return [
        name
        for name, value in row.values.items()
        if name != RESERVED and name not in schema.fields and value is not None
    ]


def _conflicted(repository: Repository, record_type: str) -> int:
    return sum(1 for record in repository.conflicted() if record.type == record_type)
