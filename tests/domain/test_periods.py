"""Presets and buckets, with leap days, fiscal years and the ends of months."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.periods import PERIODS, bucket_end, bucket_start, buckets, period_range, shift_months
from tests import oracle

DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))
INTERVALS = ("day", "week", "month", "quarter", "year")


@pytest.mark.parametrize(
    ("period", "data_to", "starts", "expected"),
    [
        ("30d", date(2015, 12, 31), 1, (date(2015, 12, 2), date(2015, 12, 31))),
        ("30d", date(2024, 3, 1), 1, (date(2024, 2, 1), date(2024, 3, 1))),  # across a leap day
        ("90d", date(2015, 12, 31), 1, (date(2015, 10, 3), date(2015, 12, 31))),
        ("12m", date(2015, 12, 31), 1, (date(2015, 1, 1), date(2015, 12, 31))),
        ("12m", date(2015, 12, 30), 1, (date(2014, 12, 31), date(2015, 12, 30))),
        ("12m", date(2024, 2, 29), 1, (date(2023, 3, 1), date(2024, 2, 29))),
        ("12m", date(2025, 2, 28), 1, (date(2024, 3, 1), date(2025, 2, 28))),
        ("12m", date(2024, 2, 28), 1, (date(2023, 2, 28), date(2024, 2, 28))),  # the 29th is still to come
        ("fy", date(2015, 12, 31), 7, (date(2015, 7, 1), date(2015, 12, 31))),
        ("fy", date(2015, 6, 30), 7, (date(2014, 7, 1), date(2015, 6, 30))),
        ("fy", date(2015, 7, 1), 7, (date(2015, 7, 1), date(2015, 7, 1))),
        ("fy", date(2015, 5, 5), 1, (date(2015, 1, 1), date(2015, 5, 5))),
        ("last_fy", date(2015, 12, 31), 7, (date(2014, 7, 1), date(2015, 6, 30))),
        ("last_fy", date(2015, 6, 30), 7, (date(2013, 7, 1), date(2014, 6, 30))),
        ("last_fy", date(2025, 2, 1), 3, (date(2023, 3, 1), date(2024, 2, 29))),
        ("last_fy", date(2015, 5, 5), 1, (date(2014, 1, 1), date(2014, 12, 31))),
        ("all", date(2015, 12, 31), 7, (date(2011, 5, 4), date(2015, 12, 31))),
    ],
)
def test_presets(period: str, data_to: date, starts: int, expected: tuple[date, date]) -> None:
    assert period_range(period, date(2011, 5, 4), data_to, starts) == expected


@given(DAYS, st.integers(1, 12))
def test_presets_end_with_the_data_and_fiscal_years_follow_one_another(data_to: date, starts: int) -> None:
    found = {period: period_range(period, date(1980, 1, 1), data_to, starts) for period in PERIODS}
    for period, (start, end) in found.items():
        assert start <= end
        if period != "last_fy":
            assert end == data_to
    assert found["last_fy"][1] + timedelta(days=1) == found["fy"][0]
    assert (found["fy"][0].day, found["fy"][0].month) == (1, starts)
    assert (found["last_fy"][0].day, found["last_fy"][0].month) == (1, starts)
    assert (found["last_fy"][1] - found["last_fy"][0]).days in (364, 365)
    assert (found["12m"][1] - found["12m"][0]).days in (364, 365)
    assert (data_to - found["30d"][0]).days == 29


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2023, 1, 31), 1, date(2023, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), -12, date(2023, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2024, 1, 15), -1, date(2023, 12, 15)),
        (date(2024, 12, 31), 2, date(2025, 2, 28)),
        (date(2024, 5, 31), 0, date(2024, 5, 31)),
    ],
)
def test_shifting_by_months(day: date, months: int, expected: date) -> None:
    assert shift_months(day, months) == expected


@pytest.mark.parametrize(
    ("interval", "day", "start", "end"),
    [
        ("day", date(2024, 2, 29), date(2024, 2, 29), date(2024, 2, 29)),
        ("week", date(2024, 2, 29), date(2024, 2, 26), date(2024, 3, 3)),
        ("week", date(2024, 3, 3), date(2024, 2, 26), date(2024, 3, 3)),
        ("week", date(2024, 12, 31), date(2024, 12, 30), date(2025, 1, 5)),
        ("month", date(2024, 2, 29), date(2024, 2, 1), date(2024, 2, 29)),
        ("month", date(2023, 2, 28), date(2023, 2, 1), date(2023, 2, 28)),
        ("month", date(2023, 12, 31), date(2023, 12, 1), date(2023, 12, 31)),
        ("quarter", date(2024, 2, 29), date(2024, 1, 1), date(2024, 3, 31)),
        ("quarter", date(2024, 12, 31), date(2024, 10, 1), date(2024, 12, 31)),
        ("year", date(2024, 2, 29), date(2024, 1, 1), date(2024, 12, 31)),
    ],
)
def test_a_days_bucket(interval: str, day: date, start: date, end: date) -> None:
    assert bucket_start(day, interval) == start
    assert bucket_end(start, interval) == end


@given(DAYS, st.integers(0, 800), st.sampled_from(INTERVALS))
def test_buckets_cover_the_range_once(start: date, days: int, interval: str) -> None:
    end = start + timedelta(days=days)
    found = buckets(start, end, interval)
    assert (found[0][0], found[-1][1]) == (start, end)
    for (_, last), (first, _) in itertools.pairwise(found):
        assert first == last + timedelta(days=1)
    for first, last in found:
        assert bucket_start(first, interval) == bucket_start(last, interval)
    whole = list(oracle.buckets(start, end, interval))
    assert found == [(max(first, start), min(last, end)) for first, last in whole]


@pytest.mark.parametrize("interval", INTERVALS)
def test_an_empty_range_has_no_buckets(interval: str) -> None:
    assert buckets(date(2024, 1, 2), date(2023, 12, 1), interval) == []
