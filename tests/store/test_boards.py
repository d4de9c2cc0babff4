"""Boards over a store: what looks wrong in the data, and what was left behind by whom."""

from __future__ import annotations

import pytest

from nq77tui.core.confirmation import confirmations
from nq77tui.programme import load_catalogue
from nq77tui.store.board_text import BoardText
from nq77tui.store.boards import count_board
from nq77tui.store.checking import check_store
from nq77tui.store.progress import StoppedError


@pytest.fixture
def village(repository):
    """One commune with a village."""
    commune = {"name": "Yên Khoái", "level": "commune", "type": "xa", "code": "06541"}
    above = repository.add("area", {**commune, "valid_from": "2020-01-01"})
    values = {"name": "Chi Ma", "level": "village", "type": "thon", "parent": above.id}
    return repository.add("area", values).id


@pytest.fixture
def board(repository):
    """The lines of a board by what they are called: the numbers, and the ids behind the first."""

    def ask(name, **how):
        chosen = repository.programme.boards[name]
        table = count_board(repository, chosen, **how)
        words = BoardText(repository, load_catalogue("vi"), chosen)
        return {
            words.name(table, line): ([cell.number for cell in line.cells], line.cells[0].ids)
            for line in table.lines
        }

    return ask


def household(repository, village, **values):
    known = {"head": "Vi Văn Hòa", "area": village, "persons": 4}
    return repository.add("household", {**known, **values}).id


def test_every_doubt_is_a_line_that_leads_to_its_records(repository, board, village):
    sound = household(repository, village)
    crowded = household(repository, village, head="Lộc Văn Ánh", persons=20)
    twice = household(repository, village)
    empty = household(repository, village, head="Lý Thị Ân", persons=None)
    full = household(repository, village, head="Nông Thị Vân", persons=None)
    repository.add("member", {"name": "Nông Văn Cường", "household": full})
    person = repository.add(
        "person",
        {
            "name": "Trần Thị Bình",
            "gender": "male",
            "birth": "1985",
            "citizen_number": "020185000123",
            "category": "cadre",
            "area": village,
        },
    ).id
    found = board("quality")

    assert set(found["Có thể trùng nhau · Hộ gia đình"][1]) == {sound, twice}
    [crowd] = [one for name, one in found.items() if "Trên 15 nhân khẩu" in name]
    assert crowd[1] == [crowded]
    assert found["Hộ chưa ghi nhân khẩu"][1] == [empty]
    assert found["Số CCCD lệch · Cán bộ, đảng viên · Số CCCD"] == ([1], [person])
    assert found["Thiếu · Cán bộ, đảng viên · Cấp"][1] == [person]
    # As many doubts as a check of the whole store finds.
    checked = {name: one for name, one in found.items() if name.startswith(("Số", "Thiếu", "Khác"))}
    assert sum(numbers[0] for numbers, _ in checked.values()) == check_store(repository).warnings


def test_what_somebody_confirmed_is_no_line_until_it_changes(repository, board, village):
    crowded = household(repository, village, persons=20)
    values = repository.get(crowded).values
    doubts = repository.check("household", values, crowded)
    repository.edit(crowded, confirmations(doubts, values))

    assert board("quality", area=village) == {}
    repository.edit(crowded, {"persons": 21})
    [(numbers, ids)] = board("quality", area=village).values()
    assert (numbers, ids) == ([1], [crowded])


def test_what_somebody_left_behind_is_found_and_who_has_the_most(repository, board, village):
    people = [
        repository.add("person", {"name": name, "area": village}).id
        for name in ("Trần Thị Bình", "Lộc Văn Ánh", "Hoàng Văn Đoàn", "Lý Thị Ân")
    ]
    for at, share in enumerate((3, 2, 1)):
        for number in range(share):
            unit = household(repository, village, head=f"Vi Văn {at}{number}")
            charge = {"person": people[at], "unit": unit, "from": "2023-01-01"}
            repository.add("assignment", {**charge, "duties": ["in_charge"]})
    repository.edit(people[1], {"to": "2024-01-31"})
    repository.delete(people[2])
    lines = board("load", area=village)
    [(numbers, _)] = lines.values()

    # In all, people, median, most, people without anything, left behind.
    assert numbers == [6, 3, 2, 3, 1, 3]
    by_person = board("load", grouping=("person",))
    assert by_person["Trần Thị Bình"][0] == [3, 0, 3, 0]
    assert by_person["Lộc Văn Ánh"][0] == [2, 0, 2, 2]
    assert by_person[f"(đã xóa hoặc không xem được: {people[2]})"][0] == [1, 0, 1, 1]


def test_whoever_waits_for_a_board_may_leave(repository, village):
    household(repository, village)

    def leave(part, done, of):
        raise StoppedError

    for name in ("quality", "households_visited"):
        with pytest.raises(StoppedError):
            count_board(repository, repository.programme.boards[name], watch=leave)


def test_who_may_see_one_commune_counts_no_other(repository, open_store, village):
    other = {"name": "Tú Mịch", "level": "commune", "type": "xa", "code": "06542"}
    elsewhere = repository.add("area", {**other, "valid_from": "2020-01-01"}).id
    far = {"name": "Nà Pá", "level": "village", "type": "thon", "parent": elsewhere}
    theirs = repository.add("area", far).id
    for place in (village, village, theirs):
        household(repository, place)
    own = repository.get(village).get("parent")
    rights = {"boss": {"role": "supervisor"}, "lan": {"role": "operator", "areas": [own]}}
    repository.keep_settings(rights=rights)

    with open_store(user="lan") as limited:
        boards = limited.programme.boards
        visited = count_board(limited, boards["households_visited"])
        doubled = count_board(limited, boards["quality"])

    assert visited.total.cells[0].number == 2
    assert elsewhere not in {line.key for line in visited.lines}
    assert not {one for line in doubled.lines for one in line.cells[0].ids} & {
        row.id for row in repository.find("household", "area", theirs)
    }
    everything = count_board(repository, boards["households_visited"])
    assert everything.total.cells[0].number == 3
