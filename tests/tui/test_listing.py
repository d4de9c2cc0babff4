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


def test_the_first_rows_are_there_before_the_order_is(desk) -> None:
    listing = desk.listing("household")
    listing.peek()

    assert len(listing.ids) == len(listing) == 4

    all_of(listing.refresh())

    assert heads(listing) == ["Nông Văn An", "Lý Thị Ân", "Hoàng Văn Đoàn", "Vi Văn Hòa"]


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
