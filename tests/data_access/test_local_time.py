"""Both nights on which the clock changes, in several zones, against a slow loop over the zone database."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_access.local_time import DAY, day_number, local_midnight, local_to_utc, utc_to_local, zone_days
from tests.builders import Store, make_city, row

ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
    "America/Toronto",
    "Australia/Sydney",  # southern, and ahead of UTC
    "America/Santiago",  # southern, and the clock changes at midnight
    "Australia/Lord_Howe",  # by half an hour
    "America/Phoenix",  # never
)
# The nights of 2024: the hour that is left out, and the hour that comes twice.
NIGHTS = {
    "America/New_York": (date(2024, 3, 10), date(2024, 11, 3)),
    "America/Chicago": (date(2024, 3, 10), date(2024, 11, 3)),
    "America/Los_Angeles": (date(2024, 3, 10), date(2024, 11, 3)),
    "America/Toronto": (date(2024, 3, 10), date(2024, 11, 3)),
    "Australia/Sydney": (date(2024, 10, 6), date(2024, 4, 7)),
    "America/Santiago": (date(2024, 9, 8), date(2024, 4, 6)),
    "Australia/Lord_Howe": (date(2024, 10, 6), date(2024, 4, 7)),
    "America/Phoenix": (date(2024, 3, 10), date(2024, 11, 3)),
}


def slowly(wall: datetime, zone: ZoneInfo) -> datetime:
    """A wall-clock time in UTC by our rule: first pass of the hour that repeats; in the gap, the moment of the change."""
    first_pass = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if first_pass.astimezone(zone).replace(tzinfo=None) == wall:
        return first_pass
    moment = wall.replace(second=0) - timedelta(minutes=wall.minute)
    moment -= timedelta(hours=2)
    while True:  # back to a time that exists, then on to the last second before the change
        before = moment.replace(tzinfo=zone, fold=0).astimezone(UTC)
        if before.astimezone(zone).replace(tzinfo=None) == moment:
            break
        moment -= timedelta(hours=1)
    offset = before.astimezone(zone).utcoffset()
    while before.astimezone(zone).utcoffset() == offset:
        before += timedelta(minutes=1)
    return before


def walls(day: date, step: int = 15) -> list[datetime]:
    """Every quarter of an hour from the day before to the day after, and the seconds around it."""
    begin = datetime(day.year, day.month, day.day) - timedelta(days=1)  # noqa: DTZ001 - a wall-clock time
    quarters = [begin + timedelta(minutes=step * number) for number in range(3 * 24 * 60 // step)]
    return [quarter + timedelta(seconds=second) for quarter in quarters for second in (-1, 0, 1)]


def seconds_of(wall: datetime) -> int:
    return int(wall.replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize("name", ZONES)
def test_every_quarter_of_both_nights(name: str) -> None:
    zone = ZoneInfo(name)
    for night in NIGHTS[name]:
        for wall in walls(night):
            assert local_to_utc(seconds_of(wall), zone) == slowly(wall, zone).timestamp(), wall


def test_the_slow_loop_knows_new_york() -> None:
    """What the others are measured against, by hand."""
    zone = ZoneInfo("America/New_York")
    assert slowly(datetime(2024, 3, 10, 2, 16), zone) == datetime(2024, 3, 10, 7, 0, tzinfo=UTC)  # noqa: DTZ001
    assert slowly(datetime(2024, 3, 10, 3, 0), zone) == datetime(2024, 3, 10, 7, 0, tzinfo=UTC)  # noqa: DTZ001
    assert slowly(datetime(2024, 11, 3, 1, 30), zone) == datetime(2024, 11, 3, 5, 30, tzinfo=UTC)  # noqa: DTZ001


def test_a_midnight_that_does_not_exist_is_the_moment_of_the_change() -> None:
    zone = ZoneInfo("America/Santiago")
    assert local_midnight(date(2024, 9, 8), zone) == datetime(2024, 9, 8, 4, 0, tzinfo=UTC).timestamp()
    assert utc_to_local(local_midnight(date(2024, 9, 8), zone), zone).isoformat() == "2024-09-08T01:00:00-03:00"


@settings(max_examples=200)
@given(st.sampled_from(ZONES), st.datetimes(datetime(2000, 1, 1), datetime(2030, 12, 31)))  # noqa: DTZ001
def test_any_time(name: str, wall: datetime) -> None:
    wall = wall.replace(microsecond=0)
    assert local_to_utc(seconds_of(wall), ZoneInfo(name)) == slowly(wall, ZoneInfo(name)).timestamp()


@pytest.mark.parametrize("name", ZONES)
def test_days_follow_one_another(name: str) -> None:
    """A day's offsets begin as the day before ended."""
    rows = zone_days(ZoneInfo(name), date(2023, 12, 1), date(2025, 2, 1))
    assert [one["day"] for one in rows] == list(range(day_number(date(2023, 12, 1)), day_number(date(2025, 2, 1)) + 1))
    for one, following in itertools.pairwise(rows):
        assert one["after"] == following["before"]
        assert one["day"] * DAY <= one["gap_from"] <= one["switch"] <= (one["day"] + 1) * DAY
    assert sum(one["before"] != one["after"] for one in rows) == (0 if name == "America/Phoenix" else 2)


@pytest.mark.parametrize("name", ZONES)
def test_the_statement_that_reads_a_file_follows_the_same_rule(tmp_path: Path, name: str) -> None:
    """All times of both nights through a sync: instants, and the local day as it was written."""
    times = [wall for night in NIGHTS[name] for wall in walls(night, step=30)]
    store = Store(tmp_path / "data", make_city(time_zone=name))
    store.sync(
        [row(number, wall.isoformat(" ")) for number, wall in enumerate(times)], now=datetime(2025, 1, 1, tzinfo=UTC)
    )
    zone = ZoneInfo(name)
    found = {
        int(number): (instant, day)
        for number, instant, day in store.work("SELECT request_id, created_at, created_day FROM records")
    }
    expected = {number: (int(slowly(wall, zone).timestamp()), wall.date()) for number, wall in enumerate(times)}
    assert found == expected
