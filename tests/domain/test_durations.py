"""The duration bins: their edges are a contract with every stored count."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.durations import ANCHOR_DAYS, BINS, DAY, LOWER, UPPER, bin_of, edge_bin, middle_days

LONGEST = 36_525 * DAY


def test_the_bins_follow_one_another_from_zero_to_a_hundred_years():
    assert UPPER[0] == 0
    assert UPPER[-1] == LONGEST
    assert (np.diff(UPPER) > 0).all()
    assert (LOWER[1:] == UPPER[:-1]).all()
    assert LOWER[0] == -1
    assert len(UPPER) == BINS < np.iinfo(np.int16).max


def test_the_number_of_bins_is_fixed_because_stored_counts_refer_to_them():
    # Changing an edge silently reinterprets every published count: it needs a new method version.
    assert BINS == 992
    assert int(UPPER.sum()) == 162_272_996_812


def test_a_bin_is_at_most_two_percent_wide_or_one_second():
    wide = (UPPER - LOWER) > 1
    assert wide.any()
    # Integers, so that no rounding can hide a bin that is a second too wide.
    assert (UPPER[wide] * 100 <= LOWER[wide] * 102).all()


def test_every_second_up_to_a_hundred_has_its_own_bin_and_102_is_the_first_to_share():
    assert bin_of(np.arange(101)).tolist() == list(range(101))
    assert bin_of(101) == bin_of(102) == 101


def test_the_edges_fall_on_the_published_horizons():
    for seconds in [0, 60, 3600, *(days * DAY for days in (1, 3, 7, 14, 30, 60, 90, 180, 365))]:
        bin_ = edge_bin(seconds)
        assert UPPER[bin_] == seconds
        assert bin_of(seconds) == bin_
        assert bin_of(seconds + 1) == bin_ + 1
    assert ANCHOR_DAYS == (1, 3, 7, 14, 30, 60, 90, 180, 365)


@pytest.mark.parametrize("seconds", [-1, 101, 2 * DAY + 1, LONGEST + 1])
def test_what_is_no_edge_is_refused(seconds):
    with pytest.raises(ValueError, match="not an edge"):
        edge_bin(seconds)


@given(st.lists(st.integers(0, LONGEST), min_size=1, max_size=50))
def test_a_duration_lies_in_its_bin(seconds):
    bins = bin_of(np.array(seconds))
    assert bins.dtype == np.int16
    assert (LOWER[bins] < np.array(seconds)).all()
    assert (np.array(seconds) <= UPPER[bins]).all()


@given(st.integers(0, LONGEST))
def test_the_middle_of_a_bin_is_within_one_percent_of_everything_in_it(seconds):
    middle = middle_days()[bin_of(seconds)] * DAY
    assert abs(middle - seconds) <= 0.01 * seconds


def test_the_middle_of_a_bin_of_one_second_is_that_second():
    assert middle_days()[0] == 0
    assert middle_days()[45] * DAY == pytest.approx(45, rel=1e-15)
    # Bin 101 holds 101 s and 102 s.
    assert middle_days()[101] * DAY == pytest.approx((101 * 102) ** 0.5, rel=1e-15)


def test_arrays_keep_their_shape_and_what_is_longer_than_a_century_goes_last():
    assert bin_of(np.zeros((2, 3), dtype=np.int32)).shape == (2, 3)
    assert bin_of(np.array([], dtype=np.int64)).shape == (0,)
    assert bin_of(LONGEST + 1) == BINS - 1


def test_negative_durations_and_fractions_are_refused():
    with pytest.raises(ValueError, match="negative"):
        bin_of(np.array([5, -1]))
    with pytest.raises(TypeError, match="whole seconds"):
        bin_of(np.array([0.5]))  # type: ignore[arg-type]


@pytest.mark.parametrize("table", [UPPER, LOWER, middle_days()])
def test_the_shared_tables_cannot_be_written(table):
    with pytest.raises(ValueError, match="read-only"):
        table[0] = 1
