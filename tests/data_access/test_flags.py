"""What is wrong with a row: each flag with the least row that has it, and what it does to the numbers."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dashboard.domain.errors import SourceError
from dashboard.domain.filters import Filters
from dashboard.domain.request import Flag, flags_of
from data_access.answers.series import series
from data_access.answers.summary import grouped, summary
from data_access.boundaries import import_boundaries
from data_access.sync import republish
from tests.builders import Store, make_city, row

DAY = 86_400
OPENED = "2024-03-04 09:00:00"

# name: (columns of the row, its flags, its published seconds)
ROWS: dict[str, tuple[dict[str, str], set[str], int | None]] = {
    "plain": ({"closed": "2024-03-05 10:00:00"}, set(), DAY + 3600),
    "open": ({}, set(), None),
    "61 s backwards": ({"created": "2024-03-04 09:01:01", "closed": OPENED}, {"closed_before_created"}, None),
    "60 s backwards": ({"created": "2024-03-04 09:01:00", "closed": OPENED}, {"instant_close"}, 0),
    "at once": ({"closed": OPENED}, {"instant_close"}, 0),
    "60 s": ({"closed": "2024-03-04 09:01:00"}, {"instant_close"}, 60),
    "61 s": ({"closed": "2024-03-04 09:01:01"}, set(), 61),
    "closed at no time": ({"Status": "Closed"}, {"closed_without_time"}, None),
    "closed at no readable time": ({"Status": "Closed", "closed": "soon"}, {"closed_without_time"}, None),
    "cancelled at no time": ({"Status": "Cancelled"}, {"closed_without_time"}, None),
    "cancelled": ({"closed": "2024-03-05 09:00:00", "Status": "Cancelled"}, set(), DAY),
    "open with a close": ({"closed": "2024-03-05 09:00:00", "Status": "Open"}, {"open_with_close"}, None),
    "assigned with a close": ({"closed": "2024-03-05 09:00:00", "Status": "Assigned"}, {"open_with_close"}, None),
    "status unheard of, closed": ({"closed": "2024-03-05 09:00:00", "Status": "Odd"}, set(), DAY),
    "status unheard of, open": ({"Status": "Odd"}, set(), None),
    "a day, same day": ({"closed": "2024-03-04 00:00:00", "Department": "Forestry"}, {"date_only_close"}, 0),
    "a day, next day": ({"closed": "2024-03-05 00:00:00", "Department": "Forestry"}, {"date_only_close"}, DAY),
    "a day, written short": ({"closed": "2024-03-05", "Department": "Forestry"}, {"date_only_close"}, DAY),
    "a day, the clock changed": (
        {"created": "2024-03-09 23:00:00", "closed": "2024-03-11 00:00:00", "Department": "Forestry"},
        {"date_only_close"},
        2 * DAY,
    ),
    "a day, before": (
        {"closed": "2024-03-03 00:00:00", "Department": "Forestry"},
        {"date_only_close", "closed_before_created"},
        None,
    ),
    "a day, with a second": ({"closed": "2024-03-05 00:00:01", "Department": "Forestry"}, set(), 15 * 3600 + 1),
    "a day, of those that tell hours": ({"closed": "2024-03-05 00:00:00"}, set(), 15 * 3600),
    "before the service": ({"created": "2009-12-31 23:59:59"}, {"impossible_date"}, None),
    "first second of the service": (
        {"created": "2010-01-01 00:00:00", "Status": "Closed", "closed": "2010-01-02"},
        set(),
        DAY,
    ),
    "created in a second": ({"created": "2024-07-01 12:00:01"}, {"impossible_date"}, None),
    "created now": ({"created": "2024-07-01 12:00:00"}, set(), None),
    "closed tomorrow": ({"closed": "2024-07-01 12:00:01"}, {"impossible_date"}, None),
    "closed in 1900": ({"closed": "1900-01-01 00:00:00"}, {"impossible_date"}, None),
    "closed in 2099": ({"closed": "2099-12-31 00:00:00"}, {"impossible_date"}, None),
    "created in 1900": ({"created": "1900-01-01 00:00:00", "closed": OPENED}, {"impossible_date"}, None),
    "default point": ({"Lat": "42.0", "Lon": "-71.0"}, {"default_location", "no_location"}, None),
    "default point, rounded": ({"Lat": "42.00004", "Lon": "-70.99996"}, {"default_location", "no_location"}, None),
    "beside the default point": ({"Lat": "42.0001", "Lon": "-71.0"}, set(), None),
    "default address": ({"Address": "City Hall"}, {"default_location", "no_location"}, None),
    "no point": ({"Lat": "", "Lon": ""}, {"no_location"}, None),
    "half a point": ({"Lon": ""}, {"no_location"}, None),
    "zero point": ({"Lat": "0", "Lon": "0.0"}, {"no_location"}, None),
    "point in words": ({"Lat": "N 42", "Lon": "-71"}, {"no_location"}, None),
    "point beyond the pole": ({"Lat": "142.0"}, {"no_location"}, None),
    "no district": ({"District": ""}, {"no_district"}, None),
    "district 0": ({"District": "0"}, {"no_district"}, None),
    "district unspecified": ({"District": "Unspecified"}, {"no_district"}, None),
    "changed 30 days after": (
        {"closed": OPENED, "created": "2024-03-01 09:00:00", "Updated": "2024-04-03 10:00:00"},
        set(),
        3 * DAY,
    ),
    "changed more than 30 days after": (
        {"closed": OPENED, "created": "2024-03-01 09:00:00", "Updated": "2024-04-03 10:00:01"},
        {"changed_after_close"},
        3 * DAY,
    ),
    # --- due times
    "due that day": ({"closed": "2024-03-05 23:59:59", "Due": "2024-03-05"}, set(), DAY + 14 * 3600 + 3599),
    "due the day before": ({"closed": "2024-03-06 00:00:00", "Due": "2024-03-05"}, set(), DAY + 15 * 3600),
    "due on the short day": (
        {"created": "2024-03-10 00:00:00", "closed": "2024-03-11 00:30:00", "Due": "2024-03-10"},
        set(),
        23 * 3600 + 1800,
    ),
    "due on the long day": (
        {"created": "2023-11-05 00:00:00", "closed": "2023-11-05 23:30:00", "Due": "2023-11-05"},
        set(),
        DAY + 1800,
    ),
    "due to the second": ({"closed": "2024-03-05 09:00:00", "Due": "2024-03-05 09:00:00"}, set(), DAY),
    "due a second ago": ({"closed": "2024-03-05 09:00:01", "Due": "2024-03-05 09:00:00"}, set(), DAY + 1),
    "due in the morning of a day that is all that is told": (
        {"closed": "2024-03-05 00:00:00", "Due": "2024-03-05 08:00:00", "Department": "Forestry"},
        {"date_only_close"},
        DAY,
    ),
    "due the evening before a day": (
        {"closed": "2024-03-05 00:00:00", "Due": "2024-03-04 20:00:00", "Department": "Forestry"},
        {"date_only_close"},
        DAY,
    ),
    "due next year": ({"closed": "2024-03-05 09:00:00", "Due": "2025-03-05"}, set(), DAY),
    "due in 2099": ({"closed": "2024-03-05 09:00:00", "Due": "2099-12-31"}, set(), DAY),
    "due and open": ({"Due": "2024-03-05"}, set(), None),
    "due and closed at no time": ({"Status": "Closed", "Due": "2024-03-05"}, {"closed_without_time"}, None),
    "due and closed before created": (
        {"created": "2024-03-04 09:01:01", "closed": OPENED, "Due": "2024-03-05"},
        {"closed_before_created"},
        None,
    ),
}
ON_TIME = {
    "due that day": "on_time",
    "due the day before": "late_closed",
    "due on the short day": "late_closed",
    "due on the long day": "on_time",
    "due to the second": "on_time",
    "due a second ago": "late_closed",
    "due in the morning of a day that is all that is told": "on_time",
    "due the evening before a day": "late_closed",
    "due next year": "not_yet_due",
    "due in 2099": "not_yet_due",
    "due and open": "open_overdue",
    "due and closed at no time": "no_closing_time",
    "due and closed before created": "no_closing_time",
}
NOT_OPEN_NOT_TIMED = [
    name
    for name, (_, flags, _) in ROWS.items()
    if flags & {"closed_before_created", "closed_without_time"} or name.startswith("closed in ")
]
STILL_OPEN = [
    "open",
    "open with a close",
    "assigned with a close",
    "status unheard of, open",
    "due and open",
    "no point",
    "created now",
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """All rows, each of a category of its own that has the row's name."""
    store = Store(tmp_path_factory.mktemp("flags") / "data")
    rows = []
    for name, (columns, _, _) in ROWS.items():
        status = {} if "Status" in columns else {"Status": "Closed" if columns.get("closed") else "Open"}
        rows.append(row(name, **({"created": OPENED, "Type": name} | status | columns)))
    result = store.sync([*rows, row("no category", Type=""), row("category unspecified", Type="Unspecified")])
    assert result.counts.stored == len(ROWS) + 2
    return store


@pytest.fixture(scope="module")
def published(store: Store) -> pd.DataFrame:
    return store.requests()


@pytest.fixture(scope="module")
def numbers(store: Store) -> dict[str, dict[str, Any]]:
    """The numbers of each row alone, by name, over all time."""
    with store.snapshot() as snapshot:
        filters, _ = Filters.parse("period=all&origin=all", snapshot.options)
        return {group["name"]: group for group in grouped(snapshot, filters, "category")}


def flag_names(bits: int) -> set[str]:
    return {flag.value for flag in flags_of(int(bits))}


@pytest.mark.parametrize("name", ROWS)
def test_a_row_has_the_flags_it_deserves_and_no_others(published: pd.DataFrame, name: str) -> None:
    _, flags, seconds = ROWS[name]
    assert flag_names(published.loc[name, "flags"]) == flags
    found = published.loc[name, "seconds"]
    assert (None if pd.isna(found) else int(found)) == seconds


@pytest.mark.parametrize("name", ["no category", "category unspecified"])
def test_a_row_without_a_category_is_in_a_bucket_of_its_own(
    published: pd.DataFrame, numbers: dict[str, Any], name: str
) -> None:
    assert flag_names(published.loc[name, "flags"]) == {"unknown_category"}
    assert published.loc[name, "category"] == "none"
    assert numbers["none"]["requests"] == 2


@pytest.mark.parametrize("name", ["no district", "district 0", "district unspecified"])
def test_a_row_without_a_district_is_in_a_bucket_of_its_own(published: pd.DataFrame, name: str) -> None:
    assert published.loc[name, "district"] == "none"


@pytest.mark.parametrize("name", NOT_OPEN_NOT_TIMED)
def test_what_ended_at_an_unusable_time_is_neither_open_nor_timed(numbers: dict[str, Any], name: str) -> None:
    found = numbers[name]
    assert found["requests"] == 1
    assert (found["open"], found["backlog"]) == (0, 0)
    assert found["closed_of_these"] + found["cancelled"] == 1
    assert (found["wait"]["n"], found["left_out"]["no_duration"]) == (0, 1)


@pytest.mark.parametrize("name", STILL_OPEN)
def test_what_is_open_is_waited_for_until_data_through(numbers: dict[str, Any], name: str) -> None:
    found = numbers[name]
    assert (found["open"], found["closed_of_these"], found["backlog"], found["closed"]) == (1, 0, 1, 0)
    assert (found["wait"]["n"], found["wait"]["events"], found["left_out"]["no_duration"]) == (1, 0, 0)


@pytest.mark.parametrize("name", ON_TIME)
def test_due_times(numbers: dict[str, Any], name: str) -> None:
    parts = {part: count for part, count in numbers[name]["on_time"].items() if part != "rate"}
    assert parts == dict.fromkeys(parts, 0) | {ON_TIME[name]: 1}


def test_rows_with_impossible_creation_are_kept_but_in_no_period(
    store: Store, published: pd.DataFrame, numbers: dict[str, Any]
) -> None:
    with store.snapshot() as snapshot:
        assert (snapshot.data_from.isoformat(), snapshot.data_to.isoformat()) == ("2010-01-01", "2024-07-01")
    assert {"before the service", "created in 1900"} <= set(published.index)
    assert numbers["created in 1900"]["requests"] == numbers["before the service"]["requests"] == 0


def test_numbers_of_everything_add_up_with_every_oddity_in_it(store: Store) -> None:
    with store.snapshot() as snapshot:
        filters, _ = Filters.parse("period=all&origin=all&interval=year", snapshot.options)
        whole = summary(snapshot, filters)
        backlog = series(snapshot, filters, "backlog")
        closed = series(snapshot, filters, "closed")
    distinct = whole["requests"] - whole["duplicates"]
    assert distinct == len(ROWS) + 2 - 2  # two were created before there was a service
    assert distinct == whole["wait"]["n"] + whole["left_out"]["no_duration"]
    assert distinct == sum(count for part, count in whole["on_time"].items() if part != "rate")
    assert distinct == whole["open"] + whole["closed_of_these"] + whole["cancelled"]
    assert backlog["value"].iloc[-1] == whole["backlog"]
    assert closed["value"].sum() == whole["closed"]


def test_backlog_over_time_survives_a_request_from_before_the_data(tmp_path: Path) -> None:
    """Its closing lies in the data, its creation does not: what leaves the backlog has to have joined it."""
    store = Store(tmp_path / "data")
    store.sync(
        [
            row(1, "1999-01-01 00:00:00", "2024-03-06 09:00:00"),
            row(2),
            row(3, "2024-03-08 09:00:00", "2024-03-08 10:00:00"),
        ]
    )
    with store.snapshot() as snapshot:
        filters, _ = Filters.parse("period=all&interval=day", snapshot.options)
        assert series(snapshot, filters, "backlog")["value"].tolist() == [2, 2, 1, 1, 1]
        assert summary(snapshot, filters)["backlog"] == 1


# --- places ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["default point", "default point, rounded", "default address"])
def test_a_default_location_is_not_published_but_the_district_is(published: pd.DataFrame, name: str) -> None:
    found = published.loc[name]
    assert found[["latitude", "longitude", "address"]].isna().all()
    assert found["district"] == "3"
    beside = published.loc["beside the default point"]
    assert (beside["latitude"], beside["longitude"], beside["address"]) == (42.0001, -71.0, "1-99 block of Beacon St")


def square(name: str, west: float, south: float, side: float = 0.1) -> dict[str, Any]:
    east, north = west + side, south + side
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Feature", "properties": {"name": name}, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def test_a_point_outside_the_boundaries_and_five_kilometres_is_not_published(tmp_path: Path) -> None:
    store = Store(tmp_path / "data")
    near, far = 42.2 + 4.9 / 111.32, 42.2 + 5.1 / 111.32
    store.sync([row("in"), row("near", Lat=str(near)), row("far", Lat=str(far)), row("none", Lat="", Lon="")])
    assert store.requests()["latitude"].notna().sum() == 3
    shapes = tmp_path / "districts.geojson"
    shapes.write_text(json.dumps({"type": "FeatureCollection", "features": [square("3", -71.2, 42.1)]}))
    assert len(import_boundaries(store.city, "district", shapes, store.folder)) == 1
    assert republish(store.city, store.folder) == 2
    found = store.requests()
    assert flag_names(found.loc["far", "flags"]) == {"outside_city"}
    assert found.loc["far", ["latitude", "longitude"]].isna().all()
    assert found.loc["far", "address"] == "1-99 block of Beacon St"
    assert [flag_names(found.loc[name, "flags"]) for name in ("in", "near")] == [set(), set()]
    assert flag_names(found.loc["none", "flags"]) == {"no_location"}
    with store.snapshot() as snapshot:
        assert list(snapshot.boundaries()) == ["district"]


def boundaries(content: bytes, tmp_path: Path) -> int:
    given = tmp_path / "given.geojson"
    given.write_bytes(content)
    return len(import_boundaries(make_city(), "district", given, tmp_path))


GOOD = json.dumps({"features": [square("3", -71.2, 42.1), square("3", -71.1, 42.1), square("4", -71.0, 42.1)]}).encode()


def test_boundaries_plain_and_packed(tmp_path: Path) -> None:
    assert boundaries(GOOD, tmp_path) == 2
    assert boundaries(gzip.compress(GOOD), tmp_path) == 2


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b'"x"',
        b'{"features": []}',
        b'{"features": [1]}',
        b'{"features": [{"properties": null, "geometry": null}]}',
        b'{"features": [{"geometry": {"type": "Polygon", "coordinates": []}}]}',
        b'{"features": [{"properties": {"name": "3"}, "geometry": null}]}',
        b'{"features": [{"properties": {"name": "3"}, "geometry": {"type": "Sphere", "coordinates": []}}]}',
        b'{"features": [{"properties": {"name": "3"}, "geometry": {"type": "Polygon", "coordinates": "abc"}}]}',
        b"\xff\xfe",
        gzip.compress(GOOD)[:-9],
        gzip.compress(GOOD)[:30] + b"\x00" + gzip.compress(GOOD)[31:],
    ],
    ids=range(14),
)
def test_boundaries_that_are_none_are_refused_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(SourceError) as caught:
        boundaries(content, tmp_path)
    assert str(caught.value).endswith(".")
    assert not (tmp_path / "boundaries" / "district.geojson").exists()


def test_boundaries_of_an_unknown_kind_or_property_are_refused(tmp_path: Path) -> None:
    given = tmp_path / "given.geojson"
    given.write_bytes(GOOD)
    with pytest.raises(SourceError, match="no kind of area 'parish'; its kinds are district"):
        import_boundaries(make_city(), "parish", given, tmp_path)
    with pytest.raises(SourceError, match="its properties are name"):
        import_boundaries(make_city(), "district", given, tmp_path, "label")


# --- closed in bulk --------------------------------------------------------------------------------------------------


def closes(name: str, count: int, *, seconds: int = 1, **columns: str) -> list[dict[str, str]]:
    """So many requests of a category of this name, closed one after the other in so many seconds of one minute."""
    return [
        row(f"{name} {n}", closed=f"2024-03-05 10:00:{n % seconds:02}", **({"Type": name} | columns))
        for n in range(count)
    ]


def test_bulk_closes_are_twenty_in_a_second_or_sixty_in_a_minute_of_one_category(tmp_path: Path) -> None:
    store = Store(tmp_path / "data")
    store.sync(
        [
            *closes("twenty", 20),
            *closes("nineteen", 19),
            *closes("sixty", 60, seconds=30),
            *closes("fifty-nine", 59, seconds=30),
            *closes("half", 10),
            *closes("other half", 10, Type="Other"),
            *closes("duplicates too", 20, Note="Duplicate of 1"),
            *(row(f"days {n}", closed="2024-03-05", Type="days", Department="Forestry") for n in range(20)),
            *(row(f"open {n}", closed="2024-03-05 11:00:00", Type="open", Status="Open") for n in range(20)),
        ]
    )
    found = store.requests()
    bulk = found[found["flags"].astype(int) & Flag.BULK_CLOSE.bit != 0]
    assert bulk["category"].value_counts().to_dict() == {"twenty": 20, "sixty": 60, "duplicates too": 20}
    with store.snapshot() as snapshot:
        filters, _ = Filters.parse("period=all", snapshot.options)
        assert summary(snapshot, filters)["wait"]["events"] == 20 + 19 + 60 + 59 + 20 + 20  # marked, and counted


def test_bulk_closes_are_found_over_several_syncs(tmp_path: Path) -> None:
    store = Store(tmp_path / "data")
    rows = closes("twenty", 20)
    store.sync(rows[:10])
    assert not store.requests()["flags"].any()
    store.sync(rows[10:])
    assert set(store.requests()["flags"]) == {Flag.BULK_CLOSE.bit}


# --- times in UTC ----------------------------------------------------------------------------------------------------


def test_times_in_utc_become_local_days(tmp_path: Path) -> None:
    schema = {
        "columns": make_city().schemas["rows"].columns,
        "time_formats": ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"],
        "time_zone": "UTC",
    }
    store = Store(tmp_path / "data", make_city(schemas={"rows": schema}))
    store.sync(
        [
            row(
                1, "2024-03-04T03:00:00", "2024-03-05T05:00:00", Department="Forestry"
            ),  # 22:00 on the 3rd; midnight of the 5th
            row(2, "2024-03-10T06:59:59", "2024-03-10T07:00:00"),  # over the gap
            row(3, "2024-03-04T03:00:00", Due="2024-03-04"),
        ]
    )
    found = store.requests()
    assert [day.isoformat()[:10] for day in found["created_day"]] == ["2024-03-03", "2024-03-10", "2024-03-03"]
    assert found["seconds"].tolist()[:2] == [2 * DAY, 1]
    assert flag_names(found.loc["1", "flags"]) == {"date_only_close"}
    assert (
        pd.Timestamp(found.loc["3", "due_at"], unit="s").isoformat() == "2024-03-05T04:59:59"
    )  # the end of the local 4th
