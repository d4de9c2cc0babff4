"""What lies in a folder or on a stick: the bundles and stores, who brought each, and what is new.

A bundle's digest is checked, so that a half one is known for what it is; its documents are not
unpacked, so that a stick with a hundred of them is looked through in a moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from nq77tui.core.problem import Problem, RefusedError
from nq77tui.store.bundle import Manifest
from nq77tui.store.bundle_reading import is_bundle, read_head
from nq77tui.store.progress import Watch, unwatched
from nq77tui.store.receipts import receipts
from nq77tui.store.repository import Repository
from nq77tui.store.source import STORE_NAME, find_sources

State = Literal["new", "refused", "gap", "own", "known"]


@dataclass(frozen=True, slots=True)
class Lying:
    """One bundle, or another machine's store, as it lies there.

    Attributes:
        size: bytes of the file.
        at: when it was written: by its sender's clock, or the file's own time for a store.
        manifest: of a bundle that is whole.
        digest: of the whole file; empty for a store.
        problem: why it cannot be taken in; only for `refused`.

    A ``gap`` was taken in, and changes before it are missing here still.
    """

    path: Path
    state: State
    size: int
    at: int
    manifest: Manifest | None = None
    digest: str = ""
    problem: Problem | None = None


class Stick:
    """One folder, looked at again and again: what has not changed is not read again."""

    def __init__(self, repository: Repository, folder: Path) -> None:
        self.folder = folder
        self._repository = repository
        self._heads: dict[tuple[Path, int, int], tuple[Manifest, str] | Problem] = {}

    def look(self, watch: Watch = unwatched) -> list[Lying]:
        """Everything new, and what cannot be taken in, the newest first; then what is here already.

        Raises:
            StoppedError: as `watch` said.
        """
        files = self._files()
        found = []
        for done, file in enumerate(files):
            watch("read", done, len(files))
            found.append(self._head(file))
        taken = _digests_taken(self._repository)
        mine = {one.id for one in self._repository.peer_book.mine()}
        lying = [self._judged(one, taken, mine) for one in found if one is not None]
        # The sender's clock may be years off, so what is new does not depend on it.
        is_waiting = ("new", "refused", "gap")
        return sorted(lying, key=lambda one: (one.state not in is_waiting, -one.at, one.path.name))

    def _files(self) -> list[Path]:
        try:
            found = find_sources(self.folder)
        except (RefusedError, OSError):
            return []  # nothing there, or nothing there any more
        own = self._repository.folder.resolve()
        return [
            file
            for file in found
            if is_bundle(file) or (file.name == STORE_NAME and file.parent.resolve() != own)
        ]

    def _head(self, file: Path) -> Lying | None:
        try:
            found = file.stat()
        except OSError:
            return None
        if file.name == STORE_NAME:
            return Lying(file, "new", found.st_size, int(found.st_mtime))
        key = file, found.st_size, found.st_mtime_ns
        if key not in self._heads:
            try:
                self._heads[key] = read_head(file)
            except RefusedError as error:
                self._heads[key] = error.problems[0]
        head = self._heads[key]
        if isinstance(head, Problem):
            return Lying(file, "refused", found.st_size, int(found.st_mtime), problem=head)
        return Lying(file, "new", found.st_size, head[0].at, *head)

    def _judged(self, one: Lying, taken: set[str], mine: set[str]) -> Lying:
        told = one.manifest
        if told is None:
            return one
        if told.programme != self._repository.programme.id:
            wanted = {"found": told.programme, "wanted": self._repository.programme.id}
            problem = Problem("bundle.other_programme", {"file": str(one.path), **wanted})
            return _with(one, "refused", problem)
        includes = self._includes(told.up_to)
        # One's own may hold what a store that was put back has lost.
        if told.sender in mine and (includes or told.is_part):
            return _with(one, "own")
        was_taken = one.digest in taken
        if was_taken and not told.is_part and not includes:
            # Once the gap before it is closed, it is to be taken in again, and then is confirmed.
            return one if self._includes(told.since) else _with(one, "gap")
        is_here = was_taken if told.is_part else includes
        # A bundle without any news of records may still bring word of who has received what.
        if is_here and not self._repository.peer_book.news(told.peers):
            return _with(one, "known")
        return one

    def _includes(self, vector: Mapping[str, int]) -> bool:
        heard = self._repository.heard()
        return all(heard.get(replica, 0) >= counter for replica, counter in vector.items())


def _with(one: Lying, state: State, problem: Problem | None = None) -> Lying:
    return Lying(one.path, state, one.size, one.at, one.manifest, one.digest, problem)


def _digests_taken(repository: Repository) -> set[str]:
    """What was taken in whole before: a bundle of an area says nothing by its counters."""
    return {
        str(source.get("digest", ""))
        for receipt in receipts(repository.folder)
        for source in receipt.sources
        if isinstance(source, dict) and not source.get("counts", {}).get("refused")
    }


def is_told_already(
    repository: Repository, lying: Iterable[Lying], since: Mapping[str, int]
) -> Lying | None:
    """The bundle of this machine that lies there and already tells all that a new one would."""
    heard = repository.heard()
    told = {peer.id: peer.edition for peer in repository.peer_book.all()}
    for one in lying:
        manifest = one.manifest
        if one.state != "own" or manifest is None or manifest.is_part:
            continue
        tells_enough = all(
            since.get(replica, 0) >= counter for replica, counter in manifest.since.items()
        )
        knows = {peer.id: peer.edition for peer in manifest.peers}
        if tells_enough and dict(manifest.up_to) == heard and told.items() <= knows.items():
            return one
    return None
