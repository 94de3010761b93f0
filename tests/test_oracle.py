"""The recount is checked itself: by hand-worked answers, by another library's curve, and on Boston's 121,145 rows."""

import csv
import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import lifelines
import pytest

from tests.oracle import (
    DAY,
    NEW_YORK,
    NONE,
    Row,
    boston_row,
    buckets,
    closed_by,
    created_days,
    first_time,
    flag_bulk_closes,
    grouped,
    kaplan_meier,
    local_time,
    newest_time,
    read_boston,
    series,
    summary,
)
from tests.sample_data import boston_csv

# Remission times of the treated group of Freireich et al. (1963), the textbook example: weeks, False = censored.
FREIREICH = [(6, True), (6, True), (6, True), (6, False), (7, True), (9, False), (10, True), (10, False), (11, False)]
FREIREICH += [(13, True), (16, True), (17, False), (19, False), (20, False), (22, True), (23, True), (25, False)]
FREIREICH += [(32, False), (32, False), (34, False), (35, False)]


def raw(number: int = 1, opened: str = "03/02/2015 09:00:00 AM", closed: str = "", target: str = "", **fields) -> dict:
    """A line of Boston's file, as csv.DictReader gives it."""
    line = {
        "CASE_ENQUIRY_ID": str(number),
        "OPEN_DT": opened,
        "TARGET_DT": target,
        "CLOSED_DT": closed,
        "CASE_STATUS": "Closed" if closed else "Open",
        "CLOSURE_REASON": "Case Closed Case Resolved" if closed else "",
        "SUBJECT": "Public Works Department",
        "REASON": "Street Lights",
        "TYPE": "Street Light Outages",
        "Location": "1 Beacon St  Boston  MA  02108",
        "city_council_district": "8.0",
        "neighborhood": "Beacon Hill",
        "LATITUDE": "42.358",
        "LONGITUDE": "-71.0631",
        "Source": "Constituent Call",
    }
    assert set(fields) <= set(line), "no such column"
    return line | fields


def row(number: int = 1, *args: str, **fields: str) -> Row:
    return boston_row(raw(number, *args, **fields))


THROUGH = datetime(2015, 3, 31, 16, 0, tzinfo=UTC)  # noon in Boston


def march(rows: list[Row], **changes) -> dict:
    period = {
        "start": date(2015, 3, 1),
        "end": date(2015, 3, 31),
        "data_from": date(2015, 1, 1),
        "data_to": date(2015, 3, 31),
        "data_through": THROUGH,
    }
    return summary(rows, **(period | changes))


# --- The curve -------------------------------------------------------------------------------------------------------


def test_textbook_curve() -> None:
    steps = kaplan_meier(FREIREICH)
    assert [(step.time, step.at_risk, step.events) for step in steps] == [
        (6, 21, 3),
        (7, 17, 1),
        (10, 15, 1),
        (13, 12, 1),
        (16, 11, 1),
        (22, 7, 1),
        (23, 6, 1),
    ]
    # 18/21, x 16/17, x 14/15, x 11/12, x 10/11, x 6/7, x 5/6
    assert [round(step.survival, 4) for step in steps] == [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482]
    # Greenwood at 6 weeks: 3 / (21 x 18), so se(log -log S) = 0.0891 / 0.15415 = 0.5780.
    assert (steps[0].low, steps[0].high) == pytest.approx((0.6197, 0.9516), abs=1e-4)
    assert first_time(steps, "survival", 0.5) == 23
    assert first_time(steps, "low", 0.5) == 13
    assert first_time(steps, "high", 0.5) is None
    assert first_time(steps, "survival", 0.1) is None


def test_curve_by_hand() -> None:
    # 4 at risk at 1 (1 closes): 3/4. One is lost from sight at 2, where one closes first: 3 at risk, 2/3 -> 1/2.
    # At 3 the last one closes: 0.
    steps = kaplan_meier([(1, True), (2, True), (2, False), (3, True)])
    assert [(step.at_risk, step.survival) for step in steps] == [(4, 0.75), (3, 0.5), (1, 0.0)]
    assert first_time(steps, "survival", 0.5) == 2  # reached exactly counts as reached
    assert (steps[-1].low, steps[-1].high) == pytest.approx((0, 0.975))  # Clopper-Pearson, 0 of 1
    assert closed_by(steps, 0.9) == 0
    assert closed_by(steps, 1) == 0.25  # closed at the horizon itself is closed within it
    assert closed_by(steps, 2.9) == 0.5


def test_closing_at_once_counts_at_zero() -> None:
    steps = kaplan_meier([(0, True), (0, True), (5, True), (6, False)])
    assert steps[0].time == 0
    assert first_time(steps, "survival", 0.5) == 0
    assert closed_by(steps, 0) == 0.5


def test_no_observations() -> None:
    assert kaplan_meier([]) == []
    assert first_time([], "survival", 0.5) is None


def test_one_that_never_closed_has_no_steps() -> None:
    steps = kaplan_meier([(10, False)])
    assert steps == []
    assert closed_by(steps, 7) == 0


@pytest.mark.parametrize("seed", range(20))
def test_same_curve_as_lifelines(seed: int) -> None:
    chance = random.Random(seed)
    observed = [(float(chance.randint(0, 40)), chance.random() < 0.7) for _ in range(chance.randint(5, 200))]
    fitter = lifelines.KaplanMeierFitter().fit(
        [time for time, _ in observed], [ended for _, ended in observed], alpha=0.05
    )
    band = fitter.confidence_interval_survival_function_
    for step in kaplan_meier(observed):
        assert step.survival == pytest.approx(float(fitter.predict(step.time)), abs=1e-9)
        if step.survival > 0:
            low, high = band.loc[step.time]
            assert (step.low, step.high) == pytest.approx((low, high), abs=1e-6)


# --- Reading a line --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("01/05/2015 12:40:41 PM", datetime(2015, 1, 5, 17, 40, 41, tzinfo=UTC)),
        ("01/05/2015 12:05:00 AM", datetime(2015, 1, 5, 5, 5, tzinfo=UTC)),
        ("07/05/2015 11:59:59 PM", datetime(2015, 7, 6, 3, 59, 59, tzinfo=UTC)),
        ("03/08/2015 01:59:59 AM", datetime(2015, 3, 8, 6, 59, 59, tzinfo=UTC)),
        ("03/08/2015 02:16:00 AM", datetime(2015, 3, 8, 7, 0, tzinfo=UTC)),  # does not exist: 03:00
        ("03/08/2015 03:00:00 AM", datetime(2015, 3, 8, 7, 0, tzinfo=UTC)),
        ("11/01/2015 12:59:59 AM", datetime(2015, 11, 1, 4, 59, 59, tzinfo=UTC)),
        ("11/01/2015 01:16:00 AM", datetime(2015, 11, 1, 5, 16, tzinfo=UTC)),  # comes twice: its first pass
        ("11/01/2015 02:00:00 AM", datetime(2015, 11, 1, 7, 0, tzinfo=UTC)),
        ("", None),
        (" ", None),
    ],
)
def test_local_time(text: str, expected: datetime | None) -> None:
    assert local_time(text) == expected


def test_durations_are_real_hours_over_the_clock_change() -> None:
    spring = row(1, "03/07/2015 12:00:00 PM", "03/08/2015 12:00:00 PM")
    autumn = row(2, "10/31/2015 12:00:00 PM", "11/01/2015 12:00:00 PM")
    assert (spring.duration(), autumn.duration()) == (23 * 3600, 25 * 3600)


@pytest.mark.parametrize(
    ("fields", "origin"),
    [
        ({}, "resident"),
        ({"Source": "Twitter"}, "resident"),
        ({"Source": "Employee Generated"}, "city"),
        ({"Source": "City Worker App"}, "city"),
        ({"Source": "Maximo Integration"}, "city"),
        ({"REASON": "Notification"}, "information"),
        ({"REASON": "Survey", "Source": "Employee Generated"}, "information"),  # the reason goes before the source
    ],
)
def test_origin(fields: dict[str, str], origin: str) -> None:
    assert row(1, **fields).origin == origin


def test_places() -> None:
    assert (row().district, row().neighbourhood) == ("8", "Beacon Hill")
    for text in ("", "0", "0.0"):
        assert row(1, city_council_district=text).district is None
        assert "no_district" in row(1, city_council_district=text).flags
    assert row(1, neighborhood="Brighton").neighbourhood == "Allston / Brighton"
    assert row(1, neighborhood="Mattapan").neighbourhood == "Greater Mattapan"
    assert row(1, neighborhood="South Boston").neighbourhood == "South Boston / South Boston Waterfront"
    assert row(1, neighborhood="Boston").neighbourhood is None
    assert row(1, neighborhood="").neighbourhood is None


def test_default_point_blanks_point_and_address_but_not_the_district() -> None:
    at_city_hall = row(1, LATITUDE="42.3594", LONGITUDE="-71.0587")
    assert (at_city_hall.latitude, at_city_hall.longitude, at_city_hall.address) == (None, None, None)
    assert {"default_location", "no_location"} <= at_city_hall.flags
    assert at_city_hall.district == "8"
    assert row(1, LATITUDE="42.3594", LONGITUDE="-71.0588").flags == frozenset()


def test_duplicates_in_any_case() -> None:
    text = "Case Closed Case Noted DUPLICATE of existing Case 101"
    assert row(1, closed="03/03/2015 09:00:00 AM", CLOSURE_REASON=text).duplicate
    assert row(1, CLOSURE_REASON=text).duplicate  # also while open
    assert not row(1, CLOSURE_REASON="Case Closed Case Noted duplicate").duplicate


def test_sixty_seconds_backwards_are_clock_skew() -> None:
    skewed = row(1, "03/02/2015 09:01:00 AM", "03/02/2015 09:00:00 AM")
    assert skewed.duration() == 0
    assert skewed.flags == {"instant_close"}
    backwards = row(1, "03/02/2015 09:01:01 AM", "03/02/2015 09:00:00 AM")
    assert not backwards.usable
    assert backwards.flags == {"closed_before_created"}


def test_instant_close_is_up_to_sixty_seconds() -> None:
    assert "instant_close" in row(1, "03/02/2015 09:00:00 AM", "03/02/2015 09:01:00 AM").flags
    assert "instant_close" not in row(1, "03/02/2015 09:00:00 AM", "03/02/2015 09:01:01 AM").flags


def test_date_only_closes_count_in_whole_days() -> None:
    declared = ("Public Works Department",)

    def closing(opened: str, closed: str, target: str = "") -> Row:
        return boston_row(raw(1, opened, closed, target), date_only_departments=declared)

    same_day = closing("03/02/2015 09:00:00 AM", "03/02/2015 12:00:00 AM")
    assert "date_only_close" in same_day.flags
    assert same_day.duration() == 0
    assert closing("03/07/2015 11:00:00 PM", "03/09/2015 12:00:00 AM").duration() == 2 * DAY
    assert "closed_before_created" in closing("03/02/2015 09:00:00 AM", "03/01/2015 12:00:00 AM").flags
    assert "date_only_close" not in closing("03/02/2015 09:00:00 AM", "03/03/2015 12:00:01 AM").flags
    assert "date_only_close" not in row(1, "03/02/2015 09:00:00 AM", "03/03/2015 12:00:00 AM").flags
    due_that_day = closing("03/02/2015 09:00:00 AM", "03/05/2015 12:00:00 AM", "03/05/2015 08:30:00 AM")
    assert march([due_that_day])["on_time"]["on_time"] == 1


def test_impossible_dates() -> None:
    read_at = datetime(2015, 4, 1, tzinfo=UTC)
    future = boston_row(raw(1, closed="04/02/2015 09:00:00 AM"), read_at)
    ancient = boston_row(raw(2, closed="01/01/1900 12:00:00 AM"), began=date(2008, 1, 1))
    for odd in (future, ancient):
        assert "impossible_date" in odd.flags
        numbers = march([odd])
        assert (numbers["open"], numbers["closed_of_these"], numbers["backlog"], numbers["closed"]) == (0, 1, 0, 0)
        assert (numbers["wait"]["n"], numbers["left_out"]["no_duration"]) == (0, 1)
    assert newest_time([future], read_at) == future.created


def test_bulk_closes() -> None:
    def many(count: int, second: int = 0, **fields: str) -> list[Row]:
        return [row(n, "03/02/2015 08:00:00 AM", f"03/02/2015 09:00:{second:02} AM", **fields) for n in range(count)]

    def flagged(rows: list[Row]) -> int:
        return sum("bulk_close" in one.flags for one in flag_bulk_closes(rows))

    assert flagged(many(19)) == 0
    assert flagged(many(20)) == 20
    assert flagged(many(10) + many(10, TYPE="Sign Repair")) == 0
    assert flagged([one for second in range(4) for one in many(15, second)]) == 60
    assert flagged([one for second in range(4) for one in many(14, second)]) == 0


# --- The numbers of a small city, by hand ----------------------------------------------------------------------------


@pytest.fixture
def city() -> list[Row]:
    """Ten rows of March 2015 and one of February; the data runs to noon of 31 March."""
    return [
        # Closed after 2 days, due after 3: on time.
        row(1, "03/02/2015 09:00:00 AM", "03/04/2015 09:00:00 AM", "03/05/2015 09:00:00 AM"),
        # Closed after 5 days, due after 3: late.
        row(2, "03/02/2015 09:00:00 AM", "03/07/2015 09:00:00 AM", "03/05/2015 09:00:00 AM"),
        # Closed after 1 day, but not due before April: not yet due.
        row(3, "03/10/2015 09:00:00 AM", "03/11/2015 09:00:00 AM", "04/10/2015 09:00:00 AM"),
        # Open for 10 days, due yesterday.
        row(4, "03/21/2015 12:00:00 PM", "", "03/30/2015 12:00:00 PM"),
        # Open for 20 days, no target.
        row(5, "03/11/2015 12:00:00 PM", neighborhood="Boston"),
        # Closed without a time: not open, not in the backlog, no duration.
        replace(row(6, target="03/05/2015 09:00:00 AM"), status="closed", flags=frozenset({"closed_without_time"})),
        # A closing time, but the source says open: open for 30 days.
        replace(row(7, "03/01/2015 12:00:00 PM", "03/02/2015 12:00:00 PM"), status="open"),
        # A duplicate, closed after an hour.
        row(8, "03/03/2015 09:00:00 AM", "03/03/2015 10:00:00 AM", CLOSURE_REASON="Duplicate of Existing Case 1"),
        # The city's own, closed at once; and a question answered.
        row(9, "03/03/2015 09:00:00 AM", "03/03/2015 09:00:00 AM", Source="City Worker App"),
        row(10, "03/03/2015 09:00:00 AM", REASON="Survey"),
        # From February, closed in March: not in the cohort, but closed and for a while in the backlog. Due in time.
        row(11, "02/20/2015 09:00:00 AM", "03/20/2015 09:00:00 AM", "03/21/2015 09:00:00 AM"),
    ]


def test_march(city: list[Row]) -> None:
    numbers = march(city)
    assert numbers["requests"] == 8
    assert numbers["duplicates"] == 1
    assert (numbers["open"], numbers["closed_of_these"], numbers["cancelled"]) == (3, 4, 0)
    assert numbers["closed"] == 4  # 1, 2, 3 and 11
    assert numbers["backlog"] == 3  # 4, 5 and 7
    assert numbers["overdue"] == 1  # 4
    assert numbers["on_time"] == {
        "rate": pytest.approx(1 / 3),
        "on_time": 1,
        "late_closed": 1,
        "open_overdue": 1,
        "not_yet_due": 1,
        "without_target": 2,
        "no_closing_time": 1,
    }
    assert numbers["left_out"] == {"city": 1, "information": 1, "no_duration": 1}
    # Closed after 1, 2 and 5 days; open for 10, 20 and 30: S = 5/6, 4/6, 3/6.
    wait = numbers["wait"]
    assert (wait["n"], wait["events"]) == (6, 3)
    assert wait["p50_days"] == 5
    assert wait["p90_days"] is None
    assert wait["closed_within"] == pytest.approx({"7": 0.5, "30": 0.5, "90": 0.5})
    assert wait["closed_only_p50_days"] == 2
    assert wait["observed_days"] == 0
    assert wait["longest_days"] == pytest.approx(30 - 1 / 24)  # the clock went forward on the 8th


def test_march_as_of_the_fifth(city: list[Row]) -> None:
    """As seen at noon of 5 March: 1 is closed, 2 is open and late, 3 to 5 are not there yet, 11 is still open."""
    numbers = march(city, as_of=datetime(2015, 3, 5, 17, 0, tzinfo=UTC), end=date(2015, 3, 4))
    assert (numbers["requests"], numbers["duplicates"]) == (5, 1)
    assert (numbers["open"], numbers["closed_of_these"]) == (2, 2)
    assert numbers["closed"] == 1
    assert numbers["backlog"] == 3  # 2, 7 and 11
    assert numbers["overdue"] == 1  # 2; 11 is not due before the 21st
    parts = numbers["on_time"]
    assert (parts["on_time"], parts["late_closed"], parts["open_overdue"], parts["no_closing_time"]) == (1, 0, 1, 1)
    assert (parts["not_yet_due"], parts["without_target"]) == (0, 1)
    wait = numbers["wait"]
    assert (wait["n"], wait["events"]) == (3, 1)
    assert wait["p50_days"] is None  # 1 of 3 after two days; the others are lost from sight at 3.1 and 4
    assert wait["closed_within"]["7"] == pytest.approx(1 / 3)
    assert wait["observed_days"] == 1


def test_filters_and_origins(city: list[Row]) -> None:
    assert march(city, origin="city")["requests"] == 1
    assert march(city, origin="information")["backlog"] == 1
    everything = march(city, origin="all")
    assert everything["requests"] == 10
    assert everything["left_out"] == {"city": 0, "information": 0, "no_duration": 1}
    assert march(city, neighbourhoods=[NONE])["requests"] == 1
    assert march(city, categories=["street light outages"], districts=["8"])["requests"] == 8
    assert march(city, districts=["8"], channels=["Twitter"])["requests"] == 0


def test_nothing_to_count() -> None:
    numbers = march([], start=date(2030, 1, 1), end=date(2030, 1, 31))
    assert numbers["requests"] == numbers["backlog"] == 0
    assert numbers["on_time"]["rate"] is None
    assert numbers["wait"]["p50_days"] is None
    assert numbers["wait"]["closed_within"] == {"7": None, "30": None, "90": None}


def test_small_series_and_groups(city: list[Row]) -> None:
    period = {
        "start": date(2015, 3, 1),
        "end": date(2015, 3, 31),
        "data_from": date(2015, 1, 1),
        "data_to": date(2015, 3, 31),
        "data_through": THROUGH,
    }
    weeks = series(city, "requests", "week", **period)
    # 1 March is a Sunday: the first bucket is the week of 23 February, of which only that Sunday counts.
    assert [(first.isoformat(), last.isoformat(), n) for first, last, _, n in weeks] == [
        ("2015-02-23", "2015-03-01", 1),
        ("2015-03-02", "2015-03-08", 4),
        ("2015-03-09", "2015-03-15", 2),
        ("2015-03-16", "2015-03-22", 1),
        ("2015-03-23", "2015-03-29", 0),
        ("2015-03-30", "2015-04-05", 0),
    ]
    assert [n for _, _, _, n in series(city, "closed", "week", **period)] == [0, 2, 1, 1, 0, 0]
    assert [n for _, _, _, n in series(city, "backlog", "week", **period)] == [2, 2, 3, 3, 3, 3]
    wait = series(city, "wait", "week", **period)
    assert [(value, n) for _, _, value, n in wait] == [(None, 1), (2, 2), (1, 2), (None, 1), (None, 0), (None, 0)]
    on_time = series(city, "on_time", "month", **period)
    assert on_time == [(date(2015, 3, 1), date(2015, 3, 31), pytest.approx(1 / 3), 3)]
    groups = grouped(city, "neighbourhood", **period)
    assert {name: numbers["requests"] for name, numbers in groups.items()} == {"Beacon Hill": 7, NONE: 1}


def test_buckets() -> None:
    def starts(interval: str) -> list[str]:
        return [first.isoformat() for first, _ in buckets(date(2015, 11, 30), date(2016, 1, 2), interval)]

    assert starts("week") == ["2015-11-30", "2015-12-07", "2015-12-14", "2015-12-21", "2015-12-28"]
    assert starts("month") == ["2015-11-01", "2015-12-01", "2016-01-01"]
    assert starts("quarter") == ["2015-10-01", "2016-01-01"]
    assert starts("year") == ["2015-01-01", "2016-01-01"]
    assert len(starts("day")) == 34


# --- Boston, 2015 ----------------------------------------------------------------------------------------------------

BOSTON_2015 = {
    "start": date(2015, 1, 1),
    "end": date(2015, 12, 31),
    "data_from": date(2015, 1, 1),
    "data_to": date(2015, 12, 31),
    "data_through": datetime(2016, 1, 12, 22, 22, 40, tzinfo=NEW_YORK),
}


@pytest.fixture
def boston() -> list[Row]:
    return read_boston(boston_csv())


def test_boston_file(boston: list[Row]) -> None:
    assert len(boston) == 121_145
    assert len({one.request_id for one in boston}) == 121_145
    assert created_days(boston) == (BOSTON_2015["data_from"], BOSTON_2015["data_to"])
    assert newest_time(boston) == BOSTON_2015["data_through"]
    assert sum(one.duplicate for one in boston) == 3_227
    assert sum(one.latitude is None for one in boston) == 17_070
    assert sum(one.district is None for one in boston) == 10_857 + 224
    assert sum(one.neighbourhood is None for one in boston) == 10_955 + 2_550


def test_boston_2015(boston: list[Row]) -> None:
    numbers = summary(boston, **BOSTON_2015)
    assert (numbers["requests"], numbers["duplicates"]) == (84_437, 2_596)
    assert (numbers["open"], numbers["closed_of_these"], numbers["cancelled"]) == (15_223, 66_618, 0)
    assert (numbers["closed"], numbers["backlog"], numbers["overdue"]) == (65_675, 16_166, 8_454)
    wait = numbers["wait"]
    assert (wait["n"], wait["events"]) == (81_841, 66_618)
    assert wait["p50_days"] == pytest.approx(7.93, rel=0.01)
    assert wait["p90_days"] is None
    assert wait["closed_within"] == pytest.approx({"7": 0.475, "30": 0.694, "90": 0.795}, abs=0.003)
    assert wait["closed_only_p50_days"] == pytest.approx(4.87, rel=0.01)
    assert wait["observed_days"] == 12
    assert numbers["on_time"] == {
        "rate": pytest.approx(0.582, abs=0.001),
        "on_time": 34_083,
        "late_closed": 16_069,
        "open_overdue": 8_454,
        "not_yet_due": 6_995,
        "without_target": 16_240,
        "no_closing_time": 0,
    }
    assert numbers["left_out"] == {"city": 27_474, "information": 9_234, "no_duration": 0}


def test_boston_all_origins(boston: list[Row]) -> None:
    numbers = summary(boston, **BOSTON_2015, origin="all")
    assert (numbers["requests"], numbers["duplicates"]) == (121_145, 3_227)
    parts = [summary(boston, **BOSTON_2015, origin=origin) for origin in ("resident", "city", "information")]
    for name in ("requests", "duplicates", "open", "closed_of_these", "closed", "backlog", "overdue"):
        assert numbers[name] == sum(part[name] for part in parts)


def test_boston_identities(boston: list[Row]) -> None:
    groups = grouped(boston, "department", **BOSTON_2015)
    assert sum(numbers["requests"] for numbers in groups.values()) == 84_437
    for numbers in groups.values():
        wait, parts = numbers["wait"], dict(numbers["on_time"])
        distinct = numbers["requests"] - numbers["duplicates"]
        parts.pop("rate")
        assert distinct == wait["n"] + numbers["left_out"]["no_duration"]
        assert distinct == numbers["open"] + numbers["closed_of_these"] + numbers["cancelled"]
        assert distinct == sum(parts.values())


def test_boston_months_add_up(boston: list[Row]) -> None:
    requests = series(boston, "requests", "month", **BOSTON_2015)
    closed = series(boston, "closed", "month", **BOSTON_2015)
    backlog = series(boston, "backlog", "month", **BOSTON_2015)
    assert sum(n for *_, n in requests) == 84_437
    assert sum(n for *_, n in closed) == 65_675
    # What comes in and does not go out stays: from month end to month end, with the month's distinct requests.
    distinct = Counter(one.created_day.month for one in boston if one.origin == "resident" and not one.duplicate)
    stock = [0, *(n for *_, n in backlog)]
    changes = [after - before for before, after in pairwise(stock)]
    assert changes == [distinct[first.month] - gone for first, *_, gone in closed]
    assert stock[-1] == 16_166


def test_boston_newest_week_is_not_flattered(boston: list[Row]) -> None:
    """On 1 July, of the requests since Monday 29 June: 35 of the 45 that were due were closed in time."""
    first_of_july = datetime(2015, 7, 1, tzinfo=NEW_YORK)
    week = BOSTON_2015 | {"start": date(2015, 6, 29), "end": date(2015, 7, 1), "as_of": first_of_july}
    parts = summary(boston, **week)["on_time"]
    assert (parts["on_time"], parts["late_closed"], parts["open_overdue"]) == (35, 1, 9)


def test_boston_earlier_moment_knows_less(boston: list[Row]) -> None:
    spring = BOSTON_2015 | {"end": date(2015, 3, 31)}
    now = summary(boston, **spring)
    then = summary(boston, **spring, as_of=spring["data_through"] - timedelta(days=200))
    assert then["requests"] == now["requests"]
    assert then["wait"]["n"] == now["wait"]["n"]
    assert then["wait"]["events"] < now["wait"]["events"]
    # What was closed after a week was known in both.
    assert then["wait"]["closed_within"]["7"] == pytest.approx(now["wait"]["closed_within"]["7"], abs=1e-12)


def test_reading_a_plain_file(tmp_path) -> None:
    path = tmp_path / "rows.csv"
    lines = [raw(1), raw(2, closed="03/03/2015 09:00:00 AM", CLOSURE_REASON="two\nlines, and a comma")]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, lines[0])
        writer.writeheader()
        writer.writerows(lines)
    assert [(one.request_id, one.status) for one in read_boston(path)] == [("1", "open"), ("2", "closed")]
