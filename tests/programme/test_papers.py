"""Report forms and headings: the shipped ones are whole, and a mistake in one is named."""

from __future__ import annotations

import pytest

from nq77tui.programme import ProgrammeError, load_programme


def test_the_shipped_forms_are_whole(programme) -> None:
    assert list(programme.papers.forms) == [f"b{n}" for n in range(1, 8)]
    assert set(programme.papers.headings) == {"party", "state"}


def test_a_programme_needs_no_forms(copied_programme) -> None:
    for file in (copied_programme / "screens" / "reports").iterdir():
        file.unlink()

    assert load_programme(copied_programme).papers.forms == {}


@pytest.mark.parametrize(
    ("file", "old", "new", "named"),
    [
        ("reports/b1.toml", 'heading = "party"', 'heading = "letter"', ("heading", "letter")),
        ("reports/b1.toml", 'metric = "villages_led"', 'metric = "led"', ("column[2]", "led")),
        ("reports/b1.toml", 'over = ["villages_led"]', 'over = ["x"]', ("column[4]", "over", "x")),
        ("reports/b1.toml", 'content = "ratio"', 'content = "share"', ("content", "share")),
        ("reports/b1.toml", 'figure = "commune_cadres"', "", ("column[6]", "figure")),
        ("reports/b1.toml", 'content = "area"', 'content = "fields"', ("column[1]", "content")),
        ("reports/b1.toml", 'chart = "households_covered"', 'chart = "no"', ("chart", "no")),
        ("reports/b1.toml", 'distinct = "person"', 'distinct = "who"', ("figures.", "who")),
        ("reports/b2.toml", 'fields = ["overseer"]', 'fields = ["boss"]', ("column[5]", "boss")),
        ("reports/b2.toml", 'level = "commune"', 'level = "town"', ("column[2]", "level", "town")),
        ("reports/b2.toml", 'sort = ["area', 'sort = ["place', ("rows", "place")),
        ("reports/b2.toml", 'record = "model"', 'record = "plan"', ("rows", "plan")),
        ("reports/b4.toml", "${person.party_member}", "${person.member}", ("rows", "member")),
        ("reports/b5.toml", 'field = "species"', 'field = "date"', ("answers", "date")),
        ("reports/b5.toml", "chart", "grahp", ("grahp",)),
        ("headings/party.toml", "{SUPERIOR}", "{above}", ("left[0]", "above")),
        ("headings/state.toml", "italic = true }", "slanted = true }", ("slanted",)),
    ],
)
def test_a_mistake_is_named_with_file_table_and_key(
    copied_programme, file, old, new, named
) -> None:
    path = copied_programme / "screens" / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")

    with pytest.raises(ProgrammeError) as refused:
        _ = load_programme(copied_programme).papers

    told = "\n".join(str(problem) for problem in refused.value.problems)
    for one in (file, *named):
        assert one in told
