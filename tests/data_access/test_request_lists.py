"""Lists of requests, recounted from the rows: every order forwards and backwards, what stands where, numbers as people type them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import cos, hypot, radians
from typing import Any

import pandas as pd
import pytest

from dashboard.domain.durations import bin_of
from dashboard.domain.filters import Filters
from data_access.answers import lookup
from data_access.answers import requests as answers
from data_access.queries import requests as queries
from data_access.queries.requests import SORTED_BY, SORTS, STANDINGS, Sort, Standing
from data_access.store.published import Published, Snapshot
from tests.builders import NOW, Store, row

FEW = 7


def rows() -> list[dict[str, str]]:
    """Sixty requests, many at the same second, some closed together, some open, one with a place of its own."""
    made: list[dict[str, str]] = []
    for i in range(60):
        day = 1 + i // 4
        closed = "" if i % 3 == 0 else f"2024-04-{1 + i % 5:02d} 10:00:00"
        made.append(
            row(
                f"SR24-{i:05d}",
                f"2024-03-{day:02d} 09:00:00",
                closed,
                Type="Pothole" if i % 2 else "Graffiti",
                Lat=f"{42.1 + (i % 6) * 0.0003:.6f}",
                Lon=f"{-71.1 - (i % 4) * 0.0002:.6f}",
            )
        )
    made.append(row("0007", "2024-03-20 09:00:00", Lat="", Lon=""))
    made.append(row("a/b c?#é", "2024-03-20 09:00:00", "2024-03-20 09:00:30"))
    made.append(row("enc", "2024-03-20 09:00:00", Type="Encampment"))
    return made


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    store = Store(tmp_path_factory.mktemp("lists") / "data")
    store.sync(rows(), now=NOW)
    held = Published(store.data_dir)
    with held.open(store.city.id) as found:
        yield found
    held.close()


@pytest.fixture
def everything(snapshot: Snapshot) -> Filters:
    return Filters.parse("period=all&origin=all", snapshot.options)[0]


def recounted(snapshot: Snapshot, sort: Sort, standing: Standing) -> list[str]:
    """The ids in order, sorted in Python."""
    frame = snapshot.read(queries.select(queries.requests))
    name, falling = SORTED_BY[sort]
    found: list[dict[str, Any]] = [
        each
        for each in frame.to_dict("records")  # type: ignore[misc]
        if not pd.isna(each[name])
        and (standing == "any" or (each["status"] in ("open", "in_progress")) == (standing == "open"))
    ]
    found.sort(key=lambda each: (each[name], each["request_id"]), reverse=falling)
    return [each["request_id"] for each in found]


@pytest.mark.parametrize("standing", STANDINGS)
@pytest.mark.parametrize("sort", SORTS)
def test_every_order_is_walked_forwards_and_backwards(
    snapshot: Snapshot, everything: Filters, sort: Sort, standing: Standing
) -> None:
    expected = recounted(snapshot, sort, standing)
    pages: list[list[str]] = []
    page = answers.page(snapshot, everything, FEW, sort=sort, standing=standing)
    assert page.before is None
    while True:
        pages.append([each["request_id"] for each in page.records])
        if page.after is None:
            break
        page = answers.page(snapshot, everything, FEW, page.after, sort=sort, standing=standing)
    assert [each for page_ids in pages for each in page_ids] == expected
    assert queries.count(snapshot, everything, sort, standing) == len(expected)
    for earlier in reversed(pages[:-1]):
        assert page.before is not None
        page = answers.page(snapshot, everything, FEW, sort=sort, standing=standing, before=page.before)
        assert [each["request_id"] for each in page.records] == earlier
    assert page.before is None


def test_a_list_obeys_the_filters_and_counts_what_it_shows(snapshot: Snapshot, everything: Filters) -> None:
    chosen = replace(everything, categories=("Graffiti",))
    page = answers.page(snapshot, chosen, 100)
    assert {each["category"] for each in page.records} == {"Graffiti"}
    assert queries.count(snapshot, chosen) == len(page.records) == 30


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("SR24-00012", "SR24-00012"),
        ("  sr24-00012 ", "SR24-00012"),
        ("#SR24-00012", "SR24-00012"),
        ("# 24-00012", "SR24-00012"),
        ("SR 24-00012", "SR24-00012"),
        ("0007", "0007"),
        ("7", "0007"),
        ("sr 7", "0007"),
        ("00000007", "0007"),
        ("A/B C?#é", "a/b c?#é"),
        ("ENC", "enc"),
        ("24-0012", None),
        ("", None),
        ("#", None),
        ("\0", None),
        ("'; DROP TABLE requests --", None),
        ("x" * 5000, None),
    ],
)
def test_a_number_is_found_as_people_type_it(snapshot: Snapshot, typed: str, found: str | None) -> None:
    assert lookup.find_number(snapshot, typed) == found


def test_the_same_spot_is_recounted_by_a_slow_loop(snapshot: Snapshot) -> None:
    frame = snapshot.read(queries.select(queries.requests))
    everyone: list[dict[str, Any]] = frame.to_dict("records")  # type: ignore[assignment]
    for request_id in ("SR24-00000", "SR24-00007", "SR24-00011"):
        record = answers.one(snapshot, request_id)
        assert record
        near = {
            each["request_id"]
            for each in everyone
            if each["category"] == record["category"]
            and each["request_id"] != request_id
            and not pd.isna(each["latitude"])
            and metres(each, record) <= lookup.SPOT_METRES
        }
        spot = lookup.at_spot(snapshot, record)
        assert spot
        assert spot["n"] == len(near) > 0
        assert {each["request_id"] for each in spot["records"]} <= near
        assert len(spot["records"]) == min(len(near), lookup.MOST_AT_SPOT)


def metres(one: dict[str, Any], other: dict[str, Any]) -> float:
    """The way between two points on flat ground."""
    north = (one["latitude"] - other["latitude"]) * 111_195
    east = (one["longitude"] - other["longitude"]) * 111_195 * cos(radians(other["latitude"]))
    return hypot(north, east)


@pytest.mark.parametrize("request_id", ["0007", "enc"])
def test_no_spot_is_claimed_without_a_precise_point(snapshot: Snapshot, request_id: str) -> None:
    record = answers.one(snapshot, request_id)
    assert record
    assert lookup.at_spot(snapshot, record) is None


def test_closed_sooner_is_the_share_that_took_a_shorter_time(snapshot: Snapshot) -> None:
    record = answers.one(snapshot, "SR24-00001")
    assert record
    found = record["closed_sooner"]
    frame = snapshot.read(queries.select(queries.requests))
    like = frame[frame["origin"] == "resident"]
    for field, name in found["group"].items():
        like = like[like[field] == name]
    waited = like["seconds"].where(like["seconds"].notna(), snapshot.data_through - like["created_at"])
    assert found["n"] == len(like)
    bins = [int(bin_of(int(each))) for each in waited]
    ended = [not pd.isna(each) for each in like["seconds"]]
    still = 1.0
    for place in range(int(bin_of(record["seconds"]))):
        events = sum(1 for each, is_end in zip(bins, ended, strict=True) if each == place and is_end)
        censored = sum(1 for each, is_end in zip(bins, ended, strict=True) if each == place and not is_end)
        at_risk = sum(1 for each in bins if each >= place) - censored / 2
        still *= 1 - events / at_risk if events else 1
    assert found["share"] == pytest.approx(1 - still, abs=1e-5)
    assert 0 < found["share"] < 1
    assert answers.one(snapshot, "SR24-00000")["closed_sooner"] is None  # type: ignore[index]
