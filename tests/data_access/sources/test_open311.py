"""What only Open311 endpoints need: answers that are cut off without saying so, two formats, clocks, fields of their own."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dashboard.domain.errors import SourceError
from data_access.city import DataSet
from data_access.sources.base import Ask, Page
from data_access.sources.fetching import forget
from data_access.sources.georeport import FIELDS
from data_access.sources.http import Answer, Door
from data_access.sources.open311 import Open311
from tests.builders import row
from tests.data_access.sources.protocols import NOW, Reader, rows_of
from tests.portals import faults
from tests.portals.cities import open311_city
from tests.portals.exchange import Answer as Given
from tests.portals.exchange import Fault, Harm
from tests.portals.open311 import Open311Portal
from tests.portals.table import Table

START = datetime(2024, 6, 1, 4, 0, tzinfo=UTC)


def near(url: str, **source: Any) -> Any:
    return open311_city(url, **{"since": "2024-06-01", "timeout_seconds": 5} | source)


def busy(count: int) -> Table:
    """Requests of one month, many on some days and few on others."""
    start = datetime(2024, 6, 1, 0, 0, tzinfo=UTC)
    return Table.of(row(n, f"{start + timedelta(minutes=n * n % 41_000):%Y-%m-%d %H:%M:%S}") for n in range(count))


def ids(reader: Reader, ask: Ask | None = None) -> list[str]:
    return sorted(one["service_request_id"] for one in rows_of(reader.load(ask)))


@pytest.mark.parametrize("paging", [False, True])
@pytest.mark.parametrize("largest", [12, 50, 1000])
def test_no_request_is_lost_to_the_limit_of_an_answer(largest: int, paging: bool, tmp_path: Path) -> None:
    table = busy(300)
    with Open311Portal(table, largest=largest, largest_page=largest, paging=paging) as portal:
        reader = Reader(near(portal.url), tmp_path)
        assert ids(reader) == sorted(str(n) for n in range(300))
        assert len(portal.log) < 300


@pytest.mark.parametrize("paging", [False, True])
def test_requests_that_are_listed_more_than_once_hide_no_others(paging: bool, tmp_path: Path) -> None:
    """An answer may be full although it has few different ids."""
    table = busy(100)
    table.add(*[row("again", "2024-06-29 23:00:00")] * 12)
    with Open311Portal(table, largest=20, largest_page=20, paging=paging) as portal:
        found = ids(Reader(near(portal.url, page_rows=20), tmp_path))
    assert sorted(set(found)) == sorted([*(str(n) for n in range(100)), "again"])


def test_more_requests_in_a_second_than_fit_into_an_answer_are_told_as_such(tmp_path: Path) -> None:
    table = busy(60)
    table.add(*(row(f"b{n}", "2024-06-10 08:15:30") for n in range(30)))
    with Open311Portal(table, largest=20) as portal:
        reader = Reader(near(portal.url), tmp_path)
        with pytest.raises(SourceError, match=r"in the second from 2024-06-10T12:15:(29|30)Z on.*with --from"):
            reader.load()


def test_more_requests_in_a_second_than_fit_into_an_answer_come_in_pages_if_there_are_any(tmp_path: Path) -> None:
    table = busy(60)
    table.add(*(row(f"b{n}", "2024-06-10 08:15:30") for n in range(50)))
    with Open311Portal(table, paging=True, largest_page=20) as portal:
        assert len(ids(Reader(near(portal.url), tmp_path))) == 110


def test_many_requests_in_one_second_are_no_limit_by_themselves(tmp_path: Path) -> None:
    table = Table.of(row(n, "2024-06-10 08:15:30") for n in range(35))
    with Open311Portal(table) as portal:
        reader = Reader(near(portal.url), tmp_path)
        assert len(ids(reader)) == 35
        table.add(row("late", "2024-06-30 08:15:30"))
        forget(tmp_path)
        assert len(ids(reader)) == 36


@pytest.mark.parametrize("form", ["json", "xml"])
def test_both_formats_give_the_same_rows(form: str, tmp_path: Path) -> None:
    table = Table.of([row("a", "2024-06-02 10:00:00", Note="ß & <b>", Lat=""), row("b", "2024-06-03 10:00:00", Due="")])
    with Open311Portal(table, formats=[form], jurisdiction="town.example") as portal:
        city = near(portal.url, format=form, jurisdiction="town.example")
        fetched = Reader(city, tmp_path).load()
    found = {one["service_request_id"]: one for one in rows_of(fetched)}
    assert tuple(found["a"]) == FIELDS
    assert found["a"]["status_notes"] == "ß & <b>"
    assert found["a"]["requested_datetime"] == "2024-06-02T10:00:00-04:00"
    assert (found["a"]["lat"], found["b"]["lat"], found["b"]["expected_datetime"]) == ("", "42.123456", "")


@pytest.mark.parametrize("form", ["json", "xml"])
def test_a_wrong_jurisdiction_is_told_in_the_endpoints_words(form: str, tmp_path: Path) -> None:
    with Open311Portal(busy(3), jurisdiction="town.example") as portal:
        reader = Reader(near(portal.url, format=form, jurisdiction="other.example"), tmp_path)
        with pytest.raises(SourceError, match=r"404.*jurisdiction_id was not found"):
            reader.load()


def test_an_error_that_calls_itself_good_is_an_error(tmp_path: Path) -> None:
    body = b'[{"code": 400, "description": "start_date is odd"}]'
    fault = Fault(lambda _right, _before: Given(200, body), matching="requests")
    with Open311Portal(busy(3), fault) as portal:
        reader = Reader(near(portal.url), tmp_path)
        with pytest.raises(SourceError, match=r"400: start_date is odd\); mend testville\.toml"):
            reader.load()


@pytest.mark.parametrize("night", ["2024-03-10", "2024-11-03"])
def test_endpoints_that_refuse_a_zone_are_asked_by_the_citys_clock(night: str, tmp_path: Path) -> None:
    """Each minute of the night in which the clock is moved, with so low a limit that windows end in that hour."""
    first = datetime.fromisoformat(f"{night} 00:00:00").replace(tzinfo=UTC)
    table = Table.of(row(n, f"{first + timedelta(minutes=n):%Y-%m-%d %H:%M:%S}") for n in range(300))
    now = datetime.fromisoformat(f"{night} 12:00:00").replace(tzinfo=UTC)
    with Open311Portal(table, omit_time_zone=True, largest=10, now=now) as portal:
        reader = Reader(near(portal.url, omit_time_zone=True, since=night), tmp_path, now=now)
        assert ids(reader) == sorted(str(n) for n in range(300))
        assert "start_date=" + night + "T00:00:00&" in portal.log[0].text
        with pytest.raises(SourceError, match="dates are written like"):
            Reader(near(portal.url), tmp_path / "with zone", now=now).load()


def test_fields_of_its_own_stand_behind_the_others_and_stay_in_their_places(tmp_path: Path) -> None:
    table = Table.of([row("1", "2024-06-02 10:00:00"), row("2", "2024-06-20 10:00:00")])
    own = {"1": {"zone": "N"}, "2": {"area": {"b": 1, "a": [2]}, "zone": "S"}}

    def with_own(right: Given, _before: Given) -> Given:
        return right.showing([{**one, **own[one["service_request_id"]]} for one in right.rows or ()])

    with Open311Portal(table, Fault(with_own, times=99)) as portal:
        reader = Reader(near(portal.url), tmp_path)
        reader.load(Ask(since=date(2024, 6, 1), until=date(2024, 6, 10)))
        fetched = reader.load(Ask(since=date(2024, 3, 10)))
    assert [tuple(one)[len(FIELDS) :] for one in rows_of(fetched)] == [("zone",), ("zone", "area")]
    assert [one["zone"] for one in rows_of(fetched)] == ["N", "S"]
    assert rows_of(fetched)[1]["area"] == '{"a": [2], "b": 1}'


def test_without_a_first_day_the_last_weeks_are_read_and_do_not_count_as_whole(tmp_path: Path) -> None:
    table = Table.of([row("old", "2023-12-01 10:00:00"), row("new", "2024-06-20 10:00:00")])
    with Open311Portal(table) as portal:
        fetched = Reader(near(portal.url, since=None), tmp_path).load()
    assert [one["service_request_id"] for one in rows_of(fetched)] == ["new"]
    assert not fetched.whole


def test_a_later_load_begins_at_the_first_day_that_is_read_again(tmp_path: Path) -> None:
    with Open311Portal(busy(50)) as portal:
        reader = Reader(near(portal.url), tmp_path)
        reader.load(Ask(mark="2024-06-20T10:00:00+00:00", reread_from=date(2024, 6, 5)))
        assert "start_date=2024-06-05T04:00:00Z" in portal.log[0].text
        reader.load(Ask(mark="2024-06-20T10:00:00+00:00", since=date(2024, 6, 18)))
        assert any("start_date=2024-06-18T04:00:00Z" in one.text for one in portal.log)


@pytest.mark.parametrize("harm", [faults.shortened(0), faults.shortened(0.5)], ids=["emptied", "shortened"])
def test_what_a_longer_window_had_and_its_parts_have_not_is_noticed(harm: Harm, tmp_path: Path) -> None:
    with Open311Portal(busy(60), Fault(harm, at=6, times=99), largest=12) as portal:
        reader = Reader(near(portal.url), tmp_path)
        with pytest.raises(
            SourceError, match=r"gave fewer requests from 2024-.*than a moment before; try again later,"
        ):
            reader.load()
        portal.faults.clear()
        assert len(ids(reader)) == 60


def test_an_endpoint_without_a_single_request_is_doubted(tmp_path: Path) -> None:
    with Open311Portal(Table.of([])) as portal:
        reader = Reader(near(portal.url), tmp_path)
        with pytest.raises(SourceError, match=r"has no requests at all from 2024-06-01T04:00:00Z on; look at since"):
            reader.load()
        assert reader.load(Ask(since=date(2024, 6, 20))).files == ()


class Endpoint:
    """In the place of the door: requests at given seconds, and only the newest `limit` of a range in an answer."""

    def __init__(self, seconds: Sequence[int], limit: int) -> None:
        self.seconds, self.limit = seconds, limit
        self.asked: list[tuple[datetime, datetime]] = []

    def ask(self, _set: DataSet, _path: str, query: Mapping[str, str], read: Callable[[Answer], Any]) -> Any:
        start, end = (datetime.fromisoformat(query[f"{name}_date"]) for name in ("start", "end"))
        self.asked.append((start, end))
        rows = [
            {"service_request_id": str(n), "requested_datetime": (START + timedelta(seconds=second)).isoformat()}
            for n, second in sorted(enumerate(self.seconds), key=lambda one: -one[1])
            if start <= START + timedelta(seconds=second) <= end
        ]
        return read(Answer(json.dumps(rows[: self.limit]).encode(), {}))

    def read(self) -> list[str]:
        if not self.seconds:
            return []
        source = Open311(near("http://127.0.0.1:9"), cast(Door, self), NOW)
        (data_set,) = near("http://127.0.0.1:9").source.data_sets
        found: list[str] = []
        for page in source.pages(data_set, Ask(), None, Path()):
            assert isinstance(page, Page)
            found += [one[0] for one in page.rows]
        return found


@settings(max_examples=60)
@example(seconds=[*([100_000] * 15), 7], limit=10)
@example(seconds=[100_000] * 9 + [100_001] * 5, limit=10)
@example(seconds=list(range(0, 2_000_000, 20_000)), limit=10)
@given(
    seconds=st.lists(st.integers(0, 2_500_000) | st.sampled_from([5, 6, 99_999, 100_000, 1_000_000]), max_size=120),
    limit=st.sampled_from([10, 11, 25, 50, 1000]),
)
def test_whatever_the_times_and_the_limit_all_requests_come_once_or_it_is_told_why(
    seconds: list[int], limit: int
) -> None:
    endpoint = Endpoint(seconds, limit)
    most = max((sum(second <= one <= second + 1 for one in seconds) for second in seconds), default=0)
    try:
        found = endpoint.read()
    except SourceError:
        assert most >= limit
        return
    if most == len(seconds) > limit:
        return  # nothing but one second has requests, so that nothing shows what the limit is
    assert sorted(found) == sorted(str(n) for n in range(len(seconds)))
    assert len(endpoint.asked) <= 60 + 40 * math.ceil(len(seconds) / limit * 2 + most)
    assert all(one[0] <= other[0] for one, other in pairwise(endpoint.asked))
