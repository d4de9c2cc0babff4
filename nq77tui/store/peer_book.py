"""The rows of ``_peer`` in one store: one's own is rewritten, the others' are learned."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.renaming import Renaming
from nq77tui.store.peers import (
    PEER_TABLE,
    Peer,
    learn,
    machines,
    peer_operation,
    read_name,
    read_peer,
    renamed_peer,
)
from nq77tui.store.storage import JournalStorage
from nq77tui.store.writer import Writer


class PeerBook:
    """What this store knows of itself and of the other machines."""

    def __init__(
        self, storage: JournalStorage, writer: Writer, clock: Callable[[], datetime]
    ) -> None:
        self._storage = storage
        self._writer = writer
        self._clock = clock

    def all(self) -> list[Peer]:
        """Every sound row, by replica."""
        peers = (read_peer(row) for row in list(self._rows().values()))
        return sorted((peer for peer in peers if peer), key=lambda peer: peer.id)

    def others(self) -> list[Peer]:
        """The machines whose confirmation counts: known, not this one, not forgotten."""
        here = self._writer.place
        return [
            peer
            for peer in machines(self.all())
            if peer.place != here and peer.id != self._writer.replica and not peer.is_forgotten
        ]

    def myself(self) -> Peer | None:
        """This machine's row, as it was written last, by whichever user of the store."""
        here = self._writer.place
        return next((peer for peer in machines(self.all()) if peer.place == here), None)

    def mine(self) -> list[Peer]:
        """Every row that this store wrote of itself, under whatever id."""
        here = self._writer.place
        return [p for p in self.all() if p.place == here or p.id == self._writer.replica]

    def find(self, given: str) -> Peer:
        """The other machine that people mean by its replica id or its name.

        Raises:
            RefusedError: none, or several.
        """
        name = read_name(given)
        found = [
            one
            for one in self.others()
            if given.upper() == one.id or name in (one.name, one.called)
        ]
        if len(found) != 1:
            known = ", ".join(f"{one.id} {one.shown}".strip() for one in self.others()) or "-"
            raise RefusedError(Problem("peers.no_such", {"given": given, "known": known}))
        return found[0]

    # -- writing -------------------------------------------------------------------------------

    def tell_of_myself(self, name: str | None = None) -> Peer:
        """Bring this machine's own row up to date; mints an id where the store has none.

        Args:
            name: what its people call it from now on; None leaves that as it is.
        """
        with self._writer.transaction():
            me, last = self._writer.claim(), self.myself()
            heard = self._writer.heard()
            named = read_name(name) if name is not None else last.name if last else ""
            if last and (last.id, last.name, dict(last.heard)) == (me, named, heard):
                return last
            # The time as well: a store that was put back by hand has forgotten its last edition.
            editions = (last.edition if last else 0, self._edition(me), self._now() - 1)
            peer = Peer(me, named, heard, self._now(), max(editions) + 1, self._writer.place)
            self._keep(peer)
            return peer

    def learn(self, told: Iterable[Peer]) -> None:
        """Take in what another machine told of itself and of those it knows."""
        for peer in self.news(told):
            self._keep(peer)

    def news(self, told: Iterable[Peer]) -> list[Peer]:
        """What of it is not known yet."""
        known = {peer.id: peer for peer in self.all()}
        found: dict[str, Peer] = {}
        for peer in told:
            news = learn(found.get(peer.id) or known.get(peer.id), peer, self._now())
            # Nobody else writes my row; an older copy of it must not come back either.
            if news and news.id != self._writer.replica and news.place != self._writer.place:
                found[peer.id] = news
        return list(found.values())

    def forget(self, given: str) -> Peer:
        """Wait no longer for a machine's confirmation, until it is heard from again.

        Raises:
            RefusedError: no other machine is called that.
        """
        with self._writer.transaction():
            peer = replace(self.find(given), is_forgotten=True)
            self._keep(peer)
            return peer

    def call(self, given: str, name: str) -> Peer:
        """Give another machine a name of its own in this store; empty for the one it gave itself.

        Raises:
            RefusedError: no other machine is called that, or another one has the name.
        """
        wanted = read_name(name)
        with self._writer.transaction():
            peer = self.find(given)
            known = [one for one in self.others() if one.id != peer.id]
            if wanted and any(wanted in (one.name, one.called) for one in known):
                raise RefusedError(Problem("peers.name_taken", {"name": wanted}))
            peer = replace(peer, called="" if wanted == peer.name else wanted)
            self._keep(peer)
            return peer

    def rename(self, renamings: Iterable[Renaming]) -> None:
        """What the machines have received, under the names that their writes have now."""
        chosen = list(renamings)
        for peer in self.all():
            told = renamed_peer(peer, chosen)
            if told != peer:
                self._keep(told)

    def _edition(self, replica: str) -> int:
        return max((peer.edition for peer in self.all() if peer.id == replica), default=0)

    def _now(self) -> int:
        return int(self._clock().timestamp())

    def _rows(self) -> Mapping[str, Any]:
        return self._storage.tables.table(PEER_TABLE)

    def _keep(self, peer: Peer) -> None:
        self._storage.do(peer_operation(self._rows(), peer))
