"""The app in the hands of people who may not see or change everything."""

from __future__ import annotations

import pytest

from nq77tui.programme import load_catalogue
from nq77tui.store import Repository
from nq77tui.store.disclosures import disclosures
from nq77tui.tui.desk import Desk
from nq77tui.tui.settings import Settings
from nq77tui.tui.views.entry.form import FormView
from nq77tui.tui.views.history import HistoryView
from nq77tui.tui.views.home import HomeView
from nq77tui.tui.views.sticks.merge import Chosen, MergeView

NUMBER, PHONE = "020185000017", "0912345678"


@pytest.fixture
def village(repository):
    """A village of the sample."""
    return repository.find_area("Nà Pầy")


@pytest.fixture
def lan(repository, village):
    """Somebody with a citizen number and a telephone, found by an unusual name."""
    values = {"name": "Zét Thị Lan", "area": village, "citizen_number": NUMBER, "phone": PHONE}
    return repository.add("person", values).id


@pytest.fixture
def desk_of(repository, programme, clock, tmp_path):
    """The desk of a user with a role, and areas if any."""
    opened = []

    def sit_down(role, *areas):
        tables = {"boss": {"role": "supervisor"}, "hoa": {"role": role, "areas": list(areas)}}
        repository.keep_settings(rights=tables)
        theirs = Repository.open(
            tmp_path / "sample",
            programme,
            operator="Hòa",
            clock=clock,
            state_folder=tmp_path / "state of hoa",
            user="hoa",
        )
        opened.append(theirs)
        return Desk(theirs, programme, load_catalogue("vi"), Settings(), root=tmp_path / "system")

    yield sit_down
    for theirs in opened:
        theirs.close()


async def test_a_viewer_looks_on_and_each_look_at_a_number_is_noted(
    start, desk_of, lan, tmp_path
) -> None:
    async with start(at=desk_of("viewer")) as user:
        assert user.title.endswith("CHỈ ĐỌC")
        await user.press("p")
        await user.type("zet lan")
        [row] = user.rows
        assert row.split()[:3] == ["Zét", "Thị", "Lan"]

        await user.press("delete")
        assert "“hoa” chỉ được xem kho này" in user.message
        await user.press("insert")
        assert "“hoa” chỉ được xem kho này" in user.message

        await user.press("enter")
        assert isinstance(user.view, FormView)
        assert user.title.endswith("CHỈ ĐỌC")
        assert "********0017" in user.line("Số CCCD")
        assert "5 678" in user.line("Điện thoại")
        assert "0912" not in user.screen
        await user.press("f7")
        assert isinstance(user.view, HistoryView)
        assert "********0017" in user.screen
        assert NUMBER not in user.screen
        await user.press("escape")

        assert disclosures(tmp_path / "sample") == []
        await user.press("f11")
        assert NUMBER in user.message
        assert "0912 345 678" in user.message
        [noted] = disclosures(tmp_path / "sample")
        assert (noted["user"], noted["by"], noted["ids"]) == ("hoa", "Hòa", [lan])

        await user.press("escape")
        await user.press("ctrl+b")
        assert NUMBER in user.message
        assert len(disclosures(tmp_path / "sample")) == 2


async def test_what_cannot_be_noted_is_not_shown(start, desk_of, lan, tmp_path) -> None:
    (tmp_path / "sample" / "disclosures.jsonl").mkdir()
    async with start(at=desk_of("viewer")) as user:
        await user.press("p")
        await user.type("zet lan", "f11")
        assert NUMBER not in user.screen
        assert "Không ghi được vào sổ theo dõi" in user.message


async def test_an_operator_of_one_village_sees_and_keys_that_village(
    start, desk_of, repository, village
) -> None:
    of_all = repository.count("household")
    own = len(repository.find("household", "area", village))
    assert 0 < own < of_all
    async with start(at=desk_of("operator", village)) as user:
        assert "CHỈ ĐỌC" not in user.title
        await user.press("h")
        assert user.title.endswith(str(own))
        await user.press("delete", "c")
        assert "Đã xóa" in user.message
        await user.press("f12", "escape")  # that this machine writes under a name of its own
        await user.press("escape")

        await user.press("c")
        assert user.title.startswith("Bao phủ: Nà Pầy")
        assert len([line for line in user.rows if line.strip()]) == 1
        repository.refresh()
        share = repository.coverage("2024-06-03").share(village, "households_assigned")
        assert f"{share.have}/{share.of}" in user.rows[0]
        await user.press("escape")
        assert isinstance(user.view, HomeView)

        await user.press("a")  # who is in charge is the supervisor's to say
        assigned = user.repository.count("assignment")
        assert 0 < assigned < repository.count("assignment")
        await user.press("delete", "c")
        assert "“Phân công” do người phụ trách ghi" in user.message
        assert user.repository.count("assignment") == assigned
    repository.refresh()
    assert repository.count("household") == of_all - 1
    assert len(repository.find("household", "area", village)) == own - 1


async def test_an_operator_who_brings_a_file_is_told_whose_work_that_is(
    start, desk_of, repository, village, tmp_path
) -> None:
    brought = tmp_path / "brought.json"
    brought.write_bytes((tmp_path / "sample" / "store.json").read_bytes())
    async with start(at=desk_of("operator", village)) as user:
        user.app.push_screen(MergeView(user.view.desk, chosen=Chosen(tmp_path, [brought])))
        await user.settle()
        assert "không thay đổi gì" in user.message
        assert "Nhận dữ liệu: việc của người phụ trách" in user.screen
