"""On time and backlog, from counts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dashboard.domain.metrics import OnTime, backlog


def test_on_time_by_hand():
    # Sixteen requests. Due by now: 6 closed in time, 2 late, 1 still open, so 6 of 9; the other seven do not count.
    counts = OnTime(on_time=6, late_closed=2, open_overdue=1, not_yet_due=3, without_target=3, no_closing_time=1)
    assert counts.due == 9
    assert counts.rate == pytest.approx(6 / 9)
    assert counts.not_yet_due_share == pytest.approx(3 / 12)
    assert counts.total == 16


def test_no_rate_where_nothing_is_due():
    counts = OnTime(not_yet_due=4, without_target=5, no_closing_time=1)
    assert counts.rate is None
    assert counts.not_yet_due_share == 1
    assert OnTime(without_target=5).not_yet_due_share is None
    assert OnTime().total == 0


def test_a_rate_of_zero_is_not_no_rate():
    assert OnTime(open_overdue=4).rate == 0


def test_backlog_by_hand():
    #           day  0  1  2  3  4
    opened = np.array([5, 0, 3, 0, 1])
    closed = np.array([1, 2, 0, 5, 0])
    #      at the end  4  2  5  0  1
    assert backlog(opened, closed).tolist() == [4, 2, 5, 0, 1]
    assert backlog(opened, closed, 3).tolist() == [0, 1]
    assert backlog(opened, closed, 5).tolist() == []
    assert backlog(opened[:0], closed[:0]).tolist() == []


def test_backlog_does_not_overflow_small_integers():
    opened = np.full(3, 200, dtype=np.uint8)
    still_open = backlog(opened, np.zeros(3, dtype=np.uint8))
    assert still_open.tolist() == [200, 400, 600]
    assert still_open.dtype == np.int64


@given(st.integers(1, 400).flatmap(lambda n: arrays(np.int64, (2, n), elements=st.integers(0, 1000))))
def test_the_backlog_changes_by_what_is_opened_and_closed(days):
    opened = days[0] + days[1]  # never fewer than are closed
    still_open = backlog(opened, days[1])
    assert still_open[-1] == opened.sum() - days[1].sum()
    np.testing.assert_array_equal(np.diff(still_open, prepend=0), opened - days[1])


def test_counts_that_do_not_belong_together_are_refused():
    with pytest.raises(ValueError, match="by day 1"):
        backlog(np.array([2, 0, 9]), np.array([2, 3, 0]))
    with pytest.raises(ValueError, match="same days"):
        backlog(np.array([2, 0]), np.array([0]))
    for index in (-1, 3):
        with pytest.raises(ValueError, match=f"day {index} "):
            backlog(np.array([2, 0]), np.array([0, 0]), index)
