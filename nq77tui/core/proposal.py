"""Who is to take what: even loads first, and what belongs together with one person.

    propose([Piece("h1", ("g1", "Vi")), …], [Carrier("p1", load=3), …])   # {"h1": "p1", …}

A load is evened out as water finds its level: whoever gets something ends with at most one more
than whoever has least. Within that, a group stays whole where it fits into what somebody is still
to get; where it has to be cut, the cut fills that person up. So there are never more parts of
groups than groups and people together, less one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """Something that somebody is to take.

    Attributes:
        groups: what it belongs to, the closest tie first (a neighbours' group, then a family
            name); empty texts where that is not known.
    """

    id: str
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Carrier:
    """Somebody who may take things.

    Attributes:
        load: how many they have already.
        near: groups of which they have something already.
    """

    id: str
    load: int = 0
    near: frozenset[str] = frozenset()


Proposal = Mapping[str, str]
"""The id of the person who is to take it, by the id of the piece."""


def quotas(loads: Sequence[int], count: int) -> list[int]:
    """How many each is to get so that the loads are as even as what they have allows.

    Where it does not come out even, those named first get one more.
    """
    if not loads:
        return []
    level = _level(loads, count)
    given = [max(level - load, 0) for load in loads]
    left = count - sum(given)
    for at, load in enumerate(loads):
        if left and load <= level:
            given[at] += 1
            left -= 1
    return given


def _level(loads: Sequence[int], count: int) -> int:
    """The highest level up to which all who are below it can be filled."""
    ordered, spent = sorted(loads), 0
    for at, load in enumerate(ordered[1:], start=1):
        step = (load - ordered[at - 1]) * at
        if spent + step > count:
            return ordered[at - 1] + (count - spent) // at
        spent += step
    return ordered[-1] + (count - spent) // len(ordered)


def propose(pieces: Sequence[Piece], carriers: Sequence[Carrier]) -> Proposal:
    """Give every piece to somebody; the same for the same, in the same order.

    Returns:
        Nothing where there is nobody; else each piece once, in the order given.
    """
    if not carriers:
        return {}
    room = dict(zip((one.id for one in carriers), _room(carriers, len(pieces)), strict=True))
    near = {one.id: one.near for one in carriers}
    waiting, found = _blocks(pieces, 0), dict[str, str]()
    while waiting:
        # The largest first, as they are the hardest to place; else in the order given.
        block = waiting.pop(max(range(len(waiting)), key=lambda at: (len(waiting[at].pieces), -at)))
        person = _place(block, room, near)
        taken = _part(block, room[person])
        found.update((piece.id, person) for piece in taken)
        room[person] -= len(taken)
        if len(taken) < len(block.pieces):
            left = set(taken)
            rest = tuple(piece for piece in block.pieces if piece not in left)
            waiting.append(_Block(rest, block.depth))
    return {piece.id: found[piece.id] for piece in pieces}


def _room(carriers: Sequence[Carrier], count: int) -> list[int]:
    return quotas([one.load for one in carriers], count)


@dataclass(frozen=True, slots=True)
class _Block:
    """Pieces that belong together by their group at a depth."""

    pieces: tuple[Piece, ...]
    depth: int

    @property
    def group(self) -> str:
        groups = self.pieces[0].groups
        return groups[self.depth] if self.depth < len(groups) else ""


def _blocks(pieces: Iterable[Piece], depth: int) -> list[_Block]:
    """Pieces by their group at a depth; those without one by the next, at last one by one."""
    known: dict[str, list[Piece]] = {}
    others: list[Piece] = []
    for piece in pieces:
        group = piece.groups[depth] if depth < len(piece.groups) else ""
        (known.setdefault(group, []) if group else others).append(piece)
    blocks = [_Block(tuple(found), depth) for found in known.values()]
    if others and any(depth + 1 < len(piece.groups) for piece in others):
        return blocks + _blocks(others, depth + 1)
    return blocks + [_Block((piece,), depth) for piece in others]


def _place(block: _Block, room: Mapping[str, int], near: Mapping[str, frozenset[str]]) -> str:
    """Who is to take a block, or as much of it as they can."""

    def fitness(person: str) -> tuple[bool, bool, int]:
        left, size = room[person], len(block.pieces)
        fits = left >= size
        # Whom it fills best; where it fits nobody, who can take most of it.
        return fits, block.group in near[person], -left if fits else left

    return max((person for person in room if room[person]), key=fitness)


def _part(block: _Block, most: int) -> tuple[Piece, ...]:
    """As many pieces of a block as are wanted, its own groups kept whole as far as that goes."""
    if len(block.pieces) <= most:
        return block.pieces
    taken: list[Piece] = []
    inner = sorted(_blocks(block.pieces, block.depth + 1), key=lambda one: -len(one.pieces))
    cut: _Block | None = None
    for one in inner:
        if len(taken) + len(one.pieces) <= most:
            taken += one.pieces
        else:
            cut = one
    if len(taken) < most and cut is not None:
        taken += _part(cut, most - len(taken)) if len(cut.pieces) > 1 else cut.pieces
    return tuple(taken)
