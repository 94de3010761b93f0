"""Funnel limits: a hand-worked funnel, the winsorised factor against numpy, and what is never flagged."""

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.funnel import FEWEST_GROUPS, Funnel, Position, funnel


def test_limits_by_hand():
    limits = Funnel(0.5, 4.0, 12).limits(100)
    assert limits.low_95 == pytest.approx(0.5 - 1.96 * 2 * 0.05, abs=1e-4)
    assert limits.high_998 == pytest.approx(0.5 + 3.09 * 2 * 0.05, abs=1e-4)


def test_there_is_no_less_than_chance():
    assert Funnel(0.5, 0.2, 12).limits(100) == Funnel(0.5, 1.0, 12).limits(100)


def test_limits_are_shares():
    limits = Funnel(0.98, 9.0, 12).limits(30)
    assert (limits.high_95, limits.high_998) == (1.0, 1.0)
    with pytest.raises(ValueError, match="without requests"):
        Funnel(0.5, 1.0, 12).limits(0)


def test_the_outermost_tenth_on_either_side_is_pulled_in():
    values = [0.1, 0.48, 0.49, 0.49, 0.5, 0.5, 0.5, 0.51, 0.52, 0.9]
    found = funnel(0.5, [(100, value) for value in values])
    assert found.factor == pytest.approx(np.mean(((np.clip(values, 0.48, 0.52) - 0.5) / 0.05) ** 2))
    assert found.enough_groups
    assert found.position(0.9, 100) is Position.ABOVE_998
    assert found.position(0.1, 100) is Position.BELOW_998
    assert found.position(0.52, 100) is Position.WITHIN


groups = st.lists(st.tuples(st.integers(30, 5000), st.floats(0, 1.2)), min_size=1, max_size=60)


@given(st.floats(0.01, 0.99), groups)
def test_the_factor_as_numpy_has_it(share: float, drawn: list[tuple[int, float]]):
    n, value = (np.array(column, dtype=float) for column in zip(*drawn, strict=True))
    z = np.sort((value - share) / np.sqrt(share * (1 - share) / n))
    cut = len(z) // 10
    z[:cut], z[len(z) - cut :] = z[cut], z[len(z) - 1 - cut]
    assert funnel(share, drawn).factor == pytest.approx(float(np.mean(z**2)), rel=1e-9)


def test_few_areas_are_never_flagged():
    found = funnel(0.5, [(1000, 0.9)] * (FEWEST_GROUPS - 1))
    assert not found.enough_groups
    assert found.position(0.9, 1000) is None
    assert found.limits(1000).high_95 > 0.5


def test_few_requests_are_neither_flagged_nor_counted():
    found = funnel(0.5, [(100, 0.5 + step / 1000) for step in range(10)] + [(29, 0.0)] * 5)
    assert found.groups == 10
    assert found.position(0.0, 29) is None
    assert found.position(None, 100) is None


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_where_all_or_none_is_closed_there_is_nothing_to_widen(share: float):
    assert funnel(share, [(100, share)] * 12).factor == 1.0


def test_a_share_is_a_share():
    with pytest.raises(ValueError, match="between 0 and 1"):
        funnel(1.1, [])


def test_plain_chance_is_a_factor_of_about_one():
    drawn = np.random.default_rng(7).binomial(400, 0.6, size=300) / 400
    factor = funnel(0.6, [(400, float(value)) for value in drawn]).factor
    assert sqrt(factor) == pytest.approx(0.9, abs=0.1)  # under 1: the outermost tenths are pulled in
