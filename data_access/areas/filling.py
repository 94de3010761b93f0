"""The areas of a version that is being built: spelled as its requests spell them, compared with them, and filled in.

Statements read the attached work file as `work.<table>`, and write the version that is being built.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    MetaData,
    Text,
    and_,
    case,
    column,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    table,
)

from data_access.areas.checks import AreaCheck
from data_access.areas.lookup import point_of
from data_access.areas.naming import Spelling, spell
from data_access.areas.stored import StoredAreas
from data_access.city import AreaKind
from data_access.store.area_tables import area_checks, area_points
from data_access.store.engines import duckdb
from data_access.store.tables import records

source = records.to_metadata(MetaData(), schema="work")
points = area_points.to_metadata(MetaData(), schema="work")


def build_areas(
    connection: Connection, building: Path, areas: Mapping[AreaKind, StoredAreas]
) -> dict[AreaKind, date | None]:
    """Write the boundaries into the version and compare them; returns the kinds that requests may be given, each with
    the day of creation from which (None: all).

    Fills the table area_checks and leaves the temporary tables `<kind>_names` for `filled`.
    """
    fitting: dict[AreaKind, date | None] = {}
    for kind, stored in areas.items():
        spelling = spell(stored.names, _row_names(connection, kind))
        (building / f"{kind}.geojson").write_text(stored.as_text(spelling.published))
        _load_names(connection, kind, spelling)
        check = _compare(connection, kind, stored)
        connection.execute(
            insert(area_checks).values({name: getattr(check, name) for name in area_checks.columns.keys()})  # noqa: SIM118 - a column collection
        )
        if not check.is_wrong_vintage:
            fitting[kind] = stored.since
    return fitting


def filled(rows: FromClause, kinds: Mapping[AreaKind, date | None]) -> tuple[FromClause, dict[str, ColumnElement[Any]]]:
    """The join that finds the area of the point of each row that has none, and per kind the row's own or that area.

    `kinds` as `build_areas` returns them: rows created before a kind's day keep none.
    """
    joined: FromClause = rows
    values: dict[str, ColumnElement[Any]] = {}
    for kind, since in kinds.items():
        here, name = points.alias(f"{kind}_points"), _names(kind)
        joined = joined.outerjoin(
            here, _same_point(rows, here, kind, and_(rows.c[kind].is_(None), _of_their_time(rows, since)))
        )
        joined = joined.outerjoin(name, name.c.area == here.c.area)
        values[kind] = func.coalesce(rows.c[kind], name.c.name)
    return joined, values


def _row_names(connection: Connection, kind: str) -> dict[str, int]:
    named = source.c[kind]
    return {
        name: int(n)
        for name, n in connection.execute(
            select(named, func.count()).where(named.is_not(None)).group_by(named).order_by(named)
        )
    }


def _load_names(connection: Connection, kind: str, spelling: Spelling) -> None:
    duckdb.load_frame(
        connection,
        f"{kind}_names",
        pd.DataFrame(
            {"area": range(len(spelling.published)), "name": pd.Series(spelling.published, dtype=object)}
        ).query("name != ''"),
    )
    own = pd.DataFrame(
        {
            "name": pd.Series(list(spelling.area_of), dtype=object),
            "area": pd.Series(list(spelling.area_of.values()), dtype="int32"),
        }
    )
    duckdb.load_frame(connection, f"{kind}_own", own)


def _names(kind: str, which: str = "names") -> Any:
    return table(f"{kind}_{which}", column("area", Integer), column("name", Text)).alias(f"{kind}_{which}_found")


def _same_point(rows: FromClause, here: Any, kind: str, wanted: ColumnElement[bool]) -> ColumnElement[bool]:
    latitude, longitude = point_of(rows)
    # rows that are not looked up have no key at all: cheaper for the engine than a further condition
    return and_(
        here.c.kind == kind,
        here.c.latitude == case((wanted, latitude), else_=null()),
        here.c.longitude == longitude,
    )


def _of_their_time(rows: FromClause, since: date | None) -> ColumnElement[bool]:
    """Whether a row was created when the boundaries held."""
    return literal(True) if since is None else rows.c.created_day >= since


def _compare(connection: Connection, kind: AreaKind, stored: StoredAreas) -> AreaCheck:
    vintage = stored.vintage
    own, name, given = _names(kind, "own"), source.c[kind], _names(kind)
    joined = (
        source.join(points, _same_point(source, points, kind, _of_their_time(source, stored.since)))
        .outerjoin(own, own.c.name == name)
        .outerjoin(given, given.c.area == points.c.area)
    )
    elsewhere = or_(own.c.area.is_(None), own.c.area != points.c.area)
    compared, disagreeing, fillable = connection.execute(
        select(
            func.count(name),
            func.count(case((and_(name.is_not(None), elsewhere), 1))),
            func.count(case((and_(name.is_(None), given.c.area.is_not(None)), 1))),
        ).select_from(joined)
    ).one()
    check = AreaCheck(kind, int(compared), int(disagreeing), 0, vintage)
    return (
        check if check.is_wrong_vintage else AreaCheck(kind, check.compared, check.disagreeing, int(fillable), vintage)
    )
