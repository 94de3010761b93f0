"""The earlier period, the age at which it is seen, and what a change means."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.comparison import (
    Comparison,
    ComparisonKind,
    Direction,
    comparison_range,
    direction,
    observed_until,
    relative_change,
)
from dashboard.domain.survival import Estimate

BOSTON = ZoneInfo("America/New_York")
LONG_AGO = date(1990, 1, 1)
SAME_DATES, SAME_WEEKDAYS, JUST_BEFORE = ComparisonKind


def against(start, end, mode="year", data_from=LONG_AGO, **more):
    found = comparison_range(date.fromisoformat(start), date.fromisoformat(end), mode, data_from, **more)
    return found and (found.kind, found.start.isoformat(), found.end.isoformat())


@pytest.mark.parametrize(
    ("start", "end", "earlier_start", "earlier_end"),
    [
        ("2015-03-01", "2015-03-31", "2014-03-01", "2014-03-31"),
        ("2015-01-01", "2015-12-31", "2014-01-01", "2014-12-31"),
        ("2014-07-01", "2015-06-30", "2013-07-01", "2014-06-30"),
        ("2016-02-01", "2016-02-29", "2015-02-01", "2015-02-28"),
        ("2017-02-01", "2017-02-28", "2016-02-01", "2016-02-29"),
    ],
)
def test_whole_months_compare_with_the_same_months(start, end, earlier_start, earlier_end):
    assert against(start, end) == (SAME_DATES, earlier_start, earlier_end)


@pytest.mark.parametrize(
    ("start", "end", "earlier_start", "earlier_end"),
    [
        ("2015-03-02", "2015-03-31", "2014-03-03", "2014-04-01"),
        ("2015-03-01", "2015-03-30", "2014-03-02", "2014-03-31"),
        ("2016-02-01", "2016-02-28", "2015-02-02", "2015-03-01"),  # not the whole of a February in a leap year
    ],
)
def test_all_other_ranges_compare_with_364_days_earlier(start, end, earlier_start, earlier_end):
    assert against(start, end) == (SAME_WEEKDAYS, earlier_start, earlier_end)


def test_day_and_week_series_keep_their_weekdays_even_over_whole_months():
    assert against("2015-03-01", "2015-03-31", keep_weekdays=True) == (SAME_WEEKDAYS, "2014-03-02", "2014-04-01")


def test_without_data_a_year_earlier_the_days_just_before_serve():
    year = ("2015-03-01", "2015-03-31")
    assert against(*year, data_from=date(2014, 3, 1))[0] == SAME_DATES
    assert against(*year, data_from=date(2014, 3, 2)) == (JUST_BEFORE, "2015-01-29", "2015-02-28")
    assert against(*year, data_from=date(2015, 1, 29))[0] == JUST_BEFORE
    assert against(*year, data_from=date(2015, 1, 30)) is None


def test_the_previous_period_is_as_long_and_ends_the_day_before():
    assert against("2015-03-10", "2015-03-10", "previous") == (JUST_BEFORE, "2015-03-09", "2015-03-09")
    assert against("2015-01-01", "2015-12-31", "previous") == (JUST_BEFORE, "2014-01-01", "2014-12-31")
    assert against("2015-03-10", "2015-03-10", "previous", date(2015, 3, 10)) is None


def test_no_comparison_where_none_is_wanted():
    assert against("2015-03-01", "2015-03-31", "none") is None


def test_a_period_cannot_end_before_it_starts():
    with pytest.raises(ValueError, match="ends"):
        against("2015-03-02", "2015-03-01")


def test_a_note_is_due_where_working_days_differ_by_more_than_one():
    # 2024 had 262 days from Monday to Friday, 2023 had 260; May 2015 had 21, May 2014 had 22.
    leap = comparison_range(date(2024, 1, 1), date(2024, 12, 31), "year", LONG_AGO)
    assert (leap.extra_weekdays, leap.weekdays_differ) == (2, True)
    may = comparison_range(date(2015, 5, 1), date(2015, 5, 31), "year", LONG_AGO)
    assert (may.extra_weekdays, may.weekdays_differ) == (-1, False)
    fewer = Comparison(SAME_DATES, date(2014, 5, 1), date(2014, 5, 31), extra_weekdays=-2)
    assert fewer.weekdays_differ


def test_a_period_longer_than_a_year_says_how_much_it_shares_with_its_comparison():
    two_years = comparison_range(date(2014, 1, 1), date(2015, 12, 31), "year", LONG_AGO)
    assert two_years.overlap_days == 365
    assert comparison_range(date(2015, 1, 1), date(2015, 12, 31), "year", LONG_AGO).overlap_days == 0


days = st.dates(date(1995, 1, 1), date(2040, 12, 31))


@given(days, st.integers(0, 363), st.sampled_from(["year", "previous"]))
def test_up_to_a_year_the_earlier_period_is_over_before_the_present_begins(start, length, mode):
    end = start + timedelta(days=length)
    found = comparison_range(start, end, mode, LONG_AGO)
    assert LONG_AGO <= found.start <= found.end < start
    assert found.overlap_days == 0
    if found.kind != SAME_DATES:
        assert (found.end - found.start).days == length
    if found.kind == SAME_WEEKDAYS:
        assert found.start.weekday() == start.weekday()
        assert found.extra_weekdays == 0


# ---------------------------------------------------------------------------------------------------------------------
# As of the same age


def test_the_earlier_period_is_seen_at_the_age_of_the_present_one():
    # 2015 ends at 05:00 UTC on 1 January 2016, and the data run 11 d 22 h 22 min 40 s further.
    through = datetime(2016, 1, 12, 22, 22, 40, tzinfo=BOSTON)
    moment = observed_until(date(2014, 12, 31), date(2015, 12, 31), through, BOSTON)
    assert moment == datetime(2015, 1, 12, 22, 22, 40, tzinfo=BOSTON)
    assert moment.tzinfo is UTC


def test_the_follow_up_is_elapsed_time_across_a_change_of_the_clock():
    # 8 March 2015 has 23 hours (clocks go forward): 24 h after it began it is 01:00 on the 9th.
    through = datetime(2015, 3, 9, 1, 0, tzinfo=BOSTON)
    after_the_7th = observed_until(date(2014, 3, 31), date(2015, 3, 7), through, BOSTON)
    assert after_the_7th == datetime(2014, 4, 2, 0, 0, tzinfo=BOSTON)
    after_the_8th = observed_until(date(2014, 3, 31), date(2015, 3, 8), through, BOSTON)
    assert after_the_8th == datetime(2014, 4, 1, 1, 0, tzinfo=BOSTON)


def test_days_end_at_midnight_of_the_city_not_of_utc():
    through = datetime(2016, 1, 1, 6, 0, tzinfo=UTC)  # one hour after 2015 ended in Boston
    assert observed_until(date(2014, 12, 31), date(2015, 12, 31), through, BOSTON) == datetime(
        2015, 1, 1, 6, tzinfo=UTC
    )
    elsewhere = through.astimezone(timezone(timedelta(hours=9)))
    assert observed_until(date(2014, 12, 31), date(2015, 12, 31), elsewhere, BOSTON).hour == 6


def test_a_last_day_that_is_not_over_cuts_the_earlier_one_as_well():
    noon = datetime(2015, 12, 31, 12, 0, tzinfo=BOSTON)
    assert observed_until(date(2014, 12, 31), date(2015, 12, 31), noon, BOSTON).astimezone(BOSTON) == datetime(
        2014, 12, 31, 12, 0, tzinfo=BOSTON
    )


def test_a_naive_time_is_refused():
    with pytest.raises(ValueError, match="aware"):
        observed_until(date(2014, 12, 31), date(2015, 12, 31), datetime(2016, 1, 1), BOSTON)  # noqa: DTZ001


# ---------------------------------------------------------------------------------------------------------------------
# What a change means


def test_relative_change():
    assert relative_change(110, 100) == pytest.approx(0.1)
    assert relative_change(0, 4) == -1
    for missing in ((None, 4), (4, None), (4, 0), (None, None)):
        assert relative_change(*missing) is None


def test_direction_needs_intervals_that_do_not_meet():
    fast, slow = Estimate(5, 4, 6), Estimate(9, 7, 11)
    assert direction(fast, slow, low_is_good=True) is Direction.BETTER
    assert direction(slow, fast, low_is_good=True) is Direction.WORSE
    assert direction(fast, slow, low_is_good=False) is Direction.WORSE
    assert direction(slow, fast, low_is_good=False) is Direction.BETTER
    assert direction(fast, Estimate(7, 6, 8), low_is_good=True) is Direction.SAME
    assert direction(Estimate(7, 6, 8), fast, low_is_good=True) is Direction.SAME


def test_a_limit_that_is_not_reached_is_unbounded():
    fast, never = Estimate(5, 4, 6), Estimate(None, 40, None)
    assert direction(never, fast, low_is_good=True) is Direction.WORSE
    assert direction(fast, never, low_is_good=True) is Direction.BETTER
    assert direction(Estimate(8, 5, None), fast, low_is_good=True) is Direction.SAME


def test_without_limits_a_direction_cannot_be_told():
    plain, known = Estimate(5, None, None), Estimate(50, 40, 60)
    assert direction(plain, known, low_is_good=True) is Direction.UNKNOWN
    assert direction(known, plain, low_is_good=True) is Direction.UNKNOWN
