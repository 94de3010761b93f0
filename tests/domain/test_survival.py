"""Kaplan-Meier over bins: against lifelines, against tables worked out by hand, and by its properties."""

from math import ceil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from lifelines.utils import median_survival_times, qth_survival_times
from scipy.stats import binomtest

from dashboard.domain.durations import ANCHOR_DAYS, BINS, DAY, UPPER, bin_of, edge_bin, middle_days
from dashboard.domain.survival import Estimate, kaplan_meier, nearest_rank_days, still_waiting

NONE = np.zeros(BINS, dtype=np.int64)
durations = st.lists(st.integers(0, 400 * DAY), max_size=60)


def counts(seconds):
    return np.bincount(bin_of(np.array(seconds, dtype=np.int64)), minlength=BINS)


def in_days(*days):
    return counts([round(day * DAY) for day in days])


def curve_of(closed=(), still_open=()):
    """Survival of requests that closed after, or are still open after, so many days."""
    return kaplan_meier(in_days(*closed), in_days(*still_open))


def fitted(events, censored, timeline=None):
    """lifelines on the same binned times: every duration at the upper edge of its bin."""
    times = np.concatenate([np.repeat(UPPER, events), np.repeat(UPPER, censored)])
    happened = np.concatenate([np.ones(events.sum()), np.zeros(censored.sum())])
    return KaplanMeierFitter().fit(times, happened, timeline=timeline)


def random_cohort(seed, n=400, share_open=0.3):
    rng = np.random.default_rng(seed)
    seconds = np.minimum(rng.lognormal(12.5, 1.6, n), 300 * DAY).astype(np.int64)
    is_open = rng.random(n) < share_open
    return counts(seconds[~is_open]), counts(seconds[is_open])


def apart(events, censored):
    """The cohort without the censored of bins in which something closed: there the half rule cannot matter."""
    return events, np.where(events > 0, 0, censored)


# ---------------------------------------------------------------------------------------------------------------------
# Against lifelines


@pytest.mark.parametrize("seed", range(5))
def test_equals_lifelines_where_nobody_is_censored_in_a_bin_with_closings(seed):
    events, censored = apart(*random_cohort(seed))
    assert censored.sum() > 20
    ours, theirs = kaplan_meier(events, censored), fitted(events, censored, timeline=UPPER)
    np.testing.assert_allclose(ours.survival, theirs.survival_function_.iloc[:, 0], rtol=0, atol=1e-12)
    inside = (ours.survival > 0) & (ours.survival < 1)
    assert inside.sum() > 100
    band = theirs.confidence_interval_survival_function_.to_numpy()[inside]
    np.testing.assert_allclose(ours.low[inside], band[:, 0], rtol=0, atol=1e-12)
    np.testing.assert_allclose(ours.high[inside], band[:, 1], rtol=0, atol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_quantiles_and_their_limits_fall_in_the_bins_of_lifelines(seed):
    events, censored = apart(*random_cohort(seed))
    ours, theirs = kaplan_meier(events, censored), fitted(events, censored)
    band = theirs.confidence_interval_survival_function_

    def as_days(edge):
        return float(middle_days()[edge_bin(int(edge))]) if np.isfinite(edge) else None

    median = Estimate(as_days(theirs.median_survival_time_), *(as_days(x) for x in median_survival_times(band).iloc[0]))
    assert ours.quantile(0.5) == median
    assert None not in (median.value, median.low, median.high)
    limits = [as_days(x) for x in qth_survival_times(0.25, band).iloc[0]]
    assert ours.quantile(0.75) == Estimate(as_days(qth_survival_times(0.25, theirs.survival_function_)), *limits)


@pytest.mark.parametrize("seed", range(5))
def test_stays_close_to_lifelines_on_the_raw_times_when_bins_are_shared(seed):
    # Many per bin, so that the half rule works: n = 20,000 in some 300 bins.
    rng = np.random.default_rng(seed)
    seconds = np.minimum(rng.lognormal(12.5, 1.6, 20_000), 300 * DAY).astype(np.int64)
    is_open = rng.random(20_000) < 0.3
    ours = kaplan_meier(counts(seconds[~is_open]), counts(seconds[is_open]))
    theirs = KaplanMeierFitter().fit(seconds, ~is_open)
    for days in (1, 7, 30, 90, 180):
        raw = 1 - theirs.predict(days * DAY)
        assert ours.closed_within(days).value == pytest.approx(raw, abs=1e-3)
    assert ours.quantile(0.5).value == pytest.approx(theirs.median_survival_time_ / DAY, rel=0.02)


# ---------------------------------------------------------------------------------------------------------------------
# By hand


def test_a_table_worked_out_by_hand():
    # Five requests: closed after 1, 2 and 5 days, still open after 3 and 10.
    #   after  1 d: 5 at risk, 1 closes  S = 4/5         Greenwood 1/(5*4)           = 0.05
    #   after  2 d: 4 at risk, 1 closes  S = 4/5 * 3/4 = 3/5          + 1/(4*3)      = 0.133333
    #   after  3 d: one leaves sight
    #   after  5 d: 2 at risk, 1 closes  S = 3/5 * 1/2 = 3/10         + 1/(2*1)      = 0.633333
    #   after 10 d: one leaves sight; beyond it nothing is known
    cohort = curve_of(closed=[1, 2, 5], still_open=[3, 10])
    assert (cohort.n, cohort.event_count, cohort.censored_count) == (5, 3, 2)
    assert cohort.closed_within(1).value == pytest.approx(1 / 5, abs=1e-15)
    assert cohort.closed_within(3).value == pytest.approx(2 / 5, abs=1e-15)
    assert cohort.closed_within(7).value == pytest.approx(7 / 10, abs=1e-15)
    assert cohort.at_risk[[0, edge_bin(DAY), edge_bin(DAY) + 1, edge_bin(7 * DAY)]].tolist() == [5, 5, 4, 1]
    # log(-log S) +- 1.96 * sqrt(Greenwood) / -log S: for S = 0.3, -log S = 1.203973, se = 0.795822 / 1.203973
    # = 0.660997; exp(1.959964 * 0.660997) = 3.65293; low = 0.3 ** 3.65293 = 0.012302, high = 0.3 ** (1 / 3.65293)
    # = 0.719218.
    within = cohort.closed_within(7)
    assert within.low == pytest.approx(1 - 0.719218, abs=2e-6)
    assert within.high == pytest.approx(1 - 0.012302, abs=2e-6)
    # S is 0.6 > 0.5 after 2 days and 0.3 after 5: the median is the bin of 5 days.
    assert cohort.quantile(0.5).value == pytest.approx(5, rel=0.01)
    assert cohort.quantile(0.7).value == pytest.approx(5, rel=0.01)
    assert cohort.quantile(0.71).value is None


def test_half_of_the_censored_of_a_bin_are_at_risk():
    # Ten requests in one bin: four close, six are last seen open. At risk 10 - 6/2 = 7, so S = 3/7 (all at risk would
    # give 6/10, none of them 0).
    cohort = kaplan_meier(in_days(*[2] * 4), in_days(*[2] * 6))
    assert cohort.closed_within(3).value == pytest.approx(4 / 7, abs=1e-15)
    # Greenwood: 4 / (7 * 3) = 0.190476; se of log(-log S) = 0.436436 / 0.847298 = 0.515090; exp(1.96 * se) = 2.744394
    assert 1 - cohort.low[-1] == pytest.approx(1 - (3 / 7) ** 2.744394, abs=1e-6)


def test_a_median_is_reached_at_exactly_one_half():
    # 0.9 * 8/9 * 7/8 * 6/7 * 5/6 is 0.5000000000000001 in floating point.
    assert curve_of(closed=range(1, 11)).quantile(0.5).value == pytest.approx(5, rel=0.01)
    assert curve_of(closed=range(1, 11)).quantile(0.9).value == pytest.approx(9, rel=0.01)


def test_where_all_closed_the_limits_are_those_of_a_plain_share():
    within = curve_of(closed=[1, 2, 3, 4, 5, 6]).closed_within(7)
    exact = binomtest(6, 6).proportion_ci(0.95, "exact")
    assert within.value == 1
    assert within.low == pytest.approx(exact.low, abs=1e-12)
    assert within.high == 1


def test_where_all_closed_after_some_left_sight_fewer_count():
    # Four requests, two last seen open after 2 days, two closed after 5: S just before is 1, 2 are at risk.
    exact = binomtest(2, 2).proportion_ci(0.95, "exact")
    assert curve_of(closed=[5, 5], still_open=[2, 2]).closed_within(7).low == pytest.approx(exact.low, abs=1e-12)
    # Closed after 1 day, open after 2, closed after 5: S just before is 2/3, 1 at risk, so m = 1 / (2/3) = 1.5.
    assert curve_of(closed=[1, 5], still_open=[2]).closed_within(7).low == pytest.approx(0.025 ** (1 / 1.5), abs=1e-12)


def test_where_nothing_closed_yet_the_limits_are_those_of_a_plain_share():
    within = curve_of(closed=[20], still_open=[10, 25, 25, 25]).closed_within(7)
    exact = binomtest(0, 5).proportion_ci(0.95, "exact")
    assert (within.value, within.low) == (0, 0)
    assert within.high == pytest.approx(exact.high, abs=1e-12)
    # After 14 days one of the five has left sight.
    later = curve_of(closed=[20], still_open=[10, 25, 25, 25]).closed_within(14)
    assert later.high == pytest.approx(binomtest(0, 4).proportion_ci(0.95, "exact").high, abs=1e-12)


# ---------------------------------------------------------------------------------------------------------------------
# Edge cases


def test_without_requests_there_is_nothing_to_say():
    empty = kaplan_meier(NONE, NONE)
    nothing = Estimate(None, None, None)
    assert empty.n == 0
    assert empty.closed_within(30) == nothing
    assert empty.quantile(0.5) == nothing
    assert not empty.observed(1)
    assert empty.last_observed_days is None
    assert all(len(column) == 0 for column in empty.curve())
    assert still_waiting(empty, 5, 5) is None


def test_a_single_closed_request():
    one = curve_of(closed=[10])
    assert one.closed_within(7) == Estimate(0.0, 0.0, pytest.approx(0.975))
    assert one.closed_within(14) == Estimate(1.0, pytest.approx(0.025), 1.0)
    assert one.quantile(0.5).value == pytest.approx(10, rel=0.01)
    # One request says nothing about the limits of a median.
    assert (one.quantile(0.5).low, one.quantile(0.5).high) == (0, None)
    assert one.observed(365)


def test_a_single_open_request():
    one = curve_of(still_open=[10])
    assert one.closed_within(7) == Estimate(0.0, 0.0, pytest.approx(0.975))
    assert one.observed(7)
    assert one.closed_within(14) == Estimate(0.0, 0.0, 1.0)
    assert not one.observed(14)
    assert one.quantile(0.5).value is None
    assert one.last_observed_days == pytest.approx(10, rel=0.02)
    assert one.last_observed_days < 10


def test_all_still_open():
    cohort = curve_of(still_open=[100] * 50)
    assert cohort.event_count == 0
    assert cohort.closed_within(90).value == 0
    assert 0 < cohort.closed_within(90).high < 0.08
    assert cohort.closed_within(180).high == 1
    assert cohort.quantile(0.5) == Estimate(None, None, None)


def test_all_closed_in_zero_seconds():
    cohort = curve_of(closed=[0] * 40)
    assert cohort.quantile(0.9) == Estimate(0.0, 0.0, 0.0)
    assert cohort.closed_within(1).value == 1
    assert cohort.closed_within(1).low == pytest.approx(0.025 ** (1 / 40))
    assert cohort.last_observed_days == 0
    assert nearest_rank_days(in_days(*[0] * 40), 0.5) == 0


def test_what_nobody_was_followed_to_is_a_lower_bound_and_says_so():
    # Half closed after 2 days, the others last seen open after 40: what happens by 90 days is not known.
    cohort = curve_of(closed=[2] * 20, still_open=[40] * 20)
    assert [cohort.observed(days) for days in (1, 30, 60, 90)] == [True, True, False, False]
    assert cohort.closed_within(30).high < 0.7
    assert cohort.closed_within(90) == Estimate(0.5, cohort.closed_within(30).low, 1.0)
    assert cohort.quantile(0.9) == Estimate(None, None, None)
    assert 39 < cohort.last_observed_days < 40


def test_being_followed_nearly_to_a_horizon_is_not_being_followed_to_it():
    nearly = curve_of(still_open=[29.9])
    assert bin_of(round(29.9 * DAY)) == edge_bin(30 * DAY)
    assert (nearly.observed(14), nearly.observed(30)) == (True, False)


def test_a_low_limit_may_be_reached_where_the_quantile_is_not():
    cohort = curve_of(closed=range(1, 10), still_open=[50] * 11)
    assert cohort.survival[-1] > 0.5
    median = cohort.quantile(0.5)
    assert (median.value, median.high) == (None, None)
    assert 1 < median.low < 10


@pytest.mark.parametrize("days", [0, 2, 91, -7])
def test_only_anchors_can_be_read(days):
    with pytest.raises(ValueError, match="is not one of"):
        curve_of(closed=[1]).closed_within(days)
    with pytest.raises(ValueError, match="is not one of"):
        curve_of(closed=[1]).observed(days)


@pytest.mark.parametrize("p", [0, 1, -0.1, 50, float("nan")])
def test_a_quantile_needs_a_share(p):
    with pytest.raises(ValueError, match="share"):
        curve_of(closed=[1]).quantile(p)
    with pytest.raises(ValueError, match="share"):
        nearest_rank_days(in_days(1), p)


def test_counts_of_another_kind_are_refused():
    with pytest.raises(ValueError, match="shape"):
        kaplan_meier(NONE[:-1], NONE)
    with pytest.raises(ValueError, match="whole numbers"):
        kaplan_meier(NONE, NONE.astype(float))
    below = NONE.copy()
    below[3] = -1
    with pytest.raises(ValueError, match="negative"):
        kaplan_meier(NONE, below)


# ---------------------------------------------------------------------------------------------------------------------
# Properties


@given(durations, durations)
def test_a_curve_falls_and_its_band_holds_it(closed, still_open):
    cohort = kaplan_meier(counts(closed), counts(still_open))
    assert cohort.n == cohort.event_count + cohort.censored_count == len(closed) + len(still_open)
    assert (np.diff(cohort.survival) <= 0).all()
    assert (np.diff(cohort.at_risk) <= 0).all()
    assert (cohort.low <= cohort.survival).all()
    assert (cohort.survival <= cohort.high).all()
    assert cohort.low.min() >= 0
    assert cohort.high.max() <= 1
    for days in ANCHOR_DAYS:
        within = cohort.closed_within(days)
        assert cohort.n == 0 or 0 <= within.low <= within.value <= within.high <= 1


@given(durations, durations, st.integers(2, 1000))
def test_more_of_the_same_gives_the_same_curve_and_a_narrower_band(closed, still_open, times):
    events, censored = counts(closed), counts(still_open)
    few, many = kaplan_meier(events, censored), kaplan_meier(events * times, censored * times)
    np.testing.assert_allclose(many.survival, few.survival, rtol=0, atol=1e-12)
    known = few.at_risk > 0
    assert ((many.high - many.low)[known] <= (few.high - few.low)[known] + 1e-12).all()


@given(durations, st.integers(0, 30), st.sampled_from(ANCHOR_DAYS))
def test_closed_within_is_the_plain_share_when_nobody_left_sight_before(closed, open_later, days):
    # Those still open have all been followed for longer than the horizon.
    cohort = kaplan_meier(counts(closed), counts([days * DAY + 1] * open_later))
    if not cohort.n:
        return
    share = sum(second <= days * DAY for second in closed) / cohort.n
    assert cohort.closed_within(days).value == pytest.approx(share, abs=1e-12)


@given(durations.filter(len), st.integers(1, 99))
def test_without_open_requests_a_quantile_is_the_nearest_rank_within_one_percent(closed, percent):
    p = percent / 100
    rank = max(1, ceil(percent * len(closed) / 100))
    exact = sorted(closed)[rank - 1] / DAY
    assert kaplan_meier(counts(closed), NONE).quantile(p).value == pytest.approx(exact, rel=0.01)
    assert nearest_rank_days(counts(closed), p) == pytest.approx(exact, rel=0.01)


@given(durations.filter(len), durations.filter(len))
def test_counting_the_open_ones_never_makes_closings_look_faster(closed, still_open):
    with_open = kaplan_meier(counts(closed), counts(still_open)).quantile(0.5).value
    assert with_open is None or with_open >= nearest_rank_days(counts(closed), 0.5)


@settings(max_examples=50)
@given(durations, durations)
def test_the_published_curve_leaves_out_nothing_that_happens(closed, still_open):
    cohort = kaplan_meier(counts(closed), counts(still_open))
    curve = cohort.curve()
    bins = [edge_bin(round(day * DAY)) for day in curve.days]
    assert bins == sorted(set(bins))
    np.testing.assert_array_equal(curve.closed_share, 1 - cohort.survival[bins])
    np.testing.assert_array_equal(curve.low, 1 - cohort.high[bins])
    np.testing.assert_array_equal(curve.high, 1 - cohort.low[bins])
    np.testing.assert_array_equal(curve.at_risk, cohort.at_risk[bins])
    assert {int(bin_of(second)) for second in [*closed, *still_open]} <= set(bins)
    # Read as steps, it gives the whole followed curve back.
    followed = int(np.flatnonzero(cohort.at_risk)[-1]) + 1 if cohort.n else 0
    steps = np.searchsorted(bins, np.arange(followed), side="right") - 1
    np.testing.assert_array_equal(curve.closed_share[steps], 1 - cohort.survival[:followed])


def test_the_published_curve_has_the_anchors_as_far_as_anybody_was_followed():
    half = curve_of(closed=[2] * 20, still_open=[40] * 20).curve()
    assert {1, 3, 7, 14, 30} <= set(half.days)
    assert half.days[0] == 0
    assert 40 <= half.days[-1] < 41
    assert half.at_risk[-1] == 20
    everything = curve_of(closed=[2] * 20).curve()
    assert set(ANCHOR_DAYS) <= set(everything.days)
    assert everything.closed_share[-1] == 1


# ---------------------------------------------------------------------------------------------------------------------
# Closed only, and still waiting


def test_nearest_rank_by_hand():
    # Ranks of p * 4: one quarter is the first, one half the second, anything above three quarters the last.
    four = in_days(1, 3, 7, 30)
    one, three, thirty = (float(middle_days()[edge_bin(days * DAY)]) for days in (1, 3, 30))
    assert [nearest_rank_days(four, p) for p in (0.25, 0.5, 0.76)] == [one, three, thirty]
    # 0.1 * 30 is 3.0000000000000004: still the third, not the fourth.
    assert nearest_rank_days(in_days(*[1] * 3, *[30] * 27), 0.1 + 1e-17) == one
    assert nearest_rank_days(NONE, 0.5) is None


def test_still_waiting_is_the_share_of_those_at_risk_then():
    # 100 requests: 40 close after 2 days, 36 after 20 and 24 after 50. Of the 60 that wait longer than 3 days, 24 wait
    # longer than 30.
    group = curve_of(closed=[2] * 40 + [20] * 36 + [50] * 24)
    waiting = still_waiting(group, 3, 27)
    assert waiting.at_risk == 60
    assert waiting.observed
    assert waiting.share.value == pytest.approx(24 / 60, abs=1e-12)
    # S(30)/S(3) = 0.24/0.6, and the limits are those of a curve of the 60 alone.
    alone = curve_of(closed=[20] * 36 + [50] * 24).closed_within(30)
    assert waiting.share.low == pytest.approx(1 - alone.high, abs=1e-12)
    assert waiting.share.high == pytest.approx(1 - alone.low, abs=1e-12)


def test_still_waiting_needs_thirty_at_risk():
    assert still_waiting(curve_of(closed=[1] * 50 + [20] * 30), 3, 4).at_risk == 30
    assert still_waiting(curve_of(closed=[1] * 50 + [20] * 29), 3, 4) is None
    # Thirty to begin with, but one has gone out of sight by then.
    assert still_waiting(curve_of(closed=[20] * 29, still_open=[1]), 3, 4) is None


def test_an_age_of_exactly_an_edge_is_read_there_whatever_floating_point_says():
    assert (UPPER / DAY * DAY < UPPER).any()  # so it would be read one bin too early
    group = kaplan_meier(NONE + 1, NONE)
    for edge in range(0, BINS - 30, 7):
        assert still_waiting(group, UPPER[edge] / DAY, 1).at_risk == BINS - 1 - edge


def test_still_waiting_beyond_the_follow_up_is_an_upper_bound():
    group = curve_of(closed=[5] * 10, still_open=[40] * 30)
    waiting = still_waiting(group, 3, 357)
    assert not waiting.observed
    assert waiting.share.value == pytest.approx(30 / 40)
    assert waiting.share.low == 0


def test_still_waiting_for_no_time_at_all_and_refused_ages():
    group = curve_of(closed=[20] * 40)
    assert still_waiting(group, 0.5, 0).share == Estimate(1.0, 1.0, 1.0)
    for age, further in ((-1, 2), (2, -1)):
        with pytest.raises(ValueError, match="negative"):
            still_waiting(group, age, further)


@given(durations, durations, st.floats(0, 100), st.floats(0, 100))
def test_still_waiting_is_the_ratio_of_two_readings(closed, still_open, age, further):
    group = kaplan_meier(counts([*closed, *[200 * DAY] * 30]), counts(still_open))
    waiting = still_waiting(group, age, further)
    now, later = (np.searchsorted(UPPER, int(days * DAY + 1e-6), side="right") - 1 for days in (age, age + further))
    assert waiting.at_risk == group.at_risk[now + 1]
    assert waiting.share.value == pytest.approx(group.survival[later] / group.survival[now], rel=1e-9)
