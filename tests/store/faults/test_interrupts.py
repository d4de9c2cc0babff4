"""An interrupt (Ctrl-C, SIGTERM as an exception) at every line of the end of a commit."""

from __future__ import annotations

import sys
from collections.abc import Callable
from threading import Thread
from types import FrameType
from typing import Any

import pytest

from nq77tui.store import Repository

_WATCHED = (
    *("storage.py", "committing.py", "following.py", "journal.py", "tables.py"),
    *("writer.py", "replica_table.py", "replica.py"),
)


def interrupted_at(step: int, action: Callable[[], None]) -> bool:
    """Run an action, with an interrupt before its nth line in the store's modules.

    Returns:
        Whether it came to that line.
    """
    seen = 0

    def at_line(frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal seen
        if event == "line":
            seen += 1
            if seen == step:
                sys.settrace(None)
                raise KeyboardInterrupt
        return at_line

    def at_call(frame: FrameType, _event: str, _argument: Any) -> Any:
        return at_line if frame.f_code.co_filename.endswith(_WATCHED) else None

    sys.settrace(at_call)
    try:
        action()
    except KeyboardInterrupt:
        pass
    finally:
        sys.settrace(None)
    return seen >= step


@pytest.mark.parametrize("what", ["a save", "a transaction of three"])
def test_an_interrupt_at_any_line_of_a_commit_leaves_it_whole_or_not_at_all(
    open_store: Callable[..., Repository], what: str, figures: Callable[..., None]
) -> None:
    """What is there afterwards is on the disk, whole, once; and the same handle goes on.

    A commit whose line is on the disk when the interrupt comes is there, although nobody was
    told so; that is as after a power cut between the two.
    """
    repository = open_store()
    watcher = open_store(read_only=True)
    repository.add("household", {"head": "Vi Văn A"})
    size = 1 if what == "a save" else 3
    step = there = not_there = 0
    reached = True
    expected = 1

    def commit() -> None:
        with repository.transaction():
            for number in range(size):
                repository.add("household", {"head": f"{step}-{number}"})

    while reached:
        step += 1 if size == 1 else 3
        reached = interrupted_at(step, commit)
        watcher.refresh()
        repository.refresh()
        found = [row.values["head"] for row in repository.rows("household")]
        of_this = [head for head in found if str(head).startswith(f"{step}-")]
        assert len(of_this) in (0, size)
        assert found == [row.values["head"] for row in watcher.rows("household")]
        assert len(set(found)) == len(found)
        expected += len(of_this)
        there += bool(of_this)
        not_there += not of_this
        assert repository.heard()[repository.replica] == expected
    made = repository.add("household", {"head": "Sau đó"})
    assert made.id.startswith(repository.replica)
    assert repository.heard()[repository.replica] == expected + 1
    sequences = [commit.sequence for commit in repository.commits()]
    assert sequences == list(range(1, len(sequences) + 1))
    repository.close()
    watcher.close()
    with open_store() as again:
        assert again.count("household") == expected + 1
        assert again.notices == []
    figures(lines=step, whole=there, nothing=not_there)
    assert there > 1
    assert not_there > 5


def test_two_threads_of_one_program_write_whole_commits_of_their_own(
    open_store: Callable[..., Repository],
) -> None:
    """A merge behind the keys, and a form that is saved meanwhile."""
    with open_store() as repository:

        def write(name: str) -> None:
            for number in range(40):
                with repository.transaction({"by": name}):
                    for part in range(3):
                        repository.add("household", {"head": f"{name} {number}-{part}"})

        interval = sys.getswitchinterval()
        sys.setswitchinterval(1e-6)
        threads = [Thread(target=write, args=(name,)) for name in ("An", "Bình")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        sys.setswitchinterval(interval)
        written = [
            (
                commit.note["by"],
                [
                    operation[3]["head"]
                    for operation in commit.operations
                    if operation[1] == "household"
                ],
            )  # fmt: skip
            for commit in repository.commits()
        ]
        assert len(written) == 80
        for name in ("An", "Bình"):
            heads = [heads for by, heads in written if by == name]
            assert heads == [[f"{name} {n}-{part}" for part in range(3)] for n in range(40)]
        assert list(repository.heard().values()) == [240]
