"""Sees every call by which this process changes files, and what a disk may have kept of them.

It replaces the functions of `os` that the store uses (pathlib goes through them, too). That it
misses none is proved by the tests: what it has seen, carried out anew, gives the same files.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CHANGING = ("open", "write", "pwrite", "fsync", "fdatasync", "ftruncate", "posix_fallocate")
NAMING = ("rename", "replace", "unlink", "mkdir", "fchmod", "fchown")


class Killed(BaseException):
    """Stands for SIGKILL: from here on the process changes nothing any more."""


@dataclass(frozen=True)
class Step:
    """One call that changed something, or made it durable.

    Attributes:
        kind: create, write, truncate, sync, sync_folder, rename, unlink, mkdir; or ack, for what
            the store has acknowledged.
        name: the name that it was about, below the watched folder.
        file: which file, whatever its name; for all but sync_folder, mkdir and ack.
        data: written bytes.
        offset: where they were written, or the length after a truncation.
        new_name: of a rename.
        value: what was acknowledged.
    """

    kind: str
    name: str = ""
    file: int = -1
    data: bytes = b""
    offset: int = 0
    new_name: str = ""
    value: object = None


class DiskRecorder:
    """Records what happens below a folder.

    Args:
        before: called before each call that changes something; may raise `Killed`.
        leaves_out: asked before each sync; where it says so, the sync does not happen.
    """

    def __init__(
        self,
        folder: Path,
        before: Callable[[str], None] = lambda name: None,
        leaves_out: Callable[[str, str], bool] = lambda kind, name: False,
    ) -> None:
        self.folder = folder
        self.steps: list[Step] = []
        self.is_dead = False
        self._before_hook = before
        self._leaves_out = leaves_out
        self._files: dict[str, int] = {}
        self._open: dict[int, tuple[str, int]] = {}
        self._count = 0
        self._real = {name: getattr(os, name) for name in CHANGING + NAMING}

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Between entering and leaving, everything is seen."""
        for name in self._real:
            setattr(os, name, getattr(self, f"on_{name}"))
        try:
            yield
        finally:
            for name, function in self._real.items():
                setattr(os, name, function)

    def acknowledge(self, value: object) -> None:
        self.steps.append(Step("ack", value=value))

    def _before(self, name: str) -> None:
        if self.is_dead:
            raise Killed
        try:
            self._before_hook(name)
        except Killed:
            self.is_dead = True
            raise

    def _name(self, path) -> str | None:
        full = Path(os.path.abspath(os.fspath(path)))  # noqa: PTH100 - a broken link stays one
        if full == self.folder or self.folder in full.parents:
            return full.relative_to(self.folder).as_posix()
        return None

    def _file(self, name: str) -> int:
        if name not in self._files:
            self._count += 1
            self._files[name] = self._count
        return self._files[name]

    # -- the calls -----------------------------------------------------------------------------

    def on_open(self, path, flags, mode=0o777, **keywords):
        name = None if keywords or isinstance(path, int) else self._name(path)
        creates = name is not None and flags & os.O_CREAT and not os.path.lexists(path)
        if creates:
            self._before("create")
        descriptor = self._real["open"](path, flags, mode, **keywords)
        self._open.pop(descriptor, None)
        if name is not None:
            file = self._file(name)
            self._open[descriptor] = name, file
            if creates:
                self.steps.append(Step("create", name, file))
        return descriptor

    def on_write(self, descriptor, data):
        if descriptor not in self._open:
            return self._real["write"](descriptor, data)
        self._before("write")
        name, file = self._open[descriptor]
        appends = fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_APPEND
        offset = os.fstat(descriptor).st_size if appends else os.lseek(descriptor, 0, os.SEEK_CUR)
        count = self._real["write"](descriptor, data)
        self.steps.append(Step("write", name, file, bytes(data[:count]), offset))
        return count

    def on_pwrite(self, descriptor, data, offset):
        assert descriptor not in self._open
        return self._real["pwrite"](descriptor, data, offset)

    def _sync(self, call, descriptor):
        if descriptor not in self._open:
            return self._real[call](descriptor)
        self._before(call)
        name, file = self._open[descriptor]
        kind = "sync_folder" if (self.folder / name).is_dir() else "sync"
        if self._leaves_out(kind, name):
            return None
        self._real[call](descriptor)
        self.steps.append(Step(kind, name, file))
        return None

    def on_fsync(self, descriptor):
        return self._sync("fsync", descriptor)

    def on_fdatasync(self, descriptor):
        return self._sync("fdatasync", descriptor)

    def on_ftruncate(self, descriptor, length):
        self._before("ftruncate")
        self._real["ftruncate"](descriptor, length)
        if descriptor in self._open:
            name, file = self._open[descriptor]
            self.steps.append(Step("truncate", name, file, offset=length))

    def on_posix_fallocate(self, descriptor, offset, length):
        self._before("posix_fallocate")
        self._real["posix_fallocate"](descriptor, offset, length)
        if descriptor in self._open:
            name, file = self._open[descriptor]
            self.steps.append(Step("truncate", name, file, offset=offset + length))

    def on_rename(self, old, new, **keywords):
        self._before("rename")
        self._real["replace"](old, new, **keywords)
        old_name, new_name = self._name(old), self._name(new)
        if old_name is None or new_name is None:
            return
        file = self._file(old_name)
        del self._files[old_name]
        self._files[new_name] = file
        self.steps.append(Step("rename", old_name, file, new_name=new_name))

    on_replace = on_rename

    def on_unlink(self, path, **keywords):
        name = self._name(path)
        if os.path.lexists(path):
            self._before("unlink")
        self._real["unlink"](path, **keywords)
        if name is not None:
            self.steps.append(Step("unlink", name, self._file(name)))
            del self._files[name]

    def on_mkdir(self, path, mode=0o777, **keywords):
        self._before("mkdir")
        self._real["mkdir"](path, mode, **keywords)
        name = self._name(path)
        if name is not None:
            self.steps.append(Step("mkdir", name))

    def on_fchmod(self, descriptor, mode):
        self._before("fchmod")
        self._real["fchmod"](descriptor, mode)

    def on_fchown(self, descriptor, user, group):
        self._before("fchown")
        self._real["fchown"](descriptor, user, group)


# -- what the disk may hold ----------------------------------------------------------------------

Tree = dict[str, bytes | None]
"""File contents by name; None for a folder."""


def parent(name: str) -> str:
    return name.rpartition("/")[0] or "."


@dataclass
class Disk:
    """What is surely on the disk, and what was done since that may or may not be.

    Attributes:
        entries: durable names, of files by number, of folders by -1.
        contents: durable contents by file.
        pending_names: steps on names since the folder was last synced.
        pending_data: steps on contents since the file was last synced.
    """

    entries: dict[str, int]
    contents: dict[int, bytes]
    pending_names: list[Step]
    pending_data: dict[int, list[Step]]

    @classmethod
    def empty(cls) -> Disk:
        return cls({".": -1}, {}, [], {})

    def carry_out(self, step: Step) -> None:
        if step.kind in ("create", "rename", "unlink", "mkdir"):
            self.pending_names.append(step)
            if step.kind == "create":
                self.contents.setdefault(step.file, b"")
        elif step.kind in ("write", "truncate"):
            self.pending_data.setdefault(step.file, []).append(step)
        elif step.kind == "sync":
            for pending in self.pending_data.pop(step.file, []):
                self.contents[step.file] = changed(self.contents.get(step.file, b""), pending)
        elif step.kind == "sync_folder":
            kept = []
            for pending in self.pending_names:
                if parent(pending.name) == step.name:
                    rename(self.entries, pending)
                else:
                    kept.append(pending)
            self.pending_names = kept

    def states(self, limit: int) -> Iterator[Tree]:
        """What may be found after a power cut now: lost names, lost, cut or zeroed data.

        Operations on names may each be lost for themselves. Of the data of each file there may
        be nothing, everything, half of the last write, or its length filled with zeros.
        """
        names = self.pending_names[-10:]
        surely = self.pending_names[: len(self.pending_names) - len(names)]
        data = [(file, steps) for file, steps in self.pending_data.items() if steps]
        made = 0
        for mask in range((1 << len(names)) - 1, -1, -1):
            entries = dict(self.entries)
            for position, step in enumerate((*surely, *names)):
                if position < len(surely) or mask >> (position - len(surely)) & 1:
                    rename(entries, step)
            for kept in ("all", "none", "half", "zeros"):
                if kept != "all" and not data:
                    continue
                contents = dict(self.contents)
                for file, steps in data:
                    contents[file] = partly(contents.get(file, b""), steps, kept)
                yield tree_of(entries, contents)
                made += 1
                if made >= limit:
                    return


def changed(content: bytes, step: Step) -> bytes:
    if step.kind == "truncate":
        return content[: step.offset].ljust(step.offset, b"\0")
    content = content.ljust(step.offset, b"\0")
    return content[: step.offset] + step.data + content[step.offset + len(step.data) :]


def partly(content: bytes, steps: list[Step], kept: str) -> bytes:
    if kept == "none":
        return content
    for step in steps[:-1]:
        content = changed(content, step)
    last = steps[-1]
    if kept == "half" and last.kind == "write":
        last = Step("write", last.name, last.file, last.data[: len(last.data) // 2], last.offset)
    elif kept == "zeros" and last.kind == "write":
        last = Step("write", last.name, last.file, bytes(len(last.data)), last.offset)
    return changed(content, last)


def rename(entries: dict[str, int], step: Step) -> None:
    if step.kind == "create":
        entries[step.name] = step.file
    elif step.kind == "mkdir":
        entries[step.name] = -1
    elif step.kind == "unlink":
        if entries.get(step.name) == step.file:
            del entries[step.name]
    else:
        entries.pop(step.name, None)
        entries[step.new_name] = step.file


def tree_of(entries: dict[str, int], contents: dict[int, bytes]) -> Tree:
    return {
        name: None if file < 0 else contents.get(file, b"")
        for name, file in entries.items()
        if name != "." and (parent(name) == "." or parent(name) in entries)
    }


def whole(steps: list[Step]) -> Tree:
    """Everything that was done, done: what the folder holds if no power cut comes."""
    disk = Disk.empty()
    for step in steps:
        disk.carry_out(step)
    return next(disk.states(1))


def put_on_disk(tree: Tree, folder: Path) -> None:
    folder.mkdir(parents=True)
    for name, content in sorted(tree.items()):
        if content is None:
            (folder / name).mkdir(parents=True, exist_ok=True)
        else:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)


def read_from_disk(folder: Path) -> Tree:
    return {
        file.relative_to(folder).as_posix(): None if file.is_dir() else file.read_bytes()
        for file in folder.rglob("*")
    }
