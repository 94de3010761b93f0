"""Which spots keep coming back: by hand, by a loop over all pairs, and how little is compared where all is in one place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Column, Connection, MetaData, Table, func, insert, literal, select

from dashboard.domain.filters import Filters
from data_access.answers.spots import recurring, spot_of
from data_access.extent import Extent
from data_access.places import locate, located, near_pairs
from data_access.preparing import prepared
from data_access.repeats import find_repeats, followed, sites
from data_access.spots import build_spots, spot_sites
from data_access.store.engines import duckdb
from data_access.store.published import Snapshot
from data_access.store.tables import names, published, requests, spot_requests, spots
from tests import oracle
from tests.builders import Store, make_city, row
from tests.data_access.test_repeats import place
from tests.sample_data import boston_csv

LAST = row("last", "2024-06-30 09:00:00", Type="Other")
"""The data end here, so that spots are of July 2023 to June 2024."""


def made(*metres: float, day: str = "2024-03-04", **columns: Any) -> list[dict[str, str]]:
    """A request at each of so many metres to the north, numbered by its metres."""
    return [row(f"{north:g}", f"{day} 09:00:00", **(place(north=north) | columns)) for north in metres]


def found(store: Store, *rows: list[dict[str, str]]) -> tuple[pd.DataFrame, dict[int, set[str]]]:
    """The spots, and the requests of each."""
    store.sync([*(one for part in rows for one in part), LAST])
    with store.snapshot() as snapshot:
        frame = snapshot.count(select(spots).order_by(spots.c.spot))
        inside = snapshot.count(select(spot_requests))
    ids: dict[int, set[str]] = {}
    for request_id, spot in inside[["request_id", "spot"]].to_numpy().tolist():
        ids.setdefault(spot, set()).add(request_id)
    return frame, ids


def test_three_within_50_metres_of_one_of_them_are_a_spot(store: Store) -> None:
    frame, inside = found(
        store,
        made(0, 49, Address="33 Beacon St"),
        made(98, day="2024-05-01", Address="300 Elm St", District="4"),
        [row("done", "2024-04-02 09:00:00", "2024-04-03 09:00:00", **place(north=49))],
    )
    spot = frame.to_dict("records")[0]
    assert inside == {1: {"0", "49", "98", "done"}}
    assert (spot["category"], spot["n"], spot["open_now"], spot["newest"]) == ("Pothole", 4, 3, "98")
    assert (spot["address"], spot["district"]) == ("1-99 block of Beacon St", "3")
    assert (spot["first_day"].date(), spot["last_day"].date()) == (date(2024, 3, 4), date(2024, 5, 1))
    middle = float(place(north=49)["Lat"])
    assert spot["latitude"] == round(middle, 4)


@pytest.mark.parametrize(
    "rows",
    [
        made(0, 49),
        made(0, 52, 104),
        [*made(0, 1), *made(2, Type="Graffiti")],
        [*made(0, 1), *made(2, Note="duplicate of another")],
        [*made(0, 1), *made(2, Source="Crew")],
        [*made(0, 1), *made(2, day="2023-06-30")],
        made(0, 1, 2, Type="Encampment"),
        made(0, 1, 2, Lat="", Lon=""),
        made(0, 1, 2, Type=""),
        made(0, 1, 2, Lat="42.0", Lon="-71.0"),
    ],
)
def test_what_is_no_spot(store: Store, rows: list[dict[str, str]]) -> None:
    frame, inside = found(store, rows)
    assert frame.empty
    assert inside == {}


def test_a_street_of_neighbours_is_cut_into_spots_that_share_nothing(store: Store) -> None:
    frame, inside = found(store, made(*range(0, 400, 20)))
    assert [int(n) for n in frame["n"]] == [5, 5, 5, 5]
    assert sorted(map(len, inside.values())) == [5, 5, 5, 5]
    assert len(set[str]().union(*inside.values())) == 20


def test_the_first_day_of_the_twelve_months_counts(store: Store) -> None:
    assert found(store, made(0, 1), made(2, day="2023-07-01"))[1] == {1: {"0", "1", "2"}}


@pytest.mark.xdist_group("boston")
@pytest.mark.parametrize("category", ["Rodent Activity", "Unsatisfactory Living Conditions", "Traffic Signal Repair"])
def test_boston_recounted_by_trying_every_point_again_and_again(boston: Snapshot, category: str) -> None:
    rows = [
        one
        for one in oracle.read_boston(boston_csv())
        if one.category == category
        and one.origin == "resident"
        and not one.duplicate
        and one.latitude is not None
        and oracle.has_place(one)
        and date(2015, 1, 1) <= one.created_day <= date(2015, 12, 31)
    ]
    at: dict[tuple[int, int], list[oracle.Row]] = {}
    for one in rows:
        assert one.longitude is not None
        assert one.latitude is not None
        at.setdefault((round(one.latitude * 100_000), round(one.longitude * 100_000)), []).append(one)
    near = {
        point: [other for other in at if oracle.metres_apart(at[point][0], at[other][0]) <= 50.0]
        for point in sorted(at)
    }
    expected: list[set[str]] = []
    free = set(at)
    while True:
        around = {point: sum(len(at[other]) for other in near[point] if other in free) for point in sorted(free)}
        middle = max(around, key=around.__getitem__, default=None)  # of equals the first
        if middle is None or around[middle] < 3:
            break
        taken = [other for other in near[middle] if other in free]
        expected.append({one.request_id for other in taken for one in at[other]})
        free -= set(taken)
    inside = boston.count(
        select(spot_requests.c.request_id, spots.c.spot)
        .join(spots, spots.c.spot == spot_requests.c.spot)
        .where(spots.c.category == category)
    )
    counted = [set(ids) for _, ids in inside.groupby("spot")["request_id"]]
    assert counted == expected
    assert len(expected) > 5


def test_every_spot_of_boston_adds_up_from_the_published_requests(boston: Snapshot) -> None:
    frame, inside = boston.count(select(spots)), boston.count(select(spot_requests))
    public = boston.read(select(requests)).set_index("request_id")
    assert inside["request_id"].is_unique
    joined = inside.join(public, on="request_id")
    assert (joined["origin"] == "resident").all()
    assert (joined["duplicate"] == 0).all()
    of_spot = joined.groupby("spot")
    kept = frame.set_index("spot").sort_index()
    assert (of_spot["category"].nunique() == 1).all()
    assert of_spot.size().tolist() == kept["n"].tolist()
    still = joined["status"].isin(["open", "in_progress"]).groupby(joined["spot"]).sum()
    assert still.tolist() == kept["open_now"].tolist()
    assert pd.to_datetime(of_spot["created_day"].max()).tolist() == kept["last_day"].tolist()
    assert kept["n"].is_monotonic_decreasing


ROWS, KINDS = 200_000, 20
told = Table("told", MetaData(), *(Column(c.name, c.type) for c in requests.columns), prefixes=["TEMPORARY"])
"""The published requests of the crowd."""


@pytest.fixture
def crowd(tmp_path: Path) -> Iterator[Connection]:
    """Rows at 200,000 different points within 33 x 25 m, closed a day later, over 300 days."""
    engine = duckdb.open_writable(tmp_path / "crowd.duckdb")
    with engine.connect() as connection:
        duckdb.create_tables(connection, published)
        for table in (prepared, told):
            duckdb.create_anew(connection, table)
        connection.execute(
            insert(names),
            [
                {"field": "category", "code": kind, "name": str(kind), "slug": str(kind), "requests": 1}
                for kind in range(KINDS)
            ],
        )
        number = func.unnest(func.range(0, ROWS)).label("number")
        n = select(number).subquery().c.number
        created = 1_700_000_000 + (n * 7919) % (300 * 86_400)
        day = func.cast(func.to_timestamp(created), prepared.c.created_day.type)
        values = {
            "request_id": func.cast(n, prepared.c.request_id.type),
            "created_at": created,
            "closed_at": created + 86_400,
            "created_day": day,
            "closed_day": day,
            "status": literal("closed"),
            "outcome": literal("work_done"),
            "category": func.cast(n % KINDS, prepared.c.category.type),
            "channel_group": literal("phone"),
            "origin": literal("resident"),
            "duplicate": literal(0),
            "latitude": 42.33 + (n * 31 % 997) / 997.0 * 33 / 111_195,
            "longitude": -71.09 + (n * 17 % 1009) / 1009.0 * 25 / 82_200,
            "seconds": literal(86_400),
            "flags": literal(0),
            "all_flags": literal(0),
        }
        connection.execute(insert(prepared).from_select(list(values), select(*values.values())))
        areas = {field: literal("none") for field in ("department", "district", "neighbourhood", "channel")}
        shown = {name: value for name, value in (values | areas).items() if name != "all_flags"}
        connection.execute(insert(told).from_select(list(shown), select(*shown.values())))
        connection.commit()
        yield connection
    engine.dispose()


def compared(connection: Connection, table: Any, equal: Callable[..., Any] = lambda *_: []) -> int:
    """How many pairs are compared when a table is asked for its neighbours."""
    pairs = near_pairs(connection, table, table.alias("others"), equal)
    return int(connection.scalar(select(func.count()).select_from(pairs.joined)) or 0)


def test_a_crowd_in_one_place_is_compared_a_bounded_number_of_times(crowd: Connection) -> None:
    days = Extent(date(2023, 11, 14), date(2024, 11, 10), 1_731_300_000, ROWS)
    find_repeats(crowd, prepared, days)
    # without the grid each of 20 kinds has 900 points to the metre, in each of eleven spans: 170 million pairs
    assert compared(crowd, sites, lambda one, other: [one.c.span == other.c.span]) < 2_000_000
    assert crowd.scalar(select(func.count()).select_from(located)) == ROWS
    c = prepared.c
    newest = select(c.category, func.max(c.created_at).label("at")).group_by(c.category).subquery()
    of_kind = prepared.join(newest, newest.c.category == c.category)
    closed_before = crowd.scalar(select(func.count()).select_from(of_kind).where(c.closed_at < newest.c.at))
    assert crowd.scalar(select(func.count()).select_from(followed)) == closed_before
    build_spots(crowd, make_city(), date(2024, 11, 10), prepared, told)
    assert compared(crowd, spot_sites) < 200_000
    counted = crowd.execute(select(spots.c.category, spots.c.n)).all()
    assert sorted(int(category) for category, _ in counted) == list(range(KINDS))
    assert {n for _, n in counted} == {ROWS // KINDS}


def test_points_of_a_crowd_move_by_some_four_metres_at_most(crowd: Connection) -> None:
    locate(crowd, prepared)
    c, p = located.c, prepared.c
    joined: Any = select(c.latitude, c.longitude, p.latitude.label("north"), p.longitude.label("east")).join(
        prepared, c.row == func.cast(prepared.c.request_id, c.row.type)
    )
    frame = duckdb.fetch_columns(crowd.execute(joined))
    north = (frame["latitude"] / 1e5 - frame["north"]) * 111_195
    east = (frame["longitude"] / 1e5 - frame["east"]) * 82_200
    assert len(frame) == ROWS
    assert 2 < ((north**2 + east**2) ** 0.5).max() < 4.5


def test_spots_are_chosen_by_their_names_and_the_day_of_their_newest_request(store: Store) -> None:
    store.sync([*made(0, 1), *made(2, day="2024-04-01"), *made(500, 501, 502, Type="Graffiti", District="4"), LAST])
    with store.snapshot() as snapshot:

        def chosen(query: str) -> set[str]:
            filters, _ = Filters.parse(query, snapshot.options)
            return {str(spot["category"]) for spot in recurring(snapshot, filters)}

        assert chosen("") == {"Pothole", "Graffiti"}
        assert chosen("district=4") == chosen("category=graffiti") == {"Graffiti"}
        assert chosen("from=2024-03-30&to=2024-06-30") == {"Pothole"}
        at = spot_of(snapshot, "2")
        assert at is not None
        assert (at["n"], at["newest"], at["last_day"]) == (3, "2", "2024-04-01")
        assert spot_of(snapshot, "last") is None
