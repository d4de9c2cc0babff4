"""The matrix "received up to": how far each known machine has confirmed each other one's writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nq77tui.core.merge import join
from nq77tui.store.peers import Peer, machines
from nq77tui.store.repository import Repository


@dataclass(frozen=True, slots=True)
class Received:
    """How much a machine has confirmed of one replica.

    Attributes:
        replica: whose writes.
        name: of the machine that writes under it; empty where it has none.
        up_to: the counter up to which it surely includes them.
        of: the highest counter that anybody is known to include.
        holders: the machines that include all of it, by name or id.
    """

    replica: str
    name: str
    up_to: int
    of: int
    holders: tuple[str, ...] = ()

    @property
    def missing(self) -> int:
        """The writes that it has not confirmed."""
        return self.of - self.up_to


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine's row of the matrix."""

    peer: Peer
    is_me: bool
    received: tuple[Received, ...]

    @property
    def missing(self) -> int:
        """The writes of all machines together that it has not confirmed."""
        return sum(one.missing for one in self.received)

    @property
    def label(self) -> str:
        """Its name, or else its id."""
        return self.peer.shown or self.peer.id


def peer_matrix(repository: Repository) -> list[Machine]:
    """A row for each machine, this one first."""
    book, mine = repository.peer_book, repository.heard()
    me = book.myself()
    myself = Peer(
        repository.replica or (me.id if me else ""),
        me.name if me else "",
        mine,
        repository.now(),
        place=me.place if me else "",
    )
    everybody = book.all()
    others = [one for one in machines(everybody) if me is None or one.place != me.place]
    rows = [myself, *(one for one in others if one.id != myself.id)]
    confirmed = {one.id: _confirmed(one, mine) for one in rows}
    known: dict[str, int] = {}
    for vector in confirmed.values():
        known = join(known, vector)
    names = {one.id: one.shown for one in everybody}
    names.update({one.id: one.shown for one in rows if one.shown})
    return [
        Machine(one, one is myself, tuple(_received(confirmed, one.id, known, names)))
        for one in rows
    ]


def _confirmed(peer: Peer, mine: Mapping[str, int]) -> dict[str, int]:
    # Whoever wrote under an id knows what it wrote.
    own = {peer.id: mine[peer.id]} if peer.id in mine else {}
    return join(peer.heard, own)


def _received(
    confirmed: Mapping[str, Mapping[str, int]],
    machine: str,
    known: Mapping[str, int],
    names: Mapping[str, str],
) -> Iterable[Received]:
    for replica, counter in sorted(known.items()):
        holders = [one for one, vector in confirmed.items() if vector.get(replica, 0) >= counter]
        yield Received(
            replica,
            names.get(replica, ""),
            confirmed[machine].get(replica, 0),
            counter,
            tuple(names.get(one) or one for one in holders),
        )
