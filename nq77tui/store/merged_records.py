"""What a merge writes: documents, most of which were never read as records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from nq77tui.core.document import doc_id_of, from_document, id_of_doc_id
from nq77tui.core.document_merge import Document
from nq77tui.core.record import Record
from nq77tui.core.scope import Row


class MergedRecords(Mapping[str, Record]):
    """The records that are to be written, by id; one that was merged as a document is read here.

    In a merge that document stands for itself: nothing is open in it, and it is not deleted.
    """

    def __init__(self) -> None:
        self._documents: dict[str, tuple[str, Document]] = {}
        self._read: dict[str, Record] = {}

    def __getitem__(self, record_id: str) -> Record:
        try:
            key = str(doc_id_of(record_id))
        except ValueError:
            raise KeyError(record_id) from None
        if key in self._read:
            return self._read[key]
        record_type, document = self._documents[key]
        return from_document(record_type, int(key), document)

    def __iter__(self) -> Iterator[str]:
        for key in (*self._read, *self._documents):
            yield id_of_doc_id(int(key))

    def __len__(self) -> int:
        return len(self._read) + len(self._documents)

    def row(self, record_id: str) -> Row | None:
        """The row of a record that is to be written; None where it is dead then."""
        key = str(doc_id_of(record_id))
        if key in self._read:
            return _row(self._read[key])
        return Row(record_id, self._documents[key][0], MappingProxyType(self._documents[key][1]))

    def rows(self, record_type: str) -> Iterator[Row]:
        """The rows of a type that are to be written, of live records."""
        for key, (found, document) in self._documents.items():
            if found == record_type:
                yield Row(id_of_doc_id(int(key)), found, MappingProxyType(document))
        for record in self._read.values():
            if record.type == record_type and (row := _row(record)) is not None:
                yield row

    @property
    def read(self) -> list[Record]:
        """Those that were merged as records: all in which something may be open or deleted."""
        return list(self._read.values())

    def is_apart(self, key: str, record_type: str) -> bool:
        """Whether what is behind a TinyDB id was merged as a record, or is of another type."""
        return key in self._read or self._documents.get(key, (record_type,))[0] != record_type

    def document(self, key: str) -> Document | None:
        """The document behind a TinyDB id."""
        found = self._documents.get(key)
        return found[1] if found is not None else None

    def put(self, record: Record) -> None:
        """Have a record written."""
        key = str(doc_id_of(record.id))
        self._documents.pop(key, None)
        self._read[key] = record

    def put_document(self, key: str, record_type: str, document: Document) -> None:
        """Have a document written, which nobody changes from now on.

        Args:
            key: its TinyDB id; of no record that was read.
        """
        self._documents[key] = record_type, document

    @property
    def documents(self) -> Iterator[tuple[str, str, Document]]:
        """Type, TinyDB id and document of all others."""
        for key, (record_type, document) in self._documents.items():
            yield record_type, key, document


def _row(record: Record) -> Row | None:
    return None if record.is_dead else Row(record.id, record.type, MappingProxyType(record.values))
