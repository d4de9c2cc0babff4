"""Records an hour, errors a thousand: the arithmetic."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nq77tui.core.operator_figures import PAUSE, PERIODS, Figures, by_period, timed, total

saves = st.lists(
    st.tuples(st.integers(0, 20_000), st.integers(1, 20), st.integers(0, 200)), max_size=30
)
figures = st.builds(Figures, *(st.integers(0, 1000) for _ in range(9)))
days = st.dictionaries(st.dates(date(2023, 1, 1), date(2026, 12, 31)), figures, max_size=20)


def test_a_pause_ends_a_session_and_its_first_save_is_in_no_rate() -> None:
    morning = [(0, 1, 10), (120, 1, 12), (300, 3, 20)]
    after_a_pause = [(300 + PAUSE, 1, 10), (300 + PAUSE + 60, 1, 8)]
    found = timed(morning + after_a_pause)

    assert (found.records, found.fields) == (7, 60)
    assert (found.seconds, found.timed_records, found.timed_fields) == (360, 5, 40)
    assert (found.records_an_hour, found.fields_an_hour) == (50, 400)


def test_without_anything_to_divide_by_there_is_no_rate() -> None:
    found = timed([(0, 1, 10)])
    rates = (found.records_an_hour, found.fields_an_hour, found.errors_a_thousand)

    assert rates == (None, None, None)
    assert Figures().warned_percent is None
    assert Figures(records=8, warned=2, checked=400, errors=3).warned_percent == 25
    assert Figures(records=8, warned=2, checked=400, errors=3).errors_a_thousand == 7.5


@given(saves, st.randoms(use_true_random=False))
def test_the_order_of_saves_does_not_matter(found, random) -> None:
    mixed = list(found)
    random.shuffle(mixed)
    assert timed(mixed) == timed(found)


@given(saves)
def test_no_more_time_than_from_the_first_save_to_the_last(found) -> None:
    one = timed(found)
    times = [at for at, _, _ in found]
    assert one.seconds <= (max(times) - min(times) if times else 0)
    assert one.timed_records <= one.records == sum(records for _, records, _ in found)
    assert one.timed_fields <= one.fields == sum(fields for _, _, fields in found)


@given(days, st.sampled_from(PERIODS))
def test_periods_add_up_to_the_total(found, period) -> None:
    parts = by_period(found, period)
    assert sum(parts.values(), Figures()) == total(found)
    assert list(parts) == sorted(parts, reverse=True)


@pytest.mark.parametrize(
    ("period", "names"),
    [
        ("day", ["2024-12-31", "2024-12-30"]),
        ("week", ["2025-W01"]),
        ("month", ["2024-12"]),
    ],
)
def test_periods_by_their_names(period, names) -> None:
    day = date(2024, 12, 30)
    found = {day: Figures(records=1), day + timedelta(days=1): Figures(records=2)}
    assert list(by_period(found, period)) == names
