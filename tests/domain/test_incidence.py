"""Cumulative incidence over bins: against lifelines' Aalen-Johansen, against Kaplan-Meier, and by hand."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifelines import AalenJohansenFitter

from dashboard.domain.durations import ANCHOR_DAYS, BINS, DAY, UPPER, bin_of
from dashboard.domain.incidence import cumulative_incidence
from dashboard.domain.survival import kaplan_meier

NONE = np.zeros(BINS, dtype=np.int64)
ends = st.lists(st.tuples(st.integers(0, 400 * DAY), st.integers(0, 3)), max_size=60)


def counts(seconds):
    return np.bincount(bin_of(np.array(seconds, dtype=np.int64)), minlength=BINS)


def in_days(*days):
    return counts([round(day * DAY) for day in days])


def by_way(seconds, way, ways=3):
    """Counts by bin for each way to end, and of the open (way 0)."""
    return [counts(seconds[way == each]) for each in range(1, ways + 1)], counts(seconds[way == 0])


def random_cohort(seed, n=400):
    rng = np.random.default_rng(seed)
    return np.minimum(rng.lognormal(12.5, 1.6, n), 300 * DAY).astype(np.int64), rng.integers(0, 4, n)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("way", [1, 3])
def test_equals_lifelines_where_every_bin_holds_one_way_only(seed, way):
    seconds, how = random_cohort(seed)
    bins = bin_of(seconds)
    _, first = np.unique(bins, return_index=True)
    seconds, how = UPPER[bins[first]], how[first]
    events, censored = by_way(seconds, how)
    ours = cumulative_incidence(events, censored)
    fitter = AalenJohansenFitter(calculate_variance=True, seed=1).fit(seconds, how, event_of_interest=way)
    theirs = fitter.cumulative_density_.iloc[:, 0]
    at = np.searchsorted(UPPER, theirs.index.to_numpy(dtype=np.int64))[1:]
    # the actuarial half of a bin's censored changes nothing: no bin has both
    assert ours.share[way - 1, at] == pytest.approx(theirs.to_numpy()[1:], abs=1e-9)
    variance = np.ravel(fitter.variance_.to_numpy())[1:]
    rest = 1 - ours.share[way - 1, at]
    width = np.log(np.log(1 - ours.high[way - 1, at]) / np.log(rest)) * rest * -np.log(rest) / 1.959963984540054
    some = (ours.share[way - 1, at] > 0) & (variance > 0)
    assert some.sum() > 30
    assert width[some] ** 2 == pytest.approx(variance[some], rel=1e-6)


@given(ends)
def test_all_ways_and_the_open_add_to_one_at_every_time(rows):
    seconds, how = (np.array([row[i] for row in rows], dtype=np.int64) for i in (0, 1))
    incidence = cumulative_incidence(*by_way(seconds, how))
    assert incidence.share.sum(axis=0) + incidence.overall.survival == pytest.approx(np.ones(BINS))
    assert (np.diff(incidence.share, axis=1) >= 0).all()
    assert (incidence.low <= incidence.share + 1e-12).all()
    assert (incidence.share <= incidence.high + 1e-12).all()
    for days in ANCHOR_DAYS if rows else ():
        total = sum(incidence.within(way, days).value for way in range(3)) + incidence.still_open(days)
        assert total == pytest.approx(1)


def test_a_single_way_to_end_is_kaplan_meier_with_its_limits():
    seconds, how = random_cohort(7)
    ended, censored = counts(seconds[how > 0]), counts(seconds[how == 0])
    incidence, closed = cumulative_incidence([ended], censored), kaplan_meier(ended, censored)
    assert incidence.share[0] == pytest.approx(1 - closed.survival)
    assert incidence.low[0] == pytest.approx(1 - closed.high)
    assert incidence.high[0] == pytest.approx(1 - closed.low)
    for days in ANCHOR_DAYS:
        mine, theirs = incidence.within(0, days), closed.closed_within(days)
        assert (mine.value, mine.low, mine.high) == pytest.approx((theirs.value, theirs.low, theirs.high))


def test_other_ends_do_not_leave_their_share_to_the_work():
    """Ten requests: five duplicates on day 1, four repaired on day 2, one open: 40 % repaired, not 80 %."""
    incidence = cumulative_incidence([in_days(2, 2, 2, 2), in_days(1, 1, 1, 1, 1)], in_days(40))
    assert incidence.within(0, 30).value == pytest.approx(0.4)
    assert incidence.within(1, 30).value == pytest.approx(0.5)
    assert incidence.still_open(30) == pytest.approx(0.1)
    alone = kaplan_meier(in_days(2, 2, 2, 2), in_days(1, 1, 1, 1, 1, 40))
    assert alone.closed_within(30).value == pytest.approx(0.8)


def test_a_time_that_nobody_was_followed_to_is_a_lower_bound():
    incidence = cumulative_incidence([in_days(2, 2), in_days(1)], in_days(*[10] * 7))
    assert incidence.observed(7)
    assert not incidence.observed(90)
    within = incidence.within(0, 90)
    assert (within.value, within.high) == (pytest.approx(0.2), 1.0)
    assert incidence.curve().days[-1] < 11
    assert incidence.curve().share.shape == (2, len(incidence.curve().days))


def test_limits_where_nothing_or_everything_ended_in_a_way():
    every = cumulative_incidence([in_days(*[2] * 40), NONE], NONE)
    assert every.within(0, 7).low == pytest.approx(0.025 ** (1 / 40))
    assert every.within(1, 7).high == pytest.approx(1 - 0.025 ** (1 / 40))
    assert every.within(1, 7).low == 0


def test_without_requests_there_is_nothing_to_say():
    incidence = cumulative_incidence([NONE, NONE], NONE)
    assert incidence.within(0, 7).value is None
    assert incidence.still_open(7) is None
    assert incidence.curve().days.size == 0


def test_wrong_questions_are_refused():
    incidence = cumulative_incidence([in_days(1)], NONE)
    with pytest.raises(ValueError, match="8 days is not one of"):
        incidence.within(0, 8)
    with pytest.raises(ValueError, match="at least one way"):
        cumulative_incidence([], NONE)
    with pytest.raises(ValueError, match="negative"):
        cumulative_incidence([in_days(1, 1), -in_days(1)], NONE)


def test_many_small_ways_stay_within_their_limits():
    """Rounding may not push a variance below zero: 20,000 requests, two of them cancelled late."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rare = cumulative_incidence([in_days(*[3] * 19_000), in_days(200, 201)], in_days(*[400] * 998))
    within = rare.within(1, 365)
    assert within.value == pytest.approx(2 / 20_000)
    assert 0 < within.low < within.value < within.high < 0.001
