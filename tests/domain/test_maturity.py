"""Which buckets may be compared: every rule on the last day that fails and the first that holds."""

from datetime import date, timedelta

import pytest

from dashboard.domain.maturity import is_mature, run_in_ends

DATA_TO = date(2015, 12, 31)
THROUGH = date(2016, 1, 12)
LONG_AGO = date(2000, 1, 1)


def test_the_run_in_ends_a_year_after_the_first_day_unless_told_otherwise():
    assert run_in_ends(date(2015, 1, 1)) == date(2016, 1, 1)
    assert run_in_ends(date(2016, 1, 1)) == date(2016, 12, 31)  # a leap year has 366
    assert run_in_ends(date(2015, 1, 1), 0) == date(2015, 1, 1)


@pytest.mark.parametrize("kind", ["requests", "closed", "backlog", "wait", "closed_within", "on_time"])
def test_a_bucket_that_ends_after_the_last_day_of_requests_is_never_mature(kind):
    through = DATA_TO + timedelta(days=200)  # closings are known for long after
    for late in (0, 1):
        end = DATA_TO + timedelta(days=late)
        mature = is_mature(kind, end, DATA_TO, through, not_yet_due_share=0.0, data_from=LONG_AGO)
        assert mature is (late == 0)


def test_requests_need_nothing_else():
    assert is_mature("requests", DATA_TO, DATA_TO, DATA_TO)


@pytest.mark.parametrize("kind", ["closed", "backlog"])
def test_closings_and_backlog_need_the_run_in_to_be_over(kind):
    started = date(2014, 3, 1)
    assert not is_mature(kind, date(2015, 2, 28), DATA_TO, THROUGH, data_from=started)
    assert is_mature(kind, date(2015, 3, 1), DATA_TO, THROUGH, data_from=started)
    assert is_mature(kind, date(2014, 3, 31), DATA_TO, THROUGH, data_from=started, run_in_days=30)
    assert not is_mature(kind, date(2014, 3, 30), DATA_TO, THROUGH, data_from=started, run_in_days=30)
    with pytest.raises(ValueError, match="data_from"):
        is_mature(kind, date(2015, 3, 1), DATA_TO, THROUGH)


def test_a_wait_needs_thirty_days_of_follow_up_whatever_the_horizon():
    assert is_mature("wait", date(2015, 12, 13), DATA_TO, THROUGH)  # 13 December + 30 = 12 January
    assert is_mature("wait", date(2015, 12, 13), DATA_TO, THROUGH, horizon_days=90)
    assert not is_mature("wait", date(2015, 12, 14), DATA_TO, THROUGH)


@pytest.mark.parametrize(
    ("horizon", "last"), [(7, DATA_TO), (30, date(2015, 12, 13)), (90, date(2015, 10, 14))], ids=str
)
def test_closed_within_needs_its_own_horizon(horizon, last):
    assert is_mature("closed_within", last, DATA_TO, THROUGH, horizon_days=horizon)
    after = last + timedelta(days=1)
    assert not is_mature("closed_within", after, DATA_TO, THROUGH, horizon_days=horizon)


def test_on_time_needs_nearly_all_to_be_due():
    assert is_mature("on_time", DATA_TO, DATA_TO, THROUGH, not_yet_due_share=0.05)
    assert not is_mature("on_time", DATA_TO, DATA_TO, THROUGH, not_yet_due_share=0.0501)
    assert not is_mature("on_time", DATA_TO, DATA_TO, THROUGH)


def test_repeats_need_thirty_more_days_of_requests():
    # 1 December + 30 = 31 December. That closings are known until 12 January does not help.
    assert is_mature("repeats", date(2015, 12, 1), DATA_TO, THROUGH)
    assert not is_mature("repeats", date(2015, 12, 2), DATA_TO, THROUGH)
