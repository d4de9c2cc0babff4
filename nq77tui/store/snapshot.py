"""The snapshot's text, and the journal header that names the snapshot it continues."""

from __future__ import annotations

import gc
import json
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nq77tui.core.document import RESERVED
from nq77tui.core.problem import Problem, RefusedError, cause_of
from nq77tui.store.failures import JournalDamagedError
from nq77tui.store.journal import Line, encode_line
from nq77tui.store.table_map import Document, TableMap

JOURNAL_FORMAT = 1
LARGE = 1 << 20
"""Above this many bytes of JSON it pays to hand memory back after parsing."""
BLOCK_BYTES = 4096
"""The size of the parts whose checksums tell where a snapshot is damaged."""


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def _made_once() -> Callable[[object], str]:
    """What `JSONEncoder.encode` makes anew at every call, for the twentieth part of a save."""
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:  # another Python
        return _json.encode
    quote = json.encoder.encode_basestring
    parts = make(None, _json.default, quote, None, ":", ",", False, False, True)

    def encode(value: object) -> str:
        try:
            return "".join(parts(value, 0))
        except RecursionError:
            return _json.encode(value)  # which says so, if something holds itself

    return encode


_encode = _made_once()


HALF_CHARACTER = b"\\ud"
"""How each begins in what `dump` writes."""
_decode = json.JSONDecoder().raw_decode


def dump(value: object) -> bytes:
    """JSON as it stands in our files."""
    # Half a character, in a row that something else wrote, is kept as an escape: what Python
    # calls a backslash replacement is JSON's own spelling of it.
    return _encode(value).encode("utf-8", "backslashreplace")


def parse_dumped(text: bytes) -> Any:
    """What `dump` has written; `json.loads` also guesses encodings and looks for white space."""
    return _decode(text.decode())[0]


def dump_tables(tables: TableMap) -> tuple[bytes, dict[str, tuple[int, int]]]:
    """A snapshot of tables, and from where to where each stands in it.

    A table that nobody has asked for is taken over as it stands in the snapshot before.
    """
    parts: list[bytes] = []
    spans: dict[str, tuple[int, int]] = {}
    position = 0
    for name in tables:
        text = tables.text(name)
        head = (b"," if parts else b"{") + dump(name) + b":"
        body = dump(tables[name]) if text is None else text
        spans[name] = position + len(head), position + len(head) + len(body)
        position = spans[name][1]
        parts += [head, body]
    return b"".join(parts) + b"}" if parts else b"{}", spans


def parse_snapshot(content: bytes, name: str) -> dict[str, dict[str, Document]]:
    """The tables of a snapshot.

    Raises:
        RefusedError: it is no JSON, or no store.
    """
    if not content.strip():
        return {}
    tables = _parse_object(content, name)
    if not all(isinstance(table, dict) for table in tables.values()):
        raise RefusedError(Problem("storage.not_a_store", {"file": name}))
    return tables


def _parse_object(text: bytes, name: str) -> dict[str, Any]:
    try:
        found = _load_shared(text)
    except (ValueError, RecursionError) as error:
        params = {"file": name, "detail": cause_of(error)}
        raise RefusedError(Problem("storage.not_json", params)) from error
    if not isinstance(found, dict):
        raise RefusedError(Problem("storage.not_a_store", {"file": name}))
    return found


def _load_shared(content: bytes) -> Any:
    """JSON with equal texts kept once, and equal lists of one text: a quarter less memory.

    Nothing changes a document in place, so that parts may be shared. Collecting garbage while
    tens of thousands of dicts are made finds none and doubles the time; and what is loaded lives
    as long as the program, so that later collections need not walk it.
    """
    texts: dict[str, str] = {}
    lists: dict[str, list[str]] = {}

    def share(document: dict[str, Any]) -> dict[str, Any]:
        for name, value in document.items():
            if value.__class__ is str:
                # The causal data begins with a write of its own: never twice the same.
                if name != RESERVED:
                    document[name] = texts.setdefault(value, value)
            elif value.__class__ is list and len(value) == 1 and value[0].__class__ is str:
                document[name] = lists.setdefault(value[0], value)
        return document

    was_collecting = gc.isenabled()
    gc.disable()
    try:
        return json.loads(content, object_hook=share)
    finally:
        gc.freeze()
        if was_collecting:
            gc.enable()
        if len(content) > LARGE:
            _give_memory_back()


def _give_memory_back() -> None:
    """Hand back to the system what the texts were freed from.

    The GNU C library raises the size from which on a block is its own when such a block is freed,
    and keeps the next ones for later: more than a byte for a byte of JSON.
    """
    with suppress(ImportError, OSError, AttributeError):  # another C library
        import ctypes

        ctypes.CDLL(None).malloc_trim(0)


def block_sums(content: bytes) -> list[int]:
    """A checksum for each block of a snapshot."""
    view = memoryview(content)
    return [
        zlib.crc32(view[start : start + BLOCK_BYTES])
        for start in range(0, len(content), BLOCK_BYTES)
    ]


@dataclass(frozen=True, slots=True)
class Header:
    """The first line of a journal.

    Attributes:
        sequence: the last commit that the snapshot includes.
        checksum: of the snapshot.
        size: of the snapshot, in bytes.
        next_ids: the lowest id that no document of a table ever had.
        newest: the time that the last of these commits names.
        blocks: checksums of the snapshot's blocks.
        spans: from where to where in the snapshot each table stands; empty where that is not
            known, because another program wrote it.
    """

    sequence: int
    checksum: int
    size: int
    next_ids: dict[str, int]
    newest: int
    blocks: tuple[int, ...]
    spans: dict[str, tuple[int, int]] = field(default_factory=dict)

    @classmethod
    def naming(
        cls,
        content: bytes,
        sequence: int,
        next_ids: dict[str, int],
        newest: int,
        spans: dict[str, tuple[int, int]] | None = None,
    ) -> Header:
        """The header of a journal that continues a snapshot."""
        blocks = tuple(block_sums(content))
        checksum = zlib.crc32(content)
        return cls(sequence, checksum, len(content), next_ids, newest, blocks, spans or {})

    @classmethod
    def read(cls, line: Line, name: str) -> Header:
        """A header as it stands in the file.

        Raises:
            RefusedError: a newer version wrote it, or it is none.
        """
        found: dict[str, Any] = json.loads(line.payload)
        if "j" not in found:
            raise JournalDamagedError(Problem("journal.damaged", {"file": name, "byte": 0}))
        if found["j"] != JOURNAL_FORMAT:
            raise RefusedError(Problem("storage.newer_journal", {"file": name}))
        return cls(
            found["l"],
            found["s"],
            found["z"],
            found["h"],
            found.get("t", 0),
            tuple(found.get("b", ())),
            {name: (begin, end) for name, (begin, end) in found.get("p", {}).items()},
        )

    def line(self) -> bytes:
        """The header as a line of the journal."""
        found = {
            "j": JOURNAL_FORMAT,
            "l": self.sequence,
            "s": self.checksum,
            "z": self.size,
            "h": self.next_ids,
            "t": self.newest,
            "b": self.blocks,
            "p": self.spans,
        }
        return encode_line(dump(found))

    def fits(self, content: bytes) -> bool:
        """Whether this journal continues that snapshot."""
        return (self.size, self.checksum) == (len(content), zlib.crc32(content))

    def tables(self, content: bytes, file: str) -> TableMap:
        """The tables of the snapshot that this journal continues.

        Args:
            content: which `fits`, so that what was written is what is there.
            file: its name.

        Raises:
            RefusedError: it is no JSON, or no store.
        """
        if not self.spans:
            return TableMap(parse_snapshot(content, file))
        texts = {name: content[begin:end] for name, (begin, end) in self.spans.items()}
        return TableMap(texts, lambda text: _parse_object(text, file))

    def damaged_blocks(self, content: bytes) -> list[range]:
        """Where a snapshot differs from the one that was written, if it is as long.

        A program that writes the store anew does not arrive at the same length; a medium that
        flips a bit does.
        """
        if len(content) != self.size:
            return []
        return [
            range(BLOCK_BYTES * number, min(BLOCK_BYTES * (number + 1), self.size))
            for number, (found, known) in enumerate(
                zip(block_sums(content), self.blocks, strict=False)
            )
            if found != known
        ]

    def refuse_damage(self, content: bytes, snapshot: Path) -> None:
        """Tell a snapshot that the medium has damaged from one that another program wrote.

        Raises:
            RefusedError: it is damaged, cut to nothing or gone.
        """
        if not content.strip() and self.size:
            raise RefusedError(Problem("storage.snapshot_gone", {"file": snapshot.name}))
        damaged = self.damaged_blocks(content)
        if damaged:
            params = {"file": snapshot.name, "first": damaged[0].start, "last": damaged[-1].stop}
            raise RefusedError(Problem("storage.snapshot_damaged", params))
