"""Deciding conflicts by keys: every value with who, when and where; one key each."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from functools import reduce

import pytest
from textual import events

from nq77tui.core.merge import edit, merge
from nq77tui.core.record import Dot, Sibling, Stamp
from nq77tui.store.merging import take_in_sources
from nq77tui.store.source import read_source
from nq77tui.tui.inbox_list import InboxList
from nq77tui.tui.moment import is_doubtful, shown_moment
from nq77tui.tui.views.entry.form import FormView
from nq77tui.tui.views.home import HomeView
from nq77tui.tui.views.inbox import InboxView, ReadingView


def id_of(repository, head):
    return next(r.id for r in repository.rows("household") if r.values["head"] == head)


def setting(head, **values):
    return lambda repository: repository.edit(id_of(repository, head), values)


def deleting(head):
    return lambda repository: repository.delete(id_of(repository, head))


async def test_both_values_stand_there_with_who_when_and_where(start, apart, repository) -> None:
    theirs = apart(setting("Lý Thị Ân", persons=6), setting("Lý Thị Ân", persons=5))
    shown = (
        datetime(2024, 9, 4, 15, 5, tzinfo=timezone(timedelta(hours=7)))
        .astimezone()
        .strftime("%d/%m/%Y %H:%M")
    )
    async with start() as user:
        assert "Có 1 mục cần quyết định: F8" in user.message

        await user.press("f8")

        assert isinstance(user.view, InboxView)
        assert user.title.split()[-1] == "1"
        assert user.rows[0].split() == ["Lý", "Thị", "Ân", "Hộ", "Nhân", "khẩu", "2"]
        assert f"Minh, 05/09/2024 {shown_moment(1725499800)[-5:]}, máy này" in user.screen
        assert f"Hà, {shown}, máy {theirs}" in user.screen
        lines = user.screen.splitlines()
        assert next(line for line in lines if line.startswith("  1 ")).split() == ["1", "5"]
        assert next(line for line in lines if line.startswith("  2 ")).split() == ["2", "6"]


@pytest.mark.parametrize(("key", "taken"), [("1", 5), ("2", 6)])
async def test_a_number_takes_that_value_everywhere(
    start, apart, repository, programme, tmp_path, key, taken
) -> None:
    apart(setting("Lý Thị Ân", persons=6), setting("Lý Thị Ân", persons=5))
    async with start() as user:
        await user.press("x", key)

        record = user.only("household", head="Lý Thị Ân")
        assert record.values["persons"] == taken
        assert repository.conflicted() == []
        assert f"Đã lấy “{taken}”: Lý Thị Ân, Nhân khẩu. Còn 0." in user.message
        assert "Không có gì cần quyết định" in user.screen

        await user.press("1", "e", "s", "enter", "escape")

        assert isinstance(user.view, HomeView)
        assert "cần quyết định" not in user.message

    [source] = [read_source(tmp_path / "ha" / "store.json", programme.id)]
    take_in_sources(repository, [source])

    assert repository.get(record.id).values["persons"] == taken
    assert repository.conflicted() == []


async def test_a_number_that_no_value_has_decides_nothing(start, apart, repository) -> None:
    apart(setting("Lý Thị Ân", persons=6), setting("Lý Thị Ân", persons=5))
    before = repository.generation
    async with start() as user:
        await user.press("f8", "3", "9")

        assert "bấm từ 1 đến 2" in user.message
        assert repository.generation == before


async def test_two_hundred_are_decided_by_a_burst_of_keys(start, apart, repository) -> None:
    with repository.transaction():
        ids = [repository.add("household", {"head": f"Hộ số {n}"}).id for n in range(200)]

    def all_with(persons):
        def work(store):
            with store.transaction():
                for record_id in ids:
                    store.edit(record_id, {"persons": persons})

        return work

    apart(all_with(6), all_with(5))
    before = repository.generation
    async with start() as user:
        await user.press("f8")

        assert user.title.split()[-1] == "200"

        for key in "12" * 100:
            user.app.post_message(events.Key(key, key))
        await user.settle()

        assert user.title.split()[-1] == "0"
        assert repository.conflicted() == []
        persons = [repository.get(record_id).values["persons"] for record_id in ids]
        assert (persons.count(5), persons.count(6)) == (100, 100)
        assert repository.generation == before + 200


async def test_the_next_comes_up_by_itself_and_one_may_wait(start, apart, repository) -> None:
    heads = ("Hoàng Văn Đoàn", "Lý Thị Ân", "Nông Văn An")

    def all_with(persons):
        return lambda store: [store.edit(id_of(store, h), {"persons": persons}) for h in heads]

    apart(all_with(6), all_with(5))
    async with start() as user:
        await user.press("f8", "s")

        assert "Để sau: Hoàng Văn Đoàn" in user.message
        assert [row[2:16].strip() for row in user.rows[:3]] == [*heads[1:], heads[0]]

        await user.press("2")

        assert user.only("household", head="Lý Thị Ân").values["persons"] == 6
        assert "Còn 2" in user.message
        assert "Nông Văn An: Nhân khẩu" in user.screen

        await user.press("down", "1")

        assert user.only("household", head="Hoàng Văn Đoàn").values["persons"] == 5
        assert [record.id for record in repository.conflicted()] == [id_of(repository, heads[2])]


@pytest.mark.parametrize("key", ["e", "f4"])
async def test_a_third_value_is_written_in_the_form(start, apart, repository, key) -> None:
    apart(setting("Lý Thị Ân", persons=6), setting("Lý Thị Ân", persons=5))
    async with start() as user:
        await user.press("f8", key)

        assert isinstance(user.view, FormView)
        assert user.view.pane.current == "persons"

        await user.press("ctrl+u", "7", "f2")

        assert isinstance(user.view, InboxView)
        assert user.only("household", head="Lý Thị Ân").values["persons"] == 7
        assert repository.conflicted() == []
        assert "Đã quyết định: Lý Thị Ân, Nhân khẩu. Còn 0." in user.message


async def test_leaving_the_form_leaves_the_conflict(start, apart, repository) -> None:
    apart(setting("Lý Thị Ân", persons=6), setting("Lý Thị Ân", persons=5))
    async with start() as user:
        await user.press("f8", "e", "escape")

        assert isinstance(user.view, InboxView)
        assert len(repository.conflicted()) == 1

        await user.press("e", "f2")

        assert len(repository.conflicted()) == 1
        assert "chưa quyết định" in user.message


@pytest.mark.parametrize(("key", "is_dead"), [("1", False), ("2", True)])
async def test_deleted_here_and_edited_there_is_kept_or_deleted(
    start, apart, repository, key, is_dead
) -> None:
    record_id = id_of(repository, "Lý Thị Ân")
    apart(setting("Lý Thị Ân", persons=6), deleting("Lý Thị Ân"))
    async with start() as user:
        await user.press("f8")

        assert "Xóa hay giữ" in user.rows[0]
        assert "Nhân khẩu: 6 (Hà," in user.screen
        assert "đã xóa (Minh, 05/09/2024" in user.screen

        await user.press("3")

        assert "bấm từ 1 đến 2" in user.message

        await user.press(key)

        assert repository.get(record_id).is_dead is is_dead
        assert repository.conflicted() == []
        assert ("Đã xóa: " if is_dead else "Đã giữ: ") + "Lý Thị Ân" in user.message


async def test_a_deletion_settles_the_record_s_other_conflicts(start, apart, repository) -> None:
    record_id = id_of(repository, "Lý Thị Ân")
    apart(setting("Lý Thị Ân", persons=6), setting("Lý Thị Ân", persons=5))
    apart(deleting("Lý Thị Ân"), setting("Lý Thị Ân", note="còn ở đây"), name="tam")
    async with start() as user:
        await user.press("f8")

        assert user.title.split()[-1] == "2"

        await user.press("2")

        assert repository.get(record_id).is_dead
        assert user.title.split()[-1] == "0"


async def test_choices_yes_no_dates_and_references_are_read_as_people_read_them(
    start, apart, repository
) -> None:
    villages = {r.values["name"]: r.id for r in repository.rows("area")}
    mine = {"class": "NGHEO", "pledge": True, "area": villages["Bản Chu"]}
    theirs = {"class": None, "pledge": False, "area": villages["Khòn Quanh"]}
    repository.edit(id_of(repository, "Lý Thị Ân"), {"class": "CAN"})
    apart(setting("Lý Thị Ân", **theirs), setting("Lý Thị Ân", **mine))
    async with start() as user:
        await user.press("f8")

        assert "  1   Bản Chu" in user.screen
        assert "  2   Khòn Quanh" in user.screen

        await user.press("down")

        assert "  1   Nghèo" in user.screen
        assert "  2   (để trống)" in user.screen

        await user.press("down", "f10")

        assert "  1   yes" in user.screen.lower()
        assert "For you to decide" in user.title

        await user.press("home", "2", "2", "2")

        values = user.only("household", head="Lý Thị Ân").values
        assert values["area"] == villages["Khòn Quanh"]
        assert "class" not in values
        assert values["pledge"] is False


async def test_values_that_read_the_same_are_told_apart(start, apart, repository) -> None:
    first = repository.add("area", {"name": "Trùng Tên", "level": "village"}).id
    second = repository.add("area", {"name": "Trùng Tên", "level": "village"}).id
    apart(setting("Lý Thị Ân", area=first), setting("Lý Thị Ân", area=second))
    async with start() as user:
        await user.press("f8")

        assert f'Trùng Tên ["{first}"]' in user.screen
        assert f'Trùng Tên ["{second}"]' in user.screen


async def test_long_values_are_read_whole_and_decided_there(start, apart, repository) -> None:
    long = " ".join(f"chữ{n}" for n in range(300))
    apart(setting("Lý Thị Ân", note=f"{long} A"), setting("Lý Thị Ân", note=f"{long} B"))
    async with start() as user:
        await user.press("f8")

        assert "Hà, " in user.screen
        assert "chữ299 A" not in user.screen

        await user.press("enter")

        assert isinstance(user.view, ReadingView)

        seen = user.screen
        for _ in range(5):
            await user.press("pagedown")
            seen += user.screen

        assert "chữ299 A" in seen
        assert "chữ299 B" in seen
        assert "Chủ hộ: Lý Thị Ân" in seen

        await user.press("9")

        assert "bấm từ 1 đến 2" in user.message

        await user.press("2")

        assert isinstance(user.view, InboxView)
        assert user.only("household", head="Lý Thị Ân").values["note"].endswith(" A")


async def test_what_a_colleague_decides_meanwhile_is_not_decided_over(
    start, apart, open_as, repository
) -> None:
    apart(setting("Lý Thị Ân", persons=6), setting("Lý Thị Ân", persons=5))
    record_id = id_of(repository, "Lý Thị Ân")
    async with start() as user:
        await user.press("f8")
        open_as("Tám").resolve(record_id, "persons", 6)
        # Faster than the look that the app takes every second.
        await user.pilot.press("1")
        await user.pilot.pause()

        assert repository.get(record_id).values["persons"] == 6
        assert "chưa quyết định gì" in user.message
        assert user.title.split()[-1] == "0"


async def test_what_cannot_be_saved_is_told_and_stays(
    start, apart, repository, monkeypatch
) -> None:
    apart(setting("Lý Thị Ân", persons=6), setting("Lý Thị Ân", persons=5))
    async with start() as user:
        await user.press("f8")
        monkeypatch.setattr(repository._storage, "read_only", True)
        await user.press("1")

        assert "chỉ để đọc" in user.message
        assert user.title.split()[-1] == "1"
        assert len(repository.conflicted()) == 1


async def test_what_another_programme_version_brought_is_decided_too(
    start, apart, repository
) -> None:
    record_id = id_of(repository, "Lý Thị Ân")

    def writes(value):
        def work(store):
            store._writer.write(
                lambda dot, stamp: edit(store.get(record_id), {"hue\x1b[1m": value}, dot, stamp)
            )

        return work

    apart(writes("đỏ\x1b[2J"), writes({"a": [1]}))
    async with start() as user:
        await user.press("f8")

        assert "\x1b" not in user.screen
        assert '{"a":[1]}' in user.screen

        await user.press("e")

        assert "Không mở được biểu" in user.message

        await user.press("2")

        assert repository.get(record_id).get("hue\x1b[1m") == "đỏ\x1b[2J"


async def test_more_values_than_fit_below_the_list_are_read_and_taken(start, repository) -> None:
    record = repository.get(id_of(repository, "Lý Thị Ân"))
    copies = [
        edit(record, {"persons": 10 + n}, Dot(f"0000000{n}", 1), Stamp(1725000000 - n, f"Máy {n}"))
        for n in range(1, 8)
    ]
    repository.take_in([reduce(merge, copies)], {})
    async with start() as user:
        await user.press("f8")

        assert "Máy 1, " in user.screen
        assert "Máy 7, " not in user.screen
        assert "Enter: đọc hết" in user.screen

        await user.press("enter")

        assert "Máy 7, " in user.screen

        await user.press("7")

        assert user.only("household", head="Lý Thị Ân").values["persons"] == 17
        assert repository.conflicted() == []


async def test_a_clock_that_is_wrong_is_reported(start, apart, repository) -> None:
    late = datetime(2031, 1, 1, tzinfo=timezone(timedelta(hours=7)))
    apart(setting("Lý Thị Ân", persons=6), setting("Lý Thị Ân", persons=5), at=late)
    async with start() as user:
        await user.press("f8")

        assert "đồng hồ máy đó có thể sai" in user.screen


@pytest.mark.parametrize("at", [10**15, -(10**15), 10**30])
def test_a_moment_that_no_clock_shows_does_no_harm(at) -> None:
    assert shown_moment(at) == "?"
    assert is_doubtful(at, date(2024, 9, 4))


def test_what_reads_the_record_anew_keeps_the_order(desk, apart, repository) -> None:
    apart(setting("Lý Thị Ân", persons=6, note="a"), setting("Lý Thị Ân", persons=5, note="b"))
    listed = InboxList(desk)
    listed.refresh()
    first, second = listed.keys
    listed.put_off(first)

    assert listed.keys == [second, first]

    repository.resolve(listed[first].record_id, listed[first].field, "c")
    listed.refresh_record(listed[second].record_id)

    assert listed.keys == [second]
    assert listed.get(first) is None
    assert isinstance(listed[second].values[0], Sibling)
    assert isinstance(listed[second].values[0].stamp, Stamp)
