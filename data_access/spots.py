"""Recurring spots: where residents report the same problem again and again.

A spot is three or more distinct requests of residents, of one category, within 50 m of one of them, made in the 12 months
up to data to. Neighbours of neighbours would chain along a whole street, so spots are taken greedily: again and again the
point around which most of the requests that are in no spot yet lie becomes the middle of one, and takes them all. Each
request is in one spot at most, and none has two others left within 50 m at the end. Requests without a point, and of
categories whose points go out too rough for 50 m, are in none.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Date,
    FromClause,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    and_,
    case,
    column,
    delete,
    func,
    insert,
    select,
    table,
    true,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from dashboard.domain.periods import shift_months
from dashboard.domain.request import Status
from data_access.city import City
from data_access.places import ON_EARTH, PER_DEGREE, located, near_pairs, row_of
from data_access.store.engines.duckdb import create_anew, fetch_columns, load_frame
from data_access.store.tables import spot_requests, spots

LEAST = 3
"""Fewer distinct requests are no spot."""
MONTHS = 12
DIGITS = 4
"""Decimals of the middle, as of every published point."""

Integers = NDArray[np.int64]

POINT = ("category", "latitude", "longitude")
_temporary = MetaData()
members = Table(
    "spot_members",
    _temporary,
    Column("request_id", Text),
    *(Column(name, located.c[name].type) for name in POINT),
    prefixes=["TEMPORARY"],
)
"""The requests that may be in a spot, and where they are."""

spot_sites = Table(
    "spot_sites",
    _temporary,
    Column("site", BigInteger),
    Column("category", Integer),
    Column("latitude", BigInteger),
    Column("longitude", BigInteger),
    Column("n", BigInteger),
    prefixes=["TEMPORARY"],
)
"""Their points, numbered from 0 from south to north; `n` requests are at each."""

dense_sites = Table("dense_sites", _temporary, *(Column(c.name, c.type) for c in spot_sites.c), prefixes=["TEMPORARY"])
"""Those with LEAST requests or more within 50 m, its own included."""

found_spots = table("found_spots", column("site", BigInteger), column("spot", Integer), column("middle", BigInteger))


class Neighbours(NamedTuple):
    """Pairs of sites within 50 m of each other, themselves included, sorted by `one`; a `one` is dense, an `other` any."""

    one: Integers
    other: Integers


def period(data_to: date) -> tuple[date, date]:
    """First and last day of the 12 months that spots are of."""
    return shift_months(data_to + timedelta(days=1), -MONTHS), data_to


def build_spots(connection: Connection, city: City, data_to: date, rows: Table, told: FromClause) -> None:
    """Fill `spots` and `spot_requests`: `rows` are those of which `located` was filled, at least all of the 12 months; `told`
    are the published requests."""
    for made in (members, spot_sites, dense_sites):
        create_anew(connection, made)
    _gather(connection, city, period(data_to), rows)
    neighbours = _neighbours(connection)
    weights = fetch_columns(connection.execute(select(spot_sites.c.n).order_by(spot_sites.c.site)))
    load_frame(connection, "found_spots", _as_frame(greedy(neighbours, weights["n"].to_numpy(dtype=np.int64))))
    for filled in (spots, spot_requests):
        connection.execute(delete(filled))
    _store(connection, told)


def greedy(neighbours: Neighbours, weights: Integers) -> Iterator[tuple[int, Integers]]:
    """The sites of each spot with its middle, the largest first; of equals the one with the lowest number.

    `weights` are the requests at each site. What lies around a site only ever becomes less, so that a count that was
    right once is an upper bound: only the site on top has to be counted anew.
    """
    left = weights.copy()
    starts = np.flatnonzero(np.r_[True, neighbours.one[1:] != neighbours.one[:-1]]) if neighbours.one.size else []
    ends = [*starts[1:], neighbours.one.size]
    around = {int(neighbours.one[start]): (start, end) for start, end in zip(starts, ends, strict=False)}
    heap = [(-int(left[neighbours.other[start:end]].sum()), site) for site, (start, end) in around.items()]
    heapq.heapify(heap)
    while heap:
        bound, site = heapq.heappop(heap)
        if not left[site]:
            continue
        start, end = around[site]
        there = neighbours.other[start:end]
        n = int(left[there].sum())
        if n < LEAST:
            continue
        if n < -bound:
            heapq.heappush(heap, (-n, site))
            continue
        taken = there[left[there] > 0]
        left[taken] = 0
        yield site, taken


def _gather(connection: Connection, city: City, days: tuple[date, date], rows: Table) -> None:
    c = rows.c
    rough = c.category.in_(city.sensitive_categories) if city.sensitive_categories else ~true()
    connection.execute(
        insert(members).from_select(
            list(members.c.keys()),
            select(c.request_id, *(located.c[name] for name in POINT))
            .select_from(located.join(rows, row_of(rows) == located.c.row))
            .where(c.created_day.between(*days), func.abs(located.c.latitude) <= ON_EARTH, ~rough),
        )
    )
    point = [members.c[name] for name in POINT]
    number = func.row_number().over(order_by=point) - 1
    connection.execute(
        insert(spot_sites).from_select(
            list(spot_sites.c.keys()), select(number, *point, func.count()).group_by(*point).order_by(*point)
        )
    )


def _neighbours(connection: Connection) -> Neighbours:
    """Most sites are alone: their pairs are counted in the engine and never fetched."""
    pairs = near_pairs(connection, spot_sites, spot_sites.alias("others"), lambda *_: [])
    key = [pairs.ones.c[name] for name in spot_sites.c.keys()]  # noqa: SIM118 - a column collection
    counted = select(*key).select_from(pairs.joined).where(pairs.near).group_by(*key)
    dense = counted.having(func.sum(pairs.others.c.n) >= LEAST)
    connection.execute(insert(dense_sites).from_select(list(dense_sites.c.keys()), dense))
    pairs = near_pairs(connection, dense_sites, spot_sites, lambda *_: [])
    one, other = pairs.ones.c.site.label("one"), pairs.others.c.site.label("other")
    found: Select[*tuple[Any, ...]] = (
        select(one, other).select_from(pairs.joined).where(pairs.near).order_by(one, other)
    )
    frame = fetch_columns(connection.execute(found))
    return Neighbours(frame["one"].to_numpy(dtype=np.int64), frame["other"].to_numpy(dtype=np.int64))


def _as_frame(found: Iterator[tuple[int, Integers]]) -> pd.DataFrame:
    parts = [(number, middle, sites) for number, (middle, sites) in enumerate(found, start=1)]
    sizes = [len(sites) for _, _, sites in parts]
    empty = np.array([], dtype=np.int64)
    return pd.DataFrame(
        {
            "site": np.concatenate([empty, *(sites for _, _, sites in parts)]),
            "spot": np.repeat(np.array([number for number, _, _ in parts], dtype=np.int64), sizes),
            "middle": np.repeat(np.array([middle for _, middle, _ in parts], dtype=np.int64), sizes),
        }
    )


def _store(connection: Connection, told: FromClause) -> None:
    joined = members.join(spot_sites, and_(*(members.c[name] == spot_sites.c[name] for name in POINT))).join(
        found_spots, found_spots.c.site == spot_sites.c.site
    )
    connection.execute(
        insert(spot_requests).from_select(
            ["request_id", "spot"], select(members.c.request_id, found_spots.c.spot).select_from(joined)
        )
    )
    connection.execute(insert(spots).from_select(list(spots.c.keys()), _summed(told)))


def _summed(told: FromClause) -> Any:
    c, spot = told.c, spot_requests.c.spot
    middle = (
        select(found_spots.c.spot, func.min(spot_sites.c.latitude).label("latitude"))
        .add_columns(func.min(spot_sites.c.longitude).label("longitude"))
        .join(spot_sites, spot_sites.c.site == found_spots.c.middle)
        .group_by(found_spots.c.spot)
        .subquery("middle")
    )
    is_open = c.status.in_([Status.OPEN.value, Status.IN_PROGRESS.value])
    return (
        select(
            spot,
            func.min(c.category),
            *(_commonest(c[field]) for field in ("department", "district", "neighbourhood")),
            func.round(func.min(middle.c.latitude) / float(PER_DEGREE), DIGITS),
            func.round(func.min(middle.c.longitude) / float(PER_DEGREE), DIGITS),
            _commonest(c.address),
            func.count(),
            func.sum(case((is_open, 1), else_=0)),
            func.min(c.created_day, type_=Date),
            func.max(c.created_day, type_=Date),
            func.arg_max(c.request_id, func.row(c.created_at, c.request_id), type_=Text),
        )
        .select_from(
            spot_requests.join(told, c.request_id == spot_requests.c.request_id).join(middle, middle.c.spot == spot)
        )
        .group_by(spot)
        .order_by(spot)
    )


def _commonest(value: ColumnElement[str]) -> ColumnElement[str]:
    """The value that most rows of a group have; of equals the first by name."""
    return func.mode(aggregate_order_by(value, value.asc()), type_=Text)
