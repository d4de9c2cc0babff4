"""Signing off in a programme with other names, and by who may: nothing of it stands in Python."""

from __future__ import annotations

import pytest

from nq77tui.core.period import read_period
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.programme import load_programme
from nq77tui.store import Repository, create_store
from nq77tui.store.signing import SignOffs

NAMES = {
    "area": "unit", "period": "span", "state": "status", "comment": "remark", "figures": "numbers",
    "submitted": "in", "returned": "back", "approved": "ok",
}  # fmt: skip
SCHEMA = """
version = 1
label = { vi = "Chốt", en = "Closing" }
key = ["unit", "span"]
title = ["span"]
area = "unit"
[fields]
unit = { type = "reference", to = ["area"], label = { vi = "Nơi", en = "Place" } }
span = { type = "text", label = { vi = "Kỳ", en = "Span" } }
remark = { type = "text", label = { vi = "Lý do", en = "Remark" } }
numbers = { type = "text", multiline = true, label = { vi = "Số", en = "Numbers" } }
[fields.status]
type = "choice"
label = { vi = "Tình trạng", en = "Status" }
choices = [{ code = "in", label = { vi = "A" } }, { code = "back", label = { vi = "B" } },
           { code = "ok", label = { vi = "C" } }]
"""
SCREEN = """
label = { vi = "Chốt", en = "Closing" }
key = "f"
group = "party"
[list]
columns = [{ field = "span", width = 10 }]
sort = ["span"]
[[form.section]]
label = { vi = "Chốt", en = "Closing" }
fields = ["unit", "span", "remark"]
[signoff]
levels = ["commune", "village"]
every = "month"
keep = ["households"]
"""


@pytest.fixture
def renamed(copied_programme, tmp_path, clock):
    """A store of a programme whose sign-off has other names throughout, and two villages."""
    for folder, content in (("schemas", SCHEMA), ("screens", SCREEN)):
        (copied_programme / folder / "signoff.toml").unlink()
        more = "".join(f'{key} = "{name}"\n' for key, name in NAMES.items())
        text = content + (more if folder == "screens" else "")
        (copied_programme / folder / "closing.toml").write_text(text, encoding="utf-8")
    programme = load_programme(copied_programme)
    create_store(tmp_path / "renamed", programme)
    with Repository.open(
        tmp_path / "renamed", programme, operator="Lan", clock=clock, state_folder=tmp_path / "r"
    ) as repository:
        commune = repository.add("area", {"name": "Tĩnh Bắc", "level": "commune"}).id
        villages = [
            repository.add("area", {"name": name, "level": "village", "parent": commune}).id
            for name in ("Nà Mẫu", "Bản Chu")
        ]
        repository.add("household", {"head": "Vi Văn An", "area": villages[0]})
        yield repository, commune, villages


def test_a_sign_off_by_other_names_works_the_same(renamed) -> None:
    repository, commune, villages = renamed
    signoffs = SignOffs(repository, repository.programme.signoff, read_period("2024-05"))

    assert [depth for _, depth in signoffs.areas()] == [0, 1, 1]

    before = repository.generation
    signoffs.take("submit", villages)

    assert repository.generation == before + 1

    signoffs.take("approve", villages)
    signoffs.take("submit", [commune])
    signoffs.take("return", [commune], "Thiếu")
    [row] = repository.find("closing", "unit", villages[0])

    assert row.values["numbers"] == "as_of = 2024-05-31\nhouseholds = 1"
    assert signoffs.standing(commune).comment == "Thiếu"
    assert signoffs.standing(commune).stamp.by == "Lan"

    counted = repository.coverage("2024-05-31")
    repository.delete(next(iter(repository.rows("household"))).id)

    assert signoffs.changes(villages[0], counted) == []
    assert [
        (one.then, one.now)
        for one in signoffs.changes(villages[0], repository.coverage("2024-05-31"))
    ] == [("1", "0")]


def test_one_that_cannot_holds_all_of_them_back(renamed) -> None:
    repository, commune, villages = renamed
    signoffs = SignOffs(repository, repository.programme.signoff, read_period("2024-05"))
    signoffs.take("submit", villages[:1])
    before = repository.generation
    for step, areas in (("approve", villages), ("submit", [commune, villages[1]])):
        with pytest.raises(RefusedError):
            signoffs.take(step, areas)

    assert repository.generation == before


def test_who_may_not_is_told_why(renamed) -> None:
    repository, _, villages = renamed
    no = Problem("signing.no_level", {})
    signoffs = SignOffs(
        repository,
        repository.programme.signoff,
        read_period("2024-05"),
        permit=lambda step, area_id: no if step == "approve" else None,
    )
    signoffs.take("submit", villages)

    assert signoffs.why_not("approve", villages[0]) == no
