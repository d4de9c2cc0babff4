"""Who changed what, and taking one's own last commit back by a new write."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nq77tui.core.problem import RefusedError
from nq77tui.store import Repository
from nq77tui.store.backup import restore_backup, write_backup
from nq77tui.store.way_back import changes_of, undo_last


@pytest.fixture
def reopen(repository, tmp_path):
    """Opens the same store again: the same operator, another, or another machine's user."""

    def open_again(operator: str = "Lan", rights: str = "rights") -> Repository:
        return Repository.open(
            repository.folder,
            repository.programme,
            operator=operator,
            clock=repository._clock,
            state_folder=tmp_path / rights,
        )

    return open_again


def told(repository: Repository, record_id: str) -> list[tuple[object, ...]]:
    return [
        (one.kind, one.field, one.before, one.after, one.stamp.by)
        for one in changes_of(repository, record_id)
    ]


@pytest.mark.parametrize("folds", [False, True])
def test_a_record_tells_who_changed_what_from_what_to_what(
    repository, reopen, clock, folds
) -> None:
    made = repository.add("household", {"head": "Vi Văn A", "persons": 4})
    clock.now += timedelta(days=1)
    with reopen("Sơn", "other rights") as colleague:
        colleague.edit(made.id, {"persons": 5})
    clock.now += timedelta(days=1)
    repository.delete(made.id)
    clock.now += timedelta(days=1)
    repository.keep(made.id)
    if folds:
        repository._storage.compact()
    assert told(repository, made.id) == [
        ("created", "head", None, "Vi Văn A", "Lan"),
        ("created", "persons", None, 4, "Lan"),
        ("changed", "persons", 4, 5, "Sơn"),
        ("deleted", "", None, None, "Lan"),
        ("kept", "", None, None, "Lan"),
    ]
    stamps = [one.stamp.at for one in changes_of(repository, made.id)]
    assert stamps == sorted(stamps)
    assert len({one.replica for one in changes_of(repository, made.id)}) == 2


def test_a_record_that_is_not_here_has_no_history(repository) -> None:
    with pytest.raises(RefusedError) as caught:
        changes_of(repository, "AAAAAAAA-1")
    assert caught.value.problems[0].key == "repository.no_record"


@pytest.mark.parametrize("goes_on", ["at once", "after a fold", "after a restart"])
def test_undo_takes_back_one_commit_after_the_other(repository, reopen, goes_on) -> None:
    made = repository.add("household", {"head": "Vi Văn A", "persons": 4})
    repository.edit(made.id, {"persons": 5})
    repository.edit(made.id, {"head": "Vi Văn B"})
    repository.delete(made.id)
    if goes_on == "after a fold":
        repository._storage.compact()
    if goes_on == "after a restart":
        repository.close()
        repository = reopen()
    states = []
    for _ in range(4):
        undo_last(repository)
        record = repository.require(made.id)
        states.append((record.is_dead, dict(record.values)))
    assert states == [
        (False, {"head": "Vi Văn B", "persons": 5}),
        (False, {"head": "Vi Văn A", "persons": 5}),
        (False, {"head": "Vi Văn A", "persons": 4}),
        (True, {"head": "Vi Văn A", "persons": 4}),
    ]
    with pytest.raises(RefusedError) as caught:
        undo_last(repository)
    assert caught.value.problems[0].key == "history.nothing_to_undo"
    repository.close()


def test_undo_is_one_commit_that_takes_back_one(repository) -> None:
    with repository.transaction():
        first = repository.add("household", {"head": "Vi Văn A"})
        second = repository.add("household", {"head": "Vi Văn B"})
    before = len(list(repository.commits()))
    assert {record.id for record in undo_last(repository)} == {first.id, second.id}
    assert repository.count("household") == 0
    *_, last = repository.commits()
    assert (last.sequence, last.note) == (before + 1, {"undoes": before})


def test_undo_leaves_alone_what_a_colleague_changed_since(repository, reopen) -> None:
    made = repository.add("household", {"head": "Vi Văn A", "persons": 4})
    repository.edit(made.id, {"head": "Vi Văn B", "persons": 5})
    with reopen("Sơn", "other rights") as colleague:
        colleague.edit(made.id, {"head": "Vi Văn C"})
        undo_last(colleague)
        with pytest.raises(RefusedError):
            undo_last(colleague)  # that was its only commit, and mine are not its own
    repository.refresh()
    assert repository.require(made.id).values == {"head": "Vi Văn B", "persons": 5}
    with reopen("Sơn", "other rights") as colleague:
        colleague.edit(made.id, {"head": "Vi Văn D"})
    undo_last(repository)
    assert repository.require(made.id).values == {"head": "Vi Văn D", "persons": 4}


def test_beyond_the_history_undo_says_so(repository) -> None:
    made = repository.add("household", {"head": "Vi Văn A"})
    repository._storage.compact()
    for segment in (repository.folder / "history").iterdir():
        segment.unlink()
    repository.edit(made.id, {"head": "Vi Văn B"})
    with pytest.raises(RefusedError) as caught:
        undo_last(repository)
    assert caught.value.problems[0].key == "history.too_old"
    assert repository.require(made.id).values == {"head": "Vi Văn B"}


def test_a_restored_store_knows_its_history_and_owns_nothing_of_it(
    repository, tmp_path, clock
) -> None:
    made = repository.add("household", {"head": "Vi Văn A"})
    repository.edit(made.id, {"head": "Vi Văn B"})
    write_backup(repository.folder, tmp_path / "a.backup")
    restore_backup(tmp_path / "a.backup", tmp_path / "restored")
    with Repository.open(
        tmp_path / "restored",
        repository.programme,
        operator="Lan",
        clock=clock,
        state_folder=tmp_path / "rights",
    ) as restored:
        assert told(restored, made.id) == told(repository, made.id)
        with pytest.raises(RefusedError):
            undo_last(restored)
        restored.edit(made.id, {"head": "Vi Văn C"})
        undo_last(restored)
        assert restored.require(made.id).values == {"head": "Vi Văn B"}
