"""Periods: one name and one span for every day, forwards and back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nq77tui.core.period import Period, read_period

KINDS = st.sampled_from(["month", "quarter", "half", "year"])
DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))
CUTOFFS = st.integers(0, 28)


@given(KINDS, DAYS, CUTOFFS)
def test_the_period_of_a_day_has_that_day_and_is_read_by_its_name(kind, day, cutoff) -> None:
    found = Period.of(kind, day.isoformat(), cutoff)

    assert found.first <= day.isoformat() <= found.last
    assert found.kind == kind
    assert read_period(found.name, cutoff) == found


@given(KINDS, DAYS, CUTOFFS, st.integers(-30, 30))
def test_periods_follow_each_other_without_a_gap(kind, day, cutoff, count) -> None:
    found = Period.of(kind, day.isoformat(), cutoff)
    after = found.step(1, cutoff)

    assert date.fromisoformat(after.first) - date.fromisoformat(found.last) == timedelta(days=1)
    assert found.step(count, cutoff).step(-count, cutoff) == found


@pytest.mark.parametrize(
    ("value", "holds", "may_hold"),
    [
        ("2024-02-29", True, True),
        ("2024-02", True, True),
        ("2024", False, True),
        (2024, False, False),
        ("2024-04-01", False, False),
        ("2024-04", False, False),
        ("", False, False),
        (None, False, False),
    ],
)
def test_a_date_known_in_part_lies_in_it_for_certain_or_perhaps(value, holds, may_hold) -> None:
    quarter = read_period("2024-Q1")

    assert (quarter.holds(value), quarter.may_hold(value)) == (holds, may_hold)
