"""Rows entered as a grid: kept with the record they belong to, there whole or not at all."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from nq77tui.programme import load_programme
from nq77tui.store.checking import check_store
from nq77tui.tui.drafting import draft_of, resumed, waiting
from nq77tui.tui.form_model import FormModel
from nq77tui.tui.views.entry.form import FormView
from nq77tui.tui.widgets.form_pane import FormPane

MEMBER = """
version = 1
label = { vi = "Thành viên", en = "Member" }
title = ["name"]
area = "household"
[fields.household]
type = "reference"
to = ["household"]
label = { vi = "Hộ", en = "Household" }
required = true
[fields.name]
type = "text"
label = { vi = "Họ tên", en = "Name" }
required = true
[fields.code]
type = "code"
mask = "##-##"
label = { vi = "Mã", en = "Code" }
[fields.birth]
type = "date"
label = { vi = "Sinh", en = "Born" }
year_only = true
[[fields.birth.constraint]]
test = ". <= today()"
message = { vi = "Chưa sinh.", en = "Not born yet." }
[[fields.birth.constraint]]
test = "year(.) >= 1930"
severity = "warning"
message = { vi = "Rất già.", en = "Very old." }
[fields.gender]
type = "choice"
label = { vi = "Giới", en = "Gender" }
choices = [
  { code = "m", label = { vi = "Nam", en = "Male" } },
  { code = "f", label = { vi = "Nữ", en = "Female" } },
]
"""
COUNT = """
version = 1
label = { vi = "Đàn", en = "Herd" }
title = ["species"]
area = "area"
[fields.household]
type = "reference"
to = ["household"]
label = { vi = "Hộ", en = "Household" }
[fields.area]
type = "reference"
to = ["area"]
label = { vi = "Thôn", en = "Village" }
required = true
[fields.species]
type = "choice"
label = { vi = "Loài", en = "Species" }
choices = [
  { code = "TRAU", label = { vi = "Trâu", en = "Buffalo" } },
  { code = "BO", label = { vi = "Bò", en = "Cattle" } },
  { code = "GA", label = { vi = "Gà", en = "Chicken" } },
]
[fields.head]
type = "integer"
label = { vi = "Số con", en = "Head" }
required = true
[fields.date]
type = "date"
label = { vi = "Ngày đếm", en = "Counted" }
"""
LIST = """
label = {{ vi = "{record}", en = "{record}" }}
key = "{key}"
group = "people"
[list]
columns = [{{ field = "household", width = 30 }}]
sort = ["household"]
[[form.section]]
label = {{ vi = "{record}", en = "{record}" }}
fields = {fields}
"""
GRIDS = """
[[form.section]]
label = { vi = "Người", en = "Members" }
[form.section.repeat]
record = "member"
link = "household"
columns = [
  { name = "name", width = 24 },
  { name = "gender", width = 8, appearance = "quick" },
  { name = "birth", width = 10, advance = 4 },
]
first = { name = "${head}" }
[[form.section]]
label = { vi = "Vật nuôi", en = "Livestock" }
[form.section.repeat]
record = "herd"
link = "household"
columns = [
  { name = "species", width = 12 },
  { name = "head", width = 8 },
  { name = "date", width = 12, default = "today()" },
]
given = { area = "${area}" }
each = "species"
each_when = "${pledge}"
relevant = "${pledge} != false()"
[metrics.visited]"""


@pytest.fixture(scope="session")
def programme(tmp_path_factory):
    """The trial programme, with members and herds of a household as grids in its form."""
    folder = tmp_path_factory.mktemp("programme")
    shutil.copytree(Path(__file__).parent / "programme", folder, dirs_exist_ok=True)
    for record, schema, key, fields in (
        (
            "member",
            MEMBER,
            "t",
            '["household", { name = "code", advance = true }, "name", "gender", "birth"]',
        ),
        ("herd", COUNT, "v", '["household", "area", "species", "head", "date"]'),
    ):
        (folder / "schemas" / f"{record}.toml").write_text(schema, encoding="utf-8")
        screen = LIST.format(record=record, key=key, fields=fields)
        (folder / "screens" / f"{record}.toml").write_text(screen, encoding="utf-8")
    household = folder / "screens" / "household.toml"
    text = household.read_text(encoding="utf-8")
    household.write_text(text.replace("\n[metrics.visited]", GRIDS), encoding="utf-8")
    return load_programme(folder)


def current(user) -> str:
    return user.view.query_one(FormPane).current


def column(user) -> str:
    return current(user).rpartition("/")[2]


def rows_of(user, record_type, household) -> list[dict]:
    """What the rows of a household hold, in the order of their writing."""
    rows = user.repository.find(record_type, "household", household)
    return [
        {
            name: row.values[name]
            for name in user.app.desk.programme.schemas[record_type].fields
            if name != "household" and row.values.get(name) is not None
        }
        for row in sorted(rows, key=lambda row: row.id)
    ]


async def begin(user) -> None:
    """A new household, up to its grids."""
    await user.type("na mo", "enter")
    await user.type("Lê Văn Tám", "enter")


async def test_a_household_and_its_people_are_one_commit(start) -> None:
    async with start() as user:
        await user.press("h", "insert")
        await begin(user)
        await user.press("alt+2", "c", "alt+3")
        await user.type("Lê Văn Tám", "enter")
        await user.type("11985Hoàng Thị Hoa", "enter")
        await user.type("2", "enter", "enter")

        assert current(user).startswith("herd.household")
        assert column(user) == "head"
        assert "Trâu" in user.screen

        await user.type("2", "enter", "enter", "enter")
        commits = len(list(user.repository.commits()))
        await user.type("30", "f2")

        assert user.message == "Đã lưu: Lê Văn Tám"
        assert len(list(user.repository.commits())) == commits + 1
        household = user.id_of("household", head="Lê Văn Tám")
        area = user.id_of("area", name="Nà Mò")
        assert rows_of(user, "member", household) == [
            {"name": "Lê Văn Tám", "gender": "m", "birth": "1985"},
            {"name": "Hoàng Thị Hoa", "gender": "f"},
        ]
        assert rows_of(user, "herd", household) == [
            {"species": "TRAU", "head": 2, "date": "2024-09-05", "area": area},
            {"species": "GA", "head": 30, "date": "2024-09-05", "area": area},
        ]
        assert not check_store(user.repository).problems

        await user.press("f9", "c")

        assert user.repository.count("household") == 4
        assert user.repository.count("member") == user.repository.count("herd") == 0


async def test_a_row_that_is_wrong_keeps_everything_from_being_saved(start) -> None:
    async with start("household") as user:
        await begin(user)
        await user.press("alt+3")
        await user.type("Lê Văn Tám", "enter", "enter", "enter")
        await user.press("right", "right")
        await user.type("2050")
        await user.press("f2")

        assert user.repository.count("household") == 4
        assert user.repository.count("member") == 0
        assert "2 lỗi: Người, dòng 2: Họ tên" in user.message
        assert column(user) == "name"
        assert "!" in user.line("                        ")[:2]

        await user.press("f4")

        assert column(user) == "birth"
        assert "Chưa sinh." in user.screen

        await user.press("ctrl+y", "f2")

        household = user.id_of("household", head="Lê Văn Tám")
        assert rows_of(user, "member", household) == [{"name": "Lê Văn Tám"}]


async def test_arrows_ditto_and_taking_rows_away(start) -> None:
    async with start() as user:
        await user.press("h", "enter")
        household = user.view.model.record_id
        head = user.view.model.values["head"]
        await user.press("alt+3", "f8")

        assert user.line(head)

        await user.press("left", "ctrl+u")
        await user.type("Vi Văn A", "enter")
        await user.type("1", "f8")

        assert "Ô trên không có gì" in user.message

        await user.type("1990Vi Văn B", "right")
        await user.press("f8")

        assert column(user) == "birth"

        await user.press("ctrl+d")
        await user.type("Vi Văn C", "up")

        assert user.view.model.at(current(user))[0].values["name"] == "Vi Văn B"

        await user.press("ctrl+y")

        assert user.line("Vi Văn B")[1] == "-"

        await user.press("ctrl+y")

        assert user.line("Vi Văn B")[1] == " "

        await user.press("up", "ctrl+y", "f2")

        assert rows_of(user, "member", household) == [
            {"name": "Vi Văn B", "gender": "m", "birth": "1990"},
            {"name": "Vi Văn C"},
        ]

        await user.press("enter", "alt+3", "ctrl+y", "down", "end", "left")
        await user.press("end", "backspace", "D", "f2")

        assert rows_of(user, "member", household) == [{"name": "Vi Văn D"}]


async def test_a_doubt_about_a_row_is_confirmed_in_that_row(start) -> None:
    async with start("household") as user:
        await begin(user)
        await user.press("alt+3")
        await user.type("Lê Văn Tám", "enter", "enter")
        await user.type("1925", "f2")

        assert "Người, dòng 1: Sinh: Rất già." in user.message
        assert column(user) == "birth"
        assert user.repository.count("member") == 0

        await user.press("f2")

        member = user.only("member", name="Lê Văn Tám")
        assert member.get("birth.confirmed") == {"year(.) >= 1930": {"birth": "1925"}}
        assert check_store(user.repository).confirmed == 1


async def test_a_code_goes_on_when_it_is_full(start) -> None:
    async with start("member") as user:
        await user.press("down")
        await user.type("12a")
        await user.press("backspace")
        await user.type("34Lê Văn Tám", "enter")

        assert user.view.model.values["code"] == "12-34"
        assert user.view.model.values["name"] == "Lê Văn Tám"
        assert current(user) == "gender"


async def test_a_letter_in_a_cell_paints_one_line(start) -> None:
    async with start("household") as user:
        await user.press("alt+3")
        pane = user.view.query_one(FormPane)
        await user.pilot.press("a")
        painted = []
        pane.refresh = lambda *regions, **_: painted.extend(regions)
        await user.pilot.press("b")

        assert len({region.y for region in painted}) == 1


async def test_rows_are_kept_as_a_draft(start, desk) -> None:
    async with start() as user:
        await user.press("h", "enter", "alt+3")
        household = user.view.model.record_id
        await user.type("Vi Văn A", "enter", "enter")
        await user.type("1990Vi Thị B", "right")
        await user.press("right")
        await user.type("năm", "down")
        user.view.keep_typed()
        kept = user.view.model

        kill(desk)
        [draft] = desk.repository.drafts.left_behind()
        again = resumed(desk, draft)

        assert [row.model.values for row in again.grids[0].filled()] == [
            row.model.values for row in kept.grids[0].filled()
        ]
        assert [row.model.unread for row in again.grids[0].filled()] == [{}, {"birth": "năm"}]

        again.grids[0].remove(next(again.grids[0].filled()))
        row = next(again.grids[0].filled())
        row.model.read("birth", "1991")
        again.save()

        assert rows_of(user, "member", household) == [{"name": "Vi Thị B", "birth": "1991"}]


def kill(desk) -> None:
    """As if the process that kept these drafts had ended."""
    for file in desk.repository.drafts.folder.iterdir():
        content = json.loads(file.read_text("utf-8"))
        file.write_text(json.dumps({**content, "process": "boot 1 1"}), "utf-8")


async def test_what_a_colleague_does_to_the_rows_meanwhile(start, open_as) -> None:
    async with start() as user:
        lan = open_as("Lan")
        await user.press("h", "enter")
        household = user.view.model.record_id
        first = user.repository.add("member", {"household": household, "name": "Vi Văn A"})
        user.view.look_again()
        await user.settle()
        await user.press("alt+3")

        assert "Vi Văn A" in user.screen

        await user.type("n", "down")
        lan.refresh()
        lan.edit(first.id, {"name": "Vi Văn Ánh"})
        lan.add("member", {"household": household, "name": "Vi Thị Bé"})
        user.repository.refresh()
        await user.press("alt+1", "down", "down", "ctrl+u")
        await user.type("7", "f2")

        assert isinstance(user.view, FormView)
        assert "Người, dòng 1: Họ tên: Lan vừa ghi “Vi Văn Ánh”" in user.message
        assert user.repository.get(household).get("persons") == 4

        await user.press("f2")

        assert user.repository.get(household).get("persons") == 7
        assert {row["name"] for row in rows_of(user, "member", household)} == {
            "Vi Văn An",
            "Vi Thị Bé",
        }


def test_no_draft_waits_for_rows_that_were_saved(desk, programme) -> None:
    household = next(iter(desk.repository.rows("household"))).id
    model = FormModel(desk, "household", household)
    grid = model.grids[0]
    grid.rows[0].model.read("name", "Vi Văn A")
    draft = draft_of(model, "")

    assert draft.values == {}

    desk.repository.drafts.keep(draft)
    kill(desk)

    assert len(waiting(desk)) == 1

    model.save()

    assert waiting(desk) == []
