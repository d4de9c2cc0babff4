"""Boards: the shipped ones are whole, and a mistake in one is named."""

from __future__ import annotations

import pytest

from nq77tui.programme import ProgrammeError, load_programme


def test_the_shipped_boards_are_whole_and_in_their_order(programme) -> None:
    names = list(programme.boards)

    assert names[0] == "models"
    assert names[-1] == "quality"
    assert {board.kind for board in programme.boards.values()} == {
        *("classes", "answers", "months", "reached", "against", "load", "quality"),
    }


def test_a_programme_needs_no_boards(copied_programme) -> None:
    for file in (copied_programme / "screens" / "boards").iterdir():
        file.unlink()

    assert load_programme(copied_programme).boards == {}


@pytest.mark.parametrize(
    ("file", "old", "new", "named"),
    [
        ("models", 'kind = "classes"', 'kind = "pie"', ("kind", "pie")),
        ("models", 'record = "model"', 'record = "plan"', ("of", "plan")),
        ("models", "bad = true", "awful = true", ("class[0]", "awful")),
        ("models", 'name = "late"\n', "", ("class[0]", "name")),
        ("models", '"overseer"]', '"boss"]', ("rows", "boss")),
        ("models", "${planned_end} <", "${planned} <", ("class[0]", "where", "planned")),
        ("livestock", 'answers = "species"', 'answers = "date"', ("answers", "date")),
        ("livestock", 'answers = "species"', "", ("answers",)),
        ("livestock", 'sum = "head"', 'sum = "species"', ("of", "sum", "species")),
        ("livestock", '"household", "species"]', '"family"]', ("latest", "family")),
        ("violations", ', date = "date"', "", ("of", "date")),
        ("violations", 'kind = "months"', 'kind = "months"\nmonths = 99', ("months", "99")),
        ("planting", 'period = "year" }', 'period = "week" }', ("of", "period", "week")),
        ("planting", 'date = "year", ', "", ("of", "date")),
        ("planting", 'done = { record = "forest_event"', 'done = { record = "tree"', ("tree",)),
        ("vaccination", "days = 183", 'days = 183, period = "year"', ("done", "days")),
        ("vaccination", 'each = "vaccines"', 'each = "needs"', ("each", "needs")),
        ("vaccination", 'second = "disease"', 'second = "doses"', ("second", "doses")),
        ("households_visited", 'record = "visit"', 'record = "model"', ("begins", "model")),
        ("households_visited", "days = 90", "", ("by", "days")),
        ("households_visited", 'unit = "."', 'house = "."', ("by.match", "house")),
        ("households_visited", 'match = { unit = "." }', "", ("by", "match")),
        ("villages_visited", 'person = "person"', 'person = "who"', ("by.match", "who")),
        ("load", 'who = "person"', 'who = "duties"', ("who", "duties")),
        ("load", 'unit = "unit"', "", ("unit",)),
        ("quality", 'find = "doubts"', 'find = "oddities"', ("finding[3]", "oddities")),
        ("quality", 'record = "household"', 'record = "hut"', ("finding[5]", "hut")),
        ("quality", 'record = "household"', "", ("finding[5]", "record")),
        ("quality", 'link = "household"', 'link = "name"', ("finding[5]", "link", "name")),
        ("quality", 'link = "household"', "", ("finding[5]", "link")),
        ("quality", "${persons}", "${people}", ("finding[5]", "where", "people")),
    ],
)
def test_a_mistake_is_named_with_file_table_and_key(
    copied_programme, file, old, new, named
) -> None:
    path = copied_programme / "screens" / "boards" / f"{file}.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")

    with pytest.raises(ProgrammeError) as refused:
        _ = load_programme(copied_programme).boards

    told = "\n".join(str(problem) for problem in refused.value.problems)
    for one in (f"boards/{file}.toml", *named):
        assert one in told


def test_programme_check_reads_the_boards(nq77, copied_programme) -> None:
    path = copied_programme / "screens" / "boards" / "load.toml"
    path.write_text(path.read_text("utf-8").replace('who = "person"', 'who = "p"'), "utf-8")

    ran = nq77("programme", "check", copied_programme)

    assert ran.status == 1
    assert "boards/load.toml" in ran.err
