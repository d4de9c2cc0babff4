"""A store as one replica among others: what it has heard of them, and what it takes in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from nq77tui.core.document_merge import Document
from nq77tui.core.record import Json, Record
from nq77tui.core.renaming import Renaming
from nq77tui.programme import Programme
from nq77tui.store.editor import Editor
from nq77tui.store.epochs import Epochs
from nq77tui.store.history import Commit
from nq77tui.store.peer_book import PeerBook
from nq77tui.store.peers import Peer
from nq77tui.store.progress import Watch, unwatched
from nq77tui.store.settings import StoreSettings
from nq77tui.store.storage import JournalStorage
from nq77tui.store.strata import put_aside
from nq77tui.store.writer import Writer

_AT_ONCE = 512
"""Merged records that are put in place between two looks at whether to stop."""


class ReplicaSide(Editor):
    """What merging, undoing and telling others need; no check against a schema."""

    def __init__(
        self,
        programme: Programme,
        settings: StoreSettings,
        storage: JournalStorage,
        writer: Writer,
        clock: Callable[[], datetime],
    ) -> None:
        super().__init__(programme, settings, storage, writer, clock)
        self.peer_book = PeerBook(storage, writer, clock)
        """What is known of the other machines, and what they have received."""

    @property
    def replica(self) -> str:
        """The id under which this store writes; empty before its first write."""
        return self._writer.replica

    def heard(self) -> dict[str, int]:
        """The highest counter of each replica that this store includes."""
        return self._writer.heard()

    def chain(self) -> str:
        """The hash over all commits of this replica."""
        return self._writer.chain()

    def chains(self) -> dict[str, str]:
        """The hash over all commits of each replica up to its counter, where it is known."""
        return self._writer.chains()

    def epochs(self) -> Epochs:
        """Which runs of which machines wrote what this store has heard of."""
        return self._writer.epochs()

    def leave_replica(self) -> None:
        """Write under a new replica id from now on: the old one is in use elsewhere."""
        self._writer.leave()

    def commits(self) -> Iterator[Commit]:
        """Every commit that is still known here, oldest first."""
        return self._writer.commits()

    def commits_back(self, holding: str = "") -> Iterator[Commit]:
        """The same, newest first, read only as far as is asked for.

        Args:
            holding: a text without which a commit is passed over.
        """
        return self._writer.commits_back(holding)

    def is_mine(self, commit: Commit) -> bool:
        """Whether this user wrote a commit in this store."""
        return self._writer.is_mine(commit)

    def counter_after(self, commit: Commit) -> int:
        """The counter of this replica as a commit left it; 0 where the commit did not write."""
        return self._writer.counter_after(commit)

    def take_in(
        self,
        records: Iterable[Record],
        heard: Mapping[str, int],
        chains: Mapping[str, str] | None = None,
        peers: Iterable[Peer] = (),
        epochs: Epochs | None = None,
        aside: Iterable[Record] = (),
        watch: Watch = unwatched,
        *,
        documents: Sequence[tuple[str, str, Document]] = (),
    ) -> None:
        """Put merged records in place.

        Args:
            documents: others as their record type, TinyDB id and document, which is proved sound,
                in the programme's form, and changed by nobody from now on.
            heard: what the store includes of each replica now.
            chains: the hash over the commits of replicas at those counters, where it was told.
            peers: what other machines told of themselves and of each other.
            epochs: which runs of which machines wrote all that.
            aside: copies in newer forms, which are kept beside those in the programme's.
            watch: told how far it is.

        Raises:
            StoppedError: as `watch` said; nothing is in place.
        """
        with self.transaction():
            whole = list(records)
            of = len(documents) + len(whole)
            # So many at once cost half; all at once would keep every key waiting.
            for start in range(0, len(documents), _AT_ONCE):
                watch("merge", start, of)
                self._writer.put_documents(documents[start : start + _AT_ONCE])
            for start in range(0, len(whole), _AT_ONCE):
                watch("merge", len(documents) + start, of)
                self._writer.put(*whole[start : start + _AT_ONCE])
            watch("merge", of, of)
            for record in aside:
                put_aside(self._storage, record)
            self._writer.hear(heard, chains, epochs)
            self.peer_book.learn(peers)
            self.peer_book.tell_of_myself()

    def stored(self, record_type: str) -> Mapping[str, Any]:
        """The stored documents of a type by TinyDB id, not yet proved sound, for a merge.

        Not to be changed, nor what is in it.
        """
        return MappingProxyType(self._storage.tables.table(record_type))

    def keep_aside(self, table: str, row: Mapping[str, Json]) -> None:
        """Keep something with the commit, in the history only; inside a transaction."""
        # Put and dropped again: the journal line holds it, the snapshot never does.
        self._storage.do(["i", table, "1", dict(row)], is_mine=True)
        self._storage.do(["x", table])

    def rename(self, renamings: Iterable[Renaming], records: Mapping[str, Record]) -> None:
        """Give writes that another machine named alike their own name.

        Args:
            records: what each record whose id or history changes by that is then, by its old id.
        """
        with self.transaction():
            self._writer.rename(renamings, records)
            self.peer_book.rename(renamings)
