"""When a request is due by a published target, counted day by day by hand and by a slow walk through the calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dashboard.domain.targets import Target, changes, due_day

HOLIDAYS = (date(2024, 5, 27), date(2024, 7, 4))
FRIDAY, SATURDAY, SUNDAY, MONDAY = (date(2024, 3, day) for day in (1, 2, 3, 4))


def target(days: int, *, business: bool = False, since: date = date(2020, 1, 1), category: str = "Pothole") -> Target:
    return Target((category,), days, business, since, "https://example.org/targets")


@pytest.mark.parametrize(
    ("days", "made", "due"),
    [
        (0, FRIDAY, FRIDAY),
        (0, SATURDAY, MONDAY),
        (1, FRIDAY, MONDAY),
        (1, SATURDAY, MONDAY),
        (1, SUNDAY, MONDAY),
        (1, MONDAY, date(2024, 3, 5)),
        (5, FRIDAY, date(2024, 3, 8)),
        (1, date(2024, 5, 24), date(2024, 5, 28)),  # a Friday before a Monday that is a holiday
        (2, date(2024, 7, 3), date(2024, 7, 8)),
    ],
)
def test_business_days(days: int, made: date, due: date) -> None:
    assert due_day(target(days, business=True), made, HOLIDAYS) == due


def test_calendar_days_count_every_day() -> None:
    assert due_day(target(3), FRIDAY, HOLIDAYS) == MONDAY


@pytest.mark.parametrize("days", [1, 2, 7, 30])
def test_business_days_by_a_walk_through_the_calendar(days: int) -> None:
    for offset in range(200):
        made = date(2024, 3, 1) + timedelta(days=offset)
        day, left = made, days
        while left:
            day += timedelta(days=1)
            left -= day.weekday() < 5 and day not in HOLIDAYS
        assert due_day(target(days, business=True), made, HOLIDAYS) == day


def test_a_change_is_from_one_target_of_a_category_to_the_next() -> None:
    first, second = target(3), target(5, business=True, since=date(2024, 1, 1))
    other = target(9, category="Graffiti", since=date(2023, 1, 1))
    (change,) = changes((second, other, first))
    assert (change.on, change.category, change.before, change.after) == (date(2024, 1, 1), "Pothole", first, second)
