"""Who has received what: a row for each machine, written by that machine and passed on by all.

The table ``_peer`` holds, for each replica, what its machine calls itself and how far it has
received every other one (its version vector). A machine writes only its own row; it travels in
every bundle and every whole store, and of two copies of a row the later edition stands. Nothing
of it is a record, and nothing of it stands in the canonical export.

What somebody has confirmed decides only how much the next bundle carries. A row that claims too
much makes that bundle too small, which its receiver notices and says; it never loses anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from nq77tui.core.merge import join
from nq77tui.core.record import Json
from nq77tui.core.renaming import Renaming
from nq77tui.core.text import normalise
from nq77tui.store.replica_table import is_replica_row, replica_key

PEER_TABLE = "_peer"
MAX_PEERS = 1000
NAME_LENGTH = 60
_MAX_NUMBER = 1 << 53


@dataclass(frozen=True, slots=True)
class Peer:
    """One machine, as it described itself last.

    Attributes:
        id: the replica under which it writes.
        name: what its people call it; may be empty.
        heard: what it includes of each replica.
        at: when it wrote this, by its own clock (which may be years off).
        edition: counts what it wrote of itself; the higher one stands.
        place: stands for its store; two users of one store share it.
        seen: when this edition reached this store, by this machine's clock; 0 for one's own.
        is_forgotten: people here do not wait for it any more.
        called: what people here call it, if they gave it another name.
    """

    id: str
    name: str = ""
    heard: Mapping[str, int] = field(default_factory=dict)
    at: int = 0
    edition: int = 0
    place: str = ""
    seen: int = 0
    is_forgotten: bool = False
    called: str = ""

    @property
    def shown(self) -> str:
        """Its name here; empty where nobody gave it one."""
        return self.called or self.name

    def to_row(self) -> dict[str, Json]:
        """The row of the table; what is known only here comes last."""
        row: dict[str, Json] = {
            "id": self.id,
            "name": self.name,
            "heard": dict(sorted(self.heard.items())),
            "at": self.at,
            "edition": self.edition,
            "place": self.place,
        }
        if self.seen:
            row["seen"] = self.seen
        if self.is_forgotten:
            row["forgotten"] = True
        if self.called:
            row["called"] = self.called
        return row

    def as_told(self) -> dict[str, Json]:
        """The row as it travels: without what only this machine knows."""
        return replace(self, seen=0, is_forgotten=False, called="").to_row()


def read_peer(row: object) -> Peer | None:
    """A row from outside; None where it is none."""
    if not isinstance(row, dict) or not is_replica_row({"id": row.get("id"), "counter": 1}):
        return None
    heard = read_vector(row.get("heard"))
    numbers = [row.get(name, 0) for name in ("at", "edition", "seen")]
    if heard is None or any(type(one) is not int or abs(one) > _MAX_NUMBER for one in numbers):
        return None
    return Peer(
        row["id"],
        read_name(row.get("name")),
        heard,
        numbers[0],
        max(numbers[1], 0),
        read_name(row.get("place")),
        numbers[2],
        row.get("forgotten") is True,
        read_name(row.get("called")),
    )


def read_vector(found: object) -> dict[str, int] | None:
    """A version vector from outside; None where it is none."""
    if not isinstance(found, dict) or len(found) > MAX_PEERS:
        return None
    if not all(is_replica_row({"id": one, "counter": count}) for one, count in found.items()):
        return None
    return dict(found)


def read_name(found: object) -> str:
    """A name from outside, short and harmless; empty where it is none."""
    return normalise(found)[:NAME_LENGTH].strip() if isinstance(found, str) else ""


def read_peers(rows: Iterable[object]) -> tuple[Peer, ...]:
    """All sound rows from outside, as they may be passed on."""
    found: list[Peer] = []
    for row in rows:
        peer = read_peer(row)
        if peer is not None and len(found) < MAX_PEERS:
            found.append(replace(peer, seen=0, is_forgotten=False, called=""))
    return tuple(found)


def learn(known: Peer | None, told: Peer, now: int) -> Peer | None:
    """The row after somebody told of it; None where that was nothing new."""
    if known is not None and told.edition <= known.edition:
        # The same edition with more in it: its machine could not keep what it had told.
        heard = join(known.heard, told.heard)
        if told.edition < known.edition or heard == dict(known.heard):
            return None
        return replace(known, heard=heard, at=told.at, seen=now)
    return replace(told, seen=now, is_forgotten=False, called=known.called if known else "")


def renamed_peer(peer: Peer, renamings: Iterable[Renaming]) -> Peer:
    """The row, with what its machine includes under the names that those writes have now."""
    heard: Mapping[str, int] = peer.heard
    for renaming in renamings:
        heard = renaming.vector(heard)
    return replace(peer, heard=dict(heard))


def machines(peers: Iterable[Peer]) -> list[Peer]:
    """One row a machine: of several replicas of one store the one that wrote last."""
    latest: dict[str, Peer] = {}
    for peer in peers:
        place = peer.place or peer.id
        other = latest.get(place)
        if other is None or (peer.edition, peer.id) > (other.edition, other.id):
            # A name that people gave the machine stays with it when it writes under a new id.
            called = peer.called or (other.called if other else "")
            latest[place] = replace(peer, called=called)
        elif peer.called and not other.called:
            latest[place] = replace(other, called=peer.called)
    return sorted(latest.values(), key=lambda peer: peer.id)


def confirmed_by_all(peers: Iterable[Peer], mine: Mapping[str, int]) -> dict[str, int]:
    """What every one of these machines includes already; nothing if there are none."""
    waiting = list(peers)
    if not waiting:
        return {}
    lowest: dict[str, int] = {}
    for replica, counter in mine.items():
        # Whoever wrote under an id knows what it wrote.
        least = min(
            (counter if one.id == replica else one.heard.get(replica, 0) for one in waiting),
            default=0,
        )
        if min(least, counter):
            lowest[replica] = min(least, counter)
    return lowest


def peer_operation(rows: Mapping[str, Any], peer: Peer) -> list[Any]:
    """The journal operation that keeps a row."""
    key = replica_key(peer.id)
    return ["u" if key in rows else "i", PEER_TABLE, key, peer.to_row()]
