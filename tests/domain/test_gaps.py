"""Days of which the data hold nothing: found by a slow count, and what they make of the buckets of a series."""

import random
from datetime import date, timedelta

import pytest

from dashboard.domain.gaps import BUSY_FROM, LEAST_DAYS, Gap, covers, find_gaps, from_text, to_text, touches
from dashboard.domain.gaps import unknown_in_gaps as marked

FIRST = date(2024, 1, 1)
GAP = Gap(date(2024, 3, 10), date(2024, 5, 20))


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def slowly(made: dict[date, int], days: int) -> set[date]:
    """The days of gaps: each one with nothing on it nor on 28 days around it."""
    empty = [not made.get(day(number)) for number in range(days)]
    inside = {
        place
        for number in range(days - LEAST_DAYS + 1)
        if all(empty[number : number + LEAST_DAYS])
        for place in range(number, number + LEAST_DAYS)
    }
    known = [number for number in range(days) if number not in inside]
    busy = known and sum(made.get(day(number), 0) for number in known) / len(known) > BUSY_FROM
    return {day(number) for number in inside} if busy else set()


@pytest.mark.parametrize("seed", range(40))
def test_gaps_are_those_that_a_slow_count_finds(seed: int) -> None:
    chance = random.Random(seed)
    made: dict[date, int] = {}
    number = 0
    while number < 300:  # runs of days with requests and without, about as long as the limit
        for _ in range(chance.randint(1, 40)):
            made[day(number)] = chance.randint(0, 14)
            number += 1
        number += chance.choice([0, 3, LEAST_DAYS - 1, LEAST_DAYS, LEAST_DAYS + 1, 60])
    found = find_gaps(made, FIRST, day(299))
    assert {day(number) for number in range(300) if touches(day(number), day(number), found)} == slowly(made, 300)
    assert all(gap.days >= LEAST_DAYS for gap in found)


@pytest.mark.parametrize(("silent", "a_day", "gaps"), [(27, 9, 0), (28, 9, 1), (28, 5, 0), (28, 6, 1)])
def test_a_gap_has_28_days_amid_more_than_five_requests_a_day(silent: int, a_day: int, gaps: int) -> None:
    made = {day(number): a_day for number in range(100) if not 40 <= number < 40 + silent}
    found = find_gaps(made, FIRST, day(99))
    assert len(found) == gaps
    assert all((gap.start, gap.end) == (day(40), day(39 + silent)) for gap in found)


def test_requests_outside_of_the_data_do_not_end_a_gap() -> None:
    made = {day(0): 100, day(1): 100, date(1990, 1, 1): 1, date(2090, 1, 1): 1}
    assert find_gaps(made, FIRST, day(40)) == (Gap(day(2), day(40)),)


def test_a_single_day_of_a_gap_touches_and_only_all_are_covered() -> None:
    before, after = GAP.start - timedelta(days=1), GAP.end + timedelta(days=1)
    assert not touches(FIRST, before, (GAP,))
    assert not touches(after, after, (GAP,))
    assert touches(before, GAP.start, (GAP,))
    assert touches(GAP.end, after, (GAP,))
    assert covers(GAP.start, GAP.end, (GAP,))
    assert not covers(before, GAP.end, (GAP,))
    assert not covers(GAP.start, after, (GAP,))
    assert not covers(before, after, ())


def bucket(start: date, end: date) -> dict[str, object]:
    return {"start": start, "end": end, "n": 7, "value": 7, "low": 1.0, "high": 9.0, "mature": True}


@pytest.mark.parametrize("kind", ["requests", "closed", "backlog", "wait", "on_time"])
def test_a_bucket_in_a_gap_has_no_value_and_one_that_touches_it_is_not_mature(kind: str) -> None:
    inside, beside = bucket(date(2024, 4, 1), date(2024, 4, 30)), bucket(date(2024, 3, 1), date(2024, 3, 31))
    unknown = {"n": 0, "value": None, "low": None, "high": None, "mature": False}
    assert marked(inside, kind, (GAP,), 30) == inside | unknown
    assert marked(beside, kind, (GAP,), 30) == beside | {"mature": False}
    earlier = bucket(date(2024, 2, 1), date(2024, 2, 29))
    assert marked(earlier, kind, (GAP,), 30) == earlier
    assert marked(inside, kind, (), 30) == inside


@pytest.mark.parametrize(("kind", "late"), [("requests", 0), ("wait", 0), ("closed", 30), ("backlog", 30)])
def test_what_is_open_after_a_gap_is_not_mature_until_the_run_in_is_over(kind: str, late: int) -> None:
    for after in range(1, 60):
        end = GAP.end + timedelta(days=after)
        assert marked(bucket(end, end), kind, (GAP,), 30)["mature"] is (after >= max(1, late)), after


def test_gaps_are_kept_as_text() -> None:
    assert from_text(to_text((GAP, Gap(day(0), day(30))))) == (GAP, Gap(day(0), day(30)))
    assert from_text(to_text(())) == ()
