"""A replica id that was used twice, met at a merge: both branches are kept, under two names.

Before anything is merged, what this store and each source have heard of every replica is
compared (`epochs.py`). The branch that has to give up its name is renamed: in a source as it is
read, in this store by the commit of the merge.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from nq77tui.core.document import doc_id_of, from_document, to_document
from nq77tui.core.merge import join, merge
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.record import Record
from nq77tui.core.renaming import Renaming, renamed
from nq77tui.store.epochs import Told, settle
from nq77tui.store.peers import Peer, renamed_peer
from nq77tui.store.repository import Repository
from nq77tui.store.source import Source


@dataclass
class Branches:
    """This store and the sources, with every write under a name of its own.

    Attributes:
        sources: as they are to be merged.
        own: what this store has heard, and the renamings of its own records.
        moved: records of this store as they are under the new names, by their old id.
        aside: copies kept beside in newer forms, under the new names, by id and form; where this
            store has renamings.
        warnings: what people have to be told, one for each renaming.
    """

    sources: list[Source]
    own: Told
    moved: dict[str, Record] = field(default_factory=dict)
    warnings: list[Problem] = field(default_factory=list)
    aside: dict[tuple[str, int], Record] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._by_new_id = {record.id: record for record in self.moved.values()}

    @property
    def replicas(self) -> set[str]:
        """The ids that were used twice."""
        return {str(warning.params["replica"]) for warning in self.warnings}

    def get(self, repository: Repository, record_id: str) -> Record | None:
        """A record of this store under the new names."""
        if record_id in self._by_new_id:
            return self._by_new_id[record_id]
        if record_id in self.moved:
            return None  # what had this id has another one now
        return repository.get(record_id)

    def get_aside(self, repository: Repository, record: Record) -> Record | None:
        """The copy of the same form that is kept beside, under the new names."""
        if self.own.renamings:
            return self.aside.get((record.id, record.schema))
        return repository.aside(record)


def find_branches(repository: Repository, sources: Iterable[Source]) -> Branches:
    """Compare what everybody has heard; nothing is written."""
    found = list(sources)
    own = Told(
        repository.heard(),
        _seen(repository.heard(), repository.peer_book.all()),
        repository.epochs(),
    )
    told = [own, *(_told(source) for source in found)]
    settle(told)
    if not any(one.renamings for one in told):
        return Branches(found, own)
    warnings = [_warning(repository, renaming, "") for renaming in own.renamings]
    for source, one in zip(found, told[1:], strict=True):
        warnings += [_warning(repository, renaming, str(source.path)) for renaming in one.renamings]
    return Branches(
        [_renamed(source, one.renamings) for source, one in zip(found, told[1:], strict=True)],
        own,
        _moved(repository, own.renamings) if own.renamings else {},
        warnings,
        repository.renamed_aside(own.renamings) if own.renamings else {},
    )


def _told(source: Source) -> Told:
    heard = source.manifest.up_to if source.manifest else source.heard
    return Told(dict(heard), _seen(heard, source.peers), dict(source.epochs))


def _seen(heard: Mapping[str, int], peers: Iterable[Peer]) -> dict[str, int]:
    seen = dict(heard)
    for peer in peers:
        seen = join(seen, peer.heard)
    return seen


def _warning(repository: Repository, renaming: Renaming, file: str) -> Problem:
    names = {peer.id: peer.shown for peer in repository.peer_book.all()}
    params = {
        "replica": renaming.replica,
        "name": names.get(renaming.replica) or renaming.replica,
        "first": renaming.first,
        "to": renaming.to,
        "file": file,
    }
    return Problem("merge.branch_theirs" if file else "merge.branch_mine", params, "warning")


def _moved(repository: Repository, renamings: Sequence[Renaming]) -> dict[str, Record]:
    moved: dict[str, Record] = {}
    for record_type in repository.record_types():
        for key, document in repository.documents(record_type):
            record = _read_named(record_type, key, document, renamings)
            record = repository.as_now(record) if record else None
            after = renamed(record, renamings) if record else None
            if record is not None and after is not None and after != record:
                moved[record.id] = after
    for old, after in list(moved.items()):
        # Somebody may have brought it under its new name already.
        twin = (moved.pop(after.id, None) or repository.get(after.id)) if old != after.id else None
        if twin is not None and twin.type == after.type:
            moved[old] = merge(twin, after)
    return moved


def _read_named(
    record_type: str, key: str, document: Any, renamings: Sequence[Renaming]
) -> Record | None:
    """The record of a document that may hold one of the names; most do not, and are not read."""
    text = json.dumps(document, default=dict)
    if not any(one.replica in text or _born_under(one, key) for one in renamings):
        return None
    try:
        return from_document(record_type, int(key), document)
    except (RefusedError, ValueError, AttributeError):
        return None  # what is damaged stays as it is, and is named where it is read


def _born_under(renaming: Renaming, key: str) -> bool:
    low = doc_id_of(f"{renaming.replica}-1")
    return key.isascii() and key.isdigit() and low <= int(key[:40]) < low + (1 << 41)


def _renamed(source: Source, renamings: Sequence[Renaming]) -> Source:
    if not renamings:
        return source
    heard, since, chains = dict(source.heard), dict(source.since), dict(source.chains)
    for renaming in renamings:
        if heard.get(renaming.replica, 0) >= renaming.first and renaming.replica in chains:
            chains[renaming.to] = chains.pop(renaming.replica)
        heard, since = renaming.vector(heard), renaming.vector(since)
    told = _told(source)
    for renaming in renamings:
        told.rename(renaming)
    return replace(
        source,
        tables={
            name: _renamed_table(name, table, renamings) for name, table in source.tables.items()
        },
        heard=heard,
        since=since,
        chains=chains,
        peers=tuple(renamed_peer(peer, renamings) for peer in source.peers),
        epochs=told.epochs,
    )


def _renamed_table(
    name: str, table: Mapping[str, Any], renamings: Sequence[Renaming]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, document in table.items():
        record = _read_named(name, key, document, renamings)
        if record is None:
            found.setdefault(key, document)
            continue
        after = renamed(record, renamings)
        new_key = str(doc_id_of(after.id))
        twin = _read_named(name, new_key, found.get(new_key), renamings)
        found[new_key] = to_document(merge(twin, after) if twin else after)
    return found
