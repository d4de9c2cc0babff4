"""What a list is made from: complete, in order and up to date after any writes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from nq77tui.core.screen import Column
from nq77tui.programme import load_programme, shipped_folder
from nq77tui.store import Repository, create_store
from nq77tui.tui.listing import Listing
from nq77tui.tui.row_text import RowText


def all_of(steps) -> None:
    for _ in steps:
        pass


@pytest.fixture
def listing(desk) -> Listing:
    listing = desk.listing("household")
    all_of(listing.refresh())
    return listing


def heads(listing) -> list[str]:
    return [listing.cells(row_id)[0] for row_id in listing.ids]


def test_rows_are_counted_before_they_are_in_order_and_sorted_where_one_looks(desk) -> None:
    listing = desk.listing("household")

    assert (len(listing.ids), len(listing)) == (0, 4)

    all_of(listing.refresh())

    assert listing.cells(listing.ids[-1])[0] == "Vi Văn Hòa"
    assert heads(listing) == ["Nông Văn An", "Lý Thị Ân", "Hoàng Văn Đoàn", "Vi Văn Hòa"]
    assert [listing.ids.index(row_id) for row_id in listing.ids] == [0, 1, 2, 3]
    assert listing.ids[1:9] == list(listing.ids)[1:]
    with pytest.raises(ValueError):
        listing.find("vi van")[:].index(listing.ids[0])
    with pytest.raises(ValueError):
        listing.find("vi van").index(listing.ids[0])
    with pytest.raises(IndexError):
        listing.ids[4]


def test_every_order_is_the_same_as_sorting_everything_at_once(desk) -> None:
    with desk.repository.transaction():
        villages = [row.id for row in desk.repository.rows("area") if "parent" in row.values]
        for number in range(120):
            head = f"{'LHVN'[number % 4]}ò Văn {'AĂÂBĐ'[number % 5]}{'nc'[number % 2]}"
            values = {"head": head, "persons": 1 + number % 7, "area": villages[number % 3]}
            if number % 11 == 0:
                del values["persons"], values["area"]
            desk.repository.add("household", values)
    screen = desk.programme.screens["household"]
    for by_given_name in (True, False):
        text = RowText(desk.repository, replace(screen, by_given_name=by_given_name), "vi")
        for sort in [("head",), ("head", "persons"), ("persons", "head"), ("area", "head"), ()]:
            listing = Listing(
                desk.repository, replace(screen, sort=sort, by_given_name=by_given_name), "vi"
            )
            all_of(listing.refresh())
            rows = sorted(
                desk.repository.rows("household"), key=lambda row: text.key(row.values, sort)
            )
            assert list(listing.ids) == [row.id for row in rows]
            found = [row.id for row in rows if "Đn" in row.values["head"]]
            assert list(listing.find("đn")) == found != []


@pytest.mark.parametrize("count", [3, 300])
def test_few_or_many_new_rows_go_to_their_places(desk, listing, count) -> None:
    with desk.repository.transaction():
        for number in range(count):
            desk.repository.add("household", {"head": f"Bế Văn {chr(97 + number * 7 % 26)}"})
    all_of(listing.refresh())
    fresh = Listing(desk.repository, desk.programme.screens["household"], "vi")
    all_of(fresh.refresh())

    assert len(listing) == count + 4
    assert heads(listing) == heads(fresh)


def test_a_changed_row_moves_and_a_deleted_one_goes(desk, listing) -> None:
    first, last = listing.ids[0], listing.ids[-1]
    desk.repository.edit(first, {"head": "Nông Văn Yên"})
    desk.repository.delete(last)
    all_of(listing.refresh())

    assert heads(listing) == ["Lý Thị Ân", "Hoàng Văn Đoàn", "Nông Văn Yên"]
    assert list(listing.find("nong van yen")) == [first]


def test_the_commune_finds_the_households_of_its_villages(listing) -> None:
    found = [listing.cells(row_id)[0] for row_id in listing.find("yen khoai")]

    assert found == ["Nông Văn An", "Lý Thị Ân", "Hoàng Văn Đoàn"]


def test_personal_numbers_show_their_last_digits_only_and_are_found_by_all(tmp_path) -> None:
    programme = load_programme(shipped_folder())
    create_store(tmp_path / "own", programme)
    columns = (Column("citizen_number", 12), Column("phone", 14))
    screen = replace(programme.screens["person"], columns=columns)
    values = {"citizen_number": "020085000001", "phone": "0912345678"}
    with Repository.open(
        tmp_path / "own",
        programme,
        operator="Lan",
        clock=lambda: datetime(2024, 6, 3, tzinfo=UTC),
        state_folder=tmp_path / "rights",
    ) as repository:
        text = RowText(repository, screen, "vi")

        assert text.cells(values) == ("********0001", "**** **5 678")
        assert text.cells({}) == ("", "")
        assert "020085000001" in text.found_by(values)
