"""Which area each stored point lies in, kept in the work file: only points that were never seen are looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    MetaData,
    Select,
    Table,
    and_,
    case,
    cast,
    column,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    table,
)

from dashboard.domain.request import Flag
from data_access.areas.geojson import outlines
from data_access.areas.placing import places
from data_access.areas.stored import StoredAreas
from data_access.city import AreaKind
from data_access.store.area_tables import area_points
from data_access.store.engines import duckdb
from data_access.store.tables import raw_rows, records
from data_access.store.work import read_state, write_state

MICRO = 1_000_000
CHUNK = 200_000
"""Points that are looked at in one go: what bounds the memory."""

_temporary = MetaData()
all_points = Table(
    "all_points", _temporary, Column("latitude", Integer), Column("longitude", Integer), prefixes=["TEMPORARY"]
)
new_points = Table(
    "new_points",
    _temporary,
    Column("number", BigInteger),
    Column("latitude", Integer),
    Column("longitude", Integer),
    prefixes=["TEMPORARY"],
)


def point_of(rows: FromClause) -> tuple[ColumnElement[int], ColumnElement[int]]:
    """A record's latitude and longitude in micro-degrees; NULL for one that has no point, or a placeholder's."""
    located = and_(
        rows.c.latitude.is_not(None),
        rows.c.longitude.is_not(None),
        rows.c.flags.op("&")(Flag.DEFAULT_LOCATION.bit) == 0,
    )
    latitude, longitude = (cast(func.round(rows.c[name] * MICRO), Integer) for name in ("latitude", "longitude"))
    return case((located, latitude)), case((located, longitude))


def update_lookup(connection: Connection, boundaries: Mapping[AreaKind, StoredAreas], run: int = 0) -> None:
    """Look up the points of the work file that are new, and all of them in a boundary file that has changed.

    `boundaries` gives what is stored of each kind of area; what is known of other kinds is forgotten. The points of rows
    that were stored up to `run` are known, in the same boundaries.
    """
    connection.execute(delete(area_points).where(area_points.c.kind.not_in(list(boundaries))))
    if not boundaries:
        return
    duckdb.create_tables(connection, _temporary)
    _find_all(connection, run)
    for kind, areas in boundaries.items():
        key = f"area_points_{kind}"
        if read_state(connection, key) != areas.mark:
            connection.execute(delete(area_points).where(area_points.c.kind == kind))
            write_state(connection, key, areas.mark)
        count = _find_new(connection, kind)
        if count:
            _place_new(connection, kind, outlines(areas.features), count)


def _find_all(connection: Connection, run: int) -> None:
    """The distinct points of the records: once for all kinds, since there are many more records than places."""
    latitude, longitude = point_of(records)
    distinct = select(latitude, longitude).where(latitude.is_not(None)).distinct()
    if run:
        distinct = distinct.where(records.c.request_id.in_(select(raw_rows.c.request_id).where(raw_rows.c.run > run)))
    connection.execute(delete(all_points))
    connection.execute(insert(all_points).from_select(["latitude", "longitude"], distinct))


def _find_new(connection: Connection, kind: str) -> int:
    known = exists().where(
        area_points.c.kind == kind,
        area_points.c.latitude == all_points.c.latitude,
        area_points.c.longitude == all_points.c.longitude,
    )
    connection.execute(delete(new_points))
    connection.execute(
        insert(new_points).from_select(
            ["number", "latitude", "longitude"],
            select(func.row_number().over(), *all_points.c).where(~known),
        )
    )
    return int(connection.scalar(select(func.count()).select_from(new_points)) or 0)


def _place_new(connection: Connection, kind: str, shapes: list[Any], count: int) -> None:
    names = ("latitude", "longitude", "area")
    for first in range(1, count + 1, CHUNK):
        chunk: Select[*tuple[Any, ...]] = select(new_points.c.latitude, new_points.c.longitude).where(
            new_points.c.number.between(first, first + CHUNK - 1)
        )
        part = duckdb.fetch_columns(connection.execute(chunk))
        degrees = part.to_numpy(dtype=np.float64) / MICRO
        placed = pd.DataFrame({**part, "area": places(shapes, degrees[:, 1], degrees[:, 0])})
        duckdb.load_frame(connection, "points_placed", placed)
        found = table("points_placed", *(column(name, Integer) for name in names))
        connection.execute(insert(area_points).from_select(["kind", *names], select(literal(kind), *found.c)))
