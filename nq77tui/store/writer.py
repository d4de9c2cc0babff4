"""Gives every write its dot, and keeps what this store includes of each replica.

The table ``_replica`` holds a row for each replica that this store has heard of: the highest
counter included, and for replicas that wrote here a hash chain over their commits. The row is
written in the same commit as the records it counts. Which run of a machine used which counters
stands in the table ``_epoch`` (`epochs.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from nq77tui.core.document import doc_id_of, form_of, to_document
from nq77tui.core.problem import Problem
from nq77tui.core.record import Dot, Record, Stamp, canonical_json
from nq77tui.core.renaming import Renaming
from nq77tui.core.text import normalise
from nq77tui.store.committing import Transaction
from nq77tui.store.epochs import (
    EPOCH_TABLE,
    Epoch,
    Epochs,
    current_mark,
    epoch_key,
    epoch_row,
    read_epochs,
)
from nq77tui.store.history import Commit, commits, commits_back
from nq77tui.store.replica import WriteRight, default_state_folder, fingerprint_of, place_of
from nq77tui.store.replica_table import REPLICA_TABLE, ReplicaTable, is_replica_row, replica_key
from nq77tui.store.storage import JournalStorage
from nq77tui.store.strata import note_form, rename_aside
from nq77tui.store.tables import Operation

CHAIN_LENGTH = 16


class Rule(Protocol):
    """Says whether a user may write; refuses by raising."""

    def may_begin(self) -> None:
        """Asked before a transaction."""

    def may_write(self, after: Record) -> None:
        """Asked before a record is put in place."""


class Writer:
    """The only place where records are written."""

    def __init__(
        self,
        storage: JournalStorage,
        operator: str,
        clock: Callable[[], datetime],
        state_folder: Path | None,
    ) -> None:
        self.operator = normalise(operator) or "?"
        self.notices: list[Problem] = []
        self.rule: Rule | None = None
        """Whether the user may write; None where everything is allowed."""
        self._storage = storage
        self._replicas = ReplicaTable(storage)
        self._clock = clock
        self._state_folder = state_folder or default_state_folder()
        self._right: WriteRight | None = None
        self._why_mint = ""
        self._counter = 0
        self._chain = ""
        self._written = False
        self._epoch = self._epoch_of = ""
        self._after: list[Callable[[], None]] = []
        if not storage.read_only:
            self._right, self._why_mint = self._held_right()

    @property
    def replica(self) -> str:
        """The id under which this store writes; empty before the first write of a new one."""
        return self._right.replica if self._right else ""

    def place_folder(self, kind: str) -> Path:
        """Where something of this user's about this store is kept, outside of it."""
        return self._state_folder / kind / place_of(self._storage.paths.lock)

    # -- the right to write --------------------------------------------------------------------

    def _held_right(self) -> tuple[WriteRight | None, str]:
        """The right to write here if it still holds; else why a new one is needed."""
        right = WriteRight.find(self._state_folder, self._storage.paths.lock)
        if right is None:
            # A store that nobody has written into yet was filled when it was made: no copy.
            return None, "new_place" if self.chains() else ""
        if right.is_restored or self._replicas.row(right.replica).get("counter", 0) < right.counter:
            return None, "restored"
        return right, ""

    def _mint(self) -> None:
        self._right = WriteRight.mint(self._state_folder, self._storage.paths.lock)
        if self._why_mint:
            self._notice(self._why_mint, replica=self.replica)
            self._why_mint = ""

    def claim(self) -> str:
        """The id of this store, minted where it has none yet."""
        with self.transaction():
            if self._right is None:
                self._mint()
                self._counter, self._chain = 0, ""
            return self.replica

    @property
    def place(self) -> str:
        """Stands for this store on this machine, whoever uses it."""
        return fingerprint_of(self._storage.paths.lock)

    def leave(self) -> None:
        """Write under a new id from now on: the old one is in use elsewhere."""
        old = self.replica
        self._mint()
        self._counter, self._chain = 0, ""
        self._notice("seen_elsewhere", old=old, replica=self.replica)

    def chain(self) -> str:
        """The hash over all commits of this replica."""
        return str(self._replicas.row(self.replica).get("chain", ""))

    def _notice(self, name: str, **params: object) -> None:
        self.notices.append(Problem(f"replica.{name}", params, "warning"))

    # -- writing -------------------------------------------------------------------------------

    def transaction(self, note: dict[str, Any] | None = None) -> Transaction:
        """One commit, which ends with the replica's row; `note` is kept in the history."""
        if self.rule is not None:
            self.rule.may_begin()
        return _Writing(self, self._storage, note)

    def _begin(self) -> None:
        if self._right is None or not self._right.is_current():
            # Under the lock: another program of mine may have minted or left an id meanwhile.
            self._right, self._why_mint = self._held_right()
        self._written = False
        self._after = []
        row = self._replicas.row(self.replica)
        self._counter, self._chain = row.get("counter", 0), row.get("chain", "")

    def _finish(self, note: dict[str, Any] | None) -> None:
        if self._written or (note and self._counter):
            self._replicas.put(self.replica, self._counter, self._chain)

    def _committed(self) -> None:
        if self._written and self._right is not None:
            self._right.remember(self._counter)
        actions, self._after = self._after, []
        for action in actions:
            action()

    def after_commit(self, action: Callable[[], None]) -> None:
        """Do something once what this transaction wrote is on the disk."""
        self._after.append(action)

    def write(self, change: Callable[[Dot, Stamp], Record]) -> Record:
        """Make a record with the next dot and put it in place."""
        stamp = Stamp(int(self._clock().timestamp()), self.operator)
        return self.write_several(1, lambda dots: change(dots[0], stamp))

    def write_several(self, count: int, change: Callable[[list[Dot]], Record]) -> Record:
        """Make a record with the next dots and put it in place."""
        with self.transaction():
            if self.rule is not None:
                # Before an id is minted for this replica: nothing is begun for what is refused.
                following = range(self._counter + 1, self._counter + count + 1)
                self.rule.may_write(change([Dot(self.replica, n) for n in following]))
            self.claim()
            first = self._counter = self._counter + 1
            self._mark_epoch()
            self._counter += count - 1
            record = change([Dot(self.replica, n) for n in range(first, self._counter + 1)])
            self.put(record)
            text = f"{self._chain}{record.type}{canonical_json(to_document(record))}"
            self._chain = hashlib.sha256(text.encode("utf-8")).hexdigest()[:CHAIN_LENGTH]
            self._written = True
            return record

    def _mark_epoch(self) -> None:
        """Say in which run of this machine a counter is used, where no row says it yet."""
        table = self._storage.tables.table(EPOCH_TABLE)
        if self._epoch in table and self._epoch_of == self.replica:
            return
        known = self.epochs().get(self.replica, ())
        mark = current_mark()
        first = known[-1][0] if known and known[-1][1] == mark else self._counter
        self._epoch, self._epoch_of = epoch_key(self.replica, first), self.replica
        if first == self._counter:
            self._put_epoch(self.replica, (first, mark))

    def _put_epoch(self, replica: str, epoch: Epoch) -> None:
        key, table = epoch_key(replica, epoch[0]), self._storage.tables.table(EPOCH_TABLE)
        kind = "u" if key in table else "i"
        self._storage.do([kind, EPOCH_TABLE, key, epoch_row(replica, epoch)])

    def epochs(self) -> Epochs:
        """Which runs of which machines wrote what this store has heard of."""
        return read_epochs(self._storage.tables.table(EPOCH_TABLE).values())

    def rename(self, renamings: Iterable[Renaming], records: Mapping[str, Record]) -> None:
        """Carry renamings out in records, counters and epochs; inside a transaction.

        Args:
            records: what each record that changes by that is then, by its old id.
        """
        for old, record in records.items():
            if record.id != old:
                self._storage.do(["d", record.type, str(doc_id_of(old))])
        for record in records.values():
            self.put(record)
        renamings = list(renamings)
        rename_aside(self._storage, renamings)
        for renaming in renamings:
            self._rename_replica(renaming)

    def _rename_replica(self, renaming: Renaming) -> None:
        counter, chain = self._replicas.row(renaming.replica).get("counter", 0), ""
        if counter >= renaming.first:
            chain = str(self._replicas.row(renaming.replica).get("chain", ""))
            self._replicas.put(renaming.to, max(counter, self.heard().get(renaming.to, 0)), chain)
            self._replicas.remove(renaming.replica)
            if renaming.first > 1:
                self._replicas.put(renaming.replica, renaming.first - 1, "")
        for key, row in list(self._storage.tables.table(EPOCH_TABLE).items()):
            for epoch in read_epochs([row]).get(renaming.replica, ()):
                if epoch[0] >= renaming.first:
                    self._storage.do(["d", EPOCH_TABLE, key])
                    self._put_epoch(renaming.to, epoch)

    def put(self, *records: Record) -> None:
        """Put records in place as they are; inside a transaction."""
        operations: list[Operation] = []
        for record in records:
            note_form(self._storage, record.type, record.schema)
            key = str(doc_id_of(record.id))
            kind = "u" if key in self._storage.tables.table(record.type) else "i"
            operations.append([kind, record.type, key, to_document(record)])
        if operations:
            self._storage.do(*operations)

    def put_documents(self, documents: Iterable[tuple[str, str, Mapping[str, Any]]]) -> None:
        """Put documents in place, by record type and TinyDB id; inside a transaction.

        Args:
            documents: proved sound, in our spelling, and changed by nobody from now on.
        """
        operations: list[Operation] = []
        for record_type, key, document in documents:
            table = self._storage.tables.table(record_type)
            if key not in table:
                note_form(self._storage, record_type, form_of(document))
            operations.append(["u" if key in table else "i", record_type, key, document])
        if operations:
            self._storage.do(*operations, is_mine=True)

    # -- what is included of each replica ------------------------------------------------------

    def commits(self) -> Iterator[Commit]:
        """Every commit that is still known, oldest first."""
        return commits(self._storage.paths.history, self._storage.paths.journal)

    def commits_back(self, holding: str = "") -> Iterator[Commit]:
        """The same, newest first, and only those that hold a text."""
        return commits_back(self._storage.paths.history, self._storage.paths.journal, holding)

    def is_mine(self, commit: Commit) -> bool:
        """Whether this user wrote a commit in this store (a merge is nobody's write)."""
        return any(
            operation[1] == REPLICA_TABLE and operation[2] == replica_key(self.replica)
            for operation in commit.operations
            if self.replica and len(operation) > 2
        )

    def counter_after(self, commit: Commit) -> int:
        """The counter of this replica as a commit left it; 0 where the commit did not write."""
        for operation in commit.operations:
            if self.replica and operation[1:3] == [REPLICA_TABLE, replica_key(self.replica)]:
                return int(operation[3].get("counter", 0)) if len(operation) > 3 else 0
        return 0

    def heard(self) -> dict[str, int]:
        """The highest counter included, by replica."""
        return self._replicas.heard()

    def chains(self) -> dict[str, str]:
        """The hash over all commits of each replica up to its counter, where it is known."""
        return self._replicas.chains()

    def hear(
        self,
        counters: Mapping[str, int],
        chains: Mapping[str, str] | None = None,
        epochs: Epochs | None = None,
    ) -> None:
        """Note that everything of a replica up to a counter is included now.

        Args:
            chains: the hash over its commits up to that counter, where it was told.
            epochs: which runs of which machines wrote what came in.
        """
        known = self.epochs() if epochs else {}
        for replica, told in (epochs or {}).items():
            for epoch in told:
                if replica != self.replica and epoch not in known.get(replica, ()):
                    self._put_epoch(replica, epoch)
        for replica, counter in counters.items():
            if not is_replica_row({"id": replica, "counter": counter}):
                continue
            row = self._replicas.row(replica)
            if replica != self.replica and counter > row.get("counter", 0):
                self._replicas.put(replica, counter, (chains or {}).get(replica, ""))


class _Writing(Transaction):
    """A transaction whose outermost one counts writes; inside another it is a part of that.

    What is open is known by the storage alone: an interrupt leaves nothing here that is not true.
    """

    def __init__(
        self, writer: Writer, storage: JournalStorage, note: dict[str, Any] | None
    ) -> None:
        super().__init__(storage, note)
        self._writer = writer

    def __enter__(self) -> None:
        super().__enter__()
        try:
            if self.is_outermost:
                self._writer._begin()
        except BaseException as error:
            super().__exit__(type(error), error, error.__traceback__)
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        is_commit = error is None and self.is_outermost
        if is_commit:
            try:
                self._writer._finish(self.note)
            except BaseException as failure:
                super().__exit__(type(failure), failure, failure.__traceback__)
                raise
        super().__exit__(kind, error, trace)
        if is_commit:
            self._writer._committed()
