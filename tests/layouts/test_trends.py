"""The page of trends: what its sentences say, and where its labels stand."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.trend import FOLLOWED, share, year_earlier
from dashboard.i18n.translator import translator_for
from layouts import trend_words
from layouts.figures.buckets import Point
from layouts.figures.trend_labels import apart

TR = translator_for("en")


@given(st.lists(st.floats(-50, 400), min_size=1, max_size=9))
def test_labels_never_cover_each_other_and_keep_their_order(wanted: list[float]) -> None:
    placed = apart(wanted, 31, 6, 370)
    assert all(6 - 1e-6 <= each <= 370 + 1e-6 for each in placed)
    ordered = sorted(placed)
    assert all(right - left >= 31 - 1e-6 for left, right in pairwise(ordered))
    assert [placed[i] for i in sorted(range(len(wanted)), key=lambda i: wanted[i])] == ordered


def test_labels_that_have_room_stay_where_they_are() -> None:
    assert apart([10, 300, 100], 31, 6, 370) == [10, 300, 100]


def test_too_few_are_not_compared() -> None:
    wait, few, many = FOLLOWED["wait"], Point(date(2024, 1, 1), date(2024, 1, 31), 5.0, 29, 4.0, 6.0), None
    assert trend_words.value_text(wait, few, TR) == "too few to say"
    many = Point(date(2024, 1, 1), date(2024, 1, 31), 9.0, 30, 8.0, 10.0)
    assert trend_words.changed(wait, many, few, TR) == "too few to compare"
    assert trend_words.changed(FOLLOWED["requests"], Point(few.start, few.end, 29, 29), many, TR) == ""


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        ((8, 7, 9), (5, 4, 6), "clearly longer"),
        ((3, 2, 3.5), (5, 4, 6), "clearly shorter"),
        ((5, 4, 6), (6, 5, 7), "no clear difference"),
    ],
)
def test_a_change_is_said_only_where_intervals_are_apart(
    now: tuple[float, ...], before: tuple[float, ...], said: str
) -> None:
    one, other = (
        Point(date(2024, 1, 1), date(2024, 1, 31), value, 90, low, high) for value, low, high in (now, before)
    )
    assert trend_words.changed(FOLLOWED["wait"], one, other, TR) == said


def test_a_month_is_compared_with_the_same_month_and_a_week_with_the_same_weekdays() -> None:
    assert year_earlier((date(2024, 2, 1), date(2024, 2, 29)), "month") == (date(2023, 2, 1), date(2023, 2, 28))
    assert year_earlier((date(2025, 2, 1), date(2025, 2, 28)), "month") == (date(2024, 2, 1), date(2024, 2, 29))
    assert year_earlier((date(2024, 3, 4), date(2024, 3, 10)), "week") == (date(2023, 3, 6), date(2023, 3, 12))


def test_a_share_has_limits_inside_of_none_and_all() -> None:
    assert share(0, 0).value is None
    found = share(0, 30)
    assert found.low == 0.0
    assert found.high == pytest.approx(0.1135, abs=1e-3)
    with pytest.raises(ValueError, match="no part"):
        share(3, 2)
