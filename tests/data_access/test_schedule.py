"""Syncs that go on forever: when the next one begins, which cities, and what a failure stops."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from dashboard.domain.errors import SourceError
from data_access.city import City
from data_access.schedule import cities_to_sync, interval, repeat, sync_each

SEVEN = {"baltimore", "boston", "chicago", "los_angeles", "nyc", "san_francisco", "toronto"}


@pytest.mark.parametrize(
    ("text", "length"), [("30m", timedelta(minutes=30)), ("6h", timedelta(hours=6)), (" 1D ", timedelta(days=1))]
)
def test_an_interval_is_read(text: str, length: timedelta) -> None:
    assert interval(text) == length


@pytest.mark.parametrize("text", ["", "6", "6s", "h", "0m", "-1h", "1.5h", "6 hours"])
def test_what_is_no_interval_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="is no interval such as 30m, 6h or 1d"):
        interval(text)


def test_the_next_one_begins_an_interval_after_the_last_began() -> None:
    """A clock that only sleeping and working move: they last 10, 700 and 0 seconds, every 600."""
    now, begun, works = 0.0, [], iter([10.0, 700.0, 0.0])

    def once() -> None:
        nonlocal now
        begun.append(now)
        now += next(works)

    def sleep(seconds: float) -> None:
        nonlocal now
        assert seconds >= 0
        now += seconds

    repeat(once, timedelta(minutes=10), clock=lambda: now, sleep=sleep, goes_on=lambda: len(begun) < 3)
    assert begun == [0.0, 600.0, 1300.0]


def test_a_fault_of_one_city_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    done: list[str] = []

    def sync(city: City) -> None:
        if city.id == "boston":
            raise SourceError("The portal is away.")
        if city.id == "nyc":
            raise ZeroDivisionError("a mistake of the program")
        done.append(city.id)

    assert sync_each(["boston", "nyc", "nowhere", "toronto"], (), sync) == ["boston", "nyc", "nowhere"]
    assert done == ["toronto"]
    assert "boston: The portal is away." in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_a_new_site_begins_with_all_cities_and_goes_on_with_its_own(tmp_path: Path) -> None:
    assert set(cities_to_sync(tmp_path, ())) == SEVEN
    (tmp_path / "boston").mkdir()
    (tmp_path / "boston" / "work.duckdb").touch()
    (tmp_path / "riverbend").mkdir()
    (tmp_path / "riverbend" / "work.duckdb").touch()
    assert cities_to_sync(tmp_path, ()) == ["boston"]
