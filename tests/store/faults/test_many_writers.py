"""Six processes with six hundred saves each on one store, as six operators do it."""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime

from hurt_store import check_history

from nq77tui.store import Repository, create_store
from nq77tui.store.history import commits

WRITERS, SAVES = 6, 600


def test_six_operators_with_six_hundred_saves_each(tmp_path, programme, figures) -> None:
    folder = tmp_path / "shared"
    create_store(folder, programme)

    def open_as(operator: str) -> Repository:
        return Repository.open(
            folder,
            programme,
            operator=operator,
            clock=lambda: datetime(2024, 6, 3, 8, tzinfo=UTC),
            state_folder=tmp_path / "rights",
        )

    def work(number: int) -> None:
        with open_as(f"operator {number}") as repository:
            for save in range(SAVES):
                values = {"name": f"Nà {number}-{save}", "level": "village"}
                if save % 10 == 9:  # a form that saves two records is one commit
                    with repository.transaction():
                        repository.add("area", values)
                        repository.add("area", {"name": f"Pò {number}-{save}", "level": "village"})
                else:
                    repository.add("area", values)
                if save % 150 == 149:
                    repository._storage.compact()

    with open_as("first") as repository:  # so that all of them find one right to write
        repository.add("area", {"name": "Lộc Bình", "level": "district"})
    began = time.monotonic()
    children = []
    for number in range(WRITERS):
        child = os.fork()
        if child == 0:
            try:
                work(number)
                os._exit(0)
            except BaseException as error:  # noqa: BLE001 - said, and then the child ends
                print(error, file=sys.stderr)
                os._exit(1)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * WRITERS
    seconds = time.monotonic() - began

    records = WRITERS * SAVES * 11 // 10
    with open_as("first") as repository:
        found = list(repository.records("area"))
        assert repository.notices == []
        assert len(found) == records + 1
        assert {record.get("name") for record in found} == {
            "Lộc Bình",
            *(f"Nà {number}-{save}" for number in range(WRITERS) for save in range(SAVES)),
            *(f"Pò {number}-{save}" for number in range(WRITERS) for save in range(9, SAVES, 10)),
        }
        dots = sorted(
            (replica, counter) for record in found for replica, counter in record.vector.items()
        )
        assert dots == [(repository.replica, counter) for counter in range(1, records + 2)]
        assert repository.heard() == {repository.replica: records + 1}
        assert repository._storage.sequence == WRITERS * SAVES + 1
    check_history(folder / "store.json", WRITERS * SAVES + 1)
    assert sum(1 for _ in commits(folder / "history", folder / "journal")) == WRITERS * SAVES + 1
    figures(
        processes=WRITERS,
        commits=WRITERS * SAVES,
        records=records,
        commits_a_second=round(WRITERS * SAVES / seconds),
        lost=0,
        twice=0,
        gaps=0,
    )
