"""While a new record is typed: the one that it looks like is named, and a key opens it."""

from __future__ import annotations

from nq77tui.tui.views.entry.form import FormView


async def test_the_household_that_is_there_is_named_as_soon_as_name_and_village_are_filled(
    start, repository
) -> None:
    village = next(r.id for r in repository.rows("area") if r.values["name"] == "Khòn Quanh")
    first = next(r.id for r in repository.rows("household") if r.values["area"] == village)
    async with start("household") as user:
        await user.press("f4")
        form = user.view
        assert isinstance(form, FormView)
        form.pane.enter("area")
        await user.type("khon", "enter")
        assert form.model.values["area"] == village
        assert "Giống bản ghi đã có" not in user.message
        form.pane.enter("head")
        await user.type("vy van hoa", "enter")

        assert "Giống bản ghi đã có: Vi Văn Hòa, Khòn Quanh" in user.message
        assert "F7" in user.message

        await user.press("down")
        assert "Giống bản ghi đã có" in user.message

        await user.press("f7")

        assert isinstance(user.view, FormView)
        assert user.view.model.record_id == first

        await user.press("escape")

        assert user.view is form
        assert form.model.values["head"] == "vy van hoa"

        # It may be another household all the same.
        await user.press("f2")
        assert repository.count("household") == 5


async def test_no_other_record_is_named_where_nothing_looks_alike(start, repository) -> None:
    async with start("household") as user:
        await user.press("f4")
        await user.type("Ma Thi Be", "enter")
        await user.type("khon", "enter")
        await user.press("f7")
        assert "Giống" not in user.message
        assert isinstance(user.view, FormView)
        assert user.view.model.record_id is None


async def test_a_record_that_is_there_is_not_warned_about_itself(start, repository) -> None:
    async with start("household") as user:
        await user.press("enter", "down", "down")
        assert "Giống" not in user.message
