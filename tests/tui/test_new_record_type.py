"""A record type that is two TOML files is on every screen."""

from __future__ import annotations

import pytest

from nq77tui.programme import load_catalogue, load_programme
from nq77tui.store import Repository, create_store
from nq77tui.tui.desk import Desk
from nq77tui.tui.settings import Settings


@pytest.fixture
def desk(with_water, tmp_path, clock):
    programme = load_programme(with_water)
    create_store(tmp_path / "water", programme)
    with Repository.open(
        tmp_path / "water",
        programme,
        operator="Lan",
        clock=clock,
        state_folder=tmp_path / "state",
    ) as repository:
        commune = repository.add("area", {"name": "Yên Khoái", "level": "commune"}).id
        for name in ("Nà Mẫu", "Bản Hoi"):
            repository.add("area", {"name": name, "level": "village", "parent": commune})
        yield Desk(repository, programme, load_catalogue("vi"), Settings())


async def test_home_list_form_and_coverage_know_the_new_type(start) -> None:
    async with start() as user:
        assert "0 Nước sạch" in user.screen
        await user.press("0")
        assert user.title.startswith("Nước sạch")
        await user.press("insert")
        await user.type("na mau", "enter")
        await user.press("enter")
        await user.type("1")
        await user.type("12", "enter")
        await user.type("2,5", "enter")
        await user.press("f2")
        made = user.only("clean_water")
        assert made.values["households"] == 12
        assert made.values["source"] == "well"
        assert made.values["total"] == 30
        assert "Nà Mẫu" in user.rows[0]
        assert "Giếng" in user.rows[0]
        counted = user.repository.coverage("2024-12-31")
        root = counted.tree.root
        assert counted.share(root, "villages_with_water") == (1, 2)
        assert counted.figure(root, "water_households") == 12
        await user.press("escape", "f6")
        await user.press("t")
        assert "Thôn có nước sạch" in user.screen
